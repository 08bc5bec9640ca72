// How large a step, or a batch, the models of the figures take before the loss grows (docs/theory.md, eq. 3.8): the limit rises
// with d, and a frontier is refused where models of 64 parameters diverge, so that the smaller of d and 64 decides.

import { plrf, powerLaw, stability } from "../../index.ts";
import type { ModelSettings } from "./model-settings.ts";

export interface Limits {
  /** γ·Tr D must be below. */
  readonly step: number;
  /** The largest stable B at the step as it is; 0 where none is. */
  readonly batch: number;
}

const SMALLEST = 64;
const MOST_BATCH = 2 ** 20;

/** @throws RangeError where v = ∞ makes Tr D infinite */
export function stableLimits({ alpha, beta, d, ratio, step, batch }: Omit<ModelSettings, "flops">): Limits {
  const size = Math.min(d, SMALLEST);
  const { modes, trace } = plrf({ spectrum: powerLaw({ alpha, beta }), d: size, v: ratio * size, force: true });
  const most = (B: number) => stability(modes, size, B).maxGamma * trace;
  let [low, high] = [0, MOST_BATCH];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (most(middle) > step) low = middle;
    else high = middle;
  }
  return { step: most(batch), batch: low };
}
