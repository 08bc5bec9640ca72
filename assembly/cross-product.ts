// C = A Bᵀ of rows that are given whole, in strips of four rows (assembly/block-product.ts): Gram matrices of features.

import { blockProduct } from "./block-product";

/** The strips [row / 4][k][4] of n rows of k f64; n a multiple of 4. */
export function strips(n: i32, k: i32, rows: usize, to: usize): void {
  const stride = (<usize>k) << 3;
  for (let i = 0; i < n; i += 4) {
    const from = rows + <usize>i * stride;
    for (let j: usize = 0; j < stride; j += 8, to += 32)
      for (let r: usize = 0; r < 4; r++) store<f64>(to + (r << 3), load<f64>(from + r * stride + j));
  }
}

/**
 * C (m × n by rows) = A Bᵀ, A and B strips of m and n rows of k numbers; with `lower`, only whole 4 × 4 blocks on and below the diagonal.
 * Panels of depth and of rows keep what is used again in the second-level cache.
 */
export function crossProduct(m: i32, n: i32, k: i32, A: usize, B: usize, C: usize, lower: bool): void {
  const stride = (<usize>n) << 3;
  const strip = (<usize>k) << 5;
  memory.fill(C, 0, <usize>m * stride);
  const DEPTH = 256,
    ROWS = 64;
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const skip = (<usize>from) << 5;
    for (let band = 0; band < m; band += ROWS) {
      const end = min(m, band + ROWS);
      const columns = lower ? min(n, end) : n;
      for (let j = 0; j < columns; j += 4) {
        const b = B + <usize>(j >> 2) * strip + skip;
        for (let i = lower ? max(band, j) : band; i < end; i += 4)
          blockProduct(depth, A + <usize>(i >> 2) * strip + skip, b, C + <usize>i * stride + ((<usize>j) << 3), stride);
      }
    }
  }
}
