// The exact recursion and spectral SGD against test/fixtures/schedules-small.csv: exact expectations and ensembles of another
// program, for spectra given by formula (λ_i = i^−1.4, c_i = i^−3.2, P_⊥ = 0.01), with label noise and schedules.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { Runner, spectralStart } from "../../src/simulation/segments.ts";
import { onEachBackend } from "../backends.ts";

const rows = readFileSync(new URL("../fixtures/schedules-small.csv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#") && !line.startsWith("case"))
  .map((line) => {
    const [name, d, noise, r, exact] = line.split(",") as [string, string, string, string, string];
    return { name, d: Number(d), noise: Number(noise), r: Number(r), exact: Number(exact) };
  });

const d = 128;
const T = 512;
const power = (p: number) => Float64Array.from({ length: d }, (_, i) => (i + 1) ** -p);
const sampled = { eigenvalues: power(1.4), energies: power(3.2), floor: 0.01, converged: true };
const g0 = 0.5 / sampled.eigenvalues.reduce((sum, x) => sum + x, 0);

const CASES: Record<string, { batch: number; gamma: (r: number) => number }> = {
  sgd_const: { batch: 1, gamma: () => g0 },
  sgd_const_noise: { batch: 1, gamma: () => g0 },
  sgd_power: { batch: 2, gamma: (r) => g0 * (1 + r) ** -0.5 },
  sgd_cosine: { batch: 1, gamma: (r) => (g0 * (1 + Math.cos((Math.PI * r) / T))) / 2 },
  sgd_linear: { batch: 1, gamma: (r) => g0 * (1 - r / T) },
  sgd_wsd: { batch: 1, gamma: (r) => g0 * Math.min(1, (r + 1) / 64) * Math.min(1, (T - r) / 102.4) },
  sgd_optimal: { batch: 1, gamma: (r) => g0 * Math.min(1, Math.sqrt((1 + r) / 64)) * (1 - r / T) ** 1.8 },
};

const spanOf = (name: string) => ({
  ...{ first: 0, count: T, batch: CASES[name]!.batch },
  gamma: Float64Array.from({ length: T }, (_, r) => CASES[name]!.gamma(r)),
  record: rows.filter((row) => row.name === name && row.r > 0).map((row) => row.r),
});
const exactly = (name: string) => rows.filter((row) => row.name === name && row.r > 0);

onEachBackend((kernels) => {
  it.each(Object.keys(CASES))("%s: the recursion is exact", (name) => {
    const wanted = exactly(name);
    expect(wanted.length).toBeGreaterThan(5);
    const noise = Math.sqrt(wanted[0]!.noise);
    const job = { kind: "expected", sampled, state: sampled.energies, noise, span: spanOf(name) } as const;
    const { losses } = new Runner(kernels).run(job);
    wanted.forEach(({ exact }, i) => {
      expect(losses[i]! / exact - 1).toBeCloseTo(0, 12);
    });
  });
});

describe("spectral SGD", () => {
  it.each(["sgd_const_noise", "sgd_power"])("%s: 600 members have its mean", (name) => {
    const wanted = exactly(name);
    const runner = new Runner(wasmKernels());
    const noise = Math.sqrt(wanted[0]!.noise);
    const problem = { spectrum: { kind: "power-law", alpha: 1, beta: 1 }, v: 1, d, seed: 1, draw: 0 } as const;
    const runs = Array.from({ length: 600 }, (_, member) => {
      const state = spectralStart(sampled, noise);
      const span = spanOf(name);
      return runner.run({ kind: "spectral", problem, sampled, state, member, span, limit: 1e9 }).losses;
    });
    wanted.forEach(({ exact }, i) => {
      const mean = runs.reduce((sum, run) => sum + run[i]!, 0) / runs.length;
      const variance = runs.reduce((sum, run) => sum + (run[i]! - mean) ** 2, 0) / (runs.length - 1);
      expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt(variance / runs.length));
    });
  });
});
