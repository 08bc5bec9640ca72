// What a budget buys: the loss at the end of a training, quick enough to be minimised over model size, step and schedule.

import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import type { NodeRule } from "../measure/nodes.ts";
import type { Plrf } from "../measure/plrf.ts";
import { type Optimizer, recursionOf, withStep } from "./optimizer.ts";
import { type TrainingOptions, training } from "./training.ts";
import { UnstableStep } from "./unstable.ts";

export interface FinalLossOptions {
  readonly optimizer: Optimizer;
  /** Whether γ is lowered to the best multiple ≤ 1 of itself, which need not be stable itself. */
  readonly tuned?: boolean;
}

/** Where the best multiple of γ is looked for: log, and to this. */
const LEAST = log(1e-12);
const TOLERANCE = 0.02;
/** Each lowers the step below the limit of another. */
const MOST_UNSTABLE = 100;
/** Errors of about 1e-5 for SGD, 1e-3 (alike at neighbouring sizes) for momentum. */
const QUICK = { exact: 256, perDecade: 12, tolerance: Infinity, precision: 1e-8, cells: 4 };

/** P after `horizon` steps, as quick as `pace` and the precision of the nodes say. */
export const lossAt = (
  kernels: Kernels,
  model: Plrf,
  horizon: number,
  optimizer: Optimizer,
  pace: Pick<TrainingOptions, "exact" | "perDecade" | "precision">,
): number =>
  training(kernels, model, { optimizer, horizon, tolerance: Infinity, ...pace }).run(Float64Array.of(horizon)).loss[0]!;

/** P after `horizon` steps, and the multiple of γ taken. */
export function finalLoss(
  kernels: Kernels,
  model: Plrf,
  horizon: number,
  { optimizer, tuned = false }: FinalLossOptions,
): { loss: number; multiple: number } {
  const end = Float64Array.of(horizon);
  const sign = recursionOf(optimizer) === "sign";
  // the largest steps first: their nodes serve the smaller
  let nodes: NodeRule | undefined;
  const at = (multiple: number) => {
    const options = { optimizer: withStep(optimizer, model, multiple), horizon, ...QUICK };
    const trained = training(kernels, model, nodes === undefined ? options : { ...options, nodes });
    // those of sign SGD are kept with the model
    if (!sign) nodes ??= trained.nodes;
    return trained.run(end).loss[0]!;
  };
  if (!tuned) return { loss: at(1), multiple: 1 };
  // from the top down by factors of 2 to a bracket
  const value = (s: number) => log(at(exp(s)));
  const top = log(largestStable(at));
  let [high, middle] = [top, top];
  let least = value(top);
  let low = top - Math.LN2;
  for (let next = value(low); next < least && low > LEAST; next = value(low)) {
    [high, middle, low, least] = [middle, low, low - Math.LN2, next];
  }
  const best = brent(value, low, high, TOLERANCE);
  return best.value < least
    ? { loss: exp(best.value), multiple: exp(best.x) }
    : { loss: exp(least), multiple: exp(middle) };
}

/** The largest multiple ≤ 1 at which a loss exists: the one that each unstable step allows, until none is. */
function largestStable(loss: (multiple: number) => number): number {
  for (let multiple = 1, tries = 0; ; tries++) {
    try {
      loss(multiple);
      return multiple;
    } catch (error) {
      if (!(error instanceof UnstableStep) || tries > MOST_UNSTABLE || !(error.multiple > 0)) throw error;
      multiple *= Math.min(error.multiple, 1) * (1 - 1e-6);
    }
  }
}
