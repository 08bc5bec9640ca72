// Exponents of networks' losses: of exact laws, and how often the interval holds what is so.
import { describe, expect, it } from "vitest";
import { referenceKernels } from "../../src/index.ts";
import { deviationExponent, meanWithInterval, timeExponent, widthExponent } from "../../src/networks/exponents.ts";
import type { WidthCurves } from "../../src/networks/train.ts";

const widths = [16, 32, 64, 128, 256];

describe("exponents of trained networks", () => {
  it.each([0.3, 1, 2.2])("are found where the law is exact: N^−%f, with the widest for infinity", (c) => {
    const loss = (N: number) => 0.2 + 3 * N ** -c;
    const deviations = widths.slice(0, -1).map((N) => loss(N) - loss(256));
    expect(deviationExponent(widths, deviations)).toBeCloseTo(c, 6);
    expect(deviationExponent(widths, deviations, [1, 0.1, 0.3, 0.2])).toBeCloseTo(c, 5);
    expect(deviationExponent(widths, [0.1, -0.1, 0, 0.2])).toBeNaN();
    expect(deviationExponent(widths, [-0.1, -0.1, -0.2, -0.2], [1, 1, 1, 1])).toBeNaN();
    // no deviation that falls with width
    expect(deviationExponent(widths, [0.1, 0.2, 0.4, 0.8])).toBeNaN();
    expect(deviationExponent(widths, [0.1, 0.2, 0.4, 0.8], [0.1, 0.1, 0.1, 0.1])).toBeNaN();
    // what is known badly counts for little
    const wrong = deviations.map((d, i) => (i === 3 ? 9 * d : d));
    expect(deviationExponent(widths, wrong, [1e-4, 1e-4, 1e-4, 10])).toBeCloseTo(c, 2);
  });

  it("have intervals that hold the truth 19 times in 20", () => {
    const steps = Float64Array.of(1, 3, 10, 20, 40, 100);
    let [time, width] = [0, 0];
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const normals = referenceKernels.random({ seed: 9, stream: "data", member: 0, step: trial }, "normal", 200);
      let at = 0;
      const curves: WidthCurves[] = widths.map((N) => ({
        ...{ width: N, parameters: N, flops: steps, train: [], diverged: [] },
        ...{ mean: steps, stderr: steps, trainMean: steps },
        test: [0, 1, 2, 3].map(() => {
          const slope = -0.4 + 0.05 * normals[at++]!;
          return steps.map((t) => t ** slope * 2 + 5 / N + (0.01 * normals[at++ % 200]!) / N);
        }),
      }));
      const k = timeExponent(
        steps,
        curves[0]!.test.map((curve) => curve.map((x) => x - 5 / 16)),
      );
      if (k.low < 0.4 && 0.4 < k.high) time++;
      const c = widthExponent(
        curves.map((one) => ({
          ...one,
          test: one.test.map((_, m) =>
            steps.map(() => 5 / one.width + 0.004 * normals[(at + m + one.width) % 199]! * (16 / one.width)),
          ),
        })),
        steps,
        5,
      );
      if (c.low < 1 && 1 < c.high) width++;
    }
    // 380 ± 4.4 would be exact; jackknife of a bent function is less so
    expect(time / trials).toBeGreaterThan(0.9);
    expect(width / trials).toBeGreaterThan(0.88);
  });

  it("take Student's t over members", () => {
    // tables: 12.706, 4.303, 3.182, 2.776, 2.262
    for (const [values, t] of [
      [[0, 2], 12.706],
      [[0, 1, 2], 4.303],
      [[0, 1, 2, 3], 3.182],
      [[0, 1, 2, 3, 4], 2.776],
      [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2.262],
    ] as const) {
      const n = values.length;
      const mean = (n - 1) / 2 + (n === 2 ? 0.5 : 0);
      const variance = values.reduce((sum: number, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n;
      const { value, low, high } = meanWithInterval(values);
      expect(value).toBeCloseTo(mean, 12);
      expect((high - low) / 2 / Math.sqrt(variance) / t).toBeGreaterThan(0.99);
      expect((high - low) / 2 / Math.sqrt(variance) / t).toBeLessThan(1.01);
    }
  });

  it("are not told of a curve that diverged, or of too few records", () => {
    const steps = Float64Array.of(1, 10, 50, 100);
    expect(timeExponent(steps, [Float64Array.of(1, 0.5, Infinity, Infinity)]).value).toBeNaN();
    expect(timeExponent(Float64Array.of(1, 2, 100), [Float64Array.of(1, 0.5, 0.4)]).value).toBeNaN();
  });
});
