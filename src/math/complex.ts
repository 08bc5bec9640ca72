// Complex arithmetic for the few nodes of a contour, where clarity counts and speed does not.

import { atan2, cos, expm1 as expm1Of, exp as expOf, hypot, log1p as log1pOf, sin } from "./elementary.ts";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });
export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
export const sub = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
export const mul = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
export const scale = (x: number, a: Complex): Complex => ({ re: x * a.re, im: x * a.im });
export const conj = (a: Complex): Complex => ({ re: a.re, im: -a.im });
export const abs = (a: Complex): number => hypot(a.re, a.im);

export function div(a: Complex, b: Complex): Complex {
  const n = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / n, im: (a.im * b.re - a.re * b.im) / n };
}

/** The square root with Re ≥ 0. */
export function sqrt(a: Complex): Complex {
  const r = abs(a);
  const re = Math.sqrt((r + Math.abs(a.re)) / 2);
  const im = re === 0 ? 0 : Math.abs(a.im) / (2 * re);
  const sign = a.im < 0 ? -1 : 1;
  return a.re >= 0 ? { re, im: sign * im } : { re: im, im: sign * re };
}

export function exp(a: Complex): Complex {
  const r = expOf(a.re);
  return { re: r * cos(a.im), im: r * sin(a.im) };
}

/** e^a − 1 without cancellation at small a. */
export function expm1(a: Complex): Complex {
  const e = expm1Of(a.re);
  const half = sin(a.im / 2);
  return { re: e - 2 * (e + 1) * half * half, im: (e + 1) * sin(a.im) };
}

/** log(1 + a) without cancellation at small a. */
export const log1p = ({ re, im }: Complex): Complex => ({
  re: log1pOf(2 * re + re * re + im * im) / 2,
  im: atan2(im, 1 + re),
});
