// C += AᵀB, the one matrix product of the core (docs/theory.md, §7.3). Matrices wait in strips: strip s of a k × n matrix holds
// its columns 4s…4s+3, row after row, so that the inner loop reads memory in order.

import { add, BYTES, load64, mul, splatAt, store64 } from "./lanes";

/**
 * The 4 × 4 block C += Σ_k a_k ⊗ b_k of strips a and b. `stride` is the bytes from one row of C to the next.
 * Every entry is summed in the order of k, whichever kernel does it.
 */
export function blockProduct(k: i32, a: usize, b: usize, c: usize, stride: usize): void {
  // eight accumulators: all four columns at once, or two at a time where V is scalar
  for (let column: usize = 0; column < 32; column += 2 * BYTES) {
    const c0 = c + column,
      c1 = c0 + stride,
      c2 = c1 + stride,
      c3 = c2 + stride;
    let s00 = load64(c0),
      s01 = load64(c0 + BYTES),
      s10 = load64(c1),
      s11 = load64(c1 + BYTES),
      s20 = load64(c2),
      s21 = load64(c2 + BYTES),
      s30 = load64(c3),
      s31 = load64(c3 + BYTES);
    let p = a,
      q = b + column;
    for (const end = a + ((<usize>k) << 5); p < end; p += 32, q += 32) {
      const b0 = load64(q),
        b1 = load64(q + BYTES);
      let x = splatAt(p);
      s00 = add(s00, mul(x, b0));
      s01 = add(s01, mul(x, b1));
      x = splatAt(p + 8);
      s10 = add(s10, mul(x, b0));
      s11 = add(s11, mul(x, b1));
      x = splatAt(p + 16);
      s20 = add(s20, mul(x, b0));
      s21 = add(s21, mul(x, b1));
      x = splatAt(p + 24);
      s30 = add(s30, mul(x, b0));
      s31 = add(s31, mul(x, b1));
    }
    store64(c0, s00);
    store64(c0 + BYTES, s01);
    store64(c1, s10);
    store64(c1 + BYTES, s11);
    store64(c2, s20);
    store64(c2 + BYTES, s21);
    store64(c3, s30);
    store64(c3 + BYTES, s31);
  }
}
