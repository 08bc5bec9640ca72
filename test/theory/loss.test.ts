import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  forcing,
  kernel,
  kernelNorm,
  logspace,
  loss,
  measured,
  plrf,
  powerLaw,
  stability,
  support,
} from "../../src/index.ts";
import { onEachBackend } from "../backends.ts";
import { anyModel, build, goldenModels } from "../models.ts";

onEachBackend((kernels) => {
  // every j summed, 80-bit arithmetic; K below 1e-13 and F − F0 below 1e-15 are at that arithmetic's floor
  it.each(goldenModels("plrf.csv").map((m) => [JSON.stringify(m.model.spectrum), m] as const))(
    "agrees with plrf.csv: %s",
    (_, { model, rows, steps }) => {
      const P = loss(model, { steps, kernels });
      const F = forcing(model, { steps, kernels }).forcing;
      const K = kernel(model, { steps, kernels }).kernel;
      expect(P.stats.converged).toBe(true);
      rows.forEach((row, i) => {
        expect(Math.abs(model.F0 / row.F0 - 1)).toBeLessThan(1e-12);
        expect(Math.abs(P.loss[i]! / row.P - 1), `P at r = ${row.r}`).toBeLessThan(1e-9);
        expect(Math.abs(F[i]! - row.F), `F at r = ${row.r}`).toBeLessThan(
          1e-9 * Math.abs(row.F - row.F0) + 1e-15 + 1e-9 * row.F0,
        );
        expect(Math.abs(K[i]! - row.K), `K at r = ${row.r}`).toBeLessThan(Math.max(1e-9 * row.K, 1e-13));
      });
    },
  );

  it.each(
    goldenModels("plrf-large.csv").map((m) => [`${JSON.stringify(m.model.spectrum)} d = ${m.model.d}`, m] as const),
  )("agrees with plrf-large.csv: %s", (_, { model, rows, steps }) => {
    const P = loss(model, { steps, kernels });
    rows.forEach((row, i) => {
      expect(Math.abs(model.F0 / row.F0 - 1)).toBeLessThan(1e-8);
      expect(Math.abs(P.loss[i]! / row.P - 1), `P at r = ${row.r}`).toBeLessThan(1e-8);
    });
  });
});

describe("loss", () => {
  it("starts at Σ t_j and ends at F₀/(1 − ‖K‖)", () => {
    fc.assert(
      fc.property(anyModel, (parameters) => {
        const model = build(parameters);
        // at v = d late steps are refused
        const [first, last] = loss(model, { steps: [0, model.kappa0 > 0 ? 1e15 : 1e3] }).loss;
        expect(Math.abs(first! / model.P0 - 1)).toBeLessThan(1e-10);
        const limit = model.F0 / (1 - kernelNorm(model));
        // near v = d the support reaches down to 0 and the loss goes on falling
        const slowest = 2 * model.gamma * model.batch * support(model)[0];
        if (slowest * 1e15 > 100 && model.kappa0 > 0) expect(Math.abs(last! / limit - 1)).toBeLessThan(1e-8);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("finds κ₀ to rounding", () => {
    fc.assert(
      fc.property(anyModel, (parameters) => {
        const { modes, d, v, kappa0 } = build(parameters);
        if (v === d) {
          expect(kappa0).toBe(0);
          return;
        }
        const D = modes.trace.reduce((sum, a, j) => sum + a / (modes.lambda[j]! + kappa0), 0);
        expect(Math.abs(D / d - 1)).toBeLessThan(1e-13);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it("one P of a million steps is the P of a curve", () => {
    fc.assert(
      fc.property(anyModel, (parameters) => {
        const model = build(parameters);
        const curve = loss(model, { steps: logspace(64, 1e6, 40) });
        const alone = loss(model, { steps: [1e6] });
        const gap = Math.abs(curve.loss[39]! - alone.loss[0]!);
        expect(gap).toBeLessThan(1e-9 * alone.loss[0]! + curve.stats.error[39]! + alone.stats.error[0]!);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it("does not depend on how large v and d are written", () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    const far = plrf({ spectrum, d: 1e12 });
    expect(loss(far, { steps: [1e18] }).loss[0]).toBeGreaterThan(far.F0);
    // finite v far beyond any training run, in a phase where Tr D diverges
    const huge = [1e17, 1e18].map((d) =>
      loss(plrf({ spectrum: powerLaw({ alpha: 0.45, beta: 0.6 }), d }), { steps: [1e15] }),
    );
    expect(huge[1]!.loss[0]).toBeLessThan(huge[0]!.loss[0]!);
    // v = ∞ is the limit of v → ∞: what is left out is Σ_{j>v} λ_j/(κ₀d) ~ 3e-9 of the resolvent
    const steep = powerLaw({ alpha: 1.2, beta: 0.7 });
    const [finite, infinite] = [1e9, Infinity].map(
      (v) => loss(plrf({ spectrum: steep, d: 1000, v, gamma: 0.2 }), { steps: [1e3, 1e6] }).loss,
    );
    for (const i of [0, 1]) expect(Math.abs(infinite![i]! / finite![i]! - 1)).toBeLessThan(1e-8);
  });

  it("takes a measured spectrum: the power law written out is the power law", () => {
    const [alpha, beta, v] = [0.8, 0.6, 400];
    const j = Array.from({ length: v }, (_, i) => i + 1);
    const written = measured({
      eigenvalues: j.map((x) => x ** (-2 * alpha)),
      energies: j.map((x) => x ** (-2 * alpha - 2 * beta)),
    });
    const steps = [0, 1, 10, 100, 1e4];
    const a = loss(plrf({ spectrum: written, d: 100 }), { steps }).loss;
    const b = loss(plrf({ spectrum: powerLaw({ alpha, beta }), d: 100, v }), { steps }).loss;
    for (let i = 0; i < steps.length; i++) expect(Math.abs(a[i]! / b[i]! - 1)).toBeLessThan(1e-11);
  });

  it("knows the largest stable step", () => {
    fc.assert(
      fc.property(anyModel, (parameters) => {
        const model = build(parameters);
        const { maxGamma } = stability(model.modes, model.d, model.batch);
        const below = kernelNorm({ ...model, gamma: 0.999999 * maxGamma });
        const above = kernelNorm({ ...model, gamma: 1.000001 * maxGamma });
        expect(below).toBeLessThan(1);
        // past the limit the norm exceeds 1, or the top eigenvalue is beyond reach
        expect(Number.isNaN(above) || above > 1).toBe(true);
        // ‖K‖ is the sum of K(r)
        const K = kernel(model, { steps: Array.from({ length: 63 }, (_, r) => r) }).kernel;
        expect(K.reduce((sum, k) => sum + k)).toBeLessThan(kernelNorm(model) * (1 + 1e-9));
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it("refuses what makes no sense, before any work", () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    expect(() => powerLaw({ alpha: 0, beta: 1 })).toThrow(new RangeError("alpha must be greater than 0, got 0"));
    expect(() => powerLaw({ alpha: Number.NaN, beta: 1 })).toThrow(new RangeError("alpha must be finite, got NaN"));
    expect(() => powerLaw({ alpha: "1" as never, beta: 1 })).toThrow(new TypeError('alpha must be a number, got "1"'));
    expect(() => plrf({ spectrum, d: 0.5 })).toThrow(new RangeError("d must be at least 1, got 0.5"));
    expect(() => plrf({ spectrum, d: 100, v: 50 })).toThrow(new RangeError("v must be at least d = 100, got 50"));
    expect(() => plrf({ spectrum, d: 100, gamma: 1 })).toThrow(
      /^gamma must be below 0\.\d+, the largest stable step here/,
    );
    expect(() => plrf({ spectrum: powerLaw({ alpha: 0.4, beta: 1 }), d: 100, v: Infinity })).toThrow(/alpha ≤ 1\/2/);
    expect(() => plrf({ spectrum: powerLaw({ alpha: 0.7, beta: -0.3 }), d: 100, v: Infinity })).toThrow(
      /alpha \+ beta ≤ 1\/2/,
    );
    const model = plrf({ spectrum, d: 100 });
    expect(() => loss(model, { steps: [] })).toThrow(new RangeError("steps must not be empty"));
    expect(() => loss(model, { steps: [2, 1] })).toThrow(
      new RangeError("steps must increase, got 2 then 1 at position 1"),
    );
    expect(() => loss(model, { steps: [-1] })).toThrow(new RangeError("steps[0] must be at least 0, got -1"));
    expect(() => loss(model, { steps: [1], method: "magic" as never })).toThrow(/^method must be one of contour/);
  });
});

// 50 digits, every mode by itself (Talbot's contour): at a hard edge, v = d, 1 − S cancels as κ ~ √ζ
it.each([
  [0.7, 0.5, 50, 1, 0.5, 1e10, 4.04044720218721e-6, 8.58926950428273e-24, 5.6242198000837e-6],
  [0.7, 0.5, 50, 1, 0.5, 1e13, 1.27770159224849e-7, 2.71616558917679e-31, 1.7785344610954e-7],
  [1.2, 0.3, 30, 4, 0.3, 1e12, 1.01668232898796e-7, 1.98535629658682e-29, 1.48393533912966e-7],
  [0.4, 0.9, 200, 1, 0.5, 1e10, 5.34693269185545e-6, 4.16036969353948e-23, 7.16277839685399e-6],
  [0.4, 0.9, 200, 1, 0.5, 1e15, 1.69084858155778e-8, 1.31562446157987e-35, 2.26506940512157e-8],
])(
  "states the digits lost at a hard edge: α = %f, β = %f, v = d = %i",
  (alpha, beta, d, batch, stepFraction, r, F, K, P) => {
    const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, v: d, batch, stepFraction });
    for (const steps of [[r], [64, r]]) {
      const last = (values: Float64Array) => values[values.length - 1]!;
      const found = [forcing(model, { steps }), kernel(model, { steps }), loss(model, { steps })] as const;
      const values = [found[0].forcing, found[1].kernel, found[2].loss].map(last);
      [F, K, P].forEach((reference, i) => {
        const error = last(found[i]!.stats.error);
        expect(Math.abs(values[i]! - reference)).toBeLessThan(error);
        // K, which falls faster, is the first to be lost
        if (i !== 1) expect(error).toBeLessThan(3e-6 * reference);
      });
    }
  },
);

it("K and its stated error know nothing of the target, however much energy it has", () => {
  const of = (beta: number) =>
    kernel(plrf({ spectrum: powerLaw({ alpha: 0.7, beta }), d: 1e6 }), { steps: [1, 10, 100, 1e4] });
  const [plain, large] = [of(1), of(-2)];
  large.kernel.forEach((K, i) => {
    expect(large.stats.error[i]! / K).toBeLessThan(1e-9);
    expect(Math.abs(K - plain.kernel[i]!)).toBeLessThan(large.stats.error[i]! + plain.stats.error[i]!);
  });
});
