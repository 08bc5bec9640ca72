// The objective of Chinchilla's approach 3 and its gradient (docs/theory.md, eqs. 10.2, 10.3):
//
//   S_i = e^{a−αx_i} + e^{b−βy_i} + e^e,   r_i = log S_i − l_i,   ψ_i = clamp(r_i, ±δ),   Σ_i w_i ψ_i (r_i − ψ_i/2)
//
// with x = log N, y = log D, l = log L, θ = (a, b, e, α, β), and its minimum by BFGS (eq. 10.4) with the bisection
// of Lewis and Overton (2013) for the weak Wolfe conditions, which also serves functions that are nearly not smooth:
// with δ far below the residuals this one is nearly Σ|r_i|. The long way from a far start is in f32 (huber-single.ts), the end in f64.
//
// Arrays hold n f64, n a multiple of 4; pad with w = 0.

import { clamp, safeExp } from "./safe-exponential";
import { log } from "./elementary";
import { huberSingle, toSingle } from "./huber-single";
import { add, BYTES, div, lanesum, load64, mul, splat, splatAt, sub } from "./lanes";
import { newton } from "./newton";
import { V } from "./width";

/** Number of parameters. */
const P: usize = 5;
/** Sufficient decrease and curvature of the line search (Nocedal & Wright 2006, §3.1), and its steps at most. */
const C1: f64 = 1e-4;
const C2: f64 = 0.9;
const MAX_LINE_STEPS: i32 = 60;
const HALF = memory.data<f64>([0.5]);
/** The gradient over δ Σw above which f32 serves, for δ = 1e-3: there its rounding is some 10⁻⁴ of ψ. */
const ROUGH: f64 = 3e-4;
/** Where the way leads up from a plateau the gradient grows again: f32 comes back at this times as much. */
const BACK: f64 = 4;

/** f64 of scratch that huber takes. */
export function huberScratch(): i32 {
  return 4;
}

/** The objective at θ (5 f64); its gradient goes to `gradient` (5 f64). scratch: 4 f64. */
export function huber(
  n: i32,
  x: usize,
  y: usize,
  l: usize,
  w: usize,
  delta: f64,
  theta: usize,
  gradient: usize,
  scratch: usize,
): f64 {
  const a = splat(load<f64>(theta));
  const b = splat(load<f64>(theta, 8));
  const alpha = splat(load<f64>(theta, 24));
  const beta = splat(load<f64>(theta, 32));
  const E = safeExp(splat(load<f64>(theta, 16)));
  const negative = splat(-delta);
  const bound = splat(delta);
  let value = splat(0),
    ga = splat(0),
    gb = splat(0),
    ge = splat(0),
    gx = splat(0),
    gy = splat(0);
  // two vectors at a time, to hide the latency of exp and log
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 2 * BYTES) {
    const X0 = load64(x + i);
    const X1 = load64(x + i + BYTES);
    const Y0 = load64(y + i);
    const Y1 = load64(y + i + BYTES);
    const A0 = safeExp(sub(a, mul(alpha, X0)));
    const A1 = safeExp(sub(a, mul(alpha, X1)));
    const B0 = safeExp(sub(b, mul(beta, Y0)));
    const B1 = safeExp(sub(b, mul(beta, Y1)));
    const S0 = add(add(A0, B0), E);
    const S1 = add(add(A1, B1), E);
    log(S0, S1, scratch);
    const r0 = sub(load64(scratch), load64(l + i));
    const r1 = sub(load64(scratch + BYTES), load64(l + i + BYTES));
    const psi0 = clamp(r0, negative, bound);
    const psi1 = clamp(r1, negative, bound);
    const W0 = mul(load64(w + i), psi0);
    const W1 = mul(load64(w + i + BYTES), psi1);
    const half = splatAt(HALF);
    value = add(value, add(mul(W0, sub(r0, mul(half, psi0))), mul(W1, sub(r1, mul(half, psi1)))));
    const q0 = div(W0, S0);
    const q1 = div(W1, S1);
    const qA0 = mul(q0, A0);
    const qA1 = mul(q1, A1);
    const qB0 = mul(q0, B0);
    const qB1 = mul(q1, B1);
    ga = add(ga, add(qA0, qA1));
    gb = add(gb, add(qB0, qB1));
    ge = add(ge, add(q0, q1));
    gx = add(gx, add(mul(qA0, X0), mul(qA1, X1)));
    gy = add(gy, add(mul(qB0, Y0), mul(qB1, Y1)));
  }
  store<f64>(gradient, lanesum(ga));
  store<f64>(gradient, lanesum(gb), 8);
  store<f64>(gradient, lanesum(mul(ge, E)), 16);
  store<f64>(gradient, -lanesum(gx), 24);
  store<f64>(gradient, -lanesum(gy), 32);
  return lanesum(value);
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < P * 8; i += 8) sum += load<f64>(a + i) * load<f64>(b + i);
  return sum;
}

// @ts-ignore: decorator
@inline
function largest(a: usize): f64 {
  let most: f64 = 0;
  for (let i: usize = 0; i < P * 8; i += 8) most = max(most, Math.abs(load<f64>(a + i)));
  return most;
}

function identity(H: usize, scale: f64): void {
  for (let i: usize = 0; i < P; i++)
    for (let j: usize = 0; j < P; j++) store<f64>(H + (i * P + j) * 8, i == j ? scale : 0);
}

/** H ← (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, ρ = 1/sᵀy: symmetric, so one triangle is worked out. */
function update(H: usize, s: usize, y: usize, Hy: usize): void {
  const rho = 1 / dot(s, y);
  for (let i: usize = 0; i < P; i++) store<f64>(Hy + i * 8, dot(H + i * P * 8, y));
  const scale = (1 + rho * dot(y, Hy)) * rho;
  for (let i: usize = 0; i < P; i++) {
    const si = load<f64>(s + i * 8),
      along = scale * si - rho * load<f64>(Hy + i * 8),
      across = rho * si;
    for (let j: usize = 0; j <= i; j++) {
      const h = load<f64>(H + (i * P + j) * 8) + along * load<f64>(s + j * 8) - across * load<f64>(Hy + j * 8);
      store<f64>(H + (i * P + j) * 8, h);
      store<f64>(H + (j * P + i) * 8, h);
    }
  }
}

/** The gradient, without the parameters that stay fixed (bit i of `fixed`: θ_i). */
// @ts-ignore: decorator
@inline
function free(gradient: usize, fixed: i32): void {
  for (let i: usize = 0; i < P; i++) if ((fixed >> (<i32>i)) & 1) store<f64>(gradient + i * 8, 0);
}

/** f64 of scratch that minimiseHuber takes. */
export function minimiseHuberScratch(n: i32, near: bool): i32 {
  return near ? 178 + 9 * n : 68 + 2 * n;
}

/**
 * Minimises from m starts. theta: m × 5 f64, the starts on entry and the minima on return; value: m f64.
 * info: m × 2 f64 — evaluations, and the largest entry of the gradient over δ Σw. near: by Newton's method (newton.ts), and by
 * BFGS from the same start where that does not arrive. scratch: 68 + 2n f64, near 178 + 9n.
 * A start has converged when that entry is at most `tolerance`. Returns how many did not.
 */
export function minimiseHuber(
  n: i32,
  x: usize,
  y: usize,
  l: usize,
  w: usize,
  delta: f64,
  m: i32,
  theta: usize,
  fixed: i32,
  near: bool,
  tolerance: f64,
  maxIterations: i32,
  value: usize,
  info: usize,
  scratch: usize,
): i32 {
  const H = scratch; // 25
  const g = scratch + 200; // 5 each from here
  const p = scratch + 240;
  const s = scratch + 280;
  const dg = scratch + 320;
  const tried = scratch + 360;
  const g1 = scratch + 400;
  const logarithms = scratch + 448; // 32 bytes, aligned
  let mass: f64 = 0;
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 8) mass += load<f64>(w + i);
  const enough = tolerance * delta * mass;
  // never below the tolerance: the end is always in f64
  const rough = max(enough, ROUGH * max(1.0, 1e-3 / delta) * delta * mass);
  const singles = near ? scratch + 1360 + ((<usize>n) << 3) * 7 : scratch + 480;
  toSingle(n, x, y, l, w, singles);
  let failed = 0;

  for (let start = 0; start < m; start++) {
    let f: f64 = 0;
    let evaluations = near ? newton(n, x, y, l, w, delta, theta, fixed, enough, g, value, scratch + 480) : 0;
    const arrived = evaluations > 0;
    if (arrived) f = load<f64>(value);
    let single = !arrived,
      trusted = true;
    if (single) {
      f = huberSingle(n, singles, delta, theta, g);
      free(g, fixed);
      evaluations = 1 - evaluations;
    }
    let fresh = true;
    identity(H, 1);
    for (let iteration = arrived ? maxIterations : 0; iteration < maxIterations; iteration++) {
      const steep = largest(g);
      if (single ? !(steep > rough) || !trusted : trusted && steep > BACK * rough) {
        single = !single;
        f = single ? huberSingle(n, singles, delta, theta, g) : huber(n, x, y, l, w, delta, theta, g, logarithms);
        free(g, fixed);
        evaluations++;
      }
      if (!(largest(g) > enough)) break;
      for (let i: usize = 0; i < P; i++) store<f64>(p + i * 8, -dot(H + i * P * 8, g));
      let slope = dot(g, p);
      if (!(slope < 0)) {
        identity(H, 1);
        for (let i: usize = 0; i < P * 8; i += 8) store<f64>(p + i, -load<f64>(g + i));
        slope = -dot(g, g);
        fresh = true;
      }
      // with no curvature known yet, a first step of length ½ at most
      let t: f64 = fresh ? min(1.0, 0.5 / Math.sqrt(-slope)) : 1;
      let low: f64 = 0,
        high: f64 = Infinity;
      let f1: f64 = f;
      let found = false;
      for (let k = 0; k < MAX_LINE_STEPS; k++) {
        for (let i: usize = 0; i < P * 8; i += 8) store<f64>(tried + i, load<f64>(theta + i) + t * load<f64>(p + i));
        f1 = single ? huberSingle(n, singles, delta, tried, g1) : huber(n, x, y, l, w, delta, tried, g1, logarithms);
        free(g1, fixed);
        evaluations++;
        if (!(f1 <= f + C1 * t * slope)) high = t;
        else if (dot(g1, p) < C2 * slope) low = t;
        else {
          found = true;
          break;
        }
        t = high < Infinity ? 0.5 * (low + high) : 2 * t;
      }
      if (!found) {
        if (single) {
          trusted = false;
          continue;
        }
        // rounding hides any further decrease along this direction: once more down the gradient, or done
        if (fresh) break;
        identity(H, 1);
        fresh = true;
        continue;
      }
      for (let i: usize = 0; i < P * 8; i += 8) {
        store<f64>(s + i, load<f64>(tried + i) - load<f64>(theta + i));
        store<f64>(dg + i, load<f64>(g1 + i) - load<f64>(g + i));
        store<f64>(theta + i, load<f64>(tried + i));
        store<f64>(g + i, load<f64>(g1 + i));
      }
      f = f1;
      const sy = dot(s, dg);
      if (sy > 0) {
        if (fresh) identity(H, sy / dot(dg, dg));
        update(H, s, dg, p);
        fresh = false;
      }
    }
    // out of iterations on the way
    if (single) f = huber(n, x, y, l, w, delta, theta, g, logarithms);
    free(g, fixed);
    const left = largest(g);
    if (!(left <= enough)) failed++;
    store<f64>(value, f);
    store<f64>(info, <f64>evaluations);
    store<f64>(info, left / (delta * mass), 8);
    theta += P * 8;
    value += 8;
    info += 16;
  }
  return failed;
}

/** log of n values > 0, n a multiple of 4. */
export function logs(n: i32, x: usize, out: usize): void {
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 2 * BYTES)
    log(load64(x + i), load64(x + i + BYTES), out + i);
}
