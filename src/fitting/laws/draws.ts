// Draws of a law's parameters: its fit again on resamples of the rows, or of whole runs where rows of one run share an error, from the
// fit by a few damped steps of Gauss and Newton in u (evaluate.ts) with Huber's weights h = min(1, δ/|r|),
//
//   u ← u − (Jᵀ W J + μ diag)⁻¹ Jᵀ W r,   W = diag(w h),  J = ∂ log L̂/∂u                                          (10.15)

import { solveDense } from "../../math/dense.ts";
import { exp } from "../../math/elementary.ts";
import { type Evaluator, inLogarithm } from "./evaluate.ts";
import type { ScalingLaw } from "./law.ts";

/** What is drawn again: a law, where its fit ended, and Huber's δ. */
export interface Fitted {
  readonly law: ScalingLaw;
  readonly p: Float64Array;
  readonly delta: number;
}

/** Of Gauss and Newton from the minimum on all rows, near which a resample has its own. */
const STEPS = 6;

/** The fit on rows of weights w, whose log L are `target`. */
export function refitted(
  { law, p: from, delta }: Fitted,
  at: Evaluator,
  target: Float64Array,
  w: Float64Array,
): Float64Array {
  const k = from.length;
  const n = target.length;
  const logarithmic = inLogarithm(law);
  const look = (p: Float64Array) => {
    const { logs, slopes } = at(p, true);
    let sum = 0;
    for (let i = 0; i < logs.length; i++) {
      const r = logs[i]! - target[i]!;
      logs[i] = r;
      const size = Math.abs(r);
      sum += w[i]! * (size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta));
    }
    return { p, value: Number.isFinite(sum) ? sum : Infinity, residuals: logs, slopes };
  };
  let state = look(from);
  let damping = 1e-4;
  for (let step = 0; step < STEPS; step++) {
    const matrix = new Float64Array(k * k);
    const move = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      const r = state.residuals[i]!;
      const weight = w[i]! * Math.min(1, delta / Math.abs(r));
      if (!(weight > 0)) continue;
      for (let a = 0; a < k; a++) {
        const slope = state.slopes[a * n + i]!;
        move[a]! -= weight * r * slope;
        for (let b = 0; b <= a; b++) matrix[a * k + b]! += weight * slope * state.slopes[b * n + i]!;
      }
    }
    for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) matrix[b * k + a] = matrix[a * k + b]!;
    let better: typeof state | undefined;
    for (; damping < 1e8 && !better; damping *= 10) {
      const damped = matrix.slice();
      for (let a = 0; a < k; a++) damped[a * k + a]! += damping * matrix[a * k + a]! + 1e-12;
      const along = move.slice();
      solveDense(damped, along, k, 1);
      const next = look(
        state.p.map((v, a) => {
          const move = Math.max(-2, Math.min(2, along[a]!));
          if (logarithmic[a]) return v * exp(move);
          const [low, high] = law.bounds[law.parameters[a]!]!;
          return Math.max(low, Math.min(high, v + along[a]!));
        }),
      );
      if (next.value < state.value) better = next;
    }
    if (!better) break;
    const gained = state.value - better.value;
    state = better;
    if (gained < 1e-4 * state.value) break;
    damping = Math.max(1e-8, damping / 100);
  }
  return state.p;
}
