// What questions of few samples share (docs/theory.md, §11): U distinct ones, drawn in batches of B with a step that is stable at the fewest
// of them and of features, and how fast a loss falls along an axis of budgets or of samples.

import { counted, increasing, positive, within } from "../../check.ts";
import { log } from "../../math/elementary.ts";
import { type DynamicsProblem, dynamicsModel } from "./problem.ts";
import { largestEta } from "./sgd-stability.ts";

export interface FewSamples {
  /** U, distinct samples, increasing. */
  readonly unique: ArrayLike<number>;
  /** B. Default 1: of batches with the same samples the smallest ends lowest. */
  readonly batch?: number;
  /** η on the mean gradient. Default: half of the largest that is stable at minN features and the fewest samples. */
  readonly eta?: number;
}

/** U, B and η, checked. */
export function fewSamples(
  problem: Omit<DynamicsProblem, "N" | "P" | "rule">,
  options: FewSamples,
  minN: number,
): { unique: Float64Array; batch: number; eta: number } {
  const unique = increasing("unique", counted("sizes", "unique", options.unique), 1);
  const batch = within("batch", options.batch ?? 1);
  const still = dynamicsModel({ ...problem, N: minN, P: unique[0]! });
  const half = () => largestEta(still.short.data, 1 / minN, 1 / unique[0]!, 1 / batch) / 2;
  return { unique, batch, eta: positive("eta", options.eta ?? half()) };
}

/** −∂y/∂ log x at the k-th of an axis, by the neighbours there are; NaN of an axis of one. */
export function falls(x: Float64Array, k: number, y: (place: number) => number): number {
  const [low, high] = [Math.max(0, k - 1), Math.min(x.length - 1, k + 1)];
  return low === high ? Number.NaN : (y(low) - y(high)) / log(x[high]! / x[low]!);
}
