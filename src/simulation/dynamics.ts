// Ensembles of finite networks of random features beside the theory of docs/theory.md, §8. Every number a draw meets is a
// function of (seed, draw), so an ensemble of 200 begins with the ensemble of 100, whatever the threads.

import { counted, integer, whole, within } from "../check.ts";
import { type Provenance, provenance } from "../provenance.ts";
import { shareOut } from "../share-out.ts";
import { checkTimes, dynamicsOf, spanOf } from "../theory/dynamics/dynamics.ts";
import { type DynamicsProblem, dynamicsModel } from "../theory/dynamics/problem.ts";
import type { Steps } from "../theory/dynamics/sgd-steps.ts";
import { isDiscrete, type Rule } from "../theory/training/optimizer.ts";
import { onlyBatch } from "../theory/training/optimizers/sgd.ts";
import { type Lane, openLanes, type ThreadOptions } from "./lanes.ts";
import type { Losses, StepList } from "./network.ts";
import { type Summary, summarise } from "./statistics.ts";

export interface DynamicsSimulationOptions extends ThreadOptions {
  /** Training times ≥ 0, increasing, as in `dynamics`. */
  readonly times: ArrayLike<number>;
  /** T: the step the shape of the rule's schedule is drawn for. Default: the last of `times`. */
  readonly horizon?: number;
  /** Networks, each with features, samples and noise of its own, ≥ 1. Default 100. */
  readonly draws?: number;
  /** Seed of every random number, 0 … 2⁵³−1. Default 1. */
  readonly seed?: number;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called as work is done, with how much of how much. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface SimulatedLoss extends Summary {
  /** Each network's losses. */
  readonly curves: readonly Float64Array[];
  readonly theory: Float64Array;
  /** (mean − theory) in standard errors. */
  readonly deviation: Float64Array;
}

export interface DynamicsSimulation {
  readonly times: Float64Array;
  readonly draws: number;
  /** False of shuffled epochs: the theory beside them is that of sampling with replacement. */
  readonly covered: boolean;
  readonly test: SimulatedLoss;
  readonly train: SimulatedLoss;
  readonly made: Provenance;
}

/**
 * Trains `draws` networks as defined (Gaussian data and features; gradient flow by diagonalisation, other rules by their
 * steps) and compares their mean losses with the theory.
 * @throws RangeError, TypeError where N or the modes are not whole and finite, P is neither whole nor Infinity, or as in `dynamics`
 */
export async function simulateDynamics(
  problem: DynamicsProblem,
  options: DynamicsSimulationOptions,
): Promise<DynamicsSimulation> {
  const model = dynamicsModel(problem, spanOf(options));
  const { spectrum, noise, rule } = model;
  const N = integer("N", model.N, 1, 2 ** 14);
  const modes = integer("modes", model.modes, 1, 2 ** 24);
  const P = model.P === Infinity ? Infinity : integer("P", model.P, 1, 2 ** 20);
  const times = checkTimes(rule, options.times);
  const draws = whole("draws", options.draws ?? 100);
  const seed = integer("seed", options.seed ?? 1, 0);
  const list = model.steps && listOf(model.steps, times);
  const batch =
    list?.batch.reduce((most, size) => Math.max(most, size), 1) ?? (rule.kind === "sgd" ? onlyBatch(rule) : 1);
  checkSize({ N, P: P === Infinity ? 1 : P, modes, times, draws, rule, batch });
  // threads take no functions
  const trained =
    list && rule.kind === "sgd"
      ? { kind: "sgd" as const, eta: 1, batch: 1, ...(rule.sampling && { sampling: rule.sampling }) }
      : rule;
  const { signal, onProgress } = options;
  signal?.throwIfAborted();

  const losses: Losses[] = [];
  const lanes = await openLanes(options, draws);
  try {
    const work = async (draw: number, lane: Lane) => {
      const job = { kind: "network", spectrum, modes, N, P, noise, rule: trained, times, seed, draw } as const;
      losses[draw] = await lane.run({ ...job, ...(list && { list }) });
    };
    await shareOut(lanes, draws, work, { signal, onProgress });
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  // shuffled epochs have no theory: they are shown beside that of independent batches
  const outside = rule.kind === "sgd" && rule.sampling === "shuffle" && P < Infinity;
  const covered = outside ? { ...model, rule: { ...rule, sampling: "replacement" as const } } : model;
  const theory = dynamicsOf(covered, { times, accuracy: "reference" });
  const compared = (kind: "test" | "train"): SimulatedLoss => {
    const curves = losses.map((one) => one[kind]);
    const summary = summarise(curves, (draw) => draw);
    const expected = theory[kind];
    return {
      ...summary,
      curves,
      theory: expected,
      deviation: summary.mean.map((x, i) => (x - expected[i]!) / summary.stderr[i]!),
    };
  };
  const parameters = { spectrum, N, P, noise, rule, modes, times: [...times], draws };
  return {
    times,
    draws,
    covered: !outside,
    test: compared("test"),
    train: compared("train"),
    made: provenance("simulateDynamics", parameters, seed),
  };
}

/** η and B step by step, up to the last time. */
function listOf({ at }: Steps, times: Float64Array): StepList {
  const n = counted("numbers", "times", { length: times.at(-1)! }).length;
  const each = (name: "eta" | "batch") => Float64Array.from({ length: n }, (_, r) => at(r)[name]);
  return { eta: each("eta"), batch: each("batch") };
}

/** Seconds of a multiplication, with what is around it. */
const MULTIPLY = 1e-9;

/** @throws RangeError where a network does not fit into memory, or the draws take too long */
function checkSize(size: {
  N: number;
  P: number;
  modes: number;
  times: Float64Array;
  draws: number;
  rule: Rule;
  batch: number;
}): void {
  const { N, P, modes, times, draws, rule, batch } = size;
  const steps = isDiscrete(rule) ? times[times.length - 1]! : 1;
  const matrices = Math.max(N * modes, P * modes, N * P, N * N);
  within("kept", matrices, "the largest of N × modes, P × modes and N × P");
  within("kept", Math.max(draws, N) * times.length, "times × draws or N");
  // a fresh sample is drawn whole, one of a stock is a row
  const step = rule.kind !== "sgd" ? N : batch * (P === 1 ? modes : 1);
  const each = (N + P) * N * modes + N * N * N + steps * N * step;
  within("work", draws * each * MULTIPLY, "the work, in seconds of one processor,");
}
