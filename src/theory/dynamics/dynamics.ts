// Test and train loss of random features over training time (docs/theory.md, eqs. 8.8, 8.9):
//
//   L(t) = (1/2πi)² ∮∮ p_t(−z) p_t(−z′) C(z, z′) dz dz′,   L̂(t) = (1/2πi) ∮ p_t(−z)² Φ(z) dz
//
// on one contour for all times. Every loss includes the label noise σ².

import { counted, finite, increasing, integer, known, oneOf, whole, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Shared } from "../../kernels/dynamics.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { pow } from "../../math/elementary.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { factor, gradientDescent, isDiscrete, type Rule } from "../training/optimizer.ts";
import { contourErrors, finerTrain, GOAL, sgdErrors } from "./errors.ts";
import { type StaticLosses, staticLosses } from "./limits.ts";
import { type DynamicsModel, type DynamicsProblem, dynamicsModel, type Span } from "./problem.ts";
import { sgdLosses } from "./sgd.ts";
import { noiseOf } from "./sgd-stability.ts";
import { type Accuracy, curvesOf, solve, trainLoss } from "./solution.ts";

export interface Ensemble {
  /** E ≥ 1, the students whose outputs are averaged. */
  readonly students: number;
  /** Do all see the same samples, or each its own? Features are always each student's own. Default "shared". */
  readonly data?: "shared" | "separate";
}

export interface DynamicsOptions {
  /** Training times ≥ 0, increasing: in units of 1/λ for gradient flow, else whole numbers of steps. */
  readonly times: ArrayLike<number>;
  /** T: the step the shape of the rule's schedule is drawn for. Default: the last of `times`. */
  readonly horizon?: number;
  /**
   * "fast": both losses to 1e-9 of themselves (of 1e-10 and 1e-6 of L(0) where they are smaller), with more nodes where it takes
   * them; momentum near 1, or a train loss that falls exponentially under SGD, may allow less, and `stats` says so. "reference":
   * 16 nodes a panel and no cancellation anywhere, about 1e-11. Default "fast".
   */
  readonly accuracy?: "fast" | "reference";
  /** Also bias and variances. Default false. */
  readonly decompose?: boolean;
  /** Also the test loss of an average of students. */
  readonly ensemble?: Ensemble;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface DynamicsCurve {
  readonly times: Float64Array;
  /** L(t), test loss, σ² included. */
  readonly test: Float64Array;
  /** L̂(t), loss on the training samples. */
  readonly train: Float64Array;
  /** With `decompose`: test = bias + Σ variances + noise. */
  readonly decomposition?: Decomposition;
  /** Under SGD: the losses but for what the noise of its batches feeds back, F and F̂ of (11.2). */
  readonly forcing?: { readonly test: Float64Array; readonly train: Float64Array };
  /** With `ensemble`: the test loss of the students' average. */
  readonly ensemble?: Float64Array;
  /** The losses as t → ∞; under a schedule, or a ramp of batches, at steps so small that they make no noise. */
  readonly limit: StaticLosses;
  readonly stats: DynamicsStats;
  readonly model: DynamicsModel;
  readonly made: Provenance;
}

export interface Decomposition {
  /** Squared mean residual. */
  readonly bias: Float64Array;
  /** Variance over the features alone. */
  readonly features: Float64Array;
  /** Variance over the data alone, label noise in it included. */
  readonly data: Float64Array;
  /** What both together add; one-pass SGD has it in `data`. */
  readonly both: Float64Array;
  /** Under SGD on a finite sample: variance over the batches, the loss less that of gradient descent. */
  readonly batches?: Float64Array;
  /** σ². */
  readonly noise: number;
}

export interface DynamicsStats {
  /** Estimated error of the test loss relative to max(L, 1e-10 L(0)): the same integral on another, finer contour. */
  readonly error: number;
  /** The same for the training loss, relative to max(L̂, 1e-6 L(0)): it may fall exponentially, below any quadrature. */
  readonly trainError: number;
  /** False where κ could not be followed along the contour (losses are NaN then) or the error is above 1e-3 (μ near 1). */
  readonly converged: boolean;
  /** Nodes of the contour, upper half. */
  readonly nodes: number;
  /** Modes of the compressed spectrum. */
  readonly modes: number;
  readonly method: "contour" | "sum";
}

export const ACCURACY: Record<"search" | "fast" | "reference", Accuracy> = {
  search: { panel: 8, points: 6, summed: false },
  fast: { panel: 12, points: 8, summed: false },
  reference: { panel: 16, points: 12, summed: true },
};

/** The test loss of a model at any times ≤ tmax, for searches: to about 1e-7, no checks, no error estimate. */
export function testLoss(
  model: DynamicsModel,
  tmax: number,
  kernels: Kernels = defaultKernels(),
  shared: Shared = "both",
): (times: Float64Array) => Float64Array {
  if (model.N === Infinity && model.P === Infinity && model.rule.kind !== "sgd")
    return (times) => plainSum(model, times);
  refuseShuffled(model);
  if (isNoiseless(model)) return testLoss(descending(model), tmax, kernels, shared);
  const solution = solve(kernels, model, tmax, ACCURACY.search);
  if (model.rule.kind === "sgd" && shared === "both")
    return (times) => bounded(model, sgdLosses(kernels, model, solution, times, QUICK).test);
  return (times) => bounded(model, curvesOf(kernels, model, solution, [shared], times)[0]!);
}

/** No test loss is below the label noise; beside what cancels on a contour it may come out so. */
const bounded = ({ noise }: DynamicsModel, losses: Float64Array) => losses.map((L) => (L < noise ? noise : L));

/** What searches may take for rounding: ten times the error of `testLoss`, relative, and beside what cancels to it. */
export function uncertain({ energy, noise }: DynamicsModel, L: number): number {
  return 1e-6 * Math.max(L, 1e-9 * (energy + noise));
}

/** Whether the batches of SGD are all samples there are, so that it is gradient descent. */
const isNoiseless = (model: DynamicsModel): boolean =>
  model.rule.kind === "sgd" && !model.steps && noiseOf(model).share === 0;

/** The mean of SGD over its batches: gradient descent. */
export function descending(model: DynamicsModel): DynamicsModel {
  return model.rule.kind === "sgd" ? { ...model, rule: gradientDescent({ eta: model.rule.eta }) } : model;
}

/** One run of growing steps, whose error is about 2e-7. */
const QUICK = { tolerance: Infinity, exact: 1024, perDecade: 24 };

/**
 * Test and train loss at `times`.
 *
 * The theory is the leading order in 1/N and 1/P; against one finite network expect deviations of a few per cent at N ~ 100,
 * more where the top mode's factor p_t(λ₁) crosses zero (ηλ₁ ≈ 1, or heavy ball while it oscillates).
 * @throws RangeError, TypeError on bad numbers, times that do not increase or an unstable step, before any work
 */
export function dynamics(problem: DynamicsProblem, options: DynamicsOptions): DynamicsCurve {
  known("options", options, ["times", "horizon", "accuracy", "decompose", "ensemble", "kernels"]);
  return dynamicsOf(dynamicsModel(problem, spanOf(options)), options);
}

/** What a schedule is drawn for. */
export function spanOf({ times, horizon }: Pick<DynamicsOptions, "times" | "horizon">): Span {
  const last = Math.max(0, times?.[times.length - 1] ?? 0);
  return { horizon: horizon === undefined ? Math.max(1, last) : whole("horizon", horizon), last };
}

/** The same for a checked model. */
export function dynamicsOf(model: DynamicsModel, options: DynamicsOptions): DynamicsCurve {
  const times = checkTimes(model.rule, options.times);
  const ensemble = options.ensemble && checkEnsemble(model, options.ensemble);
  const level = oneOf("accuracy", options.accuracy ?? "fast", ["fast", "reference"]);
  const accuracy = ACCURACY[level];
  const kernels = options.kernels ?? defaultKernels();
  const { rule, N, P } = model;
  if (isNoiseless(model)) return { ...dynamicsOf(descending(model), options), model, made: madeFrom(model, options) };
  refuseShuffled(model);
  const limit = staticLosses(model);
  if (N === Infinity && P === Infinity && rule.kind !== "sgd") {
    const test = plainSum(model, times);
    const nothing = new Float64Array(times.length);
    const { noise } = model;
    return {
      times,
      test,
      train: test.slice(),
      ...(options.decompose && {
        decomposition: { bias: test.map((L) => L - noise), features: nothing, data: nothing, both: nothing, noise },
      }),
      ...(ensemble && { ensemble: test.slice() }),
      limit,
      stats: {
        error: 2e-16,
        trainError: 2e-16,
        converged: true,
        nodes: 0,
        modes: model.target.lambda.length,
        method: "sum",
      },
      model,
      made: madeFrom(model, options),
    };
  }

  const tmax = times.at(-1)!;
  const solution = solve(kernels, model, tmax, accuracy);
  const shared = sharedFor(model, options.decompose ?? false, ensemble);
  const correlations = shared.length > 0 ? curvesOf(kernels, model, solution, shared, times) : [];
  const curves = new Map(correlations.map((curve, i) => [shared[i]!, curve]));
  const noisy = rule.kind === "sgd" ? sgdLosses(kernels, model, solution, times) : undefined;
  const test = bounded(model, noisy?.test ?? curves.get("both")!);
  const first = noisy?.train ?? trainLoss(kernels, model, solution, times);
  const errors = noisy
    ? sgdErrors(kernels, model, accuracy, times, { ...noisy, test, train: first })
    : contourErrors(kernels, model, accuracy, times, { test, train: first });
  const { train: taken, trainError } =
    noisy || errors.trainError <= GOAL
      ? { train: first, trainError: errors.trainError }
      : finerTrain(kernels, model, accuracy, times);
  // it may fall exponentially, below what cancels
  const train = taken.map((L) => Math.max(0, L));
  if (
    level === "fast" &&
    solution.reached === solution.contour.z.re.length &&
    !(Math.max(errors.error, trainError) <= GOAL)
  )
    return { ...dynamicsOf(model, { ...options, accuracy: "reference" }), made: madeFrom(model, options) };
  return {
    times,
    test,
    train,
    ...(noisy && { forcing: noisy.forcing }),
    ...(options.decompose && { decomposition: decomposition(model, test, curves) }),
    ...(ensemble && { ensemble: averaged(ensemble, test, curves) }),
    limit,
    stats: {
      error: errors.error,
      trainError,
      converged: solution.reached === solution.contour.z.re.length && errors.resolved,
      nodes: solution.contour.z.re.length,
      modes: solution.data.lambda.length,
      method: "contour",
    },
    model,
    made: madeFrom(model, options),
  };
}

function madeFrom(model: DynamicsModel, options: DynamicsOptions): Provenance {
  const { spectrum, N, P, noise, rule, modes, steps } = model;
  const { accuracy = "fast", ensemble } = options;
  const drawn = { ...(steps && { horizon: steps.horizon }), ...(ensemble && { ensemble }) };
  return provenance("dynamics", { spectrum, N, P, noise, rule, modes, accuracy, ...drawn });
}

export function checkTimes(rule: Rule, values: ArrayLike<number>): Float64Array {
  const times = increasing("times", counted("times", "times", values), 0);
  within("time", times.at(-1)!, `times[${times.length - 1}]`);
  if (isDiscrete(rule)) for (const [i, t] of times.entries()) integer(`times[${i}] (steps of ${rule.kind})`, t);
  return times;
}

function checkEnsemble(model: DynamicsModel, { students, data = "shared" }: Ensemble): Required<Ensemble> {
  finite("ensemble.students", students, 1);
  oneOf("ensemble.data", data, ["shared", "separate"]);
  if (onePass(model) && data === "shared")
    throw new RangeError(`ensemble.data must be "separate" for one-pass sgd, whose students see samples of their own`);
  return { students, data };
}

const onePass = ({ rule, P }: DynamicsModel): boolean => rule.kind === "sgd" && P === Infinity;

/** The theory is of batches that are independent of each other. */
function refuseShuffled({ rule, P }: DynamicsModel): void {
  if (rule.kind === "sgd" && rule.sampling === "shuffle" && P < Infinity)
    throw new RangeError(
      `rule.sampling must be "replacement" or "batch" here: shuffled epochs are outside of the theory, simulateDynamics trains them`,
    );
}

/**
 * Which correlations are asked for. Under SGD the mean over batches is gradient descent, that over fresh samples gradient
 * descent on the population.
 */
function sharedFor(model: DynamicsModel, decompose: boolean, ensemble: Required<Ensemble> | undefined): Shared[] {
  const wanted: Shared[] = model.rule.kind !== "sgd" || (decompose && !onePass(model)) ? ["both"] : [];
  if (decompose) wanted.push(...(onePass(model) ? [] : ["data" as const]), "features", "none");
  else if (ensemble) wanted.push(ensemble.data === "shared" ? "data" : "none");
  return wanted;
}

/** Σ c p_t(λ)² + σ²: nothing is random. */
function plainSum({ target, rule, noise }: DynamicsModel, times: Float64Array): Float64Array {
  return times.map((t) =>
    target.lambda.reduce((sum, x, k) => sum + target.weight[k]! * pow(factor(rule, x, t), 2), noise),
  );
}

function decomposition(model: DynamicsModel, test: Float64Array, curves: Map<Shared, Float64Array>): Decomposition {
  const { noise } = model;
  const none = curves.get("none")!;
  const features = curves.get("features")!;
  // under one-pass SGD everything the samples add is one term
  const data = curves.get("data");
  const still = curves.get("both") ?? test;
  return {
    bias: none.map((L) => L - noise),
    features: features.map((L, t) => L - none[t]!),
    data: data ? data.map((L, t) => L - none[t]!) : test.map((L, t) => L - features[t]!),
    both: still.map((L, t) => (data ? L - data[t]! - features[t]! + none[t]! : 0)),
    ...(model.rule.kind === "sgd" && data && { batches: test.map((L, t) => L - still[t]!) }),
    noise,
  };
}

/** L/E + (1 − 1/E) × the correlation of two students. */
function averaged({ students, data }: Required<Ensemble>, test: Float64Array, curves: Map<Shared, Float64Array>) {
  const cross = curves.get(data === "shared" ? "data" : "none")!;
  return test.map((L, t) => L / students + (1 - 1 / students) * cross[t]!);
}
