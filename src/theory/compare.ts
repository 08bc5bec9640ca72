// Schedules side by side: one model, one horizon, and what each schedule leaves of the loss.

import { defaultKernels } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Made, made } from "../made.ts";
import { logspace } from "../math/grid.ts";
import { sgd } from "./optimizer.ts";
import type { Plrf } from "./plrf.ts";
import type { Schedule } from "./schedule.ts";
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
  readonly schedules: readonly Compared[];
  readonly made: Made;
}

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
): Comparison {
  // close together at both ends
  const half = [...logspace(1, Math.max(2, horizon / 2), POINTS / 2)].map(Math.round);
  const steps = Float64Array.from(new Set([...half, ...half.map((r) => horizon - r), horizon]))
    .filter((r) => r >= 1 && r <= horizon)
    .sort();
  return {
    steps,
    schedules: schedules.map(({ name, schedule }) => {
      const trained = training(kernels, model, { optimizer: sgd({ schedule }), horizon, tolerance: 1e-6 });
      const { loss, error } = trained.run(steps);
      return {
        name,
        ...trained.parts(),
        multiple: steps.map((r) => trained.shape.at(Math.min(r, horizon - 1))),
        curve: loss,
        error: error[error.length - 1]!,
      };
    }),
    made: made("compare schedules", {
      spectrum: model.spectrum,
      d: model.d,
      v: model.v,
      gamma: model.gamma,
      batch: model.batch,
      noise: model.noise,
      horizon,
      schedules: schedules.map(({ name }) => name),
    }),
  };
}
