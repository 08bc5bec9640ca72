// Mean, standard error and quartiles of an ensemble whose members share draws of W: members of one draw are not independent,
// so the error is that of the draws' sums (docs/theory.md, eq. 7.6).

import { quantile } from "../math/quantiles.ts";

export interface Summary {
  readonly mean: Float64Array;
  /** Standard error of the mean. With one draw of W: given that W. NaN where one member is all there is. */
  readonly stderr: Float64Array;
  readonly quartiles: { readonly low: Float64Array; readonly median: Float64Array; readonly high: Float64Array };
}

/** @param curves each member's losses at the recorded steps; @param draw the draw of W of each member */
export function summarise(curves: readonly Float64Array[], draw: (member: number) => number): Summary {
  const points = curves[0]!.length;
  const zeros = () => new Float64Array(points);
  const mean = zeros();
  const stderr = zeros();
  const quartiles = { low: zeros(), median: zeros(), high: zeros() };
  for (let i = 0; i < points; i++) {
    const values = Float64Array.from(curves, (curve) => curve[i]!);
    mean[i] = values.reduce((sum, x) => sum + x, 0) / values.length;
    stderr[i] = standardError(values, mean[i]!, draw);
    values.sort();
    quartiles.low[i] = quantile(values, 0.25);
    quartiles.median[i] = quantile(values, 0.5);
    quartiles.high[i] = quantile(values, 0.75);
  }
  return { mean, stderr, quartiles };
}

function standardError(values: Float64Array, mean: number, draw: (member: number) => number): number {
  if (mean === Infinity) return Infinity;
  const sums = new Map<number, number>();
  values.forEach((x, k) => {
    sums.set(draw(k), (sums.get(draw(k)) ?? 0) + x - mean);
  });
  // one draw: its members are independent given W
  const deviations = sums.size > 1 ? [...sums.values()] : [...values].map((x) => x - mean);
  const groups = deviations.length;
  const square = deviations.reduce((sum, x) => sum + x * x, 0);
  return groups > 1 ? Math.sqrt((square * groups) / (groups - 1)) / values.length : Number.NaN;
}
