// What every kind of run shares: checked options, draws of W made once, runs in pieces on lanes, progress, checkpoints.

import { finite, increasing, integer } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { PerStep } from "../kernels/simulation.ts";
import { logspace } from "../math/grid.ts";
import { provenance } from "../provenance.ts";
import { shareOut } from "../share-out.ts";
import type { Plrf } from "../theory/measure/plrf.ts";
import type { Momentum } from "../theory/training/momentum.ts";
import { type Optimizer, recursionOf, samplesBefore } from "../theory/training/optimizer.ts";
import { stepsOf } from "../theory/training/training.ts";
import { type CheckpointStore, computedBy, Damaged, decode, type Entries, encode } from "./checkpoint.ts";
import type { SampledSpectrum } from "./eigenvalues.ts";
import { type Lane, openLanes, type ThreadOptions } from "./lanes.ts";
import {
  type DenseJob,
  type DrawnModel,
  denseStart,
  expectedStart,
  mapDrive,
  type RunJob,
  type Span,
  type StepDrive,
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
/** A d × d matrix of that size takes half of the memory WebAssembly has. */
const MOST_FEATURES = 16_384;
/** Work between two looks at the signal, in nanoseconds of a typical processor. */
const SEGMENT = 2.5e8;
/** Of runs of up to so many steps, hyperparameters are kept. */
const MOST_KEPT = 2 ** 20;
/** Milliseconds between checkpoints. */
const SAVE_EVERY = 2000;

/** A run in pieces: one or more members, or an expectation. */
export interface Task {
  readonly name: string;
  /** Nanoseconds a step, roughly. */
  readonly cost: number;
  /** Curves it gives. */
  readonly size: number;
  readonly start: (lane: Lane) => Promise<Float64Array>;
  readonly job: (state: Float64Array, span: Span, lane: Lane) => Promise<RunJob>;
}

interface RunLosses {
  /** `size` curves one after the other. */
  readonly losses: Float64Array;
  readonly diverged: Float64Array;
}

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
  /** Whether there is a y beside θ. */
  readonly #momentum: boolean;
  /** The optimizer's hyperparameters. Without one they are the model's. */
  readonly #at: ((r: number) => Momentum) | undefined;
  readonly #drives = new Map<string, StepDrive>();
  readonly #samples = new Map<number, Promise<SampledSpectrum>>();
  #failed = 0;
  #entries: Entries = new Map();
  #made: unknown;
  #saved = -Infinity;
  #work = { total: 0, done: 0, before: 0, start: 0 };

  constructor(model: Plrf, options: RunOptions) {
    const { spectrum, gamma, batch, P0 } = model;
    const d = integer("d", model.d, 1, MOST_FEATURES);
    const v = integer("v", model.v, d, 2 ** 31);
    this.#model = model;
    this.#options = options;
    this.#steps = integer("steps", options.steps, 1);
    this.record = recordOf(options.record ?? 50, this.#steps);
    this.seed = integer("seed", options.seed ?? 1, 0);
    this.noise = finite("noise", options.noise ?? model.noise, 0);
    integer("threads", options.threads ?? 0, 0, 1024);
    const { optimizer, horizon = this.#steps } = options;
    if (optimizer) {
      const kernels = options.kernels ?? defaultKernels();
      this.#at = stepsOf(kernels, model, { optimizer, horizon, steps: this.#steps, force: options.force ?? false });
    }
    this.#momentum = optimizer !== undefined && recursionOf(optimizer) === "momentum";
    const sizes = optimizer?.batch ?? batch;
    this.#batch = typeof sizes === "number" ? sizes : Math.max(...sizes.map(([, size]) => size));
    this.limit = DIVERGED * (P0 + this.noise);
    const { noise, record, seed } = this;
    this.parameters = { ...spectrum, d, v, gamma, batch, noise, steps: this.#steps, seed, record: [...record] };
    // what a function stands for is seen in its values
    if (optimizer) Object.assign(this.parameters, { optimizer, horizon, drive: [0, ...record].map(this.#at!) });
  }

  problem(draw: number): DrawnModel {
    const { spectrum, v, d } = this.#model;
    return { spectrum, v, d, seed: this.seed, draw };
  }

  spectralTask(draw: number, member: number): Task {
    return {
      name: `members/${member}`,
      cost: 7 * this.#batch * (this.#model.d + 16),
      size: 1,
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
    const { member, members } = group;
    const problem = this.problem(draw);
    const { noise, limit } = this;
    return {
      name: `members/${member}`,
      cost: members * this.#batch * v * (d / (law.precision === "f32" ? 8 : 4) + 6),
      size: members,
      start: async () => denseStart(d, members, this.#momentum),
      job: async (state, span) => ({ kind: "dense", problem, state, ...group, ...law, noise, span, limit }),
    };
  }

  expectedTask(draw: number): Task {
    return {
      name: `expected/${draw}`,
      cost: 2 * this.#model.d + 20,
      size: 1,
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
    const kept = this.#entries.get(`sample/${draw}`);
    const sampled = kept
      ? { eigenvalues: kept[0]!, energies: kept[1]!, floor: kept[2]![0]!, converged: kept[2]![1] === 1 }
      : await lane.run({ kind: "sample", problem: this.problem(draw) });
    const { eigenvalues, energies, floor, converged } = sampled;
    if (!converged) this.#failed++;
    this.#entries.set(`sample/${draw}`, [eigenvalues, energies, Float64Array.of(floor, converged ? 1 : 0)]);
    return sampled;
  }

  async spectra(draws: number): Promise<SampledSpectrum[]> {
    this.#work = { total: draws, done: 0, before: 0, start: performance.now() };
    const spectra: SampledSpectrum[] = [];
    await this.#share(draws, async (draw, lane) => {
      spectra[draw] = await this.sampled(draw, lane);
      this.#advance(1);
    });
    return spectra;
  }

  /** Does all tasks, in order as lanes come free. */
  async all(tasks: readonly Task[], parameters: Record<string, unknown>): Promise<RunLosses[]> {
    const { checkpoint } = this.#options;
    this.#made = { by: computedBy(this.#options.kernels ?? defaultKernels()), ...parameters };
    if (checkpoint) this.#entries = await this.#left(checkpoint);
    const total = tasks.reduce((sum, task) => sum + task.cost * this.#steps, 0);
    this.#work = { total, done: 0, before: 0, start: performance.now() };
    for (const { name, cost } of tasks) this.#work.before += cost * (this.#entries.get(name)?.[0]?.[0] ?? 0);
    this.#work.done = this.#work.before;
    const outcomes: RunLosses[] = [];
    try {
      await this.#share(tasks.length, async (i, lane) => {
        outcomes[i] = await this.#task(tasks[i]!, lane);
      });
    } finally {
      await this.#save();
    }
    return outcomes;
  }

  async #task(task: Task, lane: Lane): Promise<RunLosses> {
    const { name, size, cost } = task;
    const kept = this.#entries.get(name);
    let at = kept ? kept[0]![0]! : 0;
    let state = kept ? kept[1]! : await task.start(lane);
    const losses = kept ? kept[2]! : new Float64Array(size * this.record.length);
    const diverged = kept ? kept[3]! : new Float64Array(size).fill(Infinity);
    if (at === 0 && this.record[0] === 0)
      for (let q = 0; q < size; q++) losses[q * this.record.length] = this.#model.P0;
    while (at < this.#steps) {
      this.#options.signal?.throwIfAborted();
      const span = this.#span(at, Math.min(this.#steps - at, Math.ceil(SEGMENT / cost)));
      const segment = await lane.run(await task.job(state, span, lane));
      at += span.count;
      state = segment.state;
      const from = this.record.filter((r) => r <= span.first).length;
      const some = span.record.length;
      for (let q = 0; q < size; q++) {
        diverged[q] = Math.min(diverged[q]!, segment.diverged[q]!);
        const ended = diverged[q]! < span.first;
        for (let i = 0; i < some; i++)
          losses[q * this.record.length + from + i] = ended ? Infinity : segment.losses[q * some + i]!;
      }
      if (diverged.every((end) => end < Infinity)) {
        // nothing is left to run
        for (let q = 0; q < size; q++)
          losses.fill(Infinity, q * this.record.length + from + some, (q + 1) * this.record.length);
        this.#advance(cost * (this.#steps - at));
        at = this.#steps;
      }
      this.#entries.set(name, [Float64Array.of(at), at < this.#steps ? state : new Float64Array(0), losses, diverged]);
      this.#advance(cost * span.count);
      if (performance.now() - this.#saved > SAVE_EVERY) await this.#save();
    }
    return { losses, diverged };
  }

  #span(first: number, count: number): Span {
    const record = [...this.record].filter((r) => r > first && r <= first + count);
    return { first, count, record, drive: this.#drive(first, count) };
  }

  /** What drives a span: the same for every member, so made once while that is not much. */
  #drive(first: number, count: number): StepDrive {
    const { batch, gamma } = this.#model;
    const at = this.#at;
    if (!at) return { batch, gamma };
    const key = `${first}+${count}`;
    let drive = this.#drives.get(key);
    if (!drive) {
      const steps = Array.from({ length: count }, (_, i) => at(first + i));
      const column = (name: keyof Momentum) => Float64Array.from(steps, (step) => step[name]);
      const momentum = { gamma1: column("gamma1"), gamma3: column("gamma3"), delta: column("delta") };
      const whole = { batch: column("batch"), gamma: column("gamma2"), ...(this.#momentum ? { momentum } : {}) };
      drive = mapDrive(whole, collapsed);
      if (this.#steps <= MOST_KEPT) this.#drives.set(key, drive);
    }
    return drive;
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

  #advance(work: number): void {
    this.#work.done += work;
    const { total, done, before, start } = this.#work;
    const rate = (done - before) / (performance.now() - start);
    this.#options.onProgress?.(Math.min(1, done / total), (total - done) / rate / 1000);
  }

  /** What an earlier run left to continue from. */
  async #left(checkpoint: CheckpointStore): Promise<Entries> {
    const bytes = await checkpoint.read();
    if (!bytes) return new Map();
    try {
      return decode(bytes, this.#made);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      if (!checkpoint.setAside) throw new RangeError(`${error.message}: remove it, or name another`);
      await checkpoint.setAside(error.message);
      return new Map();
    }
  }

  async #save(): Promise<void> {
    const { checkpoint } = this.#options;
    if (!checkpoint || this.#entries.size === 0) return;
    this.#saved = performance.now();
    await checkpoint.write(encode(this.#made, this.#entries));
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

/** A number where all are the same. */
const collapsed = (values: PerStep): PerStep =>
  typeof values === "number" || values.some((x) => x !== values[0]) ? values : values[0]!;

function recordOf(record: number | ArrayLike<number>, steps: number): Float64Array {
  if (typeof record !== "number") {
    const list = increasing("record", record, 0, steps);
    list.forEach((r, i) => {
      integer(`record[${i}]`, r);
    });
    return list;
  }
  const points = integer("record", record, 1);
  return Float64Array.from(new Set(logspace(1, steps, points).map(Math.round)));
}
