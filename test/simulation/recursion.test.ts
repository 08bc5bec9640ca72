// The exact recursions and spectral SGD against test/fixtures/schedules-small.csv: exact expectations and ensembles of another
// program, for spectra given by formula (λ_i = i^−1.4, c_i = i^−3.2, P_⊥ = 0.01), with label noise, schedules, momentum and batches
// that grow.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { expectedStart, mapDrive, SegmentRunner, type Span, spectralStart } from "../../src/simulation/segments.ts";
import { onEachBackend } from "../backends.ts";

interface Row {
  readonly r: number;
  readonly exact: number;
  readonly mean: number;
  readonly stderr: number;
}

const T = 512;
const rows = readFileSync(new URL("../fixtures/schedules-small.csv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#") && !line.startsWith("case"))
  .map((line) => {
    const [name, ...numbers] = line.split(",") as [string, ...string[]];
    const [d, noise, r, exact, mean, stderr] = numbers.map(Number) as [number, number, number, number, number, number];
    return { name, d, noise, r, exact, mean, stderr };
  });
const names = [...new Set(rows.map(({ name }) => name))];

const power = (d: number, p: number) => Float64Array.from({ length: d }, (_, i) => (i + 1) ** -p);
const sampledOf = (d: number) => ({
  eigenvalues: power(d, 1.4),
  energies: power(d, 3.2),
  floor: 0.01,
  converged: true,
});

type Step = { gamma: number; batch?: number; gamma1?: number; gamma3?: number; delta?: number };

/** Step r of a case, as the head of the file says. g: 0.5/Σλ. */
function stepOf(name: string, d: number, g: number): (r: number) => Step {
  const constant = g / d;
  const decaying = (r: number) => g * (1 + r) ** (-1 / 1.4);
  switch (name.replace(/_d\d+$/, "")) {
    case "sgd_const":
    case "sgd_const_noise":
      return () => ({ gamma: g });
    case "sgd_power":
      return (r) => ({ gamma: g * (1 + r) ** -0.5, batch: 2 });
    case "sgd_cosine":
      return (r) => ({ gamma: (g * (1 + Math.cos((Math.PI * r) / T))) / 2 });
    case "sgd_linear":
      return (r) => ({ gamma: g * (1 - r / T) });
    case "sgd_wsd":
      return (r) => ({ gamma: g * Math.min(1, (r + 1) / 64) * Math.min(1, (T - r) / 102.4) });
    case "sgd_batch":
      return (r) => ({ gamma: g / 2, batch: 2 ** Math.min(3, Math.floor(r / 128)) });
    case "sgd_optimal":
      return (r) => ({ gamma: g * Math.min(1, Math.sqrt((1 + r) / 64)) * (1 - r / T) ** 1.8 });
    case "heavyball":
      return () => ({ gamma: 0, gamma1: 1, gamma3: 0.1 * g, delta: 0.1 });
    case "heavyball_B4":
      return () => ({ gamma: 0, gamma1: 1, gamma3: 0.025 * g, delta: 0.1, batch: 4 });
    case "nesterov":
      return () => ({ gamma: 0.1 * g, gamma1: 1, gamma3: 0.09 * g, delta: 0.1, batch: 2 });
    case "dana_const":
      return (r) => ({ gamma: g, gamma1: 1, gamma3: constant, delta: 8 / (8 + r) });
    case "dana_decay":
      return (r) => ({ gamma: g, gamma1: 1, gamma3: 0.2 * decaying(r), delta: 8 / (8 + r) });
    case "dana_decay_noise_B2":
      return (r) => ({ gamma: 0.5 * g, gamma1: 1, gamma3: 0.05 * decaying(r), delta: 8 / (8 + r), batch: 2 });
  }
  throw new Error(`no formula for ${name}`);
}

/** A case: its rows after the start, its problem, and the steps between. */
function caseOf(name: string) {
  const wanted: Row[] = rows.filter((row) => row.name === name && row.r > 0);
  const { d, noise } = rows.find((row) => row.name === name)!;
  const sampled = sampledOf(d);
  const g = 0.5 / sampled.eigenvalues.reduce((sum, x) => sum + x, 0);
  const steps = Array.from({ length: T }, (_, r) => stepOf(name, d, g)(r));
  const column = (of: (step: Step) => number) => Float64Array.from(steps, of);
  const momentum = {
    gamma1: column((s) => s.gamma1 ?? 0),
    gamma3: column((s) => s.gamma3 ?? 0),
    delta: column((s) => s.delta ?? 1),
  };
  const plain = steps.every((s) => s.gamma1 === undefined);
  const drive = { batch: column((s) => s.batch ?? 1), gamma: column((s) => s.gamma), ...(plain ? {} : { momentum }) };
  const span: Span = { first: 0, count: T, record: wanted.map(({ r }) => r), drive };
  return { wanted, sampled, noise, span, momentum: !plain };
}

it("has every optimiser", () => {
  expect(names).toHaveLength(17);
});

onEachBackend((kernels) => {
  it.each(names)("%s: the recursion is exact", (name) => {
    const { wanted, sampled, noise, span, momentum } = caseOf(name);
    expect(wanted.length).toBeGreaterThan(5);
    const state = expectedStart(sampled, momentum);
    const { losses } = new SegmentRunner(kernels).run({ kind: "expected", sampled, state, noise, span });
    wanted.forEach(({ exact }, i) => {
      expect(losses[i]! / exact - 1).toBeCloseTo(0, 12);
    });
  });
});

const runner = new SegmentRunner(wasmKernels());

/** Spectral SGD's losses at the recorded steps, member by member. */
function ensemble({ sampled, noise, span, momentum }: ReturnType<typeof caseOf>, members: number) {
  const d = sampled.eigenvalues.length;
  const problem = { spectrum: { kind: "power-law", alpha: 1, beta: 1 }, v: 1, d, seed: 1, draw: 0 } as const;
  return Array.from({ length: members }, (_, member) => {
    const state = spectralStart(sampled, noise, momentum);
    return runner.run({ kind: "spectral", problem, sampled, state, member, span, limit: 1e9 }).losses;
  });
}

describe("spectral SGD", () => {
  it.each(names)("%s: its members have its mean, and that of the other program's", (name) => {
    const one = caseOf(name);
    // without label noise losses are so skewed that the mean of 600, and its error, are often too small
    const runs = ensemble(one, one.noise > 0 ? 600 : 2000);
    one.wanted.forEach(({ exact, mean: theirs, stderr }, i) => {
      const mean = runs.reduce((sum, run) => sum + run[i]!, 0) / runs.length;
      const variance = runs.reduce((sum, run) => sum + (run[i]! - mean) ** 2, 0) / (runs.length - 1) / runs.length;
      expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt(variance));
      expect(Math.abs(mean - theirs)).toBeLessThan(4 * Math.sqrt(variance + stderr ** 2));
    });
  });

  it("has the same bits with momentum that is none", () => {
    const plain = caseOf("sgd_const_noise");
    const { drive } = plain.span;
    const zeros = new Float64Array(T);
    const none = { gamma1: zeros.map(() => 1), gamma3: drive.gamma, delta: zeros.map(() => 1) };
    const heavy = {
      ...plain,
      momentum: true,
      span: { ...plain.span, drive: { ...drive, gamma: zeros, momentum: none } },
    };
    expect(ensemble(heavy, 3)).toEqual(ensemble(plain, 3));
    // and one number for all steps is the same as a table of it
    const once = {
      ...plain,
      span: { ...plain.span, drive: mapDrive(drive, (values) => (values as Float64Array)[0]!) },
    };
    expect(ensemble(once, 3)).toEqual(ensemble(plain, 3));
  });
});
