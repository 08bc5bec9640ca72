// golden/schedules-small.csv: the exact second-moment recursion, momentum included, on λ_i = i^−1.4, c_i = i^−3.2.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import type { MomentumDrive } from "../../src/kernels/momentum.ts";
import type { Nodes } from "../../src/kernels/volterra.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { onEachBackend } from "../backends.ts";

const T = 512;
const zeros = (n: number) => new Float64Array(n);

/** d eigenvalues, P_⊥ = 0.01. */
function smallNodes(d: number): Nodes {
  const lambda = Float64Array.from({ length: d }, (_, i) => (i + 1) ** -1.4);
  const real = (re: Float64Array) => ({ re, im: zeros(d) });
  return {
    z: real(lambda),
    forcing: real(lambda.map((_, i) => (i + 1) ** -3.2)),
    source: real(lambda.map((l) => l * l)),
    rest: 0.01,
  };
}

/** γ1, γ2, γ3, Δ and B at step r, as the table's header gives them. */
type Setting = (r: number, g: number, d: number) => [g1: number, g2: number, g3: number, delta: number, batch: number];
const sgd =
  (shape: (r: number) => number, batch: (r: number) => number = () => 1): Setting =>
  (r, g) => [0, g * shape(r), 0, 1, batch(r)];
const dana =
  (g2: number, g3: (r: number, d: number) => number, batch = 1): Setting =>
  (r, g, d) => [1, g2 * g, g3(r, d) * g, 8 / (8 + r), batch];
const decaying = (scale: number) => (r: number) => scale * (1 + r) ** (-1 / 1.4);

const SETTINGS: Record<string, Setting> = {
  sgd_const: sgd(() => 1),
  sgd_const_noise: sgd(() => 1),
  sgd_power: sgd(
    (r) => (1 + r) ** -0.5,
    () => 2,
  ),
  sgd_cosine: sgd((r) => (1 + Math.cos((Math.PI * r) / T)) / 2),
  sgd_linear: sgd((r) => 1 - r / T),
  sgd_wsd: sgd((r) => Math.min(1, (r + 1) / 64) * Math.min(1, (T - r) / 102.4)),
  sgd_batch: sgd(
    () => 0.5,
    (r) => 2 ** Math.min(3, Math.floor(r / 128)),
  ),
  sgd_optimal: sgd((r) => Math.min(1, Math.sqrt((1 + r) / 64)) * (1 - r / T) ** 1.8),
  heavyball: (_, g) => [1, 0, 0.1 * g, 0.1, 1],
  heavyball_B4: (_, g) => [1, 0, 0.025 * g, 0.1, 4],
  nesterov: (_, g) => [1, 0.1 * g, 0.09 * g, 0.1, 2],
  dana_const: dana(1, (_, d) => 1 / d),
  dana_decay: dana(1, decaying(0.2)),
  dana_decay_noise_B2: dana(0.5, decaying(0.05), 2),
};

interface Row {
  name: string;
  d: number;
  noise: number;
  r: number;
  P: number;
  /** The table's own simulation, and its standard error. */
  simulated: number;
  stderr: number;
}

function smallTable(): Map<string, Row[]> {
  const lines = readFileSync(new URL("../fixtures/schedules-small.csv", import.meta.url), "utf8")
    .trim()
    .split("\n");
  const cases = new Map<string, Row[]>();
  for (const line of lines.filter((l) => !l.startsWith("#")).slice(1)) {
    const [name, ...cells] = line.split(",");
    const [d, noise, r, P, simulated, stderr] = cells.map(Number) as [number, number, number, number, number, number];
    const row = { name: name!, d, noise, r, P, simulated, stderr };
    cases.set(row.name, [...(cases.get(row.name) ?? []), row]);
  }
  return cases;
}

onEachBackend((kernels) => {
  it.each([...smallTable()])("%s to 1e-12", (name, rows) => {
    const { d, noise } = rows[0]!;
    const setting = SETTINGS[name.replace(/_d\d+$/, "")]!;
    const g0 = 0.5 / smallNodes(name.startsWith("dana") ? d : 128).z.re.reduce((a, b) => a + b);
    const nodes = smallNodes(d);
    const values = Array.from({ length: T + 1 }, (_, r) => setting(r, g0, d));
    const column = (k: number) => Float64Array.from(values, (v) => v[k]!);
    const drive: MomentumDrive = {
      gamma1: column(0),
      gamma2: column(1),
      gamma3: column(2),
      delta: column(3),
      batch: column(4),
      noise,
    };
    const state = { R: nodes.forcing.re.slice(), C: zeros(d), Y: zeros(d) };
    const P = kernels.stepMomentum(nodes, state, drive);
    for (const row of rows) expect(Math.abs(P[row.r]! / row.P - 1)).toBeLessThan(1e-12);
    if (name.startsWith("sgd")) {
      // the same as plain SGD
      const rho = { re: nodes.forcing.re.slice(), im: zeros(d) };
      const Q = kernels.stepModes(nodes, rho, { gamma: drive.gamma2, batch: drive.batch, noise });
      for (const row of rows) expect(Math.abs(Q[row.r]! / row.P - 1)).toBeLessThan(1e-12);
    }
  });
});

/** One run of the definition in the eigenbasis, φ_i = √λ_i ξ_i: P before each step. */
function simulate(
  kernels: Kernels,
  nodes: Nodes,
  setting: (r: number) => ReturnType<Setting>,
  noise: number,
  member: number,
) {
  const lambda = nodes.z.re;
  const n = lambda.length;
  const root = lambda.map(Math.sqrt);
  const delta = nodes.forcing.re.map((c, i) => Math.sqrt(c / lambda[i]!));
  const y = zeros(n);
  const losses = new Float64Array(T + 1);
  const outside = Math.sqrt(nodes.rest + noise);
  for (let r = 0; ; r++) {
    losses[r] = delta.reduce((sum, x, i) => sum + lambda[i]! * x * x, nodes.rest);
    if (r === T) return losses;
    const [g1, g2, g3, Delta, batch] = setting(r);
    const G = zeros(n);
    for (let b = 0; b < batch; b++) {
      const xi = kernels.random({ seed: 5, stream: "data", member, step: 8 * r + b }, "normal", n + 1);
      let e = outside * xi[n]!;
      for (let i = 0; i < n; i++) e += root[i]! * xi[i]! * delta[i]!;
      for (let i = 0; i < n; i++) G[i]! += e * root[i]! * xi[i]!;
    }
    for (let i = 0; i < n; i++) {
      y[i] = (1 - Delta) * y[i]! + g1 * G[i]!;
      delta[i]! -= g2 * G[i]! + g3 * y[i]!;
    }
  }
}

describe("simulation", () => {
  const RUNS = 300;
  const kernels = wasmKernels();
  const small = [...smallTable()].filter(([, rows]) => rows[0]!.d <= 128);
  it.each(small)(
    "%s: 300 runs of the definition agree with the recursion and with the table's own runs",
    (name, rows) => {
      const { d, noise } = rows[0]!;
      const setting = SETTINGS[name.replace(/_d\d+$/, "")]!;
      const g0 = 0.5 / smallNodes(name.startsWith("dana") ? d : 128).z.re.reduce((a, b) => a + b);
      const nodes = smallNodes(d);
      const [sum, squares] = [zeros(T + 1), zeros(T + 1)];
      for (let member = 0; member < RUNS; member++)
        simulate(kernels, nodes, (r) => setting(r, g0, d), noise, member).forEach((P, r) => {
          sum[r]! += P;
          squares[r]! += P * P;
        });
      for (const { r, P, simulated, stderr } of rows.filter((row) => row.r > 0)) {
        const mean = sum[r]! / RUNS;
        const own = Math.sqrt((squares[r]! / RUNS - mean * mean) / (RUNS - 1));
        expect(Math.abs(mean - P) / own, `r = ${r}`).toBeLessThan(4);
        expect(Math.abs(mean - simulated) / Math.hypot(own, stderr), `r = ${r}`).toBeLessThan(4);
      }
    },
  );
});
