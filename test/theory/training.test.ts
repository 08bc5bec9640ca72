import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";
import { contourValues } from "../../src/theory/plrf/contour.ts";
import { dana, heavyBall, nesterov, sgd } from "../../src/theory/training/optimizer.ts";
import {
  constant,
  cosine,
  linear,
  piecewise,
  power,
  type Schedule,
  table,
  warmupStableDecay,
} from "../../src/theory/training/schedule.ts";
import { stableMultiple, training } from "../../src/theory/training/training.ts";

const kernels = wasmKernels();
const relative = (a: number, b: number): number => Math.abs(a / b - 1);

/** golden/schedules-large.csv, by what is trained. */
function largeTable() {
  const text = readFileSync(new URL("../fixtures/schedules-large.csv", import.meta.url), "utf8");
  const groups = new Map<string, string[][]>();
  for (const line of text
    .trim()
    .split("\n")
    .filter((l) => !l.startsWith("#"))
    .slice(1)) {
    const cells = line.split(",");
    const name = `(${cells[0]}, ${cells[1]}), d = ${cells[2]}, σ² = ${cells[6]}, ${cells[7]}`;
    groups.set(name, [...(groups.get(name) ?? []), cells]);
  }
  return [...groups];
}

const SCHEDULES: Record<string, Schedule> = {
  const: constant(),
  cosine: cosine(),
  wsd: warmupStableDecay({ warmup: 100, decay: 0.2 }),
  power: power(0.3),
};

describe("the golden table at large d", () => {
  it.each(largeTable())("%s", (_, rows) => {
    const [alpha, beta, d, v, gamma, batch, noise, name, T] = rows[0]!.map((cell, i) => (i === 7 ? 0 : Number(cell)));
    void name;
    const model = plrf({
      spectrum: powerLaw({ alpha: alpha!, beta: beta! }),
      d: d!,
      v: v!,
      gamma: gamma!,
      batch: batch!,
      noise: noise!,
    });
    const steps = Float64Array.from(rows, (row) => Number(row[9]));
    const optimizer = sgd({ schedule: SCHEDULES[rows[0]![7]!]! });
    const whole = training(kernels, model, { optimizer, horizon: T!, exact: 2 ** 20 }).run(steps);
    const grown = training(kernels, model, { optimizer, horizon: T!, exact: 1024, tolerance: 1e-7 }).run(steps);
    rows.forEach((row, i) => {
      const P = Number(row[10]);
      expect(relative(whole.loss[i]!, P)).toBeLessThan(1e-8);
      expect(relative(grown.loss[i]!, P)).toBeLessThan(1e-8 + grown.error[i]!);
      expect(grown.error[i]!).toBeLessThan(2e-7);
    });
  });
});

describe("optimisers", () => {
  const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1e4 });
  const steps = Float64Array.of(0, 1, 10, 100, 1000, 3e4, 1e6);

  it("a constant schedule is the contour's loss", () => {
    const { loss } = training(kernels, model, { optimizer: sgd(), horizon: 1e6 }).run(steps);
    const { values } = contourValues(kernels, model, "P", steps);
    loss.forEach((P, i) => {
      expect(relative(P, values[i]!)).toBeLessThan(1e-9);
    });
  });

  it("heavy ball at μ = 0 and DANA at Δ = 1 are SGD", () => {
    const plain = training(kernels, model, { optimizer: sgd(), horizon: 3000 }).run(steps.slice(0, 5)).loss;
    const still = { ...dana({ strength: 0 }), delta: 1e300 };
    for (const optimizer of [heavyBall({ momentum: 0 }), nesterov({ momentum: 0 }), still]) {
      const { run, nodes } = training(kernels, model, { optimizer, horizon: 3000, cells: 16 });
      run(steps.slice(0, 5)).loss.forEach((P, i) => {
        expect(relative(P, plain[i]!)).toBeLessThan(Math.max(3 * nodes.error, 1e-9));
      });
    }
  });

  it("momentum: growing steps are whole steps within the error they state", () => {
    for (const optimizer of [
      heavyBall({ momentum: 0.9 }),
      nesterov({ momentum: 0.8, schedule: cosine() }),
      dana(),
      dana({ variant: "decaying" }),
    ]) {
      const at = Float64Array.of(1000, 1e4, 3e4);
      const trained = (exact: number) =>
        training(kernels, model, { optimizer, horizon: 3e4, exact, tolerance: 1e-6, cells: 4 }).run(at);
      const [whole, grown] = [trained(2 ** 20), trained(512)];
      expect(grown.growingSteps).toBeGreaterThan(0);
      grown.loss.forEach((P, i) => {
        expect(relative(P, whole.loss[i]!)).toBeLessThan(grown.error[i]! + whole.error[i]!);
      });
    }
  });

  it("the error of the real nodes is what they report", () => {
    for (const optimizer of [heavyBall(), dana()]) {
      const at = Float64Array.of(100, 1000, 1e4);
      const [coarse, fine] = [6, 24].map((cells) => training(kernels, model, { optimizer, horizon: 1e4, cells }));
      const exact = fine!.run(at).loss;
      coarse!.run(at).loss.forEach((P, i) => {
        expect(relative(P, exact[i]!)).toBeLessThan(4 * coarse!.nodes.error);
      });
      expect(coarse!.nodes.error).toBeLessThan(1e-3);
    }
  });

  it("label noise adds to the source alone: P_∞ + σ² = (F₀+σ²)/(1−‖K‖)", () => {
    const small = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 20, noise: 0.5 });
    const [P] = training(kernels, small, { optimizer: sgd(), horizon: 1e6 }).run(Float64Array.of(1e6)).loss;
    const [Q] = training(kernels, { ...small, noise: 0 }, { optimizer: sgd(), horizon: 1e6 }).run(
      Float64Array.of(1e6),
    ).loss;
    // the same ‖K‖ with and without: (F₀+σ²)/(P+σ²) = F₀/Q
    expect(relative((P! + 0.5) / Q!, (small.F0 + 0.5) / small.F0)).toBeLessThan(1e-9);
  });
});

describe("bad input", () => {
  const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.9 }), d: 1000 });
  const make =
    (schedule: Schedule, horizon = 1000) =>
    () =>
      training(kernels, model, { optimizer: sgd({ schedule }), horizon });

  it("names the first step that is unstable", () => {
    expect(make((r) => (r < 137 ? 1 : 10))).toThrow(/the step at r = 137 must be below/);
    expect(make(table(Float64Array.from({ length: 1000 }, (_, r) => (r === 500 ? 9 : 1))))).toThrow(/r = 500/);
    expect(() => training(kernels, model, { optimizer: heavyBall({ gamma: 1.2 }), horizon: 10 })).toThrow(/r = 0/);
  });

  it.each([sgd(), heavyBall(), nesterov(), dana({ delta: 12 })])(
    "$kind: takes every step just below its stable multiple, and none just above",
    (optimizer) => {
      const limit = stableMultiple(model, optimizer, kernels)(5);
      const at = (multiple: number) => () =>
        training(kernels, model, {
          optimizer: { ...optimizer, schedule: (r) => (r === 5 ? multiple : 0) },
          horizon: 10,
          cells: 16,
        });
      expect(at(0.999 * limit)).not.toThrow();
      expect(at(1.001 * limit)).toThrow(/r = 5 must be below/);
    },
  );

  it("refuses what is no schedule", () => {
    expect(make(table([1, 1]))).toThrow(/one entry per step of the horizon, 1000, got 2/);
    expect(make(() => -1)).toThrow(/the schedule at step 0 must be at least 0, got -1/);
    expect(make(() => Number.NaN)).toThrow(/must be finite, got NaN/);
    expect(make(linear(), 0)).toThrow(/horizon must be at least 1/);
    expect(() => table([1, Number.NaN])).toThrow(/table\[1\] must be finite/);
    expect(() => piecewise([[5, 1]])).toThrow(/begin at step 0/);
    expect(() => power(-1)).toThrow(/exponent must be at least 0/);
  });

  it("refuses what is no optimiser, and warns of a δ too small", () => {
    expect(() => heavyBall({ momentum: 1 })).toThrow(/momentum must be below 1, got 1/);
    expect(() => sgd({ batch: [[3, 1]] })).toThrow(/must be at least 0|begin at step 0/);
    expect(training(kernels, model, { optimizer: dana({ delta: 2 }), horizon: 100 }).warnings[0]).toMatch(
      /delta should exceed 3.14/,
    );
    expect(training(kernels, model, { optimizer: dana(), horizon: 100 }).warnings).toEqual([]);
  });
});
