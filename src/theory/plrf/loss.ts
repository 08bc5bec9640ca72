// The expected loss of one-pass SGD, P(r) = F(r) + Σ_{s<r} K(r−1−s) P(s) (docs/theory.md, eq. 2.2), its forcing F and
// kernel K, as curves over the steps r or the compute f = B·d·r.

import { counted, increasing, oneOf, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { LIMITS } from "../../limits.ts";
import { brief } from "../../numbers.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import type { Plrf } from "../measure/plrf.ts";
import { leastOf } from "../measure/resolvent.ts";
import { type Optimizer, recursionOf, samplesBefore, sgd } from "../training/optimizer.ts";
import { byModes, byVolterra, type Route } from "../training/time-stepping.ts";
import { training } from "../training/training.ts";
import { type ContourValues, contourValues, type Quantity } from "./contour.ts";

/** Independent routes to the loss. */
export const LOSS_METHODS = ["contour", "modes", "direct"] as const;
export type LossMethod = (typeof LOSS_METHODS)[number];

export interface LossOptions {
  /** Steps r ≥ 0 at which the curve is wanted, increasing; fractions are rounded to whole steps. */
  readonly steps: ArrayLike<number>;
  /**
   * How the curve is computed: by contour integrals of generating functions (docs/theory.md, §4), by stepping the recursion
   * on a node rule (§5), or by the Volterra sum, which costs the square of the last step (at most 1e5). Default "contour".
   */
  readonly method?: LossMethod;
  /** Schedule, momentum, batches (optimizer.ts): stepped on a node rule ("modes"). Default: SGD at the model's γ for ever. */
  readonly optimizer?: Optimizer;
  /** T: the step a schedule's shape is drawn for. Default: the last of the steps. */
  readonly horizon?: number;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface CurveStats {
  readonly method: LossMethod;
  /** Estimated absolute error of each value. */
  readonly error: Float64Array;
  /** Whether every value is known to a relative 1e-6 (momentum: 1e-3). */
  readonly converged: boolean;
  /** What the setting leaves to be desired, in words. */
  readonly warnings: readonly string[];
}

interface SteppedCurve {
  /** r, whole. */
  readonly steps: Float64Array;
  /** f = B·d·r. */
  readonly flops: Float64Array;
  readonly stats: CurveStats;
  readonly made: Provenance;
}

export interface LossCurve extends SteppedCurve {
  /** P(r): the excess loss, without σ². */
  readonly loss: Float64Array;
  /** P(r) + σ²: what fresh noisy samples show (docs/theory.md, eq. 9.1); the same as `loss` without label noise. */
  readonly lossWithNoise: Float64Array;
}
export interface ForcingCurve extends SteppedCurve {
  /** F(r). */
  readonly forcing: Float64Array;
}
export interface KernelCurve extends SteppedCurve {
  /** K(r). */
  readonly kernel: Float64Array;
}

/** Where v = d, κ ~ √ζ loses half the digits: γBλ_v r may be so large. */
const MOST_LEARNT = 1e12;
/** A curve has converged where its estimated relative error is below this; with momentum, whose routes know fewer digits. */
const CONVERGED = 1e-6;
const CONVERGED_MOMENTUM = 1e-3;
/** The contour's values are kept where they are known to this, relative; else, up to so many steps, stepping is tried. */
const TRUSTED_ERROR = 1e-9;
const MOST_STEPPED = 4096;
/** The direct sum is an oracle, not a way to long runs. */
const MOST_DIRECT = 1e5;

/**
 * P(r) of a model (docs/theory.md, eq. 2.2), exact in the deterministic equivalent of large d.
 * @throws RangeError, TypeError where steps are not increasing numbers ≥ 0
 */
export function loss(model: Plrf, options: LossOptions): LossCurve {
  const { values, curve } = compute(model, options, "P");
  return { ...curve, loss: values, lossWithNoise: values.map((value) => value + model.noise) };
}

/** F(r): the loss with the gradient noise switched off (eq. 2.3), under the same optimiser. Arguments and errors as for `loss`. */
export function forcing(model: Plrf, options: LossOptions): ForcingCurve {
  const { values, curve } = compute(model, options, "F");
  return { ...curve, forcing: values };
}

/** K(r): what one step's gradient noise adds to the loss r + 1 steps later (eq. 2.3); for SGD at a constant step only. Arguments and errors as for `loss`. */
export function kernel(model: Plrf, options: LossOptions): KernelCurve {
  const { values, curve } = compute(model, options, "K");
  return { ...curve, kernel: values };
}

type RouteTaken = (kernels: Kernels, model: Plrf, quantity: Quantity, steps: Float64Array) => ContourValues;

const ROUTES: Record<LossMethod, RouteTaken> = {
  contour: (kernels, model, quantity, steps) => {
    const contour = contourValues(kernels, model, quantity, steps);
    // between the reach of both forms (4.3) and (4.5), at strong batches and smooth targets, stepping is the better route
    const doubtful = contour.error.findLastIndex((e, i) => e > TRUSTED_ERROR * Math.abs(contour.values[i]!));
    if (doubtful < 0 || steps[doubtful]! > MOST_STEPPED) return contour;
    const stepped = pick(byModes(kernels, model, steps.subarray(0, doubtful + 1)), quantity);
    stepped.error.forEach((e, i) => {
      if (e < contour.error[i]!) [contour.values[i], contour.error[i]] = [stepped.values[i]!, e];
    });
    return contour;
  },
  modes: (kernels, model, quantity, steps) => pick(byModes(kernels, model, steps), quantity),
  direct: (kernels, model, quantity, steps) => {
    const last = steps[steps.length - 1]!;
    if (last > MOST_DIRECT)
      throw new RangeError(
        `steps must end at ${MOST_DIRECT} or before for method "direct", got ${last}: use "contour"`,
      );
    return pick(byVolterra(kernels, model, steps), quantity);
  },
};

function pick({ loss, forcing, kernel, error }: Route, quantity: Quantity): ContourValues {
  return { values: { P: loss, F: forcing, K: kernel }[quantity], error: error[quantity] };
}

interface Computed {
  readonly values: Float64Array;
  readonly curve: SteppedCurve;
}

function compute(model: Plrf, options: LossOptions, quantity: Quantity): Computed {
  const method = oneOf("method", options.method ?? "contour", LOSS_METHODS);
  const trained = options.optimizer !== undefined || (model.noise > 0 && quantity === "P");
  const steps = stepsAsked(model, options.steps, trained || method === "modes");
  const kernels = options.kernels ?? defaultKernels();
  // taken apart by name: the rest of an object costs more than all of these
  const route = trained
    ? byTraining(kernels, model, quantity, steps, options)
    : { curve: ROUTES[method](kernels, model, quantity, steps), method, warnings: [] };
  const { values, error } = route.curve;
  const { spectrum, d, v, gamma, noise } = model;
  const { optimizer, horizon } = options;
  const limit = optimizer !== undefined && recursionOf(optimizer) === "momentum" ? CONVERGED_MOMENTUM : CONVERGED;
  const batch = typeof optimizer?.batch === "number" ? optimizer.batch : model.batch;
  const curve = {
    steps,
    flops: steps.map((r) => d * samplesBefore(optimizer?.batch ?? model.batch, r)),
    stats: {
      method: route.method,
      warnings: route.warnings,
      error,
      converged: values.every((value, i) => error[i]! <= limit * Math.abs(value)),
    },
    made: provenance(route.method, {
      spectrum,
      d,
      v,
      gamma,
      batch,
      ...(noise > 0 ? { noise } : {}),
      ...(optimizer ? { optimizer } : {}),
      ...(horizon === undefined ? {} : { horizon }),
    }),
  };
  return { values, curve };
}

/** The steps asked for, rounded. @throws RangeError beyond what the route taken can reach */
function stepsAsked({ kappa0, gamma, batch, modes }: Plrf, asked: ArrayLike<number>, stepped: boolean): Float64Array {
  counted(stepped ? "trained points" : "points", "steps", asked);
  const steps = increasing("steps", asked, LIMITS.steps.least, LIMITS.steps.most).map(Math.round);
  const last = steps[steps.length - 1]!;
  if (stepped) within("horizon", Math.max(1, last), "steps");
  const most = kappa0 === 0 ? MOST_LEARNT / (gamma * batch * leastOf(modes.lambda)) : Infinity;
  if (last > most)
    throw new RangeError(
      `steps must be at most ${brief(most)} where v = d (the loss is lost in rounding beyond), got ${brief(last)}`,
    );
  return steps;
}

function byTraining(
  kernels: Kernels,
  model: Plrf,
  quantity: Quantity,
  steps: Float64Array,
  { method, optimizer = sgd(), horizon = Math.max(1, steps[steps.length - 1]!) }: LossOptions,
): { curve: ContourValues; method: LossMethod; warnings: string[] } {
  if (quantity === "K") throw new RangeError("K(r) is that of SGD at a constant step: leave optimizer out");
  if (method === "direct")
    throw new RangeError('method must be "modes" with an optimizer or label noise, got "direct"');
  const trained = training(kernels, model, { optimizer, horizon });
  const { loss, error } = quantity === "F" ? trained.forcing(steps) : trained.run(steps);
  const warnings = quantity === "F" ? [] : trained.warnings;
  return { curve: { values: loss, error: loss.map((P, i) => P * error[i]!) }, method: "modes", warnings };
}
