import { expect, it } from "vitest";
import type { ComplexArray } from "../../src/kernels/resolvent.ts";
import type { Nodes } from "../../src/kernels/volterra.ts";
import { NODES } from "../../src/math/radau.ts";
import { onEachBackend } from "../backends.ts";

const array = (re: number[], im = re.map(() => 0)): ComplexArray => ({
  re: Float64Array.from(re),
  im: Float64Array.from(im),
});
const copy = ({ re, im }: ComplexArray): ComplexArray => ({ re: re.slice(), im: im.slice() });
const constant = (gamma: number, batch: number, n: number, noise = 0) => ({
  gamma: new Float64Array(n).fill(gamma),
  batch: new Float64Array(n).fill(batch),
  noise,
});

/** Five nodes: not a multiple of what the kernels take at a time. */
const realNodes: Nodes = {
  z: array([1, 0.3, 0.1, 0.02, 0.004]),
  forcing: array([0.5, 0.3, 0.2, 0.1, 0.05]),
  source: array([1, 0.2, 0.03, 0.002, 0.0001]),
  rest: 0.01,
};
const complexNodes: Nodes = {
  ...realNodes,
  z: array([1, 0.3, 0.1, 0.02, 0.004], [0.1, 0.1, 0.05, 0.01, 0.002]),
  forcing: array([0.5, 0.3, 0.2, 0.1, 0.05], [0.1, -0.2, 0.05, 0, 0.01]),
  source: array([1, 0.2, 0.03, 0.002, 0.0001], [0.3, 0.1, 0, 0.001, -0.0001]),
};

/** A power law of nodes, slow enough to be on their way from r = 1e3 to 1e5. */
const slowNodes: Nodes = {
  z: array([1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5], [0.3, 0.03, 3e-3, 3e-4, 3e-5, 3e-6]),
  forcing: array([1, 0.3, 0.1, 0.03, 0.01, 0.003], [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003]),
  source: array([1, 0.03, 1e-3, 3e-5, 1e-6, 3e-8]),
  rest: 1e-4,
};

onEachBackend((kernels) => {
  it("steps one real node in closed form: P(r) = (g + γ²Bs)^r", () => {
    const nodes: Nodes = { z: array([0.5]), forcing: array([2]), source: array([0.25]), rest: 0 };
    const [gamma, batch] = [0.3, 2];
    const g = 1 - 2 * gamma * batch * 0.5 + gamma * gamma * batch * (batch + 1) * 0.25;
    const P = kernels.stepModes(nodes, copy(nodes.forcing), constant(gamma, batch, 30));
    for (let r = 0; r < 30; r++) expect(P[r]! / (2 * (g + gamma * gamma * batch * 0.25) ** r)).toBeCloseTo(1, 13);
  });

  it("takes γ, B and label noise step by step", () => {
    // by hand: two steps of one node with rest
    const nodes: Nodes = { z: array([0.5]), forcing: array([2]), source: array([0.25]), rest: 0.1 };
    const drive = { gamma: Float64Array.of(0.3, 0.1), batch: Float64Array.of(2, 5), noise: 0.7 };
    const state = copy(nodes.forcing);
    const P = kernels.stepModes(nodes, state, drive);
    expect(P[0]).toBe(2.1);
    const first = (1 - 0.6 + 0.135) * 2 + 0.045 * (2.1 + 0.7);
    expect(P[1]).toBeCloseTo(0.1 + first, 14);
    expect(state.re[0]).toBeCloseTo((1 - 0.5 + 0.075) * first + 0.0125 * (P[1]! + 0.7), 14);
  });

  it.each([
    ["real", realNodes],
    ["complex", complexNodes],
  ])("steps %s nodes as the Volterra sum of their powers", (_, nodes) => {
    const [gamma, batch, count] = [0.2, 3, 200];
    const { forcing, kernel } = kernels.powers(nodes, gamma, batch, count);
    const sum = kernels.volterra(forcing, kernel);
    const stepped = kernels.stepModes(nodes, copy(nodes.forcing), constant(gamma, batch, count));
    for (let r = 0; r < count; r++) expect(sum[r]! / stepped[r]!).toBeCloseTo(1, 12);
  });

  it("sums a geometric kernel in closed form", () => {
    // F = 1, K(r) = a b^r: P(r) = 1 + a Σ_{k<r} (a+b)^k
    const [a, b, n] = [0.2, 0.5, 41];
    const K = Float64Array.from({ length: n }, (_, r) => a * b ** r);
    const P = kernels.volterra(new Float64Array(n).fill(1), K);
    for (let r = 0; r < n; r++) expect(P[r]).toBeCloseTo(1 + (a * (1 - (a + b) ** r)) / (1 - a - b), 13);
  });

  it.each([
    ["constant", (_: number) => 0.2],
    ["decaying", (t: number) => 0.2 * (1 + t) ** -0.3],
  ])("grows its steps with order 5 for a %s γ", (_, gamma) => {
    // from r = 1e3 to 1e5, in log time
    const batch = 1;
    const before = Float64Array.from({ length: 1000 }, (_, r) => gamma(r));
    const start = copy(slowNodes.forcing);
    kernels.stepModes(slowNodes, start, { gamma: before, batch: before.map(() => batch), noise: 0.5 });
    const stagesOf = (count: number) => {
      const h = Math.log(100) / count;
      const at = Array.from({ length: count }, (_, k) => NODES.map((c) => 1000 * Math.exp((k + c) * h))).flat();
      const time = Float64Array.from(at, (t) => t * h);
      return {
        time,
        gamma: time.map((_, i) => gamma(at[i]! - 0.5)),
        batch: time.map(() => batch),
        slope: time.map((_, i) => Math.log(gamma(at[i]!) / gamma(at[i]! - 1))),
        noise: 0.5,
      };
    };
    const end = (count: number) => kernels.growModes(slowNodes, copy(start), stagesOf(count))[count - 1]!;
    const exact = end(640);
    // a second output is of the state after each step
    const state = copy(start);
    const weight = { re: state.re.map((_, k) => Math.cos(k)), im: state.re.map((_, k) => Math.sin(k)) };
    const values = new Float64Array(2);
    kernels.growModes(slowNodes, state, stagesOf(2), { weight, values });
    const seen = state.re.reduce((sum, x, k) => sum + x * weight.re[k]! - state.im[k]! * weight.im[k]!, 0);
    expect(values[1]! / seen).toBeCloseTo(1, 13);
    expect(values[0]).not.toBe(values[1]);
    const [coarse, fine] = [Math.abs(end(20) - exact), Math.abs(end(40) - exact)];
    const order = Math.log2(coarse / fine);
    expect(order).toBeGreaterThan(4.5);
    expect(order).toBeLessThan(6);
  });
});
