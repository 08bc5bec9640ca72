// Times variants of one job against each other. Every round gives each variant a short slice in turn, so that a machine
// that slows down slows down all of them, and a ratio is the median over rounds of ratios within a round. Time is processor
// time: what else the machine does in between is not counted. What a variant returns goes to a sink; its error against the
// truth is measured once, outside the timed part.

import { Bench } from "tinybench";

export type Values = ArrayLike<number>;

export interface Variant {
  readonly name: string;
  /** One run; what it returns is consumed, and is what `error` is taken of. */
  readonly run: () => Values;
  /** Nanoseconds a run, for code timed outside this process. Overrides timing `run`. */
  readonly time?: (milliseconds: number) => number;
}

export interface Timing {
  readonly name: string;
  /** Median nanoseconds a run. */
  readonly time: number;
  /** Time over that of the first variant. */
  readonly ratio: number;
  /** Largest error relative to the truth, or to its largest value where it has zeros. */
  readonly error: number;
}

/** A timing of rounds in which all variants took turns. */
export interface Compared extends Timing {
  /** The largest of the rounds' ratios: in some round the machine left the first variant alone. */
  readonly best: number;
}

export interface CompareOptions {
  readonly rounds?: number;
  /** Milliseconds of each variant in each round. */
  readonly slice?: number;
  /** What is right; default: what the first variant returns. */
  readonly truth?: Values;
  /** How a result differs from the truth. Default `relativeError`. */
  readonly error?: (got: Values, truth: Values) => number;
  /** Nanoseconds a run, from about so many milliseconds of runs. Default: the median of this process's processor time. */
  readonly timer?: (run: () => Values, milliseconds: number) => number;
}

/** Processor time of this process in milliseconds. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let sink = 0;
/** The sum of everything computed: printing it keeps the work from being optimised away. */
export const consumed = (): number => sink;

export function compare(variants: readonly Variant[], options: CompareOptions = {}): Compared[] {
  const turns = inTurns(variants, options);
  for (;;) {
    const { done, value } = turns.next();
    if (done) return value;
  }
}

/** The same in pieces, for a caller that lets other things happen in between: yields after every slice. */
export function* inTurns(variants: readonly Variant[], options: CompareOptions = {}): Generator<void, Compared[]> {
  const { rounds = 7, slice = 20, error = relativeError, timer = timed } = options;
  // copies: variants may share the array they return
  const given = options.truth && Float64Array.from(options.truth);
  const results = variants.map(({ run }) => Float64Array.from(run()));
  const truth = given ?? results[0]!;
  // time for the engine to compile, on a machine whose compiler threads may have to wait
  for (const { run, time } of variants) {
    if (!time) timer(run, 5 * slice);
    yield;
  }
  const times = variants.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++)
    for (const [i, variant] of variants.entries()) {
      times[i]!.push(variant.time ? variant.time(slice) : timer(variant.run, slice));
      yield;
    }
  return variants.map(({ name }, i) => {
    const ratios = times[i]!.map((time, round) => time / times[0]![round]!);
    return {
      name,
      time: median(times[i]!),
      ratio: median(ratios),
      best: Math.max(...ratios),
      error: error(results[i]!, truth),
    };
  });
}

/** Least milliseconds between two readings of processor time, which comes in whole microseconds. */
const READING = 0.2;

/** Median nanoseconds of a run; short runs many to a reading. */
function timed(run: () => Values, milliseconds: number): number {
  const repeat = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const values = run();
      sink += values[values.length - 1]!;
    }
  };
  let some = 1;
  for (; ; some *= 2) {
    const start = processorTime();
    repeat(some);
    if (processorTime() - start >= READING) break;
  }
  const bench = new Bench({
    now: processorTime,
    time: milliseconds,
    iterations: 3,
    warmup: true,
    warmupTime: 2,
    warmupIterations: 1,
  });
  bench.add("run", () => repeat(some));
  bench.runSync();
  const { result } = bench.tasks[0]!;
  if (result.state !== "completed") throw new Error(`a benchmark ended ${result.state}`);
  return (1e6 * result.latency.p50) / some;
}

/** Mean nanoseconds of a run by the wall clock, many runs to a reading: for a page, whose clock may tick only every millisecond. */
export function timedByWall(run: () => Values, milliseconds: number): number {
  const start = performance.now();
  let [runs, some] = [0, 1];
  for (;;) {
    for (let i = 0; i < some; i++) {
      const values = run();
      sink += values[values.length - 1]!;
    }
    runs += some;
    const elapsed = performance.now() - start;
    if (elapsed >= milliseconds && elapsed > 0) return (1e6 * elapsed) / runs;
    // what one reading of the clock costs must not count
    some = Math.min(2 * some, 1000);
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function relativeError(got: Values, truth: Values): number {
  let [worst, scale] = [0, 0];
  for (let i = 0; i < truth.length; i++) scale = Math.max(scale, Math.abs(truth[i]!));
  for (let i = 0; i < truth.length; i++) {
    const gap = Math.abs(got[i]! - truth[i]!);
    worst = Math.max(worst, truth[i] === 0 ? gap / scale : gap / Math.abs(truth[i]!));
  }
  return worst;
}

/** Mulberry32: uniform in [0, 1), the same on every machine. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
