// The loss under any schedule, optimiser and label noise (docs/theory.md, §9): the optimiser becomes the hyperparameters of
// every step, each is checked for stability, and recursion (2.1) or (9.3) is stepped on the nodes that suit it.

import { whole } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { brief } from "../../numbers.ts";
import { complexNodes, type NodeRule } from "../measure/nodes.ts";
import type { Plrf } from "../measure/plrf.ts";
import { realNodes } from "../measure/real-nodes.ts";
import { stability } from "../measure/stability.ts";
import { type BestSchedule, bestSchedule } from "./best-schedule.ts";
import { type Momentum, modeReturn, momentumNorm } from "./momentum.ts";
import {
  gammaOf,
  type Hyperparameters,
  hyperparameters,
  type Optimizer,
  recursionOf,
  warningsOf,
} from "./optimizer.ts";
import { type Shape, shapeOf } from "./schedule.ts";
import { type Evolution, evolve, type Pace, type Program } from "./time-stepping.ts";
import { UnstableStep } from "./unstable.ts";

export interface TrainingOptions extends Pace {
  readonly optimizer: Optimizer;
  /** T: the step the schedule's shape is drawn for, whole. */
  readonly horizon: number;
  /** Leave unstable steps to the caller. Default false. */
  readonly force?: boolean;
  /** Cells a decade of the real nodes that momentum takes. Default 8. */
  readonly cells?: number;
  /** Precision of the complex nodes that SGD takes. Default 1e-13. */
  readonly precision?: number;
  /** Nodes made for another training of this model, with steps and time no smaller. Default: made for this one. */
  readonly nodes?: NodeRule;
}

export interface Training {
  /** γ_r as a multiple of γ, at any r. */
  readonly shape: Shape;
  readonly program: Program;
  readonly nodes: NodeRule;
  readonly warnings: string[];
  /** P at `steps` (whole, increasing). */
  readonly run: (steps: Float64Array) => Evolution;
  /** F at `steps`: the same training with the gradient noise left out. */
  readonly forcing: (steps: Float64Array) => Evolution;
  /** What P at the horizon is made of. */
  readonly parts: () => Parts;
}

/** P(T) = F₀ + bias + early + late. */
export interface Parts {
  /** T. */
  readonly horizon: number;
  /** τ_T = Σ γ_r B_r. */
  readonly time: number;
  /** What no parameters can reach. */
  readonly F0: number;
  /** F(T) − F₀: what is not learned yet; it depends on τ_T alone. */
  readonly bias: number;
  /** The noise of steps before T/2, and of those after. */
  readonly early: number;
  readonly late: number;
  readonly loss: number;
}

/** What solves sign SGD. */
export interface SignEngine {
  readonly train: typeof import("./sign-training.ts").signTraining;
  readonly largestEta: (model: Plrf) => number;
  readonly bestShape: (kernels: Kernels, model: Plrf, optimizer: Optimizer, horizon: number) => Shape;
  readonly refuse: (model: Plrf, settings: Hyperparameters, looked: readonly number[]) => void;
}
let engine: SignEngine | undefined;
/** Who makes the optimiser brings what solves it (sign.ts): bundles that have no sign SGD leave it out. */
export function solveSignsBy(given: SignEngine): void {
  engine = given;
}
function signEngine(): SignEngine {
  if (!engine) throw new RangeError("an optimizer of kind sign must be made by signSgd or parseOptimizer");
  return engine;
}

/** What is known only step by step is looked at and stepped so. */
export const MOST_STEPWISE = 1e7;

/**
 * Makes a training ready to run.
 * @throws RangeError naming the first step at which the loss would diverge, and the limit
 */
export function training(kernels: Kernels, model: Plrf, options: TrainingOptions): Training {
  const { optimizer } = options;
  const horizon = whole("horizon", options.horizon);
  const { shape, settings } = settle(kernels, model, optimizer, horizon);
  const recursion = recursionOf(optimizer);
  const plain = recursion === "sgd";
  const looked = stepsToLookAt(settings, horizon);
  if (recursion === "sign")
    return signEngine().train(kernels, model, { ...options, horizon }, { shape, settings, looked });
  if (plain && !options.force) refuseUnstableSteps(model, settings, looked);
  const nodes =
    options.nodes ??
    (plain
      ? plainNodes(kernels, model, settings, looked, options)
      : realNodes(kernels, model, options.cells, options.tolerance !== Infinity));
  if (!plain && !options.force) refuseUnstableMomentum(model, nodes, settings, looked);
  const program: Program = { ...settings, plain, noise: model.noise };
  const forcing = (steps: Float64Array) => evolve(kernels, nodes, { ...program, quietFrom: 0 }, steps, options);
  return {
    shape,
    program,
    nodes,
    warnings: warningsOf(optimizer, model),
    run: (steps) => evolve(kernels, nodes, program, steps, options),
    forcing,
    parts: () => {
      const end = Float64Array.of(horizon);
      const last = (evolution: Evolution) => evolution.loss[0]!;
      const [P, F] = [last(evolve(kernels, nodes, program, end, options)), last(forcing(end))];
      const half = last(evolve(kernels, nodes, { ...program, quietFrom: Math.ceil(horizon / 2) }, end, options));
      const { F0 } = model;
      return { horizon, time: spentBy(settings, horizon), F0, bias: F - F0, early: half - F, late: P - half, loss: P };
    },
  };
}

/** An optimiser over a horizon: the schedule's shape, and the hyperparameters of every step. */
function settle(kernels: Kernels, model: Plrf, optimizer: Optimizer, horizon: number, steps = horizon) {
  const shape = resolveShape(kernels, model, optimizer, horizon);
  const settings = hyperparameters(model, optimizer, shape);
  if (settings.stepwise && steps > MOST_STEPWISE)
    throw new RangeError(
      `horizon must be at most ${MOST_STEPWISE} for a schedule given as a function or a table, got ${steps}: use piecewise`,
    );
  return { shape, settings };
}

/** Σ_{r<T} γ_r B_r, with γ the effective step of momentum: Simpson's rule in log r and log(T−r) beyond a thousand steps. */
function spentBy({ at, stepwise }: Hyperparameters, T: number): number {
  const rate = (r: number) => {
    const { gamma1, gamma2, gamma3, delta, batch } = at(r);
    return (gamma2 + (gamma1 * gamma3) / delta) * batch;
  };
  if (stepwise || T <= 1e5) {
    let sum = 0;
    for (let r = 0; r < T; r++) sum += rate(r);
    return sum;
  }
  const half = T / 2;
  // ∫ rate(t − ½) dt from the start to the middle, and from the end to it
  const side = (f: (t: number) => number) => {
    const n = 2000;
    const h = log(2 * half) / n;
    let sum = 0;
    for (let i = 0; i <= n; i++) {
      const t = 0.5 * exp(i * h);
      sum += (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * t * f(t);
    }
    return (sum * h) / 3 + 0.5 * f(0.5);
  };
  return side((t) => rate(Math.max(0, t - 0.5))) + side((t) => rate(T - t - 0.5));
}

function resolveShape(kernels: Kernels, model: Plrf, optimizer: Optimizer, horizon: number): Shape {
  const { schedule, batch = model.batch } = optimizer;
  if (typeof schedule === "function" || schedule.kind !== "optimal") return shapeOf(schedule, horizon);
  if (typeof batch === "object") throw new RangeError("the optimal schedule takes a constant batch");
  if (recursionOf(optimizer) === "sign") return signEngine().bestShape(kernels, model, optimizer, horizon);
  return optimalSchedule({ ...model, gamma: gammaOf(optimizer, model), batch }, horizon, kernels).shape;
}

/**
 * The hyperparameters of steps 0 … `steps` − 1 under an optimiser, for whoever takes them (`simulate`).
 * @throws RangeError as `training`, unless forced
 */
export function stepsOf(
  kernels: Kernels,
  model: Plrf,
  {
    optimizer,
    horizon,
    steps,
    force = false,
  }: Pick<TrainingOptions, "optimizer" | "horizon" | "force"> & { steps: number },
): (r: number) => Momentum {
  const { settings } = settle(kernels, model, optimizer, whole("horizon", horizon), Math.max(horizon, steps));
  if (!force) {
    const looked = stepsToLookAt(settings, steps);
    const recursion = recursionOf(optimizer);
    if (recursion === "sign") signEngine().refuse(model, settings, looked);
    else if (recursion === "sgd") refuseUnstableSteps(model, settings, looked);
    else refuseUnstableMomentum(model, realNodes(kernels, model, 8, false), settings, looked);
  }
  return settings.at;
}

/** The best schedule for SGD on a model over T steps, to leading order, with γ up to the model's. */
export function optimalSchedule(model: Plrf, horizon: number, kernels: Kernels = defaultKernels()): BestSchedule {
  whole("horizon", horizon);
  const { gamma, batch, noise } = model;
  const nodes = complexNodes(kernels, model, { step: gamma * (batch + 1), time: gamma * batch * horizon });
  return bestSchedule(nodes, { gamma, batch, horizon, noise });
}

/** The steps at which hyperparameters are looked at: all where they are known only one by one. */
export function stepsToLookAt(
  { breaks, stepwise }: Pick<Hyperparameters, "breaks" | "stepwise">,
  horizon: number,
): number[] {
  if (stepwise) return Array.from({ length: horizon }, (_, r) => r);
  const spread = Array.from({ length: 241 }, (_, i) => Math.floor(pow(horizon, i / 240)) - 1);
  const near = breaks.flatMap((b) => [b - 1, b, b + 1]);
  return [...new Set([...spread, ...spread.map((r) => horizon - 1 - r), ...near])]
    .filter((r) => r >= 0 && r < horizon)
    .sort((a, b) => a - b);
}

function plainNodes(
  kernels: Kernels,
  model: Plrf,
  { at }: Hyperparameters,
  looked: number[],
  { horizon, precision }: TrainingOptions,
): NodeRule {
  let [step, rate] = [0, 0];
  for (const r of looked) {
    const { gamma2, batch } = at(r);
    step = Math.max(step, gamma2 * (batch + 1));
    rate = Math.max(rate, gamma2 * batch);
  }
  return complexNodes(kernels, model, { step, time: rate * horizon }, precision);
}

/**
 * How many times γ a step may be: under this optimiser's batches and momentum as they are at step r, the loss converges for
 * every multiple below the one returned.
 */
export function stableMultiple(
  model: Plrf,
  optimizer: Optimizer,
  kernels: Kernels = defaultKernels(),
): (r: number) => number {
  const { at } = hyperparameters(model, optimizer, shapeOf({ kind: "constant" }, 1));
  if (recursionOf(optimizer) === "sign") {
    const limit = signEngine().largestEta(model);
    return (r) => limit / at(r).gamma2;
  }
  if (recursionOf(optimizer) === "sgd") {
    const limit = largestStep(model);
    return (r) => limit(at(r).batch) / at(r).gamma2;
  }
  const factor = largestFactor(model, realNodes(kernels, model, undefined, false));
  let last: { readonly of: string; readonly factor: number } | undefined;
  return (r) => {
    // most optimisers are the same at every step
    const of = Object.values(at(r)).join();
    if (last?.of !== of) last = { of, factor: factor(at(r)) };
    return last.factor;
  };
}

/** The largest stable step of SGD by batch. */
function largestStep({ modes, d }: Plrf): (batch: number) => number {
  const limits = new Map<number, number>();
  return (batch) => {
    if (!limits.has(batch)) limits.set(batch, stability(modes, d, batch).maxGamma);
    return limits.get(batch)!;
  };
}

function refuseUnstableSteps(model: Plrf, { at }: Hyperparameters, looked: number[]): void {
  const limits = largestStep(model);
  for (const r of looked) {
    const { gamma2, batch } = at(r);
    const limit = limits(batch);
    if (gamma2 >= limit)
      throw new UnstableStep(
        `the step at r = ${r} must be below ${brief(limit)}, the largest stable one for a batch of ${batch}, got ${brief(gamma2)}`,
        limit / gamma2,
      );
  }
}

/** ‖K‖ on a node rule. */
function normOn({ modes, d }: Plrf, nodes: NodeRule): (momentum: Momentum) => number {
  const lambda = nodes.z.re;
  const multiplicity = nodes.source.re.map((s, i) => s / pow(lambda[i]!, 2));
  const { top } = stability(modes, d, 1);
  return (momentum) =>
    modeReturn(momentum, top) === Infinity ? Infinity : momentumNorm(momentum, lambda, multiplicity);
}

/** By how much the steps γ2, γ3 could be multiplied for ‖K‖ to reach 1. */
function largestFactor(model: Plrf, nodes: NodeRule): (momentum: Momentum) => number {
  const norm = normOn(model, nodes);
  return (momentum) => {
    const { gamma2, gamma3 } = momentum;
    if (gamma2 === 0 && gamma3 === 0) return Infinity;
    const isStable = (x: number) => norm({ ...momentum, gamma2: x * gamma2, gamma3: x * gamma3 }) < 1;
    let [low, high] = [0, 1];
    while (isStable(high)) [low, high] = [high, 2 * high];
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (isStable(middle)) low = middle;
      else high = middle;
    }
    return low;
  };
}

function refuseUnstableMomentum(model: Plrf, nodes: NodeRule, { at }: Hyperparameters, looked: number[]): void {
  const norm = normOn(model, nodes);
  for (const r of looked) {
    const momentum = at(r);
    if (momentum.gamma2 === 0 && momentum.gamma3 === 0) continue;
    if (norm(momentum) < 1) continue;
    const most = largestFactor(model, nodes)(momentum);
    throw new UnstableStep(
      `the steps at r = ${r} must be below ${brief(most)} of what they are for the loss to converge there (‖K‖ = ${brief(norm(momentum))})`,
      most,
    );
  }
}
