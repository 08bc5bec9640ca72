// log, and the sine and cosine of up to an eighth of a turn (docs/theory.md, §7.1). Only + − × ÷ and bit operations, so that
// every engine gives the same bits. Coefficients: FreeBSD msun (e_log.c, k_sin.c, k_cos.c).
//
// V8 rebuilds a splatted constant at each use and a load from a table costs less; so these two, which every normal needs,
// take two vectors that share each load. Results go to memory, the second vector right after the first.

import { exp } from "./exponential";
import {
  add,
  addBits,
  and,
  BYTES,
  div,
  load64,
  mul,
  or,
  shiftRight,
  splat,
  splatAt,
  store64,
  sub,
  subBits,
  WIDTH,
} from "./lanes";
import { V } from "./width";

const LOG = memory.data<f64>([
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
]);
const SIN = memory.data<f64>([
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
]);
const COS = memory.data<f64>([
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
  -1.1359647557788195e-11,
]);
const LN2 = memory.data<f64>([0.6931471805599453]);
const HALF = memory.data<f64>([0.5]);
const ONE = memory.data<f64>([1]);
const TWO = memory.data<f64>([2]);
const FIRST = memory.data<f64>([1, 2]);
/** The bits of 2⁵² before a whole number make it an f64; 2⁵² + 1023 then also takes off the exponent's bias. */
const TWO_52 = memory.data<f64>([4503599627370496]);
const TWO_52_BIASED = memory.data<f64>([4503599627371519]);
/** bits(1) − bits(√½), and the mask of sign and exponent. */
const NORMALIZE = memory.data<u64>([0x00095f6200000000]);
const EXPONENT = memory.data<u64>([0xfff0000000000000]);

/** log x to `out`, for normal x > 0: x = 2ᵏm with m ∈ [√½, √2), log m = 2 artanh s, s = (m−1)/(m+1). */
// @ts-ignore: decorator
@inline
export function log(x: V, y: V, out: usize): void {
  const shift = splatAt(NORMALIZE),
    mask = splatAt(EXPONENT),
    one = splatAt(ONE);
  const t0 = addBits(x, shift),
    t1 = addBits(y, shift);
  const m0 = addBits(subBits(x, and(t0, mask)), one),
    m1 = addBits(subBits(y, and(t1, mask)), one);
  const s0 = div(sub(m0, one), add(m0, one)),
    s1 = div(sub(m1, one), add(m1, one));
  const z0 = mul(s0, s0),
    z1 = mul(s1, s1);
  let c = splatAt(LOG + 48),
    p0 = c,
    p1 = c;
  c = splatAt(LOG + 40);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  c = splatAt(LOG + 32);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  c = splatAt(LOG + 24);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  c = splatAt(LOG + 16);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  c = splatAt(LOG + 8);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  c = splatAt(LOG);
  p0 = add(c, mul(z0, p0));
  p1 = add(c, mul(z1, p1));
  const two = splatAt(TWO),
    magic = splatAt(TWO_52),
    biased = splatAt(TWO_52_BIASED),
    ln2 = splatAt(LN2);
  const k0 = sub(or(shiftRight(t0, 52), magic), biased),
    k1 = sub(or(shiftRight(t1, 52), magic), biased);
  p0 = mul(s0, add(two, mul(z0, p0)));
  p1 = mul(s1, add(two, mul(z1, p1)));
  store64(out, add(mul(k0, ln2), p0));
  store64(out + BYTES, add(mul(k1, ln2), p1));
}

/** sin h to `out`, then cos h, for |h| ≤ π/4. */
// @ts-ignore: decorator
@inline
export function sincos(h0: V, h1: V, out: usize): void {
  const z0 = mul(h0, h0),
    z1 = mul(h1, h1);
  let c = splatAt(SIN + 40),
    s0 = c,
    s1 = c;
  c = splatAt(SIN + 32);
  s0 = add(c, mul(z0, s0));
  s1 = add(c, mul(z1, s1));
  c = splatAt(SIN + 24);
  s0 = add(c, mul(z0, s0));
  s1 = add(c, mul(z1, s1));
  c = splatAt(SIN + 16);
  s0 = add(c, mul(z0, s0));
  s1 = add(c, mul(z1, s1));
  c = splatAt(SIN + 8);
  s0 = add(c, mul(z0, s0));
  s1 = add(c, mul(z1, s1));
  c = splatAt(SIN);
  s0 = add(c, mul(z0, s0));
  s1 = add(c, mul(z1, s1));
  c = splatAt(COS + 40);
  let c0 = c,
    c1 = c;
  c = splatAt(COS + 32);
  c0 = add(c, mul(z0, c0));
  c1 = add(c, mul(z1, c1));
  c = splatAt(COS + 24);
  c0 = add(c, mul(z0, c0));
  c1 = add(c, mul(z1, c1));
  c = splatAt(COS + 16);
  c0 = add(c, mul(z0, c0));
  c1 = add(c, mul(z1, c1));
  c = splatAt(COS + 8);
  c0 = add(c, mul(z0, c0));
  c1 = add(c, mul(z1, c1));
  c = splatAt(COS);
  c0 = add(c, mul(z0, c0));
  c1 = add(c, mul(z1, c1));
  const half = splatAt(HALF),
    one = splatAt(ONE);
  store64(out, add(h0, mul(mul(h0, z0), s0)));
  store64(out + BYTES, add(h1, mul(mul(h1, z1), s1)));
  store64(out + 2 * BYTES, add(sub(one, mul(z0, half)), mul(mul(z0, z0), c0)));
  store64(out + 3 * BYTES, add(sub(one, mul(z1, half)), mul(mul(z1, z1), c1)));
}

/** out_j = j^p for j = 1…n; n a multiple of 4. */
export function indexPowers(n: i32, p: f64, out: usize): void {
  const exponent = splat(p),
    step = splat(WIDTH);
  let j = load64(FIRST);
  for (const end = out + ((<usize>n) << 3); out < end; out += 2 * BYTES) {
    const next = add(j, step);
    log(j, next, out);
    store64(out, exp(mul(exponent, load64(out))));
    store64(out + BYTES, exp(mul(exponent, load64(out + BYTES))));
    j = add(next, step);
  }
}
