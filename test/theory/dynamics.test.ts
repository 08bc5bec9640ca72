import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logspace } from "../../src/math/grid.ts";
import { fitPowerLaw } from "../../src/math/power-fit.ts";
import { bottleneck, computeOptimal } from "../../src/theory/dynamics/compute-optimal.ts";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { dynamicsExponents } from "../../src/theory/dynamics/exponents.ts";
import { staticLosses } from "../../src/theory/dynamics/limits.ts";
import { type DynamicsProblem, sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { responses } from "../../src/theory/dynamics/response.ts";
import { earlyStopping } from "../../src/theory/dynamics/stopping.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { measured } from "../../src/theory/measure/spectrum.ts";
import { stability } from "../../src/theory/measure/stability.ts";
import { loss } from "../../src/theory/plrf/loss.ts";
import { factor, heavyBall, sgd } from "../../src/theory/training/optimizer.ts";

const reference = { accuracy: "reference" } as const;
const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });
const example: DynamicsProblem = { spectrum, modes: 1000, N: 128, P: 256, noise: 0.01 };
const relative = (x: number, y: number) => Math.abs(x - y) / Math.abs(y);

describe("dynamics", () => {
  it("has the values of the worked example", () => {
    const curve = dynamics(example, { times: [1, 100, 1e4], ...reference });
    expect(relative(curve.test[0]!, 0.790341744631)).toBeLessThan(1e-11);
    expect(relative(curve.test[1]!, 0.129408072969)).toBeLessThan(1e-11);
    expect(relative(curve.test[2]!, 0.169269009477)).toBeLessThan(1e-11);
    expect(relative(curve.train[1]!, 0.083214879971)).toBeLessThan(1e-11);
    expect(relative(curve.model.xmax, 1.258807103097)).toBeLessThan(1e-8);
  });

  it("starts at Σc + σ² under every rule and splits into bias, variances and noise", () => {
    for (const rule of [
      { kind: "gradient-flow" },
      { kind: "gradient-descent", eta: 1.3 },
      { kind: "heavy-ball", eta: 0.5, momentum: 0.7 },
    ] as const) {
      const { test, train, decomposition, model } = dynamics(
        { ...example, rule },
        { times: [0, 5, 50], ...reference, decompose: true },
      );
      const start = model.energy + 0.01;
      expect(relative(test[0]!, start)).toBeLessThan(1e-9);
      expect(relative(train[0]!, start)).toBeLessThan(1e-9);
      const { bias, features, data, both, noise } = decomposition!;
      test.forEach((L, i) => {
        expect(bias[i]! + features[i]! + data[i]! + both[i]! + noise).toBeCloseTo(L, 12);
        if (i > 0) expect(Math.min(bias[i]!, features[i]!, data[i]!)).toBeGreaterThan(0);
      });
    }
  });

  it("answers to 1e-9 in both losses by default, and says so", () => {
    const settings: [DynamicsProblem, Float64Array][] = [
      // the train loss falls exponentially, or is all cancellation
      [{ spectrum: sourceCapacity({ a: 3.29, b: 1.41 }), N: 51042, P: 16, noise: 0.005 }, logspace(1, 300, 15)],
      [{ spectrum: sourceCapacity({ a: 2.26, b: 1.59 }), P: 9921, noise: 0.005 }, logspace(1, 8e7, 15)],
      [{ spectrum: sourceCapacity({ a: 1.17, b: 2.24 }), N: 1184, P: 17, noise: 0.03 }, logspace(1, 3e7, 15)],
      [
        { spectrum: sourceCapacity({ a: 2, b: 1.9 }), N: 13, P: 11, rule: heavyBall({ eta: 0.2, momentum: 0.9 }) },
        Float64Array.of(1, 3, 10, 30, 100, 300),
      ],
      [
        { spectrum, N: 100, P: 300, noise: 0.01, rule: sgd({ eta: 0.2, batch: 2 }) },
        Float64Array.of(1, 10, 100, 1e4, 1e5),
      ],
    ];
    for (const [problem, times] of settings) {
      const [found, truth] = [dynamics(problem, { times }), dynamics(problem, { times, ...reference })];
      const start = truth.model.energy + truth.model.noise;
      const furthest = (kind: "test" | "train", floor: number) =>
        Math.max(
          ...found[kind].map((L, i) => Math.abs(L - truth[kind][i]!) / Math.max(truth[kind][i]!, floor * start)),
        );
      expect(furthest("test", 1e-10)).toBeLessThan(1e-9);
      expect(furthest("train", 1e-6)).toBeLessThan(1e-9);
      expect(Math.max(found.stats.error, found.stats.trainError)).toBeLessThan(1e-9);
    }
  });

  it("loses no less than the label noise, where nothing else is left", () => {
    const few = { spectrum, modes: 20, N: 50, P: 100 };
    for (const noise of [0, 0.01]) {
      const { test, train } = dynamics({ ...few, noise }, { times: logspace(1, 1e12, 40) });
      expect(Math.min(...test)).toBeGreaterThanOrEqual(noise);
      expect(Math.min(...train)).toBeGreaterThanOrEqual(0);
    }
  });

  it("has no train loss below zero, however far it falls", () => {
    for (const N of [64, 1024, Infinity]) {
      const { train } = dynamics({ spectrum: sourceCapacity({ a: 1.5, b: 1.25 }), N, P: 32 }, { times: logspace(0.1, 1e8, 90) }); // biome-ignore format: one line
      expect(Math.min(...train)).toBeGreaterThanOrEqual(0);
      expect(train[89]).toBeLessThan(1e-15);
    }
  });

  it("says so where momentum very near 1 is more than the quadrature resolves", () => {
    const rule = { kind: "heavy-ball", eta: 0.1, momentum: 0.999 } as const;
    const { stats } = dynamics({ spectrum, modes: 7, N: 2, P: 10, rule }, { times: [0, 1, 100, 1e5] });
    expect(stats.error).toBeGreaterThan(1e-3);
    expect(stats.converged).toBe(false);
  });

  it("is at its limit at t = 1e12, where divided differences have lost their digits", () => {
    for (const N of [1000, Infinity]) {
      const { test, model } = dynamics({ spectrum, N, P: 10 }, { times: [1e12] });
      expect(relative(test[0]!, staticLosses(model).test)).toBeLessThan(5e-8);
    }
  });

  it("meets its limits as t → ∞", () => {
    for (const [N, P] of [
      [40, 90],
      [90, 40],
      [40, Infinity],
      [Infinity, 40],
      [3000, 2500],
    ] as const) {
      const { test, train, limit } = dynamics({ ...example, N, P }, { times: [1e10], ...reference });
      expect(relative(test[0]!, limit.test)).toBeLessThan(1e-7);
      expect(Math.abs(train[0]! - limit.train)).toBeLessThan(1e-10);
    }
  });

  it("grows like √t at N = P, where training interpolates", () => {
    const times = logspace(1e6, 1e8, 5);
    const { test, train, limit } = dynamics({ spectrum, N: 100, P: 100, modes: 1e5 }, { times, ...reference });
    expect(fitPowerLaw(times, test).exponent.value).toBeCloseTo(0.5, 1);
    expect(fitPowerLaw(times, train).exponent.value).toBeCloseTo(-0.5, 1);
    expect(limit.test).toBe(Infinity);
  });

  it("is the plain sum at N = P = ∞, and tends to it", () => {
    const times = [0, 1, 30, 1000];
    const flat = dynamics({ spectrum, noise: 0.04 }, { times });
    const sum = (t: number) => {
      let total = 0.04;
      for (let k = 1; k <= 2e6; k++) total += k ** -1.8 * Math.exp(-2 * t * k ** -1.4);
      // the rest, to first order in tλ: ∫ k^−1.8 (1 − 2t k^−1.4) dk
      const K = 2e6 + 0.5;
      return total + K ** -0.8 / 0.8 - (2 * t * K ** -2.2) / 2.2;
    };
    for (const [i, t] of times.entries()) expect(relative(flat.test[i]!, sum(t))).toBeLessThan(1e-11);
    const wide = dynamics({ spectrum, noise: 0.04, N: 1e13, P: 1e13 }, { times, ...reference });
    for (const [i, L] of flat.test.entries()) expect(relative(wide.test[i]!, L)).toBeLessThan(1e-10);
    expect(wide.stats.method).toBe("contour");
  });

  it("is continuous at N = ∞ and at P = ∞", () => {
    for (const side of ["N", "P"] as const) {
      const at = (value: number) =>
        dynamics({ ...example, [side]: value }, { times: [1, 100, 1e4], ...reference }).test;
      const [far, infinite] = [at(1e12), at(Infinity)];
      far.forEach((L, i) => {
        expect(relative(L, infinite[i]!)).toBeLessThan(1e-8);
      });
    }
  });

  it("does not mind the order of magnitude of N and P", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 1.1, max: 3, noNaN: true }),
        fc.double({ min: 1.1, max: 5, noNaN: true }),
        fc.boolean(),
        (n, p, b, a, same) => {
          const problem = { spectrum: sourceCapacity({ a, b }), N: 10 ** n, P: 10 ** (same ? n : p), noise: 0.01 };
          const { test, train, stats } = dynamics(problem, { times: [0, 1, 100, 1e5] });
          expect(stats.converged).toBe(true);
          expect(stats.error).toBeLessThan(1e-5);
          test.forEach((L, i) => {
            expect(L).toBeGreaterThan(0.00999);
            expect(train[i]!).toBeLessThan(L * (1 + 1e-5));
          });
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });
});

describe("one-pass SGD", () => {
  it("is PLRF's loss with b = 2α, a = 2α + 2β, η = γB", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.55, max: 1.2, noNaN: true }),
        fc.double({ min: 0.2, max: 1.2, noNaN: true }),
        fc.integer({ min: 5, max: 2000 }),
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (alpha, beta, d, batch, share) => {
          const steps = [1, 10, 100, 3000];
          const power = sourceCapacity({ a: 2 * (alpha + beta), b: 2 * alpha });
          const { maxGamma } = stability(plrf({ spectrum: power, d, gamma: 1, force: true }).modes, d, batch);
          const model = plrf({ spectrum: power, d, batch, gamma: share * maxGamma });
          const own = loss(model, { steps });
          const rule = { kind: "sgd", eta: model.gamma * batch, batch } as const;
          const { test } = dynamics(
            { spectrum: model.spectrum, modes: model.v, N: d, rule },
            { times: steps, ...reference },
          );
          test.forEach((L, i) => {
            expect(relative(L, own.loss[i]!)).toBeLessThan(1e-9);
          });
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it("ends where its own noise balances", () => {
    const rule = { kind: "sgd", eta: 0.3, batch: 2 } as const;
    const { test, limit } = dynamics(
      { spectrum: sourceCapacity({ a: 2, b: 2 }), modes: 100, N: 10, noise: 0.04, rule },
      { times: [1e6], ...reference },
    );
    expect(relative(test[0]!, limit.test)).toBeLessThan(1e-6);
  });

  it("has the bias of gradient descent on the population", () => {
    const rule = { kind: "sgd", eta: 0.1, batch: 1 } as const;
    const { test, decomposition } = dynamics(
      { spectrum, modes: 500, rule },
      { times: [1, 20], ...reference, decompose: true },
    );
    for (const [i, t] of [1, 20].entries()) {
      let bias = 0;
      for (let k = 1; k <= 500; k++) bias += k ** -1.8 * (1 - 0.1 * k ** -1.4) ** (2 * t);
      expect(relative(decomposition!.bias[i]!, bias)).toBeLessThan(1e-9);
      expect(Math.abs(decomposition!.features[i]!)).toBeLessThan(1e-10);
      expect(bias + decomposition!.data[i]!).toBeCloseTo(test[i]!, 9);
    }
  });

  it("takes as many steps as one likes", () => {
    const { test, limit, stats } = dynamics(
      { spectrum, N: 30, rule: { kind: "sgd", eta: 0.1, batch: 1 } },
      { times: [1e9], accuracy: "reference" },
    );
    expect(stats.converged).toBe(true);
    expect(test[0]! / limit.test).toBeCloseTo(1, 7);
  });
});

describe("responses", () => {
  it("are p_t(λ_k) for an infinite student and data", () => {
    const { transfer, eigenvalues } = responses({ spectrum }, { times: [0, 3], modes: [1, 10] });
    expect(transfer[1]![1]).toBeCloseTo(Math.exp(-3 * eigenvalues[1]!), 14);
    const wide = responses({ spectrum, N: 1e12, P: 1e12 }, { times: [0, 3], modes: [1, 10] });
    expect(wide.transfer[1]![1]).toBeCloseTo(Math.exp(-3 * eigenvalues[1]!), 9);
  });

  it("leave all of a mode and Tr Λ/P of memory at t = 0", () => {
    const { transfer, dataResponse, featureResponse } = responses(example, { times: [0], modes: [1, 500] });
    for (const curve of transfer) expect(curve[0]).toBeCloseTo(1, 10);
    const trace = Array.from({ length: 1000 }, (_, k) => (k + 1) ** -1.4).reduce((s, x) => s + x, 0);
    // D ≈ Tr Λ/κ for large κ
    expect(dataResponse[0]).toBeCloseTo(trace / 256, 10);
    expect(featureResponse[0]).toBeCloseTo(trace / 128, 10);
  });
});

describe("p_t", () => {
  it("is what the recursion gives, whatever the roots", () => {
    const [eta, mu] = [0.7, 0.6];
    const edge = (1 - Math.sqrt(mu)) ** 2 / eta;
    for (const x of [0, 0.01, edge, edge * (1 + 1e-12), 1, 2, (1 + Math.sqrt(mu)) ** 2 / eta, 4.5]) {
      let [before, now] = [1, 1 - eta * x];
      for (let t = 1; t < 30; t++) {
        expect(factor({ kind: "heavy-ball", eta, momentum: mu }, x, t)).toBeCloseTo(now, 11);
        [before, now] = [now, (1 + mu - eta * x) * now - mu * before];
      }
    }
  });
});

describe("early stopping", () => {
  it("finds the least loss of the curve", () => {
    const noisy = { ...example, noise: 0.25, N: 300, P: 280 };
    const { time, loss: best, limit } = earlyStopping(noisy);
    const { test } = dynamics(noisy, { times: logspace(time / 3, time * 3, 41), ...reference });
    expect(relative(best, Math.min(...test))).toBeLessThan(1e-5);
    expect(limit).toBeGreaterThan(2 * best);
  });

  it("is never where training on does no harm", () => {
    const { time, loss: best, limit } = earlyStopping({ spectrum, N: 50 });
    expect(time).toBe(Infinity);
    expect(relative(best, limit)).toBeLessThan(1e-6);
  });
});

describe("bad input", () => {
  const times = [1];
  it.each([
    ["a must be greater than 1", () => sourceCapacity({ a: 1, b: 2 })],
    ["b must be greater than 0", () => sourceCapacity({ a: 2, b: 0 })],
    ["P must be at least 1, got 0.5", () => dynamics({ spectrum, P: 0.5 }, { times })],
    ["N must be at least 1, got 0", () => dynamics({ spectrum, N: 0 }, { times })],
    ["times[0] must be at least 0, got -1", () => dynamics({ spectrum }, { times: [-1] })],
    ["times must increase, got 3 then 2", () => dynamics({ spectrum }, { times: [3, 2] })],
    [
      "must be a whole number",
      () => dynamics({ ...example, rule: { kind: "gradient-descent", eta: 0.1 } }, { times: [0.5] }),
    ],
    [
      "rule.eta must be below 1.58881, the largest stable step here, got 2",
      () => dynamics({ ...example, rule: { kind: "gradient-descent", eta: 2 } }, { times }),
    ],
    ["modes must be finite where b ≤ 1", () => dynamics({ spectrum: sourceCapacity({ a: 2, b: 0.9 }) }, { times })],
    ["rule.kind must be one of", () => dynamics({ spectrum, rule: { name: "adam" } as never }, { times })],
    ["noise must be at least 0", () => dynamics({ spectrum, noise: -1 }, { times })],
    [
      "modes must be at most 2",
      () => dynamics({ spectrum: measured({ eigenvalues: [1, 2], energies: [1, 1] }), modes: 3 }, { times }),
    ],
  ])("says: %s", (message, run) => {
    expect(run).toThrow(message);
  });
});

describe("exponents", () => {
  const slope = (x: Float64Array, y: Float64Array) => fitPowerLaw(x, y).exponent.value;

  it.each([
    [1.8, 1.4],
    [3, 1.5],
    [5, 1.5],
  ])("of the floors and of time at a = %s, b = %s", (a, b) => {
    const predicted = dynamicsExponents({ a, b });
    const power = sourceCapacity({ a, b });
    const sizes = logspace(1e3, 1e5, 5);
    const floor = (side: "N" | "P") =>
      sizes.map((size) => dynamics({ spectrum: power, [side]: size }, { times: [1] }).limit.test);
    expect(slope(sizes, floor("N"))).toBeCloseTo(-predicted.features, 1.5);
    expect(slope(sizes, floor("P"))).toBeCloseTo(-predicted.data, 1.5);
    const times = logspace(1e4, 1e6, 5);
    expect(slope(times, dynamics({ spectrum: power }, { times }).test)).toBeCloseTo(-predicted.time, 2);
    // half the published exponent where a − 1 > b: the variance of the features decides
    if (a === 5) expect(predicted.featuresPublished).toBe(2 * predicted.features);
  });

  it("of the optimum at a − 1 < b and beyond", () => {
    for (const [a, b] of [
      [1.8, 1.4],
      [3, 1.5],
    ] as const) {
      const { optimal } = dynamicsExponents({ a, b });
      const { fit } = computeOptimal({ spectrum: sourceCapacity({ a, b }) }, { compute: logspace(1e6, 1e8, 4) });
      expect(Math.abs(fit!.loss.exponent.value + optimal.loss)).toBeLessThan(0.02);
      expect(Math.abs(fit!.N.exponent.value - optimal.N)).toBeLessThan(0.03);
    }
  });

  it("leave one student best at equal compute, unless its size is capped", () => {
    const best = (students: number, problem: DynamicsProblem, maxN = Infinity) =>
      computeOptimal(problem, { compute: [1e6], students, maxN }).loss[0]!;
    const [one, two, four] = [1, 2, 4].map((students) => best(students, { spectrum })) as [number, number, number];
    expect(two / one).toBeCloseTo(0.02748 / 0.02538, 2);
    expect(four / one).toBeCloseTo(0.03101 / 0.02538, 2);
    // near N = P and no larger
    const noisy = { spectrum, P: 300, noise: 0.25 };
    expect(best(1, noisy, 2000)).toBeCloseTo(0.3605, 3);
    expect(best(4, noisy, 2000)).toBeCloseTo(0.3388, 3);
  });

  it("fit the budgets that leave something to fit, and name the others", () => {
    const compute = logspace(1e2, 1e14, 13);
    const { loss, settled, fit } = computeOptimal({ spectrum, modes: 8 }, { compute });
    expect(Math.min(...loss)).toBeGreaterThanOrEqual(0);
    expect(settled.length).toBeGreaterThan(3);
    expect(settled.length).toBeLessThan(11);
    expect([...settled]).toEqual([...compute.slice(-settled.length)]);
    expect(fit!.loss.exponent.value).toBeLessThan(0);
    expect(computeOptimal({ spectrum, modes: 8 }, { compute: [1e13, 1e14, 1e15] }).fit).toBeUndefined();
  });

  it("find no bottleneck where the loss is all noise", () => {
    for (const noise of [0, 0.1]) {
      const found = bottleneck({ spectrum, modes: 8, N: 100, noise }, { time: 1e12 });
      expect(found).toEqual({
        gain: { N: null, P: null, time: null },
        bottleneck: null,
        reason: "the loss is the label noise already: nothing lowers it",
      });
    }
    // one doubling takes all that is known
    const { gain } = bottleneck({ spectrum, modes: 1, N: 1e9 }, { time: 12 });
    expect(gain.time).toBeGreaterThan(10);
    expect(gain.time).toBeLessThan(100);
  });

  it("name the bottleneck", () => {
    expect(bottleneck({ spectrum, N: 1e4, P: 1e4 }, { time: 10 }).bottleneck).toBe("time");
    expect(bottleneck({ spectrum, N: 20, P: 1e4 }, { time: 1e6 }).bottleneck).toBe("N");
    expect(bottleneck({ spectrum, N: 1e4, P: 20 }, { time: 1e6 }).bottleneck).toBe("P");
  });
});
