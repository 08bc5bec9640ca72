import { describe, expect, it } from "vitest";
import { fitPowerLaw, frontier, localSlopes, logspace, loss, plrf, powerLaw } from "../../src/index.ts";
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
  });
});
