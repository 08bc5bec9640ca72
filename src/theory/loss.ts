// The expected loss of one-pass SGD, P(r) = F(r) + Σ_{s<r} K(r−1−s) P(s) (docs/theory.md, eq. 2.2), its forcing F and
// kernel K, as curves over the steps r or the compute f = B·d·r.

import { increasing, oneOf } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Made, made } from "../made.ts";
import { contourValues, type Quantity } from "./contour.ts";
import type { Plrf } from "./plrf.ts";

export const LOSS_METHODS = ["contour"] as const;
export type LossMethod = (typeof LOSS_METHODS)[number];

export interface LossOptions {
  /** Steps r ≥ 0 at which the curve is wanted, increasing; fractions are rounded to whole steps. */
  readonly steps: ArrayLike<number>;
  /** How the curve is computed. Default "contour". */
  readonly method?: LossMethod;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface CurveStats {
  readonly method: LossMethod;
  /** Estimated absolute error of each value. */
  readonly error: Float64Array;
  /** Whether every value is known to a relative 1e-6. */
  readonly converged: boolean;
}

interface Curve {
  /** r, whole. */
  readonly steps: Float64Array;
  /** f = B·d·r. */
  readonly flops: Float64Array;
  readonly stats: CurveStats;
  readonly made: Made;
}

export interface LossCurve extends Curve {
  /** P(r). */
  readonly loss: Float64Array;
}
export interface ForcingCurve extends Curve {
  /** F(r). */
  readonly forcing: Float64Array;
}
export interface KernelCurve extends Curve {
  /** K(r). */
  readonly kernel: Float64Array;
}

/** Steps beyond this are not whole numbers in 64-bit floating point. */
const MOST_STEPS = Number.MAX_SAFE_INTEGER;
const CONVERGED = 1e-6;

/**
 * P(r) of a model (docs/theory.md, eq. 2.2), exact in the deterministic equivalent of large d.
 * @throws RangeError, TypeError where steps are not increasing numbers ≥ 0
 */
export function loss(model: Plrf, options: LossOptions): LossCurve {
  const { values, ...curve } = compute(model, options, "P");
  return { ...curve, loss: values };
}

/** F(r): the loss with the gradient noise switched off (eq. 2.3). Arguments and errors as for `loss`. */
export function forcing(model: Plrf, options: LossOptions): ForcingCurve {
  const { values, ...curve } = compute(model, options, "F");
  return { ...curve, forcing: values };
}

/** K(r): what one step's gradient noise adds to the loss r + 1 steps later (eq. 2.3). Arguments and errors as for `loss`. */
export function kernel(model: Plrf, options: LossOptions): KernelCurve {
  const { values, ...curve } = compute(model, options, "K");
  return { ...curve, kernel: values };
}

function compute(model: Plrf, options: LossOptions, quantity: Quantity): Curve & { values: Float64Array } {
  const steps = increasing("steps", options.steps, 0, MOST_STEPS).map(Math.round);
  const method = oneOf("method", options.method ?? "contour", LOSS_METHODS);
  const kernels = options.kernels ?? defaultKernels();
  const { values, error } = contourValues(kernels, model, quantity, steps);
  const { spectrum, d, v, gamma, batch } = model;
  return {
    steps,
    flops: steps.map((r) => batch * d * r),
    values,
    stats: { method, error, converged: values.every((value, i) => error[i]! <= CONVERGED * Math.abs(value)) },
    made: made(method, { spectrum, d, v, gamma, batch }),
  };
}
