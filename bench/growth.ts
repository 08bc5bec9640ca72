// How processor time, wall time over threads and memory grow: the exponent of a power law fitted over a range, beside the one the
// mathematics says.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dynamics, fitPowerLaw, logspace, loss, plrf, powerLaw, sourceCapacity, wasmKernels } from "../src/index.ts";
import { compare, median } from "./harness.ts";

export interface Growth {
  readonly name: string;
  readonly quantity: "processor time" | "wall time" | "memory";
  readonly variable: string;
  readonly at: readonly number[];
  /** Nanoseconds, or bytes. */
  readonly values: readonly number[];
  readonly exponent: number;
  readonly expected: string;
}

export function growthBenchmarks(options: { rounds?: number; slice?: number } = {}): Growth[] {
  return [...timeGrowth(options), ...threadGrowth(), ...memoryGrowth()];
}

function growth(fields: Omit<Growth, "exponent">): Growth {
  const { at, values } = fields;
  // two numbers of threads are all that two cores allow: a slope, not a fit
  const exponent =
    at.length > 2
      ? fitPowerLaw(at, values).exponent.value
      : Math.log(values[1]! / values[0]!) / Math.log(at[1]! / at[0]!);
  return { ...fields, exponent };
}

function timeGrowth(options: { rounds?: number; slice?: number }): Growth[] {
  const kernels = wasmKernels();
  const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
  const gamma = plrf({ spectrum, d: 1e3, v: 1e12 }).gamma / 2;
  const grow = (
    name: string,
    variable: string,
    expected: string,
    at: number[],
    run: (x: number) => ArrayLike<number>,
  ): Growth => {
    const timings = compare(
      at.map((x) => ({ name: String(x), run: () => run(x) })),
      options,
    );
    const values = timings.map(({ time }) => time);
    return growth({ name, quantity: "processor time", variable, at, values, expected });
  };
  const one = { steps: [1e6], kernels };
  const model = plrf({ spectrum, d: 1600 });
  const sizes = [2048, 4096, 8192, 16384];
  const F = new Map(sizes.map((n) => [n, Float64Array.from({ length: n }, (_, r) => (1 + r) ** -0.6)]));
  const K = new Map(sizes.map((n) => [n, F.get(n)!.map((x) => 0.1 * x * x)]));
  const roots = (v: number) => ({ root: kernels.indexPowers(v, -0.7), target: kernels.indexPowers(v, -1.4) });
  const wide = roots(2048);
  return [
    grow(
      "P(r), with its model",
      "d",
      "log d",
      [1e3, 1e5, 1e7, 1e9, 1e11],
      (d) => loss(plrf({ spectrum, d }), one).loss,
    ),
    grow(
      "P(r), with its model",
      "v",
      "log v",
      [1e4, 1e6, 1e8, 1e10, 1e12],
      (v) => loss(plrf({ spectrum, d: 1e3, v, gamma }), one).loss,
    ),
    grow("P(r)", "r", "0", [1e2, 1e4, 1e6, 1e8, 1e10, 1e12], (r) => loss(model, { steps: [r], kernels }).loss),
    grow(
      "a curve of 200 points to r",
      "r",
      "log r",
      [1e3, 1e5, 1e7, 1e9, 1e11],
      (r) => loss(model, { steps: logspace(64, r, 200), kernels }).loss,
    ),
    grow(
      "dynamical curves, 100 times to T",
      "T",
      "log T",
      [1e3, 1e5, 1e7, 1e9],
      (T) =>
        dynamics(
          { spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), modes: 1e5, N: 1000, P: 3000 },
          { times: logspace(1, T, 100), kernels },
        ).test,
    ),
    grow("Volterra, direct", "T", "2", sizes, (n) => kernels.volterra(F.get(n)!, K.get(n)!)),
    grow(
      "a curve to T by modes",
      "T",
      "at most 1",
      [2000, 8000, 32000],
      (T) => loss(model, { steps: Float64Array.of(0, T), method: "modes", kernels }).loss,
    ),
    grow("100 spectral SGD steps", "d", "1", [512, 1024, 2048, 4096], (d) => {
      const y = Float64Array.from({ length: d + 1 }, (_, i) => (i + 1) ** -1.4);
      const eigenvalues = y.map((x, i) => (i < d ? x : 0));
      const steps = { seed: 1, first: 0, count: 100, batch: 1, gamma: 0.2, limit: 1e9, member: 0 };
      kernels.spectralSteps(y, { ...steps, eigenvalues });
      return y;
    }),
    grow(
      "eigenvalues of one W, v = 2048",
      "d",
      "2 to 3",
      [64, 128, 256, 512],
      (d) => kernels.measure(kernels.tridiagonalize(kernels.gram(wide, { seed: 1, draw: 0, d }))).eigenvalues,
    ),
    grow(
      "WᵀDW of one W, d = 128",
      "v",
      "1",
      [1024, 2048, 4096, 8192],
      (v) => kernels.gram(roots(v), { seed: 1, draw: 0, d: 128 }).overlap,
    ),
  ];
}

/** Runs a script in a fresh process with the built library, and parses what it prints. */
function fresh(script: string): number {
  const prelude = `import { dynamics, logspace, loss, plrf, powerLaw, simulate, sourceCapacity } from "../lib/index.js";
const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });\n`;
  // a file: threads do not start from a script given as an argument
  mkdirSync("build/bench", { recursive: true });
  writeFileSync("build/bench/fresh.mjs", prelude + script);
  return Number(execFileSync(process.execPath, ["build/bench/fresh.mjs"], { encoding: "utf8" }));
}

/** Wall time of an ensemble, threads and their start included, against their number: the best of three processes. */
function threadGrowth(): Growth[] {
  const at = [1, 2, 4].filter((threads) => threads <= availableParallelism());
  if (at.length < 2) return [];
  const run = (threads: number): number =>
    fresh(`const start = performance.now();
await simulate(plrf({ spectrum, d: 400 }), { steps: 40_000, members: 16, record: 10, threads: ${threads} });
console.log(1e6 * (performance.now() - start));`);
  const rounds = [0, 1, 2].map(() => at.map(run));
  const values = at.map((_, i) => Math.min(...rounds.map((times) => times[i]!)));
  const name = "16 runs of 40,000 steps, d = 400";
  return [growth({ name, quantity: "wall time", variable: "threads", at, values, expected: "−1" })];
}

/** On Linux maxRSS begins with that of the process that started this one; VmHWM is its own. */
const PEAK = `import { readFileSync } from "node:fs";
let peak = process.resourceUsage().maxRSS;
try {
  peak = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
} catch {}
console.log(1024 * peak);`;

/** Peak resident memory of a fresh process above that of one that computes a small answer of the same kind. */
function memoryGrowth(): Growth[] {
  const peak = (work: string): number => median([0, 1, 2].map(() => fresh(`${work}\n${PEAK}`)));
  const grow = (
    name: string,
    variable: string,
    expected: string,
    at: number[],
    work: (x: number) => string,
  ): Growth => {
    const values = at.map((x) => peak(work(x)));
    return growth({ name, quantity: "memory", variable, at, values, expected });
  };
  /** Of what is needed above the process itself, with the core loaded and warm. */
  const above = (
    name: string,
    variable: string,
    expected: string,
    at: number[],
    work: (x: number) => string,
  ): Growth => {
    const idle = peak(work(at[0]! / 16));
    const values = at.map((x) => Math.max(1, peak(work(x)) - idle));
    return growth({ name: `${name}, above the idle process`, quantity: "memory", variable, at, values, expected });
  };
  const curve = (d: number, v: number, r: number) =>
    `loss(plrf({ spectrum, d: ${d}, v: ${v} }), { steps: logspace(1, ${r}, 200) });`;
  return [
    grow("a curve of 200 points, v = 4d", "d", "0", [1e3, 1e6, 1e9, 1e12], (d) => curve(d, 4 * d, 1e6)),
    grow("a curve of 200 points", "v", "0", [1e4, 1e6, 1e8, 1e10], (v) => curve(1e3, v, 1e6)),
    grow("a curve of 200 points to r", "r", "0", [1e3, 1e6, 1e9, 1e12], (r) => curve(1e4, 4e4, r)),
    grow(
      "dynamical curves, 100 times to T",
      "T",
      "0",
      [1e3, 1e5, 1e7, 1e9],
      (T) =>
        `dynamics({ spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), modes: 1e5, N: 1000, P: 3000 }, { times: logspace(1, ${T}, 100) });`,
    ),
    above(
      "a curve of n points",
      "n",
      "1",
      [131072, 262144, 524288],
      (n) => `loss(plrf({ spectrum, d: 1e4 }), { steps: logspace(1, 1e9, ${n}) });`,
    ),
    above(
      "spectral run, v = 4d",
      "d",
      "2",
      [800, 1600, 3200],
      (d) => `await simulate(plrf({ spectrum, d: ${d} }), { steps: 10, members: 1 });`,
    ),
    above(
      "dense run, d = 400",
      "v",
      "1",
      [6400, 12800, 25600],
      (v) => `await simulate(plrf({ spectrum, d: 400, v: ${v} }), { steps: 10, members: 1, method: "dense" });`,
    ),
  ];
}
