import { describe, expect, it } from "vitest";
import {
  defaultKernels,
  fitPowerLaw,
  frontier,
  localSlopes,
  logspace,
  loss,
  measured,
  plrf,
  powerLaw,
  stability,
} from "../../src/index.ts";
import { contourValues } from "../../src/theory/plrf/contour.ts";
import { onEachBackend } from "../backends.ts";

onEachBackend((kernels) => {
  // the table's exponents, at the compute where finite-size corrections have fallen below 0.005
  it.each([
    [0.7, 0.3],
    [0.8, 0.6],
    [0.7, 0.7],
    [0.45, 0.3],
    [1.2, 0.8],
  ])("finds the exponents of the phase table at (%f, %f)", (alpha, beta) => {
    const { fit, predicted, stats } = frontier({
      spectrum: powerLaw({ alpha, beta }),
      flops: [1e12, 1e20],
      points: 9,
      kernels,
    });
    expect(stats.converged).toBe(true);
    expect(Math.abs(fit.xi.value - predicted!.xi)).toBeLessThan(0.005);
    expect(Math.abs(fit.eta.value - predicted!.eta)).toBeLessThan(0.005);
  });
});

describe("frontier", () => {
  it("is a minimum over d", () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    const { flops, d, loss: best } = frontier({ spectrum, flops: [1e8, 1e12], points: 3 });
    flops.forEach((f, i) => {
      for (const factor of [0.7, 0.95, 1.05, 1.4]) {
        const size = d[i]! * factor;
        const [value] = loss(plrf({ spectrum, d: size }), { steps: [f / size] }).loss;
        expect(value).toBeGreaterThan(best[i]!);
      }
    });
  });

  // the local slopes of the exact frontier at f = 1e18 … 1e20, computed elsewhere
  it.each([
    [0.7, 0.3, 0.4168, 0.4165, 2e-4],
    [0.8, 0.6, 0.431, 0.64, 1e-3],
    [0.7, 0.7, 0.502, 0.642, 1e-3],
    [0.45, 0.3, 0.497, 0.2486, 5e-4],
    [0.2, 0.8, 0.56, 0.223, 1e-2],
    [0.27, 0.8, 0.58, 0.307, 1e-2],
  ])("has the published local slopes at (%f, %f)", (alpha, beta, xi, eta, tolerance) => {
    const { slopes } = frontier({ spectrum: powerLaw({ alpha, beta }), flops: [1e18, 1e20], points: 3 });
    expect(Math.abs(slopes.xi[1]! - xi)).toBeLessThan(tolerance);
    expect(Math.abs(slopes.eta[1]! - eta)).toBeLessThan(tolerance);
  });

  it("can be measured as on real runs: isoFLOP parabolas and envelopes agree with the exact minimum", () => {
    const options = { spectrum: powerLaw({ alpha: 0.7, beta: 0.3 }), flops: [1e10, 1e14], points: 9 };
    const exact = frontier(options);
    const isoflop = frontier({ ...options, method: "isoflop" });
    const envelope = frontier({ ...options, method: "envelope" });
    exact.flops.forEach((_, i) => {
      expect(Math.abs(Math.log(isoflop.d[i]! / exact.d[i]!))).toBeLessThan(0.05);
      // the grid has 12 sizes a decade
      expect(Math.abs(Math.log(envelope.d[i]! / exact.d[i]!))).toBeLessThan(Math.LN10 / 12);
      expect(envelope.loss[i]).toBeGreaterThanOrEqual(exact.loss[i]! * (1 - 1e-9));
    });
  });

  it.each([
    [0.105, 1e12, 1e22],
    [0.09, 1e18, 1e28],
  ])("changes from one minimum to the deeper one at (%f, 1)", (alpha, from, to) => {
    // in phase Ic at small α a second minimum takes over, near f = 1e17 and 1e23
    const spectrum = powerLaw({ alpha, beta: 1 });
    const { flops, d, loss: best } = frontier({ spectrum, flops: [from, to], points: 6 });
    flops.forEach((f, i) => {
      for (const size of logspace(4, f / 64, 40)) {
        const [value] = loss(plrf({ spectrum, d: size }), { steps: [f / size] }).loss;
        expect(value, `d = ${size} against ${d[i]} at f = ${f}`).toBeGreaterThan(best[i]! * (1 - 1e-9));
      }
    });
  });

  it("reaches f = 1e30", () => {
    const { fit, stats } = frontier({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), flops: [1e28, 1e30], points: 3 });
    expect(stats.converged).toBe(true);
    expect(fit.eta.value).toBeCloseTo(1 - 1 / 2.8, 2);
  });

  it("refuses what cannot hold a frontier", () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    expect(() => frontier({ spectrum, flops: [1e8, 2e8] })).toThrow(/^flops must span at least a factor of 10/);
    expect(() => frontier({ spectrum, flops: [1, 100] })).toThrow(/^flops must start at 256 or more/);
    expect(() => frontier({ spectrum: powerLaw({ alpha: 0.2, beta: 0.2 }), flops: [1e8, 1e10] })).toThrow(
      /^alpha \+ beta must be greater/,
    );
    expect(() => frontier({ spectrum, flops: [1e8, 1e10], stepFraction: 3 })).toThrow(/^gamma must be below/);
    const controller = new AbortController();
    controller.abort();
    expect(() => frontier({ spectrum, flops: [1e8, 1e10], signal: controller.signal })).toThrow(/abort/i);
  });
});

describe("a frontier that jumps", () => {
  // between f = 1e12 and 1e16 another minimum takes over at (0.35, 0.16)
  const options = { spectrum: powerLaw({ alpha: 0.35, beta: 0.16 }), flops: [1e12, 1e16] };

  it.each(["envelope", "isoflop"] as const)("is seen to jump by %s where the exact one does", (method) => {
    const exact = frontier({ ...options, points: 13 });
    const grid = frontier({ ...options, points: 13, method, sizes: logspace(2, 1e13, 160) });
    expect(exact.jumps.length).toBeGreaterThan(0);
    expect(grid.jumps.length).toBe(exact.jumps.length);
    grid.jumps.forEach((i, k) => {
      expect(Math.abs(i - exact.jumps[k]!)).toBeLessThanOrEqual(1);
    });
    expect(grid.fit.xi.value).toBeCloseTo(exact.fit.xi.value, 1);
    // sizes of its own begin where the step is stable
    expect(frontier({ ...options, points: 13, method }).jumps).toEqual(grid.jumps);
  });

  it("has not converged where no stretch holds three budgets", () => {
    const { fit, jumps, stats } = frontier({ ...options, points: 3 });
    expect(jumps.length).toBeGreaterThan(0);
    expect(fit.xi.value).toBeNaN();
    expect(stats.converged).toBe(false);
  });
});

describe("fitPowerLaw", () => {
  it("is exact on a power law and gives the textbook standard error otherwise", () => {
    const x = [1, 10, 100, 1000];
    expect(
      fitPowerLaw(
        x,
        x.map((v) => 3 * v ** -0.4),
      ).exponent.value,
    ).toBeCloseTo(-0.4, 12);
    // slope of (0,0), (1,1), (2,1) is ½; residuals −1/6, 1/3, −1/6: s² = 1/6 over 1 degree of freedom, Σ(x−x̄)² = 2
    const { exponent } = fitPowerLaw([1, Math.E, Math.E ** 2], [1, Math.E, Math.E]);
    expect(exponent.value).toBeCloseTo(0.5, 12);
    expect(exponent.stderr).toBeCloseTo(Math.sqrt(1 / 12), 12);
    expect([...localSlopes([1, 10, 100], [1, 100, 1e4])].map((s) => Number(s.toFixed(12)))).toEqual([2, 2, 2]);
    for (const [
      x,
      y,
    ] of [[[1, 2], [1]], [[1], [1]], [[2, 1], [1, 1]], [[1, 2], [1, 0]], [[1, 2], [1, Number.NaN]]] as const) // biome-ignore format: one line
      expect(() => localSlopes(x, y)).toThrow(RangeError);
  });

  it.each([
    [
      { alpha: 0.3, beta: 0.38509 },
      { batch: 16, stepFraction: 0.001, dataRatio: 3, flops: [6314, 1.0225e13], points: 6 },
    ],
    [
      { alpha: 0.35, beta: 0.16 },
      { flops: [1e12, 1e16], points: 7 },
    ],
    [
      { alpha: 0.095, beta: 0.414 },
      { flops: [1e8, 1e14], points: 5 },
    ],
    [
      { alpha: 0.7, beta: 0.7 },
      { batch: 4, flops: [1e5, 1e9], points: 4 },
    ],
    [
      // all but square: κ ~ √ζ loses half of the digits
      { alpha: 3, beta: 0.5 },
      { dataRatio: 1.0001, stepFraction: 0.001, flops: [1e6, 1e9], points: 4 },
    ],
  ])("is the global minimum, by brute force: %j %j", (exponents, options) => {
    const spectrum = powerLaw(exponents);
    const { flops, loss: best } = frontier({ spectrum, ...options });
    const {
      batch = 1,
      dataRatio = 4,
      stepFraction = 0.5,
    } = options as { batch?: number; dataRatio?: number; stepFraction?: number };
    flops.forEach((f, i) => {
      for (const d of logspace(1, f / (64 * batch), 150)) {
        const options = { spectrum, d, v: dataRatio * d, batch, stepFraction };
        const { modes, gamma } = plrf({ ...options, force: true });
        if (gamma >= stability(modes, d, batch).maxGamma) continue;
        const model = plrf(options);
        const [P] = contourValues(defaultKernels(), model, "P", Float64Array.of(f / (batch * d))).values;
        expect(P, `f = ${f}, d = ${d}`).toBeGreaterThan(best[i]! * (1 - 1e-9));
      }
    });
  });

  it("finds jumps between branches and fits none across", () => {
    const { jumps, d, flops, fit, fitRange, slopes } = frontier({
      spectrum: powerLaw({ alpha: 0.35, beta: 0.16 }),
      flops: [1e12, 1e16],
      points: 13,
    });
    expect(jumps.length).toBeGreaterThan(0);
    for (const i of jumps) expect(Math.abs(Math.log(d[i]! / d[i - 1]!))).toBeGreaterThan(1);
    const inside = Array.from(flops.keys()).filter((i) => flops[i]! >= fitRange[0] && flops[i]! <= fitRange[1]);
    expect(jumps.every((i) => i <= inside[0]! || i > inside.at(-1)!)).toBe(true);
    const pick = (values: Float64Array) => Float64Array.from(inside, (i) => values[i]!);
    expect(fit.xi.value).toBe(fitPowerLaw(pick(flops), pick(d)).exponent.value);
    // a slope across the jump would be above 2
    expect(slopes.xi.every((slope) => Number.isNaN(slope) || slope < 1.2)).toBe(true);
  });

  it("reaches the edge d = n of a measured spectrum of any number of modes", () => {
    for (const n of [12, 100, 777, 2000]) {
      const j = Float64Array.from({ length: n }, (_, i) => i + 1);
      const spectrum = measured({ eigenvalues: j.map((x) => x ** -1.4), energies: j.map((x) => x ** -2.8) });
      const { d, loss: best } = frontier({ spectrum, flops: [3e15, 3e16], points: 3 });
      const model = plrf({ spectrum, d: n });
      const [P] = contourValues(defaultKernels(), model, "P", Float64Array.of(3e16 / n)).values;
      expect(best[2]! / P!).toBeLessThan(1 + 1e-9);
      expect(d[2]).toBeLessThanOrEqual(n);
    }
  });
});
