import { describe, expect, it } from "vitest";
import { minimisedExponents, phase } from "../../src/index.ts";
import { tableRow } from "../../src/theory/exponents/phases.ts";

describe("phase", () => {
  // read off the table of Paquette et al. (2024)
  it.each([
    [0.7, 0.3, "Ia", 1 / 2.4, 1 / 2.4],
    [0.45, 0.3, "Ib", 0.5, 0.25],
    [0.2, 0.8, "Ic", 1 / (2 * 0.88), 0.2 / 0.88],
    [0.8, 0.6, "II", 0.6 / 1.4, 1.8 / 2.8],
    [0.7, 1.2, "III", 0.5, 1 - 1 / 2.8],
    [0.4, 0.9, "IVa", 0.5, 0.4],
    [0.27, 0.8, "IVb", 0.53 / 0.898, (0.46 * 1.14) / 1.796],
  ])("(%f, %f) is %s", (alpha, beta, name, xi, eta) => {
    const found = phase({ alpha, beta });
    expect(found.phase).toBe(name);
    expect(found.xi).toBeCloseTo(xi, 12);
    expect(found.eta).toBeCloseTo(eta, 12);
    expect(found.boundary).toBeNull();
  });

  it("agrees with the minimisation it comes from, all over the plane", () => {
    let compared = 0;
    for (let i = 0; i < 200; i++)
      for (let k = 0; k < 200; k++) {
        const point = { alpha: 0.005 + 0.01 * i + 1e-4, beta: -0.2 + 0.011 * k + 2e-5 };
        const row = tableRow(point);
        const { xi, eta } = minimisedExponents(point);
        if (!row) {
          expect(eta).toBeNaN();
          continue;
        }
        compared++;
        expect(Math.abs(eta - row.eta), JSON.stringify(point)).toBeLessThan(1e-10);
        expect(Math.abs(xi - row.xi), JSON.stringify(point)).toBeLessThan(1e-10);
      }
    expect(compared).toBeGreaterThan(30_000);
  });

  it("names boundaries as boundaries", () => {
    expect(phase({ alpha: 0.7, beta: 0.7 })).toMatchObject({ phase: "II–III", boundary: "α = β", xi: 0.5 });
    expect(phase({ alpha: 0.5, beta: 0.3 })).toMatchObject({ phase: "Ia–Ib", boundary: "α = 1/2" });
    expect(phase({ alpha: 0.7, beta: 0.5 })).toMatchObject({ phase: "Ia–II", boundary: "β = 1/2" });
    expect(phase({ alpha: 0.25, beta: 1 })).toMatchObject({ phase: "Ic–IVb", boundary: "α = 1/4" });
    expect(phase({ alpha: 0.2, beta: 0.3 })).toMatchObject({ phase: null, boundary: "α + β = 1/2" });
    expect(phase({ alpha: 0.5, beta: 0.5 }).boundary).toBe("α = 1/2, β = 1/2, α = β");
    // ξ jumps here, η does not
    const iv = phase({ alpha: 1 - Math.SQRT1_2, beta: 1 });
    expect(iv).toMatchObject({ phase: "IVa–IVb", boundary: "α = 1 − 1/√2", xi: Number.NaN });
    expect(iv.eta).toBeCloseTo(1 - Math.SQRT1_2, 6);
  });

  it("has no power law where α + β ≤ 1/2", () => {
    expect(phase({ alpha: 0.1, beta: 0.2 })).toEqual({
      phase: null,
      xi: Number.NaN,
      eta: Number.NaN,
      tradeoff: null,
      boundary: null,
    });
    expect(() => phase({ alpha: -1, beta: 1 })).toThrow(/^alpha must be greater than 0, got -1$/);
  });
});
