// The misfit of variable projection over a grid of exponents (docs/theory.md, eq. 10.5). With columns s_i = 1/L_i,
// U_k = s e^{−α_k x} and V_m = s e^{−β_m y}, weights w and a target of ones, each cell (k, m) is
//
//   min_{c ≥ 0} Σ w (c₁U_k + c₂V_m + c₃s − 1)²
//
// whose decrease below Σ w is what is told. Only the product U_k·V_m belongs to a cell; s and U_k are eliminated first.

import { add, BYTES, lanesum, load64, mul, splat, store64 } from "./lanes";

/** A pivot this small against its diagonal is rounding: the columns are dependent. */
const DEPENDENT: f64 = 1e-13;

// @ts-ignore: decorator
@inline
function dot(n: usize, a: usize, b: usize): f64 {
  let s0 = splat(0),
    s1 = s0;
  for (let i: usize = 0, end = n << 3; i < end; i += 2 * BYTES) {
    s0 = add(s0, mul(load64(a + i), load64(b + i)));
    s1 = add(s1, mul(load64(a + i + BYTES), load64(b + i + BYTES)));
  }
  return lanesum(add(s0, s1));
}

/** Σ w u². */
// @ts-ignore: decorator
@inline
function square(n: usize, u: usize, w: usize): f64 {
  let sum = splat(0);
  for (let i: usize = 0, end = n << 3; i < end; i += BYTES)
    sum = add(sum, mul(mul(load64(u + i), load64(u + i)), load64(w + i)));
  return lanesum(sum);
}

/** U_k·V_m for 2 columns u from u and 4 from v, each n long: to out and out + stride. */
// @ts-ignore: decorator
@inline
function products(n: usize, u: usize, v: usize, out: usize, stride: usize): void {
  const column = n << 3;
  let s0 = splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0,
    s6 = s0,
    s7 = s0;
  for (let i: usize = 0; i < column; i += BYTES) {
    const a = load64(u + i),
      b = load64(u + column + i),
      at = v + i;
    let c = load64(at);
    s0 = add(s0, mul(a, c));
    s4 = add(s4, mul(b, c));
    c = load64(at + column);
    s1 = add(s1, mul(a, c));
    s5 = add(s5, mul(b, c));
    c = load64(at + 2 * column);
    s2 = add(s2, mul(a, c));
    s6 = add(s6, mul(b, c));
    c = load64(at + 3 * column);
    s3 = add(s3, mul(a, c));
    s7 = add(s7, mul(b, c));
  }
  store<f64>(out, lanesum(s0));
  store<f64>(out, lanesum(s1), 8);
  store<f64>(out, lanesum(s2), 16);
  store<f64>(out, lanesum(s3), 24);
  store<f64>(out + stride, lanesum(s4));
  store<f64>(out + stride, lanesum(s5), 8);
  store<f64>(out + stride, lanesum(s6), 16);
  store<f64>(out + stride, lanesum(s7), 24);
}

/** The decrease by two columns, 0 where a coefficient would be negative. */
// @ts-ignore: decorator
@inline
function pair(g: f64, k: f64, gk: f64, h: f64, j: f64): f64 {
  const determinant = g * k - gk * gk;
  const c = k * h - gk * j,
    d = g * j - gk * h;
  if (!(determinant > DEPENDENT * g * k) || c < 0 || d < 0) return 0;
  return (h * c + j * d) / determinant;
}

/** f64 of scratch that projectionGains takes. */
export function projectionGainsScratch(n: i32, K: i32): i32 {
  return (3 * K + 4) * n + 7 * K + K * K;
}

/**
 * Decreases for each of m rows of n weights: m × K², α slowest. columns: U (K × n), V (K × n), s (n), K a multiple of 4; n of 4.
 * scratch: (3K + 4) n + 7K + K² f64.
 */
export function projectionGains(
  n: i32,
  K: i32,
  columns: usize,
  m: i32,
  weights: usize,
  gains: usize,
  scratch: usize,
): void {
  const column = (<usize>n) << 3,
    vector = (<usize>K) << 3,
    index = scratch,
    packed = index + column;
  for (let draw = 0; draw < m; draw++, weights += column) {
    let count: usize = 0;
    for (let i: usize = 0; i < column; i += 8)
      if (load<f64>(weights + i) > 0) {
        store<u64>(index + (count << 3), <u64>i);
        count++;
      }
    const length = (count + 3) & ~3,
      bytes = length << 3;
    // U, V, s, then wV, ws, w
    const V = packed + <usize>K * bytes,
      s = V + <usize>K * bytes,
      wV = s + bytes,
      ws = wV + <usize>K * bytes,
      w = ws + bytes,
      sums = w + bytes;
    for (let k: usize = 0; k <= 2 * <usize>K + 1; k++) {
      const from = k > 2 * <usize>K ? weights : columns + k * column,
        to = k > 2 * <usize>K ? w : packed + k * bytes;
      for (let i: usize = 0; i < count; i++)
        store<f64>(to + (i << 3), load<f64>(from + <usize>load<u64>(index + (i << 3))));
      for (let i = count; i < length; i++) store<f64>(to + (i << 3), 0);
    }
    for (let k: usize = 0; k <= <usize>K; k++)
      for (let i: usize = 0; i < bytes; i += BYTES)
        store64(wV + k * bytes + i, mul(load64(V + k * bytes + i), load64(w + i)));
    const ss = dot(length, s, ws),
      sy = dot(length, s, w),
      perS = 1 / ss;
    // what belongs to V_m alone: its products with s and itself, s eliminated, and the decreases without U
    const vs = sums,
      vv = vs + vector,
      scaled = vv + vector,
      rest = scaled + vector,
      vy = rest + vector,
      left = vy + vector,
      without = left + vector,
      uv = without + vector;
    for (let j: usize = 0; j < vector; j += 8) {
      const column = V + (j >> 3) * bytes,
        weighted = wV + (j >> 3) * bytes,
        VS = dot(length, s, weighted),
        VV = dot(length, column, weighted),
        VY = dot(length, column, w),
        share = VS * perS;
      store<f64>(vs + j, VS);
      store<f64>(vv + j, VV);
      store<f64>(scaled + j, share);
      store<f64>(rest + j, VV - share * VS);
      store<f64>(vy + j, VY);
      store<f64>(left + j, VY - share * sy);
      store<f64>(without + j, max((VY * VY) / VV, pair(VV, ss, VS, VY, sy)));
    }
    for (let k: usize = 0; k < <usize>K; k += 2)
      for (let j: usize = 0; j < <usize>K; j += 4)
        products(length, packed + k * bytes, wV + j * bytes, uv + k * vector + (j << 3), vector);
    for (let k: usize = 0; k < vector; k += 8) {
      const u = packed + (k >> 3) * bytes,
        UU = square(length, u, w),
        US = dot(length, u, ws),
        UY = dot(length, u, w),
        pivot = UU - US * US * perS,
        inverse = 1 / pivot,
        target = (UY - US * sy * perS) * inverse,
        regular = pivot > DEPENDENT * UU,
        alone = max(max((UY * UY) / UU, sy * sy * perS), pair(UU, ss, US, UY, sy)),
        row = uv + (k >> 3) * vector;
      for (let j: usize = 0; j < vector; j += 8, gains += 8) {
        const UV = load<f64>(row + j),
          VV = load<f64>(vv + j),
          VY = load<f64>(vy + j),
          e = UV - US * load<f64>(scaled + j),
          f = e * inverse,
          last = load<f64>(rest + j) - f * e;
        if (regular && last > DEPENDENT * VV) {
          const c = (load<f64>(left + j) - e * target) / last,
            b = target - f * c,
            a = (sy - US * b - load<f64>(vs + j) * c) * perS;
          if (a >= 0 && b >= 0 && c >= 0) {
            store<f64>(gains, a * sy + b * UY + c * VY);
            continue;
          }
        }
        store<f64>(gains, max(max(alone, load<f64>(without + j)), pair(UU, VV, UV, UY, VY)));
      }
    }
  }
}
