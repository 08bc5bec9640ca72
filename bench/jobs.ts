// Whole jobs: the library's default against plain JavaScript, scalar WebAssembly and what a user would run in NumPy.

import {
  bootstrap,
  diagram,
  dropHighestLoss,
  dynamics,
  epochsPlaneRow,
  fitParametric,
  frontier,
  type Kernels,
  logspace,
  loss,
  type PowerLaw,
  plrf,
  powerLaw,
  referenceKernels,
  sgd,
  simulate,
  sourceCapacity,
  wasmKernels,
} from "../src/index.ts";
import { present, published } from "../test/fitting/data.ts";
import { study } from "../test/fitting/laws.ts";
import { compare, median, processorTime, relativeError, type Timing } from "./harness.ts";
import { numpy, type PeerDynamics, type PeerFit, type PeerLoss, type PeerSgd, peer } from "./peers.ts";

/** A timing; `share` is how much of the job was run, the rest being its own cost in proportion. */
export interface JobTiming extends Timing {
  readonly share?: number;
}

export interface JobResult {
  readonly name: string;
  /** The library's default first. */
  readonly timings: readonly JobTiming[];
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

export async function jobBenchmarks({ scalar, only = "", onJob, ...settings }: JobOptions): Promise<JobResult[]> {
  const kernels = wasmKernels();
  const backends: [string, Kernels][] = [
    ["isoflop", kernels],
    ["scalar WASM", wasmKernels(scalar)],
    ["JS reference", referenceKernels],
  ];
  const withPeer = numpy() !== null;
  const results: JobResult[] = [];
  const add = async (name: string, make: () => Unnamed | Promise<Unnamed>) => {
    if (!name.includes(only)) return;
    const result = { name, ...(await make()) };
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
  await add("P at d = 1600, r = 1e6", () => ({
    timings: onBackends((kernels) => loss(model, { steps: [1e6], kernels }).loss),
  }));

  await add("loss curve, d = 200, 200 points to r = 1e4", () => {
    const small = plrf({ spectrum, d: 200 });
    const whole = Float64Array.from(new Set(logspace(1, 1e4, 200).map(Math.round)));
    const timings = onBackends((kernels) => loss(small, { steps: whole, kernels }).loss);
    if (!withPeer) return { timings };
    const { seconds, loss: values } = peer<PeerLoss>("loss", lossJob(spectrum, 200, 1, whole));
    const error = relativeError(values!, loss(small, { steps: whole, kernels: referenceKernels }).loss);
    return { timings: [...timings, beside(timings, "NumPy, published route", total(seconds), error)] };
  });

  await add("loss curve, d = 1600, 200 points to r = 1e6", () => {
    const timings = onBackends((kernels) => loss(model, { steps, kernels }).loss);
    if (!withPeer) return { timings };
    const { seconds, nodes, share } = partOf(spectrum, 1600, 1e6);
    return {
      timings: [...timings, beside(timings, "NumPy, published route", total(seconds), Number.NaN, share)],
      note: `NumPy has ${nodes} nodes × 6400 modes: Newton ${seconds.newton.toFixed(0)} s, powers ${seconds.powers.toFixed(0)} s, FFT ${seconds.fft.toFixed(0)} s`,
    };
  });

  await add("frontier, 9 budgets 5e3 to 5e4", () => {
    const flops = logspace(5e3, 5e4, 9);
    const run = (kernels: Kernels) => frontier({ spectrum, flops: [5e3, 5e4], points: 9, kernels }).loss;
    const truth = run(referenceKernels);
    const timings = onBackends(run, truth);
    if (!withPeer) return { timings };
    let seconds = 0;
    const envelope = new Float64Array(9).fill(Infinity);
    for (const d of logspace(60, 270, 8).map(Math.round)) {
      const r = Float64Array.from(flops, (f) => Math.round(f / d));
      const measured = peer<PeerLoss>("loss", lossJob(spectrum, d, 1, r));
      seconds += total(measured.seconds);
      measured.loss!.forEach((P, i) => {
        envelope[i] = Math.min(envelope[i]!, P);
      });
    }
    return {
      timings: [...timings, beside(timings, "NumPy, 8 curves", seconds, relativeError(envelope, truth))],
      note: "NumPy: the lower envelope of 8 curves, d = 60 to 270; its error is that of so few sizes",
    };
  });

  await add("frontier, 25 budgets 1e6 to 1e9", () => {
    const timings = onBackends((kernels) => frontier({ spectrum, flops: [1e6, 1e9], kernels }).loss);
    if (!withPeer) return { timings };
    const curves = Array.from(logspace(100, 3200, 12), (d) =>
      partOf(spectrum, Math.round(d), Math.min(1e6, Math.round(1e9 / d))),
    );
    return {
      timings: [...timings, summed(timings, "NumPy, 12 curves", curves)],
      note: "NumPy: the lower envelope of 12 curves, d = 100 to 3200",
    };
  });

  await add("frontier, 25 budgets 1e8 to 1e20", () => ({
    timings: onBackends((kernels) => frontier({ spectrum, flops: [1e8, 1e20], kernels }).loss),
  }));

  await add("measured phase diagram, a row of 8", async () => {
    const row = { alpha: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], beta: [0.7], flops: [1e5, 1e7] as const };
    const time = await repeated(() => void diagram({ ...row, kernels }));
    const timings = [{ name: "isoflop", time, ratio: 1, error: Number.NaN }];
    if (!withPeer) return { timings };
    const curves = row.alpha.flatMap((alpha) => {
      const there = powerLaw({ alpha, beta: 0.7 });
      const { d } = frontier({ spectrum: there, flops: [1e5, 1e7], points: 6, kernels });
      return Array.from(d, (best) => {
        const size = Math.max(10, Math.round(best));
        return partOf(there, size, Math.min(1e6, Math.round(1e7 / size)));
      });
    });
    return {
      timings: [...timings, summed(timings, "NumPy, 6 curves a cell", curves)],
      note: "flops 1e5 to 1e7; NumPy: the lower envelope of 6 curves for each α, at the best sizes of 6 budgets",
    };
  });

  await add("SGD ensemble, d = 800, 16 runs of 1e5 steps", async () => {
    const large = plrf({ spectrum, d: 800, v: 8000 });
    const [members, draws, last, part] = [16, 4, 1e5, 200];
    const ensemble = (count: number) => simulate(large, { steps: count, members, draws, seed: 1, record: 2, kernels });
    const time = await repeated(() => ensemble(last), 1);
    const truth = loss(large, { steps: [part], kernels }).loss[0]!;
    const { mean } = await ensemble(part);
    const timings = [{ name: "isoflop", time, ratio: 1, error: Math.abs(mean.at(-1)! / truth - 1) }];
    if (!withPeer) return { timings };
    const { gamma, v } = large;
    const error = (losses: number[]) => Math.abs(losses.reduce((sum, P) => sum + P, 0) / losses.length / truth - 1);
    const peers = [
      { name: "NumPy, dense, 4 runs together", draws },
      { name: "NumPy, dense, a run at a time", draws: members },
    ].map(({ name, draws }) => {
      const dense = peer<PeerSgd>("sgd", { alpha, beta, d: 800, v, gamma, draws, members, steps: part, seed: 1 });
      const seconds = dense.seconds.draws + (dense.seconds.steps * last) / part;
      return beside(timings, name, seconds, error(dense.loss), part / last);
    });
    return {
      timings: [...timings, ...peers],
      note: `v = 8000, 4 draws of W, their eigenvalues included; NumPy steps the 4 runs on one W by one product, or each alone on a W of its own. Errors: the runs' mean after ${part} steps against the exact expectation, that is the spread of 16 runs`,
    };
  });

  await add("dynamical curves, 100 times to 1e7", () => {
    const problem = { modes: 1e4, N: 1000, P: 3000, noise: 0.01 };
    const times = logspace(1, 1e7, 100);
    const [a, b] = [1.8, 1.4];
    const run = (kernels: Kernels, accuracy: "fast" | "reference" = "fast") =>
      dynamics({ spectrum: sourceCapacity({ a, b }), ...problem }, { times, accuracy, kernels }).test;
    const truth = run(referenceKernels, "reference");
    const timings = onBackends((kernels) => run(kernels), truth);
    if (!withPeer) return { timings };
    const { seconds, loss: values } = peer<PeerDynamics>("dynamics", { a, b, ...problem, times: Array.from(times) });
    return {
      timings: [...timings, beside(timings, "NumPy, Talbot twice", seconds, relativeError(values, truth))],
      note: "N = 1000, P = 3000, 1e4 modes, gradient flow; NumPy inverts both Laplace transforms at every time",
    };
  });

  await add("SGD on N = P = 1e6 samples, 100 times to 1e9", () => {
    const times = Float64Array.from(new Set(logspace(1, 1e9, 100).map(Math.round)));
    const problem = { spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), N: 1e6, P: 1e6, rule: sgd({ eta: 0.2, batch: 1 }) };
    const truth = dynamics(problem, { times, accuracy: "reference" }).test;
    const timings = compare(
      backends.slice(0, 2).map(([name, kernels]) => ({ name, run: () => dynamics(problem, { times, kernels }).test })),
      { ...settings, truth },
    );
    return { timings, note: 'M = ∞, both losses and their errors; the error is against accuracy: "reference"' };
  });

  await add("plane of compute and samples, a row of 64", async () => {
    const problem = { spectrum: sourceCapacity({ a: 1.8, b: 1.4 }) };
    const options = { unique: logspace(1e2, 1e6, 64), compute: logspace(1e4, 1e12, 64), kernels };
    const row = epochsPlaneRow(problem, options, 32);
    const time = await repeated(() => epochsPlaneRow(problem, options, 32));
    return {
      timings: [{ name: "isoflop", time, ratio: 1, error: Math.max(...row.error) }],
      note: `the 64 rows of \`epochs --plane\` on two cores take 32 times as long, ${((32 * time) / 1e9).toFixed(0)} s; the error is the row's own estimate`,
    };
  });

  await add("approach 3, 4,500 starts and 4,000 bootstrap draws", async () => {
    const runs = present ? dropHighestLoss(await published("chinchilla-extracted.csv"), 5) : study(1).runs;
    const [starts, draws] = [4500, 4000];
    const found = fitParametric(runs, { kernels });
    const job = async (from: "grid" | "projection") => {
      const law = fitParametric(runs, { starts: from, kernels });
      await bootstrap(runs, { method: "parametric", law, delta: law.delta }, { draws, kernels });
    };
    const over = (objective: number) => Math.max(0, objective / found.objective - 1);
    const time = await repeated(() => job("grid"));
    const fewer = await repeated(() => job("projection"));
    const { objective } = fitParametric(runs, { starts: "projection", kernels });
    const timings = [
      { name: "isoflop", time, ratio: 1, error: over(found.objective) },
      { name: "isoflop, starts by projection", time: fewer, ratio: fewer / time, error: over(objective) },
    ];
    if (!withPeer) return { timings };
    const lists = { N: Array.from(runs.N), D: Array.from(runs.D), loss: Array.from(runs.loss) };
    const part = { ...lists, starts: 90, draws: 80, seed: 1 };
    const peers = [
      { name: "SciPy, BFGS", method: "BFGS", gradient: true, options: {} },
      {
        name: "SciPy, L-BFGS-B to the end",
        method: "L-BFGS-B",
        gradient: true,
        options: { ftol: 1e-15, gtol: 1e-9, maxiter: 5000 },
      },
      { name: "SciPy, L-BFGS-B, no gradient", method: "L-BFGS-B", gradient: false, options: {} },
    ].map(({ name, ...how }) => {
      const { seconds, ...fit } = peer<PeerFit>("fit", { ...part, ...how });
      const whole = starts * seconds.start + draws * seconds.draw;
      return beside(timings, name, whole, over(fit.objective), part.draws / draws);
    });
    return {
      timings: [...timings, ...peers],
      note: `${runs.n} rows${present ? " (Chinchilla)" : ""}. Errors: how far the objective lies above the lowest known. isoflop starts each draw anew by variable projection, SciPy from the fit alone; its L-BFGS-B by default stops there at once, for the objective is small`,
    };
  });
  return results;
}

type Unnamed = Omit<JobResult, "name">;

/** Median nanoseconds of processor time, all threads together. */
async function repeated(run: () => unknown, rounds = 3): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = processorTime();
    await run();
    times.push(1e6 * (processorTime() - start));
  }
  return median(times);
}

const total = ({ newton, powers, fft }: PeerLoss["seconds"]): number => newton + powers + fft;

const lossJob = (spectrum: PowerLaw, d: number, share: number, steps: Float64Array) => ({
  ...{ alpha: spectrum.alpha, beta: spectrum.beta, d, gamma: plrf({ spectrum, d }).gamma, share },
  steps: Array.from(steps),
});

/** The published route at a size too large to run whole: a few hundred of its nodes, and the rest in proportion. */
function partOf(spectrum: PowerLaw, d: number, last: number): PeerLoss & { readonly share: number } {
  const nodes = 7.5 * d ** (2 * spectrum.alpha);
  const share = Math.min(0.5, 200 / nodes);
  return { ...peer<PeerLoss>("loss", lossJob(spectrum, d, share, Float64Array.of(1, last))), share };
}

/** Curves run in part, together. */
function summed(timings: readonly Timing[], name: string, curves: readonly ReturnType<typeof partOf>[]): JobTiming {
  const seconds = curves.reduce((sum, curve) => sum + total(curve.seconds), 0);
  return beside(timings, name, seconds, Number.NaN, Math.min(...curves.map(({ share }) => share)));
}

function beside(timings: readonly Timing[], name: string, seconds: number, error: number, share?: number): JobTiming {
  const time = 1e9 * seconds;
  return { name, time, ratio: time / timings[0]!.time, error, ...(share && { share }) };
}
