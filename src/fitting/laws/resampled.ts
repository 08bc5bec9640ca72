// Percentile intervals of a law's parameters: its fit again, from its minimum, on resamples of the rows or, where rows of a run share
// an error, of the runs (Efron 1979).

import { integer } from "../../check.ts";
import { type Interval, interval } from "../../math/quantiles.ts";
import { design, resample } from "../resample.ts";
import { type Runs, runCount } from "../runs.ts";
import { bind } from "./bind.ts";
import type { LawFit, LawOptions } from "./fit-law.ts";
import { rhoOf } from "./losses.ts";
import { minimise } from "./minimise.ts";

export interface Resampled {
  /** 95 % intervals by name. */
  readonly ci: Readonly<Record<string, Interval>>;
  readonly draws: number;
  /** Each in the law's order. */
  readonly all: readonly Float64Array[];
  readonly by: "case" | "run";
}

/**
 * A law fitted again to resamples of its runs, for intervals of its parameters.
 * @param by - "auto": runs where some have several rows
 * @throws RangeError where there is a single run to resample
 */
export function resampled(
  fit: LawFit,
  runs: Runs,
  options: LawOptions,
  { draws, seed, by }: { readonly draws: number; readonly seed: number; readonly by: "auto" | "case" | "run" },
): Resampled {
  integer("draws", draws, 2, 1e5);
  const unit = by === "auto" ? (runCount(runs) < runs.n ? "run" : "case") : by;
  if (unit === "run" && runCount(runs) < 2)
    throw new RangeError(`a bootstrap by run needs 2 runs or more, got ${runCount(runs)}: resample by case`);
  const { weights, scale, kernels } = options;
  const bound = bind(fit.law, runs, { weights, scale, kernels });
  const rho = rhoOf(options, fit.delta);
  const plan = design(unit === "run" ? runs.run : Int32Array.from({ length: runs.n }, (_, i) => i));
  const found = Array.from({ length: draws }, (_, draw) => {
    const drawn = resample(plan, seed, draw).map((w, i) => w * bound.weights[i]!);
    return minimise(bound, { measured: bound.measured, weights: drawn }, rho, fit.p, { steps: 60, polish: false }).p;
  });
  return {
    ci: Object.fromEntries(fit.law.parameters.map((name, j) => [name, interval(found.map((p) => p[j]!))])),
    draws,
    all: found,
    by: unit,
  };
}
