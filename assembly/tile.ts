// C += AᵀB, the one matrix product of the core (docs/theory.md, §7.3). Matrices wait in strips: strip s of a k × n matrix holds
// its columns 4s…4s+3, row after row, so that the inner loop reads memory in order.

/**
 * The 4 × 4 block C += Σ_k a_k ⊗ b_k of strips a and b. `stride` is the bytes from one row of C to the next.
 * Every entry is summed in the order of k, whichever kernel does it.
 */
export function tile(k: i32, a: usize, b: usize, c: usize, stride: usize): void {
  let c00 = v128.load(c),
    c01 = v128.load(c, 16),
    c10 = v128.load(c + stride),
    c11 = v128.load(c + stride, 16),
    c20 = v128.load(c + 2 * stride),
    c21 = v128.load(c + 2 * stride, 16),
    c30 = v128.load(c + 3 * stride),
    c31 = v128.load(c + 3 * stride, 16);
  for (const end = a + ((<usize>k) << 5); a < end; a += 32, b += 32) {
    const b0 = v128.load(b),
      b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 8);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 16);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = v128.load64_splat(a, 24);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + stride, c10);
  v128.store(c + stride, c11, 16);
  v128.store(c + 2 * stride, c20);
  v128.store(c + 2 * stride, c21, 16);
  v128.store(c + 3 * stride, c30);
  v128.store(c + 3 * stride, c31, 16);
}
