// Two-time functions of the dynamical model on the nodes z_i of a contour (docs/theory.md, §8). Every pair kernel is
// built from the same two sums over the modes, h = 1/(κ+λ):
//
//   T0(i,j) = Σ c h_i h_j,   E1(i,j) = Σ λ h_i h_j,   E2 = Σ λ² h_i h_j = D_j − κ_i E1                                 (8.10)
//
// Nodes lie in the upper half plane; a pair stands for itself and its conjugate, and each node i meets both j and j̄.

import { cadd, cdiv, cmul, complex, conj, cscale, csub, imag, real } from "./complex";
import { cosIn, quarterTurn, sinIn } from "./exponential";
import { BYTES, add, div, lanesum, load64, mul, splat, splatAt, store64, sub } from "./lanes";
import { traceSums } from "./modes";
import { safeExp } from "./safe-exponential";
import { V } from "./width";

/** F(κ) = Σ w/(λ+κ) and −F′ at m values of κ. out: m rows of 4 f64 — Re F, Im F, Re(−F′), Im(−F′). */
export function measureSums(n: i32, lambda: usize, w: usize, m: i32, kr: usize, ki: usize, out: usize): void {
  for (let i = 0; i < m; i++) {
    const at = (<usize>i) << 3;
    traceSums(n, lambda, w, load<f64>(kr + at), load<f64>(ki + at), out + (at << 2));
  }
}

// Pair sums are stored for j ≤ i, row after row: 4 f64 a pair, F(κ_i, κ_j) and F(κ_i, κ̄_j).

/** h = p − iq of one node, a V of p and a V of q in turns, to `h`; w p and w q to `wh`, two V of every four there. */
// @ts-ignore: decorator
@inline
function resolve(row: usize, lambda: usize, w: usize, x: f64, y: f64, h: usize, wh: usize): void {
  const one = splat(1),
    X = splat(x),
    Y = splat(y),
    Y2 = splat(y * y);
  for (let k: usize = 0; k < row; k += BYTES, h += 2 * BYTES, wh += 4 * BYTES) {
    const P = add(load64(lambda + k), X);
    const Q = div(one, add(mul(P, P), Y2));
    const W = load64(w + k);
    store64(h, mul(P, Q));
    store64(h + BYTES, mul(Y, Q));
    store64(wh, mul(W, mul(P, Q)));
    store64(wh + BYTES, mul(W, mul(Y, Q)));
  }
}

/** f64 of h that pairSums takes, for n modes and m points. */
export function pairSumsRoom(n: i32, m: i32): i32 {
  return 2 * n * m;
}

/** f64 of wh that pairSums takes. */
export function pairSumsScratch(n: i32): i32 {
  return 4 * n;
}

/**
 * Σ w h_i h_j as it stands: no cancellation, at n modes a pair.
 * h: 2n m f64 of room. wh: 4n f64 of room. out: 4·m(m+1)/2 f64.
 */
export function pairSums(
  n: i32,
  lambda: usize,
  w: usize,
  m: i32,
  kr: usize,
  ki: usize,
  h: usize,
  wh: usize,
  out: usize,
): void {
  const row = (<usize>n) << 3;
  // two nodes at a time: eight accumulators hide the latency of an addition, and what is read from further than the first-level
  // cache, h, is read half as often
  for (let i = 0; i < m; i += 2) {
    const rows = min(2, m - i);
    for (let r = 0; r < rows; r++) {
      const at = (<usize>(i + r)) << 3;
      const to = h + <usize>(i + r) * 2 * row;
      resolve(row, lambda, w, load<f64>(kr + at), load<f64>(ki + at), to, wh + <usize>r * 2 * BYTES);
    }
    let next = out + ((<usize>(i + 1)) << 5);
    for (let j = 0, hj = h; j < i + rows; j++) {
      let pp = splat(0),
        qq = splat(0),
        pq = splat(0),
        qp = splat(0),
        pp1 = splat(0),
        qq1 = splat(0),
        pq1 = splat(0),
        qp1 = splat(0);
      for (let k = wh, end = wh + 4 * row; k < end; k += 4 * BYTES, hj += 2 * BYTES) {
        const P = load64(hj),
          Q = load64(hj + BYTES);
        let A = load64(k),
          B = load64(k + BYTES);
        pp = add(pp, mul(A, P));
        qq = add(qq, mul(B, Q));
        pq = add(pq, mul(A, Q));
        qp = add(qp, mul(B, P));
        A = load64(k + 2 * BYTES);
        B = load64(k + 3 * BYTES);
        pp1 = add(pp1, mul(A, P));
        qq1 = add(qq1, mul(B, Q));
        pq1 = add(pq1, mul(A, Q));
        qp1 = add(qp1, mul(B, P));
      }
      if (j <= i) {
        storePair(out, lanesum(pp), lanesum(qq), lanesum(pq), lanesum(qp));
        out += 32;
      }
      if (rows == 2) {
        storePair(next, lanesum(pp1), lanesum(qq1), lanesum(pq1), lanesum(qp1));
        next += 32;
      }
    }
    out = next;
  }
}

/** Σ w h_i h_j and Σ w h_i h̄_j from the four real sums. */
// @ts-ignore: decorator
@inline
function storePair(out: usize, pp: f64, qq: f64, pq: f64, qp: f64): void {
  store<f64>(out, pp - qq);
  store<f64>(out, -pq - qp, 8);
  store<f64>(out, pp + qq, 16);
  store<f64>(out, pq - qp, 24);
}

/**
 * The same sums as divided differences (F_i − F_j)/(κ_j − κ_i) of the rows `sums` of measureSums: at no cost in modes,
 * with an error of about ε|κ|/|κ_i − κ_j|.
 */
export function pairDifferences(m: i32, kr: usize, ki: usize, sums: usize, out: usize): void {
  for (let i = 0; i < m; i++) {
    const at = (<usize>i) << 3;
    const k = complex(load<f64>(kr + at), load<f64>(ki + at));
    const F = v128.load(sums + (at << 2));
    for (let j = 0; j <= i; j++, out += 32) {
      const to = (<usize>j) << 3;
      const l = complex(load<f64>(kr + to), load<f64>(ki + to));
      const G = v128.load(sums + (to << 2));
      v128.store(out, i == j ? v128.load(sums + (at << 2), 16) : cdiv(csub(F, G), csub(l, k)));
      v128.store(out, cdiv(csub(F, conj(G)), csub(conj(l), k)), 16);
    }
  }
}

/** What two students share; NONE is the square of the mean residual. */
export const BOTH: i32 = 0;
export const DATA: i32 = 1;
export const FEATURES: i32 = 2;
export const NONE: i32 = 3;

/** One two-frequency kernel at (κ, κ′) from its pair sums: (8.11) to (8.14), by what is shared. */
function pairKernel(
  shared: i32,
  invN: f64,
  invP: f64,
  variance: f64,
  k: v128,
  z: v128,
  l: v128,
  zl: v128,
  R3l: v128,
  Dl: v128,
  Gl: v128,
  T0: v128,
  E1: v128,
): v128 {
  const one = complex(1, 0);
  const s = complex(variance, 0);
  const kE1 = cmul(k, E1);
  const E2 = csub(Dl, kE1);
  const zz = cmul(z, zl);
  const kl = cmul(k, l);
  if (shared == DATA) return cdiv(cadd(cmul(kl, T0), s), cmul(csub(one, cscale(invP, E2)), zz));
  if (shared == NONE) return cdiv(cadd(cmul(kl, T0), s), zz);
  const fewFeatures = csub(one, cscale(invN, E2));
  // T0 R3′ + G′ E1/N = (G R3′ − G′ R3)/(κ′ − κ); κ² R1 R1′ R3 R3′ = z z′
  const X = cmul(kl, cadd(cmul(T0, R3l), cscale(invN, cmul(Gl, E1))));
  if (shared == FEATURES) return cdiv(cadd(X, cmul(s, fewFeatures)), cmul(fewFeatures, zz));
  const fewData = csub(one, cscale(invP, E2));
  const spread = cscale(invN * invP, cmul(kE1, cmul(l, E1)));
  return cdiv(cadd(X, cscale(variance, fewFeatures)), cmul(zz, csub(cmul(fewFeatures, fewData), spread)));
}

/** f64 a node in `nodes`: κ, z, R1, R3, D, G. */
const NODE: usize = 12 * 8;

/**
 * The real quadratic form of Σ_ij u_i u_j C_ij over both half planes in w = (Re u_0, Im u_0, Re u_1, …): its lower
 * triangle, off-diagonal entries doubled, zeros above. out: 2m × 2m f64.
 */
export function pairForm(
  shared: i32,
  invN: f64,
  invP: f64,
  variance: f64,
  m: i32,
  nodes: usize,
  T0: usize,
  E1: usize,
  out: usize,
): void {
  const row = (<usize>m) << 4;
  memory.fill(out, 0, row * 2 * <usize>m);
  for (let i = 0; i < m; i++) {
    const a = nodes + <usize>i * NODE;
    const k = v128.load(a),
      z = v128.load(a, 16);
    for (let j = 0; j <= i; j++, T0 += 32, E1 += 32) {
      const b = nodes + <usize>j * NODE;
      const l = v128.load(b),
        zl = v128.load(b, 16),
        R3l = v128.load(b, 48),
        Dl = v128.load(b, 64),
        Gl = v128.load(b, 80);
      const A = pairKernel(shared, invN, invP, variance, k, z, l, zl, R3l, Dl, Gl, v128.load(T0), v128.load(E1));
      const B = pairKernel(
        shared,
        invN,
        invP,
        variance,
        k,
        z,
        conj(l),
        conj(zl),
        conj(R3l),
        conj(Dl),
        conj(Gl),
        v128.load(T0, 16),
        v128.load(E1, 16),
      );
      // 2 Re(u_i u_j A + u_i ū_j B), and the same again for j, i
      const c = i == j ? 2.0 : 4.0;
      const at = out + ((<usize>i) << 1) * row + ((<usize>j) << 4);
      store<f64>(at, c * (real(A) + real(B)));
      store<f64>(at + row, c * (-imag(A) - imag(B)));
      store<f64>(at + row, c * (real(B) - real(A)), 8);
      if (i == j) store<f64>(at + row, -4 * imag(A));
      else store<f64>(at, c * (imag(B) - imag(A)), 8);
    }
  }
}

/** f64 of scratch that quadraticForms takes. */
export function quadraticFormsScratch(n: i32): i32 {
  return 4 * n;
}

/**
 * w_tᵀ Q w_t for `times` vectors w_t of n f64 (n even, `times` a multiple of 4), Q as pairForm leaves it. Zeros that four vectors
 * in turn have in common at either end are left out. scratch: 4n f64.
 */
export function quadraticForms(n: i32, Q: usize, times: i32, w: usize, out: usize, scratch: usize): void {
  const row = (<usize>n) << 3;
  for (let t = 0; t < times; t += 4, w += 4 * row, out += 32) {
    let from: usize = 0,
      to = row;
    while (from < to && !filled(w + from, row)) from += 16;
    while (to > from && !filled(w + to - 16, row)) to -= 16;
    // the four vectors a V each in turns: one pointer for all
    for (let j = from, v = scratch; j < to; j += BYTES, v += 4 * BYTES) {
      store64(v, load64(w + j));
      store64(v + BYTES, load64(w + row + j));
      store64(v + 2 * BYTES, load64(w + 2 * row + j));
      store64(v + 3 * BYTES, load64(w + 3 * row + j));
    }
    let s0 = splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    // two rows at a time share what they read of w; above the diagonal are zeros
    for (let i = from; i < to; i += 16) {
      let q = Q + (i >> 3) * row + from;
      let a0 = splat(0),
        a1 = a0,
        a2 = a0,
        a3 = a0,
        b0 = a0,
        b1 = a0,
        b2 = a0,
        b3 = a0;
      for (let v = scratch, end = scratch + 4 * (i - from + 16); v < end; v += 4 * BYTES, q += BYTES) {
        const A = load64(q),
          B = load64(q + row);
        let x = load64(v);
        a0 = add(a0, mul(A, x));
        b0 = add(b0, mul(B, x));
        x = load64(v + BYTES);
        a1 = add(a1, mul(A, x));
        b1 = add(b1, mul(B, x));
        x = load64(v + 2 * BYTES);
        a2 = add(a2, mul(A, x));
        b2 = add(b2, mul(B, x));
        x = load64(v + 3 * BYTES);
        a3 = add(a3, mul(A, x));
        b3 = add(b3, mul(B, x));
      }
      const v = w + i;
      s0 = add(s0, add(mul(splatAt(v), a0), mul(splatAt(v + 8), b0)));
      s1 = add(s1, add(mul(splatAt(v + row), a1), mul(splatAt(v + row + 8), b1)));
      s2 = add(s2, add(mul(splatAt(v + 2 * row), a2), mul(splatAt(v + 2 * row + 8), b2)));
      s3 = add(s3, add(mul(splatAt(v + 3 * row), a3), mul(splatAt(v + 3 * row + 8), b3)));
    }
    store<f64>(out, lanesum(s0));
    store<f64>(out, lanesum(s1), 8);
    store<f64>(out, lanesum(s2), 16);
    store<f64>(out, lanesum(s3), 24);
  }
}

/** Whether any of four vectors, `row` bytes apart, has an entry other than 0 at a place of two. */
// @ts-ignore: decorator
@inline
function filled(w: usize, row: usize): bool {
  const both = v128.or(
    v128.or(v128.load(w), v128.load(w + row)),
    v128.or(v128.load(w + 2 * row), v128.load(w + 3 * row)),
  );
  // a negative zero is one too
  return v128.any_true(f64x2.ne(both, complex(0, 0)));
}

/** log of what is left out of a power, and the square of what is left out of (11.5). */
const NOTHING: f64 = -100;
const NEGLIGIBLE: f64 = 1e-24;
/** The square of an entry that is left out where its row is not. */
const VANISHED: f64 = 1e-44;

/** f64 of room that powerRows takes beside its rows. */
export function powerRowsScratch(m: i32): i32 {
  return 2 * m + 4;
}

/**
 * The vectors of (8.9), or of (11.5), at one time t: row k is weight · C(t, k)^½ ratio^k e^{t rate}, (Re, Im) of the m nodes in turns.
 * One row without ratios (0); with them, rows until they count for nothing. At most `room` (≥ 1) from row `first` on: returns how
 * many, negative where more are to come, for which scratch (2m + 4 f64) must be left as it is.
 */
export function powerRows(
  m: i32,
  weight: usize,
  rr: usize,
  ri: usize,
  ratio: usize,
  t: f64,
  first: f64,
  room: i32,
  out: usize,
  scratch: usize,
): i32 {
  const bytes = (<usize>m) << 3;
  const row = scratch + 16;
  if (first == 0) {
    const R = splat(t);
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const y = mul(load64(ri + i), R);
      const e = safeExp(mul(load64(rr + i), R));
      const turn = quarterTurn(y);
      interleave(mul(e, cosIn(turn, y)), mul(e, sinIn(turn, y)), row + 2 * i);
      for (let q: usize = 0; q < BYTES; q += 8)
        if (load<f64>(rr + i + q) * t < NOTHING) v128.store(row + 2 * (i + q), complex(0, 0));
    }
    store<f64>(scratch, Infinity);
  }
  let rows = 0;
  for (let k = first; ; rows++, k++) {
    let most: f64 = 0;
    if (ratio && k > 0) for (let i: usize = 0; i < 2 * bytes; i += 16) most = max(most, square(v128.load(row + i)));
    const over = k > 0 && (!ratio || k > t || (most < NEGLIGIBLE && most < load<f64>(scratch)));
    if (over) break;
    if (rows == room) {
      rows = -rows;
      break;
    }
    if (k > 0) store<f64>(scratch, most);
    const grown = Math.sqrt((t - k) / (k + 1));
    for (let i: usize = 0; i < 2 * bytes; i += 16, out += 16) {
      const p = v128.load(row + i);
      const here = square(p) >= VANISHED;
      v128.store(out, here ? cmul(p, v128.load(weight + i)) : complex(0, 0));
      if (ratio) v128.store(row + i, here ? cscale(grown, cmul(p, v128.load(ratio + i))) : complex(0, 0));
    }
  }
  return rows;
}

/** |p|². */
// @ts-ignore: decorator
@inline
function square(p: v128): f64 {
  const pp = f64x2.mul(p, p);
  return real(pp) + imag(pp);
}

/** (x₀, y₀, x₁, y₁). */
// @ts-ignore: decorator
@inline
function interleave(x: V, y: V, out: usize): void {
  if (isVector<V>()) {
    v128.store(out, v128.shuffle<f64>(x, y, 0, 2));
    v128.store(out, v128.shuffle<f64>(x, y, 1, 3), 16);
  } else {
    store<f64>(out, x);
    store<f64>(out, y, 8);
  }
}
