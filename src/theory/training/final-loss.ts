// What a budget buys: the loss at the end of a training, quick enough to be minimised over model size, step and schedule.

import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import type { NodeRule } from "../measure/nodes.ts";
import type { Plrf } from "../measure/plrf.ts";
import { type Optimizer, withStep } from "./optimizer.ts";
import { training } from "./training.ts";

export interface FinalLossOptions {
  readonly optimizer: Optimizer;
  /** Whether γ is lowered to the best multiple ≤ 1 of itself. */
  readonly tuned?: boolean;
}

/** Where the best multiple of γ is looked for: log, and to this. */
const LEAST = log(1e-12);
const TOLERANCE = 0.02;
/** Errors of about 1e-5 for SGD, 1e-3 (alike at neighbouring sizes) for momentum. */
const QUICK = { exact: 256, perDecade: 12, tolerance: Infinity, precision: 1e-8, cells: 4 };

/** P after `horizon` steps, and the multiple of γ taken. */
export function finalLoss(
  kernels: Kernels,
  model: Plrf,
  horizon: number,
  { optimizer, tuned = false }: FinalLossOptions,
): { loss: number; multiple: number } {
  const end = Float64Array.of(horizon);
  // the largest steps first: their nodes serve the smaller
  let nodes: NodeRule | undefined;
  const at = (multiple: number) => {
    const options = { optimizer: withStep(optimizer, model, multiple), horizon, ...QUICK };
    const trained = training(kernels, model, nodes === undefined ? options : { ...options, nodes });
    nodes ??= trained.nodes;
    return trained.run(end).loss[0]!;
  };
  if (!tuned) return { loss: at(1), multiple: 1 };
  // from the top down by factors of 2 to a bracket
  const value = (s: number) => log(at(exp(s)));
  let [high, middle] = [0, 0];
  let least = value(0);
  let low = -Math.LN2;
  for (let next = value(low); next < least && low > LEAST; next = value(low)) {
    [high, middle, low, least] = [middle, low, low - Math.LN2, next];
  }
  const best = brent(value, low, high, TOLERANCE);
  return best.value < least
    ? { loss: exp(best.value), multiple: exp(best.x) }
    : { loss: exp(least), multiple: exp(middle) };
}
