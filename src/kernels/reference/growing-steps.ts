// Radau IIA steps of the recursion's generator (docs/theory.md, eqs. 5.8–5.11) in plain TypeScript: the oracle for
// assembly/growing-steps.ts. Between whole steps the recursion is the flow of
//
//   dρ/dt = ℓ ρ + κ ((1−χ) P̂ − θ P̂′),   P̂ = rest + Σ ρ + σ²,
//   ℓ = log g,   κ = γ²B source ℓ/(g−1),   θ = 1/(1−g) + 1/ℓ,   χ = (θ−½) (γ′/γ) 2/(2−γ(B+1)z)
//
// exact for P̂ linear in t and right to first order in γ′. With Ā = A⁻¹ and T = diag(h dt/ds), a node's three stages are
// ρ = M (Ā1 ρ₀ + Tκ ((1−χ)P̂ − θP̂′)), M = (Ā − Tℓ)⁻¹, and P′ at the stages is T⁻¹Ā (P − P₀): the nodes meet in three real
// equations for the three losses.

import { abs, add, type Complex, complex, div, log1p, mul, scale, sub } from "../../math/complex.ts";
import { INVERSE, inverse3, ROWS } from "../../math/radau.ts";
import type { VolterraKernels } from "../volterra.ts";
import { growth } from "./growth.ts";

export const growModes: VolterraKernels["growModes"] = ({ z, source, rest }, state, stages, observe) => {
  const { gamma, batch, slope: drift, time, noise } = stages;
  const n = z.re.length;
  const count = gamma.length / 3;
  const losses = new Float64Array(count);
  let loss = state.re.reduce((sum, x) => sum + x, rest);
  for (let step = 0; step < count; step++) {
    const T = [0, 1, 2].map((q) => time[3 * step + q]!);
    const V = [0, 0, 0];
    const X = new Array<number>(9).fill(0);
    const Y = new Array<number>(9).fill(0);
    // per node: what multiplies ρ₀, and P̂ and P̂′ at the stages, at the end of the step
    const last: { state: Complex; push: Complex[]; slope: Complex[] }[] = [];
    for (let k = 0; k < n; k++) {
      const at = complex(z.re[k]!, z.im[k]!);
      const stage = [0, 1, 2].map((q) => {
        const i = 3 * step + q;
        return generator(gamma[i]!, batch[i]!, drift[i]!, at, T[q]!);
      });
      const M = resolvent(stage.map(({ rate }) => rate));
      const rho = complex(state.re[k]!, state.im[k]!);
      const src = complex(source.re[k]!, source.im[k]!);
      const rows = [0, 1, 2].map((q) => {
        const row = M.slice(3 * q, 3 * q + 3);
        const push = row.map((m, p) => mul(m, mul(stage[p]!.push, src)));
        return {
          state: row.reduce((sum, m, p) => add(sum, scale(ROWS[p]!, m)), complex(0)),
          push,
          slope: row.map((m, p) => mul(m, mul(stage[p]!.slope, src))),
        };
      });
      rows.forEach((row, q) => {
        V[q]! += mul(row.state, rho).re;
        for (let p = 0; p < 3; p++) {
          X[3 * q + p]! += row.push[p]!.re;
          Y[3 * q + p]! += row.slope[p]!.re;
        }
      });
      last.push(rows[2]!);
    }
    const { P, slope } = stageLosses(V, X, Y, T, rest, noise, loss);
    for (let k = 0; k < n; k++) {
      const row = last[k]!;
      let rho = mul(row.state, complex(state.re[k]!, state.im[k]!));
      for (let p = 0; p < 3; p++)
        rho = add(rho, sub(scale(P[p]! + noise, row.push[p]!), scale(slope[p]!, row.slope[p]!)));
      state.re[k] = rho.re;
      state.im[k] = rho.im;
    }
    loss = P[2]!;
    losses[step] = loss;
    if (observe) {
      const { re, im } = observe.weight;
      observe.values[step] = state.re.reduce((sum, x, k) => sum + x * re[k]! - state.im[k]! * im[k]!, 0);
    }
  }
  return losses;
};

/** Tℓ, Tκ(1−χ)/source and Tκθ/source. */
function generator(gamma: number, batch: number, drift: number, z: Complex, T: number) {
  const w = growth(gamma, batch, z);
  // ℓ/w and θ
  let ratio: Complex;
  let lag: Complex;
  if (abs(w) < 0.01) {
    ratio = polynomial([1, -1 / 2, 1 / 3, -1 / 4, 1 / 5, -1 / 6, 1 / 7, -1 / 8], w);
    lag = polynomial([1 / 2, -1 / 12, 1 / 24, -19 / 720, 3 / 160, -863 / 60480], w);
  } else {
    const log = log1p(w);
    ratio = div(log, w);
    lag = sub(div(complex(1), log), div(complex(1), w));
  }
  const chi = div(scale(2 * drift, sub(lag, complex(0.5))), sub(complex(2), scale(gamma * (batch + 1), z)));
  const kappa = scale(T * gamma * gamma * batch, ratio);
  return { rate: scale(T, mul(w, ratio)), push: mul(kappa, sub(complex(1), chi)), slope: mul(kappa, lag) };
}

const polynomial = (coefficients: number[], w: Complex): Complex =>
  coefficients.reduceRight((sum, c) => add(mul(sum, w), complex(c)), complex(0));

/** (Ā − diag(rate))⁻¹ by cofactors. */
function resolvent(rate: Complex[]): Complex[] {
  const a = INVERSE;
  const d = rate.map((r, q) => sub(complex(a[4 * q]!), r));
  const [d1, d2, d3] = d as [Complex, Complex, Complex];
  const less = (x: Complex, c: number) => sub(x, complex(c));
  const from = (c: number, s: number, x: Complex) => sub(complex(c), scale(s, x));
  const adjugate = [
    less(mul(d2, d3), a[5]! * a[7]!),
    from(a[2]! * a[7]!, a[1]!, d3),
    from(a[1]! * a[5]!, a[2]!, d2),
    from(a[5]! * a[6]!, a[3]!, d3),
    less(mul(d1, d3), a[2]! * a[6]!),
    from(a[2]! * a[3]!, a[5]!, d1),
    from(a[3]! * a[7]!, a[6]!, d2),
    from(a[1]! * a[6]!, a[7]!, d1),
    less(mul(d1, d2), a[1]! * a[3]!),
  ];
  const det = add(mul(d1, adjugate[0]!), add(scale(a[1]!, adjugate[3]!), scale(a[2]!, adjugate[6]!)));
  return adjugate.map((x) => div(x, det));
}

/** P and P′ at the stages: (1 − X + Y T⁻¹Ā) P = rest + V + Xσ² + Y T⁻¹Ā1 P₀. */
export function stageLosses(
  V: number[],
  X: number[],
  Y: number[],
  T: number[],
  rest: number,
  noise: number,
  before: number,
): { P: number[]; slope: number[] } {
  const matrix = X.map((x, i) => {
    const [q, p] = [Math.floor(i / 3), i % 3];
    const feedback = [0, 1, 2].reduce((sum, s) => sum + (Y[3 * q + s]! / T[s]!) * INVERSE[3 * s + p]!, 0);
    return (q === p ? 1 : 0) - x + feedback;
  });
  const right = V.map((value, q) =>
    [0, 1, 2].reduce(
      (sum, s) => sum + X[3 * q + s]! * noise + (Y[3 * q + s]! / T[s]!) * ROWS[s]! * before,
      rest + value,
    ),
  );
  const inverse = inverse3(matrix);
  const P = [0, 1, 2].map((q) => [0, 1, 2].reduce((sum, s) => sum + inverse[3 * q + s]! * right[s]!, 0));
  const slope = [0, 1, 2].map(
    (q) => ([0, 1, 2].reduce((sum, s) => sum + INVERSE[3 * q + s]! * P[s]!, 0) - ROWS[q]! * before) / T[q]!,
  );
  return { P, slope };
}
