// Schedules side by side: one model, one horizon, and what each schedule leaves of the loss.

import { within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { logspace } from "../../math/grid.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import type { Plrf } from "../measure/plrf.ts";
import { finalLoss } from "./final-loss.ts";
import { type Optimizer, optimizerInWords, sgd, withStep } from "./optimizer.ts";
import { constant, type Schedule } from "./schedule.ts";
import type { Pace } from "./time-stepping.ts";
import { type Parts, training } from "./training.ts";

export interface Compared extends Parts {
  readonly name: string;
  /** γ_r/γ and P(r) at `steps`. */
  readonly multiple: Float64Array;
  readonly curve: Float64Array;
  /** Estimated relative error of the loss at the end. */
  readonly error: number;
}

export interface Comparison {
  readonly steps: Float64Array;
  /** `best`: the multiple of the step taken, 1 where it is not tuned; the multiples are of the step before. */
  readonly schedules: readonly (Compared & { readonly best: number })[];
  readonly made: Provenance;
}

export interface ComparisonOptions {
  /** Who takes the steps. Default: SGD. */
  readonly optimizer?: (schedule: Schedule) => Optimizer;
  /** Whether each schedule takes the best multiple ≤ 1 of its step. Default false. */
  readonly tuned?: boolean;
}

/** Of a curve: enough that straight lines between them look like it. */
const POINTS = 160;

/**
 * Trains a model under several schedules of one horizon.
 * @throws RangeError where a schedule has an unstable step
 */
export function compareSchedules(
  model: Plrf,
  schedules: readonly { readonly name: string; readonly schedule: Schedule }[],
  horizon: number,
  kernels: Kernels = defaultKernels(),
  { optimizer: of = (schedule) => sgd({ schedule }), tuned = false }: ComparisonOptions = {},
): Comparison {
  const steps = stepsToCompare(horizon);
  return {
    steps,
    schedules: schedules.map(({ name, schedule }) => {
      const optimizer = of(schedule);
      const { multiple: best } = tuned ? finalLoss(kernels, model, horizon, { optimizer, tuned }) : { multiple: 1 };
      const found = compared(
        model,
        name,
        { optimizer: tuned ? withStep(optimizer, model, best) : optimizer, horizon, steps },
        kernels,
      );
      return { ...found, best, multiple: found.multiple.map((x) => best * x) };
    }),
    made: provenance("compare schedules", {
      spectrum: model.spectrum,
      d: model.d,
      v: model.v,
      gamma: model.gamma,
      batch: model.batch,
      noise: model.noise,
      horizon,
      schedules: schedules.map(({ name }) => name),
      optimizer: optimizerInWords(of(constant())),
      tuned,
    }),
  };
}

/** Whole steps from 1 to the horizon, close together at both ends. */
export function stepsToCompare(horizon: number, points = POINTS): Float64Array {
  within("horizon", horizon);
  const half = [...logspace(1, Math.max(2, horizon / 2), Math.ceil(within("points", points) / 2))].map(Math.round);
  return Float64Array.from(new Set([...half, ...half.map((r) => horizon - r), horizon]))
    .filter((r) => r >= 1 && r <= horizon)
    .sort();
}

export interface ComparedOptions extends Pace {
  readonly optimizer: Optimizer;
  /** T, whole. */
  readonly horizon: number;
  /** Whole, increasing, the last of them T. Default: `stepsToCompare`. */
  readonly steps?: Float64Array;
  /** Cells a decade of the nodes that momentum takes. Default 8. */
  readonly cells?: number;
  /** Leave unstable steps to the caller (`stableMultiple`). Default false. */
  readonly force?: boolean;
}

/**
 * One training: its step, its loss and what the loss at the end is made of.
 * @throws RangeError where the schedule has an unstable step
 */
export function compared(
  model: Plrf,
  name: string,
  { steps, tolerance = 1e-6, ...options }: ComparedOptions,
  kernels: Kernels = defaultKernels(),
): Compared {
  const { horizon } = options;
  const trained = training(kernels, model, { ...options, tolerance });
  const wanted = steps ?? stepsToCompare(horizon);
  const { loss, error } = trained.run(wanted);
  return {
    name,
    ...trained.parts(),
    multiple: wanted.map((r) => trained.shape.at(Math.min(r, horizon - 1))),
    curve: loss,
    error: error[error.length - 1]!,
  };
}
