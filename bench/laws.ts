// Laws as formulas, in time: the tape of one with its derivatives on 100,000 rows, beside NumPy, plain JavaScript written out by hand
// and the tape run by plain JavaScript, each least of some rounds, with how far their sums differ; approach 3 on a million rows; and
// laws stacked with 1,000 draws on 240 rows.
//   npx tsx bench/laws.ts

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bind } from "../src/fitting/laws/bind.ts";
import { forecaster, lawNamed, REGISTRY } from "../src/fitting/laws/index.ts";
import { fitRuns, lossAt, type Runs, referenceKernels, runs } from "../src/index.ts";
import { random } from "../test/fitting/laws.ts";

const LAW = { E: 1.75, A: 420, B: 1900, alpha: 0.34, beta: 0.36 };

/** Runs of a law with noise of half a per cent. */
function made(n: number): Runs {
  const { uniform, normal } = random(1);
  const N = Float64Array.from({ length: n }, () => Math.exp(uniform(Math.log(2e7), Math.log(2e9))));
  const D = N.map((size) => size * Math.exp(uniform(0, 6)));
  return runs({ N, D, loss: N.map((size, i) => lossAt(LAW, size, D[i]!) * Math.exp(0.005 * normal())) });
}

const ROUNDS = 60;
const least = (work: () => void): number => {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
};

const rows = made(1e5);
const law = lawNamed("coupled");
const p = Float64Array.of(1.75, 420, 1900, 0.34, 0.36, 0.9);
const [kernel, plain] = [bind(law, rows), bind(law, rows, { kernels: referenceKernels })];
const [x, y] = [rows.N.map(Math.log), rows.D.map(Math.log)];

/** The same by hand. */
function byHand() {
  const [E, A, B, alpha, beta, gamma] = p as unknown as [number, number, number, number, number, number];
  const n = rows.n;
  const [values, jacobian] = [new Float64Array(n), new Float64Array(6 * n)];
  for (let i = 0; i < n; i++) {
    const [a, b] = [A * Math.exp(-alpha * x[i]!), B * Math.exp(-beta * y[i]!)];
    const s = a + b;
    const logs = Math.log(s);
    const power = Math.exp(gamma * logs);
    const L = E + power;
    const slope = (gamma * power) / s / L;
    values[i] = Math.log(L);
    jacobian[i] = 1 / L;
    jacobian[n + i] = (slope * a) / A;
    jacobian[2 * n + i] = (slope * b) / B;
    jacobian[3 * n + i] = -slope * a * x[i]!;
    jacobian[4 * n + i] = -slope * b * y[i]!;
    jacobian[5 * n + i] = (power * logs) / L;
  }
  return { values, jacobian };
}

const total = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0);
const sums = ({ values, jacobian }: { values: Float64Array; jacobian: Float64Array }) => [
  total(values),
  ...Array.from({ length: 6 }, (_, j) => total(jacobian.subarray(j * rows.n, (j + 1) * rows.n))),
];
const reference = sums(byHand());
const off = (of: readonly number[]) => Math.max(...of.map((v, j) => Math.abs(v / reference[j]! - 1))).toExponential(1);
const python = spawnSync("python3", [fileURLToPath(new URL("peers/tape.py", import.meta.url))], {
  input: JSON.stringify({ N: [...rows.N], D: [...rows.D], p: [...p], rounds: ROUNDS }),
  encoding: "utf8",
  maxBuffer: 1e8,
});
console.log("log of the coupled law and its six derivatives on 100,000 rows:");
const time = least(() => kernel.run(p, true));
const tell = (what: string, ms: number, sum: readonly number[]) =>
  console.log(
    `  ${what.padEnd(34)} ${ms.toFixed(2).padStart(7)} ms, ${(ms / time).toFixed(2)} times the kernel's, sums off by ${off(sum)}`,
  );
tell("the tape's kernel", time, sums(kernel.run(p, true)));
tell(
  "JavaScript by hand",
  least(() => void byHand()),
  reference,
);
tell(
  "the tape in plain JavaScript",
  least(() => void plain.run(p, true)),
  sums(plain.run(p, true)),
);
if (python.status === 0) {
  const { seconds, value, slopes } = JSON.parse(python.stdout) as { seconds: number; value: number; slopes: number[] };
  tell("NumPy", 1e3 * seconds, [value, ...slopes]);
} else console.log("  NumPy: skipped, it is not installed");

const seconds = async (work: () => unknown) => {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return `${((performance.now() - start) / 1e3).toFixed(1)} s, of the processor ${((user + system) / 1e6).toFixed(1)} s`;
};
const few = made(240);
console.log(`the default laws stacked with 1,000 draws on 240 rows: ${await seconds(() => forecaster(few))}`);
const inSizes = REGISTRY.filter(
  ({ target, inputs }) => target === "loss" && inputs.every(({ name }) => "NDC".includes(name)),
);
console.log(`${inSizes.length} laws so: ${await seconds(() => forecaster(few, inSizes))}`);
const million = made(1e6);
console.log(`approach 3 on a million rows: ${await seconds(() => fitRuns(million, { draws: 0 }))} without resamples`);
