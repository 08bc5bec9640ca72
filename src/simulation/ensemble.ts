// Ensembles of one-pass SGD runs over seeds and draws of W, and the exact expected loss for the same W (docs/theory.md, §7).
//
// Member k trains on draw k mod `draws` of W. Every number it meets is a function of (seed, k, step), so an ensemble of 64
// begins with the ensemble of 32, and neither threads nor interruptions change a bit.

import { finite, increasing, integer, oneOf, shown } from "../check.ts";
import type { Distribution } from "../kernels/simulation.ts";
import { type Made, made } from "../made.ts";
import { logspace } from "../math/grid.ts";
import type { Plrf } from "../theory/plrf.ts";
import { type CheckpointStore, decode, type Entries, encode } from "./checkpoint.ts";
import type { SampledSpectrum } from "./eigenvalues.ts";
import { type Lane, openLanes, type ThreadOptions } from "./lanes.ts";
import { denseStart, type Problem, type RunJob, type Span, spectralStart } from "./segments.ts";
import { type Summary, summarise } from "./statistics.ts";

export const SIMULATION_METHODS = ["spectral", "dense"] as const;
export type SimulationMethod = (typeof SIMULATION_METHODS)[number];

export interface RunOptions extends ThreadOptions {
  /** Steps to run, ≥ 1. */
  readonly steps: number;
  /** Numbers of steps at which losses are recorded: how many, spread in the logarithm (default 50), or which (0 … steps). */
  readonly record?: number | ArrayLike<number>;
  /** Seed of every random number, 0 … 2⁵³−1. Default 1. */
  readonly seed?: number;
  /** σ ≥ 0: standard deviation of the label noise. Losses are excess losses, without σ². Default 0. */
  readonly noise?: number;
  /** γ at each step r ≥ 0, for a step that changes. Default: the model's γ, always. */
  readonly schedule?: (r: number) => number;
  readonly signal?: AbortSignal;
  /** Called with the fraction done, 0 … 1, and an estimate of the seconds left. */
  readonly onProgress?: (done: number, secondsLeft: number) => void;
  /** Kept up to date as the run goes; a run that finds one of its own there continues it. */
  readonly checkpoint?: CheckpointStore;
}

export interface SimulationOptions extends RunOptions {
  /** Runs of SGD, ≥ 1. Default 32. */
  readonly members?: number;
  /** Draws of W that the members share out, ≥ 1. Default: one for each member. */
  readonly draws?: number;
  /** "spectral" (Gaussian data, O(B·d) a step) or "dense" (the definition, O(B·v·d) a step). Default "spectral". */
  readonly method?: SimulationMethod;
  /** Law of the data z_j, for "dense": mean 0, variance 1. Default "normal". */
  readonly distribution?: Distribution;
  /** Compute the exact expected loss for the same draws of W as well (Gaussian data). Default false. */
  readonly expected?: boolean;
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

interface Curve extends Summary {
  /** Recorded numbers of steps r. */
  readonly steps: Float64Array;
  /** f = B·d·r. */
  readonly flops: Float64Array;
  readonly draws: number;
  readonly stats: RunStats;
  readonly made: Made;
}

export interface Simulation extends Curve {
  readonly members: number;
  /** Each member's loss P(θ_r) at the recorded steps. */
  readonly curves: readonly Float64Array[];
  /** With `expected`: the exact expected loss, over the members' draws of W. */
  readonly expected?: Float64Array;
  /** With `expected`: the mean's deviation from it in standard errors of the difference, W by W. */
  readonly deviation?: Float64Array;
}

export interface ExpectedLoss extends Curve {
  /** The exact expected loss for each draw of W. */
  readonly curves: readonly Float64Array[];
}

/** A squared error so far beyond the first loss has diverged. */
const DIVERGED = 1e9;
/** Members of dense SGD that share a pass over W. */
const TOGETHER = 4;
/** Work between two looks at the signal, in nanoseconds of a typical processor. */
const SEGMENT = 2.5e8;
/** Milliseconds between checkpoints. */
const SAVE_EVERY = 2000;

/**
 * Runs `members` of one-pass SGD. Rejects with the signal's reason where that aborts (the checkpoint is written first).
 * @throws TypeError, RangeError where an option is not what it should be, d or v is not whole, or a checkpoint is another run's
 */
export async function simulate(model: Plrf, options: SimulationOptions): Promise<Simulation> {
  const run = new Run(model, options);
  const members = integer("members", options.members ?? 32, 1, 2 ** 32);
  const draws = integer("draws", options.draws ?? members, 1, members);
  const method = oneOf("method", options.method ?? "spectral", SIMULATION_METHODS);
  const distribution = lawOf(options.distribution ?? "normal");
  const gaussian = distribution === "normal";
  if (method === "spectral" && !gaussian)
    throw new RangeError(
      `distribution must be "normal" for the spectral method, got ${JSON.stringify(distribution)}: use dense`,
    );
  if (options.expected && !gaussian)
    throw new RangeError(
      `expected must be left out unless distribution is "normal", got ${JSON.stringify(distribution)}`,
    );

  const { d, batch, v } = model;
  const parameters = { ...run.parameters, members, draws, method, distribution, expected: options.expected ?? false };
  const tasks: Task[] = [];
  const drawOf = (member: number) => member % draws;
  for (let draw = 0; draw < draws; draw++) {
    if (options.expected) tasks.push(run.expectedTask(draw));
    const own = Math.ceil((members - draw) / draws);
    const group = method === "spectral" ? 1 : TOGETHER;
    for (let q = 0; q < own; q += group) {
      const member = draw + q * draws;
      const together = Math.min(group, own - q);
      tasks.push(
        method === "spectral"
          ? run.spectralTask(draw, member)
          : {
              name: `members/${member}`,
              cost: together * batch * v * (d / 4 + 6),
              size: together,
              start: async () => denseStart(d, together),
              job: async (state, span) => {
                const { noise, limit } = run;
                const apart = draws;
                const problem = run.problem(draw);
                return {
                  kind: "dense",
                  problem,
                  state,
                  member,
                  members: together,
                  apart,
                  distribution,
                  noise,
                  span,
                  limit,
                };
              },
            },
      );
    }
  }
  const results = await run.all(tasks, parameters);

  const curves: Float64Array[] = [];
  const ends: number[] = [];
  const expected: Float64Array[] = [];
  tasks.forEach(({ name, size }, i) => {
    const [kind, first] = name.split("/") as [string, string];
    const { losses, diverged } = results[i]!;
    if (kind === "expected") expected[Number(first)] = losses;
    else
      for (let q = 0; q < size; q++) {
        curves[Number(first) + q * draws] = losses.slice(q * run.record.length, (q + 1) * run.record.length);
        ends.push(diverged[q]!);
      }
  });
  const summary = summarise(curves, drawOf);
  return {
    ...run.curve(parameters),
    ...summary,
    members,
    draws,
    curves,
    ...(options.expected ? compare(curves, expected, drawOf) : {}),
    stats: run.stats(ends),
  };
}

/**
 * The exact expected loss of Gaussian data for `draws` draws of W (docs/theory.md, eq. 2.1), and its mean over them. The same
 * seed gives the draws of `simulate`. Arguments and errors as there.
 */
export async function expected(
  model: Plrf,
  options: RunOptions & { /** Default 1. */ readonly draws?: number },
): Promise<ExpectedLoss> {
  const run = new Run(model, options);
  const draws = integer("draws", options.draws ?? 1, 1, 2 ** 32);
  const parameters = { ...run.parameters, draws, method: "expected" };
  const tasks = Array.from({ length: draws }, (_, draw) => run.expectedTask(draw));
  const curves = (await run.all(tasks, parameters)).map(({ losses }) => losses);
  return {
    ...run.curve(parameters),
    ...summarise(curves, (draw) => draw),
    draws,
    curves,
    stats: run.stats([]),
  };
}

export interface SampleOptions extends ThreadOptions {
  /** Draws of W, ≥ 1. Default 1. */
  readonly draws?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, secondsLeft: number) => void;
}

/** The spectra of `draws` draws of W: eigenvalues of K̂ and the target's energy in each. The same draws as in `simulate`. */
export async function sampleSpectrum(
  model: Plrf,
  options: SampleOptions = {},
): Promise<{ readonly draws: readonly SampledSpectrum[]; readonly made: Made }> {
  const run = new Run(model, { ...options, steps: 1 });
  const draws = integer("draws", options.draws ?? 1, 1, 2 ** 32);
  const parameters = { ...model.spectrum, d: model.d, v: model.v, draws };
  const spectra = await run.spectra(draws);
  return { draws: spectra, made: made("sampleSpectrum", parameters, run.seed) };
}

/** A run in pieces: one or more members, or an expectation. */
interface Task {
  readonly name: string;
  /** Nanoseconds a step, roughly. */
  readonly cost: number;
  /** Curves it gives. */
  readonly size: number;
  readonly start: (lane: Lane) => Promise<Float64Array>;
  readonly job: (state: Float64Array, span: Span, lane: Lane) => Promise<RunJob>;
}

interface Outcome {
  /** `size` curves one after the other. */
  readonly losses: Float64Array;
  readonly diverged: Float64Array;
}

/** What every kind of run shares: checked options, draws of W made once, pieces, progress, checkpoints. */
class Run {
  readonly seed: number;
  readonly noise: number;
  readonly limit: number;
  readonly record: Float64Array;
  readonly parameters: Record<string, unknown>;
  readonly #model: Plrf;
  readonly #options: RunOptions;
  readonly #steps: number;
  readonly #samples = new Map<number, Promise<SampledSpectrum>>();
  #failed = 0;
  #entries: Entries = new Map();
  #made: unknown;
  #saved = -Infinity;
  #work = { total: 0, done: 0, before: 0, start: 0 };

  constructor(model: Plrf, options: RunOptions) {
    const { spectrum, gamma, batch, P0 } = model;
    const d = integer("d", model.d, 1, 2 ** 20);
    const v = integer("v", model.v, d, 2 ** 31);
    this.#model = model;
    this.#options = options;
    this.#steps = integer("steps", options.steps, 1);
    this.record = recordOf(options.record ?? 50, this.#steps);
    this.seed = integer("seed", options.seed ?? 1, 0);
    this.noise = finite("noise", options.noise ?? 0, 0);
    integer("threads", options.threads ?? 0, 0, 1024);
    if (options.schedule !== undefined && typeof options.schedule !== "function")
      throw new TypeError(`schedule must be a function of the step, got ${shown(options.schedule)}`);
    this.limit = DIVERGED * (P0 + this.noise ** 2);
    const { noise, record, seed } = this;
    this.parameters = { ...spectrum, d, v, gamma, batch, noise, steps: this.#steps, seed, record: [...record] };
    if (options.schedule) this.parameters.schedule = [0, ...record].map(options.schedule);
  }

  problem(draw: number): Problem {
    const { spectrum, v, d } = this.#model;
    return { spectrum, v, d, seed: this.seed, draw };
  }

  spectralTask(draw: number, member: number): Task {
    const { d, batch } = this.#model;
    return {
      name: `members/${member}`,
      cost: 7 * batch * (d + 16),
      size: 1,
      start: async (lane) => spectralStart(await this.sampled(draw, lane), this.noise),
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

  expectedTask(draw: number): Task {
    return {
      name: `expected/${draw}`,
      cost: 2 * this.#model.d + 20,
      size: 1,
      start: async (lane) => (await this.sampled(draw, lane)).energies,
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
  async all(tasks: readonly Task[], parameters: Record<string, unknown>): Promise<Outcome[]> {
    const { checkpoint } = this.#options;
    this.#made = parameters;
    const bytes = await checkpoint?.read();
    if (bytes) this.#entries = decode(bytes, parameters);
    const total = tasks.reduce((sum, task) => sum + task.cost * this.#steps, 0);
    this.#work = { total, done: 0, before: 0, start: performance.now() };
    for (const { name, cost } of tasks) this.#work.before += cost * (this.#entries.get(name)?.[0]?.[0] ?? 0);
    this.#work.done = this.#work.before;
    const outcomes: Outcome[] = [];
    try {
      await this.#share(tasks.length, async (i, lane) => {
        outcomes[i] = await this.#task(tasks[i]!, lane);
      });
    } finally {
      await this.#save();
    }
    return outcomes;
  }

  async #task(task: Task, lane: Lane): Promise<Outcome> {
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
    const { schedule } = this.#options;
    const { batch, gamma } = this.#model;
    const record = [...this.record].filter((r) => r > first && r <= first + count);
    const steps = schedule
      ? Float64Array.from({ length: count }, (_, i) => finite(`schedule(${first + i})`, schedule(first + i), 0))
      : gamma;
    return { first, count, record, batch, gamma: steps };
  }

  /** Shares work 0 … n−1 out among lanes, in order. */
  async #share(n: number, work: (i: number, lane: Lane) => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const lanes = await openLanes(this.#options);
    let next = 0;
    const drain = async (lane: Lane) => {
      while (next < n) {
        signal?.throwIfAborted();
        await work(next++, lane);
      }
    };
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    try {
      const all = Promise.all(lanes.map(drain));
      await (signal ? Promise.race([all, aborted]) : all);
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
      flops: this.record.map((r) => batch * d * r),
      made: made("simulate", parameters, this.seed),
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

/** The mean of the expectations the members had, and how far, in standard errors, the members' mean is from it. */
function compare(curves: readonly Float64Array[], expected: readonly Float64Array[], drawOf: (k: number) => number) {
  const differences = curves.map((curve, k) => curve.map((x, i) => x - expected[drawOf(k)]![i]!));
  // given their W, members are independent
  const { mean, stderr } = summarise(differences, (k) => k);
  const average = curves[0]!.map(
    (_, i) => curves.reduce((sum, _c, k) => sum + expected[drawOf(k)]![i]!, 0) / curves.length,
  );
  return { expected: average, deviation: mean.map((x, i) => (x === 0 ? 0 : x / stderr[i]!)) };
}

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

function lawOf(distribution: Distribution): Distribution {
  if (typeof distribution === "object" && distribution !== null) {
    const nu = finite("distribution.student", distribution.student);
    if (nu <= 2) throw new RangeError(`distribution.student must be above 2 (finite variance), got ${nu}`);
    return { student: nu };
  }
  return oneOf("distribution", distribution, ["normal", "rademacher", "uniform"] as const);
}
