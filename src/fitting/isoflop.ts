// Approach 2 (Hoffmann et al. 2022): at each budget the loss over log N has its minimum at N*; straight lines through the minima
// give the power laws. The minimum is the vertex of a parabola in log N (biased where the two exponents differ and the sizes are
// wide or off centre: docs/theory.md, eq. 10.9), or that of an Akima spline in log-log (Porian et al. 2024). Where the table states
// D and not only C = kND, D* is the minimum over log D: N may count what costs no compute.

import { finite, oneOf } from "../check.ts";
import { exp, log as logOf, pow } from "../math/elementary.ts";
import { logspace } from "../math/grid.ts";
import { akima } from "./akima.ts";
import { curvesOf, read, readTokens } from "./curves.ts";
import { fitOptima, type Optima, type OptimaFit } from "./powerlaws.ts";
import type { Runs } from "./runs.ts";

export interface IsoflopOptions {
  /** "parabola": least squares in log N. "akima": an interpolating spline of log L over log N. Default "parabola". */
  readonly curve?: "parabola" | "akima";
  /** The parabola takes only sizes within this factor of the one of lowest loss (at least the five nearest). Default 8. */
  readonly within?: number;
  /** Rows whose C differ by less than this share a slice, as a fraction. Default 0.1. */
  readonly sameFlops?: number;
  /**
   * Cut slices out of the loss curves, at this many budgets, instead of taking rows of equal C. Default: only where rows do
   * not share budgets; then 12.
   */
  readonly slices?: number;
  /** Whether the loss along the optima has an irreducible part. Default "free". */
  readonly irreducible?: "free" | "zero";
  readonly weights?: Float64Array;
}

/** One isoFLOP slice. */
export interface Slice {
  readonly flops: number;
  /** Increasing. */
  readonly N: Float64Array;
  readonly loss: Float64Array;
  readonly weights: Float64Array;
  /** log N* and log D*; NaN where the slice has no minimum inside. */
  readonly optimum: number;
  readonly optimumD: number;
  readonly lowest: number;
  /** The curve fitted: log L at a log N. */
  readonly fitted: (logN: number) => number;
  /** What is wrong with it, or null. */
  readonly problem: string | null;
}

export interface IsoflopFit extends OptimaFit {
  readonly method: "isoflop";
  readonly curve: "parabola" | "akima";
  readonly a: number;
  readonly optima: Optima;
  readonly slices: readonly Slice[];
}

interface BudgetPoints {
  readonly flops: number;
  /** The lowest C among its rows. */
  readonly from: number;
  readonly N: Float64Array;
  readonly D: Float64Array;
  readonly C: Float64Array;
  readonly loss: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Fits approach 2.
 * @throws RangeError where fewer than three slices have their minimum inside
 */
export function fitIsoflop(runs: Runs, options: IsoflopOptions = {}): IsoflopFit {
  const kind = oneOf("curve", options.curve ?? "parabola", ["parabola", "akima"]);
  const irreducible = oneOf("irreducible", options.irreducible ?? "free", ["free", "zero"]);
  const within = options.within === Infinity ? Infinity : finite("within", options.within ?? 8, 1);
  const own = statesTokens(runs);
  const minimum = (points: BudgetPoints): Slice => {
    const over = (x: Float64Array): Minimum =>
      kind === "akima" ? byAkima(x, points) : byParabola(x, near(points, within), points);
    const size = over(points.N);
    const tokens = own && size.problem === null ? over(points.D) : undefined;
    const optimumD = tokens ? tokens.optimum : logOf(points.flops / runs.flopsPerToken) - size.optimum;
    const problem = size.problem ?? tokens?.problem ?? null;
    const gone = problem !== null && { optimum: Number.NaN, lowest: Number.NaN };
    return { ...points, ...size, optimumD: gone ? Number.NaN : optimumD, problem, ...gone };
  };
  const all = slicesOf(runs, options);
  const first = all.map(minimum);
  const slices = corrected(all, first, irreducible).map((points, i) =>
    points === all[i] ? first[i]! : minimum(points),
  );
  const good = slices.filter((slice) => slice.problem === null);
  if (good.length < LEAST) {
    const why =
      slices.find((slice) => slice.problem)?.problem ??
      (slices.length > 0
        ? "a line and a floor have three unknowns; add a budget"
        : "rows share no budgets of 3 model sizes, and there are no loss curves to cut; approach 3 needs neither");
    throw new RangeError(
      `approach 2 needs ${LEAST} budgets or more whose loss has a minimum over N, got ${good.length} of ${slices.length}: ${why}`,
    );
  }
  const optima = optimaOf(good);
  const fit = fitOptima(optima, irreducible);
  return { method: "isoflop", curve: kind, ...fit, a: fit.size.exponent, optima, slices };
}

/** Optima needed: E, K and η are three. */
const LEAST = 3;

function optimaOf(good: readonly Slice[]): Optima {
  const column = (of: (slice: Slice) => number) => Float64Array.from(good, of);
  return {
    flops: column((s) => s.flops),
    N: column((s) => exp(s.optimum)),
    D: column((s) => exp(s.optimumD)),
    loss: column((s) => exp(s.lowest)),
  };
}

/** Whether C is not kND to within what bookkeeping leaves. */
function statesTokens({ n, N, D, C, flopsPerToken }: Runs): boolean {
  for (let i = 0; i < n; i++) if (Math.abs(logOf(C[i]! / (flopsPerToken * N[i]! * D[i]!))) > 0.01) return true;
  return false;
}

/**
 * Losses of rows whose C differs from their slice's, moved to it: near the optimum ∂L/∂log C at fixed N is that along the frontier,
 * −η(L − E).
 */
function corrected(
  all: readonly BudgetPoints[],
  slices: readonly Slice[],
  irreducible: "free" | "zero",
): readonly BudgetPoints[] {
  const good = slices.filter((slice) => slice.problem === null);
  const off = (points: BudgetPoints) => points.C.some((c) => Math.abs(logOf(c / points.flops)) > 1e-4);
  if (good.length < LEAST || !all.some(off)) return all;
  const { E, eta } = fitOptima(optimaOf(good), irreducible).loss;
  return all.map((points) =>
    off(points)
      ? {
          ...points,
          loss: points.loss.map((l, i) => l + eta * Math.max(0, l - E) * logOf(points.C[i]! / points.flops)),
        }
      : points,
  );
}

/** Slices of at least three model sizes: rows of nearly equal C, or cuts through the loss curves. */
export function slicesOf(runs: Runs, options: IsoflopOptions = {}): BudgetPoints[] {
  const same = finite("sameFlops", options.sameFlops ?? 0.1, 0, 10);
  if (options.slices === undefined) {
    const shared = sharedBudgets(runs, same, options.weights);
    if (shared.length >= 2) return shared;
  }
  return cuts(runs, options.slices ?? 12, options.weights);
}

/** Sizes this close, relatively, are one. */
const SAME_SIZE = 0.02;

function sizesIn(N: Float64Array): number {
  const sorted = N.slice().sort();
  let [count, last] = [0, 0];
  for (const n of sorted)
    if (n > last * (1 + SAME_SIZE)) {
      count++;
      last = n;
    }
  return count;
}

/**
 * Rows in order of C, parted wherever the next C exceeds the slice's first by more than `same`. Where C is spread evenly, some rows
 * fall together by chance: budgets are shared where their C agree exactly, or where most rows lie in groups far narrower than what
 * parts them.
 */
function sharedBudgets(runs: Runs, same: number, weights?: Float64Array): BudgetPoints[] {
  const order = Array.from(runs.C.keys()).sort((i, j) => runs.C[i]! - runs.C[j]!);
  const groups: number[][] = [];
  for (const i of order) {
    const group = groups.at(-1);
    if (group && runs.C[i]! <= runs.C[group[0]!]! * (1 + same)) group.push(i);
    else groups.push([i]);
  }
  const log = (group: number[], at: number) => logOf(runs.C[group.at(at)!]!);
  const width = (group: number[]) => log(group, -1) - log(group, 0);
  const apart = groups.filter((group, k) => {
    const before = k > 0 ? log(group, 0) - log(groups[k - 1]!, -1) : Infinity;
    const after = k + 1 < groups.length ? log(groups[k + 1]!, 0) - log(group, -1) : Infinity;
    return Math.min(before, after) > 2 * width(group);
  });
  const sized = (group: number[]) => sizesIn(Float64Array.from(group, (i) => runs.N[i]!)) >= 3;
  const most = apart.filter(sized).reduce((sum, group) => sum + group.length, 0) > runs.n / 2;
  return groups
    .filter((group) => width(group) < 1e-3 || (most && apart.includes(group)))
    .map((group) => group.filter((i) => !weights || weights[i]! > 0))
    .filter((group) => group.length > 0)
    .map((group) => {
      const rows = group.sort((i, j) => runs.N[i]! - runs.N[j]!);
      const take = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]!);
      return {
        flops: exp(rows.reduce((sum, i) => sum + logOf(runs.C[i]!), 0) / rows.length),
        from: rows.reduce((least, i) => Math.min(least, runs.C[i]!), Infinity),
        N: take(runs.N),
        D: take(runs.D),
        C: take(runs.C),
        loss: take(runs.loss),
        weights: weights ? take(weights) : new Float64Array(rows.length).fill(1),
      };
    })
    .filter((slice) => sizesIn(slice.N) >= 3);
}

function cuts(runs: Runs, count: number, weights?: Float64Array): BudgetPoints[] {
  const curves = curvesOf(runs, weights).sort((p, q) => p.N - q.N);
  if (curves.length < 3) return [];
  const starts = curves.map((c) => c.x[0]!).sort((p, q) => p - q);
  const ends = curves.map((c) => c.x.at(-1)!).sort((p, q) => q - p);
  // budgets that three curves reach at least
  return Array.from(logspace(exp(starts[2]!), exp(ends[2]!), count), (flops) => {
    const here = curves
      .map((c) => ({ N: c.N, loss: exp(read(c, logOf(flops))), D: exp(readTokens(c, logOf(flops))) }))
      .filter((p) => p.loss > 0);
    return {
      flops,
      from: flops,
      N: Float64Array.from(here, (p) => p.N),
      D: Float64Array.from(here, (p) => p.D),
      C: new Float64Array(here.length).fill(flops),
      loss: Float64Array.from(here, (p) => p.loss),
      weights: new Float64Array(here.length).fill(1),
    };
  }).filter((slice) => sizesIn(slice.N) >= 3);
}

/** The points around the lowest one. */
function near(slice: BudgetPoints, within: number): BudgetPoints {
  let lowest = 0;
  slice.loss.forEach((loss, i) => {
    if (loss < slice.loss[lowest]!) lowest = i;
  });
  const best = slice.N[lowest]!;
  const distance = slice.N.map((N) => Math.abs(logOf(N / best)));
  const reach = Math.max(logOf(within) + 1e-9, distance.slice().sort()[Math.min(4, distance.length - 1)]!);
  const keep = (values: Float64Array) => values.filter((_, i) => distance[i]! <= reach);
  return {
    ...{ flops: slice.flops, from: slice.from, N: keep(slice.N), D: keep(slice.D), C: keep(slice.C) },
    ...{ loss: keep(slice.loss), weights: keep(slice.weights) },
  };
}

/** What a slice's minimum over N, or over D, is. */
type Minimum = Pick<Slice, "fitted" | "optimum" | "lowest" | "problem">;

/** log L = c₀ + c₁u + c₂u², u = log N, by weighted least squares through `slice`, a part of `whole`. */
function byParabola(over: Float64Array, slice: BudgetPoints, whole: BudgetPoints): Minimum {
  const x = (over === whole.D ? slice.D : slice.N).map(logOf);
  const y = slice.loss.map(logOf);
  const total = slice.weights.reduce((sum, w) => sum + w, 0);
  const centre = x.reduce((sum, u, i) => sum + slice.weights[i]! * u, 0) / total;
  // orthogonal polynomials of the weights: 1, u, u² − su − q
  let [s2, s3] = [0, 0];
  x.forEach((u, i) => {
    s2 += slice.weights[i]! * pow(u - centre, 2);
    s3 += slice.weights[i]! * pow(u - centre, 3);
  });
  const [s, q] = [s3 / s2, s2 / total];
  const p2 = (u: number) => u * u - s * u - q;
  let [y0, y1, y2, n2] = [0, 0, 0, 0];
  x.forEach((value, i) => {
    const [u, w] = [value - centre, slice.weights[i]!];
    y0 += w * y[i]!;
    y1 += w * u * y[i]!;
    y2 += w * p2(u) * y[i]!;
    n2 += w * pow(p2(u), 2);
  });
  const [c0, c1, c2] = [y0 / total, y1 / s2, y2 / n2];
  const fitted = (logN: number) => c0 + c1 * (logN - centre) + c2 * p2(logN - centre);
  const optimum = centre + (s - c1 / c2) / 2;
  const problem = !(c2 > 0)
    ? "it does not curve upwards"
    : optimum < Math.min(...x) || optimum > Math.max(...x)
      ? "its minimum lies outside the sizes tried"
      : null;
  return finished(whole, fitted, optimum, problem ?? tooLow(fitted(optimum), y));
}

/** The lowest point of an Akima spline through the points; sizes tried twice enter with their mean. */
function byAkima(over: Float64Array, slice: BudgetPoints): Minimum {
  const order = Array.from(over.keys()).sort((i, j) => over[i]! - over[j]!);
  const x: number[] = [];
  const y: number[] = [];
  const weight: number[] = [];
  order.forEach((i) => {
    const [u, l, w] = [logOf(over[i]!), logOf(slice.loss[i]!), slice.weights[i]!];
    if (x.length > 0 && u - x.at(-1)! < SAME_SIZE) {
      const sum = weight.at(-1)! + w;
      y[y.length - 1] = (y.at(-1)! * weight.at(-1)! + l * w) / sum;
      weight[weight.length - 1] = sum;
    } else {
      x.push(u);
      y.push(l);
      weight.push(w);
    }
  });
  const spline = akima(Float64Array.from(x), Float64Array.from(y));
  const problem =
    spline.lowest <= x[0]! || spline.lowest >= x.at(-1)! ? "its minimum lies at the edge of the sizes tried" : null;
  return finished(slice, spline.at, spline.lowest, problem ?? tooLow(spline.at(spline.lowest), y));
}

/** A minimum far below all that was measured lies in a gap, and is of the curve's making. */
function tooLow(lowest: number, logLoss: ArrayLike<number>): string | null {
  const [least, most] = [Math.min(...Array.from(logLoss)), Math.max(...Array.from(logLoss))];
  return least - lowest > Math.max(0.005, 0.25 * (most - least))
    ? "its minimum is far below every loss measured"
    : null;
}

function finished(
  slice: BudgetPoints,
  fitted: (u: number) => number,
  optimum: number,
  problem: string | null,
): Minimum {
  return {
    fitted,
    problem: problem && `at ${slice.flops.toPrecision(3)} flops ${problem}`,
    optimum: problem ? Number.NaN : optimum,
    lowest: problem ? Number.NaN : fitted(optimum),
  };
}
