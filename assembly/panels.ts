// C += A B in f32, the product of matrices that networks train by. A matrix of m rows and n columns, n a multiple of 8, waits in
// panels [n / 8][m][8]: eight columns of a row side by side, rows one after another, 32 bytes each. So a 4 × 8 block of C is 128
// bytes in a row, and the panels of B, and of an A taken as its transpose, are read in order of memory as they are.
//
// Every entry is summed from what C held on, in the order of k, one rounding a product and one a sum: blocks change no bit.

import { add32, BYTES32, load32, mul32, splat32At, store32 } from "./lanes";

/** Of k at a time: a panel of B, 8 kB, stays in the first-level cache. */
const DEPTH: i32 = 256;
/** Rows of C at a time: their part of A, 64 kB, stays in the second. */
const ROWS: i32 = 64;

/** The 4 × 8 block at c += Σ_k a_k ⊗ b_k: four of A at a, and again `step` bytes further, eight of B at b. */
function block(k: i32, a: usize, step: usize, b: usize, c: usize): void {
  // eight accumulators: all eight columns at once, or two at a time where S is scalar
  for (const last = b + 32; b < last; b += 2 * BYTES32, c += 2 * BYTES32) {
    let s00 = load32(c),
      s01 = load32(c + BYTES32),
      s10 = load32(c + 32),
      s11 = load32(c + 32 + BYTES32),
      s20 = load32(c + 64),
      s21 = load32(c + 64 + BYTES32),
      s30 = load32(c + 96),
      s31 = load32(c + 96 + BYTES32);
    let p = a,
      q = b;
    for (const end = b + ((<usize>k) << 5); q < end; p += step, q += 32) {
      const b0 = load32(q),
        b1 = load32(q + BYTES32);
      let x = splat32At(p);
      s00 = add32(s00, mul32(x, b0));
      s01 = add32(s01, mul32(x, b1));
      x = splat32At(p + 4);
      s10 = add32(s10, mul32(x, b0));
      s11 = add32(s11, mul32(x, b1));
      x = splat32At(p + 8);
      s20 = add32(s20, mul32(x, b0));
      s21 = add32(s21, mul32(x, b1));
      x = splat32At(p + 12);
      s30 = add32(s30, mul32(x, b0));
      s31 = add32(s31, mul32(x, b1));
    }
    store32(c, s00);
    store32(c + BYTES32, s01);
    store32(c + 32, s10);
    store32(c + 32 + BYTES32, s11);
    store32(c + 64, s20);
    store32(c + 64 + BYTES32, s21);
    store32(c + 96, s30);
    store32(c + 96 + BYTES32, s31);
  }
}

/**
 * C (m × n) += A B in panels, B k × n, n a multiple of 8. A comes in strips of four rows (`stripsOf`), m a multiple of 4; or, with
 * `turned`, as the panels of Aᵀ (k × m), m a multiple of 8.
 */
export function multiply(m: i32, n: i32, k: i32, A: usize, turned: bool, B: usize, C: usize): void {
  const step: usize = turned ? 32 : 16;
  const panel = (<usize>k) << 5,
    out = (<usize>m) << 5;
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const skipA = <usize>from * step,
      skipB = (<usize>from) << 5;
    for (let band = 0; band < m; band += ROWS) {
      const end = min(m, band + ROWS);
      for (let j = 0; j < n >> 3; j++) {
        const b = B + <usize>j * panel + skipB,
          c = C + <usize>j * out;
        for (let i = band; i < end; i += 4) {
          const strip = turned ? <usize>(i >> 3) * panel + ((<usize>(i & 4)) << 2) : <usize>(i >> 2) * (panel >> 1);
          block(depth, A + strip + skipA, step, b, c + ((<usize>i) << 5));
        }
      }
    }
  }
}

/** The strips [m / 4][k][4] of the m × k matrix in panels; m a multiple of 4. */
export function stripsOf(m: i32, k: i32, panels: usize, to: usize): void {
  for (let i = 0; i < m; i += 4)
    for (let j = 0; j < k; j++, to += 16) {
      const from = panels + (<usize>(j >> 3) * <usize>m + <usize>i) * 32 + ((<usize>(j & 7)) << 2);
      store<f32>(to, load<f32>(from));
      store<f32>(to + 4, load<f32>(from + 32));
      store<f32>(to + 8, load<f32>(from + 64));
      store<f32>(to + 12, load<f32>(from + 96));
    }
}

/** The panels of the transpose (n × m) of the m × n matrix in panels; both multiples of 8. */
export function turn(m: i32, n: i32, panels: usize, to: usize): void {
  for (let i = 0; i < m; i += 8)
    for (let j = 0; j < n; j++, to += 32) {
      const from = panels + (<usize>(j >> 3) * <usize>m + <usize>i) * 32 + ((<usize>(j & 7)) << 2);
      for (let r: usize = 0; r < 32; r += 4) store<f32>(to + r, load<f32>(from + (r << 3)));
    }
}

/** The panels of m rows that lie one after another, n numbers each, times `scale`; n a multiple of 8. */
export function panelsOf(m: i32, n: i32, scale: f32, rows: usize, to: usize): void {
  const stride = (<usize>n) << 2;
  for (let j: usize = 0; j < stride; j += 32)
    for (let i: usize = 0; i < <usize>m; i++, to += 32)
      for (let c: usize = 0; c < 32; c += 4) store<f32>(to + c, scale * load<f32>(rows + i * stride + j + c));
}
