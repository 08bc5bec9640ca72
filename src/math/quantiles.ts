// Quantiles of a sample, and intervals between them.

import { finite } from "../check.ts";

export type Interval = readonly [low: number, high: number];

/** The p-quantile of sorted values, by linear interpolation (Hyndman & Fan 1996, type 7). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  finite("p", p, 0, 1);
  if (sorted.length === 0) throw new RangeError("sorted must not be empty");
  const at = p * (sorted.length - 1);
  const i = Math.floor(at);
  const low = sorted[i]!;
  const high = sorted[Math.min(i + 1, sorted.length - 1)]!;
  return at === i || low === high ? low : low + (at - i) * (high - low);
}

/** The central interval that holds `level` of the values. NaN is left out; without values, NaN. */
export function interval(values: Iterable<number>, level = 0.95): Interval {
  finite("level", level, 0, 1);
  const sorted = Float64Array.from(values)
    .filter((x) => !Number.isNaN(x))
    .sort();
  if (sorted.length === 0) return [Number.NaN, Number.NaN];
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}
