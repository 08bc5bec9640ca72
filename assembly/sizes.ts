// The losses of one model size at many steps, from a few numbers: what a search over sizes asks for by the hundred. Modes by the rule
// (5.1), γ from its share of Tr D, κ₀ (3.4), a step that is surely stable (3.8), and Talbot contours (4.4), one for each r, of the
// generating functions of contour.ts (docs/theory.md).
//
// Arrays hold f64; n is a multiple of 4 (pad with the first λ and zero weights).

import { transforms, transformsScratch } from "./contour";
import { exp } from "./exponential";
import { add, BYTES, load64, mul, splat, store64 } from "./lanes";
import { traceSums } from "./modes";
import { safeExp } from "./safe-exponential";

/** Newton's method and bisection for κ₀ and u end after so many steps, at the latest. */
const MOST_STEPS: i32 = 100;
/** e^−SETTLED is nothing beside any loss. */
const SETTLED: f64 = 80;
/** u beyond the support is known so well, relative. */
const FEW_DIGITS: f64 = 1e-3;

/**
 * λ = j^−2α, a = λ·multiplicity, t = λ u and u = j^−2β·multiplicity at n points. The first `given` have log j in `lambda` and their multiplicity in
 * `a` on entry; then come panels from log j = start to end, each `length` long but the last, of `per` nodes (even) on [−1, 1].
 */
export function powerModes(
  n: i32,
  alpha: f64,
  beta: f64,
  given: i32,
  panels: i32,
  start: f64,
  length: f64,
  end: f64,
  per: i32,
  nodes: usize,
  weights: usize,
  lambda: usize,
  a: usize,
  t: usize,
  u: usize,
): void {
  const bytes = (<usize>n) << 3,
    panel = (<usize>per) << 3;
  let at = (<usize>given) << 3;
  for (let k = 0; k < panels; k++) {
    const from = start + <f64>k * length;
    const to = k == panels - 1 ? end : from + length;
    const middle = splat((from + to) / 2),
      half = splat((to - from) / 2);
    for (let i: usize = 0; i < panel; i += BYTES) {
      const x = add(middle, mul(half, load64(nodes + i)));
      store64(lambda + at + i, x);
      store64(a + at + i, mul(mul(half, load64(weights + i)), exp(x)));
    }
    at += panel;
  }
  for (; at < bytes; at += 8) {
    store<f64>(lambda + at, end);
    store<f64>(a + at, 0);
  }
  const perLambda = splat(-2 * alpha),
    perRatio = splat(-2 * beta);
  for (let i: usize = 0; i < bytes; i += BYTES) {
    const x = load64(lambda + i),
      multiplicity = load64(a + i);
    const L = safeExp(mul(perLambda, x)),
      R = mul(multiplicity, safeExp(mul(perRatio, x)));
    store64(lambda + i, L);
    store64(a + i, mul(multiplicity, L));
    store64(t + i, mul(R, L));
    store64(u + i, R);
  }
}

/** f64 of scratch that sizeLosses takes, for m nodes in all. */
export function sizeLossesScratch(m: i32): i32 {
  return 14 * m + transformsScratch(m) + 8;
}

/**
 * P(r) of one size at `count` steps, by contours of m nodes (even), which lie at s for r = 1 and have the weights e^s ds/π there.
 * @param surplus v/d − 1
 * @param step γ, or γ·Tr D where `share`
 * @param tolerance of κ₀, relative
 * @param last κ is found to a last step of Newton's method below this, relative
 * @param far w > 1 at which 1 − w K_s(w) is looked at
 * out: 7 f64 — Tr D, P(0), γ, κ₀, F₀, a step that is surely stable, 1 − w K_s(w) at w = far (NaN where z₂ has met the support);
 * then, each as far as P(r) moves, and as it settles from there on, 4 arrays of count: r P(r) whole, all that adds up to it, the same less what is analytic near s = 0.
 */
export function sizeLosses(
  n: i32,
  lambda: usize,
  a: usize,
  t: usize,
  u: usize,
  d: f64,
  surplus: f64,
  batch: f64,
  step: f64,
  share: bool,
  tolerance: f64,
  last: f64,
  far: f64,
  m: i32,
  sr: usize,
  si: usize,
  wr: usize,
  wi: usize,
  count: i32,
  steps: usize,
  out: usize,
  scratch: usize,
): void {
  let trace = 0.0,
    P0 = 0.0,
    square = 0.0,
    most = 0.0,
    least = f64.MAX_VALUE;
  for (let j: usize = 0, bytes = (<usize>n) << 3; j < bytes; j += 8) {
    const l = load<f64>(lambda + j),
      x = load<f64>(a + j);
    trace += x;
    square += x * l;
    P0 += load<f64>(t + j);
    most = max(most, l);
    least = min(least, l);
  }
  const gamma = share ? step / trace : step;
  const kappa0 = surplus > 0 ? rootAtZero(n, lambda, a, d, trace, least * min(surplus, 1), tolerance, scratch) : 0;
  // u ≤ λ₁ + max(Tr D/(B+1), √(Σ a_j λ_j/d)) where the step is largest
  const edge = most + max(trace / (batch + 1), Math.sqrt(square / d));
  const z = edge * (1 + beyond(n, lambda, a, edge, scratch) / d);
  store<f64>(out, trace);
  store<f64>(out, P0, 8);
  store<f64>(out, gamma, 16);
  store<f64>(out, kappa0, 24);
  store<f64>(out, 2 / ((batch + 1) * z), 40);
  const open1 = open(n, lambda, a, d, gamma, batch, most, far, scratch);
  store<f64>(out, open1, 48);
  if (kappa0 > 0) traceSums(n, lambda, t, kappa0, 0, scratch);
  store<f64>(out, kappa0 > 0 ? kappa0 * load<f64>(scratch) : 0, 32);

  const moving = open1 > 0 ? movingSteps(n, lambda, a, d, gamma, batch, kappa0, count, steps, scratch) : count;
  const column = (<usize>moving) << 3,
    bytes = (<usize>m) << 3,
    all = <usize>m * column;
  const s = scratch,
    made = s + 2 * all;
  // κ is followed along each node from one r to the next
  for (let k: usize = 0, at = s; k < bytes; k += 8)
    for (let i: usize = 0; i < column; i += 8, at += 8) {
      store<f64>(at, load<f64>(sr + k) / load<f64>(steps + i));
      store<f64>(at + all, load<f64>(si + k) / load<f64>(steps + i));
    }
  const at = made + 12 * all;
  transforms(n, lambda, a, t, u, d, gamma, batch, kappa0, last, m * moving, s, s + all, made, at);
  const sums = out + 56;
  for (let part: usize = 0; part < 2; part++)
    weigh(bytes, column, all, made + (4 + 6 * part) * all, wr, wi, sums + ((2 * part * <usize>count) << 3), count);
  for (let i = column; i < (<usize>count) << 3; i += 8)
    for (let k: usize = 0; k < 4; k++) {
      const settled = sums + ((k * <usize>count) << 3);
      const r = load<f64>(steps + i) / load<f64>(steps + column - 8);
      store<f64>(settled + i, r * load<f64>(settled + column - 8));
    }
}

/**
 * How many of the steps there are until P(r) has settled: the support of K̂ begins beyond z = κ (D(κ)/d − 1) at any κ < κ₀ (3.7), and F and K
 * less their limits fall as e^{−2γBzr}.
 */
function movingSteps(
  n: i32,
  lambda: usize,
  a: usize,
  d: f64,
  gamma: f64,
  batch: f64,
  kappa0: f64,
  count: i32,
  steps: usize,
  scratch: usize,
): i32 {
  if (!(kappa0 > 0)) return count;
  const kappa = kappa0 / 2;
  traceSums(n, lambda, a, kappa, 0, scratch);
  const rate = 2 * gamma * batch * kappa * (load<f64>(scratch) / d - 1);
  let moving = 0;
  while (moving < count && load<f64>(steps + ((<usize>moving) << 3)) * rate < SETTLED) moving++;
  return min(count, moving + 1);
}

/** Im Σ f w over the nodes of each contour, and Σ |f| |w| beside it, by the sum of their parts. */
function weigh(bytes: usize, column: usize, all: usize, f: usize, wr: usize, wi: usize, out: usize, count: i32): void {
  for (let i: usize = 0; i < column; i += 8) {
    let sum = 0.0,
      size = 0.0;
    for (let k: usize = 0, at = f + i; k < bytes; k += 8, at += column) {
      const re = load<f64>(at),
        im = load<f64>(at + all),
        x = load<f64>(wr + k),
        y = load<f64>(wi + k);
      sum += re * y + im * x;
      size += (Math.abs(re) + Math.abs(im)) * (Math.abs(x) + Math.abs(y));
    }
    store<f64>(out + i, sum);
    store<f64>(out + ((<usize>count) << 3) + i, size);
  }
}

/** g(u) = Σ a_j/(u−λ_j) at u beyond every λ_j; −g′(u) at scratch + 16. */
function beyond(n: i32, lambda: usize, a: usize, u: f64, scratch: usize): f64 {
  traceSums(n, lambda, a, -u, 0, scratch);
  return -load<f64>(scratch);
}

/**
 * κ₀ with D(κ₀) = d, between `low`/e and Tr D/d: each step takes D for the power of κ that it is like, in a rational form that is right to second
 * order; where that leads out of what is left, the middle on a log scale.
 */
function rootAtZero(
  n: i32,
  lambda: usize,
  a: usize,
  d: f64,
  trace: f64,
  low: f64,
  tolerance: f64,
  scratch: usize,
): f64 {
  let least = low / Math.E,
    most = trace / d;
  let kappa = most / Math.E;
  for (let k = 0; k < MOST_STEPS; k++) {
    traceSums(n, lambda, a, kappa, 0, scratch);
    const D = load<f64>(scratch);
    if (D > d) least = kappa;
    else most = kappa;
    // D ~ κ^−p: κ grows by (D/d)^{1/p}
    const power = D / (kappa * load<f64>(scratch, 16)),
      half = (D / d - 1) / 2;
    const factor = (1 + (1 + power) * half) / (1 + (1 - power) * half);
    const next = factor * kappa;
    const inside = next > least && next < most;
    if (inside && Math.abs(factor - 1) < tolerance) return next;
    if (most - least < tolerance * least) break;
    kappa = inside ? next : Math.sqrt(least) * Math.sqrt(most);
  }
  return kappa;
}

/** 1 − w K_s(w) at real w > 1 (4.6): z₂ there, and u beyond the support with z(u) = z₂, by Newton's method from above. */
function open(n: i32, lambda: usize, a: usize, d: f64, gamma: f64, batch: f64, most: f64, w: f64, scratch: usize): f64 {
  const root = Math.sqrt(max(0, 1 - ((batch + 1) / batch) * (1 - 1 / w)));
  const z2 = (1 + root) / (gamma * (batch + 1));
  let u = z2;
  for (let k = 0; k < MOST_STEPS; k++) {
    if (u <= most) return NaN;
    const g = beyond(n, lambda, a, u, scratch);
    // dz/du = 1 − Σ a_j λ_j/(u−λ_j)²/d
    const slope = 1 - (u * load<f64>(scratch, 16) - g) / d;
    if (slope <= 0) return NaN;
    const step = (u * (1 + g / d) - z2) / slope;
    u -= step;
    if (step <= FEW_DIGITS * u) return 1 - (gamma * z2 * beyond(n, lambda, a, u, scratch)) / (2 * root);
  }
  return NaN;
}
