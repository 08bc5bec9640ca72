// What samples seen again are worth. The table was computed elsewhere (a NumPy program that steps one by one; sampling with
// replacement, sums over modes cut at 1e8); the exponents are those of (11.9).

import { describe, expect, it } from "vitest";
import { sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { reuse } from "../../src/theory/dynamics/reuse.ts";

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });

describe("the worth of samples seen again", () => {
  it("is that of the table, to its digits", () => {
    const table = [
      [100, 0.86, 1.55, 2.56, 3.71, 4.53, 4.85, 4.91],
      [300, 0.91, 1.69, 2.98, 4.73, 6.41, 7.39, 7.69],
      [1000, 0.94, 1.8, 3.33, 5.73, 8.69, 11.2, 12.4],
      [3000, 0.96, 1.87, 3.56, 6.44, 10.7, 15.2, 18.4],
    ];
    const found = reuse({ spectrum, unique: table.map(([U]) => U!), eta: 0.2, modes: 1e8 });
    table.forEach(([, ...row], i) => {
      row.forEach((E, k) => {
        // half a unit of the last of its three digits, and as much for its own rounding
        const unit = E < 1 ? 0.01 : 10 ** (Math.floor(Math.log10(E)) - 2);
        expect(Math.abs(found.reuse[i]![k]! - E)).toBeLessThan(unit);
      });
      expect(found.halfLife[i]!).toBeGreaterThan(i === 0 ? 0 : found.halfLife[i - 1]!);
    });
  });

  const settled = [
    [1.8, 1.4, 1e4, 1e7],
    [1.5, 1.25, 1e6, 1e9],
    [1.5, 2, 1e3, 1e6],
    [2.2, 1.5, 1e4, 1e7],
    [3, 1.5, 1e4, 1e7],
    [1.3, 1.2, 1e8, 1e11],
    [2.5, 2, 1e3, 1e6],
    [2, 1.2, 1e6, 1e9],
    [2, 1.6, 1e4, 1e7],
    [2.4, 1.7, 1e4, 1e7],
    [1.6, 1.3, 1e6, 1e9],
    [2.8, 1.8, 1e3, 1e6],
  ] as const;
  it.each(settled)("has a plateau ∝ U^(b−1) at a = %d, b = %d", (a, b, low, high) => {
    const unique = [0, 1, 2, 3].map((i) => Math.round(low * (high / low) ** (i / 3)));
    const { fit, predicted } = reuse({ spectrum: sourceCapacity({ a, b }), unique, epochs: [1], eta: 0.2 });
    expect(predicted).toBeCloseTo(b - 1, 12);
    expect(Math.abs(fit.plateau!.exponent.value - predicted!)).toBeLessThan(0.02);
  });

  it("has a best number of epochs under label noise, and a lower plateau", () => {
    const options = { spectrum, unique: [300, 1000], eta: 0.1, epochs: [1, 8] };
    const [quiet, noisy] = [reuse(options), reuse({ ...options, noise: 0.09 })];
    expect(quiet.bestEpochs).toEqual(Float64Array.of(Infinity, Infinity));
    noisy.bestEpochs.forEach((e, i) => {
      expect(Number.isFinite(e)).toBe(true);
      // more and fewer are worse
      const around = reuse({ ...options, noise: 0.09, unique: [options.unique[i]!], epochs: [e / 1.5, e, e * 1.5] });
      expect(around.loss[0]![1]).toBeLessThan(around.loss[0]![0]!);
      expect(around.loss[0]![1]).toBeLessThan(around.loss[0]![2]!);
    });
    expect(noisy.predicted).toBeNull();
  });

  it.each([
    [{ unique: [0.5] }, "unique[0] must be at least 1"],
    [{ unique: [10], epochs: [0.01] }, "epochs must be at least one step"],
    [{ unique: [10], eta: 9 }, "rule.eta must be below"],
    [{ unique: [10], noise: -1 }, "noise must be at least 0"],
  ])("refuses %j", (bad, message) => {
    expect(() => reuse({ spectrum, ...bad })).toThrow(message);
  });
});
