// Laws and how they are fitted: loss functions by what minimises them in closed form, weights as repeated rows, parameters fixed, tied
// and grouped, what is not determined, and goodness of fit against scipy.

import { describe, expect, it } from "vitest";
import {
  bestAt,
  byGroup,
  fitLaw,
  fixed,
  goodness,
  lawAt,
  lawFrom,
  lawNamed,
  REGISTRY,
  resampled,
  type ScalingLaw,
  tiedTo,
} from "../../src/fitting/laws/index.ts";
import { type RunColumns, runs } from "../../src/fitting/runs.ts";
import { random } from "./laws.ts";

/** Rows of x (in N) and y. */
const rows = (x: readonly number[], y: readonly number[], more: Partial<RunColumns> = {}) =>
  runs({ N: x, D: x.map(() => 1e9), loss: y, ...more });

describe("a law with a kink", () => {
  it("is fitted across it, and however sharp a break", () => {
    const x = Array.from({ length: 40 }, (_, i) => 1e7 * 1.2 ** i);
    const kink = lawFrom("loss = max(a/N^p, b*N^q)", []);
    const fit = fitLaw(
      kink,
      rows(
        x,
        x.map((N) => Math.max(900 / N ** 0.33, 0.02 * N ** 0.21)),
      ),
      { delta: 1e-3 },
    );
    expect(fit.rms).toBeLessThan(1e-7);
    expect([fit.parameters.p, fit.parameters.q]).toEqual([expect.closeTo(0.33, 5), expect.closeTo(0.21, 5)]);
    const broken = lawNamed("bnsl");
    const D = x.map((v) => 1e3 * v);
    const truth = { a: 1.5, b: 90, c0: 0.2, c1: 0.6, d: 4e11, f: 1e-3 };
    const loss = D.map((v) => lawAt(broken, truth, { D: v }));
    // where log(D/d)/f is beyond e^x, too
    expect(loss.at(-1)).toBeCloseTo(1.5 + (90 / D.at(-1)! ** 0.2) * (D.at(-1)! / 4e11) ** -0.6, 12);
    expect(fitLaw(broken, runs({ N: x, D, loss })).rms).toBeLessThan(1e-6);
  });
});

it("a parameter that nothing holds is told, and hinders no other", () => {
  const x = Array.from({ length: 20 }, (_, i) => 1e7 * 1.5 ** i);
  const fit = fitLaw(
    lawFrom("loss = E + A/N^a + Z*0", []),
    rows(
      x,
      x.map((N) => 1.7 + 400 / N ** 0.3),
    ),
  );
  expect(fit.parameters.a).toBeCloseTo(0.3, 6);
});

describe("a loss function", () => {
  const y = [1.2, 3.1, 0.7, 2.2, 5.9, 1.9, 0.4, 2.8, 9.5, 1.4, 2.5];
  const sorted = y.toSorted((a, b) => a - b);
  const constant = lawFrom("loss = m", []);
  const at = (options: Parameters<typeof fitLaw>[2]) =>
    fitLaw(
      constant,
      rows(
        y.map((_, i) => i + 1),
        y,
      ),
      { scale: "linear", ...(options as object) },
    ).parameters.m!;

  it("of squares has the mean", () => {
    expect(at({ kind: "squares" })).toBeCloseTo(y.reduce((a, b) => a + b) / y.length, 9);
  });

  it("of absolute values has the median, a quantile its own", () => {
    expect(at({ kind: "absolute" })).toBeCloseTo(sorted[5]!, 4);
    expect(at({ kind: "quantile", quantile: 0.2 })).toBeCloseTo(sorted[2]!, 4);
    expect(at({ kind: "quantile", quantile: 0.8 })).toBeCloseTo(sorted[8]!, 4);
  });

  it("with a penalty c above is the quantile 1/(1 + c)", () => {
    expect(at({ kind: "absolute", overestimatePenalty: 4 })).toBeCloseTo(sorted[2]!, 4);
  });

  it("of Huber has as much pull above as below, and in the logarithm the same of logarithms", () => {
    const pull = (values: number[], m: number, delta: number) =>
      values.reduce((sum, v) => sum + Math.max(-delta, Math.min(delta, m - v)), 0);
    expect(pull(y, at({ delta: 0.8 }), 0.8)).toBeCloseTo(0, 6);
    expect(pull(y.map(Math.log), Math.log(at({ delta: 0.3, scale: "log" })), 0.3)).toBeCloseTo(0, 6);
  });

  it("is refused where it is none", () => {
    expect(() => at({ kind: "cubes" as "squares" })).toThrow("loss must be one of huber, squares, absolute, quantile");
    expect(() => at({ kind: "quantile", quantile: 1 })).toThrow("quantile must be between 0 and 1, got 1");
    expect(() => at({ overestimatePenalty: -1 })).toThrow("overestimatePenalty");
    expect(() => at({ delta: 0 })).toThrow("delta");
  });

  it("counts a row of weight 2 twice", () => {
    const x = y.map((_, i) => i + 1);
    const line = lawFrom("loss = a + b*N", []);
    const heavy = fitLaw(line, rows(x, y), { delta: 0.1, weights: Float64Array.from(x, (_, i) => (i < 3 ? 2 : 1)) });
    const twice = fitLaw(line, rows([...x.slice(0, 3), ...x], [...y.slice(0, 3), ...y]), { delta: 0.1 });
    expect(heavy.objective).toBeCloseTo(twice.objective, 12);
    expect(heavy.parameters.a).toBeCloseTo(twice.parameters.a!, 6);
  });
});

/** What each law is tried on: parameters, and the columns that it takes. */
const TRUTH: Record<string, Record<string, number>> = {
  overtraining: { E: 1.8, a: 200, b: 350, eta: 0.136 },
  farseer: { E: 0.545, e: -0.118, gamma: 0.169, B: 177, b: -1.11, beta: -0.1, t: 0.313, a: -0.195, alpha: 0.123 },
  "data-constrained": { E: 1.87, A: 521, B: 1488, alpha: 0.353, beta: 0.353, RD: 15.4, RN: 5.3 },
  "data-constrained-growing": { E: 1.87, A: 521, B: 1488, alpha: 0.353, beta: 0.353, RD: 15.4, RN: 5.3, rho: 0.4 },
  moe: { a: -0.082, b: -0.108, c: 0.009, d: 1.104, s: 1.85, m: 314 },
  bnsl: { a: 0.42, b: 2.3, c0: 0.055, c1: 0.8, d: 6e9, f: 0.3 },
  sigmoid: { a: 0.6, b: 0.25, k: 3, L0: 2.4 },
};

describe.each(REGISTRY.filter(({ name }) => name in TRUTH).map((law) => [law.name, law] as const))(
  "%s",
  (name, law) => {
    it("fits noise-free rows of its own", () => {
      const { uniform } = random(5);
      const n = 90;
      const N = Array.from({ length: n }, () => Math.exp(uniform(Math.log(3e7), Math.log(5e9))));
      const U = N.map((v) => v * Math.exp(uniform(0, 4)));
      const D = name.startsWith("data")
        ? U.map((v) => v * Math.exp(uniform(0, 4)))
        : N.map((v) => v * Math.exp(uniform(1, 6)));
      const more: Record<string, number[]> = { unique_tokens: U, num_experts: N.map((_, i) => 2 ** (i % 10)) };
      const loss = N.map(() => uniform(1.5, 4));
      const value = (i: number) =>
        lawAt(law, TRUTH[name]!, {
          N: N[i]!,
          D: D[i]!,
          C: 6 * N[i]! * D[i]!,
          U: U[i]!,
          X: 2 ** (i % 10),
          loss: loss[i]!,
        });
      const made = law.target === "loss" ? N.map((_, i) => value(i)) : loss;
      if (law.target !== "loss") more[law.target] = N.map((_, i) => value(i));
      const fit = fitLaw(law, runs({ N, D, loss: made, more }));
      expect(fit.rms).toBeLessThan(1e-6);
      for (const [parameter, truth] of Object.entries(TRUTH[name]!))
        expect(fit.parameters[parameter]! / truth, parameter).toBeCloseTo(1, 2);
    });

    it("names its inputs with their units, and its source", () => {
      expect(law.inputs.length).toBeGreaterThan(0);
      for (const { unit } of law.inputs) expect(unit).not.toBe("");
      expect(law.source).toMatch(/arXiv \d{4}\.\d{5}/);
    });
  },
);

describe("a law changed", () => {
  const chinchilla = lawNamed("chinchilla");
  const { normal } = random(2);
  const N = Array.from({ length: 60 }, (_, i) => 3e7 * 2 ** (i % 8));
  const D = N.map((v, i) => v * 5 * 2 ** Math.floor(i / 10));
  const made = (E: (i: number) => number, noise = 2e-3) =>
    N.map((v, i) => (E(i) + 480 / v ** 0.36 + 2100 / D[i]! ** 0.36) * Math.exp(noise * normal()));
  const data = runs({ N, D, loss: made(() => 1.8) });

  it("by a tie is the law of one exponent, by γ = 1 that of Hoffmann et al.", () => {
    expect(fitLaw(tiedTo(chinchilla, { beta: "alpha" }), data, 1e-3).objective).toBeCloseTo(
      fitLaw(lawNamed("tied"), data, 1e-3).objective,
      12,
    );
    const held = fixed(lawNamed("coupled"), { gamma: 1 });
    expect(fitLaw(held, data, 1e-3).objective).toBeCloseTo(fitLaw(chinchilla, data, 1e-3).objective, 12);
    const fit = fitLaw(held, data);
    expect(bestAt(fit, 1e21, 6)!.N).toBeCloseTo(held.optimum!(fit.parameters, 1e21 / 6), 3);
  });

  it("by groups has a floor of each", () => {
    const labels = { set: N.map((_, i) => (i % 3 === 0 ? "a" : "b")) };
    const two = runs({ N, D, loss: made((i) => (i % 3 === 0 ? 1.6 : 2)), labels });
    const grouped = byGroup(chinchilla, two, "set", ["E"]);
    const { parameters, rms } = fitLaw(grouped.law, grouped.runs);
    expect(parameters["E[a]"]).toBeCloseTo(1.6, 1);
    expect(parameters["E[b]"]! - parameters["E[a]"]!).toBeCloseTo(0.4, 2);
    expect(rms).toBeLessThan(0.003);
    expect(fitLaw(chinchilla, two).rms).toBeGreaterThan(0.03);
  });

  it("is refused in one line", () => {
    expect(() => fixed(chinchilla, { gamma: 1 })).toThrow("fix: the law chinchilla has no parameter gamma");
    expect(() => fixed(chinchilla, { alpha: -1 })).toThrow("alpha");
    expect(() => fixed(lawFrom("loss = m", []), { m: 1 })).toThrow("every parameter of the law formula is fixed");
    expect(() => tiedTo(chinchilla, { alpha: "beta", beta: "alpha" })).toThrow("beta is tied itself");
    expect(() => byGroup(chinchilla, data, "set", ["E"])).toThrow('by-group: the table has no column "set"');
    const one = { ...data, labels: { set: N.map(() => "a") } };
    expect(() => byGroup(chinchilla, one, "set", ["E"])).toThrow("one value");
    const many = { ...data, labels: { set: N.map((_, i) => `${i}`) } };
    expect(() => byGroup(chinchilla, many, "set", ["E"])).toThrow("2 to 20 groups");
  });

  it("has intervals that hold what made the runs", () => {
    const fit = fitLaw(chinchilla, data);
    const { ci, by } = resampled(fit, data, {}, { draws: 100, seed: 1, by: "auto" });
    expect(by).toBe("case");
    // 95 % each: all of three in most seeds, and in this one
    for (const [name, truth] of [
      ["E", 1.8],
      ["alpha", 0.36],
      ["beta", 0.36],
    ] as const) {
      expect(ci[name]![0]).toBeLessThan(truth);
      expect(ci[name]![1]).toBeGreaterThan(truth);
    }
  });

  it("says which parameters the rows leave open", () => {
    const open = (law: ScalingLaw) => goodness(fitLaw(law, data), data).open;
    expect(open(chinchilla)).toEqual([]);
    expect(open(lawFrom("loss = E + A*B/N^a", []))).toEqual([
      "A and B are determined only together: fix or tie one of them",
    ]);
    expect(open(lawFrom("loss = E + A/N^a + max(0, q - 9)*0", []))).toEqual([
      "q changes nothing here: any value serves",
    ]);
  });

  it("has no value where a column has none, told with the row", () => {
    const zero = runs({ N, D, loss: made(() => 1.8), more: { lr: N.map((_, i) => (i === 3 ? 0 : 1e-3)) } });
    expect(() => fitLaw(lawFrom("loss = E + a*log(lr)", ["lr"]), zero)).toThrow(
      "the law formula has no value at row 4, where lr = 0",
    );
    expect(() => fitLaw(lawFrom("loss = E + a/(lr - lr)", ["lr"]), zero)).toThrow("has no value at row 1");
    expect(() => fitLaw(lawNamed("moe"), data)).toThrow("the law moe needs a column of num_experts or experts");
  });
});

describe("goodness of fit", () => {
  it("tests replicates as scipy does by hand", () => {
    const x = [1, 2, 3, 4, 5, 6].flatMap((v) => [v, v, v]);
    const y = [2, 2.02, 1.99, 2.31, 2.28, 2.3, 2.45, 2.5, 2.47, 2.52, 2.55, 2.49, 2.6, 2.61, 2.57, 2.58, 2.64, 2.6];
    const data = rows(x, y);
    const fit = fitLaw(lawFrom("loss = exp(a + b*N)", []), data, { kind: "squares" });
    expect(fit.parameters.a).toBeCloseTo(0.7078934800768751, 9);
    const { replicates, lacks } = goodness(fit, data);
    expect(replicates!.F / 76.99537386350939).toBeCloseTo(1, 6);
    expect(replicates!.p / 1.884719652538433e-8).toBeCloseTo(1, 5);
    expect(replicates!.rows).toBe(18);
    expect(lacks[0]).toMatch(/off by more than repeated rows scatter \(0\.96 %\)/);
  });

  it("names the trend that a law leaves, and hardly ever one where it leaves none", () => {
    const { normal } = random(11);
    const N = Array.from({ length: 64 }, (_, i) => 3e7 * 2 ** (i % 8));
    const D = N.map((v, i) => v * 5 * 2 ** Math.floor(i / 8));
    const drawn = (truth: ScalingLaw, p: Record<string, number>) =>
      runs({ N, D, loss: N.map((v, i) => lawAt(truth, p, { N: v, D: D[i]! }) * Math.exp(3e-3 * normal())) });
    const coupled = drawn(lawNamed("coupled"), { E: 1.2, A: 700, B: 5000, alpha: 0.4, beta: 0.42, gamma: 0.5 });
    const { lacks, trends } = goodness(fitLaw(lawNamed("chinchilla"), coupled), coupled);
    expect(trends[0]!.p).toBeLessThan(1e-4);
    expect(lacks.join()).toMatch(/residuals trend with (C|N|D\/N)/);
    let alarms = 0;
    for (let k = 0; k < 20; k++) {
      const data = drawn(lawNamed("tied"), { E: 1.8, A: 480, B: 2100, alpha: 0.36 });
      alarms += goodness(fitLaw(lawNamed("tied"), data), data).lacks.length > 0 ? 1 : 0;
    }
    // 1 % each
    expect(alarms).toBeLessThanOrEqual(2);
  });
});
