import { exp, log } from "./elementary.ts";

/** n numbers from lo to hi, evenly spaced in the logarithm; the ends are exact. */
export function logspace(lo: number, hi: number, n: number): Float64Array {
  const ratio = log(hi / lo);
  return Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? hi : lo * exp((ratio * i) / Math.max(1, n - 1))));
}
