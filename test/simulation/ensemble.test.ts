// Ensembles of real SGD against the exact expectation for the same W. Seeds are fixed. With 20 checkpoints of each of a dozen
// ensembles, one beyond 4 standard errors has probability 1.5 % if all is right (the checkpoints of one run move together).
import { describe, expect, it } from "vitest";
import {
  dana,
  expected,
  heavyBall,
  linear,
  measured,
  nesterov,
  plrf,
  powerLaw,
  type SimulationOptions,
  sampleSpectrum,
  sgd,
  simulate,
  table,
  warmupStableDecay,
} from "../../src/index.ts";
import { twoSample } from "../statistics.ts";
import { gapToTheory } from "./gap.ts";

const POINTS = [
  [0.7, 0.3],
  [0.7, 0.7],
  [1, 1.3],
] as const;

const modelAt = (alpha: number, beta: number, d: number, batch = 1) =>
  plrf({ spectrum: powerLaw({ alpha, beta }), d, batch, stepFraction: batch === 1 ? 0.5 : 0.2 });

const worst = (values: Float64Array): number => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Twenty numbers of steps, evenly spaced. */
const twenty = (steps: number): number[] => Array.from({ length: 20 }, (_, i) => ((i + 1) * steps) / 20);

// the other points, and larger d: test/slow/ensembles.test.ts
describe("400 members at α = 0.7, β = 0.7", () => {
  const [alpha, beta] = POINTS[1];
  it.each([1, 8])("have the exact expected loss, B = %i", async (batch) => {
    for (const [method, d, steps, draws] of [
      ["spectral", 128, batch === 1 ? 1000 : 200, 4],
      ["dense", 64, batch === 1 ? 200 : 60, 1],
    ] as const) {
      const run = await simulate(modelAt(alpha, beta, d, batch), {
        ...{ steps, record: twenty(steps), members: 400, draws, seed: 2, method, expected: true },
      });
      expect(run.deviation).toHaveLength(20);
      expect(worst(run.deviation!)).toBeLessThan(4);
    }
  });
});

describe("dense and spectral SGD on the same W", () => {
  it("give the same law of the final loss, B = 2, σ² = 0.25", async () => {
    const [batch, noise] = [2, 0.25];
    const model = modelAt(0.7, 0.7, 48, batch);
    const common: SimulationOptions = { steps: 200, record: [200], members: 500, draws: 1, noise };
    // the same seed is the same W; other members are other data
    const dense = await simulate(model, { ...common, method: "dense" });
    const spectral = await simulate(model, common);
    const last = (curves: readonly Float64Array[]) => curves.map((curve) => curve[0]!);
    expect(twoSample(last(dense.curves), last(spectral.curves))).toBeGreaterThan(0.001);
    // and the test has power: a little more label noise is told apart
    const other = await simulate(model, { ...common, noise: (Math.sqrt(noise) + 0.2) ** 2 });
    expect(twoSample(last(dense.curves), last(other.curves))).toBeLessThan(0.001);
  });
});

describe("optimisers", () => {
  const rising = [
    [0, 1],
    [100, 2],
    [200, 4],
  ] as const;
  it.each([
    ["SGD, a falling step", sgd({ schedule: linear() })],
    ["SGD, a growing batch", sgd({ batch: rising })],
    ["heavy ball", heavyBall({ momentum: 0.9 })],
    ["Nesterov, warm-up and decay", nesterov({ schedule: warmupStableDecay({ warmup: 20, decay: 0.3 }) })],
    ["DANA-constant", dana({ strength: 0.5 })],
    ["DANA-decaying, a growing batch", dana({ variant: "decaying", batch: rising })],
  ])("%s: 400 members, dense and spectral, have the exact expected loss", async (_, optimizer) => {
    for (const [method, d, draws] of [
      ["spectral", 96, 4],
      ["dense", 48, 2],
    ] as const) {
      const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d, stepFraction: 0.3, noise: 0.09 });
      const options = { steps: 300, record: twenty(300), members: 400, draws, optimizer, method, seed: 4 };
      const run = await simulate(model, { ...options, expected: true });
      expect(worst(run.deviation!)).toBeLessThan(4);
      // and the expectation is that of this optimiser alone
      const plain = await expected(model, { ...options, optimizer: sgd() });
      expect(worst(run.expected!.map((P, i) => P / plain.mean[i]! - 1))).toBeGreaterThan(0.03);
    }
  });

  it("are what they come down to: heavy ball without momentum, SGD with everything said", async () => {
    const model = modelAt(0.7, 0.7, 40, 2);
    for (const method of ["spectral", "dense"] as const) {
      const options = { steps: 200, members: 4, method, expected: true };
      const plain = await simulate(model, options);
      for (const optimizer of [
        heavyBall({ momentum: 0 }),
        nesterov({ momentum: 0 }),
        sgd({ batch: [[0, 2]], schedule: table(new Float64Array(200).fill(1)) }),
      ]) {
        const run = await simulate(model, { ...options, optimizer });
        expect(run.curves).toEqual(plain.curves);
        run.expected!.forEach((P, i) => {
          expect(P / plain.expected![i]! - 1).toBeCloseTo(0, 13);
        });
      }
    }
  });

  it("see the samples of a ramp", async () => {
    const run = await simulate(modelAt(0.7, 0.7, 40), {
      ...{ steps: 300, record: [50, 150, 300], members: 1, optimizer: sgd({ batch: rising }) },
    });
    expect([...run.flops]).toEqual([40 * 50, 40 * 200, 40 * 700]);
  });

  it.each([
    [sgd({ gamma: 5 }), /^the step at r = 0 must be below .* the largest stable one for a batch of 1, got 5$/],
    [
      sgd({
        batch: [
          [0, 1],
          [50, 64],
        ],
      }),
      /^the step at r = 50 must be below .* for a batch of 64/,
    ],
    [sgd({ schedule: (r) => (r === 70 ? 40 : 1) }), /^the step at r = 70 must be below/],
    [heavyBall({ gamma: 5 }), /^the steps at r = 0 must be below .* for the loss to converge there \(‖K‖ = /],
    [dana({ strength: 50 }), /^the steps at r = \d+ must be below/],
  ])("that diverge are refused at the first step that would: %#", async (optimizer, message) => {
    const model = modelAt(0.7, 0.7, 40);
    await expect(simulate(model, { steps: 100, members: 1, optimizer })).rejects.toThrow(message);
    await expect(expected(model, { steps: 100, optimizer })).rejects.toThrow(message);
    const forced = await simulate(model, { steps: 100, members: 2, optimizer, force: true });
    expect(forced.curves).toHaveLength(2);
  });

  it("that diverge when forced are recognised, and stop", async () => {
    for (const method of ["spectral", "dense"] as const) {
      const options = { steps: 1e5, members: 3, draws: 1, method, force: true };
      const { stats, mean } = await simulate(modelAt(0.7, 0.7, 40), {
        ...options,
        optimizer: heavyBall({ gamma: 20 }),
      });
      expect(stats).toMatchObject({ converged: false, diverged: 3 });
      expect(stats.divergedAt).toBeLessThan(1000);
      expect(mean.at(-1)).toBe(Infinity);
    }
  });
});

it("takes the model's label noise", async () => {
  const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
  const options = { steps: 50, members: 2 };
  const noisy = await simulate(plrf({ spectrum, d: 30, noise: 0.25 }), options);
  expect(noisy.curves).toEqual((await simulate(plrf({ spectrum, d: 30 }), { ...options, noise: 0.25 })).curves);
});

it("averages over W to the deterministic equivalent, the better the larger d", async () => {
  const [small, large] = [await gapToTheory(16, 500), await gapToTheory(64, 200)];
  // at 10 steps the gap is known well, and of order 1/d; later the scatter between draws, of order d^−½, hides it
  expect(small.gap[0]! / large.gap[0]!).toBeGreaterThan(2);
  expect(large.gap[0]).toBeGreaterThan(4 * large.stderr[0]!);
  large.gap.forEach((gap, i) => {
    expect(Math.abs(gap)).toBeLessThan(4 * large.stderr[i]! + 0.02);
    // four times d halves the scatter, which over 200 draws of a skewed loss is itself known to some 15 %
    expect(small.scatter[i]! / large.scatter[i]!).toBeGreaterThan(1.25);
  });
});

it("samples the least loss that d features of this W allow", async () => {
  // with v = d the features reach everything
  const spectrum = powerLaw({ alpha: 0.6, beta: 0.5 });
  const full = await sampleSpectrum(plrf({ spectrum, d: 20, v: 20 }), { draws: 3 });
  for (const { floor, energies } of full.draws) {
    expect(floor).toBeLessThan(1e-12);
    expect(energies.every((c) => c >= 0)).toBe(true);
  }
  // noiseless SGD at a small step ends there
  const model = plrf({ spectrum, d: 6, v: 24, stepFraction: 0.02, batch: 4 });
  const { draws } = await sampleSpectrum(model);
  const run = await simulate(model, { steps: 20_000, record: [20_000], members: 4, draws: 1, method: "dense" });
  expect(run.mean[0]! / draws[0]!.floor - 1).toBeGreaterThan(0);
  expect(run.mean[0]! / draws[0]!.floor - 1).toBeLessThan(0.03);
});

it("takes any law of the data, and any spectrum", async () => {
  const spectrum = measured({ eigenvalues: [3, 1, 0.5, 0.2, 0.1, 0.05], energies: [1, 0.5, 0.3, 0.2, 0.1, 0.1] });
  const model = plrf({ spectrum, d: 4 });
  const ends = new Map<string, number>();
  for (const distribution of ["normal", "rademacher", "uniform", { student: 5 }] as const) {
    const run = await simulate(model, {
      steps: 300,
      record: [1, 300],
      members: 200,
      draws: 1,
      method: "dense",
      distribution,
    });
    expect(run.stats.converged).toBe(true);
    expect(run.mean[1]).toBeLessThan(run.mean[0]! / 2);
    ends.set(JSON.stringify(distribution), run.mean[1]!);
  }
  expect(new Set(ends.values()).size).toBe(4);
});

describe("dense SGD in f32", () => {
  it.each(POINTS)("is f64's but for rounding, α = %s, β = %s", async (alpha, beta) => {
    for (const [d, steps, optimizer] of [
      [50, 100, undefined],
      [50, 3000, undefined],
      [50, 1000, heavyBall({ momentum: 0.9 })],
      [150, 300, undefined],
    ] as const) {
      const model = modelAt(alpha, beta, d);
      const options = { steps, record: twenty(steps), members: 5, draws: 2, method: "dense", noise: 1e-4 } as const;
      const run = { ...options, ...(optimizer && { optimizer }) };
      const { curves } = await simulate(model, run);
      const rounded = await simulate(model, { ...run, precision: "f32" });
      // in units of what one rounded error makes of the loss: see the option's documentation
      const off = rounded.curves
        .flatMap((curve, k) => [...curve].map((P, i) => Math.abs(P / curves[k]![i]! - 1) / Math.sqrt(model.P0 / P)))
        .map((x) => x * 2 ** 24)
        .sort((a, b) => a - b);
      expect(off[off.length / 2]).toBeLessThan(1);
      expect(off[off.length / 2]).toBeGreaterThan(0.01);
      expect(off.at(-1)).toBeLessThan(30);
    }
  });

  it("has the exact expected loss", async () => {
    const run = await simulate(modelAt(0.7, 0.3, 64), {
      ...{ steps: 200, record: twenty(200), members: 400, draws: 2, seed: 2, method: "dense", precision: "f32" },
      expected: true,
    });
    expect(worst(run.deviation!)).toBeLessThan(4);
  });

  it("takes any law of the data and a batch, and is the member's, not the company's", async () => {
    const model = modelAt(0.7, 0.7, 40, 3);
    for (const distribution of ["rademacher", "uniform", { student: 5 }] as const) {
      const shared = { steps: 100, draws: 2, method: "dense", distribution } as const;
      const exact = await simulate(model, { ...shared, members: 7 });
      const many = await simulate(model, { ...shared, members: 7, precision: "f32" });
      many.mean.forEach((P, i) => {
        expect(P / exact.mean[i]! - 1).toBeCloseTo(0, 5);
      });
      expect(many.curves).not.toEqual(exact.curves);
      const few = await simulate(model, { ...shared, members: 4, precision: "f32" });
      expect(many.curves.slice(0, 4)).toEqual(few.curves);
    }
  });

  it("is written down, and refused where it does not serve", async () => {
    const model = modelAt(0.7, 0.7, 20);
    const { made } = await simulate(model, { steps: 5, members: 1, method: "dense", precision: "f32" });
    expect(made.parameters).toMatchObject({ precision: "f32" });
    const tiny = plrf({ spectrum: measured({ eigenvalues: [1e-60, 1e-61], energies: [1, 1] }), d: 1, gamma: 1e59 });
    await expect(simulate(tiny, { steps: 5, method: "dense", precision: "f32" })).rejects.toThrow(
      /^precision "f32" serves spectra whose largest eigenvalue is between 1e-20 and 1e20, got 1e-60/,
    );
  });
});

describe("what makes a run", () => {
  const model = modelAt(0.7, 0.7, 40);

  it("is the seed and the member, not the company", async () => {
    const few = await simulate(model, { steps: 200, members: 3, seed: 9 });
    const many = await simulate(model, { steps: 200, members: 5, seed: 9 });
    expect(many.curves.slice(0, 3)).toEqual(few.curves);
    expect(new Set(many.curves.map((curve) => curve.at(-1))).size).toBe(5);
    const other = await simulate(model, { steps: 200, members: 3, seed: 10 });
    expect(other.curves).not.toEqual(few.curves);
    const shared = { steps: 100, draws: 2, seed: 9, method: "dense" } as const;
    const dense = await simulate(model, { ...shared, members: 7 });
    expect(dense.curves.slice(0, 4)).toEqual((await simulate(model, { ...shared, members: 4 })).curves);
  });

  it("is written down with the result", async () => {
    const run = await simulate(model, { steps: 100, record: [0, 10, 100], members: 2, seed: 9 });
    expect(run.made).toMatchObject({
      method: "simulate",
      seed: 9,
      parameters: { alpha: 0.7, d: 40, v: 160, gamma: model.gamma, members: 2, draws: 2, method: "spectral" },
    });
    expect(run.mean[0]).toBeCloseTo(model.P0, 12);
    expect([...run.flops]).toEqual([0, 400, 4000]);
  });

  it("has standard errors that count the draws of W", async () => {
    const options = { steps: 300, record: [300], members: 64, seed: 3 };
    const given = await simulate(model, { ...options, draws: 1 });
    const over = await simulate(model, { ...options, draws: 4 });
    // four draws know the mean over W worse than one draw's members know its own mean
    expect(over.stderr[0]).toBeGreaterThan(2 * given.stderr[0]!);
    const { low, median, high } = over.quartiles;
    expect(low[0]).toBeLessThan(median[0]!);
    expect(median[0]).toBeLessThan(high[0]!);
  });
});

describe("a step that is too large", () => {
  it("is refused with the stable limit; forced, it runs, is recognised and stops", async () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
    expect(() => plrf({ spectrum, d: 50, stepFraction: 3 })).toThrow(/below .* the largest stable step/);
    for (const method of ["spectral", "dense"] as const) {
      const model = plrf({ spectrum, d: 50, stepFraction: 30, force: true });
      const seen: number[] = [];
      const run = await simulate(model, {
        ...{ steps: 1e9, members: 5, draws: 1, method, onProgress: (done: number) => seen.push(done) },
      });
      expect(run.stats).toMatchObject({ converged: false, diverged: 5 });
      expect(run.stats.divergedAt).toBeLessThan(1000);
      expect(run.mean.at(-1)).toBe(Infinity);
      expect(run.mean[0]).toBeLessThan(Infinity);
      expect(seen.at(-1)).toBeCloseTo(1, 12);
    }
  });
});

describe("bad input", () => {
  const model = modelAt(0.7, 0.7, 20);
  it.each([
    [{ steps: 0 }, RangeError, /^steps must be at least 1, got 0$/],
    [{ steps: 1.5 }, RangeError, /^steps must be a whole number/],
    [{ steps: 10, members: 0 }, RangeError, /^members must be at least 1/],
    [{ steps: 10, members: 4, draws: 5 }, RangeError, /^draws must be at most 4/],
    [{ steps: 10, record: [5, 20] }, RangeError, /^record\[1\] must be at most 10/],
    [{ steps: 10, record: [5, 5] }, RangeError, /^record must increase/],
    [{ steps: 10, record: [0.5] }, RangeError, /^record\[0\] must be a whole number/],
    [{ steps: 10, seed: -1 }, RangeError, /^seed must be at least 0/],
    [{ steps: 10, noise: Number.NaN }, RangeError, /^noise must be finite/],
    [{ steps: 10, method: "fast" }, RangeError, /^method must be one of spectral, dense/],
    [{ steps: 10, distribution: "rademacher" }, RangeError, /^distribution must be "normal" for the spectral/],
    [{ steps: 10, method: "dense", distribution: { student: 2 } }, RangeError, /^distribution.student must be above 2/],
    [{ steps: 10, method: "dense", distribution: "cauchy" }, RangeError, /^distribution must be one of/],
    [{ steps: 10, precision: "f32" }, RangeError, /^precision must be "f64" for the spectral method, got "f32"/],
    [{ steps: 10, method: "dense", precision: "f16" }, RangeError, /^precision must be one of f64, f32/],
    [
      { steps: 10, optimizer: sgd({ schedule: () => Number.NaN }) },
      RangeError,
      /^the schedule at step 0 must be finite/,
    ],
    [{ steps: 10, optimizer: sgd({ schedule: () => -1 }) }, RangeError, /^the schedule at step 0 must be at least 0/],
    [{ steps: 10, optimizer: sgd({ schedule: table([1, 1]) }) }, RangeError, /one entry per step of the horizon, 10/],
    [{ steps: 10, optimizer: sgd(), horizon: 0 }, RangeError, /^horizon must be at least 1/],
    [{ steps: 10, threads: -1 }, RangeError, /^threads must be at least 0/],
  ])("%j is one line of error before any work", async (options, kind, message) => {
    const run = simulate(model, options as unknown as SimulationOptions);
    await expect(run).rejects.toThrow(kind);
    await expect(run).rejects.toThrow(message);
  });

  it("a model of half a feature is refused", async () => {
    await expect(simulate(modelAt(0.7, 0.7, 20.5), { steps: 1 })).rejects.toThrow(/^d must be a whole number/);
    const infinite = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 20, v: Infinity });
    await expect(simulate(infinite, { steps: 1 })).rejects.toThrow(/^v must be finite/);
  });

  it("a model beyond WebAssembly's memory is refused", async () => {
    await expect(simulate(modelAt(0.7, 0.7, 20_000), { steps: 1 })).rejects.toThrow(/^d must be at most 16384/);
    await expect(simulate(modelAt(0.7, 0.7, 10_000), { steps: 1, method: "dense" })).rejects.toThrow(/use spectral$/);
  });
});
