// The orthogonal matrix of a tridiagonalisation, from the reflections it left (assembly/tridiagonal.ts):
//
//   Q = H_0 H_1 … H_{n−2},   H_k = I − τ_k u_k u_kᵀ,   QᵀGQ = T
//
// accumulated from the last to the first, sixteen at a time as I − V S Vᵀ, S upper triangular (Schreiber and Van Loan 1989; LAPACK's
// dlarft, dorgtr), so that all work is products of blocks. Q is in strips of four columns (assembly/block-product.ts).

import { blockProduct } from "./block-product";

/** Reflections taken at once. */
const BLOCK: i32 = 16;

/** f64 of scratch that basis takes. */
export function basisScratch(n: i32): i32 {
  return 64 * n + 512;
}

/**
 * Q (n × n in strips; identity beyond `size`) of the reflections kept by tridiagonalize in the rows of G, with their factors.
 * n is a multiple of 16.
 */
export function basis(size: i32, n: i32, G: usize, taus: usize, Q: usize, scratch: usize): void {
  const stride = (<usize>n) << 3;
  const strip = stride << 2;
  memory.fill(Q, 0, <usize>n * stride);
  for (let i = 0; i < n; i++) store<f64>(Q + <usize>(i >> 2) * strip + ((<usize>i) << 5) + ((<usize>(i & 3)) << 3), 1);
  // V by strips of four reflections, by strips of four rows, W = VᵀQ by rows, −S W by strips
  const V = scratch,
    rows = V + 16 * stride,
    W = rows + 16 * stride,
    Y = W + 16 * stride,
    S = Y + 16 * stride,
    overlap = S + 2048;
  for (let first = ((size - 1) / BLOCK) * BLOCK; first >= 0; first -= BLOCK) {
    const from = first & ~3;
    memory.fill(V, 0, 16 * stride);
    memory.fill(rows, 0, 16 * stride);
    for (let k = 0; k < BLOCK; k++) {
      const at = first + k;
      if (at + 1 >= size) break;
      const u = G + <usize>at * stride;
      const column = V + <usize>(k >> 2) * strip + ((<usize>(k & 3)) << 3);
      for (let i = at + 1; i < size; i++) {
        const x = load<f64>(u + ((<usize>i) << 3));
        store<f64>(column + ((<usize>i) << 5), x);
        store<f64>(rows + <usize>(i >> 2) * 512 + ((<usize>k) << 5) + ((<usize>(i & 3)) << 3), x);
      }
    }
    // S: columns one after the other, S_ik = −τ_k Σ_j S_ij ⟨u_j, u_k⟩ for i < k
    memory.fill(overlap, 0, 2048);
    for (let a: usize = 0; a < 4; a++)
      for (let b: usize = 0; b < 4; b++)
        blockProduct(
          n - from,
          V + a * strip + ((<usize>from) << 5),
          V + b * strip + ((<usize>from) << 5),
          overlap + (a << 9) + (b << 5),
          128,
        );
    memory.fill(S, 0, 2048);
    for (let k = 0; k < BLOCK; k++) {
      const tau = first + k + 1 < size ? load<f64>(taus + ((<usize>(first + k)) << 3)) : 0.0;
      for (let i = 0; i < k; i++) {
        let sum = 0.0;
        for (let j = i; j < k; j++)
          sum += load<f64>(S + ((<usize>(16 * i + j)) << 3)) * load<f64>(overlap + ((<usize>(16 * j + k)) << 3));
        store<f64>(S + ((<usize>(16 * i + k)) << 3), -tau * sum);
      }
      store<f64>(S + ((<usize>(17 * k)) << 3), tau);
    }
    // columns before `from` are still those of the identity, and rows before it are not touched
    for (let s = from; s < n; s += 4) {
      const q = Q + <usize>(s >> 2) * strip,
        w = W + ((<usize>s) << 3),
        y = Y + <usize>(s >> 2) * 512;
      for (let g: usize = 0; g < 4; g++) {
        for (let r: usize = 0; r < 4; r++) memory.fill(w + (4 * g + r) * stride, 0, 32);
        blockProduct(
          n - from,
          V + g * strip + ((<usize>from) << 5),
          q + ((<usize>from) << 5),
          w + 4 * g * stride,
          stride,
        );
      }
      for (let i: usize = 0; i < 16; i++)
        for (let c: usize = 0; c < 32; c += 8) {
          let sum = 0.0;
          for (let k: usize = i; k < 16; k++) sum += load<f64>(S + ((16 * i + k) << 3)) * load<f64>(w + k * stride + c);
          store<f64>(y + (i << 5) + c, -sum);
        }
      for (let i = from; i < n; i += 4) blockProduct(16, rows + <usize>(i >> 2) * 512, y, q + ((<usize>i) << 5), 32);
    }
  }
}
