// Γ(x) for real x, by Lanczos' approximation (g = 7, n = 9; coefficients of Godfrey 2001), relative error about 1e-15.

import { exp, pow, sin } from "./elementary.ts";

/** g of the approximation, to which its coefficients belong. */
const G = 7;
const COEFFICIENTS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function gamma(x: number): number {
  if (x < 0.5) return Math.PI / (sin(Math.PI * x) * gamma(1 - x));
  const t = x - 1 + G + 0.5;
  const sum = COEFFICIENTS.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)));
  return Math.sqrt(2 * Math.PI) * pow(t, x - 0.5) * exp(-t) * sum;
}
