// The deepest minimum of log P over u = log d at every budget (docs/theory.md, eq. 6.7). A coarse scan of all sizes finds the basins,
// one for all budgets; the basin of the budget before is followed, any other that could be deeper is looked into.

import { exp, log } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import type { FrontierOptions } from "./frontier-options.ts";
import { clamp, type Optimum, type Point, type Search } from "./search.ts";
import { tunedOptima } from "./tuned-frontier.ts";

/** An optimum this far, in log d, from where the last one has moved is another. */
const JUMP = 0.02;
/** Half the width of a bracket: of one that is followed, by how far the last was missed; of one whose place is known roughly. */
const NARROW = 0.003;
const WIDE = 0.5;
/** Of quick losses at whole steps. */
const NARROW_TRAINED = 0.1;
const MISSED = 4;
/** How far a like problem's minimum may be off, for a first bracket. */
const NEAR = 0.025;
/** Within such a distance of each other, points tell a minimum by the polynomial through them. */
const CLOSE = 0.1;
/** A polynomial that moves the minimum by less than this, in tolerances, has it. */
const SETTLED = 30;
/** After so many polynomials Brent's method takes over. */
const MOST_TRIES = 8;
const DEGREE = 5;
/** Budgets in a row that take their third order from one before. */
const MOST_KEPT = 4;
/** Beside a bottom flatter than this (half of d² log P/du²) there may be another, this far off in log d, that no scan has seen. */
const FLAT = 0.1;
const BESIDE = [-0.6, -0.3, 0.3, 0.6];
/** In log d, an end of the range. */
const EDGE = 1e-3;

/** log d* of a problem that is all but this one, at the same budgets: without jumps. */
export type Near = Float64Array;

/**
 * The deepest of all minima at each budget, ends of the range among them. Where another basin than the last optimum's is the deepest,
 * the frontier jumps. What is near tells where to look first, never where alone.
 */
export function exact(search: Search, { signal, onProgress }: FrontierOptions, near?: Near): Optimum[] {
  const { flops, together } = search;
  const optima: Optimum[] = [];
  if (together) {
    for (const optimum of tunedOptima(together)) {
      optima.push({ ...search.known(flops[optima.length]!, optimum), multiple: exp(optimum.s) });
      onProgress?.(optima.length / flops.length);
      signal?.throwIfAborted();
    }
    return optima;
  }
  const step = log(flops[1]! / flops[0]!);
  const narrow = search.trained ? NARROW_TRAINED : NARROW;
  let missed = near ? NEAR : WIDE;
  let cubic: number | undefined;
  let kept = 0;
  flops.forEach((f, i) => {
    signal?.throwIfAborted();
    const guess = near ? near[i]! + (i > 0 ? optima[i - 1]!.u - near[i - 1]! : 0) : prediction(optima, step);
    const tracked =
      guess === undefined ? undefined : descend(search, f, guess, clamp(MISSED * missed, narrow, WIDE), cubic);
    missed = tracked ? Math.abs(tracked.u - guess!) : WIDE;
    const best = beside(search, f, deepest(search, f, search.scan(i), tracked));
    const jump = i > 0 && Math.abs(best.u - tracked!.u) > JUMP;
    if (jump) missed = WIDE;
    kept = best.cubic === undefined && !jump ? kept + 1 : 0;
    if (kept === 0 || kept > MOST_KEPT) cubic = best.cubic;
    const { u, value, edge } = best;
    optima.push({ ...search.known(f, { u, value, edge }), jump });
    onProgress?.((i + 1) / flops.length);
  });
  return optima;
}

/** Where the minima before lead to, `step` further in log f. */
function prediction(optima: readonly Optimum[], step: number): number | undefined {
  const last = optima.at(-1);
  if (!last) return undefined;
  // as far back as the branch goes
  const back = (k: number): Optimum | undefined =>
    optima.slice(1 - k).some(({ jump }) => jump) ? undefined : optima.at(-k);
  const [before, third] = [back(2), back(3)];
  if (!before) return last.u + 0.5 * step;
  return third ? 3 * (last.u - before.u) + third.u : 2 * last.u - before.u;
}

/** A minimum, and the polynomial it was told by: its second and third divided differences. */
interface Bottom extends Optimum {
  readonly curvature?: number;
  readonly cubic?: number | undefined;
}

/** The deepest of a bottom and those that one so flat may have beside it. */
function beside(search: Search, f: number, bottom: Bottom): Bottom {
  if (search.trained || bottom.edge || !(bottom.curvature! < FLAT)) return bottom;
  const [low, high] = search.range(f);
  let best = bottom;
  for (const side of BESIDE) {
    const u = bottom.u + side;
    if (u < low || u > high || search.value(f, u) >= best.value) continue;
    const found = descend(search, f, u, CLOSE);
    if (found.value < best.value) best = found;
  }
  return best;
}

/** The deepest of `tracked` and the basins of a scan. */
function deepest(search: Search, f: number, grid: readonly Point[], tracked: Bottom | undefined): Bottom {
  const basins = grid.flatMap(({ u, value, error }, k) => {
    const [left, right] = [grid[k - 1], grid[k + 1]];
    if ((left && left.value < value) || (right && right.value <= value)) return [];
    const from = left?.u ?? u;
    const to = right?.u ?? u;
    // the basin that is being followed is known already
    if (tracked && from <= tracked.u && tracked.u <= to && tracked.value <= value + error) return [];
    return [{ from, to, u, floor: floor(grid, k) - error }];
  });
  basins.sort((a, b) => a.floor - b.floor);
  let best = tracked;
  for (const { from, to, u, floor } of basins) {
    if (best && floor > best.value) break;
    const found = descend(search, f, u, Math.max(u - from, to - u, NARROW) / 2);
    if (!best || found.value < best.value) best = found;
  }
  return best!;
}

/**
 * No lower does the minimum about entry k go where the function is convex: on either side it lies above the lines through the two
 * points before and the two points behind, drawn on.
 */
function floor(grid: readonly Point[], k: number): number {
  return Math.min(
    grid[k]!.value,
    crossing(grid[k - 2], grid[k - 1], grid[k], grid[k + 1]),
    crossing(grid[k - 1], grid[k], grid[k + 1], grid[k + 2]),
  );
}

/** The value where the line through a and b meets that through c and d; −∞ where they diverge. */
function crossing(a: Point | undefined, b: Point | undefined, c: Point | undefined, d: Point | undefined): number {
  // an end of the range lies between b and c
  if (!b || !c) return Infinity;
  const fall = a ? (b.value - a.value) / (b.u - a.u) : undefined;
  const rise = d ? (d.value - c.value) / (d.u - c.u) : undefined;
  if (fall === undefined && rise === undefined) return -Infinity;
  // at an end the function falls no faster than it rises
  const [down, up] = [fall ?? -rise!, rise ?? -fall!];
  return up > down ? (b.value * up - c.value * down + up * down * (c.u - b.u)) / (up - down) : -Infinity;
}

/** The minimum downhill of a guess, from points a `step` apart. */
function descend(search: Search, f: number, guess: number, step: number, cubic?: number): Bottom {
  const [low, high] = search.range(f);
  /** In the order of u. */
  const points: Point[] = [];
  const look = (u: number): void => {
    const k = points.findIndex((point) => point.u >= u);
    if (points[k]?.u === u) return;
    points.splice(k < 0 ? points.length : k, 0, search.point(f, u));
  };
  const centre = clamp(guess, low, high);
  for (const u of [centre, centre - step, centre + step]) if (u >= low && u <= high) look(u);
  for (let size = 2 * step; ; size *= 2) {
    const k = lowest(points);
    const { u, value } = points[k]!;
    if (k === 0 && u > low) look(Math.max(low, u - size));
    else if (k === points.length - 1 && u < high) look(Math.min(high, u + size));
    else if (u > low && u < high) break;
    else {
      // at an end, unless its bottom is within
      const inside = u === low ? Math.min(low + EDGE, high) : Math.max(high - EDGE, low);
      const end = { u, value, edge: true };
      if (search.value(f, inside) >= value) return end;
      const next = points[k === 0 ? 1 : k - 1]?.u ?? inside;
      const within = bracketed(search, f, Math.min(u, next), Math.max(u, next));
      return within.value < value ? within : end;
    }
  }
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const k = lowest(points);
    const [left, right] = [points[k - 1]!, points[k + 1]!];
    const near = nearest(points, k);
    const bottom = lowestBetween(near, left.u, right.u, cubic);
    if (bottom === undefined) break;
    const { u } = bottom;
    const distance = Math.min(...points.map((point) => Math.abs(point.u - u)));
    const settled = SETTLED * search.tolerance;
    const width = Math.max(right.u - points[k]!.u, points[k]!.u - left.u);
    // the third order is known from the budget before, which did not take it from another
    const bent = width < 1.01 * NARROW && width * width * Math.abs(cubic!) < settled * bottom.curvature;
    if (near.length === 3 ? bent : distance < settled && right.u - left.u <= 4 * CLOSE) {
      // by an end no polynomial tells the loss
      if (u - low < EDGE || high - u < EDGE) break;
      return { ...bottom, edge: false };
    }
    if (right.u - left.u > 4 * CLOSE) for (const side of [-CLOSE, CLOSE]) look(clamp(u + side, left.u, right.u));
    look(u);
  }
  const k = lowest(points);
  return bracketed(search, f, points[k - 1]!.u, points[k + 1]!.u);
}

function bracketed(search: Search, f: number, from: number, to: number): Optimum {
  const [low, high] = search.range(f);
  const { x, value } = brent((u) => search.value(f, u), from, to, search.tolerance);
  const near = x - low < EDGE ? low : high - x < EDGE ? high : undefined;
  if (near === undefined) return { u: x, value, edge: false };
  // Brent's method comes near an end, never to it: where the loss falls steeply to it, that is not near enough
  const end = search.value(f, near);
  return end < value ? { u: near, value: end, edge: true } : { u: x, value, edge: true };
}

const lowest = (points: readonly Point[]): number =>
  points.reduce((best, { value }, k) => (value < points[best]!.value ? k : best), 0);

/** Point k, its neighbours, and those next nearest it. */
function nearest(points: readonly Point[], k: number): Point[] {
  const bracket = points.slice(k - 1, k + 2);
  const others = points.filter((_, i) => Math.abs(i - k) > 1);
  const { u } = points[k]!;
  others.sort((a, b) => Math.abs(a.u - u) - Math.abs(b.u - u));
  return [...bracket, ...others.slice(0, DEGREE - 2)];
}

/**
 * The minimum, between two u, of the polynomial through points: Newton's method on its derivative.
 * @param cubic the third divided difference, where there are but three points
 */
function lowestBetween(
  points: readonly Point[],
  low: number,
  high: number,
  cubic: number | undefined,
): (Pick<Point, "u" | "value"> & { curvature: number; cubic: number | undefined }) | undefined {
  const origin = points[1]!.u;
  const x = points.map(({ u }) => u - origin);
  const c = points.map(({ value }) => value - points[1]!.value);
  // divided differences
  for (let order = 1; order < c.length; order++)
    for (let i = c.length - 1; i >= order; i--) c[i] = (c[i]! - c[i - 1]!) / (x[i]! - x[i - order]!);
  if (c.length === 3 && cubic !== undefined) {
    c.push(cubic);
    x.push(0);
  }
  let at = 0;
  for (let iteration = 0; iteration < 50; iteration++) {
    // the polynomial's value, derivative and half the second one, by Horner's rule
    let [p, p1, p2] = [0, 0, 0];
    for (let i = c.length - 1; i >= 0; i--) {
      const gap = at - x[i]!;
      p2 = p2 * gap + p1;
      p1 = p1 * gap + p;
      p = p * gap + c[i]!;
    }
    const step = -p1 / (2 * p2);
    if (!(p2 > 0) || !(at + step + origin > low && at + step + origin < high)) return undefined;
    if (Math.abs(step) < 1e-12)
      return {
        u: origin + at,
        value: points[1]!.value + p,
        curvature: p2,
        cubic: points.length > 3 ? c[3] : undefined,
      };
    at += step;
  }
  return undefined;
}
