// What a frontier searches: the loss of a budget f as a function of the model size, log P(f/(Bd); d) over u = log d
// (docs/theory.md, eq. 6.7). Every option is checked here, every model and loss made here.

import { numbers, whole, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { LIMITS } from "../../limits.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { brief } from "../../numbers.ts";
import { EXACT, modesOf, NODES, ruleOf } from "../measure/modes.ts";
import { type Plrf, plrf } from "../measure/plrf.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import { stability } from "../measure/stability.ts";
import { finalLoss, lossAt } from "../training/final-loss.ts";
import { isDear, type Optimizer, sgd, withStep } from "../training/optimizer.ts";
import { type ContourValues, contourValues, type TalbotLosses, talbotLosses } from "./contour.ts";
import type { FrontierOptions, Refused } from "./frontier-options.ts";
import type { Stepping, TunedProblem } from "./tuned-frontier.ts";

/** The contour takes continuous r from here on. */
export const FEWEST_STEPS = 64;
/** In log d. */
const TOLERANCE = 1e-6;
/** A loss less certain than this, relative, tells nothing of minima. */
const MOST_ERROR = 0.02;
/** Sizes in a scan, at least; one an e-fold: minima are several e-folds wide. */
const SCAN = 16;
/** A step unstable at this size is refused. */
const MOST_SMALLEST = 64;

export const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** A size and its loss: u = log d, value = log P, which it may be off by `error`. */
export interface Point {
  readonly u: number;
  readonly value: number;
  readonly error: number;
}

/** An optimum over sizes. */
export interface Optimum extends Omit<Point, "error"> {
  readonly edge: boolean;
  /** Whether it lies in another basin than the optimum before it. */
  readonly jump?: boolean;
  /** Of γ; the search knows it where it is not told. */
  readonly multiple?: number;
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

/** How finely a loss is computed: modes of their own, nodes a panel beyond (modes.ts), nodes of its contour. */
export interface Precision {
  readonly exact: number;
  readonly nodes: number;
  readonly contour: number;
  /** Of Newton's method for κ: its square is left. */
  readonly lastStep: number;
  /** What its modes leave of all that adds up to a loss, relative, where that counts beside the contour. */
  readonly rule: number;
}
/** To three digits or four, to tell where minima are; to ten, to tell where their bottom is. */
export const COARSE: Precision = { exact: 8, nodes: 4, contour: 4, lastStep: 3e-3, rule: 0 };
export const FINE: Precision = { exact: 32, nodes: 12, contour: 12, lastStep: 1e-6, rule: 5e-12 };
/** To all digits there are. */
const FULL: Precision = { exact: EXACT, nodes: NODES, contour: 14, lastStep: 1e-9, rule: 0 };
/** A loss so certain by FULL, short of rounding, is what `loss` gives; away from hard edges, v/d − 1 above SOFT. */
const CERTAIN = 1e-10;
const SOFT = 0.01;
/** Beyond this relative error, most of which changes slowly with the size, a loss is computed to all digits. */
const KNOWN = 1e-8;
/** v/d as near to 1 as this is 1. */
const HARD = 1e-9;
/** A loss with a larger relative error is none. */
const UNKNOWN = 0.1;
/** Newton's method starts from κ₀, which is its first guess only. */
const ROUGH = 0.02;
/** No loss is below F₀, which is known as roughly. */
const BELOW = 0.3;

/** Short of the largest stable step by more than modes so few may be off. */
const SURE = 0.99;

/**
 * Losses of one size at steps r ≥ 64, by a contour of so many nodes.
 * @throws RangeError as `modelOf` where its step is unstable
 */
function lossesOf(problem: Problem, size: number, precision: Precision, steps: Float64Array): TalbotLosses {
  const { spectrum, dataRatio, largest, setting, batch, kernels } = problem;
  const d = Math.min(size, largest);
  const v = spectrum.kind === "measured" ? spectrum.eigenvalues.length : dataRatio * d;
  const sized = {
    modes: ruleOf(spectrum, v, precision),
    d,
    surplus: v / d - 1,
    batch,
    step: setting.gamma === undefined ? { share: setting.stepFraction! } : { gamma: setting.gamma },
    tolerance: ROUGH,
    lastStep: precision.lastStep,
  };
  const losses = talbotLosses(kernels, sized, () => modesOf(spectrum, v, precision), steps, precision);
  const { gamma, safe } = losses.model;
  // few are near their limit: `plrf` knows it well
  if (gamma >= safe && gamma > SURE * stability(modesOf(spectrum, v, precision), d, batch).maxGamma)
    modelOf(problem, size);
  return losses;
}

const NO_STEPS = new Float64Array();

/** Very small models can be unstable at a step that is fine for all others: the search starts above them. */
function smallestStable(problem: Problem): number {
  const { trained, largest, kernels, flops, batch } = problem;
  for (let d = 1; ; d *= 1.25) {
    try {
      if (trained) finalLoss(kernels, modelOf(problem, d), FEWEST_STEPS, trained);
      else lossesOf(problem, d, COARSE, NO_STEPS);
      return d;
    } catch (error) {
      const most = Math.min(MOST_SMALLEST, largest, flops[0]! / (FEWEST_STEPS * batch));
      if (!(error instanceof RangeError) || d * 1.25 > most) throw error;
    }
  }
}

/** @throws RangeError, TypeError as `problemOf`, and where a step is unstable at the largest size, or at every small one */
export function searchOf(options: FrontierOptions): Search {
  const problem = problemOf(options);
  const { flops, batch, largest, trained } = problem;
  // an unstable step is refused before any work
  if (!trained)
    lossesOf(problem, Math.min(flops[flops.length - 1]! / (FEWEST_STEPS * batch), largest), COARSE, NO_STEPS);
  return new Search(problem, smallestStable(problem));
}

/** By size: P at the budgets from `first` on, which are those it can spend. */
type Surface = (ContourValues & { readonly u: number; readonly first: number })[];

/** log P as a function of log d at fixed f. */
export class Search {
  readonly flops: Float64Array;
  readonly batch: number;
  readonly trained: boolean;
  /** In log d: whole steps are all that training takes. */
  readonly tolerance: number;
  evaluations = 0;
  readonly #problem: Problem;
  readonly #smallest: number;
  readonly #multiples = new Map<string, number>();
  #refused: Refused | null = null;
  #surface: Surface | undefined;
  #fine = FINE;
  /** A budget at which there is a size whose loss is below rounding. */
  #lost: number | undefined;

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
    const { kernels, trained } = this.#problem;
    this.evaluations++;
    const d = this.size(u);
    const r = f / (this.batch * d);
    if (!trained) {
      const steps = Float64Array.of(r);
      let { values, error, model } = lossesOf(this.#problem, d, this.#fine, steps);
      if (error[0]! > KNOWN * values[0]! && this.#fine !== FULL) {
        // where the loss falls steeply it does so at the next sizes too
        this.#fine = FULL;
        ({ values, error, model } = lossesOf(this.#problem, d, FULL, steps));
      }
      // at hard edges of a few modes nothing may be left of the digits
      if (values[0]! > BELOW * model.F0) return log(values[0]!);
      // e^{log n} may be below n
      if (this.#surplus(d) < HARD) this.#lost = f;
      return Infinity;
    }
    // the d that takes exactly the budget
    const T = this.#steps(f, d);
    try {
      const { loss, multiple } = finalLoss(kernels, modelOf(this.#problem, f / (this.batch * T)), T, trained);
      this.#multiples.set(`${f} ${u}`, multiple);
      return log(loss);
    } catch (error) {
      // models can be unstable where others are not, or ask for more steps than a table of them can have
      if (!(error instanceof RangeError)) throw error;
      this.#refuse(d, error);
      return Infinity;
    }
  }

  /** log P at a constant step, to all digits. */
  #exact(f: number, u: number): number {
    const d = this.size(u);
    const steps = Float64Array.of(f / (this.batch * d));
    const { values, error } = lossesOf(this.#problem, d, FULL, steps);
    if (this.#surplus(d) > SOFT && error[0]! < CERTAIN * values[0]!) return log(values[0]!);
    const known = contourValues(this.#problem.kernels, modelOf(this.#problem, d), "P", steps);
    return known.error[0]! < UNKNOWN * known.values[0]! ? log(known.values[0]!) : this.#inRounding(f);
  }

  /** v/d − 1. */
  #surplus(d: number): number {
    const { spectrum, dataRatio, largest } = this.#problem;
    return (spectrum.kind === "measured" ? largest / d : dataRatio) - 1;
  }

  #inRounding(f: number): never {
    throw new RangeError(
      `no size tried has a loss at flops = ${brief(f)}: at v = d or near it is lost in rounding, take fewer flops`,
    );
  }

  /** The multiple of γ that the loss at log d = u was found with. */
  multiple(f: number, u: number): number {
    return this.#multiples.get(`${f} ${u}`) ?? 1;
  }

  /** A whole number of steps near f/(Bd), within the sizes there are. */
  #steps(f: number, d: number): number {
    const steps = (size: number) => f / (this.batch * size);
    return clamp(Math.round(steps(d)), Math.ceil(steps(this.#problem.largest)), Math.floor(steps(this.#smallest)));
  }

  /** The search of size and step together, where the step is tuned and runs are dear. */
  get together(): TunedProblem | undefined {
    const { trained, largest, kernels } = this.#problem;
    if (!trained?.tuned || !isDear(trained.optimizer)) return undefined;
    const { optimizer } = trained;
    const models = new Map<number, Plrf>();
    const kept = (d: number) => {
      const model = models.get(d) ?? modelOf(this.#problem, d);
      models.set(d, model);
      return model;
    };
    return {
      flops: this.flops,
      range: (f) => this.range(f),
      size: (f, u, lattice) => {
        const T = this.#steps(f, this.size(u));
        const d = lattice ? this.size(u) : Math.min(f / (this.batch * T), largest);
        let model: Plrf | undefined;
        const value = (s: number, stepping: Stepping) => {
          this.evaluations++;
          try {
            model ??= lattice ? kept(d) : modelOf(this.#problem, d);
            const loss = lossAt(kernels, model, T, withStep(optimizer, model, exp(s)), stepping);
            // steps too coarse for its stages to settle
            return Number.isNaN(loss) ? Infinity : log(loss);
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
            this.#refuse(d, error);
            return Infinity;
          }
        };
        return { u: log(d), value };
      },
    };
  }

  #refuse(d: number, { message }: RangeError): void {
    const { count, sizes } = this.#refused ?? { count: 0, sizes: [d, d] };
    this.#refused = { count: count + 1, sizes: [Math.min(sizes[0], d), Math.max(sizes[1], d)], reason: message };
  }

  /** The optimum, where it is one, with its loss as `loss` gives it. @throws RangeError where every size was refused */
  known(f: number, optimum: Optimum): Optimum {
    if (this.#lost === f) this.#inRounding(f);
    if (optimum.value < Infinity) return this.trained ? optimum : { ...optimum, value: this.#exact(f, optimum.u) };
    throw new RangeError(
      `no size tried has a loss at flops = ${brief(f)}: ${this.#refused?.reason ?? "none is finite"}`,
    );
  }

  /**
   * log P over the whole range of sizes of budget i, both ends among them, each with its error. A model is made once for all the
   * budgets that it is looked at.
   */
  scan(i: number): Point[] {
    const f = this.flops[i]!;
    const [low, high] = this.range(f);
    const points: Point[] = [];
    if (this.trained) {
      const n = Math.max(SCAN, Math.ceil(high - low));
      for (let k = 0; k < n; k++) points.push(this.point(f, low + ((high - low) * k) / n));
    } else {
      this.#surface ??= this.#scanned();
      for (const { u, first, values, error } of this.#surface) {
        if (i < first || u >= high) continue;
        const P = values[i - first]!;
        const off = error[i - first]! / P;
        points.push(off > 0 && off < MOST_ERROR ? { u, value: log(P), error: off } : this.point(f, u));
      }
      points.push(this.#rough(f, high));
      return points;
    }
    points.push(this.point(f, high));
    return points;
  }

  point(f: number, u: number): Point {
    return { u, value: this.value(f, u), error: 0 };
  }

  /** As a scan sees it, where that will do. */
  #rough(f: number, u: number): Point {
    const d = this.size(u);
    this.evaluations++;
    const { values, error } = lossesOf(this.#problem, d, COARSE, Float64Array.of(f / (this.batch * d)));
    const off = error[0]! / values[0]!;
    return off > 0 && off < MOST_ERROR ? { u, value: log(values[0]!), error: off } : this.point(f, u);
  }

  #scanned(): Surface {
    const { flops, batch } = this;
    const [low, narrow] = this.range(flops[0]!);
    const [, wide] = this.range(flops.at(-1)!);
    const surface: Surface = [];
    for (let u = low; u < wide; u += Math.min(1, Math.max(narrow - low, u - low) / SCAN)) {
      const d = this.size(u);
      const first = flops.findIndex((f) => f / (batch * d) >= FEWEST_STEPS);
      if (first < 0) break;
      const steps = flops.subarray(first).map((f) => f / (batch * d));
      this.evaluations += steps.length;
      surface.push({ u, first, ...lossesOf(this.#problem, d, COARSE, steps) });
    }
    return surface;
  }

  /** log P of one size at several budgets. */
  values(budgets: Float64Array, d: number): Float64Array {
    if (this.trained || budgets.length === 0) return budgets.map((f) => this.value(f, log(d)));
    this.evaluations += budgets.length;
    const steps = budgets.map((f) => f / (this.batch * d));
    const { values, error } = contourValues(this.#problem.kernels, modelOf(this.#problem, d), "P", steps);
    return values.map((P, i) => (error[i]! < UNKNOWN * P ? log(P) : Infinity));
  }
}
