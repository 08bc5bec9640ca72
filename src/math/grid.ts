import { positive, whole } from "../check.ts";
import { exp, log } from "./elementary.ts";

/**
 * n numbers from lo to hi, evenly spaced in the logarithm; the ends are exact.
 * @throws RangeError where lo or hi is not a finite number > 0, or n not a whole number from 1 to 10,000,000
 */
export function logspace(lo: number, hi: number, n: number): Float64Array {
  whole("numbers", n, "n");
  positive("lo", lo);
  positive("hi", hi);
  const ratio = log(hi / lo);
  return Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? hi : lo * exp((ratio * i) / Math.max(1, n - 1))));
}

/** The centres of n equal cells from lo to hi. */
export function centres([lo, hi]: readonly [number, number], n: number): number[] {
  return Array.from({ length: n }, (_, i) => lo + ((i + 0.5) * (hi - lo)) / n);
}
