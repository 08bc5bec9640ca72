// Approach 1 (Hoffmann et al. 2022): at each of many budgets the loss curve that is lowest there; its N, D = C/(kN) and loss
// against C give the power laws. Budgets where the lowest curve is that of the smallest or the largest model, or of one whose
// curve ends or begins there, are left out: the optimum may lie beyond.

import { integer, oneOf, whole } from "../check.ts";
import { exp, log } from "../math/elementary.ts";
import { logspace } from "../math/grid.ts";
import { curvesOf, type RunCurve, read, readTokens } from "./curves.ts";
import { fitOptima, type Optima, type OptimaFit } from "./powerlaws.ts";
import type { Runs } from "./runs.ts";

export interface EnvelopeOptions {
  /** Budgets tried, evenly spaced in log C. Default 1500. */
  readonly budgets?: number;
  /** Whether the loss along the envelope has an irreducible part. Default "free". */
  readonly irreducible?: "free" | "zero";
  readonly weights?: Float64Array;
}

export interface EnvelopeFit extends OptimaFit {
  readonly method: "envelope";
  readonly a: number;
  readonly optima: Optima;
  readonly stats: {
    readonly curves: number;
    /** Different model sizes on the envelope. */
    readonly sizes: number;
    /** Budgets left out because their optimum is at an edge. */
    readonly atEdge: number;
  };
}

/**
 * Fits approach 1.
 * @throws RangeError where there are no loss curves, or fewer than three model sizes lie on the envelope
 */
export function fitEnvelope(runs: Runs, options: EnvelopeOptions = {}): EnvelopeFit {
  const budgets = integer("budgets", whole("points", options.budgets ?? 1500, "budgets"), 2);
  const irreducible = oneOf("irreducible", options.irreducible ?? "free", ["free", "zero"]);
  const curves = curvesOf(runs, options.weights).sort((p, q) => p.N - q.N);
  const sizes = new Set(curves.map((curve) => curve.N));
  if (sizes.size < 3)
    throw new RangeError(
      `approach 1 needs loss curves (several C) of at least 3 model sizes, got ${sizes.size}: mark the checkpoints of a run by a run column`,
    );
  const low = exp(curves.reduce((least, c) => Math.min(least, c.x[0]!), Infinity));
  const high = exp(curves.reduce((most, c) => Math.max(most, c.x.at(-1)!), -Infinity));
  const [least, most] = [curves[0]!.N, curves.at(-1)!.N];
  const found: { C: number; N: number; D: number; loss: number }[] = [];
  let atEdge = 0;
  for (const C of logspace(low, high, budgets)) {
    const winner = lowest(curves, log(C));
    if (!winner) continue;
    const { curve, loss } = winner;
    if (curve.N === least || curve.N === most || truncated(curves, curve, log(C))) atEdge++;
    else found.push({ C, N: curve.N, D: exp(readTokens(curve, log(C))), loss: exp(loss) });
  }
  const column = (of: (o: (typeof found)[number]) => number) => Float64Array.from(found, of);
  const optima = {
    flops: column((o) => o.C),
    N: column((o) => o.N),
    D: column((o) => o.D),
    loss: column((o) => o.loss),
  };
  const onEnvelope = new Set(optima.N).size;
  if (onEnvelope < 3)
    throw new RangeError(
      `approach 1 found only ${onEnvelope} model sizes on the lower envelope away from its ends: more sizes are needed`,
    );
  const fit = fitOptima(optima, irreducible);
  return {
    method: "envelope",
    ...fit,
    a: fit.size.exponent,
    optima,
    stats: { curves: curves.length, sizes: onEnvelope, atEdge },
  };
}

function lowest(curves: readonly RunCurve[], c: number): { curve: RunCurve; loss: number } | undefined {
  let best: { curve: RunCurve; loss: number } | undefined;
  for (const curve of curves) {
    const loss = read(curve, c);
    if (loss < (best?.loss ?? Infinity)) best = { curve, loss };
  }
  return best;
}

/** Whether no larger or no smaller model has a curve here: then the lowest seen need not be the lowest there is. */
function truncated(curves: readonly RunCurve[], winner: RunCurve, c: number): boolean {
  const covers = (curve: RunCurve) => !Number.isNaN(read(curve, c));
  return !curves.some((o) => o.N > winner.N && covers(o)) || !curves.some((o) => o.N < winner.N && covers(o));
}
