// Any law by Levenberg–Marquardt on log L̂ − log L in log p, the weights of Huber's loss renewed at every step:
//
//   min Σ_i Huber_δ(log L̂(N_i, D_i; p) − log L_i)                                                              (10.2)
//
// from each of the law's starts; δ is as given, or 1.345 times the spread of the residuals (their median absolute value
// over .6745), found from a first fit.

import { positive } from "../../check.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log as naturalLog } from "../../math/elementary.ts";
import type { Runs } from "../runs.ts";
import type { ScalingLaw } from "./law.ts";

export interface LawFit {
  readonly law: ScalingLaw;
  /** By name, in units of one parameter and one token. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly objective: number;
  readonly delta: number;
  /** Root mean square of log L̂ − log L. */
  readonly rms: number;
  /** Akaike's criterion for small samples, n log rms² + 2k + 2k(k+1)/(n−k−1), k counting the variance. */
  readonly aicc: number;
  /** Whether a step at the minimum no longer lowers the objective by 1e-10 of it. */
  readonly converged: boolean;
  /** L̂ at N and D. */
  readonly lossAt: (N: number, D: number) => number;
}

const STEPS = 300;

/**
 * Fits a law.
 * @param delta - δ of the Huber loss; default from the residuals
 * @throws RangeError where there are not three rows more than parameters
 */
export function fitLaw(law: ScalingLaw, runs: Runs, delta?: number): LawFit {
  const k = law.parameters.length;
  if (runs.n < k + 3)
    throw new RangeError(`the law ${law.name} needs ${k + 3} rows for its ${k} parameters, got ${runs.n}`);
  if (delta !== undefined) positive("delta", delta);
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + naturalLog(v), 0) / runs.n;
  const [x0, y0] = [mean(runs.N), mean(runs.D)];
  const data = {
    x: runs.N.map((N) => naturalLog(N) - x0),
    y: runs.D.map((D) => naturalLog(D) - y0),
    log: runs.loss.map(naturalLog),
  };
  const [least, most] = runs.loss.reduce(([lo, hi], l) => [Math.min(lo, l), Math.max(hi, l)], [Infinity, 0]);
  const descend = (starts: readonly (readonly number[])[], width: number) => {
    let best: Descent | undefined;
    for (const start of starts) {
      const found = minimise(law, data, Float64Array.from(start), width);
      if (!best || found.objective < best.objective) best = found;
    }
    if (!best || !Number.isFinite(best.objective)) throw new RangeError(`the law ${law.name} fits none of its starts`);
    return best;
  };
  let best = descend(law.starts(least, most), delta ?? 5e-3);
  let width = delta ?? 5e-3;
  if (delta === undefined) {
    const sizes = best.residuals.map(Math.abs).sort();
    width = Math.max(1e-6, (1.345 / 0.6745) * sizes[sizes.length >> 1]!);
    best = descend([Array.from(best.p), ...law.starts(least, most)], width);
  }
  const { p, residuals } = best;
  const rms = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / runs.n);
  const inUnits = law.inUnits(p, x0, y0);
  const scratch = new Float64Array(k);
  return {
    law,
    parameters: Object.fromEntries(law.parameters.map((name, i) => [name, inUnits[i]!])),
    objective: best.objective,
    delta: width,
    rms,
    aicc: 2 * runs.n * naturalLog(Math.max(rms, 1e-15)) + 2 * (k + 1) + (2 * (k + 1) * (k + 2)) / (runs.n - k - 2),
    converged: best.converged,
    lossAt: (N, D) => law.predict(p, naturalLog(N) - x0, naturalLog(D) - y0, scratch),
  };
}

interface Data {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly log: Float64Array;
}

interface Descent {
  readonly p: Float64Array;
  readonly objective: number;
  readonly residuals: Float64Array;
  readonly converged: boolean;
}

function minimise(law: ScalingLaw, { x, y, log }: Data, start: Float64Array, delta: number): Descent {
  const k = start.length;
  const gradient = new Float64Array(k);
  const value = (p: Float64Array, residuals: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const r = naturalLog(law.predict(p, x[i]!, y[i]!, gradient)) - log[i]!;
      residuals[i] = r;
      const size = Math.abs(r);
      sum += size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta);
    }
    return Number.isFinite(sum) ? sum : Infinity;
  };
  let p = start;
  let residuals = new Float64Array(x.length);
  let objective = value(p, residuals);
  let damping = 1e-2;
  let calm = 0;
  for (let step = 0; step < STEPS && calm < 3 && damping < 1e12; step++) {
    const normal = new Float64Array(k * k);
    const slope = new Float64Array(k);
    for (let i = 0; i < x.length; i++) {
      const loss = law.predict(p, x[i]!, y[i]!, gradient);
      const r = residuals[i]!;
      const weight = Math.abs(r) <= delta ? 1 : delta / Math.abs(r);
      for (let j = 0; j < k; j++) {
        const gj = gradient[j]! / loss;
        slope[j]! -= weight * r * gj;
        for (let m = 0; m <= j; m++) normal[j * k + m]! += (weight * gj * gradient[m]!) / loss;
      }
    }
    for (let j = 0; j < k; j++) for (let m = 0; m < j; m++) normal[m * k + j] = normal[j * k + m]!;
    for (;;) {
      const matrix = normal.slice();
      // a diagonal that also holds parameters which the rows say nothing of
      for (let j = 0; j < k; j++) matrix[j * k + j]! += damping * (normal[j * k + j]! + 1e-12);
      const move = slope.slice();
      solveDense(matrix, move, k, 1);
      const trial = p.map((v, j) => v * exp(Math.max(-2, Math.min(2, move[j]!))));
      const seen = new Float64Array(x.length);
      const next = value(trial, seen);
      if (next < objective) {
        calm = objective - next <= 1e-10 * objective ? calm + 1 : 0;
        [p, residuals, objective] = [trial, seen, next];
        damping = Math.max(1e-12, damping / 5);
        break;
      }
      damping *= 4;
      if (damping >= 1e12) break;
    }
  }
  return { p, objective, residuals, converged: calm >= 3 || damping >= 1e12 };
}
