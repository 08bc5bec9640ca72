// Sums over modes at κ far from all but the first few of them, which stay as they are (docs/theory.md, eq. 4.8):
//
//   Σ_{j>h} w_j/(λ_j+κ) = Σ_{k<K} (−1)^k M_k κ^{−k−1},   M_k = Σ_{j>h} w_j λ_j^k,   off by (λ_{h+1}/|κ|)^K
//
// The point of the whole generating functions that hardly moves with s, z₂, is such a one.

import { cadd, cdiv, cmul, complex, imag, real } from "./complex";
import { add, BYTES, lanesum, load64, mul, splat, store64 } from "./lanes";
import { modeSums, traceSums } from "./modes";

/** K: three passes of four. */
const TERMS: usize = 12;
const PASS: usize = 4;
/** Later passes end where λ is so small beside the largest that its fourth power is below rounding. */
const ENOUGH: f64 = 1e-5;

/** f64 of a tail: h; the least |κ|² it is for; K pairs of M_k and (k+1) M_k of a; K pairs of M_k of a and of t; what a series leaves. */
export function tailRoom(): i32 {
  return 6 + 4 * <i32>TERMS;
}

/** Bytes to the two tables. */
const SLOPES: usize = 48;
const ENERGIES: usize = SLOPES + 16 * TERMS;

/**
 * The tail behind the first `head` of n modes (both multiples of 4), for κ beyond the λ it begins with over `reach`.
 * scratch: n f64.
 */
export function makeTail(
  n: i32,
  head: i32,
  lambda: usize,
  a: usize,
  t: usize,
  reach: f64,
  tail: usize,
  scratch: usize,
): void {
  const from = (<usize>head) << 3,
    to = (<usize>n) << 3;
  let most = 0.0;
  for (let j = from; j < to; j += 8) if (load<f64>(a + j) != 0) most = max(most, load<f64>(lambda + j));
  store<f64>(tail, <f64>head);
  store<f64>(tail, (most * most) / (reach * reach), 8);
  powers(from, to, lambda, a, most, tail + ENERGIES, scratch);
  powers(from, to, lambda, t, most, tail + ENERGIES + 8, scratch);
  for (let k: usize = 0; k < TERMS; k++) {
    const M = load<f64>(tail + ENERGIES + (k << 4));
    store<f64>(tail + SLOPES + (k << 4), M);
    store<f64>(tail + SLOPES + (k << 4), <f64>(k + 1) * M, 8);
  }
}

/** M_k of the weights w, to every other place. */
function powers(from: usize, to: usize, lambda: usize, w: usize, most: f64, M: usize, scratch: usize): void {
  for (let k: usize = 0; k < TERMS; k += PASS) {
    let m0 = splat(0),
      m1 = splat(0),
      m2 = splat(0),
      m3 = splat(0);
    for (let j = from; j < to && (k == 0 || load<f64>(lambda + j) > ENOUGH * most); j += BYTES) {
      const L = load64(lambda + j);
      let p = load64((k == 0 ? w : scratch) + j);
      m0 = add(m0, p);
      p = mul(p, L);
      m1 = add(m1, p);
      p = mul(p, L);
      m2 = add(m2, p);
      p = mul(p, L);
      m3 = add(m3, p);
      store64(scratch + j, mul(p, L));
    }
    const at = M + (k << 4);
    store<f64>(at, lanesum(m0));
    store<f64>(at, lanesum(m1), 16);
    store<f64>(at, lanesum(m2), 32);
    store<f64>(at, lanesum(m3), 48);
  }
}

/**
 * Σ (−1)^k M_k x^{k+1} for both of each pair at once: a polynomial of real coefficients at y = −x, by b_k = M_k + 2 Re(y) b_{k+1} − |y|² b_{k+2}.
 * To tail + 16, the first, and + 32.
 */
function series(tail: usize, pairs: usize, x: v128): void {
  const re = -real(x),
    im = -imag(x);
  const p = f64x2.splat(2 * re),
    q = f64x2.splat(re * re + im * im);
  let b1 = f64x2.splat(0),
    b2 = b1;
  for (let at = pairs + ((TERMS - 1) << 4); at > pairs; at -= 16) {
    const b = f64x2.add(v128.load(at), f64x2.sub(f64x2.mul(p, b1), f64x2.mul(q, b2)));
    b2 = b1;
    b1 = b;
  }
  const sumRe = f64x2.sub(f64x2.add(v128.load(pairs), f64x2.mul(f64x2.splat(re), b1)), f64x2.mul(q, b2)),
    sumIm = f64x2.mul(f64x2.splat(im), b1);
  v128.store(tail + 16, cmul(x, v128.shuffle<f64>(sumRe, sumIm, 0, 2)));
  v128.store(tail + 32, cmul(x, v128.shuffle<f64>(sumRe, sumIm, 1, 3)));
}

/** Whether κ is far from the modes of the tail. */
// @ts-ignore: decorator
@inline
function isFar(tail: usize, x: f64, y: f64): bool {
  return x * x + y * y > load<f64>(tail, 8);
}

/** As `traceSums`, by the tail where there is one and κ is far. */
export function tailedTraceSums(n: i32, lambda: usize, a: usize, x: f64, y: f64, out: usize, tail: usize): void {
  if (!tail || !isFar(tail, x, y)) {
    traceSums(n, lambda, a, x, y, out);
    return;
  }
  traceSums(<i32>load<f64>(tail), lambda, a, x, y, out);
  const inverse = cdiv(complex(1, 0), complex(x, y));
  series(tail, tail + SLOPES, inverse);
  v128.store(out, cadd(v128.load(out), v128.load(tail + 16)));
  v128.store(out + 16, cadd(v128.load(out + 16), cmul(inverse, v128.load(tail + 32))));
}

/** D, G and H as `modeSums` at one κ; where the tail is taken, D and G alone. */
export function tailedModeSums(
  n: i32,
  lambda: usize,
  a: usize,
  t: usize,
  u: usize,
  kr: usize,
  ki: usize,
  Dr: usize,
  Di: usize,
  Gr: usize,
  Gi: usize,
  Hr: usize,
  Hi: usize,
  tail: usize,
): void {
  const x = load<f64>(kr),
    y = load<f64>(ki);
  const far = tail && isFar(tail, x, y);
  modeSums(far ? <i32>load<f64>(tail) : n, lambda, a, t, u, 1, kr, ki, Dr, Di, Gr, Gi, Hr, Hi);
  if (!far) return;
  series(tail, tail + ENERGIES, cdiv(complex(1, 0), complex(x, y)));
  store<f64>(Dr, load<f64>(Dr) + load<f64>(tail, 16));
  store<f64>(Di, load<f64>(Di) + load<f64>(tail, 24));
  store<f64>(Gr, load<f64>(Gr) + load<f64>(tail, 32));
  store<f64>(Gi, load<f64>(Gi) + load<f64>(tail, 40));
}
