// The generating functions of the Volterra equation on the nodes of a contour, and the sums over nodes that bring them back
// to steps (docs/theory.md, §4). With w = e^{−s} and g quadratic, 1 − w g(λ) = −A(λ−z₁)(λ−z₂), q = A(z₁−z₂):
//
//   F̃ = −[Φ(z₁) − Φ(z₂)]/q,   K̃ = −γ²B [z₁D(κ₁) − z₂D(κ₂)]/q,   P̃ = F̃/(1 − wK̃)                                      (4.2, 4.3)
//
// and the same without what is analytic near s = 0 (4.5).

import { cadd, cdiv, cmul, complex, conj, cscale, csqrt, csub, imag, real } from "./complex";
import { cosIn, exp, expm1, quarterTurn, sinIn } from "./exponential";
import { BYTES, add, lanesum, load64, mul, splat, splatAt, sqrt, store64, sub } from "./lanes";
import { modeSums } from "./modes";
import { newtonKappa } from "./resolvent";
import { V } from "./width";

// @ts-ignore: decorator
@inline
function pair(re: usize, im: usize): v128 {
  return complex(load<f64>(re), load<f64>(im));
}

// @ts-ignore: decorator
@inline
function split(re: usize, im: usize, x: v128): void {
  store<f64>(re, real(x));
  store<f64>(im, imag(x));
}

/** f64 of scratch that transforms takes. */
export function transformsScratch(m: i32): i32 {
  return 26 * m + 8;
}

/**
 * κ along every other one of m ζ (`bytes` in all, from `first` on), which lie along a path: Newton's method from where the last root leads,
 * or from κ₀ + ζ, until it moves by less than `step`, relative. scratch: 8 f64. Returns at how many it was not found (NaN).
 */
function followKappa(
  n: i32,
  lambda: usize,
  a: usize,
  invN: f64,
  kappa0: f64,
  first: usize,
  bytes: usize,
  zr: usize,
  zi: usize,
  kr: usize,
  ki: usize,
  scratch: usize,
  step: f64,
): i32 {
  let failed = 0,
    last = complex(0, 0);
  for (let i = first; i < bytes; i += 16) {
    const x = load<f64>(zr + i),
      y = load<f64>(zi + i);
    const zeta = complex(x, y);
    let found = lead(last, zeta, scratch) && newtonKappa(n, lambda, a, invN, 0, x, y, scratch, step);
    if (!found) {
      store<f64>(scratch, kappa0 + x);
      store<f64>(scratch, y, 8);
      found = newtonKappa(n, lambda, a, invN, 0, x, y, scratch, step);
    }
    // without a root, no next one is led to
    last = found ? zeta : complex(0, 0);
    if (!found) failed++;
    store<f64>(kr + i, found ? load<f64>(scratch) : NaN);
    store<f64>(ki + i, found ? load<f64>(scratch, 8) : NaN);
  }
  return failed;
}

/**
 * From the root and dζ/dκ at ζ = `last` to a guess at the next: κ as a power of ζ, ρ^p ≈ (1 + (1+p)(ρ−1)/2)/(1 + (1−p)(ρ−1)/2) with
 * p = d log κ/d log ζ. Whether it is near enough.
 */
function lead(last: v128, next: v128, scratch: usize): bool {
  const step = csub(next, last);
  if (!(norm(step) < norm(last))) return false;
  const kappa = pair(scratch, scratch + 8);
  const t = cscale(0.5, cdiv(step, last)),
    w = cscale(0.5, cdiv(step, cmul(kappa, pair(scratch + 16, scratch + 24))));
  const one = complex(1, 0);
  split(scratch, scratch + 8, cdiv(cmul(kappa, cadd(one, cadd(t, w))), cadd(one, csub(t, w))));
  return true;
}

/** |a|². */
// @ts-ignore: decorator
@inline
function norm(a: v128): f64 {
  return real(a) * real(a) + imag(a) * imag(a);
}

/**
 * F̃, K̃, P̃ whole, then F_v, K_v, P_v of (4.5), at m values of s (m even) with 0 ≤ Im s ≤ π.
 * κ is found to a last step of Newton's method below `step`, relative. out: 12 arrays of m f64, real and imaginary parts in turn. scratch: 26m + 8 f64.
 * Returns at how many points κ was not found (what depends on them is NaN).
 */
export function transforms(
  n: i32,
  lambda: usize,
  a: usize,
  t: usize,
  u: usize,
  d: f64,
  gamma: f64,
  batch: f64,
  kappa0: f64,
  step: f64,
  m: i32,
  sr: usize,
  si: usize,
  out: usize,
  scratch: usize,
): i32 {
  const bytes = (<usize>m) << 3;
  // m of e^{−s} − 1 and of q; then 2m of what belongs to z₁ and z₂ in turn
  const cr = scratch,
    ci = cr + bytes,
    qr = ci + bytes,
    qi = qr + bytes,
    sign = qi + bytes,
    zr = sign + 2 * bytes,
    zi = zr + 2 * bytes,
    kr = zi + 2 * bytes,
    ki = kr + 2 * bytes,
    Dr = ki + 2 * bytes,
    Di = Dr + 2 * bytes,
    Gr = Di + 2 * bytes,
    Gi = Gr + 2 * bytes,
    Hr = Gi + 2 * bytes,
    Hi = Hr + 2 * bytes;
  const one = complex(1, 0);
  const source = gamma * gamma * batch;

  // e^{−s} − 1 = e − 2(e+1) sin²(y/2) + i(e+1) sin y
  for (let i: usize = 0; i < bytes; i += BYTES) {
    const y = sub(splat(0), load64(si + i));
    const half = mul(y, splat(0.5));
    const e = expm1(sub(splat(0), load64(sr + i)));
    const size = add(e, splat(1));
    const s = sinIn(quarterTurn(half), half);
    store64(cr + i, sub(e, mul(mul(splat(2), size), mul(s, s))));
    store64(ci + i, mul(size, sinIn(quarterTurn(y), y)));
  }
  // the roots, as ζ = −z folded into the upper half plane
  for (let i: usize = 0; i < bytes; i += 8) {
    const c = pair(cr + i, ci + i);
    const w = cadd(one, c);
    const A = cscale(source * (batch + 1), w);
    const b = cscale(-2 * gamma * batch, w);
    const root = csqrt(csub(cmul(b, b), cscale(4, cmul(A, c))));
    // the root that does not cancel first
    const q = real(cmul(conj(b), root)) < 0 ? cscale(-1, root) : root;
    const Q = cscale(-0.5, cadd(b, q));
    split(qr + i, qi + i, q);
    for (let k: usize = 0; k < 2; k++) {
      const at = (i << 1) + (k << 3);
      const zeta = cscale(-1, k ? cdiv(Q, A) : cdiv(c, Q));
      store<f64>(sign + at, copysign(1.0, imag(zeta)));
      split(zr + at, zi + at, complex(real(zeta), Math.abs(imag(zeta))));
    }
  }
  let failed = 0;
  for (let k: usize = 0; k < 2; k++)
    failed += followKappa(n, lambda, a, 1 / d, kappa0, k << 3, 2 * bytes, zr, zi, kr, ki, Hi + 2 * bytes, step);
  modeSums(n, lambda, a, t, u, 2 * m, kr, ki, Dr, Di, Gr, Gi, Hr, Hi);

  let C0 = 0.0;
  for (let j: usize = 0; j < (<usize>n) << 3; j += 8) C0 += load<f64>(u + j);
  for (let i: usize = 0; i < bytes; i += 8) {
    const near = i << 1,
      far = near + 8;
    const unfold1 = complex(1, load<f64>(sign + near)),
      unfold2 = complex(1, load<f64>(sign + far));
    const w = cadd(one, pair(cr + i, ci + i));
    const perQ = cdiv(one, pair(qr + i, qi + i));
    const zeta1 = f64x2.mul(pair(zr + near, zi + near), unfold1),
      zeta2 = f64x2.mul(pair(zr + far, zi + far), unfold2),
      kappa1 = f64x2.mul(pair(kr + near, ki + near), unfold1),
      kappa2 = f64x2.mul(pair(kr + far, ki + far), unfold2),
      D1 = f64x2.mul(pair(Dr + near, Di + near), unfold1),
      D2 = f64x2.mul(pair(Dr + far, Di + far), unfold2),
      G1 = f64x2.mul(pair(Gr + near, Gi + near), unfold1),
      G2 = f64x2.mul(pair(Gr + far, Gi + far), unfold2),
      H1 = f64x2.mul(pair(Hr + near, Hi + near), unfold1);
    const Kv = cscale(source, cmul(cmul(zeta1, D1), perQ));
    const Ks = cscale(-source, cmul(cmul(zeta2, D2), perQ));
    // Φ = G/m, m = ζ/κ; Φ(z₁) − C₀ = −κH + (S/m) G, free of cancellation
    const phi1 = cdiv(cmul(G1, kappa1), zeta1);
    const phi2 = cdiv(cmul(G2, kappa2), zeta2);
    const Fv = cmul(csub(cmul(kappa1, H1), cscale(1 / d, cmul(D1, phi1))), perQ);
    const Fs = cmul(csub(phi2, complex(C0, 0)), perQ);
    const F = cmul(csub(phi2, phi1), perQ);
    const K = cadd(Ks, Kv);
    const open = csub(one, cmul(w, K));
    const openS = csub(one, cmul(w, Ks));
    const Pv = cdiv(cadd(cmul(Fv, openS), cmul(Fs, cmul(w, Kv))), cmul(open, openS));
    const at = out + i;
    split(at, at + bytes, F);
    split(at + 2 * bytes, at + 3 * bytes, K);
    split(at + 4 * bytes, at + 5 * bytes, cdiv(F, open));
    split(at + 6 * bytes, at + 7 * bytes, Fv);
    split(at + 8 * bytes, at + 9 * bytes, Kv);
    split(at + 10 * bytes, at + 11 * bytes, Pv);
  }
  return failed;
}

/** e^{rs} has vanished below this r Re s. */
const VANISHED: f64 = -60;

/** f64 of scratch that contourSums takes. */
export function contourSumsScratch(m: i32): i32 {
  return 6 * m;
}

/**
 * (1/π) Im Σ f ds e^{rs} and (1/π) Σ |f ds e^{rs}| for two integrands f and g at each of `count` steps r.
 * m nodes (even; pad with ds = 0), Re s not increasing.
 * out: 4 arrays of count f64: sum and size of f, of g. scratch: 6m f64.
 */
export function contourSums(
  m: i32,
  sr: usize,
  si: usize,
  dr: usize,
  di: usize,
  fr: usize,
  fi: usize,
  gr: usize,
  gi: usize,
  count: i32,
  r: usize,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>m) << 3;
  const column = (<usize>count) << 3;
  const F = scratch,
    G = scratch + 3 * bytes;
  for (let i: usize = 0; i < bytes; i += BYTES) {
    const X = mul(splat(1 / Math.PI), load64(dr + i)),
      Y = mul(splat(1 / Math.PI), load64(di + i));
    weigh(load64(fr + i), load64(fi + i), X, Y, F + i, bytes);
    weigh(load64(gr + i), load64(gi + i), X, Y, G + i, bytes);
  }
  for (let k: usize = 0; k < column; k += 8) {
    const steps = load<f64>(r + k);
    const R = splatAt(r + k);
    let f = splat(0),
      fs = splat(0),
      g = splat(0),
      gs = splat(0);
    for (let i: usize = 0; i < bytes && load<f64>(sr + i) * steps > VANISHED; i += BYTES) {
      const y = mul(load64(si + i), R);
      const e = exp(mul(load64(sr + i), R));
      const turn = quarterTurn(y);
      const sin = mul(e, sinIn(turn, y));
      const cos = mul(e, cosIn(turn, y));
      f = add(f, add(mul(load64(F + i), sin), mul(load64(F + bytes + i), cos)));
      g = add(g, add(mul(load64(G + i), sin), mul(load64(G + bytes + i), cos)));
      fs = add(fs, mul(load64(F + 2 * bytes + i), e));
      gs = add(gs, mul(load64(G + 2 * bytes + i), e));
    }
    store<f64>(out + k, lanesum(f));
    store<f64>(out + column + k, lanesum(fs));
    store<f64>(out + 2 * column + k, lanesum(g));
    store<f64>(out + 3 * column + k, lanesum(gs));
  }
}

/** f·(X + iY) and its modulus, `bytes` apart. */
// @ts-ignore: decorator
@inline
function weigh(fr: V, fi: V, X: V, Y: V, out: usize, bytes: usize): void {
  const re = sub(mul(fr, X), mul(fi, Y)),
    im = add(mul(fr, Y), mul(fi, X));
  store64(out, re);
  store64(out + bytes, im);
  store64(out + 2 * bytes, sqrt(add(mul(re, re), mul(im, im))));
}
