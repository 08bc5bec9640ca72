import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { complexNodes } from "../../src/theory/measure/nodes.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";
import { kernelNorm } from "../../src/theory/measure/stability.ts";
import { contourValues } from "../../src/theory/plrf/contour.ts";
import { byModes, byVolterra, constantProgram, evolve, powersAt } from "../../src/theory/training/time-stepping.ts";
import { groupBy, readFixture } from "../fixtures.ts";

const relative = (a: number, b: number): number => Math.abs(a / b - 1);
const kernels = wasmKernels();

const golden = readFixture("plrf.csv") as Record<
  "alpha" | "beta" | "d" | "v" | "gamma" | "batch" | "r" | "F" | "K",
  number
>[];
it.each(groupBy(golden, ["alpha", "beta"]).map((rows) => [rows[0]!.alpha, rows[0]!.beta, rows] as const))(
  "F and K agree with plrf.csv at (%f, %f)",
  (alpha, beta, rows) => {
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), ...rows[0]! });
    for (const [route, last] of [
      [byModes, Infinity],
      [byVolterra, 1e4],
    ] as const) {
      const within = rows.filter(({ r }) => r <= last);
      const { forcing, kernel } = route(
        kernels,
        model,
        Float64Array.from(within, ({ r }) => r),
      );
      within.forEach(({ F, K }, i) => {
        expect(relative(forcing[i]!, F)).toBeLessThan(1e-9);
        // the table's own floor is 1e-13
        expect(Math.abs(kernel[i]! - K)).toBeLessThan(1e-9 * K + 1e-14);
      });
    }
  },
);

describe("the node rule", () => {
  it("has the moments of the measure: Σ t, Tr D, ‖K‖", () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1e4 });
    const { gamma, batch } = model;
    const { z, forcing, source, rest, error } = complexNodes(kernels, model, { step: 2 * gamma, time: Infinity });
    expect(error).toBeLessThan(1e-11);
    const sum = (f: (k: number) => number) => Array.from(z.re.keys(), f).reduce((a, b) => a + b);
    expect(relative(rest + sum((k) => forcing.re[k]!), model.P0)).toBeLessThan(1e-13);
    // Tr D = ∫ λ: source/z; ‖K‖ = ∫ γλ/(2 − γ(B+1)λ), from the closed form in stability.ts
    const [trace, norm] = [0, 0].map((_, power) =>
      sum((k) => {
        const [x, y] = [z.re[k]!, z.im[k]!];
        // 1/z, or γ/(z(2 − γ(B+1)z))
        const [a, b] = power === 0 ? [x, y] : product(x, y, 2 - gamma * (batch + 1) * x, -gamma * (batch + 1) * y);
        const weight = (source.re[k]! * a + source.im[k]! * b) / (a * a + b * b);
        return power === 0 ? weight : gamma * weight;
      }),
    );
    expect(relative(trace!, model.trace)).toBeLessThan(1e-12);
    expect(relative(norm!, kernelNorm(model))).toBeLessThan(1e-11);
  });

  it("serves v = d, v = ∞ and d = 1e12", () => {
    const steps = Float64Array.of(10, 1e3, 1e6);
    for (const options of [{ d: 1e3, v: 1e3 }, { d: 1e3, v: Infinity }, { d: 1e12 }]) {
      const model = plrf({ spectrum: powerLaw({ alpha: 1, beta: 0.8 }), ...options });
      const { values } = contourValues(kernels, model, "P", steps);
      byModes(kernels, model, steps).loss.forEach((P, i) => {
        expect(relative(P, values[i]!)).toBeLessThan(1e-9);
      });
    }
  });

  it("holds for any number of steps with any horizon beyond them", () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 1.5, beta: 0.4 }), d: 1e5 });
    const { gamma, batch } = model;
    const steps = Float64Array.of(1, 30, 1000, 3e4);
    const at = (time: number) =>
      powersAt(complexNodes(kernels, model, { step: gamma * (batch + 1), time }), gamma, batch, steps);
    const whole = at(Infinity);
    for (const factor of [1, 100, 1e4]) {
      const { forcing, kernel } = at(3e4 * gamma * factor);
      for (let i = 0; i < steps.length; i++) {
        expect(relative(forcing[i]!, whole.forcing[i]!)).toBeLessThan(1e-10);
        expect(relative(kernel[i]!, whole.kernel[i]!)).toBeLessThan(1e-10);
      }
    }
  });
});

describe("growing steps", () => {
  const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1e5 });
  const { gamma, batch } = model;
  const T = 60000;
  const nodes = complexNodes(kernels, model, { step: 2 * gamma, time: T * gamma });
  const changing = (step: (r: number) => number) => (r: number) => ({
    ...constantProgram(1, batch).at(r),
    gamma2: step(r),
  });
  const programs = {
    constant: constantProgram(gamma, batch),
    noise: constantProgram(gamma, batch, 0.5),
    cosine: {
      ...constantProgram(gamma, batch),
      at: changing((r) => (gamma * (1 + Math.cos((Math.PI * r) / T))) / 2),
      ends: [T],
    },
    kinked: {
      ...constantProgram(gamma, batch, 0.1),
      at: changing((r) => gamma * Math.min(1, (r + 1) / 100, (T - r) / (0.2 * T))),
      breaks: [99, 0.8 * T],
      ends: [T],
    },
  };

  it.each(Object.entries(programs))("equal whole steps within the error they state: %s", (_, program) => {
    const steps = Float64Array.of(1000, 5000, 2e4, 47999, 49000, 59999, T);
    const whole = evolve(kernels, nodes, program, steps, { exact: 2 ** 20 });
    expect(whole.growingSteps).toBe(0);
    for (const tolerance of [1e-6, 1e-9]) {
      const grown = evolve(kernels, nodes, program, steps, { tolerance, exact: 512 });
      grown.loss.forEach((P, i) => {
        expect(relative(P, whole.loss[i]!)).toBeLessThan(grown.error[i]! + whole.error[i]!);
        expect(grown.error[i]!).toBeLessThan(2 * tolerance);
      });
    }
  });

  it("are the same on both backends", () => {
    const steps = Float64Array.of(5000, T);
    const [a, b] = [kernels, referenceKernels].map(
      (k) => evolve(k, nodes, programs.kinked, steps, { tolerance: 1e-5 }).loss,
    );
    a!.forEach((P, i) => {
      expect(relative(P, b![i]!)).toBeLessThan(1e-12);
    });
  });
});

const product = (a: number, b: number, c: number, d: number): [number, number] => [a * c - b * d, a * d + b * c];
