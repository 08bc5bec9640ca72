import { expect, it } from "vitest";
import type { MomentumDrive } from "../../src/kernels/momentum.ts";
import type { Nodes } from "../../src/kernels/volterra.ts";
import { NODES } from "../../src/math/radau.ts";
import { onEachBackend } from "../backends.ts";

const real = (re: number[]) => ({ re: Float64Array.from(re), im: new Float64Array(re.length) });
/** Seven nodes on a power law, slow enough to be on their way from r = 1e3 to 1e5. */
const lambda = Array.from({ length: 7 }, (_, i) => 10 ** -i);
const nodes: Nodes = {
  z: real(lambda),
  forcing: real(lambda.map((l) => 0.3 * Math.sqrt(l))),
  source: real(lambda.map((l) => 0.1 * l ** 1.3)),
  rest: 1e-4,
};
const fresh = () => ({ R: nodes.forcing.re.slice(), C: new Float64Array(7), Y: new Float64Array(7) });

/** DANA with a moving γ3, batch 2 and label noise: every coefficient at work. */
const setting = (r: number) => [1, 0.2, 0.02 * (1 + r) ** -0.5, 8 / (8 + r), 2] as const;
const drive = (at: number[]): MomentumDrive => {
  const rows = at.map(setting);
  const [gamma1, gamma2, gamma3, delta, batch] = [0, 1, 2, 3, 4].map((k) => Float64Array.from(rows, (row) => row[k]!));
  return { gamma1: gamma1!, gamma2: gamma2!, gamma3: gamma3!, delta: delta!, batch: batch!, noise: 0.3 };
};

onEachBackend((kernels) => {
  it("steps the moments of the definition: one node, one sample at a time, by hand", () => {
    // two steps of y ← (1−Δ)y + γ1 G, δ ← δ − γ2 G − γ3 y with E e² = P + σ² + λ²δ² from the node itself, B = 1
    const one: Nodes = { z: real([0.5]), forcing: real([2]), source: real([0.25]), rest: 0.1 };
    const state = { R: Float64Array.of(2), C: new Float64Array(1), Y: new Float64Array(1) };
    const numbers = (x: number) => Float64Array.of(x, x);
    const P = kernels.stepMomentum(one, state, {
      gamma1: numbers(1),
      gamma2: numbers(0.1),
      gamma3: numbers(0.2),
      delta: numbers(0.3),
      batch: numbers(1),
      noise: 0.7,
    });
    // E G = λδ, λ E G² = 2λ²R + λ²(P+σ²) =: Q. First step, y = 0: R' = R − 2ΓλR + Γ²Q, Y' = Q, C' = λR − ΓQ, Γ = 0.3
    const Q = 2 * 0.25 * 2 + 0.25 * (2.1 + 0.7);
    const [R, Y, C] = [2 - 2 * 0.3 * 0.5 * 2 + 0.09 * Q, Q, 0.5 * 2 - 0.3 * Q];
    expect(P[0]).toBeCloseTo(2.1, 14);
    expect(P[1]).toBeCloseTo(0.1 + R, 14);
    // second: δ' = δ − ΓG − γ3 a y, y' = a y + G, a = 0.7
    const Q2 = 0.5 * R + 0.25 * (0.1 + R + 0.7);
    const cross = 0.2 * 0.7;
    expect(state.R[0]).toBeCloseTo(
      R - 2 * 0.3 * 0.5 * R - 2 * cross * C + 0.09 * Q2 + cross ** 2 * Y + 2 * 0.3 * cross * 0.5 * C,
      14,
    );
    expect(state.Y[0]).toBeCloseTo(0.49 * Y + 2 * 0.7 * 0.5 * C + Q2, 14);
    expect(state.C[0]).toBeCloseTo(
      0.7 * C + 0.5 * R - 0.3 * 0.7 * 0.5 * C - 0.3 * Q2 - cross * 0.7 * Y - cross * 0.5 * C,
      14,
    );
  });

  it("grows its steps with order 5", () => {
    const start = fresh();
    kernels.stepMomentum(nodes, start, drive(Array.from({ length: 1000 }, (_, r) => r)));
    const end = (count: number) => {
      const h = Math.log(100) / count;
      const at = Array.from({ length: count }, (_, k) => NODES.map((c) => 1000 * Math.exp((k + c) * h))).flat();
      const state = { R: start.R.slice(), C: start.C.slice(), Y: start.Y.slice() };
      const stages = { ...drive(at.map((t) => t - 0.5)), time: Float64Array.from(at, (t) => t * h) };
      return kernels.growMomentum(nodes, state, stages)[count - 1]!;
    };
    const exact = end(320);
    const order = Math.log2(Math.abs(end(16) - exact) / Math.abs(end(32) - exact));
    expect(order).toBeGreaterThan(4.3);
    expect(order).toBeLessThan(6.5);
  });
});
