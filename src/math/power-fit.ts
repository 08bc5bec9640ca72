// y ≈ c x^k, by least squares of log y on log x, and the slope from point to point.

import { increasing, numbers } from "../check.ts";
import { exp, log, pow } from "./elementary.ts";

export interface Estimate {
  readonly value: number;
  /** Standard error; for exact data it measures the curvature that a single power law leaves. */
  readonly stderr: number;
}

export interface PowerFit {
  /** k. */
  readonly exponent: Estimate;
  /** c. */
  readonly coefficient: number;
}

/**
 * Fits a power law to at least three points.
 * @throws RangeError where x or y is not positive, their lengths differ or fewer than three are given
 */
export function fitPowerLaw(x: ArrayLike<number>, y: ArrayLike<number>): PowerFit {
  const u = numbers("x", x, Number.MIN_VALUE).map(log);
  const w = numbers("y", y, Number.MIN_VALUE).map(log);
  const n = u.length;
  if (w.length !== n) throw new RangeError(`y must have one value per x (${n}), got ${w.length}`);
  if (n < 3) throw new RangeError(`x must have at least 3 values for a fit, got ${n}`);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / n;
  const [mu, mw] = [mean(u), mean(w)];
  let [uu, uw, ww] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    uu += pow(u[i]! - mu, 2);
    uw += (u[i]! - mu) * (w[i]! - mw);
    ww += pow(w[i]! - mw, 2);
  }
  const value = uw / uu;
  const residual = Math.max(0, ww - value * uw);
  return {
    exponent: { value, stderr: Math.sqrt(residual / ((n - 2) * uu)) },
    coefficient: exp(mw - value * mu),
  };
}

/**
 * d log y/d log x at every x, from the neighbours on both sides (one side at the ends).
 * @throws RangeError where x does not increase, x or y is not positive, their lengths differ or fewer than two are given
 */
export function localSlopes(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const from = increasing("x", x, Number.MIN_VALUE);
  const to = numbers("y", y, Number.MIN_VALUE);
  const n = from.length;
  if (to.length !== n) throw new RangeError(`y must have one value per x (${n}), got ${to.length}`);
  if (n < 2) throw new RangeError("x must have at least 2 values for a slope, got 1");
  const slope = (i: number, j: number) => log(to[j]! / to[i]!) / log(from[j]! / from[i]!);
  return from.map((_, i) => slope(Math.max(0, i - 1), Math.min(n - 1, i + 1)));
}
