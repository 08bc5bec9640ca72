// The best use of compute with few samples: what is found is the least of the curves of `dynamics`, and turns from compute to data.

import { expect, it } from "vitest";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { uniqueOptimal } from "../../src/theory/dynamics/unique.ts";
import { sgd } from "../../src/theory/training/optimizer.ts";

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });

it("N, steps and epochs are best at their budget, and data help more where compute is plenty", () => {
  const found = uniqueOptimal({ spectrum }, { unique: [30, 1000], compute: [1e3, 1e5, 1e7], minN: 4 });
  const rule = sgd({ eta: found.eta });
  found.unique.forEach((P, i) => {
    found.compute.forEach((C, j) => {
      const [N, t, L] = [found.N[i]![j]!, found.steps[i]![j]!, found.loss[i]![j]!];
      expect((N * t) / C).toBeCloseTo(1, 9);
      expect(found.epochs[i]![j]!).toBe(t / P);
      const at = (size: number) =>
        dynamics({ spectrum, N: size, P, rule }, { times: [Math.max(1, Math.round(C / size))] }).test[0]!;
      expect(at(N) / L).toBeCloseTo(1, 5);
      for (const other of [N / 1.3, N * 1.3]) expect(at(other)).toBeGreaterThan(L * (1 - 1e-4));
    });
    expect(found.byCompute[i]![0]!).toBeCloseTo(Math.log(found.loss[i]![0]! / found.loss[i]![1]!) / Math.log(100), 12);
  });
  // few samples, much compute: many epochs, and more data help more
  expect(found.epochs[0]![2]!).toBeGreaterThan(3);
  expect(found.byData[0]![2]!).toBeGreaterThan(found.byCompute[0]![2]!);
  // many samples, little compute: the other way round
  expect(found.epochs[1]![0]!).toBeLessThan(1);
  expect(found.byData[1]![0]!).toBeLessThan(found.byCompute[1]![0]!);
});

it("takes no more than the budget, in whole steps, and of those the best number", () => {
  for (const [batch, maxN] of [
    [1, Infinity],
    [3, 7.5],
  ] as const) {
    const found = uniqueOptimal({ spectrum }, { unique: [50], compute: [40, 130, 700], batch, minN: 2, maxN });
    const rule = sgd({ eta: found.eta, batch });
    found.compute.forEach((C, j) => {
      const [N, t, L] = [found.N[0]![j]!, found.steps[0]![j]!, found.loss[0]![j]!];
      expect(Number.isInteger(t)).toBe(true);
      expect(N * batch * t).toBeLessThanOrEqual(C * (1 + 1e-14));
      expect(N).toBeGreaterThanOrEqual(2);
      expect(N).toBeLessThanOrEqual(maxN);
      const all = Array.from({ length: Math.floor(C / batch / 2) }, (_, i) => i + 1).filter(
        (steps) => C / batch / steps <= maxN,
      );
      const least = all.map(
        (steps) => dynamics({ spectrum, N: C / batch / steps, P: 50, rule }, { times: [steps] }).test[0]!,
      );
      expect(L / Math.min(...least)).toBeCloseTo(1, 6);
    });
  }
});

it.each([
  [{ unique: [0.5], compute: [1e4] }, "unique[0] must be at least 1"],
  [{ unique: [100], compute: [1e4, 1e3] }, "compute must increase"],
  [{ unique: [100], compute: [1e4], batch: 0 }, "batch must be at least 1"],
  [{ unique: [100], compute: [1e4], eta: 5 }, "rule.eta must be below"],
])("refuses %o", (options, message) => {
  expect(() => uniqueOptimal({ spectrum }, options)).toThrow(message);
});
