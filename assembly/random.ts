// Counter-based random numbers (docs/theory.md, eqs. 7.1, 7.2): Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011), eight counters at a time. A number is a function of (seed, stream, member, step,
// index) and of nothing else, so it is the same whatever the threads, the batches of work or the platform.
//
//   key      k0 = seed low, k1 = seed high
//   counter  c0 = block, c1 = step low, c2 = member, c3 = step high (23 bits) | TAIL (bit 23) | stream << 24
//
// Four counters c0…c0+3 give 16 words, stored word-major: x0 of each counter, then x1, x2, x3; then the next four.

import { log, sincos } from "./elementary";
import { expm1 } from "./exponential";
import { add, and, BYTES, load64, mul, or, splat, splatAt, sqrt, store64, sub, xor } from "./lanes";
import { V } from "./width";

/** Multipliers and key increments of Philox4x32 (Salmon et al. 2011, table 2). */
const M0: i32 = 0xd2511f53;
const M1: i32 = 0xcd9e8d57;
const W0: i32 = 0x9e3779b9;
const W1: i32 = 0xbb67ae85;

/** The counters whose words lengthen the words of the same counter without this bit. */
const TAIL: i32 = 1 << 23;

const words = memory.data(128, 16);
const tails = memory.data(128, 16);
const scratch = memory.data(96, 16);
const MULTIPLIERS = memory.data<i32>([M0, M0, M0, M0, M1, M1, M1, M1], 16);
const WEYL = memory.data<i32>([W0, W0, W0, W0, W1, W1, W1, W1], 16);
const LANES = memory.data<i32>([0, 1, 2, 3, 4, 5, 6, 7], 16);
const TWO_M32 = memory.data<f64>([2.3283064365386963e-10]);
const TWO_M33 = memory.data<f64>([1.1641532182693481e-10]);
const HALF_PI_M32 = memory.data<f64>([3.657295198167899e-10]);
const MINUS_TWO = memory.data<f64>([-2]);
const ONE = memory.data<f64>([1]);
const SQRT_3 = memory.data<f64>([1.7320508075688772]);
/** Words below 2¹² are lengthened to 64 bits: so the tails stay right to 9.4 σ at no cost to the rest. */
const SMALLS = memory.data<i32>([4096, 4096, 4096, 4096], 16);
const SIGN = memory.data<u64>([0x8000000000000000]);

/**
 * Sixteen words from the counters (c0 + lane, c1, c2, c3) to `out`, and behind them those from c0 + 4 on: each round waits for
 * the last, so two fours in turns take little longer than one.
 */
export function philox(c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  if (!isVector<V>()) {
    scalarPhilox(c0, c1, c2, c3, k0, k1, out);
    return scalarPhilox(c0 + 4, c1, c2, c3, k0, k1, out + 64);
  }
  // from a table and not splat: V8 makes a splat anew in every round
  const m0 = v128.load(MULTIPLIERS),
    m1 = v128.load(MULTIPLIERS, 16);
  let x0 = i32x4.add(i32x4.splat(c0), v128.load(LANES)),
    x1 = i32x4.splat(c1),
    x2 = i32x4.splat(c2),
    x3 = i32x4.splat(c3),
    y0 = i32x4.add(i32x4.splat(c0), v128.load(LANES, 16)),
    y1 = x1,
    y2 = x2,
    y3 = x3,
    key0 = i32x4.splat(k0),
    key1 = i32x4.splat(k1);
  for (let round = 0; round < 10; round++) {
    let p = i64x2.extmul_low_i32x4_u(x0, m0),
      q = i64x2.extmul_high_i32x4_u(x0, m0);
    const x = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), x3), key1);
    x3 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    p = i64x2.extmul_low_i32x4_u(x2, m1);
    q = i64x2.extmul_high_i32x4_u(x2, m1);
    x2 = x;
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), x1), key0);
    x1 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    p = i64x2.extmul_low_i32x4_u(y0, m0);
    q = i64x2.extmul_high_i32x4_u(y0, m0);
    const y = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), y3), key1);
    y3 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    p = i64x2.extmul_low_i32x4_u(y2, m1);
    q = i64x2.extmul_high_i32x4_u(y2, m1);
    y2 = y;
    y0 = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), y1), key0);
    y1 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    key0 = i32x4.add(key0, v128.load(WEYL));
    key1 = i32x4.add(key1, v128.load(WEYL, 16));
  }
  v128.store(out, x0);
  v128.store(out, x1, 16);
  v128.store(out, x2, 32);
  v128.store(out, x3, 48);
  v128.store(out, y0, 64);
  v128.store(out, y1, 80);
  v128.store(out, y2, 96);
  v128.store(out, y3, 112);
}

/** Sixteen words, a counter at a time. */
function scalarPhilox(c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  for (const end = out + 16; out < end; out += 4, c0++) {
    let x0 = c0,
      x1 = c1,
      x2 = c2,
      x3 = c3,
      key0 = k0,
      key1 = k1;
    for (let round = 0; round < 10; round++) {
      const p0 = <u64>(<u32>x0) * <u32>M0,
        p1 = <u64>(<u32>x2) * <u32>M1;
      x0 = (<i32>(p1 >> 32)) ^ x1 ^ key0;
      x2 = (<i32>(p0 >> 32)) ^ x3 ^ key1;
      x1 = <i32>p1;
      x3 = <i32>p0;
      key0 += W0;
      key1 += W1;
    }
    store<i32>(out, x0);
    store<i32>(out, x1, 16);
    store<i32>(out, x2, 32);
    store<i32>(out, x3, 48);
  }
}

// From here on words are read where philox left them, as many as V has lanes.

/** Bytes of the words of a V. */
const WORDS: usize = BYTES / 2;

/** The words at w as numbers. */
// @ts-ignore: decorator
@inline
function unsigned(w: usize): V {
  if (isVector<V>()) return f64x2.convert_low_i32x4_u(v128.load64_zero(w));
  else return <f64>load<u32>(w);
}

/** (w + ½)/2³² */
// @ts-ignore: decorator
@inline
function uniform(w: usize): V {
  return add(mul(unsigned(w), splatAt(TWO_M32)), splatAt(TWO_M33));
}

/** (w + (w′ + ½)/2³²)/2³² where the word at w is small, w′ being the one at `tail`; (w + ½)/2³² elsewhere. */
function lengthened(w: usize, tail: usize): V {
  const long = mul(add(unsigned(w), uniform(tail)), splatAt(TWO_M32));
  if (isVector<V>()) {
    const small = i64x2.extend_low_i32x4_s(i32x4.lt_u(v128.load64_zero(w), v128.load(SMALLS)));
    return v128.bitselect(long, uniform(w), small);
  } else return load<u32>(w) < load<u32>(SMALLS) ? long : uniform(w);
}

/** The half angle h ∈ (−π/4, π/4) from the low 31 bits of the words at w. */
// @ts-ignore: decorator
@inline
function halfAngle(w: usize): V {
  let a: V;
  if (isVector<V>()) a = f64x2.convert_low_i32x4_s(i32x4.shl(v128.load64_zero(w), 1));
  else a = <f64>(((<i64>load<u32>(w)) << 33) >> 32);
  return mul(add(a, splatAt(ONE)), splatAt(HALF_PI_M32));
}

/** Bit 31 of the words at w, where the sign of an f64 is. */
// @ts-ignore: decorator
@inline
function signs(w: usize): V {
  let a: V;
  if (isVector<V>()) {
    const x = v128.load64_zero(w);
    a = v128.shuffle<i32>(x, x, 0, 0, 1, 1);
  } else a = reinterpret<f64>((<u64>load<u32>(w)) << 32);
  return and(a, splatAt(SIGN));
}

/** cos 2h = 1 − 2 sin² h, with the sign of the words at w. */
// @ts-ignore: decorator
@inline
function signedCosine(w: usize, s: V): V {
  return xor(sub(splatAt(ONE), mul(add(s, s), s)), signs(w));
}

/** Box–Muller, √(−2 log u) (cos, sin), for two V of uniforms and the angle words at w. The sines go 32 bytes behind the cosines. */
// @ts-ignore: decorator
@inline
function boxMuller(u: V, v: V, w: usize, out: usize): void {
  log(u, v, scratch);
  sincos(halfAngle(w), halfAngle(w + WORDS), scratch + 2 * BYTES);
  const minusTwo = splatAt(MINUS_TWO);
  const r0 = sqrt(mul(minusTwo, load64(scratch))),
    r1 = sqrt(mul(minusTwo, load64(scratch + BYTES)));
  const s0 = load64(scratch + 2 * BYTES),
    s1 = load64(scratch + 3 * BYTES);
  store64(out, mul(r0, signedCosine(w, s0)));
  store64(out + BYTES, mul(r1, signedCosine(w + WORDS, s1)));
  store64(out + 32, mul(r0, mul(add(s0, s0), load64(scratch + 4 * BYTES))));
  store64(out + 32 + BYTES, mul(r1, mul(add(s1, s1), load64(scratch + 5 * BYTES))));
}

/** Whether any of the sixteen words at w that become uniforms is small. */
// @ts-ignore: decorator
@inline
function anySmall(w: usize): bool {
  if (isVector<V>()) {
    const least = i32x4.min_u(v128.load(w), v128.load(w, 32));
    return v128.any_true(i32x4.lt_u(least, v128.load(SMALLS)));
  } else {
    let least = u32.MAX_VALUE;
    for (const end = w + 16; w < end; w += 4) least = min(least, min(load<u32>(w), load<u32>(w, 32)));
    return least < load<u32>(SMALLS);
  }
}

function normals(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 8) {
    philox(c0, c1, c2, c3, k0, k1, words);
    for (let block = words; block < words + 128 && out < end; block += 64, out += 128) {
      for (let i: usize = 0; i < 64; i += 32)
        for (let w = block + i; w < block + i + 16; w += 2 * WORDS)
          boxMuller(uniform(w), uniform(w + WORDS), w + 16, out + 2 * (w - block));
      if (anySmall(block)) {
        philox(c0, c1, c2, c3 | TAIL, k0, k1, tails);
        lengthenedNormals(block, tails + (block - words), out);
      }
    }
  }
}

/** The sixteen normals again, with small words lengthened: once in a hundred thousand. */
function lengthenedNormals(block: usize, tail: usize, out: usize): void {
  for (let i: usize = 0; i < 64; i += 32)
    for (let w = i; w < i + 16; w += 2 * WORDS)
      boxMuller(
        lengthened(block + w, tail + w),
        lengthened(block + w + WORDS, tail + w + WORDS),
        block + w + 16,
        out + 2 * w,
      );
}

/** Where the words end from which the numbers from `out` to `end` come. */
// @ts-ignore: decorator
@inline
function lastWord(out: usize, end: usize): usize {
  return words + min<usize>(128, (end - out) >> 1);
}

/** ±1: the sign is the top bit of each word. */
function rademachers(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const one = splatAt(ONE);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 8) {
    philox(c0, c1, c2, c3, k0, k1, words);
    const last = lastWord(out, end);
    for (let w = words; w < last; w += WORDS, out += BYTES) store64(out, or(one, signs(w)));
  }
}

/** Uniform on (−√3, √3), from words of 32 bits. */
function uniforms(n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const one = splatAt(ONE),
    root3 = splatAt(SQRT_3);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 8) {
    philox(c0, c1, c2, c3, k0, k1, words);
    const last = lastWord(out, end);
    for (let w = words; w < last; w += WORDS, out += BYTES) {
      const u = uniform(w);
      store64(out, mul(root3, sub(add(u, u), one)));
    }
  }
}

/** Student's t with ν > 2 degrees of freedom, scaled to variance 1 (Bailey 1994): √((ν−2)(u^{−2/ν} − 1)) cos. Two words each. */
function students(nu: f64, n: i32, c0: i32, c1: i32, c2: i32, c3: i32, k0: i32, k1: i32, out: usize): void {
  const inverse = splat(-2 / nu),
    scale = splat(nu - 2);
  for (const end = out + ((<usize>n) << 3); out < end; c0 += 8) {
    philox(c0, c1, c2, c3, k0, k1, words);
    if (anySmall(words) || anySmall(words + 64)) philox(c0, c1, c2, c3 | TAIL, k0, k1, tails);
    for (let i: usize = 0; i < 128; i += 32, out += 32)
      for (let w = i; w < i + 16; w += 2 * WORDS) {
        const angle = words + w + 16,
          to = out + 2 * (w - i);
        log(lengthened(words + w, tails + w), lengthened(words + w + WORDS, tails + w + WORDS), scratch);
        sincos(halfAngle(angle), halfAngle(angle + WORDS), scratch + 2 * BYTES);
        const r0 = sqrt(mul(scale, expm1(mul(inverse, load64(scratch))))),
          r1 = sqrt(mul(scale, expm1(mul(inverse, load64(scratch + BYTES)))));
        store64(to, mul(r0, signedCosine(angle, load64(scratch + 2 * BYTES))));
        store64(to + BYTES, mul(r1, signedCosine(angle + WORDS, load64(scratch + 3 * BYTES))));
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
