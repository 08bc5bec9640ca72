// The loss of sign SGD over a training (docs/theory.md, §12): recursion (12.1) stepped on nodes that serve the rates it meets,
//
//   a_r = (2/π) η_r f/√(P+σ²),   ρ ← (1 − a_r z)² ρ + η_r² n                                                       (12.1)
//
// How far the rates reach is known only by running: nodes are made for a bound and made again should a run have passed it.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Modes } from "../../kernels/resolvent.ts";
import { signKernelsOf } from "../../kernels/sign/of.ts";
import { exp, log } from "../../math/elementary.ts";
import { brief } from "../../numbers.ts";
import type { Plrf } from "../measure/plrf.ts";
import {
  type SignEquivalent,
  type SignReach,
  type SignRule,
  signEquivalent,
  signNodes,
} from "../measure/sign-nodes.ts";
import { bestSchedule, smooth } from "./best-schedule.ts";
import { finalLoss } from "./final-loss.ts";
import { type Hyperparameters, hasMemory, hyperparameters, type Optimizer, warningsOf, withStep } from "./optimizer.ts";
import { type Shape, shapeOf } from "./schedule.ts";
import { type SignProgram, signStepper } from "./sign-stepper.ts";
import { type Evolution, evolve, type Pace } from "./time-stepping.ts";
import type { Training, TrainingOptions } from "./training.ts";
import { UnstableStep } from "./unstable.ts";

/** The equivalent of a model, and the last nodes made of it. */
interface Known {
  readonly equivalent: SignEquivalent;
  nodes?: { readonly reach: SignReach; readonly precision: number; readonly rule: SignRule };
}
const known = new WeakMap<Modes, Known>();

function knownOf(model: Plrf): Known {
  let found = known.get(model.modes);
  if (!found) {
    found = { equivalent: signEquivalent(model) };
    known.set(model.modes, found);
  }
  return found;
}

/** (π/4) Σ √K_ii: under a constant η the loss ends where P + σ² = F₀ + σ² + this · η √(P+σ²) (12.10). */
const pull = ({ equivalent: { d, meanRoot } }: Known): number => (Math.PI / 4) * d * meanRoot;

/** The η at which training would end where it began: above it there is nothing to gain. */
export function largestEta(model: Plrf): number {
  const { P0, F0, noise } = model;
  return (P0 - F0) / (pull(knownOf(model)) * Math.sqrt(P0 + noise));
}

/** Of what a step's noise returns as loss, the largest share: at 1 the loss would stay where it is. */
const MOST_RETURN = 0.9;
/** A batch so large that SGD's g is (1−az)². */
const FULL = 2 ** 53;

/**
 * The best η_t (12.11): with a for γ the problem is SGD's, a step's noise (π/2)² a² (P+σ²) Σ l n(l), and η_t = (π/2) a_t √(P_t+σ²).
 * The largest a is what η goes at the start.
 */
export function bestShape(kernels: Kernels, model: Plrf, optimizer: Optimizer, horizon: number): Shape {
  const own = knownOf(model);
  const { P0, noise } = model;
  const eta = hyperparameters(model, optimizer, shapeOf({ kind: "constant" }, 1)).at(0).gamma2;
  const start = ((2 / Math.PI) * eta) / Math.sqrt(P0 + noise);
  const most = Math.min(start, ((2 / Math.PI) * MOST_RETURN) / pull(own));
  const rule = signNodes(signKernelsOf(kernels), own.equivalent, { rate: most, time: 2 * most * horizon });
  const sourced = (factor: number) => {
    const { re, im } = rule.source;
    return { ...rule, source: { re: re.map((x) => factor * x), im: im.map((x) => factor * x) } };
  };
  const share = (Math.PI * Math.PI) / 4;
  const { shape } = bestSchedule(sourced(share), { gamma: most, batch: 1, horizon, noise });
  // P along it
  const { at, breaks, ends, knots = [] } = shape;
  const rate = (r: number) => ({ gamma1: 0, gamma2: (most * at(r)) / FULL, gamma3: 0, delta: 1, batch: FULL });
  const program = { at: rate, plain: true, noise, breaks, ends, knots };
  const steps = Float64Array.from(new Set([...knots.map(Math.round), horizon])).filter((r) => r >= 1 && r <= horizon);
  const { loss } = evolve(kernels, sourced(share * FULL), program, steps.sort(), { tolerance: Infinity });
  const root = [...loss].map((P) => log(Math.max(P + noise, Number.MIN_VALUE)) / 2);
  const inner = [...steps].filter((r) => r < horizon);
  const rising = smooth([0, ...inner.map(log)], [log(P0 + noise) / 2, ...root.slice(0, inner.length)]);
  const falling = smooth(
    inner.map((r) => -log(horizon - r)),
    root.slice(0, inner.length),
  );
  const scale = most / start / Math.sqrt(P0 + noise);
  return {
    ...shape,
    at: (r) => {
      const t = Math.min(Math.max(r, 0), horizon - 1);
      const V =
        inner.length < 2 ? log(P0 + noise) / 2 : 2 * t < horizon ? rising(log(1 + t)) : falling(-log(horizon - t));
      return scale * at(r) * exp(V);
    },
  };
}

/** Nodes that are made again serve runs so many times as long. */
const AHEAD = 16;

/** Of an η at which the loss is lost, what to try next. */
const LOWER = 0.8;

/** The rate grows as the loss falls: few features whose first mode holds much of it may then be thrown beyond where they were. */
const thrown = ({ d }: Plrf, eta: number) =>
  new UnstableStep(
    `eta must be lower: steps of ${brief(eta)} throw the first mode of d = ${brief(+d.toPrecision(4))} features to and fro as the loss falls`,
    LOWER,
  );

/** Runs a program of η_r. */
function evolveSign(
  kernels: Kernels,
  model: Plrf,
  program: SignProgram,
  reaching: { readonly largest: number; readonly horizon: number; readonly precision?: number | undefined },
  steps: Float64Array,
  pace: Pace,
): { evolution: Evolution; nodes: SignRule; time: number } {
  const { largest, horizon, precision = 1e-13 } = reaching;
  const own = knownOf(model);
  const floor = model.F0 + model.noise;
  // a ≤ its value where a constant η ends, and at the start, where f is up to 1.2
  const half = (pull(own) * largest) / 2;
  const end = half + Math.sqrt(half * half + floor);
  const bound = Math.max(1 / end, 1.2 / Math.sqrt(model.P0 + model.noise)) * (2 / Math.PI) * largest;
  let reach = { rate: 1.05 * bound, time: 2.1 * bound * Math.max(1, horizon) };
  for (;;) {
    const { top } = own.equivalent;
    if (!(reach.rate * top < 2))
      throw new UnstableStep(
        `eta must be lower for d = ${brief(+model.d.toPrecision(4))} features: their largest eigenvalue may be ${brief(+top.toPrecision(4))}, where steps of ${brief(largest)} are not stable as the loss falls`,
        Math.min(2 / (reach.rate * top), LOWER),
      );
    let kept = own.nodes;
    if (!kept || kept.precision > precision || kept.reach.rate < reach.rate || kept.reach.time < reach.time) {
      // a model that is asked again is asked for longer runs yet, as along a frontier
      if (kept && kept.reach.time < reach.time) reach = { ...reach, time: AHEAD * reach.time };
      kept = { reach, precision, rule: signNodes(signKernelsOf(kernels), own.equivalent, reach, precision) };
      own.nodes = kept;
    }
    const nodes = kept.rule;
    const met = { rate: 0, time: 0 };
    const stepper = () => signStepper(signKernelsOf(kernels), nodes, program, met, pace.tolerance === Infinity);
    const found = evolve(kernels, nodes, { ...program, stepper }, steps, pace);
    // a doubling may take no more than a quarter of what the rates of (12.9) leave
    const evolution = found.growingSteps > 0 ? { ...found, error: found.error.map((e) => 4 * e) } : found;
    if (Number.isNaN(met.time) || !found.loss.every(Number.isFinite)) throw thrown(model, largest);
    if (met.rate <= kept.reach.rate && met.time <= 2 * kept.reach.time) return { evolution, nodes, time: met.time / 2 };
    reach = { rate: Math.max(reach.rate, 1.1 * met.rate), time: Math.max(reach.time, 1.1 * met.time) };
  }
}

/** As `training`, of sign SGD: F is what the same drift leaves without noise. */
export function signTraining(
  kernels: Kernels,
  model: Plrf,
  options: TrainingOptions,
  { shape, settings, looked }: { shape: Shape; settings: Hyperparameters; looked: number[] },
): Training {
  const { optimizer, horizon, precision, force } = options;
  refuseUnknownSign(optimizer, settings);
  // one η throughout, but for the schedule: cheaper to ask than all that `at` knows
  const unit = hyperparameters(model, optimizer, shapeOf({ kind: "constant" }, 1)).at(0).gamma2;
  const largest = looked.reduce((most, r) => Math.max(most, unit * shape.at(r)), 0);
  const eta = (r: number) => unit * shape.at(r);
  if (!force) refuseLargeEta(model, eta, looked);
  const program = { ...settings, plain: false, noise: model.noise, eta };
  const run = (steps: Float64Array, more: { quietFrom?: number } = {}) =>
    evolveSign(kernels, model, { ...program, ...more }, { largest, horizon, precision }, steps, options);
  const forcing = (steps: Float64Array) => run(steps, { quietFrom: 0 }).evolution;
  return {
    shape,
    program,
    get nodes() {
      return run(Float64Array.of(1)).nodes;
    },
    get warnings() {
      return [...warningsOf(optimizer, model), ...loudEta(kernels, model, optimizer, { horizon, eta: unit })];
    },
    run: (steps) => run(steps).evolution,
    forcing,
    parts: () => {
      const end = Float64Array.of(horizon);
      const { evolution, time } = run(end);
      const P = evolution.loss[0]!;
      const F = forcing(end).loss[0]!;
      const half = run(end, { quietFrom: Math.ceil(horizon / 2) }).evolution.loss[0]!;
      const { F0, d, trace } = model;
      // in units of γ: the first step's is what γ stands for
      const spent = time * Math.sqrt(d / trace);
      return { horizon, time: spent, F0, bias: F - F0, early: half - F, late: P - half, loss: P };
    },
  };
}

/** A loss so many times that of the best η is told, and one that half of η lowers by so much is looked into. */
const TOLD = 1.5;
const LOWERED = 1.2;

/** Where most of the loss at the end is what η's own noise makes of it: the best η, for there is no other sign of it. */
function loudEta(
  kernels: Kernels,
  model: Plrf,
  optimizer: Optimizer,
  { horizon, eta }: { readonly horizon: number; readonly eta: number },
): string[] {
  const end = (multiple: number) =>
    finalLoss(kernels, model, horizon, { optimizer: withStep(optimizer, model, multiple) }).loss;
  try {
    const P = end(1);
    if (P < LOWERED * end(0.5)) return [];
    const { loss, multiple } = finalLoss(kernels, model, horizon, { optimizer, tuned: true });
    if (P < TOLD * loss) return [];
    return [
      `eta = ${brief(eta)} is large for ${brief(horizon)} steps: its noise leaves a loss of ${brief(P)}, eta = ${brief(multiple * eta)} ends at ${brief(loss)}`,
    ];
  } catch (error) {
    // what is not stable is told by whoever runs it
    if (error instanceof UnstableStep) return [];
    throw error;
  }
}

/** @throws RangeError where a batch or momentum asks for more than the theory has */
function refuseUnknownSign(optimizer: Optimizer, { at }: Hyperparameters): void {
  const { batch, delta } = at(0);
  if (hasMemory(optimizer))
    throw new RangeError(
      `momentum must be left out where theory computes sign SGD, got ${+(1 - delta).toPrecision(12)}: simulate takes it`,
    );
  if (batch !== 1)
    throw new RangeError(`batch must be 1 where theory computes sign SGD, got ${batch}: simulate takes others`);
}

/** The η at which sign SGD would end where it began is the largest. */
function refuseLargeEta(model: Plrf, eta: (r: number) => number, looked: readonly number[]): void {
  const limit = largestEta(model);
  const r = looked.find((step) => eta(step) >= limit);
  if (r !== undefined)
    throw new UnstableStep(
      `eta at r = ${r} must be below ${brief(limit)}, where sign SGD would end no lower than it began, got ${brief(eta(r))}`,
      limit / eta(r),
    );
}

/** The same of a simulation: the limit is that of one sample a step without momentum, others run as they are. */
export function refuseSimulated(model: Plrf, { at }: Hyperparameters, looked: readonly number[]): void {
  const { batch, gamma3 } = at(0);
  if (batch === 1 && gamma3 === 0) refuseLargeEta(model, (r) => at(r).gamma2, looked);
}
