// The compute-optimal frontier: at a budget f = B·d·r, the model size d* with the lowest loss P*, and their power laws
// d* ~ f^ξ, P* ~ f^{−η} (docs/theory.md, eqs. 6.7, 6.8). Three ways to find it:
//
//   exact      minimise P(f/(Bd); d) over continuous d at each f
//   envelope   the lower edge of the loss curves of a grid of d (approach 1 of Hoffmann et al. 2022)
//   isoflop    at each f a parabola in log d through the lowest points of the grid (approach 2)

import { counted, numbers, oneOf, whole, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { LIMITS } from "../../limits.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { brent } from "../../math/minimise.ts";
import { type Estimate, fitPowerLaw, localSlopes } from "../../math/power-fit.ts";
import { brief } from "../../numbers.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { type Phase, phase } from "../exponents/phases.ts";
import { trainedExponents } from "../exponents/trained-exponents.ts";
import { type Plrf, plrf } from "../measure/plrf.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import { finalLoss } from "../training/final-loss.ts";
import { type Optimizer, sgd } from "../training/optimizer.ts";
import { contourValues } from "./contour.ts";

export const FRONTIER_METHODS = ["exact", "envelope", "isoflop"] as const;
export type FrontierMethod = (typeof FRONTIER_METHODS)[number];

export interface FrontierOptions {
  readonly spectrum: Spectrum;
  /** [lowest, highest] budget, in f = B·d·r; at least a factor of 10 apart. */
  readonly flops: ArrayLike<number>;
  /** Budgets, evenly spaced in log f, 3 … 10,000. Default 25. */
  readonly points?: number;
  /** Default "exact". */
  readonly method?: FrontierMethod;
  /** γ·Tr D, the same at every d. Default 0.5. */
  readonly stepFraction?: number;
  /** γ, the same at every d, instead of stepFraction. */
  readonly gamma?: number;
  readonly batch?: number;
  /** v/d. Default 4. */
  readonly dataRatio?: number;
  /** Model sizes for envelope and isoflop. Default: 12 a decade around the optimum. */
  readonly sizes?: ArrayLike<number>;
  /** Schedule and momentum of every run, drawn for its own number of steps. Default: SGD at a constant step. */
  readonly optimizer?: Optimizer;
  /** σ²: variance of the label noise. Default 0. */
  readonly noise?: number;
  /** Whether each run takes the best multiple ≤ 1 of its γ. Default false. */
  readonly tuned?: boolean;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called with the share done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What a search could not use. */
export interface Refused {
  readonly count: number;
  /** The smallest and the largest size refused. */
  readonly sizes: readonly [least: number, most: number];
  /** Why, of the last. */
  readonly reason: string;
}

export interface Frontier {
  readonly flops: Float64Array;
  /** d*(f). */
  readonly d: Float64Array;
  /** P*(f). */
  readonly loss: Float64Array;
  /** r = f/(B d*). */
  readonly steps: Float64Array;
  /** i where another minimum than that of the budget before has become the deepest: d* jumps between flops[i−1] and flops[i]. */
  readonly jumps: readonly number[];
  /** [first, last] budget of the longest stretch without a jump, over which the power laws are fitted. */
  readonly fitRange: readonly [first: number, last: number];
  /** Power laws fitted over `fitRange`; NaN, and `converged` false, where it holds fewer than three budgets. */
  readonly fit: { readonly xi: Estimate; readonly eta: Estimate };
  /** ξ and η from point to point, never across a jump (NaN beside a point alone): how the power laws settle. */
  readonly slopes: { readonly xi: Float64Array; readonly eta: Float64Array };
  /** What the phase of a power law predicts; null for measured spectra. NaN exponents where none are known. */
  readonly predicted: Phase | null;
  readonly stats: {
    readonly method: FrontierMethod;
    /** Losses evaluated. */
    readonly evaluations: number;
    /** Budgets whose optimum is at the end of the model sizes allowed: d = 1, or fewer than 64 steps. */
    readonly atEdge: number;
    /** Losses that were asked for and refused, as of sizes at which a step is unstable; null where there were none. */
    readonly refused: Refused | null;
    readonly converged: boolean;
  };
  readonly made: Provenance;
}

/** The contour takes continuous r from here on. */
const FEWEST_STEPS = 64;
/** In log d. */
const TOLERANCE = 1e-6;
const GRID_A_DECADE = 12;
/** Sizes in a scan, at least; one an e-fold: minima are several e-folds wide. */
const SCAN = 16;
/** An optimum this far, in log d, from where the last one has moved is another. */
const JUMP = 0.02;
/** A step unstable at this size is refused. */
const MOST_SMALLEST = 64;

/**
 * The compute-optimal frontier of a spectrum.
 * @throws RangeError where the flops do not span a factor of 10, are too few for 64 steps of any model, or a step is unstable
 */
export function frontier(options: FrontierOptions): Frontier {
  const search = searchOf(options);
  const method = oneOf("method", options.method ?? "exact", FRONTIER_METHODS);
  const optima = method === "exact" ? exact(search, options) : onGrid(search, options, method);
  const { flops } = search;
  const d = Float64Array.from(optima, ({ u }) => search.size(u));
  const loss = Float64Array.from(optima, ({ value }) => exp(value));
  const jumps = optima.flatMap(({ jump }, i) => (jump ? [i] : []));
  const [first, end] = longest(jumps, flops.length);
  const branch = (values: Float64Array) => values.subarray(first, end);
  const fitted = (values: Float64Array): Estimate =>
    end - first < 3 ? { value: Number.NaN, stderr: Number.NaN } : fitPowerLaw(branch(flops), branch(values)).exponent;
  const xi = fitted(d);
  const { value, stderr } = fitted(loss);
  const atEdge = optima.filter(({ edge }) => edge).length;
  return {
    flops,
    d,
    loss,
    steps: flops.map((f, i) => f / (search.batch * d[i]!)),
    fit: { xi, eta: { value: -value, stderr } },
    jumps,
    fitRange: [flops[first]!, flops[end - 1]!],
    slopes: { xi: slopesWithin(jumps, flops, d), eta: slopesWithin(jumps, flops, loss).map((slope) => -slope) },
    predicted: predictedFor(options),
    stats: {
      method,
      evaluations: search.evaluations,
      atEdge,
      refused: search.refused,
      converged: atEdge === 0 && end - first >= 3 && loss.every(Number.isFinite),
    },
    made: provenance(`frontier ${method}`, {
      ...search.made,
      flops: [flops[0], flops.at(-1)],
      points: flops.length,
    }),
  };
}

function predictedFor({ spectrum, optimizer, noise = 0, tuned = false }: FrontierOptions): Phase | null {
  if (spectrum.kind === "measured") return null;
  const plain = phase(spectrum);
  if (optimizer === undefined && noise === 0 && !tuned) return plain;
  const exponents = trainedExponents(spectrum, { optimizer: optimizer ?? sgd(), noise: noise > 0, tuned });
  return { ...plain, ...(exponents ?? { xi: Number.NaN, eta: Number.NaN }) };
}

/** [first, end) of each stretch without a jump. */
const stretches = (jumps: readonly number[], n: number): [number, number][] =>
  [0, ...jumps].map((first, k) => [first, jumps[k] ?? n]);

const longest = (jumps: readonly number[], n: number): [number, number] =>
  stretches(jumps, n).reduce((best, next) => (next[1] - next[0] >= best[1] - best[0] ? next : best));

function slopesWithin(jumps: readonly number[], x: Float64Array, y: Float64Array): Float64Array {
  const slopes = new Float64Array(x.length).fill(Number.NaN);
  for (const [first, end] of stretches(jumps, x.length))
    if (end - first > 1) slopes.set(localSlopes(x.subarray(first, end), y.subarray(first, end)), first);
  return slopes;
}

/** An optimum in u = log d of log P. */
interface Optimum {
  readonly u: number;
  readonly value: number;
  readonly edge: boolean;
  /** Whether it lies in another basin than the optimum before it. */
  readonly jump?: boolean;
}

/** The largest size there is, or that `plrf` takes. */
function largestSize(spectrum: Spectrum, dataRatio: number): number {
  if (spectrum.kind === "measured") return spectrum.eigenvalues.length;
  const { d, v, spread } = LIMITS;
  const modes = Math.min(v.most, pow(spread.most, 0.5 / spectrum.alpha) * (1 - 1e-12));
  return Math.min(d.most, modes / dataRatio);
}

/** What is searched: every option checked, defaults filled in. */
interface Problem {
  readonly flops: Float64Array;
  readonly batch: number;
  /** What `plrf` takes besides spectrum, d and v. */
  readonly setting: {
    readonly stepFraction?: number;
    readonly gamma?: number;
    readonly batch: number;
    readonly noise?: number;
  };
  readonly dataRatio: number;
  readonly spectrum: Spectrum;
  readonly kernels: Kernels;
  readonly largest: number;
  /** How runs are trained, unless at a constant step without label noise. */
  readonly trained: { readonly optimizer: Optimizer; readonly tuned: boolean } | undefined;
}

/** @throws RangeError, TypeError where an option is not what it should be */
function problemOf(options: FrontierOptions): Problem {
  const { spectrum, optimizer, tuned = false } = options;
  const noise = within("noise", options.noise ?? 0);
  const range = numbers("flops", options.flops, Number.MIN_VALUE);
  for (const f of range) within("flops", f);
  const [lo, hi] = [range[0]!, range[range.length - 1]!];
  if (range.length < 2 || hi < 10 * lo)
    throw new RangeError(
      `flops must span at least a factor of 10 to hold a frontier, got ${range.length < 2 ? lo : `${lo} to ${hi}`}`,
    );
  if (typeof optimizer?.batch === "object") throw new RangeError("a frontier takes optimizers of constant batch");
  const batch = whole("batch", optimizer?.batch ?? options.batch ?? 1);
  if (lo < 4 * FEWEST_STEPS * batch)
    throw new RangeError(
      `flops must start at ${4 * FEWEST_STEPS * batch} or more (d ≥ 4, ${FEWEST_STEPS} steps), got ${lo}`,
    );
  if (spectrum.kind === "power-law" && spectrum.alpha + spectrum.beta <= 0.5)
    throw new RangeError(
      `alpha + beta must be greater than 1/2 for a power-law frontier, got ${spectrum.alpha} + ${spectrum.beta}`,
    );
  const dataRatio = within("dataRatio", options.dataRatio ?? 4);
  const step =
    options.gamma === undefined
      ? { stepFraction: within("stepFraction", options.stepFraction ?? 0.5) }
      : { gamma: options.gamma };
  return {
    flops: logspace(lo, hi, whole("budgets", options.points ?? 25, "points")),
    batch,
    setting: { ...step, batch, ...(noise > 0 ? { noise } : {}) },
    dataRatio,
    spectrum,
    kernels: options.kernels ?? defaultKernels(),
    largest: largestSize(spectrum, dataRatio),
    trained: optimizer !== undefined || noise > 0 || tuned ? { optimizer: optimizer ?? sgd(), tuned } : undefined,
  };
}

/** The model of one size; where it is trained, its steps are looked at there. */
function modelOf({ spectrum, dataRatio, largest, setting, trained }: Problem, size: number): Plrf {
  const d = Math.min(size, largest);
  const v = spectrum.kind === "measured" ? {} : { v: dataRatio * d };
  return plrf({ spectrum, d, ...v, ...setting, force: trained !== undefined });
}

/** Very small models can be unstable at a step that is fine for all others: the search starts above them. */
function smallestStable(problem: Problem): number {
  const { trained, largest, kernels, flops, batch } = problem;
  for (let d = 1; ; d *= 1.25) {
    try {
      const model = modelOf(problem, d);
      if (trained) finalLoss(kernels, model, FEWEST_STEPS, trained);
      return d;
    } catch (error) {
      const most = Math.min(MOST_SMALLEST, largest, flops[0]! / (FEWEST_STEPS * batch));
      if (!(error instanceof RangeError) || d * 1.25 > most) throw error;
    }
  }
}

/** @throws RangeError, TypeError as `problemOf`, and where a step is unstable at the largest size, or at every small one */
function searchOf(options: FrontierOptions): Search {
  const problem = problemOf(options);
  const { flops, batch, largest, trained } = problem;
  // an unstable step is refused before any work
  if (!trained) modelOf(problem, Math.min(flops[flops.length - 1]! / (FEWEST_STEPS * batch), largest));
  return new Search(problem, smallestStable(problem));
}

/** log P as a function of log d at fixed f. */
class Search {
  readonly flops: Float64Array;
  readonly batch: number;
  readonly trained: boolean;
  /** In log d: whole steps are all that training takes. */
  readonly tolerance: number;
  evaluations = 0;
  readonly #problem: Problem;
  readonly #smallest: number;
  #refused: Refused | null = null;

  constructor(problem: Problem, smallest: number) {
    this.#problem = problem;
    this.#smallest = smallest;
    this.flops = problem.flops;
    this.batch = problem.batch;
    this.trained = problem.trained !== undefined;
    this.tolerance = this.trained ? 1e-3 : TOLERANCE;
  }

  /** What made it, for `provenance`. */
  get made() {
    const { setting, dataRatio, spectrum } = this.#problem;
    return { ...setting, dataRatio, spectrum };
  }

  get refused(): Refused | null {
    return this.#refused;
  }

  /** e^u; e^{log n} may be above n. */
  size(u: number): number {
    return Math.min(exp(u), this.#problem.largest);
  }

  /** The range of log d at a budget. */
  range(f: number): [low: number, high: number] {
    return [log(this.#smallest), log(Math.min(f / (FEWEST_STEPS * this.batch), this.#problem.largest))];
  }

  /** log P at d = e^u and r = f/(Bd); ∞ where that size is refused, which is counted. */
  value(f: number, u: number): number {
    const { kernels, trained, largest } = this.#problem;
    this.evaluations++;
    const d = this.size(u);
    const r = f / (this.batch * d);
    if (!trained) return log(contourValues(kernels, modelOf(this.#problem, d), "P", Float64Array.of(r)).values[0]!);
    // a whole number of steps, and the d that takes exactly the budget, within the sizes there are
    const steps = (size: number) => f / (this.batch * size);
    const T = clamp(Math.round(r), Math.ceil(steps(largest)), Math.floor(steps(this.#smallest)));
    try {
      return log(finalLoss(kernels, modelOf(this.#problem, f / (this.batch * T)), T, trained).loss);
    } catch (error) {
      // models can be unstable where others are not, or ask for more steps than a table of them can have
      if (!(error instanceof RangeError)) throw error;
      this.#refuse(d, error);
      return Infinity;
    }
  }

  #refuse(d: number, { message }: RangeError): void {
    const { count, sizes } = this.#refused ?? { count: 0, sizes: [d, d] };
    this.#refused = { count: count + 1, sizes: [Math.min(sizes[0], d), Math.max(sizes[1], d)], reason: message };
  }

  /** The optimum, where it is one. @throws RangeError where every size was refused */
  known(f: number, optimum: Optimum): Optimum {
    if (optimum.value < Infinity) return optimum;
    throw new RangeError(
      `no size tried has a loss at flops = ${brief(f)}: ${this.#refused?.reason ?? "none is finite"}`,
    );
  }

  /** log P of one size at several budgets. */
  values(budgets: Float64Array, d: number): Float64Array {
    if (this.trained || budgets.length === 0) return budgets.map((f) => this.value(f, log(d)));
    this.evaluations += budgets.length;
    const steps = budgets.map((f) => f / (this.batch * d));
    return contourValues(this.#problem.kernels, modelOf(this.#problem, d), "P", steps).values.map(log);
  }
}

/**
 * The deepest of all minima at each budget: every basin of a scan is followed down, beside the one the last optimum moves in,
 * and both ends are looked at. Where another basin than the last optimum's is the deepest, the frontier jumps.
 */
function exact(search: Search, { signal, onProgress }: FrontierOptions): Optimum[] {
  const { flops } = search;
  const optima: Optimum[] = [];
  flops.forEach((f, i) => {
    signal?.throwIfAborted();
    const [last, before] = [optima.at(-1), optima.at(-2)];
    const step = log(flops[1]! / flops[0]!);
    const slope = last && before && !last.jump ? (last.u - before.u) / step : 0.5;
    const tracked = last && minimum(search, f, last.u + slope * step, before ? 0.05 : 0.5);
    const grid = scan(search, f);
    let best = tracked;
    grid.forEach(({ u, value }, k) => {
      const [left, right] = [grid[k - 1], grid[k + 1]];
      if ((left && left.value < value) || (right && right.value <= value)) return;
      // the basin that is being followed is known already
      const known = tracked && (left?.u ?? u) <= tracked.u && tracked.u <= (right?.u ?? u) && tracked.value <= value;
      if (known) return;
      const found = left && right ? refined(search, f, left.u, right.u) : { u, value, edge: true };
      // a basin at an end may have its bottom within
      const inside = left && right ? found : refined(search, f, left?.u ?? u, right?.u ?? u);
      for (const other of [found, inside]) if (!best || other.value < best.value) best = other;
    });
    const jump = tracked !== undefined && Math.abs(best!.u - tracked.u) > JUMP;
    optima.push({ ...search.known(f, best!), jump });
    onProgress?.((i + 1) / flops.length);
  });
  return optima;
}

function refined(search: Search, f: number, from: number, to: number): Optimum {
  const [low, high] = search.range(f);
  const { x, value } = brent((u) => search.value(f, u), from, to, search.tolerance);
  return { u: x, value, edge: x - low < 1e-3 || high - x < 1e-3 };
}

function minimum(search: Search, f: number, guess: number, step: number): Optimum {
  const [low, high] = search.range(f);
  const objective = (u: number) => search.value(f, u);
  const [from, to] = bracket(objective, clamp(guess, low, high), step, low, high);
  return refined(search, f, from, to);
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** log P over the whole range of sizes, both ends among them. */
function scan(search: Search, f: number): { u: number; value: number }[] {
  const [low, high] = search.range(f);
  const n = Math.max(SCAN, Math.ceil(high - low));
  return Array.from({ length: n + 1 }, (_, k) => {
    const u = k === n ? high : low + ((high - low) * k) / n;
    return { u, value: search.value(f, u) };
  });
}

const deepest = (grid: { u: number; value: number }[]): number =>
  grid.reduce((best, point) => (point.value < best.value ? point : best)).u;

/** An interval around a minimum: steps downhill, doubling, until the function rises or the range ends. */
function bracket(f: (u: number) => number, guess: number, step: number, low: number, high: number): [number, number] {
  const centre = f(guess);
  for (const side of [-1, 1]) {
    let [inner, middle, size] = [guess, clamp(guess + side * step, low, high), step];
    let value = f(middle);
    if (value >= centre) continue;
    for (;;) {
      size *= 2;
      const outer = clamp(middle + side * size, low, high);
      const next = outer === middle ? Infinity : f(outer);
      if (next >= value) return side < 0 ? [outer, inner] : [inner, outer];
      [inner, middle, value] = [middle, outer, next];
    }
  }
  return [clamp(guess - step, low, high), clamp(guess + step, low, high)];
}

function onGrid(search: Search, options: FrontierOptions, method: "envelope" | "isoflop"): Optimum[] {
  const { flops, batch } = search;
  const sizes = options.sizes ? numbers("sizes", counted("sizes", "sizes", options.sizes), 1) : defaultSizes(search);
  const logs = sizes.map(log);
  // log P of every size at every budget it can spend
  const curves = Array.from(sizes, (d, k) => {
    options.signal?.throwIfAborted();
    options.onProgress?.(k / sizes.length);
    const usable = flops.filter((f) => f / (batch * d) >= FEWEST_STEPS);
    const values = search.values(usable, d);
    const missing = flops.length - usable.length;
    return Float64Array.from(flops, (_, i) => (i < missing ? Infinity : values[i - missing]!));
  });
  let last: number | undefined;
  return Array.from(flops, (_, i) => {
    let best = 0;
    curves.forEach((curve, k) => {
      if (curve[i]! < curves[best]![i]!) best = k;
    });
    const value = curves[best]![i]!;
    const edge = best === 0 || best === sizes.length - 1 || curves[best + 1]![i] === Infinity;
    // downhill from the last optimum, another basin is never reached
    const jump = last !== undefined && value < curves[downhill(curves, i, last)]![i]!;
    last = best;
    search.known(flops[i]!, { u: logs[best]!, value, edge });
    if (method === "envelope" || edge) return { u: logs[best]!, value, edge, jump };
    return {
      ...vertex(
        logs,
        curves.map((curve) => curve[i]!),
        best,
      ),
      edge,
      jump,
    };
  });
}

/** The size at the bottom of the basin of `from`, at budget i. */
function downhill(curves: readonly Float64Array[], i: number, from: number): number {
  const at = (k: number): number => curves[k]?.[i] ?? Infinity;
  let k = from;
  for (;;) {
    const next = at(k - 1) < at(k + 1) ? k - 1 : k + 1;
    if (!(at(next) < at(k))) return k;
    k = next;
  }
}

/** The vertex of the least-squares parabola through the lowest point and up to three neighbours on each side. */
function vertex(u: Float64Array, value: number[], best: number): { u: number; value: number } {
  const reach = Math.min(3, best, u.length - 1 - best);
  const centre = u[best]!;
  const width = u[best + reach]! - centre;
  // normal equations of a + bx + cx²
  const [matrix, abc] = [new Float64Array(9), new Float64Array(3)];
  for (let k = best - reach; k <= best + reach; k++) {
    if (value[k] === Infinity) continue;
    const x = (u[k]! - centre) / width;
    for (let i = 0; i < 3; i++) {
      abc[i]! += pow(x, i) * (value[k]! - value[best]!);
      for (let j = 0; j < 3; j++) matrix[3 * i + j]! += pow(x, i + j);
    }
  }
  solveDense(matrix, abc, 3, 1);
  const [a, b, c] = abc as unknown as [number, number, number];
  if (!(c > 0)) return { u: centre, value: value[best]! };
  const x = clamp(-b / (2 * c), -1, 1);
  return { u: centre + width * x, value: value[best]! + a + b * x + c * x * x };
}

/** From the optimum at the lowest budget to that at the highest, with room on both sides for the parabolas. */
function defaultSizes(search: Search): Float64Array {
  const [first, last] = [search.flops[0]!, search.flops[search.flops.length - 1]!];
  const [low, high] = [first, last].map((f) => deepest(scan(search, f)));
  const from = Math.max(search.range(first)[0], low! - 2.5);
  const to = Math.min(high! + 2.5, search.range(last)[1]);
  return logspace(exp(from), exp(to), Math.ceil(((to - from) / Math.LN10) * GRID_A_DECADE) + 1);
}
