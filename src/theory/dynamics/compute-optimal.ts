// The best use of a compute budget C = E·N·t (docs/theory.md, §8): the number of features N and the time t = C/(E N) of least test
// loss, for E students of N features each; and which resource holds a given setting back.

import { counted, finite, numbers, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log as logOf } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { brent } from "../../math/minimise.ts";
import { fitPowerLaw, type PowerFit } from "../../math/power-fit.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { checkRule, isDiscrete } from "../training/optimizer.ts";
import { descending, testLoss, uncertain } from "./dynamics.ts";
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
  /** t*(C), whole where the rule has steps; E·N·t is C, or less where maxN holds N. */
  readonly t: Float64Array;
  /** L*(C). */
  readonly loss: Float64Array;
  /** Budgets whose loss is σ² to all the digits it is known to: nothing is left to fit there. */
  readonly settled: Float64Array;
  /** Power laws through all other budgets, of the loss less σ²; absent below three of them. */
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
  const compute = numbers("compute", counted("budgets", "compute", options.compute));
  const students = finite("students", options.students ?? 1, 1);
  const minN = finite("minN", options.minN ?? 1, 1);
  const maxN = options.maxN ?? Infinity;
  if (maxN !== Infinity) finite("maxN", maxN, minN);
  compute.forEach((C, i) => {
    within("compute", C, `compute[${i}]`);
    if (C <= students)
      throw new RangeError(`compute[${i}] must be above the number of students, ${students}, got ${C}`);
  });
  const kernels = options.kernels ?? defaultKernels();
  const ensemble = { students, kernels };
  const discrete = isDiscrete(checkRule(problem.rule));
  const [N, t, loss] = [0, 0, 0].map(() => new Float64Array(compute.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  compute.forEach((C, i) => {
    options.signal?.throwIfAborted();
    const budget = C / students;
    const spent = spending(budget, discrete, minN, maxN);
    const lossOf = (use: Use) => ensembleLoss({ ...problem, N: use.N }, use.t, ensemble);
    const lossAt = (logN: number) => lossOf(spent(exp(logN)));
    const grid = logspace(minN, Math.min(budget, maxN), SCAN).map(logOf);
    const losses = grid.map(lossAt);
    const least = losses.indexOf(Math.min(...losses));
    const best = brent(lossAt, grid[Math.max(0, least - 1)]!, grid[Math.min(SCAN - 1, least + 1)]!, 1e-4);
    let found = { ...spent(exp(best.x)), loss: best.value };
    // whole steps make stairs, on which the search may have stopped beside the lowest
    for (const way of discrete && found.t < FEW ? [-1, 1] : [])
      for (;;) {
        const use = spent(budget / (found.t + way));
        const next = use.t === found.t + way ? lossOf(use) : Infinity;
        if (next >= found.loss) break;
        found = { ...use, loss: next };
      }
    [N[i], t[i], loss[i]] = [found.N, found.t, found.loss];
    options.onProgress?.(i + 1, compute.length);
  });
  const excess = loss.map((L, i) => left(dynamicsModel({ ...problem, N: N[i]! }), L));
  const used = (values: Float64Array) => values.filter((_, i) => excess[i]! > 0);
  const budgets = used(compute);
  return {
    compute,
    N,
    t,
    loss,
    settled: compute.filter((_, i) => excess[i] === 0),
    ...(budgets.length >= 3 && {
      fit: {
        loss: fitPowerLaw(budgets, used(excess)),
        N: fitPowerLaw(budgets, used(N)),
        t: fitPowerLaw(budgets, used(t)),
      },
    }),
    made: provenance("computeOptimal", { ...problem, students, minN, maxN }),
  };
}

/** N and t of one student. */
interface Use {
  readonly N: number;
  readonly t: number;
}

/** Beyond so many steps one more or less changes nothing. */
const FEW = 1e4;

/** What a budget N·t buys: about so many features, and no more than the budget where steps are whole. */
const spending =
  (budget: number, discrete: boolean, minN: number, maxN: number) =>
  (N: number): Use => {
    if (!discrete) return { N, t: budget / N };
    const t = Math.max(1, Math.ceil(budget / maxN), Math.min(Math.floor(budget / minN), Math.round(budget / N)));
    return { N: Math.min(maxN, budget / t), t };
  };

/** L/E + (1 − 1/E) L_A at one time, for students on the same samples (their own where P = ∞). */
function ensembleLoss(
  problem: DynamicsProblem,
  time: number,
  { students, kernels }: { students: number; kernels: Kernels },
) {
  const model = dynamicsModel(problem);
  const t = Float64Array.of(time);
  const alone = settled(model, t[0]!) ? staticLosses(model).test : testLoss(model, t[0]!, kernels)(t)[0]!;
  if (students === 1) return alone;
  return alone / students + (1 - 1 / students) * testLoss(descending(model), t[0]!, kernels, "data")(t)[0]!;
}

/** L − σ²; 0 where what is left of it is not known. */
function left(model: DynamicsModel, L: number): number {
  const excess = L - model.noise;
  return excess > uncertain(model, L) ? excess : 0;
}

/** Whether one-pass SGD, whose steps are taken one by one, has long come to its end. */
function settled(model: DynamicsModel, t: number): boolean {
  return model.rule.kind === "sgd" && t * model.rule.eta * staticLosses(model).kappa > LONG;
}

export type Resource = "N" | "P" | "time";

export interface Bottleneck {
  /**
   * log L(x) − log L(2x) for each resource x, the label noise taken off; 0 where it is infinite already, null where the loss is
   * the noise already. Where doubling takes all that is known of it, at least so much.
   */
  readonly gain: Readonly<Record<Resource, number | null>>;
  /** The resource whose doubling lowers the loss most; null where nothing can. */
  readonly bottleneck: Resource | null;
  /** Why it is null. */
  readonly reason?: string;
}

/**
 * Which of features, samples and time to double first.
 * @throws RangeError, TypeError on bad numbers
 */
export function bottleneck(
  problem: DynamicsProblem,
  { time, kernels = defaultKernels() }: { time: number; kernels?: Kernels },
): Bottleneck {
  const t = within("time", finite("time", time, Number.MIN_VALUE));
  const { N = Infinity, P = Infinity } = problem;
  const lossAt = (changed: DynamicsProblem, at: number) => {
    const model = dynamicsModel(changed);
    const L = testLoss(model, at, kernels)(Float64Array.of(at))[0]!;
    return { excess: left(model, L), least: uncertain(model, L) };
  };
  const now = lossAt(problem, t).excess;
  if (now === 0)
    return {
      gain: { N: null, P: null, time: null },
      bottleneck: null,
      reason: "the loss is the label noise already: nothing lowers it",
    };
  const gained = (changed: DynamicsProblem, at: number) => {
    const { excess, least } = lossAt(changed, at);
    return logOf(now / Math.max(excess, least));
  };
  const gain = {
    N: N === Infinity ? 0 : gained({ ...problem, N: 2 * N }, t),
    P: P === Infinity ? 0 : gained({ ...problem, P: 2 * P }, t),
    time: gained(problem, 2 * t),
  };
  const order: readonly Resource[] = ["time", "N", "P"];
  return { gain, bottleneck: order.reduce((best, x) => (gain[x] > gain[best] ? x : best)) };
}
