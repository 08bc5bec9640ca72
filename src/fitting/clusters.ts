// Checkpoints without a label of their run: few sizes, many rows each, and what a size's run has in common (its seed, its rate) in
// all of its residuals. Rows drawn one by one would then give intervals several times too narrow. Told by an analysis of variance:
//
//   F = Σ_g n_g (r̄_g − r̄)² / (G − 1) over Σ_g Σ_{i∈g} (r_i − r̄_g)² / (n − G),
//
// which is near 1 for independent residuals, with a standard deviation of about √(2/(G−1)).

import { pow } from "../math/elementary.ts";
import { type Runs, runCount } from "./runs.ts";

/** Rows of a size that make a loss curve. */
const CURVE = 8;
/** Standard deviations of F above 1: it is skewed, and a false alarm costs width. */
const CERTAIN = 6;

/** The runs with one run a size, and F, where the residuals of a fit say that rows of one size go together; else null. */
export function clustered(runs: Runs, residuals: Float64Array): { readonly runs: Runs; readonly F: number } | null {
  if (runCount(runs) < runs.n) return null;
  const number = new Map<number, number>();
  const run = Int32Array.from(runs.N, (N) => {
    if (!number.has(N)) number.set(N, number.size);
    return number.get(N)!;
  });
  const groups = number.size;
  if (groups < 3 || runs.n < CURVE * groups) return null;
  // a spoilt row must not hide or feign what rows share
  const spread = residuals.map(Math.abs).sort()[runs.n >> 1]!;
  const r = residuals.map((x) => Math.min(Math.max(x, -5 * spread), 5 * spread));
  const [sum, count] = [new Float64Array(groups), new Float64Array(groups)];
  run.forEach((g, i) => {
    sum[g]! += r[i]!;
    count[g]!++;
  });
  const mean = r.reduce((total, x) => total + x, 0) / runs.n;
  const between = sum.reduce((total, s, g) => total + count[g]! * pow(s / count[g]! - mean, 2), 0) / (groups - 1);
  const within = r.reduce((total, x, i) => total + pow(x - sum[run[i]!]! / count[run[i]!]!, 2), 0) / (runs.n - groups);
  const F = between / within;
  return F > 1 + CERTAIN * Math.sqrt(2 / (groups - 1)) ? { runs: { ...runs, run }, F } : null;
}
