// What a sample's kernel matrix K = Q T Qᵀ says at many ridges δ at once, without its eigenvectors:
//
//   [(K + δ)⁻¹]_ii = Σ_j v_ij²/p_j,   [(K + δ)⁻¹ y]_i = Σ_j v_ij x_j,   v_i = L⁻¹ Qᵀe_i,   x = P⁻¹L⁻¹ Qᵀy,   T + δ = L P Lᵀ
//
// L unit lower bidiagonal: v_j = q_j − l_j v_{j−1}. Two ridges are the lanes, four rows of Q at a time.

import { add, BYTES, div, load64, mul, splat, splatAt, store64, sub, WIDTH } from "./lanes";

/** f64 of scratch that ridgePath takes. */
export function ridgePathScratch(n: i32, targets: i32): i32 {
  return 2 * n * (2 + targets) + 2;
}

/**
 * diagonal, below: T (size). Q: strips (n rows). ridges: `count` of them (a multiple of 2). projections: Qᵀy of each target (n each).
 * inverse: count × n, the diagonal of (K + δ)⁻¹; solutions: targets × count × n, (K + δ)⁻¹y.
 */
export function ridgePath(
  size: i32,
  n: i32,
  diagonal: usize,
  below: usize,
  Q: usize,
  count: i32,
  ridges: usize,
  targets: i32,
  projections: usize,
  inverse: usize,
  solutions: usize,
  scratch: usize,
): void {
  const stride = (<usize>n) << 3;
  const strip = stride << 2;
  const entry: usize = (2 + <usize>targets) * BYTES;
  for (let r = 0; r < count; r += WIDTH) {
    const delta = load64(ridges + ((<usize>r) << 3));
    // the table of this pair of ridges: l_j, 1/p_j, x_j of each target
    let pivot = splat(0);
    for (let j = 0; j < size; j++) {
      const at = (<usize>j) << 3,
        to = scratch + <usize>j * entry;
      let l = splat(0),
        p = add(splatAt(diagonal + at), delta);
      if (j > 0) {
        const e = splatAt(below + at - 8);
        l = div(e, pivot);
        p = sub(p, mul(l, e));
      }
      pivot = p;
      const inverted = div(splat(1), p);
      store64(to, l);
      store64(to + BYTES, inverted);
      for (let t: usize = 0; t < <usize>targets; t++) {
        const column = to + (2 + t) * BYTES;
        let y = splatAt(projections + t * stride + at);
        // the entry before holds x, not L⁻¹y: times its pivot
        if (j > 0) y = sub(y, mul(l, div(load64(column - entry), load64(to - entry + BYTES))));
        store64(column, mul(y, inverted));
      }
    }
    for (let i = 0; i < size; i += 4) {
      for (let t = -1; t < targets; t++) {
        let v0 = splat(0),
          v1 = v0,
          v2 = v0,
          v3 = v0,
          s0 = v0,
          s1 = v0,
          s2 = v0,
          s3 = v0;
        let table = scratch;
        for (let j = 0; j < size; j++, table += entry) {
          const q = Q + <usize>(j >> 2) * strip + ((<usize>i) << 5) + ((<usize>(j & 3)) << 3);
          const l = load64(table);
          v0 = sub(splatAt(q), mul(l, v0));
          v1 = sub(splatAt(q + 32), mul(l, v1));
          v2 = sub(splatAt(q + 64), mul(l, v2));
          v3 = sub(splatAt(q + 96), mul(l, v3));
          if (t < 0) {
            const p = load64(table + BYTES);
            s0 = add(s0, mul(mul(v0, v0), p));
            s1 = add(s1, mul(mul(v1, v1), p));
            s2 = add(s2, mul(mul(v2, v2), p));
            s3 = add(s3, mul(mul(v3, v3), p));
          } else {
            const x = load64(table + (2 + <usize>t) * BYTES);
            s0 = add(s0, mul(v0, x));
            s1 = add(s1, mul(v1, x));
            s2 = add(s2, mul(v2, x));
            s3 = add(s3, mul(v3, x));
          }
        }
        // lanes are ridges: apart again, one row of results a ridge
        const out =
          (t < 0 ? inverse : solutions + <usize>t * <usize>count * stride) + <usize>r * stride + ((<usize>i) << 3);
        store64(scratch + <usize>size * entry, s0);
        put(scratch + <usize>size * entry, out, stride);
        store64(scratch + <usize>size * entry, s1);
        put(scratch + <usize>size * entry, out + 8, stride);
        store64(scratch + <usize>size * entry, s2);
        put(scratch + <usize>size * entry, out + 16, stride);
        store64(scratch + <usize>size * entry, s3);
        put(scratch + <usize>size * entry, out + 24, stride);
      }
    }
  }
}

/** The lanes at `from`, each to its row. */
// @ts-ignore: decorator
@inline
function put(from: usize, to: usize, stride: usize): void {
  for (let lane = 0; lane < WIDTH; lane++)
    store<f64>(to + <usize>lane * stride, load<f64>(from + ((<usize>lane) << 3)));
}
