// e^x, e^x − 1, sin y and cos y of every lane, for the few hundred nodes of a contour times the steps of a curve.
//
//   e^x = 2^k (1 + (e^h − 1)),   x = k ln 2 + h, |h| ≤ ½ ln 2,   e^h − 1 by its Taylor series to h¹³/13! (remainder 4e-18)
//   y = n π/2 + h, |h| ≤ π/4, |n| < 2²⁰; sin h and cos h by the minimax polynomials of FreeBSD msun (k_sin.c, k_cos.c)
//
// Constants live in memory: V8 rebuilds a splat of a constant at each use inside a loop.

import { add, mul, splatAt, sub } from "./lanes";
import { V } from "./width";

const ONE = memory.data<f64>([1]);
/** 1.5 · 2⁵²: added to a number below 2⁵¹ it leaves the nearest integer in the low bits. */
const ROUND = memory.data<f64>([6755399441055744.0]);
/** 1/ln 2, and ln 2 in two parts, the first with 20 trailing zero bits, so that its multiples are exact. */
const LN2 = memory.data<f64>([1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10]);
/** 2/π, and π/2 in two parts, the first with 20 trailing zero bits. */
const QUARTER = memory.data<f64>([0.6366197723675814, 1.5707963267341256, 6.077100506506192e-11]);
/** 1/k!, k = 2…13 */
const EXP = memory.data<f64>([
  0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889, 0.0001984126984126984,
  2.48015873015873e-5, 2.7557319223985893e-6, 2.755731922398589e-7, 2.505210838544172e-8, 2.08767569878681e-9,
  1.6059043836821613e-10,
]);
const BITS = memory.data<u64>([1, 2]);
const SIN = memory.data<f64>([
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
]);
const COS = memory.data<f64>([
  -0.5, 0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
]);

/** c0 + c1 x + … + cn xⁿ, the coefficients at `table`. */
// @ts-ignore: decorator
@inline
function polynomial5(x: V, table: usize): V {
  const x2 = mul(x, x);
  // even and odd powers apart: two short chains instead of a long one
  let even = add(splatAt(table + 16), mul(x2, splatAt(table + 32)));
  let odd = add(splatAt(table + 24), mul(x2, splatAt(table + 40)));
  even = add(splatAt(table), mul(x2, even));
  odd = add(splatAt(table + 8), mul(x2, odd));
  return add(even, mul(x, odd));
}

/** ROUND + the integer nearest to x·factor. */
// @ts-ignore: decorator
@inline
function nearest(x: V, factor: usize): V {
  return add(mul(x, splatAt(factor)), splatAt(ROUND));
}

/** x − k·period, with t = ROUND + k and the period in two parts. */
// @ts-ignore: decorator
@inline
function remainder(x: V, t: V, period: usize): V {
  const k = sub(t, splatAt(ROUND));
  return sub(sub(x, mul(k, splatAt(period))), mul(k, splatAt(period + 8)));
}

/** 2^k from t = ROUND + k. */
// @ts-ignore: decorator
@inline
function powerOfTwo(t: V): V {
  if (isVector<V>()) return i64x2.add(i64x2.shl(t, 52), splatAt(ONE));
  else return reinterpret<f64>((reinterpret<u64>(t) << 52) + 0x3ff0000000000000);
}

/** e^h − 1 for |h| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline
function expm1Near(h: V): V {
  const h2 = mul(h, h);
  const low = polynomial5(h, EXP);
  const high = polynomial5(h, EXP + 48);
  return add(h, mul(h2, add(low, mul(mul(h2, mul(h2, h2)), high))));
}

/** eˣ for |x| < 700. */
// @ts-ignore: decorator
@inline
export function exp(x: V): V {
  const t = nearest(x, LN2);
  const two = powerOfTwo(t);
  return add(two, mul(two, expm1Near(remainder(x, t, LN2 + 8))));
}

/** eˣ − 1 for |x| < 700. */
// @ts-ignore: decorator
@inline
export function expm1(x: V): V {
  const t = nearest(x, LN2);
  const two = powerOfTwo(t);
  return add(sub(two, splatAt(ONE)), mul(two, expm1Near(remainder(x, t, LN2 + 8))));
}

/** ROUND + the quarter turn y is nearest to: what sinIn and cosIn take beside y. */
// @ts-ignore: decorator
@inline
export function quarterTurn(y: V): V {
  return nearest(y, QUARTER);
}

// @ts-ignore: decorator
@inline
function sinNear(h: V): V {
  const z = mul(h, h);
  return add(h, mul(mul(h, z), polynomial5(z, SIN)));
}

// @ts-ignore: decorator
@inline
function cosNear(h: V): V {
  const z = mul(h, h);
  const z2 = mul(z, z);
  return add(add(splatAt(ONE), mul(z, splatAt(COS))), mul(z2, polynomial5(z, COS + 8)));
}

/** ± a where the integer in t is even, ± b where it is odd; minus where its second bit is set. */
// @ts-ignore: decorator
@inline
function inQuarter(t: V, a: V, b: V): V {
  if (isVector<V>()) {
    const odd = i64x2.neg(v128.and(t, splatAt(BITS)));
    const sign = i64x2.shl(v128.and(t, splatAt(BITS + 8)), 62);
    return v128.xor(v128.bitselect(b, a, odd), sign);
  } else {
    const n = reinterpret<i64>(t);
    const value = n & 1 ? b : a;
    return n & 2 ? -value : value;
  }
}

/** sin y, with t = quarterTurn(y). */
// @ts-ignore: decorator
@inline
export function sinIn(t: V, y: V): V {
  const h = remainder(y, t, QUARTER + 8);
  return inQuarter(t, sinNear(h), cosNear(h));
}

/** cos y, with t = quarterTurn(y). */
// @ts-ignore: decorator
@inline
export function cosIn(t: V, y: V): V {
  const h = remainder(y, t, QUARTER + 8);
  return inQuarter(add(t, splatAt(ONE)), sinNear(h), cosNear(h));
}
