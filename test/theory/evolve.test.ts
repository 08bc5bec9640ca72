import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { contourValues } from "../../src/theory/contour.ts";
import { byModes, byVolterra, constantProgram, evolve, powersAt } from "../../src/theory/evolve.ts";
import { complexNodes } from "../../src/theory/nodes.ts";
import { type Plrf, plrf } from "../../src/theory/plrf.ts";
import { powerLaw } from "../../src/theory/spectrum.ts";
import { kernelNorm, stability } from "../../src/theory/stability.ts";
import { onEachBackend } from "../backends.ts";

interface Row {
  r: number;
  F: number;
  K: number;
  P: number;
}

/** golden/plrf.csv: every sum over j taken in full, 80-bit arithmetic. */
function golden(): { model: Plrf; rows: Row[]; name: string }[] {
  const [header, ...lines] = readFileSync("test/fixtures/plrf.csv", "utf8").trim().split("\n");
  const columns = header!.split(",");
  const groups = new Map<string, Record<string, number>[]>();
  for (const line of lines) {
    const row = Object.fromEntries(line.split(",").map((x, i) => [columns[i]!, Number(x)]));
    const name = `α = ${row.alpha}, β = ${row.beta}, d = ${row.d}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, rows]) => {
    const { alpha, beta, d, v, gamma, batch } = rows[0] as { [key: string]: number } as Record<string, number>;
    const model = plrf({
      spectrum: powerLaw({ alpha: alpha!, beta: beta! }),
      d: d!,
      v: v!,
      gamma: gamma!,
      batch: batch!,
    });
    return { name, model, rows: rows as unknown as Row[] };
  });
}

const relative = (a: number, b: number): number => Math.abs(a / b - 1);

onEachBackend((kernels) => {
  describe("the golden table", () => {
    it.each(golden())("$name", ({ model, rows }) => {
      const steps = Float64Array.from(rows, ({ r }) => r);
      const modes = byModes(kernels, model, steps);
      rows.forEach(({ F, K, P }, i) => {
        expect(relative(modes.loss[i]!, P)).toBeLessThan(1e-9);
        expect(relative(modes.forcing[i]!, F)).toBeLessThan(1e-9);
        expect(Math.abs(modes.kernel[i]! - K)).toBeLessThan(1e-9 * K + 1e-14);
      });
      const short = rows.filter(({ r }) => r <= 10000);
      const direct = byVolterra(kernels, model, steps.slice(0, short.length));
      short.forEach(({ F, K, P }, i) => {
        expect(relative(direct.loss[i]!, P)).toBeLessThan(1e-9);
        expect(relative(direct.forcing[i]!, F)).toBeLessThan(1e-9);
        expect(Math.abs(direct.kernel[i]! - K)).toBeLessThan(1e-9 * K + 1e-14);
      });
    });
  });
});

const kernels = wasmKernels();

/** Any model of the range that is promised, with any stable step. */
const models = fc
  .record({
    alpha: fc.double({ min: 0.1, max: 2, noNaN: true }),
    beta: fc.double({ min: -0.2, max: 2, noNaN: true }),
    logD: fc.double({ min: 1, max: 6, noNaN: true }),
    ratio: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 20, noNaN: true })),
    batch: fc.integer({ min: 1, max: 64 }),
    step: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  })
  .filter(({ alpha, beta }) => alpha + beta > 0.5)
  .map(({ alpha, beta, logD, ratio, batch, step }) => {
    const problem = { spectrum: powerLaw({ alpha, beta }), d: 10 ** logD, v: ratio * 10 ** logD, batch };
    const { modes, d } = plrf({ ...problem, stepFraction: 1e-6 });
    return plrf({ ...problem, gamma: step * stability(modes, d, batch).maxGamma });
  });

describe("random models", () => {
  it("agree with the contour, direct, for r ≤ 4096", () => {
    const steps = Float64Array.of(0, 1, 2, 5, 17, 64, 100, 333, 1000, 2047, 4096);
    fc.assert(
      fc.property(models, (model) => {
        const direct = byVolterra(kernels, model, steps);
        const { values, error } = contourValues(kernels, model, "P", steps);
        for (let i = 0; i < steps.length; i++)
          expect(relative(values[i]!, direct.loss[i]!)).toBeLessThan(1e-9 + 2 * (error[i]! / values[i]!));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("agree with the contour, modes, up to r = 1e6, within the errors both state", () => {
    const steps = Float64Array.of(1e3, 1e4, 1e5, 1e6);
    fc.assert(
      fc.property(models, (model) => {
        const modes = byModes(kernels, model, steps);
        const { values, error } = contourValues(kernels, model, "P", steps);
        for (let i = 0; i < steps.length; i++) {
          const seen = relative(values[i]!, modes.loss[i]!);
          expect(seen).toBeLessThan(1e-8);
          expect(seen).toBeLessThan(4 * modes.error[i]! + 2 * (error[i]! / values[i]!));
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });
});

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
  const programs = {
    constant: constantProgram(gamma, batch),
    noise: constantProgram(gamma, batch, 0.5),
    cosine: {
      ...constantProgram(gamma, batch),
      gamma: (r: number) => (gamma * (1 + Math.cos((Math.PI * r) / T))) / 2,
      ends: [T],
    },
    kinked: {
      ...constantProgram(gamma, batch, 0.1),
      gamma: (r: number) => gamma * Math.min(1, (r + 1) / 100, (T - r) / (0.2 * T)),
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
