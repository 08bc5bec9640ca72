// The Gram matrix of the features and its overlap with the target, for one draw of W (docs/theory.md, eq. 7.4):
//
//   G = WᵀDW = Σ_j λ_j w_j w_jᵀ,   h = WᵀDb = Σ_j √λ_j √t_j w_j,   w_j = row j of W, iid N(0, 1/d)
//
// W is drawn a panel of rows at a time and never held. Row j of draw k is (stream, member = k, step = j).

import { add, BYTES, load64, mul, splat, splatAt, store64 } from "./lanes";
import { fill } from "./random";
import { blockProduct } from "./block-product";

/** Rows of a panel: two strips of it fit in the first-level cache. */
const PANEL: i32 = 128;

/**
 * Row j of W (step j of the stream), times `scale`, to `row`: n numbers, zero from d on. n and the room are multiples of 16.
 */
// @ts-ignore: decorator
@inline
export function drawRow(
  d: i32,
  n: i32,
  scale: f64,
  k0: i32,
  k1: i32,
  stream: i32,
  draw: i32,
  j: i32,
  row: usize,
): void {
  fill(0, 0, 0, n, k0, k1, stream, draw, <f64>j, row);
  const s = splat(scale);
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += BYTES) store64(row + i, mul(s, load64(row + i)));
  memory.fill(row + ((<usize>d) << 3), 0, (<usize>(n - d)) << 3);
}

/** The strips of rows first…first+count−1 of W, each row j times scale·weight_j (`weight` = 0: times scale). */
export function drawStrips(
  first: i32,
  count: i32,
  d: i32,
  n: i32,
  weight: usize,
  scale: f64,
  k0: i32,
  k1: i32,
  stream: i32,
  draw: i32,
  row: usize,
  strips: usize,
): void {
  const strip = (<usize>count) << 5;
  for (let j = 0; j < count; j++) {
    const factor = weight ? scale * load<f64>(weight + ((<usize>(first + j)) << 3)) : scale;
    drawRow(d, n, factor, k0, k1, stream, draw, first + j, row);
    let to = strips + ((<usize>j) << 5);
    for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 32, to += strip)
      for (let q: usize = 0; q < 32; q += BYTES) store64(to + q, load64(row + i + q));
  }
}

/** f64 of scratch that gram takes. */
export function gramScratch(n: i32): i32 {
  return 129 * n;
}

/**
 * G (n × n, zero beyond d; whole 4 × 4 blocks on and below the diagonal) and h (n). n is d rounded up to a multiple of 16.
 * root, target: v f64, √λ_j and √t_j. scratch: (n + 128 n) f64. G and h must be zero on entry.
 */
export function gram(
  v: i32,
  d: i32,
  n: i32,
  root: usize,
  target: usize,
  k0: i32,
  k1: i32,
  stream: i32,
  draw: i32,
  G: usize,
  h: usize,
  scratch: usize,
): void {
  const stride = (<usize>n) << 3;
  const strips = scratch + stride;
  const scale = 1 / Math.sqrt(<f64>d);
  for (let first = 0; first < v; first += PANEL) {
    const count = min(PANEL, v - first);
    const strip = (<usize>count) << 5;
    drawStrips(first, count, d, n, root, scale, k0, k1, stream, draw, scratch, strips);
    for (let i = 0; i < n; i += 4) {
      const a = strips + <usize>(i >> 2) * strip;
      let c = G + <usize>i * stride;
      for (let b = strips; b <= a; b += strip, c += 32) blockProduct(count, a, b, c, stride);
      for (let q: usize = 0; q < 32; q += 2 * BYTES) {
        const to = h + ((<usize>i) << 3) + q;
        let h0 = load64(to),
          h1 = load64(to + BYTES);
        for (let j = 0; j < count; j++) {
          const t = splatAt(target + ((<usize>(first + j)) << 3));
          const row = a + q + ((<usize>j) << 5);
          h0 = add(h0, mul(t, load64(row)));
          h1 = add(h1, mul(t, load64(row + BYTES)));
        }
        store64(to, h0);
        store64(to + BYTES, h1);
      }
    }
  }
}
