// From a symmetric matrix G and a vector h to the eigenvalues of G and the weights of h on its eigenvectors, without the
// eigenvectors (docs/theory.md, §7.3):
//
//   H = I − τuuᵀ turns h into ±|h| e₁; QᵀHGHQ = T tridiagonal with Qe₁ = e₁ (Householder, blocked as in LAPACK's dsytrd);
//   T = SΛSᵀ by QL with the first row of S only (Golub and Welsch 1969).   ⟨h, eigenvector i⟩² = |h|² S_{1i}²
//
// G is n × n, rows of n f64, n a multiple of 4; whole 4 × 4 blocks on and below the diagonal are kept, nothing above.

import { add, BYTES, lanesum, load64, mul, splat, splatAt, store64, sub } from "./lanes";
import { blockProduct } from "./block-product";

/** Columns reduced before the rest of the matrix is updated. */
const BLOCK: i32 = 16;
/** A squared cosine that is as good as 0. */
const TINY: f64 = 1e-300;

/** Adds the product of the symmetric G with x, rows and columns from `from` (a multiple of 4) on, to y. */
function symmetricProduct(n: i32, from: i32, G: usize, x: usize, y: usize): void {
  const stride = (<usize>n) << 3;
  const start = (<usize>from) << 3;
  for (let i = start; i < stride; i += 32) {
    // rows i…i+3: four dot products for y_i, and for y_j the combination with x_i
    const r0 = G + (i >> 3) * stride,
      r1 = r0 + stride,
      r2 = r1 + stride,
      r3 = r2 + stride;
    const x0 = splatAt(x + i),
      x1 = splatAt(x + i + 8),
      x2 = splatAt(x + i + 16),
      x3 = splatAt(x + i + 24);
    let s0 = splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    for (let j = start; j < i; j += BYTES) {
      const xj = load64(x + j);
      const a0 = load64(r0 + j),
        a1 = load64(r1 + j),
        a2 = load64(r2 + j),
        a3 = load64(r3 + j);
      s0 = add(s0, mul(a0, xj));
      s1 = add(s1, mul(a1, xj));
      s2 = add(s2, mul(a2, xj));
      s3 = add(s3, mul(a3, xj));
      const p = add(mul(a0, x0), mul(a1, x1)),
        q = add(mul(a2, x2), mul(a3, x3));
      store64(y + j, add(load64(y + j), add(p, q)));
    }
    // the diagonal block is stored whole
    for (let j = i; j < i + 32; j += BYTES) {
      const xj = load64(x + j);
      s0 = add(s0, mul(load64(r0 + j), xj));
      s1 = add(s1, mul(load64(r1 + j), xj));
      s2 = add(s2, mul(load64(r2 + j), xj));
      s3 = add(s3, mul(load64(r3 + j), xj));
    }
    const to = y + i;
    store<f64>(to, load<f64>(to) + lanesum(s0));
    store<f64>(to, load<f64>(to, 8) + lanesum(s1), 8);
    store<f64>(to, load<f64>(to, 16) + lanesum(s2), 16);
    store<f64>(to, load<f64>(to, 24) + lanesum(s3), 24);
  }
}

/** Σ x_i y_i of n f64, n a multiple of 4. */
function dot(n: i32, x: usize, y: usize): f64 {
  let s0 = splat(0),
    s1 = s0;
  for (const end = x + ((<usize>n) << 3); x < end; x += 2 * BYTES, y += 2 * BYTES) {
    s0 = add(s0, mul(load64(x), load64(y)));
    s1 = add(s1, mul(load64(x + BYTES), load64(y + BYTES)));
  }
  return lanesum(add(s0, s1));
}

/** y += a x, n f64, n a multiple of 4. */
function axpy(n: i32, a: f64, x: usize, y: usize): void {
  const A = splat(a);
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += BYTES)
    store64(y + i, add(load64(y + i), mul(A, load64(x + i))));
}

/** z −= a x + b y, n f64, n a multiple of 4. */
function subtract(n: i32, a: f64, x: usize, b: f64, y: usize, z: usize): void {
  const A = splat(a),
    B = splat(b);
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += BYTES)
    store64(z + i, sub(load64(z + i), add(mul(A, load64(x + i)), mul(B, load64(y + i)))));
}

/**
 * The reflection I − τuuᵀ that takes x (n f64, those before `first` zero) to a multiple of e_first: u replaces x, u_first = 1.
 * Returns τ (0 where x is a multiple of e_first already) and stores the multiple at `beta`.
 */
function reflection(n: i32, first: i32, x: usize, beta: usize): f64 {
  const at = x + ((<usize>first) << 3);
  const alpha = load<f64>(at);
  store<f64>(at, 0);
  const rest = dot(n, x, x);
  let tau = 0.0,
    value = alpha;
  if (rest > 0) {
    const norm = Math.sqrt(alpha * alpha + rest);
    value = alpha > 0 ? -norm : norm;
    tau = (value - alpha) / value;
    const inverse = splat(1 / (alpha - value));
    for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += BYTES) store64(x + i, mul(inverse, load64(x + i)));
  }
  store<f64>(at, 1);
  store<f64>(beta, value);
  return tau;
}

/** w ← τ(w − ½τ⟨w,u⟩u), so that (I−τuuᵀ)G(I−τuuᵀ) = G − uwᵀ − wuᵀ for w = Gu on entry. */
function secondVector(n: i32, tau: f64, u: usize, w: usize): void {
  const T = splat(tau);
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += BYTES) store64(w + i, mul(T, load64(w + i)));
  axpy(n, -0.5 * tau * dot(n, w, u), u, w);
}

/** G −= Σ_k u_k w_kᵀ + w_k u_kᵀ for k < count, rows and columns from `from` on. strips: 2 · 2·count · n f64. */
function rankUpdate(n: i32, from: i32, count: i32, G: usize, U: usize, W: usize, strips: usize): void {
  const stride = (<usize>n) << 3;
  const depth = 2 * count;
  const strip = (<usize>depth) << 5;
  const right = strips + <usize>(n >> 2) * strip;
  const zero = splat(0);
  for (let i = from; i < n; i += 4) {
    const at = (<usize>i) << 3;
    let a = strips + <usize>(i >> 2) * strip,
      b = right + <usize>(i >> 2) * strip;
    for (let k = 0; k < depth; k++, a += 32, b += 32) {
      const p = (k < count ? U + <usize>k * stride : W + <usize>(k - count) * stride) + at;
      const q = (k < count ? W + <usize>k * stride : U + <usize>(k - count) * stride) + at;
      for (let c: usize = 0; c < 32; c += BYTES) {
        store64(a + c, sub(zero, load64(p + c)));
        store64(b + c, load64(q + c));
      }
    }
  }
  for (let i = from; i < n; i += 4)
    for (let j = from; j <= i; j += 4)
      blockProduct(
        depth,
        strips + <usize>(i >> 2) * strip,
        right + <usize>(j >> 2) * strip,
        G + <usize>i * stride + ((<usize>j) << 3),
        stride,
      );
}

/** f64 of scratch that tridiagonalize takes. */
export function tridiagonalizeScratch(n: i32): i32 {
  return 100 * n;
}

/**
 * Reduces G to the tridiagonal T with first basis vector along h: its diagonal (n) and the entries below it (n).
 * `size` ≤ n is the order of the matrix; rows and columns from there on are zero. G and h are overwritten.
 * scratch: 100 n f64. Returns |h|. `taus`, unless 0, takes the n factors τ_k of the reflections I − τ_k u_k u_kᵀ that follow
 * h's own, and u_k is kept in row k of G from column k + 1 on (assembly/basis.ts).
 */
export function tridiagonalize(
  size: i32,
  n: i32,
  G: usize,
  h: usize,
  diagonal: usize,
  below: usize,
  scratch: usize,
  taus: usize,
): f64 {
  const stride = (<usize>n) << 3;
  const U = scratch,
    W = U + <usize>BLOCK * stride,
    strips = W + <usize>BLOCK * stride,
    beta = strips + <usize>(4 * BLOCK) * stride;

  // the first basis vector
  let tau = reflection(n, 0, h, beta);
  const norm = Math.abs(load<f64>(beta));
  memory.copy(U, h, stride);
  memory.fill(W, 0, stride);
  symmetricProduct(n, 0, G, U, W);
  secondVector(n, tau, U, W);
  rankUpdate(n, 0, 1, G, U, W, strips);

  for (let block = 0; block < size; block += BLOCK) {
    const count = min(BLOCK, size - block);
    // the columns of a block see G as it was at the block's start, less the updates since: all are read row by row, as G lies
    for (let i = block; i < n; i++) {
      const row = G + <usize>i * stride + ((<usize>block) << 3);
      for (let c = 0; c < count; c++)
        store<f64>(U + <usize>c * stride + ((<usize>i) << 3), load<f64>(row + ((<usize>c) << 3)));
    }
    for (let c = 0; c < count; c++) {
      const k = block + c;
      const u = U + <usize>c * stride,
        w = W + <usize>c * stride;
      const at = (<usize>k) << 3;
      // u and w are zero before k: whole blocks of four from there on
      const from = k & ~3,
        rest = n - from;
      const skip = (<usize>from) << 3;
      for (let b: usize = 0; b < <usize>c; b++) {
        const ub = U + b * stride,
          wb = W + b * stride;
        subtract(rest, load<f64>(wb + at), ub + skip, load<f64>(ub + at), wb + skip, u + skip);
      }
      memory.fill(u, 0, at);
      store<f64>(diagonal + at, load<f64>(u + at));
      store<f64>(u + at, 0);
      memory.fill(w, 0, stride);
      if (k + 1 >= size) {
        store<f64>(below + at, 0);
        memory.fill(u, 0, stride);
        if (taus) store<f64>(taus + at, 0);
        continue;
      }
      tau = reflection(rest, k + 1 - from, u + skip, below + at);
      if (taus) {
        store<f64>(taus + at, tau);
        memory.copy(G + <usize>k * stride + at + 8, u + at + 8, stride - at - 8);
      }
      symmetricProduct(n, from, G, u, w);
      for (let b: usize = 0; b < <usize>c; b++) {
        const ub = U + b * stride,
          wb = W + b * stride;
        const wu = dot(rest, wb + skip, u + skip),
          uu = dot(rest, ub + skip, u + skip);
        subtract(rest, wu, ub + skip, uu, wb + skip, w + skip);
      }
      // the rows before k+1 are done with
      memory.fill(w, 0, at + 8);
      secondVector(rest, tau, u + skip, w + skip);
    }
    const next = block + count;
    if (next < size) rankUpdate(n, next, count, G, U, W, strips);
  }
  return norm;
}

/**
 * The eigenvalues of the tridiagonal matrix (diagonal d, entries e_i between i and i+1, i < n−1; e is destroyed) replace d; z
 * becomes the row of the eigenvector matrix that it was a multiple of on entry (e₁ for the first components), up to signs. QL
 * in the rational form of Pal, Walker and Kahan (LAPACK's dsterf; Parlett, The Symmetric Eigenvalue Problem, §8.15): squares of e,
 * of the cosines and of the sines, so that no step waits for a root; z takes the roots in its stride. Returns how many eigenvalues
 * did not converge.
 */
export function rationalQL(n: i32, d: usize, e: usize, z: usize): i32 {
  const end = (<usize>(n - 1)) << 3;
  store<f64>(e + end, 0);
  // the signs of e change those of the eigenvectors only
  for (let i: usize = 0; i < end; i += 8) store<f64>(e + i, load<f64>(e + i) * load<f64>(e + i));
  for (let l: usize = 0; l <= end; l += 8) {
    for (let iteration = 0; ; iteration++) {
      // a negligible entry splits the matrix
      let m = l;
      for (; m < end; m += 8) {
        const least = f64.EPSILON * (Math.abs(load<f64>(d + m)) + Math.abs(load<f64>(d + m, 8)));
        if (load<f64>(e + m) <= least * least) break;
      }
      if (m == l) break;
      if (iteration == 50) return n - <i32>(l >> 3);
      const root = Math.sqrt(load<f64>(e + l));
      const g = (load<f64>(d + l, 8) - load<f64>(d + l)) / (2 * root);
      const shift = load<f64>(d + l) - root / (g + copysign(Math.sqrt(g * g + 1), g));
      // c, s: squares of cosine and sine; p = π², π what the next rotation turns
      let c = 1.0,
        s = 0.0,
        gamma = load<f64>(d + m) - shift,
        p = gamma * gamma,
        pi = gamma,
        cosine = 1.0,
        y = load<f64>(z + m);
      for (let i = m; i > l;) {
        i -= 8;
        const b = load<f64>(e + i),
          r = p + b;
        store<f64>(e + i, s * r, 8);
        const before = cosine,
          over = r / p,
          a = load<f64>(d + i),
          last = gamma,
          left = c * b;
        c = p / r;
        s = b / r;
        cosine = copysign(Math.sqrt(c), pi);
        gamma = c * (a - shift) - s * last;
        store<f64>(d + i, last + (a - gamma), 8);
        // without this, π² would be 0/0 where π is 0
        if (c > TINY) {
          p = gamma * gamma * over;
          pi = cosine * gamma;
        } else {
          p = left;
          pi = -before;
        }
        const sine = Math.sqrt(s),
          x = load<f64>(z + i);
        store<f64>(z + i, sine * x + cosine * y, 8);
        y = cosine * x - sine * y;
      }
      store<f64>(e + l, s * p);
      store<f64>(d + l, shift + gamma);
      store<f64>(z + l, pi < 0 ? -y : y);
    }
  }
  return 0;
}
