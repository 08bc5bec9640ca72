// The best use of a compute budget C = E·N·t (docs/theory.md, §8): the number of features N and the time t = C/(E N) of least test
// loss, for E students of N features each; and which resource holds a given setting back.

import { finite, numbers } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log as logOf } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { brent } from "../../math/minimise.ts";
import { fitPowerLaw, type PowerFit } from "../../math/power-fit.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { isDiscrete } from "../training/optimizer.ts";
import { descending, testLoss } from "./dynamics.ts";
import { staticLosses } from "./limits.ts";
import { type DynamicsModel, type DynamicsProblem, dynamicsModel } from "./problem.ts";

export interface OptimalOptions {
  /** Budgets C, each > E·minN. */
  readonly compute: ArrayLike<number>;
  /** E, students averaged; all see the same samples. Default 1. */
  readonly students?: number;
  /** Smallest N tried: a given step is less stable at small N. Default 1. */
  readonly minN?: number;
  /** Largest N allowed. Default Infinity. */
  readonly maxN?: number;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called as work is done, with how much of how much. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface OptimalCurve {
  readonly compute: Float64Array;
  /** N*(C), per student. */
  readonly N: Float64Array;
  /** t*(C). */
  readonly t: Float64Array;
  /** L*(C). */
  readonly loss: Float64Array;
  /** Power laws through all budgets, of the loss less σ²; absent below three budgets. */
  readonly fit?: { readonly loss: PowerFit; readonly N: PowerFit; readonly t: PowerFit };
  readonly made: Provenance;
}

/** In relaxation times of the slowest mode that is learned. */
const LONG = 1e3;
/** Sizes tried before the search closes in. */
const SCAN = 13;

/**
 * L*(C), N*(C) and t*(C) at every budget. `problem.N` is what is sought and ignored.
 * @throws RangeError, TypeError on bad numbers; AbortError when `signal` says so
 */
export function computeOptimal(problem: DynamicsProblem, options: OptimalOptions): OptimalCurve {
  const compute = numbers("compute", options.compute);
  const students = finite("students", options.students ?? 1, 1);
  const minN = finite("minN", options.minN ?? 1, 1);
  const maxN = options.maxN ?? Infinity;
  if (maxN !== Infinity) finite("maxN", maxN, minN);
  compute.forEach((C, i) => {
    if (C <= students)
      throw new RangeError(`compute[${i}] must be above the number of students, ${students}, got ${C}`);
  });
  const kernels = options.kernels ?? defaultKernels();
  const ensemble = { students, kernels };
  const [N, t, loss] = [0, 0, 0].map(() => new Float64Array(compute.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  compute.forEach((C, i) => {
    options.signal?.throwIfAborted();
    const budget = C / students;
    const lossAt = (logN: number) => ensembleLoss({ ...problem, N: exp(logN) }, budget / exp(logN), ensemble);
    const grid = logspace(minN, Math.min(budget, maxN), SCAN).map(logOf);
    const losses = grid.map(lossAt);
    const least = losses.indexOf(Math.min(...losses));
    const best = brent(lossAt, grid[Math.max(0, least - 1)]!, grid[Math.min(SCAN - 1, least + 1)]!, 1e-4);
    N[i] = exp(best.x);
    t[i] = budget / N[i]!;
    loss[i] = best.value;
    options.onProgress?.(i + 1, compute.length);
  });
  const noise = problem.noise ?? 0;
  return {
    compute,
    N,
    t,
    loss,
    ...(compute.length >= 3 && {
      fit: {
        loss: fitPowerLaw(
          compute,
          loss.map((L) => L - noise),
        ),
        N: fitPowerLaw(compute, N),
        t: fitPowerLaw(compute, t),
      },
    }),
    made: provenance("computeOptimal", { ...problem, students, minN, maxN }),
  };
}

/** L/E + (1 − 1/E) L_A at one time, for students on the same samples (their own where P = ∞). */
function ensembleLoss(
  problem: DynamicsProblem,
  time: number,
  { students, kernels }: { students: number; kernels: Kernels },
) {
  const model = dynamicsModel(problem);
  const t = Float64Array.of(isDiscrete(model.rule) ? Math.max(1, Math.round(time)) : time);
  const alone = settled(model, t[0]!) ? staticLosses(model).test : testLoss(model, t[0]!, kernels)(t)[0]!;
  if (students === 1) return alone;
  return alone / students + (1 - 1 / students) * testLoss(descending(model), t[0]!, kernels, "data")(t)[0]!;
}

/** Whether one-pass SGD, whose steps are taken one by one, has long come to its end. */
function settled(model: DynamicsModel, t: number): boolean {
  return model.rule.kind === "sgd" && t * model.rule.eta * staticLosses(model).kappa > LONG;
}

export type Resource = "N" | "P" | "time";

export interface Bottleneck {
  /** log L(x) − log L(2x) for each resource x, the label noise taken off; 0 where it is infinite already. */
  readonly gain: Readonly<Record<Resource, number>>;
  /** The resource whose doubling lowers the loss most. */
  readonly bottleneck: Resource;
}

/**
 * Which of features, samples and time to double first.
 * @throws RangeError, TypeError on bad numbers
 */
export function bottleneck(
  problem: DynamicsProblem,
  { time, kernels = defaultKernels() }: { time: number; kernels?: Kernels },
): Bottleneck {
  const t = finite("time", time, Number.MIN_VALUE);
  const { N = Infinity, P = Infinity, noise = 0 } = problem;
  const log = (changed: DynamicsProblem, at: number) =>
    logOf(testLoss(dynamicsModel(changed), at, kernels)(Float64Array.of(at))[0]! - noise);
  const now = log(problem, t);
  const gain = {
    N: N === Infinity ? 0 : now - log({ ...problem, N: 2 * N }, t),
    P: P === Infinity ? 0 : now - log({ ...problem, P: 2 * P }, t),
    time: now - log(problem, 2 * t),
  };
  const order: readonly Resource[] = ["time", "N", "P"];
  return { gain, bottleneck: order.reduce((best, x) => (gain[x] > gain[best] ? x : best)) };
}
