// SGD on a finite sample (docs/theory.md, §11) against values computed elsewhere, its limits, and itself by other routes.
// multi-epoch.csv: a NumPy program with another contour, another compression and steps one by one.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultKernels } from "../../src/kernels/default.ts";
import { add, type Complex, complex, div, mul, scale, sub } from "../../src/math/complex.ts";
import { ACCURACY, type DynamicsCurve, dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { type DynamicsProblem, dynamicsModel, sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { sgdLosses } from "../../src/theory/dynamics/sgd.ts";
import { largestEta, noiseOf, returns } from "../../src/theory/dynamics/sgd-stability.ts";
import { solve } from "../../src/theory/dynamics/solution.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";
import { kernelNorm, stability } from "../../src/theory/measure/stability.ts";
import { loss } from "../../src/theory/plrf/loss.ts";
import { gradientDescent, type Sampling, sgd } from "../../src/theory/training/optimizer.ts";
import { groupBy, readTable } from "../fixtures.ts";

type Row = Record<string, string>;
const SETTING = ["a", "b", "M", "N", "P", "sigma", "eta", "batch", "sampling"];

function problemOf(row: Row): DynamicsProblem {
  const value = (name: string) => (row[name] === "inf" ? Infinity : Number(row[name]));
  return {
    spectrum: sourceCapacity({ a: value("a"), b: value("b") }),
    // the program cuts infinitely many at 1e8
    modes: Math.min(value("M"), 1e8),
    N: value("N"),
    P: value("P"),
    noise: value("sigma") ** 2,
    rule: sgd({ eta: value("eta"), batch: value("batch"), sampling: row.sampling as Sampling }),
  };
}

/** The largest error beyond 1e-10 of the first loss, relative. */
function furthest(values: Float64Array, rows: Row[], column: string, start: number): number {
  return Math.max(
    ...rows.map((row, i) => {
      const golden = Number(row[column]);
      return Math.max(0, Math.abs(values[i]! - golden) - 1e-10 * start) / golden;
    }),
  );
}

describe("the golden table of SGD on a sample", () => {
  const groups = groupBy(readTable("multi-epoch.csv"), SETTING);
  it.each(groups.map((rows) => [SETTING.map((name) => rows[0]![name]).join(" "), rows] as const))("%s", (_, rows) => {
    const first = rows[0]!;
    const curve = dynamics(problemOf(first), { times: rows.map(({ t }) => Number(t)), accuracy: "reference" });
    // its sum over infinitely many modes is known to 5e-7 (multi-epoch-tail.csv)
    const limit = first.M === "inf" ? 5e-7 : 1e-8;
    const start = Number(first.test);
    expect(furthest(curve.test, rows, "test", start)).toBeLessThan(limit);
    expect(furthest(curve.train, rows, "train", start)).toBeLessThan(limit);
    expect(furthest(curve.forcing!.test, rows, "test_forcing", start)).toBeLessThan(limit);
    expect(furthest(curve.forcing!.train, rows, "train_forcing", start)).toBeLessThan(limit);
    const { short, N, P, rule } = curve.model;
    const { eta, share } = noiseOf({ rule, P });
    expect(returns(short.data, 1 / N, 1 / P, eta, share).train / Number(first.train_kernel_sum)).toBeCloseTo(
      1,
      first.M === "inf" ? 6 : 9,
    );
  });

  it("to 1e-8 with infinitely many modes, once the program sums them well; by default within its estimate", () => {
    for (const rows of groupBy(readTable("multi-epoch-tail.csv"), SETTING)) {
      const times = rows.map(({ t }) => Number(t));
      for (const accuracy of ["fast", "reference"] as const) {
        const { test, train, stats } = dynamics(problemOf(rows[0]!), { times, accuracy });
        const limit = accuracy === "reference" ? 1e-8 : stats.error + 1e-8;
        expect(furthest(test, rows, "test", 2)).toBeLessThan(limit);
        expect(furthest(train, rows, "train", 2)).toBeLessThan(
          accuracy === "reference" ? 1e-8 : stats.trainError + 1e-8,
        );
      }
    }
  });
});

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });
const differ = (x: Float64Array, y: Float64Array) => Math.max(...x.map((value, i) => Math.abs(value / y[i]! - 1)));

describe("the limits of SGD on a sample", () => {
  it("are the one-pass theory of the other model where samples are ever fresh", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.55, max: 1.1, noNaN: true }),
        fc.double({ min: 0.2, max: 1.2, noNaN: true }),
        fc.integer({ min: 20, max: 3000 }),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.1, max: 0.4, noNaN: true }),
        (alpha, beta, d, batch, stepFraction) => {
          const power = powerLaw({ alpha, beta });
          const model = plrf({ spectrum: power, d, v: 4 * d, batch, stepFraction });
          const rule = sgd({ gamma: model.gamma, batch });
          const times = [1, 10, 1000, 3e4];
          const mapped = dynamics({ spectrum: power, modes: 4 * d, N: d, rule }, { times, accuracy: "reference" });
          const plain = loss(model, { steps: times });
          mapped.test.forEach((L, i) => {
            const P = plain.loss[i]!;
            // near the largest step what growing steps err comes back 1/(1 − ‖K‖) times
            expect(Math.abs(L / P - 1)).toBeLessThan(1e-9 / (1 - kernelNorm(model)) + plain.stats.error[i]! / P);
          });
          expect(mapped.train).toEqual(mapped.test);
        },
      ),
      { seed: 11, numRuns: 12, endOnFailure: true },
    );
  });

  it("are gradient descent where a batch is the sample, and near it where batches are large", () => {
    const times = [1, 7, 100, 5000];
    for (const [N, P] of [
      [200, 60],
      [60, 200],
      [Infinity, 300],
    ] as const) {
      const problem = { spectrum, N, P, noise: 0.04 };
      const options = { times, accuracy: "reference" } as const;
      const descent = dynamics({ ...problem, rule: gradientDescent({ eta: 0.3 }) }, options);
      const whole = dynamics({ ...problem, rule: sgd({ eta: 0.3, batch: P, sampling: "batch" }) }, options);
      expect(differ(whole.test, descent.test)).toBeLessThan(1e-11);
      // the noise of batches goes like 1/B, which is what the whole of the machinery leaves
      const off = (batch: number): DynamicsCurve =>
        dynamics({ ...problem, rule: sgd({ eta: 0.3, batch, sampling: "replacement" }) }, options);
      const [near, nearer] = [off(1e4), off(1e7)];
      expect(differ(nearer.test, descent.test)).toBeLessThan(1e-6);
      near.test.forEach((L, i) => {
        const ratio = (L - descent.test[i]!) / (nearer.test[i]! - descent.test[i]!);
        if (i < 3) expect(Math.abs(ratio / 1000 - 1)).toBeLessThan(0.02);
      });
    }
  });

  it("leave the train loss alone when features and samples change places", () => {
    const rule = sgd({ eta: 0.2, batch: 2 });
    const times = Array.from({ length: 13 }, (_, t) => t);
    const sums = [
      [300, 90],
      [90, 300],
    ].map(([N, P]) => {
      const model = dynamicsModel({ spectrum, N: N!, P: P!, rule });
      const { eta, share } = noiseOf(model);
      const kernel = dynamics({ spectrum, N: N!, P: P!, rule }, { times, accuracy: "reference" });
      return { sum: returns(model.short.data, 1 / N!, 1 / P!, eta, share).train, kernel };
    });
    expect(sums[0]!.sum / sums[1]!.sum).toBeCloseTo(1, 12);
    // Φ differs, K̂ does not: L̂ − F̂ = K̂ * L̂, solved for K̂ step by step
    const kernels = sums.map(({ kernel: { train, forcing } }) => {
      const found: number[] = [];
      for (let t = 1; t < train.length; t++) {
        const known = found.reduce((sum, K, s) => sum + K * train[t - 1 - s]!, 0);
        found.push((train[t]! - forcing!.train[t]! - known) / train[0]!);
      }
      return found;
    });
    kernels[0]!.forEach((K, t) => {
      expect(Math.abs(K / kernels[1]![t]! - 1)).toBeLessThan(1e-8);
    });
  });

  it("are reached as t → ∞", () => {
    for (const [N, P] of [
      [40, 200],
      [200, 40],
    ] as const) {
      const { test, train, limit } = dynamics(
        { spectrum, N, P, noise: 0.09, rule: sgd({ eta: 0.2, batch: 1 }) },
        { times: [1e9], accuracy: "reference" },
      );
      expect(test[0]! / limit.test).toBeCloseTo(1, 7);
      expect(train[0]!).toBeCloseTo(limit.train, 7);
    }
  });
});

describe("the route by generating functions", () => {
  // L̂(w) = F̂(w)/(1 − w K̂(w)) and L(w) − F(w) = w K(w) L̂(w) of (11.2), their coefficients from a circle |w| = ρ: no time is stepped
  const CIRCLE = 2048;
  const RHO = Math.exp(Math.log(1e-13) / CIRCLE);
  it.each([
    [40, 60, 0.25, 4, "batch"],
    [Infinity, 300, 0.01, 8, "replacement"],
  ] as const)("N = %d, P = %d, σ² = %d, B = %d, %s", (N, P, noise, batch, sampling) => {
    const times = [0, 1, 7, 60, 400];
    const problem = { spectrum, N, P, noise, rule: sgd({ eta: 0.15, batch, sampling }) };
    const { test, train, forcing } = dynamics(problem, { times, accuracy: "reference" });
    const model = dynamicsModel(problem);
    const { contour, nodes, phi } = solve(defaultKernels(), model, 400, ACCURACY.reference, "second");
    const { eta, share } = noiseOf(model);
    const n = contour.z.re.length;
    const at = (array: { re: Float64Array; im: Float64Array }, j: number) => complex(array.re[j]!, array.im[j]!);
    const list = Array.from({ length: n }, (_, j) => {
      const x = scale(-1, at(contour.z, j));
      const weight = at(contour.weight, j);
      const a = add(complex(1), mul(x, add(complex(-2 * eta), scale(eta * eta * (1 + share), x))));
      const kernel = scale(eta * eta * share, mul(weight, mul(x, at(nodes.D, j))));
      return { a, forcing: mul(weight, at(phi, j)), kernel, test: div(kernel, at(nodes.R1, j)) };
    });
    const conj = ({ re, im }: Complex) => complex(re, -im);
    const sumAt = (w: Complex, key: "forcing" | "kernel" | "test") =>
      list.reduce((sum, one) => {
        const [up, down] = [one, { a: conj(one.a), [key]: conj(one[key]) } as typeof one].map((node) =>
          div(node[key], sub(complex(1), mul(w, node.a))),
        );
        return add(sum, add(up!, down!));
      }, complex(0));
    // the coefficients are real: half the circle
    const half = Array.from({ length: CIRCLE / 2 }, (_, k) => {
      const angle = (2 * Math.PI * (k + 0.5)) / CIRCLE;
      const w = complex(RHO * Math.cos(angle), RHO * Math.sin(angle));
      const hat = div(sumAt(w, "forcing"), sub(complex(1), mul(w, sumAt(w, "kernel"))));
      return { angle, hat, driven: mul(mul(w, sumAt(w, "test")), hat) };
    });
    const coefficient = (t: number, key: "hat" | "driven") =>
      (2 / CIRCLE) *
      RHO ** -t *
      half.reduce(
        (sum, point) => sum + point[key].re * Math.cos(point.angle * t) + point[key].im * Math.sin(point.angle * t),
        0,
      );
    times.forEach((t, i) => {
      expect(Math.abs(coefficient(t, "hat") / train[i]! - 1)).toBeLessThan(1e-8);
      expect(Math.abs((forcing!.test[i]! + coefficient(t, "driven")) / test[i]! - 1)).toBeLessThan(1e-8);
    });
  });
});

describe("growing steps of SGD on a sample", () => {
  it.each([
    [300, 1000],
    [1000, 300],
  ])("equal whole ones to t = 1e6 within the stated error: N = %d, P = %d", (N, P) => {
    const kernels = defaultKernels();
    const model = dynamicsModel({ spectrum, N, P, noise: 0.01, rule: sgd({ eta: 0.2, batch: 1 }) });
    const times = Float64Array.of(1e4, 1e5, 1e6);
    const solution = solve(kernels, model, 1e6, ACCURACY.fast);
    const exact = sgdLosses(kernels, model, solution, times, { exact: 2 ** 21 });
    const grown = sgdLosses(kernels, model, solution, times);
    grown.train.forEach((L, i) => {
      const floor = 1e-13 * (model.energy + 0.01);
      const stated = grown.error[i]! * L + floor;
      expect(Math.abs(L - exact.train[i]!)).toBeLessThan(stated);
      expect(Math.abs(grown.test[i]! - exact.test[i]!)).toBeLessThan(grown.error[i]! * grown.test[i]! + floor);
    });
    expect(Math.max(...grown.error.map((e, i) => (e * grown.train[i]!) / grown.test[i]!))).toBeLessThan(1e-8);
  });
});

describe("the largest stable step on a sample", () => {
  it("is that of fresh samples where they are infinitely many", () => {
    for (const batch of [1, 4, 64]) {
      const model = dynamicsModel({ spectrum, N: 200, modes: 5000 });
      const eta = largestEta(model.short.data, 1 / 200, 0, 1 / batch);
      expect(eta / (batch * stability(model.all, 200, batch).maxGamma)).toBeCloseTo(1, 9);
    }
  });

  it("returns one unit of loss for one, or meets the edge of the spectrum", () => {
    for (const [N, P, share] of [
      [100, 400, 1],
      [400, 100, 0.25],
    ] as const) {
      const { short } = dynamicsModel({ spectrum, N, P });
      const most = largestEta(short.data, 1 / N, 1 / P, share);
      expect(returns(short.data, 1 / N, 1 / P, most * (1 - 1e-9), share).train).toBeCloseTo(1, 5);
    }
    const { short, xmax } = dynamicsModel({ spectrum, N: 100, P: 400 });
    expect(largestEta(short.data, 1 / 100, 1 / 400, 1e-6) * xmax).toBeCloseTo(2, 4);
  });

  it.each([
    [{ batch: 11, sampling: "batch" as const }, 10, "rule.batch must be at most P = 10"],
    [{ eta: 3 }, 10, "rule.eta must be below"],
    [{}, 0.5, "P must be"],
    [{ sampling: "shuffle" as const }, 10, "shuffled epochs are outside of the theory"],
    [{ batch: 1.5 }, 10, "batch must be"],
    [{ batch: [1, 2] as never }, 10, "batch[0] must be a pair of a step and the samples"],
    [
      {
        batch: [
          [0, 1],
          [5, 20],
        ] as const,
        sampling: "batch" as const,
      },
      10,
      "rule.batch must be at most P = 10",
    ],
  ])("refuses %j at P = %d", (options, P, message) => {
    expect(() =>
      dynamics({ spectrum, N: 50, P, rule: sgd({ eta: 0.1, batch: 1, ...options }) }, { times: [1] }),
    ).toThrow(message);
  });
});
