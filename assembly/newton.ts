// The objective of approach 3 near a minimum: Newton's method with the exact curvature (docs/theory.md, eqs. 10.4a, 10.4b).
// With J_i = ∇r_i = (p, q, s, −x p, −y q)_i, the shares p, q, s of S_i in its three terms, and ∇z_k the gradients of their logs,
//
//   ∇²  = Σ w ([|r| ≤ δ] − ψ) J Jᵀ + Σ w ψ Σ_k share_k ∇z_k ∇z_kᵀ
//   B_τ = ∇² + τ Σ_{|r| > δ} w (δ/|r|) J Jᵀ
//
// B_1 without its second term majorises the objective of a linear model (the weights of iterated least squares): safe and
// slow. B_0 is Newton: near the minimum it converges at once, for ∇² is piecewise smooth. τ moves between them by how well
// the last step was foretold.

import { clamp, safeExp } from "./safe-exponential";
import { log } from "./elementary";
import { add, BYTES, div, lanesum, load64, mul, splat, splatAt, store64, sub } from "./lanes";
import { V } from "./width";

/** Number of parameters, bytes of a vector of them, and of a lower triangle. */
const P: usize = 5;
const VECTOR: usize = 40;
const TRIANGLE: usize = 120;
/** What an evaluation leaves: the objective, gradient, ∇², and the matrix that τ multiplies; f64 of all. */
const GRADIENT: usize = 8;
const NEWTON: usize = GRADIENT + VECTOR;
const SAFE: usize = NEWTON + TRIANGLE;
const STATE: usize = SAFE + TRIANGLE;
/** No step moves a parameter by more. */
const MOST: f64 = 1;
/** Evaluations within which it arrives where it is of use: about nine from a projected start, seldom more than fifteen. */
const PATIENCE: i32 = 20;
const ONE = memory.data<f64>([1]);
const HALF = memory.data<f64>([0.5]);

/** 1 where a = b, else 0. */
// @ts-ignore: decorator
@inline
function equal(a: V, b: V): V {
  if (isVector<V>()) return v128.and(f64x2.eq(a, b), splatAt(ONE));
  else return a == b ? 1.0 : 0.0;
}

/** Lower triangle of Σ c J Jᵀ, to `out`. J: 5 columns of n f64. */
function moments(n: i32, J: usize, c: usize, out: usize): void {
  const column = (<usize>n) << 3;
  let s0 = splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0,
    s6 = s0,
    s7 = s0,
    s8 = s0,
    s9 = s0,
    s10 = s0,
    s11 = s0,
    s12 = s0,
    s13 = s0,
    s14 = s0;
  for (let i: usize = 0; i < column; i += BYTES) {
    const weight = load64(c + i);
    const at = J + i;
    const a = load64(at),
      b = load64(at + column),
      e = load64(at + 2 * column),
      x = load64(at + 3 * column),
      y = load64(at + 4 * column);
    let t = mul(weight, a);
    s0 = add(s0, mul(t, a));
    t = mul(weight, b);
    s1 = add(s1, mul(t, a));
    s2 = add(s2, mul(t, b));
    t = mul(weight, e);
    s3 = add(s3, mul(t, a));
    s4 = add(s4, mul(t, b));
    s5 = add(s5, mul(t, e));
    t = mul(weight, x);
    s6 = add(s6, mul(t, a));
    s7 = add(s7, mul(t, b));
    s8 = add(s8, mul(t, e));
    s9 = add(s9, mul(t, x));
    t = mul(weight, y);
    s10 = add(s10, mul(t, a));
    s11 = add(s11, mul(t, b));
    s12 = add(s12, mul(t, e));
    s13 = add(s13, mul(t, x));
    s14 = add(s14, mul(t, y));
  }
  store<f64>(out, lanesum(s0));
  store<f64>(out, lanesum(s1), 8);
  store<f64>(out, lanesum(s2), 16);
  store<f64>(out, lanesum(s3), 24);
  store<f64>(out, lanesum(s4), 32);
  store<f64>(out, lanesum(s5), 40);
  store<f64>(out, lanesum(s6), 48);
  store<f64>(out, lanesum(s7), 56);
  store<f64>(out, lanesum(s8), 64);
  store<f64>(out, lanesum(s9), 72);
  store<f64>(out, lanesum(s10), 80);
  store<f64>(out, lanesum(s11), 88);
  store<f64>(out, lanesum(s12), 96);
  store<f64>(out, lanesum(s13), 104);
  store<f64>(out, lanesum(s14), 112);
}

// @ts-ignore: decorator
@inline
function raise(p: usize, by: f64): void {
  store<f64>(p, load<f64>(p) + by);
}

/** Objective, gradient, ∇² and, if `safe`, the matrix that τ multiplies, at θ, to `state` (36 f64). rows: 7 n f64; scratch: 4. */
export function huberCurvature(
  n: i32,
  x: usize,
  y: usize,
  l: usize,
  w: usize,
  delta: f64,
  theta: usize,
  safe: bool,
  state: usize,
  rows: usize,
  scratch: usize,
): void {
  const column = (<usize>n) << 3;
  const J1 = rows + column,
    J2 = J1 + column,
    J3 = J2 + column,
    J4 = J3 + column,
    inner = J4 + column,
    outer = inner + column;
  const a = splat(load<f64>(theta)),
    b = splat(load<f64>(theta, 8)),
    alpha = splat(load<f64>(theta, 24)),
    beta = splat(load<f64>(theta, 32)),
    zero = splat(0),
    negative = splat(-delta),
    bound = splat(delta);
  const E = safeExp(splat(load<f64>(theta, 16)));
  let value = zero,
    ga = zero,
    gb = zero,
    ge = zero,
    gx = zero,
    gy = zero,
    gxx = zero,
    gyy = zero;
  for (let i: usize = 0; i < column; i += 2 * BYTES) {
    const A0 = safeExp(sub(a, mul(alpha, load64(x + i)))),
      A1 = safeExp(sub(a, mul(alpha, load64(x + i + BYTES)))),
      B0 = safeExp(sub(b, mul(beta, load64(y + i)))),
      B1 = safeExp(sub(b, mul(beta, load64(y + i + BYTES)))),
      S0 = add(add(A0, B0), E),
      S1 = add(add(A1, B1), E);
    log(S0, S1, scratch);
    const j = i + BYTES,
      x0 = load64(x + i),
      x1 = load64(x + j),
      y0 = load64(y + i),
      y1 = load64(y + j),
      w0 = load64(w + i),
      w1 = load64(w + j),
      r0 = sub(load64(scratch), load64(l + i)),
      r1 = sub(load64(scratch + BYTES), load64(l + j)),
      psi0 = clamp(r0, negative, bound),
      psi1 = clamp(r1, negative, bound),
      one = splatAt(ONE),
      half = splatAt(HALF),
      inside0 = equal(r0, psi0),
      inside1 = equal(r1, psi1);
    store64(inner + i, mul(w0, sub(inside0, psi0)));
    store64(inner + j, mul(w1, sub(inside1, psi1)));
    store64(outer + i, r0);
    store64(outer + j, r1);
    const W0 = mul(w0, psi0),
      W1 = mul(w1, psi1),
      inverse0 = div(one, S0),
      inverse1 = div(one, S1),
      p0 = mul(A0, inverse0),
      p1 = mul(A1, inverse1),
      q0 = mul(B0, inverse0),
      q1 = mul(B1, inverse1),
      s0 = mul(E, inverse0),
      s1 = mul(E, inverse1);
    value = add(value, add(mul(W0, sub(r0, mul(half, psi0))), mul(W1, sub(r1, mul(half, psi1)))));
    store64(rows + i, p0);
    store64(rows + j, p1);
    store64(J1 + i, q0);
    store64(J1 + j, q1);
    store64(J2 + i, s0);
    store64(J2 + j, s1);
    ga = add(ga, add(mul(W0, p0), mul(W1, p1)));
    gb = add(gb, add(mul(W0, q0), mul(W1, q1)));
    ge = add(ge, add(mul(W0, s0), mul(W1, s1)));
    const xp0 = mul(x0, p0),
      xp1 = mul(x1, p1),
      yq0 = mul(y0, q0),
      yq1 = mul(y1, q1);
    store64(J3 + i, sub(zero, xp0));
    store64(J3 + j, sub(zero, xp1));
    store64(J4 + i, sub(zero, yq0));
    store64(J4 + j, sub(zero, yq1));
    const wx0 = mul(W0, xp0),
      wx1 = mul(W1, xp1),
      wy0 = mul(W0, yq0),
      wy1 = mul(W1, yq1);
    gx = sub(gx, add(wx0, wx1));
    gy = sub(gy, add(wy0, wy1));
    gxx = add(gxx, add(mul(wx0, x0), mul(wx1, x1)));
    gyy = add(gyy, add(mul(wy0, y0), mul(wy1, y1)));
  }
  const g = state + GRADIENT,
    H = state + NEWTON;
  store<f64>(state, lanesum(value));
  store<f64>(g, lanesum(ga));
  store<f64>(g, lanesum(gb), 8);
  store<f64>(g, lanesum(ge), 16);
  store<f64>(g, lanesum(gx), 24);
  store<f64>(g, lanesum(gy), 32);
  moments(n, rows, inner, H);
  if (safe) {
    for (let i: usize = 0; i < column; i += BYTES) {
      const r = load64(outer + i),
        psi = clamp(r, negative, bound),
        inside = equal(r, psi);
      // ψ/r is δ/|r| outside; inside it is not wanted
      store64(outer + i, mul(mul(load64(w + i), sub(splatAt(ONE), inside)), div(psi, add(r, inside))));
    }
    moments(n, rows, outer, state + SAFE);
  } else memory.fill(state + SAFE, 0, TRIANGLE);
  // Σ w ψ Σ_k share_k ∇z_k ∇z_kᵀ: most of it is the gradient again
  raise(H, load<f64>(g));
  raise(H + 16, load<f64>(g, 8));
  raise(H + 40, load<f64>(g, 16));
  raise(H + 48, load<f64>(g, 24));
  raise(H + 72, lanesum(gxx));
  raise(H + 88, load<f64>(g, 32));
  raise(H + 112, lanesum(gyy));
}

/** Solves B_τ p = −g by Cholesky's factors in L; false where B_τ is not positive definite to rounding. */
function direction(state: usize, tau: f64, fixed: i32, L: usize, p: usize): bool {
  let at: usize = 0;
  for (let i: usize = 0; i < P; i++) {
    const row = L + ((i * (i + 1)) << 2);
    const held = (fixed >> (<i32>i)) & 1;
    let sum = held ? 0 : -load<f64>(state + GRADIENT + (i << 3));
    for (let j: usize = 0; j <= i; j++, at += 8) {
      const other = L + ((j * (j + 1)) << 2);
      let v = load<f64>(state + NEWTON + at) + tau * load<f64>(state + SAFE + at);
      if (held || (fixed >> (<i32>j)) & 1) v = i == j ? 1 : 0;
      const whole = v;
      for (let k: usize = 0; k < j; k++) v -= load<f64>(row + (k << 3)) * load<f64>(other + (k << 3));
      if (i == j) {
        if (!(v > 1e-12 * Math.abs(whole))) return false;
        v = Math.sqrt(v);
        store<f64>(p + (i << 3), sum / v);
      } else {
        v /= load<f64>(other + (j << 3));
        sum -= v * load<f64>(p + (j << 3));
      }
      store<f64>(row + (j << 3), v);
    }
  }
  for (let i: usize = P; i-- > 0;) {
    let sum = load<f64>(p + (i << 3));
    for (let k: usize = i + 1; k < P; k++)
      sum -= load<f64>(L + ((k * (k + 1)) << 2) + (i << 3)) * load<f64>(p + (k << 3));
    store<f64>(p + (i << 3), sum / load<f64>(L + ((i * (i + 1)) << 2) + (i << 3)));
  }
  return true;
}

/** Larger, from 0 on. */
// @ts-ignore: decorator
@inline
function more(tau: f64, times: f64): f64 {
  return min(1.0, max(1e-3, tau * times));
}

/**
 * Newton's method from θ, each step one down, until the largest entry of the gradient is at most `enough` or rounding hides any
 * further decrease. Then θ is the minimum, with its gradient in `gradient` and its objective in `value`. Where it does not
 * arrive in time, θ stays what it was: another method is to start there. scratch: 106 + 7n f64. Returns the evaluations,
 * negative where it did not arrive.
 */
export function newton(
  n: i32,
  x: usize,
  y: usize,
  l: usize,
  w: usize,
  delta: f64,
  theta: usize,
  fixed: i32,
  enough: f64,
  gradient: usize,
  value: usize,
  scratch: usize,
): i32 {
  let state = scratch,
    next = state + STATE;
  const L = next + STATE,
    p = L + TRIANGLE,
    here = p + VECTOR,
    tried = here + VECTOR,
    logarithms = (tried + VECTOR + 15) & ~15,
    rows = logarithms + 32;
  memory.copy(here, theta, VECTOR);
  huberCurvature(n, x, y, l, w, delta, here, true, state, rows, logarithms);
  let evaluations = 1;
  let done = false;
  let tau = 0.3,
    safe = true;
  for (;;) {
    let left: f64 = 0;
    for (let i: usize = 0; i < P; i++) {
      const g = state + GRADIENT + (i << 3);
      if ((fixed >> (<i32>i)) & 1) store<f64>(g, 0);
      left = max(left, Math.abs(load<f64>(g)));
    }
    if (left <= enough) {
      done = true;
      break;
    }
    if (evaluations >= PATIENCE) break;
    if (tau > 0 && !safe) {
      huberCurvature(n, x, y, l, w, delta, here, true, state, rows, logarithms);
      evaluations++;
      safe = true;
      continue;
    }
    let foretold: f64 = 0,
      longest: f64 = 0;
    if (direction(state, tau, fixed, L, p)) {
      for (let i: usize = 0; i < VECTOR; i += 8) {
        const step = load<f64>(p + i);
        foretold -= 0.5 * step * load<f64>(state + GRADIENT + i);
        longest = max(longest, Math.abs(step));
        store<f64>(tried + i, load<f64>(here + i) + step);
      }
    }
    if (!(foretold > 0 && longest <= MOST)) {
      if (!(tau < 1)) break;
      tau = more(tau, 8);
      continue;
    }
    huberCurvature(n, x, y, l, w, delta, tried, tau > 0, next, rows, logarithms);
    evaluations++;
    const kept = (load<f64>(state) - load<f64>(next)) / foretold;
    if (kept > 1e-4) {
      memory.copy(here, tried, VECTOR);
      const old = state;
      state = next;
      next = old;
      safe = tau > 0;
      if (kept > 0.75) tau = tau < 1e-3 ? 0 : tau / 8;
      else if (kept < 0.25) tau = more(tau, 4);
    } else {
      if (foretold < 1e-15 * load<f64>(state)) {
        done = true;
        break;
      }
      if (!(tau < 1)) break;
      tau = more(tau, 8);
    }
  }
  if (!done) return -evaluations;
  memory.copy(theta, here, VECTOR);
  store<f64>(value, load<f64>(state));
  memory.copy(gradient, state + GRADIENT, VECTOR);
  return evaluations;
}
