// The best use of compute where samples are few (docs/theory.md, §11): U distinct ones, seen as often as it helps. SGD in batches of B
// takes C = N·B·t, so that each budget has a best N, and with it t steps and e = B·t/U epochs:
//
//   L*(C, U) = min_N L(t = C/(N B); N, P = U),     and how fast it falls with either:  −∂ log L*/∂ log C,  −∂ log L*/∂ log U
//
// Where the second is the larger, more data help more than more compute.

import { counted, increasing, positive, within } from "../../check.ts";
import { log } from "../../math/elementary.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { sgd } from "../training/optimizer.ts";
import { computeOptimal, type OptimalOptions } from "./compute-optimal.ts";
import { type DynamicsProblem, dynamicsModel } from "./problem.ts";
import { largestEta } from "./sgd-stability.ts";

export interface UniqueOptions extends Omit<OptimalOptions, "students" | "onProgress" | "compute"> {
  /** C = N·B·t, increasing; each > minN. */
  readonly compute: ArrayLike<number>;
  /** U, distinct samples, increasing. */
  readonly unique: ArrayLike<number>;
  /** B. Default 1: of batches with the same samples the smallest ends lowest. */
  readonly batch?: number;
  /** η on the mean gradient. Default: half of the largest that is stable at minN features and the fewest samples. */
  readonly eta?: number;
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
  const unique = increasing("unique", counted("sizes", "unique", options.unique), 1);
  const compute = increasing("compute", counted("budgets", "compute", options.compute), 1);
  const batch = within("batch", options.batch ?? 1);
  const { minN = 1, onProgress, eta: given, compute: _, unique: __, batch: ___, ...rest } = options;
  const still = dynamicsModel({ ...problem, N: minN, P: unique[0]! });
  const eta = positive("eta", given ?? largestEta(still.short.data, 1 / minN, 1 / unique[0]!, 1 / batch) / 2);
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
  /** −∂ log(L − σ²)/∂ log x along an axis of n places, by the neighbours there are. */
  const falls = (x: Float64Array, k: number, at: (place: number) => number) => {
    const [low, high] = [Math.max(0, k - 1), Math.min(x.length - 1, k + 1)];
    return low === high ? Number.NaN : (at(low) - at(high)) / log(x[high]! / x[low]!);
  };
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
