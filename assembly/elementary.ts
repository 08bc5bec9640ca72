// log, and the sine and cosine of up to an eighth of a turn (docs/theory.md, §7.1). Only + − × ÷ and bit operations, so that
// every engine gives the same bits. Coefficients: FreeBSD msun (e_log.c, k_sin.c, k_cos.c).
//
// V8 rebuilds a splatted constant at each use and a load from a table costs less; so these two, which every normal needs,
// take two vectors that share each load. Results go to memory, the second vector 16 bytes after the first.

import { exp } from "./exponential";

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
/** The bits of 2⁵² before a whole number make it an f64; 2⁵² + 1023 then also takes off the exponent's bias. */
const TWO_52 = memory.data<f64>([4503599627370496]);
const TWO_52_BIASED = memory.data<f64>([4503599627371519]);
/** bits(1) − bits(√½), and the mask of sign and exponent. */
const NORMALIZE = memory.data<u64>([0x00095f6200000000]);
const EXPONENT = memory.data<u64>([0xfff0000000000000]);

// @ts-ignore: decorator
@inline
export function constant(p: usize): v128 {
  return v128.load64_splat(p);
}

/** log x to `out`, for normal x > 0: x = 2ᵏm with m ∈ [√½, √2), log m = 2 artanh s, s = (m−1)/(m+1). */
// @ts-ignore: decorator
@inline
export function log(x: v128, y: v128, out: usize): void {
  const shift = constant(NORMALIZE),
    mask = constant(EXPONENT),
    one = constant(ONE);
  const t0 = i64x2.add(x, shift),
    t1 = i64x2.add(y, shift);
  const m0 = i64x2.add(i64x2.sub(x, v128.and(t0, mask)), one),
    m1 = i64x2.add(i64x2.sub(y, v128.and(t1, mask)), one);
  const s0 = f64x2.div(f64x2.sub(m0, one), f64x2.add(m0, one)),
    s1 = f64x2.div(f64x2.sub(m1, one), f64x2.add(m1, one));
  const z0 = f64x2.mul(s0, s0),
    z1 = f64x2.mul(s1, s1);
  let c = constant(LOG + 48),
    p0 = c,
    p1 = c;
  c = constant(LOG + 40);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  c = constant(LOG + 32);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  c = constant(LOG + 24);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  c = constant(LOG + 16);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  c = constant(LOG + 8);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  c = constant(LOG);
  p0 = f64x2.add(c, f64x2.mul(z0, p0));
  p1 = f64x2.add(c, f64x2.mul(z1, p1));
  const two = constant(TWO),
    magic = constant(TWO_52),
    biased = constant(TWO_52_BIASED),
    ln2 = constant(LN2);
  const k0 = f64x2.sub(v128.or(i64x2.shr_u(t0, 52), magic), biased),
    k1 = f64x2.sub(v128.or(i64x2.shr_u(t1, 52), magic), biased);
  p0 = f64x2.mul(s0, f64x2.add(two, f64x2.mul(z0, p0)));
  p1 = f64x2.mul(s1, f64x2.add(two, f64x2.mul(z1, p1)));
  v128.store(out, f64x2.add(f64x2.mul(k0, ln2), p0));
  v128.store(out, f64x2.add(f64x2.mul(k1, ln2), p1), 16);
}

/** sin h to `out`, cos h to `out + 32`, for |h| ≤ π/4. */
// @ts-ignore: decorator
@inline
export function sincos(h0: v128, h1: v128, out: usize): void {
  const z0 = f64x2.mul(h0, h0),
    z1 = f64x2.mul(h1, h1);
  let c = constant(SIN + 40),
    s0 = c,
    s1 = c;
  c = constant(SIN + 32);
  s0 = f64x2.add(c, f64x2.mul(z0, s0));
  s1 = f64x2.add(c, f64x2.mul(z1, s1));
  c = constant(SIN + 24);
  s0 = f64x2.add(c, f64x2.mul(z0, s0));
  s1 = f64x2.add(c, f64x2.mul(z1, s1));
  c = constant(SIN + 16);
  s0 = f64x2.add(c, f64x2.mul(z0, s0));
  s1 = f64x2.add(c, f64x2.mul(z1, s1));
  c = constant(SIN + 8);
  s0 = f64x2.add(c, f64x2.mul(z0, s0));
  s1 = f64x2.add(c, f64x2.mul(z1, s1));
  c = constant(SIN);
  s0 = f64x2.add(c, f64x2.mul(z0, s0));
  s1 = f64x2.add(c, f64x2.mul(z1, s1));
  c = constant(COS + 40);
  let c0 = c,
    c1 = c;
  c = constant(COS + 32);
  c0 = f64x2.add(c, f64x2.mul(z0, c0));
  c1 = f64x2.add(c, f64x2.mul(z1, c1));
  c = constant(COS + 24);
  c0 = f64x2.add(c, f64x2.mul(z0, c0));
  c1 = f64x2.add(c, f64x2.mul(z1, c1));
  c = constant(COS + 16);
  c0 = f64x2.add(c, f64x2.mul(z0, c0));
  c1 = f64x2.add(c, f64x2.mul(z1, c1));
  c = constant(COS + 8);
  c0 = f64x2.add(c, f64x2.mul(z0, c0));
  c1 = f64x2.add(c, f64x2.mul(z1, c1));
  c = constant(COS);
  c0 = f64x2.add(c, f64x2.mul(z0, c0));
  c1 = f64x2.add(c, f64x2.mul(z1, c1));
  const half = constant(HALF),
    one = constant(ONE);
  v128.store(out, f64x2.add(h0, f64x2.mul(f64x2.mul(h0, z0), s0)));
  v128.store(out, f64x2.add(h1, f64x2.mul(f64x2.mul(h1, z1), s1)), 16);
  v128.store(out, f64x2.add(f64x2.sub(one, f64x2.mul(z0, half)), f64x2.mul(f64x2.mul(z0, z0), c0)), 32);
  v128.store(out, f64x2.add(f64x2.sub(one, f64x2.mul(z1, half)), f64x2.mul(f64x2.mul(z1, z1), c1)), 48);
}

/** out_j = j^p for j = 1…n; n a multiple of 4. */
export function indexPowers(n: i32, p: f64, out: usize): void {
  const exponent = f64x2.splat(p);
  let j = f64x2.replace_lane(constant(ONE), 1, 2);
  for (const end = out + ((<usize>n) << 3); out < end; out += 32) {
    const next = f64x2.add(j, constant(TWO));
    log(j, next, out);
    v128.store(out, exp(f64x2.mul(exponent, v128.load(out))));
    v128.store(out, exp(f64x2.mul(exponent, v128.load(out, 16))), 16);
    j = f64x2.add(next, constant(TWO));
  }
}
