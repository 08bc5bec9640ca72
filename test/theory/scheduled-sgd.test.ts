// SGD on a finite sample under schedules and ramps of batches (docs/theory.md, §11) against values computed elsewhere, its limits, and
// itself by other routes. scheduled-sgd.csv: a NumPy program with another contour, every pair of its nodes and every step one by one.

import { describe, expect, it } from "vitest";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { type DynamicsProblem, dynamicsModel, sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { largestEta } from "../../src/theory/dynamics/sgd-stability.ts";
import { stepRule } from "../../src/theory/dynamics/sgd-steps.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";
import { loss } from "../../src/theory/plrf/loss.ts";
import { gradientDescent, type Sampling, sgd } from "../../src/theory/training/optimizer.ts";
import {
  cosine,
  linear,
  optimal,
  piecewise,
  power,
  type Schedule,
  shapeOf,
  table,
  warmupStableDecay,
} from "../../src/theory/training/schedule.ts";
import { UnstableStep } from "../../src/theory/training/unstable.ts";
import { groupBy, readTable } from "../fixtures.ts";

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });
const sample = { spectrum, N: 300, P: 200, noise: 0.1 };
const differ = (x: Float64Array, y: Float64Array) => Math.max(...x.map((value, i) => Math.abs(value / y[i]! - 1)));

const SETTING = ["a", "b", "M", "N", "P", "noise", "eta", "schedule", "ramp", "sampling", "horizon"];
const SCHEDULES: Readonly<Record<string, Schedule>> = {
  cosine: cosine(),
  linear: linear(),
  power: power(0.5),
  wsd: warmupStableDecay({ warmup: 50, decay: 0.3 }),
};

describe("the golden table of SGD under schedules", () => {
  const groups = groupBy(readTable("scheduled-sgd.csv"), SETTING);
  it.each(groups.map((rows) => [SETTING.map((name) => rows[0]![name]).join(" "), rows] as const))("%s", (_, rows) => {
    const value = (name: string) => (rows[0]![name] === "inf" ? Infinity : Number(rows[0]![name]));
    const problem: DynamicsProblem = {
      spectrum: sourceCapacity({ a: value("a"), b: value("b") }),
      modes: value("M"),
      N: value("N"),
      P: value("P"),
      noise: value("noise"),
      rule: sgd({
        eta: value("eta"),
        batch: rows[0]!.ramp!.split(";").map((pair) => pair.split(":").map(Number) as [number, number]),
        schedule: SCHEDULES[rows[0]!.schedule!]!,
        sampling: rows[0]!.sampling as Sampling,
      }),
    };
    const times = rows.map(({ t }) => Number(t));
    const curve = dynamics(problem, { times, horizon: value("horizon") });
    const golden = (name: string) => Float64Array.from(rows, (row) => Number(row[name]));
    // the table has twelve digits
    for (const [mine, name] of [
      [curve.test, "test"],
      [curve.train, "train"],
      [curve.forcing!.test, "test_forcing"],
      [curve.forcing!.train, "train_forcing"],
    ] as const)
      expect(differ(mine, golden(name))).toBeLessThan(2e-11);
    expect(curve.stats.error).toBeLessThan(1e-9);
  });
});

describe("the limits of scheduled SGD", () => {
  const times = [0, 1, 7, 100, 3000, 7000];

  it("are SGD at one step where all multiples are 1, however that is said", () => {
    const rule = { eta: 0.3, batch: 4 };
    const one = dynamics({ ...sample, rule: sgd(rule) }, { times, decompose: true });
    for (const schedule of [piecewise([[0, 1]]), () => 1]) {
      const same = dynamics({ ...sample, rule: sgd({ ...rule, schedule }) }, { times, decompose: true });
      expect(differ(same.test, one.test)).toBeLessThan(1e-12);
      expect(differ(same.train, one.train)).toBeLessThan(1e-12);
      expect(differ(same.forcing!.test, one.forcing!.test)).toBeLessThan(1e-12);
      for (const part of ["bias", "features", "data", "batches"] as const)
        same.decomposition![part]!.forEach((x, i) => {
          expect(Math.abs(x - one.decomposition![part]![i]!)).toBeLessThan(1e-11 * one.test[i]!);
        });
    }
    expect(dynamics({ ...sample, rule: sgd({ ...rule, batch: [[0, 4]] }) }, { times }).test).toEqual(
      dynamics({ ...sample, rule: sgd(rule) }, { times }).test,
    );
  });

  it.each([
    ["cosine", cosine()],
    ["warm-up, stable, decay", warmupStableDecay({ warmup: 20 })],
    ["a power", power(0.3)],
  ])("are the one-pass theory of the other model where samples are ever fresh: %s", (_, schedule) => {
    const power = powerLaw({ alpha: 0.7, beta: 0.5 });
    const model = plrf({ spectrum: power, d: 200, v: 800, batch: 2, stepFraction: 0.4 });
    const optimizer = sgd({
      schedule,
      batch: [
        [0, 2],
        [100, 8],
      ],
      gamma: model.gamma,
    });
    const steps = [1, 10, 100, 1000, 30000];
    const plain = loss(model, { steps, optimizer });
    const mapped = dynamics({ spectrum: power, modes: 800, N: 200, rule: optimizer }, { times: steps });
    expect(differ(mapped.test, plain.loss)).toBeLessThan(1e-9);
    expect(mapped.train).toEqual(mapped.test);
  });

  it("are gradient descent where batches are the sample, by steps written out", () => {
    // ∏ (1 − η_r x) of two unlike steps, against gradient descent at each and the polynomial between them
    const [first, second] = [0.5, 0.2];
    const full = (schedule?: Schedule, eta = 1) =>
      dynamics(
        { ...sample, rule: sgd({ eta, batch: 200, sampling: "batch", ...(schedule && { schedule }) }) },
        { times: [0, 1, 2] },
      );
    const mixed = full(table([first, second]));
    const swapped = full(table([second, first]));
    // steps commute
    expect(Math.abs(mixed.test[2]! / swapped.test[2]! - 1)).toBeLessThan(1e-12);
    expect(Math.abs(mixed.train[2]! / swapped.train[2]! - 1)).toBeLessThan(1e-12);
    const descent = dynamics({ ...sample, rule: gradientDescent({ eta: first }) }, { times: [0, 1, 2] });
    expect(Math.abs(mixed.test[1]! / descent.test[1]! - 1)).toBeLessThan(1e-12);
    expect(mixed.forcing!.test[2]! / mixed.test[2]!).toBeCloseTo(1, 13);
    // L after two steps is a polynomial in both η, of degree 2 in each: exact from the nine at 0, ½ and 1
    expect(full(table([first, first])).test[2]! / descent.test[2]!).toBeCloseTo(1, 11);
  });

  it("do not know whether a schedule came as a shape or step by step", () => {
    const [T, later] = [12000, [1, 100, 12000]];
    const schedule = piecewise([
      [0, 0.1],
      [1000, 1],
      [9000, 0.5],
      [T, 0],
    ]);
    const rule = { eta: 0.3, batch: [[0, 2], [3000, 16]] as const }; // biome-ignore format: one line
    const shape = shapeOf(schedule as Exclude<Schedule, { kind: "optimal" }>, T);
    const smooth = dynamics({ ...sample, rule: sgd({ ...rule, schedule }) }, { times: later });
    const listed = dynamics({ ...sample, rule: sgd({ ...rule, schedule: (r) => shape.at(r) }) }, { times: later });
    expect(differ(listed.forcing!.test, smooth.forcing!.test)).toBeLessThan(1e-12);
    expect(differ(listed.test, smooth.test)).toBeLessThan(smooth.stats.error + listed.stats.error);
    expect(differ(listed.train, smooth.train)).toBeLessThan(smooth.stats.trainError + listed.stats.trainError);
  });
});

describe("steps that differ", () => {
  it("are refused beyond the largest stable one, with the step and how much less would do", () => {
    const late = sgd({
      eta: 0.3,
      batch: 2,
      schedule: piecewise([
        [0, 1],
        [50, 20],
      ]),
    });
    expect(() => dynamics({ ...sample, rule: late }, { times: [100] })).toThrow(UnstableStep);
    expect(() => dynamics({ ...sample, rule: late }, { times: [100] })).toThrow(/largest stable step there/);
    const { short } = dynamicsModel(sample);
    const limit = largestEta(short.data, 1 / 300, 1 / 200, 1 / 2);
    const near = (multiple: number) =>
      dynamics(
        {
          ...sample,
          rule: sgd({
            eta: limit,
            batch: 2,
            schedule: piecewise([
              [0, multiple],
              [100, 0.1],
            ]),
          }),
        },
        { times: [100] },
      );
    expect(near(0.999).stats.converged).toBe(true);
    expect(() => near(1.001)).toThrow(UnstableStep);
  });

  it("are refused where they are not what they should be, or where no function knows what to do with them", () => {
    const at = (rule: DynamicsProblem["rule"], options: { horizon?: number } = {}) =>
      dynamics({ ...sample, rule: rule! }, { times: [10], ...options });
    expect(() => at(sgd({ eta: 0.1, schedule: optimal() }))).toThrow("rule.schedule must be");
    expect(() => at(sgd({ eta: 0.1, schedule: () => Number.NaN }))).toThrow("the schedule at step 0");
    expect(() => at(sgd({ eta: 0.1, schedule: table([1, 1]) }))).toThrow("one entry per step of the horizon, 10");
    expect(() => at(sgd({ eta: 0.1, schedule: () => 0 }))).toThrow("above 0 at some step");
    expect(() => at(sgd({ eta: 0.1, schedule: cosine() }), { horizon: 1.5 })).toThrow("horizon");
    expect(() =>
      at(
        sgd({
          eta: 0.1,
          batch: [
            [0, 4],
            [3, 400],
          ],
          sampling: "batch",
        }),
      ),
    ).toThrow("rule.batch must be at most");
    expect(() => dynamicsModel({ ...sample, rule: sgd({ eta: 0.1, schedule: cosine() }) })).toThrow("rule.schedule");
    expect(() =>
      dynamicsModel({
        ...sample,
        rule: sgd({
          eta: 0.1,
          batch: [
            [0, 1],
            [9, 2],
          ],
        }),
      }),
    ).toThrow("rule.batch");
    expect(() => dynamics({ ...sample, rule: sgd({ eta: 0.1, schedule: () => 1 }) }, { times: [2e7] })).toThrow(
      "use piecewise",
    );
  });
});

it("fields that a problem, a rule or the options do not have are refused, not left out", () => {
  const rule = sgd({ eta: 0.1 });
  expect(() => dynamics({ ...sample, rule, schedule: cosine() } as never, { times: [1] })).toThrow(
    "problem has no field schedule: it takes spectrum, N, P, noise, rule, modes",
  );
  expect(() => dynamics({ ...sample, rule: { ...rule, step: 2 } } as never, { times: [1] })).toThrow(
    "rule has no field",
  );
  expect(() => dynamics({ ...sample, rule }, { times: [1], schedule: cosine() } as never)).toThrow(
    "options has no field schedule",
  );
});

describe("the Gauss rule of a sum over steps", () => {
  it("is exact for polynomials of degree 2m − 1, and is Gauss–Legendre's where steps are many", () => {
    for (const [n, m] of [
      [9, 8],
      [12, 5],
      [1000, 8],
    ] as const) {
      const { nodes, weights } = stepRule(n, m);
      for (let degree = 0; degree < 2 * m; degree++) {
        const mine = nodes.reduce((sum, x, q) => sum + weights[q]! * (x / n) ** degree, 0);
        const plain = Array.from({ length: n }, (_, r) => (r / n) ** degree).reduce((sum, x) => sum + x, 0);
        expect(mine / plain).toBeCloseTo(1, 12);
      }
    }
    expect(
      stepRule(1e15, 2)
        .nodes.map((x) => x / 1e15)
        .sort()[1],
    ).toBeCloseTo((1 + 1 / Math.sqrt(3)) / 2, 12);
  });
});
