import { describe, expect, it } from "vitest";
import { logspace, measured, plrf, powerLaw, spectralDensity, support, wasmKernels } from "../../src/index.ts";
import { modesOf } from "../../src/theory/measure/modes.ts";
import { onEachBackend } from "../backends.ts";

/** Trapezoids over the bulk and, finely, over each band that stands apart. */
function integrate(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return sum;
}

onEachBackend((kernels) => {
  it.each([
    [0.7, 0.7],
    [0.3, 0.8],
    [1.2, 0.8],
  ])("integrates to d, and with F₀ to the target's energy, at (%f, %f)", (alpha, beta) => {
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d: 50 });
    const [left, right] = support(model);
    const { lambda, density, weighted, stats } = spectralDensity(model, {
      lambda: logspace(left, right, 12_000),
      kernels,
    });
    expect(stats.converged).toBe(true);
    expect(Math.abs(integrate(lambda, density) / model.d - 1)).toBeLessThan(1e-4);
    expect(Math.abs((integrate(lambda, weighted) + model.F0) / model.P0 - 1)).toBeLessThan(1e-3);
  });
});

describe("mode rules", () => {
  it.each([
    [0.2, 1e4, 1e5],
    [0.3, 500, 1e5],
    [0.7, 3e4, 6e4],
    [1.2, 1e4, 1e5],
  ])("give the density of every mode by itself at (α, d, v) = (%f, %f, %f)", (alpha, d, v) => {
    const each = (power: number) => Float64Array.from({ length: v }, (_, i) => (i + 1) ** -power);
    const spectrum = measured({ eigenvalues: each(2 * alpha), energies: each(2 * alpha + 1.2) });
    const model = plrf({ spectrum: powerLaw({ alpha, beta: 0.6 }), d, v });
    const [left, right] = support(model);
    const lambda = logspace(1.01 * left, 0.99 * right, 25);
    const exact = spectralDensity(plrf({ spectrum, d, v }), { lambda });
    const { density, weighted } = spectralDensity(model, { lambda });
    expect(density.filter((rho) => rho > 0).length).toBeGreaterThan(12);
    lambda.forEach((_, i) => {
      expect(Math.abs(density[i]! - exact.density[i]!)).toBeLessThanOrEqual(1e-10 * exact.density[i]!);
      expect(Math.abs(weighted[i]! - exact.weighted[i]!)).toBeLessThanOrEqual(1e-10 * exact.weighted[i]!);
    });
  });

  it("see the poles where κ puts them, far from x where v ≫ d", () => {
    const [spectrum, d, v] = [powerLaw({ alpha: 0.3, beta: 0.6 }), 1e6, 1e8];
    const model = plrf({ spectrum, d, v });
    const lambda = Float64Array.of(0.0055, 0.0068, 0.008);
    const fine = modesOf(spectrum, v, { exact: 100, poles: [5, 12], distance: 0.02 });
    const kernels = wasmKernels();
    const { D } = kernels.modeSums(fine, kernels.axisKappa(fine, 1 / d, model.kappa0, lambda));
    const { density } = spectralDensity(model, { lambda });
    lambda.forEach((x, i) => {
      expect(Math.abs((density[i]! * Math.PI * x) / D.im[i]! + 1)).toBeLessThan(1e-11);
    });
  });
});

describe("the density at its default points", () => {
  it.each([10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e9, 1e12])("integrates to d and Σt − F₀ at d = %f", (d) => {
    for (const [alpha, beta, ratio] of [
      [0.7, 0.51, 4],
      [0.45, 0.2, 1],
      [1.2, 0.8, 1.05],
    ] as const) {
      const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, v: ratio * d });
      const { lambda, density, weighted, stats } = spectralDensity(model);
      expect(stats.converged).toBe(true);
      expect(Math.abs(integrate(lambda, density) / d - 1)).toBeLessThan(5e-3);
      expect(Math.abs((integrate(lambda, weighted) + model.F0) / model.P0 - 1)).toBeLessThan(5e-3);
    }
  });

  it.each([1e7, 1e9, 1e12])("shows every mode once, apart and in the average, at d = %f", (d) => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.51 }), d });
    const { lambda, density, averagedBelow } = spectralDensity(model);
    // modes with their own bands hold one eigenvalue each, and so do those that are averaged
    expect(averagedBelow).toBeCloseTo(128.5 ** -1.4, 15);
    for (const j of [1, 2, 10, 40, 100, 128, 200, 400, 1000]) {
      const from = lambda.findIndex((x) => x > (j + 0.5) ** -1.4);
      const modes = j > 128 ? lambda[from]! ** (-1 / 1.4) - 0.5 : j;
      expect(Math.abs(integrate(lambda.subarray(from), density.subarray(from)) / modes - 1)).toBeLessThan(5e-3);
    }
  });

  it("finds the gaps of a measured spectrum wherever they are, and their masses", () => {
    // 30 modes at 1, 400 at 1e-3, 2000 at 1e-7
    const eigenvalues = [...Array(30).fill(1), ...Array(400).fill(1e-3), ...Array(2000).fill(1e-7)];
    const model = plrf({ spectrum: measured({ eigenvalues, energies: eigenvalues }), d: 600 });
    const { lambda, density, averagedBelow, stats } = spectralDensity(model);
    expect(stats.converged).toBe(true);
    expect(averagedBelow).toBe(0);
    const above = (x: number) => {
      const from = lambda.findIndex((value) => value > x);
      return integrate(lambda.subarray(from), density.subarray(from));
    };
    expect(Math.abs(above(0.1) / 30 - 1)).toBeLessThan(5e-3);
    expect(Math.abs(above(1e-5) / 430 - 1)).toBeLessThan(5e-3);
    expect(Math.abs(above(0) / 600 - 1)).toBeLessThan(5e-3);
  });

  it("is not averaged where λ are asked for", () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.51 }), d: 1e7 });
    // mode 300 has a band of its own here, and a gap beside it
    const [at, between] = [300 ** -1.4, 300.5 ** -1.4];
    const { density, averagedBelow } = spectralDensity(model, { lambda: [between, at] });
    expect(averagedBelow).toBe(0);
    expect(density[0]).toBe(0);
    expect(density[1]).toBeGreaterThan(0);
  });
});

describe("support", () => {
  // W alone, D = 1: Marchenko–Pastur, edges (1 ± √(v/d))²
  it("is Marchenko–Pastur's for a flat spectrum", () => {
    const ones = new Float64Array(400).fill(1);
    const model = plrf({ spectrum: measured({ eigenvalues: ones, energies: ones }), d: 100, gamma: 1e-3 });
    const [left, right] = support(model);
    expect(left).toBeCloseTo((1 - 2) ** 2, 8);
    expect(right).toBeCloseTo((1 + 2) ** 2, 8);
    const x = Float64Array.of(0.5, 2, 4, 8, 9.5);
    const { density } = spectralDensity(model, { lambda: x });
    x.forEach((value, i) => {
      const inside = (9 - value) * (value - 1);
      const exact = inside > 0 ? (100 * Math.sqrt(inside)) / (2 * Math.PI * value) : 0;
      expect(density[i]).toBeCloseTo(exact, 8);
    });
  });
});

it("is smooth where modes merge into the bulk, at large d", () => {
  // just beyond the modes that stand apart the density is a power law with a slowly changing slope
  const model = plrf({ spectrum: powerLaw({ alpha: 0.4, beta: 0.7 }), d: 1e6 });
  const { density } = spectralDensity(model, { lambda: logspace(1e-4, 2e-3, 120) });
  for (let i = 1; i + 1 < density.length; i++)
    expect(Math.abs(Math.log(density[i + 1]!) - 2 * Math.log(density[i]!) + Math.log(density[i - 1]!))).toBeLessThan(
      1e-3,
    );
});
