// What the standard errors rest on: Student's t and the drop test in closed form, the density of residuals near 0, and what counts
// as D being a function of N.

import { describe, expect, it } from "vitest";
import { identifiability } from "../../src/fitting/identifiability.ts";
import { allowedRise, scaleOf } from "../../src/fitting/inference.ts";
import { runs } from "../../src/fitting/runs.ts";

describe("the rise allowed", () => {
  // the 97.5 % points of Student's t as printed in tables, with their degrees of freedom
  it.each([
    [10, 2.228, 0.016],
    [25, 2.06, 0.003],
    [60, 2.0003, 0.0006],
    [120, 1.9799, 0.0002],
  ])("is ½t²s² for residuals that are all within δ, t of %i degrees", (degrees, t, within) => {
    const s = 0.01;
    const residuals = Float64Array.from({ length: degrees + 5 }, (_, i) => (i % 2 ? s : -s));
    const rise = allowedRise(residuals, 1);
    expect(Math.abs(Math.sqrt((2 * rise) / (s * s)) / t - 1)).toBeLessThan(within);
  });
});

describe("the scale of residuals", () => {
  it("leaves out the five smallest, clips at δ, counts those within", () => {
    // 5 at 0; of the other 20, 12 at 0.5 and 8 at 3; δ = 1 is wider than the window 1.4826 · 0.5 / 20^0.2
    const residuals = Float64Array.from({ length: 25 }, (_, i) => (i < 5 ? 0 : i < 17 ? -0.5 : 3));
    const { psi2, slope } = scaleOf(residuals, 1);
    expect(psi2).toBeCloseTo((12 * 0.25 + 8 * 1) / 20, 14);
    expect(slope).toBeCloseTo(12 / 20, 14);
  });

  it("reads the density near 0 off a window where δ is far below the residuals", () => {
    // |r| spread evenly over (0, 1): density 1 at 0, so P(|r| ≤ δ) = δ
    const n = 2005;
    const residuals = Float64Array.from({ length: n }, (_, i) => ((i % 2 ? 1 : -1) * (i + 0.5)) / n);
    const { slope } = scaleOf(residuals, 1e-4);
    expect(Math.abs(slope / 1e-4 - 1)).toBeLessThan(0.02);
  });
});

describe("D as a function of N", () => {
  const N = Array.from({ length: 12 }, (_, i) => 1e8 * 1.7 ** i);
  const design = (D: (n: number, i: number) => number) =>
    identifiability(runs({ N, D: N.map(D), loss: N.map(() => 3) }));
  const rounded = (x: number) => Number(x.toPrecision(2));

  it("is one still where tokens are written with two digits", () => {
    const power = design((n) => rounded(50 * n ** 0.9));
    expect(power.line).toBe(true);
    expect(power.reason).toMatch(/D is a function of N/);
    expect(design((n) => rounded(20 * n)).reason).toMatch(/fixed D\/N ratio/);
  });

  it("is none where they scatter by a tenth", () => {
    const { line, reason, spread, warnings } = design((n, i) => 20 * n * (i % 2 ? 1.1 : 1 / 1.1));
    expect([line, reason]).toEqual([false, null]);
    expect(Math.abs(spread / Math.log(1.1) - 1)).toBeLessThan(0.05);
    expect(warnings).toHaveLength(1);
  });
});
