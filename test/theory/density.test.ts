import { describe, expect, it } from "vitest";
import { components, forcing, logspace, plrf, powerLaw, spectralDensity, support } from "../../src/index.ts";
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

describe("support", () => {
  // W alone, D = 1: Marchenko–Pastur, edges (1 ± √(v/d))²
  it("is Marchenko–Pastur's for a flat spectrum", async () => {
    const { measured } = await import("../../src/index.ts");
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

describe("components", () => {
  it("add up to the forcing at large d, to leading order", () => {
    for (const [alpha, beta] of [
      [0.7, 0.3],
      [0.8, 0.6],
      [0.7, 1.2],
    ] as const) {
      const model = plrf({ spectrum: powerLaw({ alpha, beta }), d: 1e7 });
      const steps = [100, 1e4, 1e6];
      const { F0, Fpp, Fac } = components(model, { steps });
      const F = forcing(model, { steps }).forcing;
      expect(F[0]! / (F0 + Fpp[0]! + Fac[0]!)).toBeCloseTo(1, 1);
      F.forEach((value, i) => {
        const ratio = value / (F0 + Fpp[i]! + Fac[i]!);
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(1.8);
      });
    }
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
