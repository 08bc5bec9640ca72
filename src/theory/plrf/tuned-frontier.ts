// The frontier of an optimiser whose step is tuned and whose runs are dear: size and step are looked for together, each budget
// from where the last one led. With u = log d and s = log of the multiple of γ,
//
//   log P*(f) = min over u, s ≤ 0 of log P(f/(Be^u); e^u, s)
//
// by parabolas through three points. A lattice of sizes, kept from budget to budget, shows basins other than the one that is
// followed: its runs are coarse, and their steps start from those of the budget before, moved on.

import { log } from "../../math/elementary.ts";
import type { Pace } from "../training/time-stepping.ts";

/** Between neighbouring points of a parabola in u. */
const SIZE_SPACING = 0.2;
/** Of the lattice, in u: minima are several e-folds wide. */
const LATTICE = 1;
/** Least s, as for other optimisers, and most moves of a parabola. */
const LEAST = log(1e-12);
const MOST_MOVES = 200;

/**
 * A size is left out while its loss, falling as f^−4 since it was looked at, would still be e times the best; as f^−1 where it is
 * smaller than the best, which falls no faster.
 */
const STEEPEST = 4;
const STEEPEST_BELOW = 1;
const HOPELESS = 1;

/** How runs are stepped. */
export type Stepping = Required<Pick<Pace, "exact" | "perDecade">> & { readonly precision: number };

/** How the best s of a size is found. */
interface Care {
  readonly stepping: Stepping;
  /** Between neighbouring points of the parabola. */
  readonly spacing: number;
  /** Losses whose logarithms differ by less are on a plateau. */
  readonly flat: number;
  /** Whether the parabola's lowest point is looked at, and joins it. */
  readonly closer: boolean;
}
/** Runs to about 1e-4, alike at neighbouring sizes and steps, and to 3e-3. */
const FINE: Care = { stepping: { exact: 64, perDecade: 4, precision: 1e-8 }, spacing: 0.2, flat: 1e-6, closer: true };
/** The loss that is told: to 3e-5. */
const TOLD: Stepping = { exact: 64, perDecade: 12, precision: 1e-8 };
const COARSE: Care = {
  stepping: { exact: 32, perDecade: 3, precision: 1e-6 },
  spacing: 0.35,
  flat: 1e-3,
  closer: false,
};

/** One size at one budget. */
export interface SizeAtBudget {
  /** Its log d. */
  readonly u: number;
  /** log P at e^s γ; ∞ where that is refused. */
  readonly value: (s: number, stepping: Stepping) => number;
}

export interface TunedProblem {
  readonly flops: Float64Array;
  /** The range of u at a budget. */
  readonly range: (f: number) => [low: number, high: number];
  /** The size nearest to u that takes f in whole steps; or, on the lattice, that size and the steps nearest to f. */
  readonly size: (f: number, u: number, lattice: boolean) => SizeAtBudget;
}

export interface TunedOptimum {
  readonly u: number;
  readonly s: number;
  readonly value: number;
  /** Whether u is at an end of its range. */
  readonly edge: boolean;
}

/** A point of a curve: where, its value, and the s that belongs to it. */
interface Point {
  readonly x: number;
  readonly value: number;
  readonly s: number;
}

/** Where the parabola through three points is least, between the outer two; the middle one where it has no minimum there. */
function vertex(a: Point, b: Point, c: Point): { x: number; value: number } {
  const [p, q] = [(b.value - a.value) / (b.x - a.x), (c.value - b.value) / (c.x - b.x)];
  const curvature = (q - p) / (c.x - a.x);
  if (!(curvature > 0) || !Number.isFinite(curvature)) return b;
  const x = (a.x + b.x - p / curvature) / 2;
  if (!(x > a.x && x < c.x)) return b;
  return { x, value: b.value + (x - b.x) * (p + curvature * (x - a.x)) };
}

/** s at x, on the parabola through its values at three points; the middle one's where two of them are one size. */
function between([a, b, c]: readonly [Point, Point, Point], x: number): number {
  if (a.x === b.x || b.x === c.x) return b.s;
  const [p, q] = [(b.s - a.s) / (b.x - a.x), (c.s - b.s) / (c.x - b.x)];
  return Math.min(0, a.s + (x - a.x) * (p + ((q - p) / (c.x - a.x)) * (x - b.x)));
}

/** The lowest of f near a guess, from `low` to `high`: three points `spacing` apart move downhill until the middle one is lowest. */
function descend(
  f: (x: number) => Point,
  guess: number,
  { spacing, flat }: Pick<Care, "spacing" | "flat">,
  [low, high]: readonly [number, number],
): { a: Point; b: Point; c: Point; edge: boolean } {
  const middle = Math.max(low + spacing, Math.min(guess, high - spacing));
  let [a, b, c] = [f(middle - spacing), f(middle), f(middle + spacing)];
  for (let move = 0; move < MOST_MOVES; move++) {
    // a refused point is above every other: the smaller is taken, for large steps are what is refused; on a plateau it stays
    if (a.value < b.value - flat || (a.value === Infinity && b.value === Infinity)) {
      if (a.x <= low) return { a, b: a, c: b, edge: true };
      [a, b, c] = [f(Math.max(low, a.x - spacing)), a, b];
    } else if (c.value < b.value - flat) {
      if (c.x >= high) return { a: b, b: c, c, edge: true };
      [a, b, c] = [b, c, f(Math.min(high, c.x + spacing))];
    } else break;
  }
  return { a, b, c, edge: false };
}

/** Over s at one size. `value` is that of the parabola. */
function tuned({ value }: SizeAtBudget, guess: number, care: Care): { s: number; value: number } {
  const at = (s: number): Point => ({ x: s, value: value(s, care.stepping), s });
  const { a, b, c, edge } = descend(at, guess, care, [LEAST, 0]);
  if (edge) return { s: b.x, value: b.value };
  const first = vertex(a, b, c);
  if (!care.closer || first.x === b.x) return { s: first.x, value: first.value };
  const next = at(first.x);
  const points = [a, b, c, next].sort((p, q) => p.x - q.x);
  // the three about the lowest
  const k = next.value < b.value ? points.indexOf(next) : points.indexOf(b);
  const second = vertex(points[k - 1]!, points[k]!, points[k + 1]!);
  return { s: second.x, value: second.value };
}

/** Over u and s from a guess of both. */
function minimum({ range, size }: TunedProblem, f: number, guess: { u: number; s: number }): TunedOptimum {
  const [low, high] = range(f);
  let last = guess.s;
  const at = (u: number): Point => {
    const here = size(f, u, false);
    const { s, value } = tuned(here, last, FINE);
    last = s;
    return { x: here.u, value, s };
  };
  const spacing = Math.min(SIZE_SPACING, (high - low) / 4);
  const { a, b, c, edge } = descend(at, guess.u, { spacing, flat: 0 }, [low, high]);
  const best = size(f, edge ? b.x : vertex(a, b, c).x, false);
  const s = edge ? b.s : between([a, b, c], best.u);
  return { u: best.u, s, value: best.value(s, TOLD), edge };
}

/** A size of the lattice as it was when last looked at: budget, log P, best s and how that moves with log f. */
interface Seen extends Point {
  readonly f: number;
  readonly slope: number;
}
const ahead = ({ s, slope, f: before }: Seen, f: number): number => Math.max(LEAST, s + slope * log(f / before));

/** The lattice, as it was seen where it is known to be far above `best`, which stands in for what is near it. */
function scan({ range, size }: TunedProblem, f: number, seen: Seen[], best: TunedOptimum | undefined): Point[] {
  const [low, high] = range(f);
  for (let k = 0; low + k * LATTICE <= high; k++) {
    const before = seen[k];
    if (best && Math.abs(low + k * LATTICE - best.u) < LATTICE) continue;
    if (before && best) {
      const slope = before.x < best.u ? STEEPEST_BELOW : STEEPEST;
      if (before.value - slope * log(f / before.f) > best.value + HOPELESS) continue;
    }
    const here = size(f, low + k * LATTICE, true);
    const { s, value } = tuned(here, before ? ahead(before, f) : (seen[k - 1]?.s ?? 0), COARSE);
    seen[k] = { x: here.u, value, s, f, slope: before ? (s - before.s) / log(f / before.f) : 0 };
  }
  const points: Point[] = seen.filter(({ x }) => !best || Math.abs(x - best.u) >= LATTICE);
  if (best) points.push({ x: best.u, value: best.value, s: best.s });
  return points.sort((a, b) => a.x - b.x);
}

/** The deepest minimum at each budget, in order of the budgets; `jump` where it is another than the one followed. */
export function* tunedOptima(problem: TunedProblem): Generator<TunedOptimum & { readonly jump: boolean }> {
  const seen: Seen[] = [];
  let last: TunedOptimum | undefined;
  let before: TunedOptimum | undefined;
  const { flops } = problem;
  for (const [i, f] of flops.entries()) {
    const on = (key: "u" | "s") => (before ? 2 * last![key] - before[key] : last![key]);
    // sizes grow as √f where no more is known
    const start: { u: number; s: number } | undefined = last && {
      u: before ? on("u") : last.u + log(f / flops[i - 1]!) / 2,
      s: Math.min(0, on("s")),
    };
    const tracked: TunedOptimum | undefined = start && minimum(problem, f, start);
    const points = scan(problem, f, seen, tracked);
    let best: TunedOptimum | undefined = tracked;
    for (const [k, { x, value, s }] of points.entries()) {
      const [left, right] = [points[k - 1], points[k + 1]];
      if ((left && left.value < value) || (right && right.value <= value)) continue;
      // what is followed is known already, and what is far above it as it was last seen
      if (tracked && (x === tracked.u || value > tracked.value + HOPELESS)) continue;
      const found = minimum(problem, f, { u: x, s });
      if (!best || found.value < best.value) best = found;
    }
    const jump: boolean = tracked !== undefined && Math.abs(best!.u - tracked.u) > SIZE_SPACING;
    yield { ...best!, jump };
    before = jump ? undefined : last;
    last = best;
  }
}
