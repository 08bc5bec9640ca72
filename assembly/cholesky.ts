// G = L Lᵀ and L Lᵀ X = B, for kernel regression: blocks of four columns, each update one product of strips (assembly/block-product.ts).
//
//   L_jj L_jjᵀ = G_jj − Σ_k L_jk L_jkᵀ,   L_ij = (G_ij − Σ_k L_ik L_jkᵀ) L_jj⁻ᵀ
//
// Strip s holds rows 4s…4s+3 of L, one column after the other: [column][4].

import { blockProduct } from "./block-product";

/**
 * The factor of G (n × n by rows, lower triangle; n a multiple of 4) as strips L (n × n). Returns 0, or 1 + the row whose pivot is not
 * positive: G is not positive definite. block: 16 f64 of scratch.
 */
export function cholesky(n: i32, G: usize, L: usize, block: usize): i32 {
  const stride = (<usize>n) << 3;
  const strip = stride << 2;
  for (let j = 0; j < n; j += 4) {
    const own = L + <usize>(j >> 2) * strip;
    for (let i = j; i < n; i += 4) {
      const a = L + <usize>(i >> 2) * strip;
      // −Σ_k: the product is accumulated, then taken from G
      memory.fill(block, 0, 128);
      blockProduct(j, a, own, block, 32);
      for (let c = 0; c < 4; c++) {
        for (let r = i == j ? c : 0; r < 4; r++) {
          let x =
            load<f64>(G + <usize>(i + r) * stride + ((<usize>(j + c)) << 3)) -
            load<f64>(block + ((<usize>(4 * r + c)) << 3));
          for (let k = 0; k < c; k++)
            x -= load<f64>(a + ((<usize>(4 * (j + k) + r)) << 3)) * load<f64>(own + ((<usize>(4 * (j + k) + c)) << 3));
          if (i == j && r == c) {
            if (!(x > 0)) return 1 + j + c;
            x = Math.sqrt(x);
          } else x /= load<f64>(own + ((<usize>(4 * (j + c) + c)) << 3));
          store<f64>(a + ((<usize>(4 * (j + c) + r)) << 3), x);
        }
        if (i == j) for (let r = 0; r < c; r++) store<f64>(a + ((<usize>(4 * (j + c) + r)) << 3), 0);
      }
    }
  }
  return 0;
}

/** Solves L Lᵀ x = b in place: b has n f64, L is what cholesky left. */
export function choleskySolve(n: i32, L: usize, b: usize): void {
  const strip = (<usize>n) << 5;
  for (let i = 0; i < n; i++) {
    const a = L + <usize>(i >> 2) * strip + ((<usize>(i & 3)) << 3);
    let x = load<f64>(b + ((<usize>i) << 3));
    for (let k = 0; k < i; k++) x -= load<f64>(a + ((<usize>k) << 5)) * load<f64>(b + ((<usize>k) << 3));
    store<f64>(b + ((<usize>i) << 3), x / load<f64>(a + ((<usize>i) << 5)));
  }
  for (let i = n - 1; i >= 0; i--) {
    const a = L + <usize>(i >> 2) * strip + ((<usize>(i & 3)) << 3);
    const x = load<f64>(b + ((<usize>i) << 3)) / load<f64>(a + ((<usize>i) << 5));
    store<f64>(b + ((<usize>i) << 3), x);
    for (let k = 0; k < i; k++)
      store<f64>(b + ((<usize>k) << 3), load<f64>(b + ((<usize>k) << 3)) - x * load<f64>(a + ((<usize>k) << 5)));
  }
}
