// Approach 2 (Hoffmann et al. 2022): at each budget the loss over log N has its minimum at N*; straight lines through the minima
// give the power laws. The minimum is the vertex of a parabola in log N (biased where the two exponents differ and the sizes are
// wide or off centre: docs/theory.md, eq. 10.9), or that of an Akima spline in log-log (Porian et al. 2024).

import { finite, oneOf } from "../check.ts";
import { logspace } from "../math/grid.ts";
import { akima } from "./akima.ts";
import { curvesOf, read } from "./curves.ts";
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
  /** log N*; NaN where the slice has no minimum inside. */
  readonly optimum: number;
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
  readonly loss: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Fits approach 2.
 * @throws RangeError where fewer than two slices have their minimum inside
 */
export function fitIsoflop(runs: Runs, options: IsoflopOptions = {}): IsoflopFit {
  const kind = oneOf("curve", options.curve ?? "parabola", ["parabola", "akima"]);
  const irreducible = oneOf("irreducible", options.irreducible ?? "free", ["free", "zero"]);
  const within = options.within === Infinity ? Infinity : finite("within", options.within ?? 8, 1);
  const slices = slicesOf(runs, options).map((slice) =>
    kind === "akima" ? byAkima(slice) : byParabola(near(slice, within), slice),
  );
  const good = slices.filter((slice) => slice.problem === null);
  if (good.length < 2) {
    const why = slices.find((slice) => slice.problem)?.problem ?? "no budget is shared by 3 model sizes";
    throw new RangeError(
      `approach 2 needs 2 budgets or more whose loss has a minimum over N, got ${good.length} of ${slices.length}: ${why}`,
    );
  }
  const column = (of: (slice: Slice) => number) => Float64Array.from(good, of);
  const optima = {
    flops: column((s) => s.flops),
    N: column((s) => Math.exp(s.optimum)),
    D: column((s) => s.flops / runs.flopsPerToken / Math.exp(s.optimum)),
    loss: column((s) => Math.exp(s.lowest)),
  };
  const fit = fitOptima(optima, irreducible);
  return { method: "isoflop", curve: kind, ...fit, a: fit.size.exponent, optima, slices };
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

/** Rows in order of C, parted wherever the next C exceeds the slice's first by more than `same`. */
function sharedBudgets(runs: Runs, same: number, weights?: Float64Array): BudgetPoints[] {
  const order = Array.from(runs.C.keys())
    .filter((i) => !weights || weights[i]! > 0)
    .sort((i, j) => runs.C[i]! - runs.C[j]!);
  const groups: number[][] = [];
  for (const i of order) {
    const group = groups.at(-1);
    if (group && runs.C[i]! <= runs.C[group[0]!]! * (1 + same)) group.push(i);
    else groups.push([i]);
  }
  return groups
    .map((group) => {
      const rows = group.sort((i, j) => runs.N[i]! - runs.N[j]!);
      const take = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]!);
      return {
        flops: Math.exp(rows.reduce((sum, i) => sum + Math.log(runs.C[i]!), 0) / rows.length),
        from: rows.reduce((least, i) => Math.min(least, runs.C[i]!), Infinity),
        N: take(runs.N),
        loss: take(runs.loss),
        weights: weights ? take(weights) : new Float64Array(rows.length).fill(1),
      };
    })
    .filter((slice) => new Set(slice.N).size >= 3);
}

function cuts(runs: Runs, count: number, weights?: Float64Array): BudgetPoints[] {
  const curves = curvesOf(runs, weights).sort((p, q) => p.N - q.N);
  if (curves.length < 3) return [];
  const starts = curves.map((c) => c.x[0]!).sort((p, q) => p - q);
  const ends = curves.map((c) => c.x.at(-1)!).sort((p, q) => q - p);
  // budgets that three curves reach at least
  return Array.from(logspace(Math.exp(starts[2]!), Math.exp(ends[2]!), count), (flops) => {
    const here = curves.map((c) => ({ N: c.N, loss: Math.exp(read(c, Math.log(flops))) })).filter((p) => p.loss > 0);
    return {
      flops,
      from: flops,
      N: Float64Array.from(here, (p) => p.N),
      loss: Float64Array.from(here, (p) => p.loss),
      weights: new Float64Array(here.length).fill(1),
    };
  }).filter((slice) => new Set(slice.N).size >= 3);
}

/** The points around the lowest one. */
function near(slice: BudgetPoints, within: number): BudgetPoints {
  let lowest = 0;
  slice.loss.forEach((loss, i) => {
    if (loss < slice.loss[lowest]!) lowest = i;
  });
  const best = slice.N[lowest]!;
  const distance = slice.N.map((N) => Math.abs(Math.log(N / best)));
  const reach = Math.max(Math.log(within) + 1e-9, distance.slice().sort()[Math.min(4, distance.length - 1)]!);
  const keep = (values: Float64Array) => values.filter((_, i) => distance[i]! <= reach);
  return { ...slice, N: keep(slice.N), loss: keep(slice.loss), weights: keep(slice.weights) };
}

/** log L = c₀ + c₁u + c₂u², u = log N, by weighted least squares through `slice`, a part of `whole`. */
function byParabola(slice: BudgetPoints, whole: BudgetPoints): Slice {
  const x = slice.N.map(Math.log);
  const y = slice.loss.map(Math.log);
  const total = slice.weights.reduce((sum, w) => sum + w, 0);
  const centre = x.reduce((sum, u, i) => sum + slice.weights[i]! * u, 0) / total;
  // orthogonal polynomials of the weights: 1, u, u² − su − q
  let [s2, s3] = [0, 0];
  x.forEach((u, i) => {
    s2 += slice.weights[i]! * (u - centre) ** 2;
    s3 += slice.weights[i]! * (u - centre) ** 3;
  });
  const [s, q] = [s3 / s2, s2 / total];
  const p2 = (u: number) => u * u - s * u - q;
  let [y0, y1, y2, n2] = [0, 0, 0, 0];
  x.forEach((value, i) => {
    const [u, w] = [value - centre, slice.weights[i]!];
    y0 += w * y[i]!;
    y1 += w * u * y[i]!;
    y2 += w * p2(u) * y[i]!;
    n2 += w * p2(u) ** 2;
  });
  const [c0, c1, c2] = [y0 / total, y1 / s2, y2 / n2];
  const fitted = (logN: number) => c0 + c1 * (logN - centre) + c2 * p2(logN - centre);
  const optimum = centre + (s - c1 / c2) / 2;
  const problem = !(c2 > 0)
    ? "it does not curve upwards"
    : optimum < x[0]! || optimum > x.at(-1)!
      ? "its minimum lies outside the sizes tried"
      : null;
  return finished(whole, fitted, optimum, problem);
}

/** The lowest point of an Akima spline through the points; sizes tried twice enter with their mean. */
function byAkima(slice: BudgetPoints): Slice {
  const x: number[] = [];
  const y: number[] = [];
  const weight: number[] = [];
  slice.N.forEach((N, i) => {
    const [u, l, w] = [Math.log(N), Math.log(slice.loss[i]!), slice.weights[i]!];
    if (x.length > 0 && u - x.at(-1)! < 1e-9) {
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
  return finished(slice, spline.at, spline.lowest, problem);
}

function finished(slice: BudgetPoints, fitted: (u: number) => number, optimum: number, problem: string | null): Slice {
  return {
    ...slice,
    fitted,
    problem: problem && `at ${slice.flops.toPrecision(3)} flops ${problem}`,
    optimum: problem ? Number.NaN : optimum,
    lowest: problem ? Number.NaN : fitted(optimum),
  };
}
