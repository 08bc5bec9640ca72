// What the solvable model makes of bootstrap draws: each draw has its own point of the frontier at the largest run (best N, loss, and
// the part of it that nothing reduces) and its own exponents ξ, η, and these go together. A draw counts as much as the model's
// plane of phases has of its exponents,
//
//   w_k ∝ ∫∫ exp(−|m_k − μ(α, β)|² / 2s²) dα dβ,   m = (ξ, η),  μ those of table 6.5,  s the distance of finite compute      (10.13)
//
// and is followed to N_k (C/C₀)^ξ_k and E_k + (L_k − E_k)(C/C₀)^−η_k; what is told are weighted quantiles.

import { exp, pow } from "../math/elementary.ts";
import { logspace } from "../math/grid.ts";
import { tableRow } from "../theory/exponents/phases.ts";
import type { Bridge, Forecast } from "./bridge.ts";

/** A draw at the largest run. */
export interface Anchor {
  readonly N: number;
  readonly loss: number;
  readonly E: number;
  readonly xi: number;
  readonly eta: number;
}

/** Effective draws below which the model is at odds with them, and none is preferred. */
const FEW = 20;
const DECADES = 3;
const POINTS = 7;

/** Weights of draws by the model's plane of phases; equal ones where it has next to nothing of their exponents. */
export function weightsOf(bridge: Bridge, draws: readonly Anchor[], finiteSize = 0.01): Float64Array {
  const { alpha, beta, probability } = bridge.region;
  const n = alpha.length;
  const most = probability.reduce((a, b) => Math.max(a, b), 0);
  const cells: { xi: number; eta: number }[] = [];
  for (let cell = 0; cell < probability.length; cell++) {
    if (!(probability[cell]! > 1e-6 * most)) continue;
    const row = tableRow({ alpha: alpha[cell % n]!, beta: beta[Math.floor(cell / n)]! });
    if (row) cells.push(row);
  }
  // a few thousand cells show the plane as well as all
  const every = Math.max(1, Math.ceil(cells.length / 4000));
  const s = 2 * finiteSize * finiteSize;
  const w = Float64Array.from(draws, ({ xi, eta }) => {
    let sum = 0;
    for (let c = 0; c < cells.length; c += every)
      sum += exp(-(pow(xi - cells[c]!.xi, 2) + pow(eta - cells[c]!.eta, 2)) / s);
    return sum;
  });
  const total = w.reduce((sum, x) => sum + x, 0);
  const squares = w.reduce((sum, x) => sum + x * x, 0);
  if (!(total > 0) || (total * total) / squares < FEW) return new Float64Array(draws.length).fill(1 / draws.length);
  return w.map((x) => x / total);
}

/** Best N and loss over the decades after `flops`, at 2.5 %, 50 % and 97.5 %. */
export function foretellJointly(
  bridge: Bridge,
  flops: number,
  draws: readonly Anchor[],
  finiteSize?: number,
): Forecast {
  const w = weightsOf(bridge, draws, finiteSize);
  const at = logspace(flops, flops * pow(10, DECADES), POINTS);
  const quantiles = (of: (draw: Anchor, ratio: number) => number): Float64Array[] => {
    const columns = Array.from(at, (C) =>
      weighted(
        draws.map((draw) => of(draw, C / flops)),
        w,
      ),
    );
    return [0, 1, 2].map((i) => Float64Array.from(columns, (column) => column[i]!));
  };
  return {
    flops: at,
    N: quantiles(({ N, xi }, ratio) => N * pow(ratio, xi)),
    loss: quantiles(({ loss, E, eta }, ratio) => E + (loss - E) * pow(ratio, -eta)),
  };
}

/** 2.5 %, 50 %, 97.5 % of weighted values. */
function weighted(values: readonly number[], w: Float64Array): number[] {
  const order = Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
  const out: number[] = [];
  let sum = 0;
  for (const i of order) {
    sum += w[i]!;
    while (out.length < 3 && sum >= [0.025, 0.5, 0.975][out.length]! * (1 - 1e-12)) out.push(values[i]!);
  }
  while (out.length < 3) out.push(values[order.at(-1)!]!);
  return out;
}
