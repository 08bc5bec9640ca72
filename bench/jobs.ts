// Whole jobs: the library's default against plain JavaScript, scalar WebAssembly and what a user would run in NumPy.

import {
  diagram,
  frontier,
  type Kernels,
  logspace,
  loss,
  plrf,
  powerLaw,
  referenceKernels,
  wasmKernels,
} from "../src/index.ts";
import { compare, median, processorTime, relativeError, type Timing } from "./harness.ts";
import { numpy, type PeerLoss, type PeerSgd, peer } from "./peers.ts";

export interface JobResult {
  readonly name: string;
  /** The library's default first. */
  readonly timings: readonly Timing[];
  /** What is measured, what is extrapolated. */
  readonly note?: string;
}

export interface JobOptions {
  readonly scalar: Uint8Array<ArrayBuffer>;
  readonly rounds?: number;
  readonly slice?: number;
  readonly only?: string;
  readonly onJob?: (result: JobResult) => void;
}

const [alpha, beta] = [0.7, 0.7];
const spectrum = powerLaw({ alpha, beta });

export function jobBenchmarks({ scalar, only = "", onJob, ...settings }: JobOptions): JobResult[] {
  const backends: [string, Kernels][] = [
    ["isoflop", wasmKernels()],
    ["scalar WASM", wasmKernels(scalar)],
    ["JS reference", referenceKernels],
  ];
  const withPeer = numpy() !== null;
  const results: JobResult[] = [];
  const add = (name: string, make: () => Omit<JobResult, "name">) => {
    if (!name.includes(only)) return;
    const result = { name, ...make() };
    results.push(result);
    onJob?.(result);
  };
  const onBackends = (run: (kernels: Kernels) => ArrayLike<number>, truth?: ArrayLike<number>) =>
    compare(
      backends.map(([name, kernels]) => ({ name, run: () => run(kernels) })),
      { ...settings, truth: truth ?? run(referenceKernels) },
    );

  const model = plrf({ spectrum, d: 1600 });
  const steps = logspace(1, 1e6, 200);
  add("P at d = 1600, r = 1e6", () => ({
    timings: onBackends((kernels) => loss(model, { steps: [1e6], kernels }).loss),
  }));

  add("loss curve, d = 1600, 200 points to r = 1e6", () => {
    const timings = onBackends((kernels) => loss(model, { steps, kernels }).loss);
    if (!withPeer) return { timings };
    const { seconds, nodes } = published(1600, 1e6);
    return {
      timings: [...timings, beside(timings, "NumPy, published route", total(seconds), Number.NaN)],
      note: `NumPy: ${nodes} nodes × 6400 modes, its time extrapolated from a share of the nodes; Newton ${seconds.newton.toFixed(0)} s, powers ${seconds.powers.toFixed(0)} s, FFT ${seconds.fft.toFixed(0)} s`,
    };
  });

  add("loss curve, d = 100, 200 points to r = 1e4", () => {
    const small = plrf({ spectrum, d: 100 });
    const whole = Float64Array.from(new Set(logspace(1, 1e4, 200).map(Math.round)));
    const timings = onBackends((kernels) => loss(small, { steps: whole, kernels }).loss);
    if (!withPeer) return { timings };
    const { seconds, loss: values } = peer<PeerLoss>("loss", job(100, 1, whole));
    const error = relativeError(values!, loss(small, { steps: whole, kernels: referenceKernels }).loss);
    return { timings: [...timings, beside(timings, "NumPy, published route", total(seconds), error)] };
  });

  add("frontier, 25 budgets 1e6 to 1e9", () => {
    const run = (kernels: Kernels) => frontier({ spectrum, flops: [1e6, 1e9], kernels }).loss;
    const timings = onBackends(run);
    if (!withPeer) return { timings };
    // approach 1: the lower envelope of the curves of a dozen sizes
    const sizes = logspace(100, 3200, 12).map(Math.round);
    let seconds = 0;
    for (const d of sizes) seconds += total(published(d, Math.min(1e6, Math.round(1e9 / d))).seconds);
    return {
      timings: [...timings, beside(timings, "NumPy, 12 curves", seconds, Number.NaN)],
      note: "NumPy: the lower envelope of 12 curves, d = 100 to 3200, each extrapolated from a share of its nodes",
    };
  });

  add("frontier, 25 budgets 1e8 to 1e20", () => ({
    timings: onBackends((kernels) => frontier({ spectrum, flops: [1e8, 1e20], kernels }).loss),
  }));

  add("measured phase diagram, a row of 64", () => {
    const axis = { alpha: logspace(0.15, 1.5, 64), beta: [0.7], flops: [1e12, 1e14] as const };
    const [, kernels] = backends[0]!;
    const times = [0, 1, 2].map(() => {
      const start = processorTime();
      diagram({ ...axis, kernels });
      return 1e6 * (processorTime() - start);
    });
    return {
      timings: [{ name: "isoflop", time: median(times), ratio: 1, error: Number.NaN }],
      note: "64 such rows on two threads take 32 times as long",
    };
  });

  add("SGD step, d = 1600, v = 6400", () => {
    const { gamma } = plrf({ spectrum, d: 1600 });
    const eigenvalues = Float64Array.from({ length: 1601 }, (_, i) => (i < 1600 ? (i + 1) ** (-2 * alpha) : 0));
    const count = 200;
    const run = (kernels: Kernels) => {
      const y = Float64Array.from({ length: 1601 }, (_, i) => (i + 1) ** -(alpha + beta));
      kernels.spectralSteps(y, { seed: 1, first: 0, count, batch: 1, gamma, limit: 1e9, member: 0, eigenvalues });
      return y;
    };
    const timings = onBackends(run)
      .filter(({ name }) => name !== "scalar WASM") // its random numbers and sums are written for 128 bits alone
      .map((timing) => ({ ...timing, time: timing.time / count }));
    if (!withPeer) return { timings };
    const { seconds } = peer<PeerSgd>("sgd", { alpha, beta, d: 1600, v: 6400, gamma, steps: 100, seed: 1 });
    return {
      timings: [...timings, beside(timings, "NumPy, dense", seconds, Number.NaN)],
      note: "isoflop steps in the eigenbasis, equal in law for Gaussian data, after one tridiagonalisation for each draw of W",
    };
  });
  return results;
}

const total = ({ newton, powers, fft }: PeerLoss["seconds"]): number => newton + powers + fft;

const job = (d: number, share: number, steps: Float64Array) => ({
  ...{ alpha, beta, d, gamma: plrf({ spectrum, d }).gamma, share },
  steps: Array.from(steps),
});

/** The published route at a size too large to run whole: a few hundred of its nodes, and the rest in proportion. */
function published(d: number, last: number): PeerLoss {
  const nodes = 7.5 * d ** (2 * alpha);
  return peer<PeerLoss>("loss", job(d, Math.min(0.5, 200 / nodes), Float64Array.of(1, last)));
}

function beside(timings: readonly Timing[], name: string, seconds: number, error: number): Timing {
  const time = 1e9 * seconds;
  return { name, time, ratio: time / timings[0]!.time, error };
}
