// The best use of compute where samples are few (docs/theory.md, §11): U distinct ones, seen as often as it helps. SGD in batches of B
// takes C = N·B·t, so that each budget has a best N, and with it t steps and e = B·t/U epochs:
//
//   L*(C, U) = min_N L(t = C/(N B); N, P = U),     and how fast it falls with either:  −∂ log L*/∂ log C,  −∂ log L*/∂ log U
//
// Where the second is the larger, more data help more than more compute.

import { counted, increasing } from "../../check.ts";
import { log } from "../../math/elementary.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { sgd } from "../training/optimizer.ts";
import { computeOptimal, type OptimalOptions } from "./compute-optimal.ts";
import { type FewSamples, falls, fewSamples } from "./few-samples.ts";
import type { DynamicsProblem } from "./problem.ts";

export interface UniqueOptions extends Omit<OptimalOptions, "students" | "onProgress" | "compute">, FewSamples {
  /** C = N·B·t, increasing; each > minN. */
  readonly compute: ArrayLike<number>;
  /** Called after each U. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** One row a U, one column a C. */
export interface UniqueOptimum {
  readonly unique: Float64Array;
  readonly compute: Float64Array;
  readonly batch: number;
  readonly eta: number;
  readonly N: Float64Array[];
  readonly steps: Float64Array[];
  /** e = B·t/U; below 1 not every sample is seen. */
  readonly epochs: Float64Array[];
  readonly loss: Float64Array[];
  /** −∂ log(L* − σ²)/∂ log C and /∂ log U, by differences of neighbours; NaN where the loss is all noise. */
  readonly byCompute: Float64Array[];
  readonly byData: Float64Array[];
  readonly made: Provenance;
}

/**
 * The best N, steps and epochs at every budget and number of distinct samples.
 * @throws RangeError, TypeError on bad numbers or a step that is not stable; AbortError when `signal` says so
 */
export function uniqueOptimal(
  problem: Omit<DynamicsProblem, "N" | "P" | "rule">,
  options: UniqueOptions,
): UniqueOptimum {
  const compute = increasing("compute", counted("budgets", "compute", options.compute), 1);
  const { minN = 1, onProgress, eta: _, compute: __, unique: ___, batch: ____, ...rest } = options;
  const { unique, batch, eta } = fewSamples(problem, options, minN);
  const noise = problem.noise ?? 0;
  const rows = Array.from(unique, (P, i) => {
    const steps = compute.map((C) => C / batch);
    const row = computeOptimal({ ...problem, P, rule: sgd({ eta, batch }) }, { ...rest, minN, compute: steps });
    onProgress?.(i + 1, unique.length);
    return row;
  });
  const loss = rows.map((row) => row.loss);
  const excess = (i: number, j: number) =>
    rows[i]!.settled.includes(compute[j]! / batch) ? Number.NaN : log(loss[i]![j]! - noise);
  return {
    unique,
    compute,
    batch,
    eta,
    N: rows.map((row) => row.N),
    steps: rows.map((row) => row.t),
    epochs: rows.map((row, i) => row.t.map((t) => (t * batch) / unique[i]!)),
    loss,
    byCompute: rows.map((_, i) => compute.map((_, j) => falls(compute, j, (k) => excess(i, k)))),
    byData: rows.map((_, i) => compute.map((_, j) => falls(unique, i, (k) => excess(k, j)))),
    made: provenance("uniqueOptimal", { ...problem, unique: [...unique], compute: [...compute], batch, eta, minN }),
  };
}
