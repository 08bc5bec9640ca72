// What a search for the best size costs, from one loss to a plane of frontiers, each beside the same of an earlier commit where one is
// named. Times are processor time of one thread.

import * as now from "../src/index.ts";
import { compare, processorTime, type Values } from "./harness.ts";
import type { JobResult } from "./jobs.ts";

type Library = typeof now;

export interface FrontierBenchmarkOptions {
  /** The library as it was. */
  readonly before: Library | null;
  readonly rounds?: number;
  readonly slice?: number;
  readonly only?: string;
  readonly onJob?: (result: JobResult) => void;
}

const [alpha, beta] = [0.7, 0.7];
const [low, high] = [1e6, 1e9];
const problem = { modes: 1e5, N: 1000, P: 3000, noise: 0.01 };
/** Of a measured diagram: cells a side, over the whole plane of the command. */
const SIDE = 64;
const cells = Float64Array.from({ length: SIDE }, (_, i) => (1.4 * (i + 0.5)) / SIDE);

interface Job {
  readonly name: string;
  readonly note?: string;
  /** So long that one run is a measurement, and plain kernels take too long to be the truth. */
  readonly long?: boolean;
  /** What is timed, with what it needs made before. */
  make(library: Library, more?: { readonly kernels: now.Kernels }): () => Values;
}

const JOBS: readonly Job[] = [
  {
    name: "one model and its loss at one step, d = 1600, r = 1e4",
    make({ loss, plrf, powerLaw }, more) {
      const spectrum = powerLaw({ alpha, beta });
      return () => loss(plrf({ spectrum, d: 1600 }), { steps: [1e4], ...more }).loss;
    },
  },
  {
    name: "loss curve of 200 points, d = 1600, to r = 1e6",
    make({ logspace, loss, plrf, powerLaw }, more) {
      const [spectrum, steps] = [powerLaw({ alpha, beta }), logspace(1, 1e6, 200)];
      return () => loss(plrf({ spectrum, d: 1600 }), { steps, ...more }).loss;
    },
  },
  {
    name: "frontier, 25 budgets 1e6 to 1e9",
    make({ frontier, powerLaw }, more) {
      const spectrum = powerLaw({ alpha, beta });
      return () => frontier({ spectrum, flops: [low, high], ...more }).loss;
    },
  },
  {
    name: "frontier, 25 budgets 1e8 to 1e20",
    make({ frontier, powerLaw }, more) {
      const spectrum = powerLaw({ alpha, beta });
      return () => frontier({ spectrum, flops: [1e8, 1e20], ...more }).loss;
    },
  },
  {
    name: "frontier under a cosine schedule, 9 budgets 1e6 to 1e9",
    long: true,
    make({ cosine, frontier, powerLaw, sgd }) {
      const [spectrum, optimizer] = [powerLaw({ alpha, beta }), sgd({ schedule: cosine() })];
      return () => frontier({ spectrum, flops: [low, high], points: 9, optimizer }).loss;
    },
  },
  {
    name: "dynamical curves, 100 times to 1e7, 1e5 modes",
    make({ dynamics, logspace, sourceCapacity }, more) {
      const [spectrum, times] = [sourceCapacity({ a: 1.8, b: 1.4 }), logspace(1, 1e7, 100)];
      return () => dynamics({ spectrum, ...problem }, { times, ...more }).test;
    },
  },
  {
    name: `measured diagram, a row of ${SIDE} cells, f = 1e16 to 1e20`,
    note: `a plane of ${SIDE} rows takes ${SIDE} times as long, less what has no power law, shared by all cores`,
    long: true,
    make:
      ({ diagram }) =>
      () =>
        diagram({ alpha: cells, beta: [0.8], flops: [1e16, 1e20] }).eta[0]!,
  },
];

/** Nanoseconds of one run, which takes long enough. */
function once(run: () => Values): number {
  const start = processorTime();
  run();
  return 1e6 * (processorTime() - start);
}

/** No truth that is at hand. */
const unknown = (): number => Number.NaN;

/** Every job, its error against plain kernels where those do not take too long; then the second and third beside each other. */
export function frontierBenchmarks({
  before,
  only = "",
  onJob,
  ...settings
}: FrontierBenchmarkOptions): readonly JobResult[] {
  const results: JobResult[] = [];
  const add = (result: JobResult) => {
    results.push(result);
    onJob?.(result);
  };
  for (const { name, note, long, make } of JOBS) {
    if (!name.includes(only)) continue;
    const variants = [{ name: "isoflop", run: make(now) }];
    const was = before && runnable(before, make);
    if (was) variants.push({ name: "before", run: was });
    const truth = long ? undefined : make(now, { kernels: now.referenceKernels })();
    add({
      name,
      timings: compare(variants, { ...settings, ...(truth ? { truth } : { timer: once, error: unknown }) }),
      ...(note ? { note } : {}),
    });
  }
  const [, curve, frontier] = JOBS;
  const ratio = "frontier of 25 budgets beside a curve of 200 points";
  if (ratio.includes(only)) {
    const timings = [curve!, frontier!].map(({ name, make }) => ({ name, run: make(now) }));
    add({
      name: ratio,
      // two results of two kinds have no error beside each other
      timings: compare(timings, { ...settings, error: unknown }),
    });
  }
  return results;
}

/** The job as an earlier library does it; null where it lacks what that asks for. */
function runnable(library: Library, make: Job["make"]): (() => Values) | null {
  try {
    const run = make(library);
    run();
    return run;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
