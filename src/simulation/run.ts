// What every kind of run shares: checked options, draws of W made once, tasks done in pieces on lanes.

import { counted, increasing, integer, whole, within } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import { logspace } from "../math/grid.ts";
import { provenance } from "../provenance.ts";
import { shareOut } from "../share-out.ts";
import type { Plrf } from "../theory/measure/plrf.ts";
import { hasMemory, type Optimizer, recursionOf, samplesBefore } from "../theory/training/optimizer.ts";
import { stepsOf } from "../theory/training/training.ts";
import type { CheckpointStore } from "./checkpoint.ts";
import { drivesOf } from "./drives.ts";
import type { SampledSpectrum } from "./eigenvalues.ts";
import { Kept, type Reached } from "./kept.ts";
import { type Lane, openLanes, type ThreadOptions } from "./lanes.ts";
import {
  type DenseJob,
  type DrawnModel,
  denseStart,
  expectedStart,
  type RunJob,
  type Segment,
  type Span,
  spectralStart,
} from "./segments.ts";

export interface RunOptions extends ThreadOptions {
  /** Steps to run, ≥ 1. */
  readonly steps: number;
  /** Numbers of steps at which losses are recorded: how many, spread in the logarithm (default 50), or which (0 … steps). */
  readonly record?: number | ArrayLike<number>;
  /** Seed of every random number, 0 … 2⁵³−1. Default 1. */
  readonly seed?: number;
  /** σ² ≥ 0, the variance of the label noise. Losses are excess losses, without it. Default: the model's. */
  readonly noise?: number;
  /** Schedule, momentum, batches (optimizer.ts), as in `loss`. Default: SGD at the model's γ and batch, always. */
  readonly optimizer?: Optimizer;
  /** T: the step a schedule's shape is drawn for. Default: `steps`. */
  readonly horizon?: number;
  /** Run an optimizer even where the expected loss would diverge. Default false. */
  readonly force?: boolean;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called with the fraction done, 0 … 1, and an estimate of the seconds left. */
  readonly onProgress?: (done: number, secondsLeft: number) => void;
  /** Kept up to date as the run goes; a run that finds one of its own there continues it. */
  readonly checkpoint?: CheckpointStore;
}

export interface RunStats {
  /** Whether every eigenvalue converged and no member diverged. */
  readonly converged: boolean;
  readonly failedEigenvalues: number;
  /** Members whose squared error passed 10⁹ (P(0)+σ²); each stopped there. Its losses are Infinity from then on. */
  readonly diverged: number;
  /** The first step at which one did, or Infinity. */
  readonly divergedAt: number;
}

/** A squared error so far beyond the first loss has diverged. */
const DIVERGED = 1e9;
/** Work between two looks at the signal, in nanoseconds of a typical processor. */
const SEGMENT = 2.5e8;
/** Seconds a product of WᵀDW takes, roughly. */
const MULTIPLY = 3e-10;

/** One or more members of one draw, or its expectation, done in pieces. */
export interface Task {
  /** Its name where it is kept. */
  readonly name: string;
  /** Members it gives, one curve each; none: the expectation of the draw. */
  readonly members: readonly number[];
  readonly draw: number;
  /** Nanoseconds a step, roughly. */
  readonly cost: number;
  readonly start: (lane: Lane) => Promise<Float64Array>;
  readonly job: (state: Float64Array, span: Span, lane: Lane) => Promise<RunJob>;
}

interface RunLosses {
  /** The task's curves one after the other. */
  readonly losses: Float64Array;
  readonly diverged: Float64Array;
}

const curvesOf = ({ members }: Task): number => Math.max(1, members.length);

/** One call of `simulate`, `expected` or `sampleSpectrum`. */
export class Run {
  readonly seed: number;
  readonly noise: number;
  readonly limit: number;
  readonly record: Float64Array;
  readonly parameters: Record<string, unknown>;
  readonly #model: Plrf;
  readonly #options: RunOptions;
  readonly #steps: number;
  /** The largest batch. */
  readonly #batch: number;
  /** Whether steps are of signs. */
  readonly sign: boolean;
  /** Whether there is a y beside θ. */
  readonly #momentum: boolean;
  readonly #drive: ReturnType<typeof drivesOf>;
  readonly #samples = new Map<number, Promise<SampledSpectrum>>();
  #failed = 0;
  #kept = Kept.inMemory();
  #progress = (_work: number) => {};

  constructor(model: Plrf, options: RunOptions) {
    const { spectrum, gamma, batch, P0 } = model;
    const d = whole("simulated d", model.d, "d");
    const v = integer("v", whole("simulated v", model.v, "v"), d);
    const steps = whole("simulated steps", options.steps, "steps");
    this.#model = model;
    this.#options = options;
    this.#steps = steps;
    this.record = recordOf(options.record ?? 50, steps);
    this.seed = integer("seed", options.seed ?? 1, 0);
    this.noise = within("noise", options.noise ?? model.noise);
    integer("threads", options.threads ?? 0, 0, 1024);
    const { optimizer, horizon = steps, force = false } = options;
    const kernels = options.kernels ?? defaultKernels();
    const at = optimizer && stepsOf(kernels, model, { optimizer, horizon, steps, force });
    this.sign = optimizer !== undefined && recursionOf(optimizer) === "sign";
    this.#momentum = optimizer !== undefined && hasMemory(optimizer);
    this.#drive = drivesOf({ batch, gamma }, at, { momentum: this.#momentum, sign: this.sign, steps });
    const sizes = optimizer?.batch ?? batch;
    this.#batch = typeof sizes === "number" ? sizes : Math.max(...sizes.map(([, size]) => size));
    this.limit = DIVERGED * (P0 + this.noise);
    const { noise, record, seed } = this;
    this.parameters = { ...spectrum, d, v, gamma, batch, noise, steps, seed, record: [...record] };
    // what a function stands for is seen in its values
    if (at) Object.assign(this.parameters, { optimizer, horizon, drive: [0, ...record].map(at) });
  }

  problem(draw: number): DrawnModel {
    const { spectrum, v, d } = this.#model;
    return { spectrum, v, d, seed: this.seed, draw };
  }

  spectralTask(draw: number, member: number): Task {
    return {
      name: `members/${member}`,
      members: [member],
      draw,
      cost: 7 * this.#batch * (this.#model.d + 16),
      start: async (lane) => spectralStart(await this.sampled(draw, lane), this.noise, this.#momentum),
      job: async (state, span, lane) => ({
        kind: "spectral",
        problem: this.problem(draw),
        sampled: await this.sampled(draw, lane),
        state,
        member,
        span,
        limit: this.limit,
      }),
    };
  }

  denseTask(
    draw: number,
    group: Pick<DenseJob, "member" | "members" | "apart">,
    law: Pick<DenseJob, "distribution" | "precision">,
  ): Task {
    const { d, v } = this.#model;
    const { member, members, apart } = group;
    const problem = this.problem(draw);
    const { noise, limit } = this;
    return {
      name: `members/${member}`,
      members: Array.from({ length: members }, (_, q) => member + q * apart),
      draw,
      cost: members * this.#batch * v * (d / (law.precision === "f32" ? 8 : 4) + 6),
      start: async () => denseStart(d, members, this.#momentum),
      job: async (state, span) => ({ kind: "dense", problem, state, ...group, ...law, noise, span, limit }),
    };
  }

  expectedTask(draw: number): Task {
    if (this.sign && this.#momentum)
      throw new RangeError("the expected loss of sign SGD has no momentum: leave expected out");
    if (this.sign && this.#batch !== 1)
      throw new RangeError(`batch must be 1 for the expected loss of sign SGD, got ${this.#batch}: leave expected out`);
    return {
      name: `expected/${draw}`,
      members: [],
      draw,
      cost: 2 * this.#model.d + 20,
      start: async (lane) => expectedStart(await this.sampled(draw, lane), this.#momentum),
      job: async (state, span, lane) => ({
        kind: "expected",
        sampled: await this.sampled(draw, lane),
        state,
        noise: this.noise,
        span,
      }),
    };
  }

  /** The spectrum of a draw, made at the first call. */
  sampled(draw: number, lane: Lane): Promise<SampledSpectrum> {
    let sampled = this.#samples.get(draw);
    if (!sampled) {
      sampled = this.#sample(draw, lane);
      this.#samples.set(draw, sampled);
    }
    return sampled;
  }

  async #sample(draw: number, lane: Lane): Promise<SampledSpectrum> {
    const sampled =
      this.#kept.spectrum(draw) ??
      (await lane.run({ kind: "sample", problem: this.problem(draw), byNorms: this.sign }));
    if (!sampled.converged) this.#failed++;
    this.#kept.keepSpectrum(draw, sampled);
    return sampled;
  }

  /** @throws RangeError where what a call keeps would not fit into memory, or its draws take too long */
  checkSize(members: number, draws: number): void {
    const { d, v } = this.#model;
    within("kept", members * this.record.length, "members × recorded steps");
    within("kept", draws * d, "draws × d");
    within("work", draws * d * d * v * MULTIPLY, "the work, in seconds of one processor,");
  }

  async spectra(draws: number): Promise<SampledSpectrum[]> {
    this.#progress = progressOf(draws, 0, this.#options.onProgress);
    const spectra: SampledSpectrum[] = [];
    await this.#share(draws, async (draw, lane) => {
      spectra[draw] = await this.sampled(draw, lane);
      this.#progress(1);
    });
    return spectra;
  }

  /** Does all tasks, in order as lanes come free. */
  async all(tasks: readonly Task[], parameters: Record<string, unknown>): Promise<RunLosses[]> {
    const { checkpoint, kernels, onProgress } = this.#options;
    const work = tasks.reduce((total, { cost }) => total + cost * this.#steps, 0);
    within("work", work / 1e9, "the work, in seconds of one processor,");
    this.#kept = await Kept.open(checkpoint, kernels ?? defaultKernels(), parameters);
    const sum = (steps: (task: Task) => number) => tasks.reduce((total, task) => total + task.cost * steps(task), 0);
    const before = sum(({ name }) => this.#kept.reached(name)?.step ?? 0);
    this.#progress = progressOf(work, before, onProgress);
    const outcomes: RunLosses[] = [];
    try {
      await this.#share(tasks.length, async (i, lane) => {
        outcomes[i] = await this.#task(tasks[i]!, lane);
      });
    } finally {
      await this.#kept.save();
    }
    return outcomes;
  }

  async #task(task: Task, lane: Lane): Promise<RunLosses> {
    const { name, cost } = task;
    let at = this.#kept.reached(name) ?? (await this.#begun(task, lane));
    while (at.step < this.#steps) {
      this.#options.signal?.throwIfAborted();
      const count = Math.min(this.#steps - at.step, Math.ceil(SEGMENT / cost));
      const first = at.step;
      const record = [...this.record].filter((r) => r > first && r <= first + count);
      const span = { first, count, record, drive: this.#drive(first, count) };
      const segment = await lane.run(await task.job(at.state, span, lane));
      at = this.#after(at, span, segment);
      this.#kept.keep(name, at);
      this.#progress(cost * (at.step - first));
      await this.#kept.saveNowAndThen();
    }
    return at;
  }

  async #begun(task: Task, lane: Lane): Promise<Reached> {
    const [curves, points] = [curvesOf(task), this.record.length];
    const losses = new Float64Array(curves * points);
    if (this.record[0] === 0) for (let q = 0; q < curves; q++) losses[q * points] = this.#model.P0;
    return { step: 0, state: await task.start(lane), losses, diverged: new Float64Array(curves).fill(Infinity) };
  }

  /** What was reached, with a segment's losses; at its last step where every curve has diverged, for nothing is left to run. */
  #after(before: Reached, { first, count, record }: Span, segment: Segment): Reached {
    const [points, some] = [this.record.length, record.length];
    const from = this.record.filter((r) => r <= first).length;
    const { losses } = before;
    const diverged = before.diverged.map((end, q) => Math.min(end, segment.diverged[q]!));
    const ended = diverged.every((end) => end < Infinity);
    diverged.forEach((end, q) => {
      for (let i = 0; i < some; i++)
        losses[q * points + from + i] = end < first ? Infinity : segment.losses[q * some + i]!;
      if (ended) losses.fill(Infinity, q * points + from + some, (q + 1) * points);
    });
    const step = ended ? this.#steps : first + count;
    return { step, state: step < this.#steps ? segment.state : new Float64Array(0), losses, diverged };
  }

  /** Shares work 0 … n−1 out among lanes, in order. */
  async #share(n: number, work: (i: number, lane: Lane) => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const lanes = await openLanes(this.#options, n);
    try {
      await shareOut(lanes, n, work, { signal });
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  }

  curve(parameters: Record<string, unknown>) {
    const { d, batch } = this.#model;
    return {
      steps: this.record,
      flops: this.record.map((r) => d * samplesBefore(this.#options.optimizer?.batch ?? batch, r)),
      made: provenance("simulate", parameters, this.seed),
    };
  }

  stats(ends: readonly number[]): RunStats {
    const diverged = ends.filter((end) => end < Infinity);
    return {
      converged: this.#failed === 0 && diverged.length === 0,
      failedEigenvalues: this.#failed,
      diverged: diverged.length,
      divergedAt: Math.min(Infinity, ...diverged),
    };
  }
}

/** Tells of work done, and of the time left at the rate since the start, of which `before` was done earlier. */
function progressOf(total: number, before: number, onProgress: RunOptions["onProgress"]): (work: number) => void {
  const start = performance.now();
  let done = before;
  return (work) => {
    done += work;
    const rate = (done - before) / (performance.now() - start);
    onProgress?.(Math.min(1, done / total), (total - done) / rate / 1000);
  };
}

function recordOf(record: number | ArrayLike<number>, steps: number): Float64Array {
  if (typeof record !== "number") {
    const list = increasing("record", counted("points", "record", record), 0, steps);
    list.forEach((r, i) => {
      integer(`record[${i}]`, r);
    });
    return list;
  }
  const points = whole("points", record, "record");
  return Float64Array.from(new Set(logspace(1, steps, points).map(Math.round)));
}
