// The objective of approach 3 and its gradient in f32 (docs/theory.md, eqs. 10.2, 10.3): four points at a time, for the long way from
// a far start. log S − l is right to some 10⁻⁷, enough to tell what a step gains while the gradient is large; close to a minimum
// huber.ts takes over.
//
// Sums are of f32 lanes over a panel of points, then f64.

import { clamp32 } from "./safe-exponential";
import { add32, BYTES32, div32, lanesum32, load32, mul32, splat32, splat32At, sub32 } from "./lanes";
import { S } from "./width";

/** 1/ln 2, ln 2, and 1.5 · 2²³, which leaves the nearest integer in the low bits. */
const EXP = memory.data<f32>([1.44269504, 0.69314718, 12582912.0]);
/** e^h for |h| ≤ ½ ln 2, highest first: minimax, to 7.5e-8. */
const SERIES = memory.data<f32>([
  0.008297648280858994, 0.04191543161869049, 0.16667574644088745, 0.49998894333839417, 0.9999997019767761,
  1.0000001192092896,
]);
/** 2 artanh s / s in s² for s ≤ (√2 − 1)/(√2 + 1): minimax, to 4e-8 of log m. */
const ARTANH = memory.data<f32>([0.41297468543052673, 0.6665219068527222, 2.000000238418579]);
const ONE = memory.data<f32>([1]);
const LN2 = memory.data<f32>([0.69314718]);
/** bits(1) − bits(√½), and the mask of sign and exponent. */
const NORMALIZE = memory.data<u32>([0x004afb0d]);
const EXPONENT = memory.data<u32>([0xff800000]);
/** The bits of 2²³ before a whole number make it an f32; with 127 more they also take off the exponent's bias. */
const TWO_23 = memory.data<f32>([8388608]);
const TWO_23_BIASED = memory.data<f32>([8388735]);
/** Points summed in f32. */
const PANEL: usize = 256;
/** Exponents stay where e^x is a normal f32, and so are sums of three. */
const LIMITS = memory.data<f32>([-80, 80]);
const HALF = memory.data<f32>([0.5]);

// @ts-ignore: decorator
@inline
function within(x: S): S {
  return clamp32(x, splat32At(LIMITS), splat32At(LIMITS + 4));
}

/** e^x for |x| ≤ 80: x = k ln 2 + h; its relative error is some (1 + |k|) 10⁻⁷. */
// @ts-ignore: decorator
@inline
function exp32(x: S): S {
  const magic = splat32At(EXP + 8);
  const t = add32(mul32(x, splat32At(EXP)), magic);
  const h = sub32(x, mul32(sub32(t, magic), splat32At(EXP + 4)));
  let p = splat32At(SERIES);
  p = add32(mul32(p, h), splat32At(SERIES + 4));
  p = add32(mul32(p, h), splat32At(SERIES + 8));
  p = add32(mul32(p, h), splat32At(SERIES + 12));
  p = add32(mul32(p, h), splat32At(SERIES + 16));
  p = add32(mul32(p, h), splat32At(SERIES + 20));
  if (isVector<S>()) return i32x4.add(p, i32x4.shl(t, 23));
  else return reinterpret<f32>(reinterpret<i32>(p) + (reinterpret<i32>(t) << 23));
}

/** log x for normal x > 0: x = 2ᵏm with m ∈ [√½, √2), log m = 2 artanh s, s = (m−1)/(m+1). */
// @ts-ignore: decorator
@inline
function log32(x: S): S {
  const one = splat32At(ONE);
  let m: S, k: S;
  if (isVector<S>()) {
    const t = i32x4.add(x, splat32At(NORMALIZE)),
      exponent = v128.and(t, splat32At(EXPONENT));
    m = i32x4.add(i32x4.sub(x, exponent), one);
    k = f32x4.sub(v128.or(i32x4.shr_u(t, 23), splat32At(TWO_23)), splat32At(TWO_23_BIASED));
  } else {
    const t = reinterpret<u32>(x) + load<u32>(NORMALIZE),
      exponent = t & load<u32>(EXPONENT);
    m = reinterpret<f32>(reinterpret<u32>(x) - exponent + reinterpret<u32>(one));
    k = <f32>(<i32>(t >> 23) - 127);
  }
  const s = div32(sub32(m, one), add32(m, one));
  const z = mul32(s, s);
  let p = splat32At(ARTANH);
  p = add32(mul32(p, z), splat32At(ARTANH + 4));
  p = add32(mul32(p, z), splat32At(ARTANH + 8));
  return add32(mul32(k, splat32At(LN2)), mul32(s, p));
}

/** Bytes of n f32, filled up. */
// @ts-ignore: decorator
@inline
function padded(n: i32): usize {
  return (<usize>((n + 7) & ~7)) << 2;
}

/** x, y, l and w (n f64 each) as f32, one after the other, each filled up to a multiple of 8: 16 (n + 4) bytes at most. */
export function toSingle(n: i32, x: usize, y: usize, l: usize, w: usize, out: usize): void {
  const length = padded(n);
  memory.fill(out, 0, 4 * length);
  for (let i: usize = 0; i < (<usize>n) << 2; i += 4) {
    store<f32>(out + i, <f32>load<f64>(x + 2 * i));
    store<f32>(out + length + i, <f32>load<f64>(y + 2 * i));
    store<f32>(out + 2 * length + i, <f32>load<f64>(l + 2 * i));
    store<f32>(out + 3 * length + i, <f32>load<f64>(w + 2 * i));
  }
}

/** The objective at θ (5 f64) of `data`, as `toSingle` leaves it; its gradient goes to `gradient` (5 f64). */
export function huberSingle(n: i32, data: usize, delta: f64, theta: usize, gradient: usize): f64 {
  const length = padded(n),
    a = splat32(<f32>load<f64>(theta)),
    b = splat32(<f32>load<f64>(theta, 8)),
    alpha = splat32(<f32>load<f64>(theta, 24)),
    beta = splat32(<f32>load<f64>(theta, 32)),
    E = exp32(within(splat32(<f32>load<f64>(theta, 16)))),
    negative = splat32(<f32>-delta),
    bound = splat32(<f32>delta);
  let value: f64 = 0,
    ga: f64 = 0,
    gb: f64 = 0,
    ge: f64 = 0,
    gx: f64 = 0,
    gy: f64 = 0;
  for (let from: usize = 0; from < length; from += 4 * PANEL) {
    let f = splat32(0),
      sa = f,
      sb = f,
      se = f,
      sx = f,
      sy = f;
    for (let i = data + from, end = data + min(length, from + 4 * PANEL); i < end; i += 2 * BYTES32) {
      // stage by stage for two vectors, to hide the latency of exp and log
      const j = i + BYTES32,
        x0 = load32(i),
        x1 = load32(j),
        y0 = load32(i + length),
        y1 = load32(j + length),
        A0 = exp32(within(sub32(a, mul32(alpha, x0)))),
        A1 = exp32(within(sub32(a, mul32(alpha, x1)))),
        B0 = exp32(within(sub32(b, mul32(beta, y0)))),
        B1 = exp32(within(sub32(b, mul32(beta, y1)))),
        S0 = add32(add32(A0, B0), E),
        S1 = add32(add32(A1, B1), E),
        r0 = sub32(log32(S0), load32(i + 2 * length)),
        r1 = sub32(log32(S1), load32(j + 2 * length)),
        psi0 = clamp32(r0, negative, bound),
        psi1 = clamp32(r1, negative, bound),
        W0 = mul32(load32(i + 3 * length), psi0),
        W1 = mul32(load32(j + 3 * length), psi1),
        q0 = div32(W0, S0),
        q1 = div32(W1, S1),
        half = splat32At(HALF);
      f = add32(f, add32(mul32(W0, sub32(r0, mul32(half, psi0))), mul32(W1, sub32(r1, mul32(half, psi1)))));
      se = add32(se, add32(q0, q1));
      const qA0 = mul32(q0, A0),
        qA1 = mul32(q1, A1),
        qB0 = mul32(q0, B0),
        qB1 = mul32(q1, B1);
      sa = add32(sa, add32(qA0, qA1));
      sb = add32(sb, add32(qB0, qB1));
      sx = add32(sx, add32(mul32(qA0, x0), mul32(qA1, x1)));
      sy = add32(sy, add32(mul32(qB0, y0), mul32(qB1, y1)));
    }
    value += lanesum32(f);
    ga += lanesum32(sa);
    gb += lanesum32(sb);
    ge += lanesum32(mul32(se, E));
    gx += lanesum32(sx);
    gy += lanesum32(sy);
  }
  store<f64>(gradient, ga);
  store<f64>(gradient, gb, 8);
  store<f64>(gradient, ge, 16);
  store<f64>(gradient, -gx, 24);
  store<f64>(gradient, -gy, 32);
  return value;
}
