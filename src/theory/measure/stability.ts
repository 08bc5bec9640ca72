// How large a constant step may be, and what lies beyond the support of K̂ (docs/theory.md, eqs. 3.6–3.8). With κ = −u to
// the left of every −λ_j,
//
//   z(u) = u (1 + g(u)/d),   g(u) = Σ a_j/(u−λ_j),   ‖K‖ = g(u)/(B+1)  at  z(u) = 2/(γ(B+1)),
//
// so the largest stable step has a closed form in u: g(u) = B+1. z is convex; the support of K̂ ends at its minimum.

import type { Modes } from "../../kernels/resolvent.ts";
import { exp, log } from "../../math/elementary.ts";
import { realSum, traceSum2 } from "./resolvent.ts";

/** The part of a model that the functions below need. */
export interface Stepped {
  readonly modes: Modes;
  readonly d: number;
  readonly gamma: number;
  readonly batch: number;
}

export interface Stability {
  /** Largest eigenvalue of K̂ in the deterministic equivalent. */
  readonly top: number;
  /** The loss converges for every γ below this. */
  readonly maxGamma: number;
}

/** Enough for a bound. */
const FEW_DIGITS = 1e-3;

const g = (modes: Modes, u: number): number => -realSum(modes, modes.trace, -u);
const z = (modes: Modes, d: number, u: number): number => u * (1 + g(modes, u) / d);

/** The largest stable γ of a model of d features trained on batches of `batch` samples. */
export function stability(modes: Modes, d: number, batch: number): Stability {
  const { lambda, trace, square, firstTrace } = summary(modes);
  // dz/du = 0  ⇔  Σ a_j λ_j/(u−λ_j)² = d
  const edge = bisect(
    (u) => traceSum2(modes, -u) - d,
    lambda + Math.sqrt((0.5 * firstTrace * lambda) / d),
    lambda + 1.001 * Math.sqrt(square / d),
  );
  const limit = bisect(
    (u) => g(modes, u) - (batch + 1),
    lambda + (0.5 * firstTrace) / (batch + 1),
    lambda + (1.001 * trace) / (batch + 1),
  );
  return { top: z(modes, d, edge), maxGamma: 2 / ((batch + 1) * z(modes, d, Math.max(edge, limit))) };
}

/** The lower edge of the support, where v > d (docs/theory.md, eq. 3.7): z = κ (S(κ)−1) is largest at Σ a_j λ_j/(λ_j+κ)² = d, κ < κ₀. */
export function leftEdge(modes: Modes, d: number, kappa0: number): number {
  let [low, high] = [log(kappa0) - 100, log(kappa0)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (traceSum2(modes, exp(middle)) > d) low = middle;
    else high = middle;
  }
  const kappa = exp(low);
  return kappa * (realSum(modes, modes.trace, kappa) / d - 1);
}

/** A step that is surely stable, from one sum: u ≤ λ₁ + max(Tr D/(B+1), √(Σ a_j λ_j/d)) in `stability`. */
export function safeGamma(modes: Modes, d: number, batch: number): number {
  const { lambda, trace, square } = summary(modes);
  const u = lambda + Math.max(trace / (batch + 1), Math.sqrt(square / d));
  return 2 / ((batch + 1) * z(modes, d, u));
}

/** ‖K‖ = Σ_r K(r) (docs/theory.md, eq. 3.8); NaN where γ(B+1)λ̂_max ≥ 2. */
export function kernelNorm({ modes, d, gamma, batch }: Stepped): number {
  return g(modes, beyondSupport(modes, d, 2 / (gamma * (batch + 1)))) / (batch + 1);
}

/**
 * How many times a relative error of F or K is found in P(r): P̃ = F̃/(1 − wK̃), so 1/(1 − ‖K‖) late, and no more than the steps
 * taken. Where the loss diverges, 1 + r.
 */
export function amplification(model: Stepped): (r: number) => number {
  const norm = kernelNorm(model);
  const most = norm < 1 ? 1 / (1 - norm) : Infinity;
  return (r) => Math.min(1 + r, most);
}

/**
 * A bound on e^{r s}, how far the part of the generating functions that is analytic near s = 0 has died out at step r: s < 0
 * is where wK_s(w) = 1, w = e^{−s}, or where z₂ meets the support or z₁ (w = B+1), whichever is nearest (docs/theory.md, eq. 4.6).
 */
export function analyticRemainder({ modes, d, gamma, batch }: Stepped): (r: number) => number {
  // 1 − wK_s(w) on real w, decreasing from 1 − ‖K‖; NaN where z₂ has met the support
  const open = (w: number): number => {
    const root = Math.sqrt(Math.max(0, 1 - ((batch + 1) / batch) * (1 - 1 / w)));
    const z2 = (1 + root) / (gamma * (batch + 1));
    return 1 - (gamma * z2 * g(modes, beyondSupport(modes, d, z2, FEW_DIGITS))) / (2 * root);
  };
  let nearest: number | undefined;
  return (r) => {
    // far out one look is enough
    if (nearest === undefined && 100 / r < log(batch + 1) && open(exp(100 / r)) > 0) return 0;
    nearest ??= -bisect((s) => (open(exp(s)) > 0 ? 1 : -1), 0, log(batch + 1), FEW_DIGITS);
    return exp(r * nearest);
  };
}

/** u with z(u) = target to the right of the support, by Newton's method from above; NaN where target is inside. */
function beyondSupport(modes: Modes, d: number, target: number, tolerance = 1e-14): number {
  let u = target;
  for (let iteration = 0; iteration < 100; iteration++) {
    let [sum, sum2] = [0, 0];
    for (let j = 0; j < modes.lambda.length; j++) {
      const gap = u - modes.lambda[j]!;
      if (gap <= 0) return Number.NaN;
      const q = 1 / gap;
      const term = modes.trace[j]! * q;
      sum += term;
      sum2 += term * modes.lambda[j]! * q;
    }
    const slope = 1 - sum2 / d;
    if (slope <= 0) return Number.NaN;
    const step = (u * (1 + sum / d) - target) / slope;
    u -= step;
    // z is convex: from above every step is positive, but for rounding
    if (step <= tolerance * u) return u;
  }
  return Number.NaN;
}

function summary(modes: Modes) {
  let [lambda, firstTrace, trace, square] = [0, 0, 0, 0];
  for (let j = 0; j < modes.lambda.length; j++) {
    if (modes.lambda[j]! > lambda) {
      lambda = modes.lambda[j]!;
      firstTrace = modes.trace[j]!;
    }
    trace += modes.trace[j]!;
    square += modes.trace[j]! * modes.lambda[j]!;
  }
  return { lambda, firstTrace, trace, square };
}

/** The root of a decreasing function in [low, high], to a relative tolerance, or to rounding. */
function bisect(f: (x: number) => number, low: number, high: number, tolerance = 0): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (!(middle > low && middle < high && high - low > tolerance * high)) return middle;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
}
