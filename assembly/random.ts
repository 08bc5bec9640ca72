// Counter-based random numbers (docs/theory.md, §7.1): Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011), four counters at a time. A number is a function of (seed, stream, member, step,
// index) and of nothing else, so it is the same whatever the threads, the batches of work or the platform.
//
//   key      k0 = seed low, k1 = seed high
//   counter  c0 = block, c1 = step low, c2 = member, c3 = step high (23 bits) | TAIL (bit 23) | stream << 24
//
// Four counters c0…c0+3 give 16 words, stored word-major: x0 of each counter, then x1, x2, x3.

import { constant, log, sincos } from "./elementary";
import { expm1 } from "./exponential";

const M0: i32 = 0xd2511f53;
const M1: i32 = 0xcd9e8d57;
const W0: i32 = 0x9e3779b9;
const W1: i32 = 0xbb67ae85;

/** The counters whose words lengthen the words of the same counter without this bit. */
const TAIL: i32 = 1 << 23;

const words = memory.data(64, 16);
const tails = memory.data(64, 16);
const scratch = memory.data(96, 16);
const LANES = memory.data<i32>([0, 1, 2, 3], 16);
const TWO_M32 = memory.data<f64>([2.3283064365386963e-10]);
const TWO_M33 = memory.data<f64>([1.1641532182693481e-10]);
const HALF_PI_M32 = memory.data<f64>([3.657295198167899e-10]);
const MINUS_TWO = memory.data<f64>([-2]);
const ONE = memory.data<f64>([1]);
const SQRT_3 = memory.data<f64>([1.7320508075688772]);
/** Words below 2¹² are lengthened to 64 bits: so the tails stay right to 9.4 σ at no cost to the rest. */
const SMALLS = memory.data<i32>([4096, 4096, 4096, 4096], 16);
const SIGN = memory.data<u64>([0x8000000000000000]);

/** Sixteen words from the counters (c0 + lane, c1, c2, c3) to `out`. */
export function philox(c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const m0 = i32x4.splat(M0),
    m1 = i32x4.splat(M1),
    w0 = i32x4.splat(W0),
    w1 = i32x4.splat(W1);
  let x0 = i32x4.add(i32x4.splat(c0), v128.load(LANES)),
    x1 = i32x4.splat(c1),
    x2 = i32x4.splat(c2),
    x3 = i32x4.splat(c3),
    key0 = i32x4.splat(k0),
    key1 = i32x4.splat(k1);
  for (let round = 0; round < 10; round++) {
    const lo0 = i32x4.mul(x0, m0),
      lo1 = i32x4.mul(x2, m1),
      p0 = i64x2.extmul_low_i32x4_u(x0, m0),
      q0 = i64x2.extmul_high_i32x4_u(x0, m0),
      p1 = i64x2.extmul_low_i32x4_u(x2, m1),
      q1 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(p1, q1, 1, 3, 5, 7), x1), key0);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(p0, q0, 1, 3, 5, 7), x3), key1);
    x1 = lo1;
    x3 = lo0;
    key0 = i32x4.add(key0, w0);
    key1 = i32x4.add(key1, w1);
  }
  v128.store(out, x0);
  v128.store(out, x1, 16);
  v128.store(out, x2, 32);
  v128.store(out, x3, 48);
}

/** (w + ½)/2³² for the low two lanes of w. */
// @ts-ignore: decorator
@inline
function uniform(w: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(w), constant(TWO_M32)), constant(TWO_M33));
}

/** (w + (w′ + ½)/2³²)/2³² in the lanes where w is small, (w + ½)/2³² in the others. */
function lengthened(w: v128, tail: v128): v128 {
  const long = f64x2.mul(f64x2.add(f64x2.convert_low_i32x4_u(w), uniform(tail)), constant(TWO_M32));
  const small = i64x2.extend_low_i32x4_s(i32x4.lt_u(w, v128.load(SMALLS)));
  return v128.bitselect(long, uniform(w), small);
}

// @ts-ignore: decorator
@inline
function high(w: v128): v128 {
  return v128.shuffle<i64>(w, w, 1, 1);
}

/** The half angle h ∈ (−π/4, π/4) from the low 31 bits of the two words at w. */
// @ts-ignore: decorator
@inline
function halfAngle(w: v128): v128 {
  const a = f64x2.convert_low_i32x4_s(i32x4.shl(w, 1));
  return f64x2.mul(f64x2.add(a, constant(ONE)), constant(HALF_PI_M32));
}

/** cos 2h = 1 − 2 sin² h, with bit 31 of w for its sign. */
// @ts-ignore: decorator
@inline
function signedCosine(w: v128, s: v128): v128 {
  const c = f64x2.sub(constant(ONE), f64x2.mul(f64x2.add(s, s), s));
  return v128.xor(c, v128.and(v128.shuffle<i32>(w, w, 0, 0, 1, 1), constant(SIGN)));
}

/** Box–Muller: four uniforms and four angle words to eight normals: √(−2 log u) (cos, sin). */
// @ts-ignore: decorator
@inline
function normals8(u: v128, v: v128, w: v128, out: usize): void {
  log(u, v, scratch);
  const t = high(w);
  sincos(halfAngle(w), halfAngle(t), scratch + 32);
  const minusTwo = constant(MINUS_TWO);
  const r0 = f64x2.sqrt(f64x2.mul(minusTwo, v128.load(scratch))),
    r1 = f64x2.sqrt(f64x2.mul(minusTwo, v128.load(scratch, 16)));
  const s0 = v128.load(scratch, 32),
    s1 = v128.load(scratch, 48);
  v128.store(out, f64x2.mul(r0, signedCosine(w, s0)));
  v128.store(out, f64x2.mul(r1, signedCosine(t, s1)), 16);
  v128.store(out, f64x2.mul(r0, f64x2.mul(f64x2.add(s0, s0), v128.load(scratch, 64))), 32);
  v128.store(out, f64x2.mul(r1, f64x2.mul(f64x2.add(s1, s1), v128.load(scratch, 80))), 48);
}

/** Whether any of the `words` that become uniforms is small; if so, `tails` gets their continuation. */
// @ts-ignore: decorator
@inline
function needTails(c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32): bool {
  const least = i32x4.min_u(v128.load(words), v128.load(words, 32));
  if (!v128.any_true(i32x4.lt_u(least, v128.load(SMALLS)))) return false;
  philox(c0, c1, c2, c3 | TAIL, k0, k1, tails);
  return true;
}

/** The sixteen normals again, with small words lengthened: once in a hundred thousand. */
function lengthenedNormals(out: usize): void {
  for (let i: usize = 0; i < 64; i += 32) {
    const w = v128.load(words + i),
      t = v128.load(tails + i);
    normals8(lengthened(w, t), lengthened(high(w), high(t)), v128.load(words + i, 16), out + 2 * i);
  }
}

function normals(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 4, out += 128) {
    philox(c0, c1, c2, c3, k0, k1, words);
    for (let i: usize = 0; i < 64; i += 32) {
      const w = v128.load(words + i);
      normals8(uniform(w), uniform(high(w)), v128.load(words + i, 16), out + 2 * i);
    }
    if (needTails(c0, c1, c2, c3, k0, k1)) lengthenedNormals(out);
  }
}

/** ±1: the sign is the top bit of each word. */
function rademachers(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const one = constant(ONE),
    sign = constant(SIGN);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 4) {
    philox(c0, c1, c2, c3, k0, k1, words);
    for (let i = 0; i < 64; i += 16, out += 32) {
      const w = v128.load(words + i);
      v128.store(out, v128.or(one, v128.and(v128.shuffle<i32>(w, w, 0, 0, 1, 1), sign)));
      v128.store(out, v128.or(one, v128.and(v128.shuffle<i32>(w, w, 2, 2, 3, 3), sign)), 16);
    }
  }
}

/** Uniform on (−√3, √3), from words of 32 bits. */
function uniforms(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const one = constant(ONE),
    root3 = constant(SQRT_3);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 4) {
    philox(c0, c1, c2, c3, k0, k1, words);
    for (let i = 0; i < 64; i += 16, out += 32) {
      const w = v128.load(words + i);
      const u = uniform(w),
        v = uniform(high(w));
      v128.store(out, f64x2.mul(root3, f64x2.sub(f64x2.add(u, u), one)));
      v128.store(out, f64x2.mul(root3, f64x2.sub(f64x2.add(v, v), one)), 16);
    }
  }
}

/** Student's t with ν > 2 degrees of freedom, scaled to variance 1 (Bailey 1994): √((ν−2)(u^{−2/ν} − 1)) cos. Two words each. */
function students(nu: f64, n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const inverse = f64x2.splat(-2 / nu),
    scale = f64x2.splat(nu - 2);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 4, out += 64) {
    philox(c0, c1, c2, c3, k0, k1, words);
    if (!needTails(c0, c1, c2, c3, k0, k1)) memory.fill(tails, 0, 64);
    for (let i: usize = 0; i < 64; i += 32) {
      const x = v128.load(words + i),
        w = v128.load(words + i, 16),
        t = v128.load(tails + i);
      log(lengthened(x, t), lengthened(high(x), high(t)), scratch);
      sincos(halfAngle(w), halfAngle(high(w)), scratch + 32);
      const r0 = f64x2.sqrt(f64x2.mul(scale, expm1(f64x2.mul(inverse, v128.load(scratch))))),
        r1 = f64x2.sqrt(f64x2.mul(scale, expm1(f64x2.mul(inverse, v128.load(scratch, 16)))));
      v128.store(out + i, f64x2.mul(r0, signedCosine(w, v128.load(scratch, 32))));
      v128.store(out + i, f64x2.mul(r1, signedCosine(high(w), v128.load(scratch, 48))), 16);
    }
  }
}

/** What `fill` draws: all have mean 0 and variance 1. The numbers are those of src/kernels/simulation.ts. */
const NORMAL = 0;
const RADEMACHER = 1;
const UNIFORM = 2;
const STUDENT = 3;

/**
 * n numbers of one (stream, member, step) to `out`, from number `start` on. n and start are multiples of 16; `step` is a whole
 * number below 2⁵³.
 */
export function fill(
  kind: i32,
  parameter: f64,
  start: i32,
  n: i32,
  k0: i32,
  k1: i32,
  stream: i32,
  member: i32,
  step: f64,
  out: usize,
): void {
  const whole = <u64>step;
  const low = <i32>whole,
    rest = (<i32>(whole >> 32)) | (stream << 24);
  // four numbers a counter, but two for Student's t
  const c0 = kind == STUDENT ? start >> 1 : start >> 2;
  if (kind == NORMAL) normals(n, c0, low, member, rest, k0, k1, out);
  else if (kind == RADEMACHER) rademachers(n, c0, low, member, rest, k0, k1, out);
  else if (kind == UNIFORM) uniforms(n, c0, low, member, rest, k0, k1, out);
  else students(parameter, n, c0, low, member, rest, k0, k1, out);
}
