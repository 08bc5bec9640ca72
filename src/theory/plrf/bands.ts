// The bands of the support of K̂, and points at which its density is known well enough to be drawn and integrated
// (docs/theory.md, eqs. 3.6, 3.7, 3.11). Between λ_{j+1} and λ_j there is a gap where
//
//   φ(u) = Σ a_i λ_i/(u−λ_i)² < d     for some u ∈ (λ_{j+1}, λ_j);
//
// φ is convex there, and the gap reaches from z(u₁) to z(u₂), φ(u₁) = φ(u₂) = d. A band between gaps holds as many eigenvalues as
// it holds modes.

import type { Modes } from "../../kernels/resolvent.ts";
import { cos, exp, log, pow } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { realSum, realSum2 } from "../measure/resolvent.ts";

/** In a band, between its ends: the trapezoids of a semicircle then hold 99.7 % of it. */
const IN_BAND = 24;
/** From one mode to the next, whether there is a gap or not, for so many leading modes. */
const IN_MODE = 4;
const FOLLOWED = 128;
/** In the gap where the average begins. */
const AT_SEAM = 16;
/** Below the bands that stand apart: in all, at least, and an e-fold. */
const IN_BULK = 400;
const AN_EFOLD = 10;
/** Towards the lower edge, where the density is a square root. */
const AT_EDGE = 20;
/** In half-widths: bands are drawn down to 0 just outside of them. */
const OUTSIDE = 1e-6;
/** Where the support reaches down to 0, the share of the eigenvalues below the first point. */
const LEFT_OUT = 1e-4;

/**
 * Points x > 0, increasing, over the whole support, between which the density may be drawn by straight lines.
 * @param modes with the leading `apart` modes as they are
 * @param edges of the support
 * @param apart modes whose bands are wanted one by one
 */
export function densityGrid(modes: Modes, d: number, edges: readonly [number, number], apart: number): Float64Array {
  const [left, right] = edges;
  const { lambda, trace } = modes;
  const weight = trace.map((a, j) => a * lambda[j]!);
  const grid: number[] = [right * 1.1];
  let top = right;
  for (let j = 0; j + 1 < lambda.length && j < apart; j++) {
    const [own, next] = [lambda[j]!, lambda[j + 1]!];
    const points = j + 1 === apart ? AT_SEAM : j < FOLLOWED ? IN_MODE : 0;
    for (let k = 0; k < points; k++) grid.push(own * pow(next / own, k / points));
    const gap = own > next && gapBetween(modes, weight, d, j);
    if (!gap) continue;
    addBand(grid, gap[1], top);
    top = gap[0];
  }
  const bottom = left > 0 ? left : lowest(modes, d);
  addBand(grid, bottom, top);
  const efolds = log(top / bottom);
  for (const x of logspace(bottom, top, Math.max(IN_BULK, Math.ceil(AN_EFOLD * efolds)))) grid.push(x);
  if (left > 0) {
    grid.push(left * 0.9);
    for (let k = 1; k <= AT_EDGE; k++) grid.push(left * exp(Math.min(2, efolds) * pow(k / AT_EDGE, 2)));
  }
  return Float64Array.from(new Set(grid.filter((x) => x >= 0.9 * bottom))).sort();
}

/** Evenly spaced in the angle of a semicircle over [from, to]. */
function addBand(grid: number[], from: number, to: number): void {
  const [centre, half] = [(from + to) / 2, ((to - from) / 2) * (1 + OUTSIDE)];
  for (let k = 0; k <= IN_BAND; k++) grid.push(centre - half * cos((Math.PI * k) / IN_BAND));
}

/** The gap of the support between modes j and j+1, if there is one (docs/theory.md, eq. 3.11). */
function gapBetween(modes: Modes, weight: Float64Array, d: number, j: number): [from: number, to: number] | undefined {
  const { lambda, trace } = modes;
  const [own, next] = [lambda[j]!, lambda[j + 1]!];
  // the two neighbours alone leave none: min A/s² + B/(g−s)² = (A^⅓ + B^⅓)³/g²
  if (pow(pow(weight[j]!, 1 / 3) + pow(weight[j + 1]!, 1 / 3), 3) >= d * pow(own - next, 2)) return undefined;
  const u = (t: number) => next + t * (own - next);
  const excess = (t: number) => realSum2(modes, weight, -u(t)) - d;
  const lowest = bottomOf(excess);
  if (!(excess(lowest) < 0)) return undefined;
  const z = (t: number) => u(t) * (1 - realSum(modes, trace, -u(t)) / d);
  return [z(crossing(excess, 0, lowest)), z(crossing(excess, 1, lowest))];
}

/** Where a function that is convex on (0, 1) and infinite at its ends is lowest, well enough to find it negative. */
function bottomOf(f: (t: number) => number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  let [a, b] = [1 - golden, golden];
  let [fa, fb] = [f(a), f(b)];
  for (let i = 0; i < 30; i++) {
    if (fa < fb) {
      [high, b, fb] = [b, a, fa];
      a = high - golden * (high - low);
      fa = f(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + golden * (high - low);
      fb = f(b);
    }
  }
  return fa < fb ? a : b;
}

/** The root between `outer`, where f is positive, and `inner`, where it is negative. */
function crossing(f: (t: number) => number, outer: number, inner: number): number {
  for (;;) {
    const middle = (outer + inner) / 2;
    if (middle === outer || middle === inner) return inner;
    if (f(middle) > 0) outer = middle;
    else inner = middle;
  }
}

/** v = d: −x = κ² c with c = Σ 1/(λ_j d) near 0, so that a share (2/π)√(cx) of the eigenvalues lies below x. */
function lowest({ lambda, trace }: Modes, d: number): number {
  const c = trace.reduce((sum, a, i) => sum + a / pow(lambda[i]!, 2), 0) / d;
  return pow((Math.PI * LEFT_OUT) / 2, 2) / c;
}
