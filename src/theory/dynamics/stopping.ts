// When to stop: the least test loss over training time (docs/theory.md, §8). With label noise, or near N = P, training on
// raises it again.

import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log, log10 } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { brent } from "../../math/minimise.ts";
import { isDiscrete } from "../training/optimizer.ts";
import { testLoss } from "./dynamics.ts";
import { staticLosses } from "./limits.ts";
import { type DynamicsProblem, dynamicsModel } from "./problem.ts";

export interface EarlyStopping {
  /** The best time; Infinity where training on never hurts. */
  readonly time: number;
  /** L there. */
  readonly loss: number;
  /** L as t → ∞; Infinity at N = P. */
  readonly limit: number;
}

/** Points a decade of the first scan. */
const SCAN = 8;
/** By this many relaxation times of the slowest mode that is learned, the loss is at its limit. */
const SETTLED = 1e3;
/** A gain smaller than this is none: the losses are known to about 1e-7. */
const RESOLVED = 1e-6;
/** No search beyond this time. */
const LATEST = 1e7;

/**
 * The best time to stop training.
 * @throws RangeError, TypeError on bad numbers
 */
export function earlyStopping(
  problem: DynamicsProblem,
  { kernels = defaultKernels() }: { kernels?: Kernels } = {},
): EarlyStopping {
  const model = dynamicsModel(problem);
  const limit = staticLosses(model);
  const unit = isDiscrete(model.rule) ? model.rule.eta : 1;
  const settled = limit.kappa > 0 ? SETTLED / limit.kappa : LATEST;
  const end = Math.min(Math.max(10, Math.min(settled, LATEST) / unit), Number.MAX_SAFE_INTEGER);
  const begin = isDiscrete(model.rule) ? 1 : 0.01 / model.xmax;
  const at = testLoss(model, end, kernels);
  const whole = (t: number) => (isDiscrete(model.rule) ? Math.round(t) : t);
  const grid = logspace(begin, end, Math.ceil(SCAN * log10(end / begin)) + 2).map(whole);
  const times = Float64Array.from(new Set(grid));
  const losses = at(times);
  const least = losses.indexOf(Math.min(...losses));
  if (least === times.length - 1 || losses[least]! > limit.test * (1 - RESOLVED))
    return { time: Infinity, loss: Math.min(limit.test, losses[least]!), limit: limit.test };
  const best = brent(
    (u) => at(Float64Array.of(whole(exp(u))))[0]!,
    log(times[Math.max(0, least - 1)]!),
    log(times[least + 1]!),
    1e-5,
  );
  return { time: whole(exp(best.x)), loss: best.value, limit: limit.test };
}
