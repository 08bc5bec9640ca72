// The plane of compute and samples: its losses are the least of the curves of `dynamics`, its exponents those of balance.

import { describe, expect, it } from "vitest";
import { logspace } from "../../src/math/grid.ts";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { epochsPlane, epochsPlaneRow } from "../../src/theory/dynamics/epochs-plane.ts";
import { sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { sgd } from "../../src/theory/training/optimizer.ts";

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });

describe("the plane of compute and samples", () => {
  it.each([
    [0, 1],
    [0.01, 4],
  ])("has the least loss of all sizes at every cell: σ² = %d, B = %d", (noise, batch) => {
    const [unique, compute] = [
      [30, 300, 3000],
      [1e4, 3e5, 1e7],
    ];
    const plane = epochsPlane({ spectrum, noise }, { unique, compute, batch });
    expect(plane.error).toBeLessThan(2e-3);
    const rule = sgd({ eta: plane.eta, batch });
    unique.forEach((P, i) => {
      compute.forEach((C, j) => {
        const at = (N: number) => {
          const t = C / (N * batch);
          const [before, after] = dynamics(
            { spectrum, noise, N, P, rule },
            { times: [Math.floor(t), Math.floor(t) + 1] },
          ).test;
          return before! * (after! / before!) ** (Math.log(t / Math.floor(t)) / Math.log1p(1 / Math.floor(t)));
        };
        const [N, L] = [plane.N[i]![j]!, plane.loss[i]![j]!];
        expect(Math.abs(at(N) / L - 1)).toBeLessThan(plane.error + 1e-6);
        for (const size of [...logspace(10, Math.min(1e4, C / batch / 2), 15), N / 1.2, N * 1.2])
          if (size >= 10) expect(at(size)).toBeGreaterThan(L * (1 - 2 * plane.error));
        expect(plane.steps[i]![j]).toBeCloseTo(C / (N * batch), 6);
        expect(plane.epochs[i]![j]).toBeCloseTo(C / (N * P), 6);
      });
    });
  });

  // fitted within what the finite range still bends; the balance is (11.12) and table (8.26)
  it.each([[1.8, 1.4, 0.03]])("has the exponents of balance at a = %d, b = %d", (a, b, within) => {
    const most = 10 ** (5 + 3 * (1 + b));
    const plane = epochsPlane(
      { spectrum: sourceCapacity({ a, b }) },
      { unique: logspace(1e2, 1e5, 8), compute: logspace(1e4, most, 30), minN: 4 },
    );
    const { loss, N, data, boundary, epochs } = plane.fits;
    expect(loss!.predicted).toBeCloseTo(-(a - 1) / (1 + b), 12);
    expect(N!.predicted).toBeCloseTo(1 / (1 + b), 12);
    expect(data!.predicted).toBeCloseTo(1 - a, 12);
    expect(boundary!.predicted).toBeCloseTo(1 + b, 12);
    expect(epochs!.predicted).toBeCloseTo(b - 1, 12);
    for (const one of [loss, N, data, boundary, epochs])
      expect(Math.abs(one!.fit.exponent.value - one!.predicted!)).toBeLessThan(within);
    // samples help where there is much compute of few samples
    expect(plane.helps[0]!.at(-1)).toBe("samples");
    expect(plane.helps.at(-1)![0]).toBe("epochs");
  });

  it("is put together of its rows", () => {
    const options = { unique: [30, 100, 300], compute: [1e3, 1e4, 1e5] };
    const { loss, N } = epochsPlane({ spectrum }, options);
    const rows = options.unique.map((_, i) => epochsPlaneRow({ spectrum }, options, i));
    expect(rows.map((row) => row.loss)).toEqual(loss);
    expect(rows.map((row) => row.N)).toEqual(N);
    expect(epochsPlane({ spectrum }, { ...options, rows }).helps.flat()).toHaveLength(9);
  });

  it.each([
    [{ unique: [10, 100] }, "unique must have at least 3 values"],
    [{ unique: [0.5, 1, 2] }, "unique[0] must be at least 1"],
    [{ compute: [5, 100, 1000] }, "compute[0] must be at least 10"],
    [{ compute: [1e3, 1e4, 1e31] }, "compute must be"],
    [{ batch: 0 }, "batch must be at least 1"],
    [{ minN: 0.5 }, "minN must be at least 1"],
    [{ eta: 5 }, "rule.eta must be below"],
    [{ rows: [] }, "rows must be 3"],
  ])("refuses %j", (bad, message) => {
    expect(() => epochsPlane({ spectrum }, { unique: [10, 100, 1000], compute: [1e3, 1e4, 1e5], ...bad })).toThrow(
      message,
    );
  });
});
