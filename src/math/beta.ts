// The tail of Fisher's F distribution, by the continued fraction of the incomplete beta function (DLMF 8.17.22, evaluated as Lentz
// does) and log Γ by Stirling's series (DLMF 5.11.1).

import { exp, log, log1p } from "./elementary.ts";

/** B_{2k}/(2k(2k−1)), k = 1…5. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];

/** log Γ(x), x > 0, to about 1e-13. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  // the series wants a large argument
  for (; z < 12; z++) shift += log(z);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum / (z * z) + STIRLING[k]!;
  return (z - 0.5) * log(z) - z + 0.5 * log(2 * Math.PI) + sum / z - shift;
}

/** I_x(a, b), the regularised incomplete beta function; 0 ≤ x ≤ 1, a, b > 0. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (!(x < 1)) return 1;
  // the fraction converges fast below the mean
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a;
  const safe = (v: number) => (Math.abs(v) < 1e-300 ? 1e-300 : v);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return Math.min(1, front * fraction);
}

/** The probability of F above f with d1 and d2 degrees of freedom. */
export const fisherTail = (f: number, d1: number, d2: number): number =>
  f > 0 ? incompleteBeta(d2 / (d2 + d1 * f), d2 / 2, d1 / 2) : 1;

/** The 97.5 % point of Student's t with so many degrees of freedom, 1 or more: P(|t| > x) is that of F above x² with 1 and them. */
export function studentPoint(degrees: number): number {
  // 12.706 at one degree is the largest
  let [low, high] = [1.9, 13];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (fisherTail(middle * middle, 1, degrees) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
