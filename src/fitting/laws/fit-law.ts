// Any law on any runs:
//
//   min Σ_i w_i ρ(log L̂_i − log L_i)                                                                            (10.2)
//
// over its parameters, from many starts (starts.ts) by Levenberg–Marquardt and BFGS (minimise.ts). Huber's δ is as given, or 1.345
// times the spread of the residuals (their median absolute value over .6745), found from a first fit.

import { positive } from "../../check.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { log as naturalLog } from "../../math/elementary.ts";
import type { Runs } from "../runs.ts";
import { type Bound, bind } from "./bind.ts";
import { kinked, overKinks } from "./kinks.ts";
import { lawAt, type ScalingLaw } from "./law.ts";
import { type LossFunction, rhoOf } from "./losses.ts";
import { type Minimum, minimise, objectiveAt } from "./minimise.ts";
import { startsOf } from "./starts.ts";
import { linearIn } from "./tape.ts";

export interface LawOptions extends LossFunction {
  /** Weight of each row, ≥ 0. Default 1. */
  readonly weights?: Float64Array;
  /**
   * Starts drawn, of which the best sixteenth is followed, and more while they end in ever new minima. Default 64, and 64 more for each
   * parameter in which the law is not linear.
   */
  readonly draws?: number;
  /** Further starts, in the order of the law's parameters; with `draws: 0` no others. */
  readonly from?: readonly Float64Array[];
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface LawFit {
  readonly law: ScalingLaw;
  /** By name, in the units of the law's inputs. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The same in the law's order. */
  readonly p: Float64Array;
  readonly objective: number;
  /** δ of Huber's loss; Infinity for least squares; of no meaning for absolute and quantile losses. */
  readonly delta: number;
  /** log L̂ − log L, row by row. */
  readonly residuals: Float64Array;
  /** Root mean square of log L̂ − log L. */
  readonly rms: number;
  /** Akaike's criterion for small samples, n log rms² + 2k + 2k(k+1)/(n−k−1), k counting the variance. */
  readonly aicc: number;
  /** Whether a step at the minimum no longer lowers the objective by 1e-9 of it. */
  readonly converged: boolean;
  /** Of the starts followed to their end, those that came within 1e-6 of the best. */
  readonly atBest: number;
  /** L̂ at N and D, and what else the law takes: `{ U: 1e9 }`. */
  readonly lossAt: (N: number, D: number, more?: Readonly<Record<string, number>>) => number;
}

/** Rows that the drawing of starts looks at. */
const MANY = 2000;

/**
 * Fits a law.
 * @param options - what a misfit costs, weights, starts; a number is Huber's δ
 * @throws RangeError where there are not three rows more than parameters, a column is missing, or a row has no value
 */
export function fitLaw(law: ScalingLaw, runs: Runs, options: LawOptions | number = {}): LawFit {
  const given = typeof options === "number" ? { delta: options } : options;
  const { delta, weights, from = [], kernels } = given;
  const k = law.parameters.length;
  if (runs.n < k + 3)
    throw new RangeError(`the law ${law.name} needs ${k + 3} rows for its ${k} parameters, got ${runs.n}`);
  if (delta !== undefined) positive("delta", delta);
  const bound = bind(law, runs, { weights, kernels, scale: given.scale });
  let width = delta ?? 5e-3;
  let found = search(bound, given, width, startsFor(bound, given, width, from));
  // δ that is not given, and the rounding of |r|, follow the residuals
  const kind = given.kind ?? "huber";
  if (delta === undefined && kind !== "squares") {
    const spread = spreadOf(found.best.residuals);
    const widths = kind === "huber" ? [1.345 * spread] : [0.1, 0.01, 1e-3, 1e-4, 1e-5].map((share) => share * spread);
    for (const next of widths) {
      width = Math.max(kind === "huber" ? 1e-6 : 1e-12, next);
      found = search(bound, given, width, found.ends);
    }
  }
  // near a known minimum there is none to be looked for
  const { p, residuals, objective, converged } =
    kinked(law.tree) && from.length === 0 ? overKinks(bound, rhoOf(given, width), found.best) : found.best;
  if (!Number.isFinite(objective)) throw new RangeError(bound.failure());
  const logs = given.scale === "linear" ? logResiduals(bound, residuals) : residuals;
  const rms = Math.sqrt(logs.reduce((sum, r) => sum + r * r, 0) / runs.n);
  const parameters = Object.fromEntries(law.parameters.map((name, i) => [name, p[i]!]));
  return {
    ...{ law, parameters, p, objective, rms, converged },
    delta: kind === "squares" ? Infinity : width,
    residuals: logs,
    aicc: 2 * runs.n * naturalLog(Math.max(rms, 1e-15)) + 2 * (k + 1) + (2 * (k + 1) * (k + 2)) / (runs.n - k - 2),
    atBest: found.all.filter((other) => other.objective <= objective * (1 + 1e-6)).length,
    lossAt: (N, D, more) => lawAt(law, parameters, { N, D, C: runs.flopsPerToken * N * D, ...more }),
  };
}

/**
 * What is minimised, at given parameters.
 * @throws RangeError where a parameter or a column is missing
 */
export function objectiveOf(
  law: ScalingLaw,
  runs: Runs,
  parameters: Readonly<Record<string, number>>,
  options: LawOptions = {},
): number {
  const p = Float64Array.from(law.parameters, (name) => {
    if (parameters[name] === undefined) throw new RangeError(`the law ${law.name} needs ${name}`);
    return parameters[name];
  });
  const bound = bind(law, runs, { weights: options.weights, kernels: options.kernels, scale: options.scale });
  return objectiveAt(bound, bound, rhoOf(options, options.delta ?? 1e-3), p);
}

interface Found {
  readonly best: Minimum;
  readonly all: readonly Minimum[];
  /** Where the better searches ended. */
  readonly ends: readonly Float64Array[];
}

function startsFor(bound: Bound, options: LawOptions, delta: number, from: readonly Float64Array[]): Float64Array[] {
  const { law } = bound;
  const bent = law.parameters.length - linearIn(law.tree, law.parameters).length;
  const draws = options.draws ?? 64 * (1 + bent);
  if (draws === 0) return [...from];
  return [
    ...from,
    ...startsOf(thinned(bound), rhoOf(options, delta), draws, Math.max(4, from.length > 0 ? draws >> 4 : draws >> 1)),
  ];
}

/** Ends of starts, within ALIKE of each other, that make the lowest of them trusted. */
const AGREE = 3;
const ALIKE = 1e-4;

/** Follows all starts roughly, and the best to their end. */
function search(bound: Bound, loss: LossFunction, delta: number, starts: readonly Float64Array[]): Found {
  const rho = rhoOf(loss, delta);
  const rough: Minimum[] = [];
  for (const [i, start] of starts.entries()) {
    // an eighth of the half that is left of them; more where the lowest was met by chance
    if (i >= Math.max(4, starts.length >> 3) && i % 4 === 0) {
      const least = rough.reduce((low, { objective }) => Math.min(low, objective), Infinity);
      if (rough.filter(({ objective }) => objective <= least * (1 + ALIKE)).length >= AGREE) break;
    }
    rough.push(minimise(bound, bound, rho, start, { steps: Math.max(25, 8 * bound.parameters.length), polish: false }));
  }
  rough.sort((a, b) => a.objective - b.objective);
  const best: Minimum[] = [];
  for (const candidate of rough) {
    if (best.length >= 4) break;
    // those that are already as one minimum need no second way
    if (best.some((other) => Math.abs(other.objective - candidate.objective) <= 1e-9 * other.objective)) continue;
    best.push(minimise(bound, bound, rho, candidate.p, { polish: false }));
  }
  best.sort((a, b) => a.objective - b.objective);
  // only what may be the lowest is followed to its last digit
  const near = (best[0]?.objective ?? 0) * (1 + 1e-3);
  best.forEach(({ p, objective }, i) => {
    if (objective <= near) best[i] = minimise(bound, bound, rho, p);
  });
  best.sort((a, b) => a.objective - b.objective);
  if (best.length === 0) throw new RangeError(bound.failure());
  return { best: best[0]!, all: [...best, ...rough], ends: best.map(({ p }) => p) };
}

/** Every so many rows, so that few enough are left: enough for starts. */
function thinned(bound: Bound): Bound {
  const every = Math.ceil(bound.n / MANY);
  if (every === 1) return bound;
  return bound.some(every);
}

/** Median |r| over .6745. */
export function spreadOf(residuals: Float64Array): number {
  const sizes = residuals.map(Math.abs).sort();
  return sizes[sizes.length >> 1]! / 0.6745;
}

const logResiduals = ({ target }: Bound, residuals: Float64Array): Float64Array =>
  residuals.map((r, i) => naturalLog(1 + r / target[i]!));
