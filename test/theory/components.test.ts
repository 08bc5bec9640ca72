// The components against their integrals (docs/theory.md, eqs. 6.1–6.3) by trapezoids in log u, with Γ nowhere, and against what
// they are the limit of: F and K themselves at d = 1e9.

import { describe, expect, it } from "vitest";
import { components, forcing, kernel, plrf, powerLaw } from "../../src/index.ts";

/** ∫ u^power e^{−xu} du over (0, ∞), or from `from` to 1: trapezoids in log u, with h² of Euler–Maclaurin taken off at hard ends. */
function integral(power: number, x: number, [from, to]: [number, number] = [0, Infinity]): number {
  const start = from > 0 ? Math.log(from) : -Math.log(x) - 45 / (power + 1);
  const end = to < Infinity ? Math.log(to) : Math.log(60 / x);
  const f = (s: number) => Math.exp((power + 1) * s - x * Math.exp(s));
  const trapezoids = (n: number) => {
    const h = (end - start) / n;
    let sum = (f(start) + f(end)) / 2;
    for (let i = 1; i < n; i++) sum += f(start + i * h);
    return h * sum;
  };
  const [coarse, middle, fine] = [trapezoids(4000), trapezoids(8000), trapezoids(16_000)];
  const romberg = (a: number, b: number) => (4 * b - a) / 3;
  return (16 * romberg(middle, fine) - romberg(coarse, middle)) / 15;
}

const steps = [1, 30, 1e3, 1e5];

describe("components", () => {
  it.each([
    [0.7, 1.2, 300, 3],
    [0.9, 0.6, 1000, 1],
    [1.4, 0.8, 50, 1],
  ])("are their integrals at (α, β, d, B) = (%f, %f, %f, %f)", (alpha, beta, d, batch) => {
    const v = 4 * d;
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, v, batch });
    const { gamma } = model;
    const { F0, Fpp, Fac, Kpp, sum, flops } = components(model, { steps });
    let target = 0;
    for (let j = v; j > 0; j--) target += j ** (-2 * beta);
    steps.forEach((r, i) => {
      const x = 2 * gamma * batch * r;
      const exact = {
        Fpp: integral((2 * beta - 1) / (2 * alpha), x) / (2 * alpha),
        Fac: (target * integral(-1 / (2 * alpha), x, [d ** (-2 * alpha), 1])) / (2 * alpha * d),
        Kpp: (gamma * integral(1 - 1 / (2 * alpha), x)) / (2 * alpha),
      };
      expect(Fpp[i]! / exact.Fpp).toBeCloseTo(1, 9);
      expect(Fac[i]! / exact.Fac).toBeCloseTo(1, 9);
      expect(Kpp[i]! / exact.Kpp).toBeCloseTo(1, 9);
      expect(sum[i]! / (F0 + exact.Fpp + exact.Fac + exact.Kpp)).toBeCloseTo(1, 9);
      expect(flops[i]).toBe(batch * d * r);
    });
  });

  it("are 0 where they do not enter: F_ac for 2α ≤ 1 or 2β ≤ 1, K_pp for α ≤ 1/4", () => {
    const zero = (alpha: number, beta: number) => {
      const { Fac, Kpp } = components(plrf({ spectrum: powerLaw({ alpha, beta }), d: 100 }), { steps: [10] });
      return [Fac[0] === 0, Kpp[0] === 0];
    };
    expect(zero(0.45, 0.8)).toEqual([true, false]);
    expect(zero(0.8, 0.45)).toEqual([true, false]);
    expect(zero(0.2, 0.8)).toEqual([true, true]);
    expect(zero(0.55, 0.55)).toEqual([false, false]);
  });

  // each where it is nearly all there is
  it.each([
    [0.7, 0.3],
    [0.8, 0.6],
    [0.7, 1.2],
  ])("are F and K at d = 1e9 and r = 1e3, 1e4, (α, β) = (%f, %f)", (alpha, beta) => {
    const batch = 3;
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d: 1e9, batch });
    const steps = [1e3, 1e4];
    const { F0, Fpp, Fac, Kpp } = components(model, { steps });
    const F = forcing(model, { steps }).forcing;
    const K = kernel(model, { steps }).kernel;
    steps.forEach((_, i) => {
      expect(Math.abs((F[i]! - F0 - Fac[i]!) / Fpp[i]! - 1)).toBeLessThan(2e-3);
      expect(Math.abs(K[i]! / (model.gamma * batch * Kpp[i]!) - 1)).toBeLessThan(1e-3);
    });
  });

  it("F_ac is F − F₀ − F_pp where it dominates, to 1 %", () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), d: 1e9, batch: 3 });
    const { F0, Fpp, Fac } = components(model, { steps: [1e4, 1e6] });
    const F = forcing(model, { steps: [1e4, 1e6] }).forcing;
    for (const i of [0, 1]) expect(Math.abs((F[i]! - F0 - Fpp[i]!) / Fac[i]! - 1)).toBeLessThan(0.01);
  });
});
