import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { akima } from "../../src/fitting/akima.ts";
import { allocate, allocateSize, budgetFor, missBy } from "../../src/fitting/allocation.ts";
import { fitEnvelope } from "../../src/fitting/envelope.ts";
import { fitIsoflop } from "../../src/fitting/isoflop.ts";
import { fitParametric } from "../../src/fitting/parametric.ts";
import { type Law, lossAt } from "../../src/fitting/points.ts";
import { doubtful, fitOptima, saturating } from "../../src/fitting/powerlaws.ts";
import { type Runs, runs, select } from "../../src/fitting/runs.ts";
import { logspace, loss, phase, plrf, powerLaw } from "../../src/index.ts";
import { nonNegative } from "../../src/math/least-squares.ts";
import { random, study } from "./laws.ts";

const LAW: Law = { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 };

/** Budgets × sizes over `width` about the optimum, whose centre drifts from `1/off` to `off` of it. */
function slices(law: Law, width: number, off = 1): Runs {
  const [N, D, L]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < 7; i++) {
    const best = allocate(law, 10 ** (18 + i / 2), 6);
    for (let j = 0; j < 9; j++) {
      const size = best.N * off ** (i / 3 - 1) * Math.sqrt(width) ** (j / 4 - 1);
      N.push(size);
      D.push(best.flops / 6 / size);
      L.push(lossAt(law, size, best.flops / 6 / size));
    }
  }
  return runs({ N, D, loss: L });
}

describe("approach 3", () => {
  it("gives back any law that made the runs", () => {
    fc.assert(
      fc.property(
        fc.record({
          E: fc.double({ min: 0.5, max: 3, noNaN: true }),
          alpha: fc.double({ min: 0.15, max: 0.8, noNaN: true }),
          beta: fc.double({ min: 0.15, max: 0.8, noNaN: true }),
          share: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        }),
        ({ E, alpha, beta, share }) => {
          // both terms seen: together 0.8 at 1e9 parameters and 2e10 tokens
          const law = { E, alpha, beta, A: 0.8 * share * 1e9 ** alpha, B: 0.8 * (1 - share) * 2e10 ** beta };
          const fit = fitParametric(slices(law, 30), { starts: "projection" });
          for (const key of ["E", "alpha", "beta"] as const) expect(fit[key] / law[key]).toBeCloseTo(1, 3);
          expect(fit.objective).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it("the grid of 4,500 starts finds nothing lower than variable projection on noisy runs", () => {
    for (const seed of [3, 11]) {
      const { runs } = study(seed);
      const few = fitParametric(runs, { starts: "projection" });
      const many = fitParametric(runs, { starts: "grid" });
      expect(few.objective).toBeLessThanOrEqual(many.objective * (1 + 1e-9));
      expect(few.stats.starts).toBeLessThan(10);
    }
  });

  it("leaves out what has weight 0", () => {
    const { runs } = study(6);
    const half = Float64Array.from({ length: runs.n }, (_, i) => i % 2);
    const weighted = fitParametric(runs, { starts: "projection", weights: half });
    const selected = fitParametric(
      select(runs, (i) => i % 2 === 1),
      { starts: "projection" },
    );
    expect(weighted.objective / selected.objective).toBeCloseTo(1, 9);
    expect(weighted.alpha).toBeCloseTo(selected.alpha, 5);
  });

  it("refuses too few rows and bad options", () => {
    expect(() => fitParametric(runs({ N: [1, 2], D: [1, 2], loss: [1, 2] }))).toThrow(
      /more rows than its 5 parameters, got 2/,
    );
    expect(() => fitParametric(slices(LAW, 4), { delta: 0 })).toThrow(/delta must be greater than 0/);
    expect(() => fitParametric(slices(LAW, 4), { starts: "all" as "grid" })).toThrow(/starts must be one of/);
  });
});

describe("the non-negative least squares problem of three unknowns", () => {
  it("has its minimum no higher than any point around it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 20, maxLength: 20 }),
        fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (numbers, other) => {
          const rows = [0, 4, 8, 12, 16].map((k) => numbers.slice(k, k + 4));
          const G = [0, 1, 2].map((i) => [0, 1, 2].map((j) => rows.reduce((s, r) => s + r[i]! * r[j]!, 0)));
          const h = [0, 1, 2].map((i) => rows.reduce((s, r) => s + r[i]! * r[3]!, 0));
          const misfit = (c: number[]) =>
            rows.reduce((s, r) => s + (r[0]! * c[0]! + r[1]! * c[1]! + r[2]! * c[2]! - r[3]!) ** 2, 0);
          // biome-ignore lint/suspicious/noExplicitAny: three by three by construction
          const { c } = nonNegative(G as any, h as any);
          expect(Math.min(...c)).toBeGreaterThanOrEqual(0);
          expect(misfit(c)).toBeLessThanOrEqual(misfit(other) + 1e-9);
        },
      ),
      { seed: 2 },
    );
  });
});

describe("approach 2", () => {
  it("is exact where the loss is a parabola in log N, and where sizes lie about the optimum symmetrically", () => {
    const fit = fitIsoflop(slices({ ...LAW, alpha: 0.36, beta: 0.36 }, 16));
    expect(fit.a).toBeCloseTo(0.5, 9);
    expect(fit.optima.flops.length).toBe(7);
    expect(fit.optima.N[3]! / allocate({ ...LAW, alpha: 0.36, beta: 0.36 }, fit.optima.flops[3]!, 6).N).toBeCloseTo(
      1,
      9,
    );
  });

  it("is biased by a parabola on asymmetric exponents, more so on wide and drifting sizes; Akima's spline is not", () => {
    const law = { E: 1.8, A: 8000, B: 60, alpha: 0.5, beta: 0.2 };
    const a = 0.2 / 0.7;
    const off = (width: number, drift: number, options: Parameters<typeof fitIsoflop>[1]) => {
      const fit = fitIsoflop(slices(law, width, drift), options);
      const best = allocate(law, fit.optima.flops[3]!, 6).N;
      return { exponent: Math.abs(fit.a - a), size: Math.abs(Math.log(fit.optima.N[3]! / best)) };
    };
    const parabola = { within: Infinity } as const;
    expect(off(36, 1, parabola).size).toBeGreaterThan(0.08);
    expect(off(36, 1, parabola).size).toBeGreaterThan(4 * off(4, 1, parabola).size);
    expect(off(36, 3, parabola).exponent).toBeGreaterThan(0.001);
    expect(off(36, 3, { curve: "akima" }).exponent).toBeLessThan(0.0005);
    expect(off(36, 1, { curve: "akima" }).size).toBeLessThan(0.02);
  });

  it("leaves out slices without a minimum inside, and says why", () => {
    const table = slices(LAW, 16);
    // at the lowest budget only sizes below the optimum
    const best = allocate(LAW, 1e18, 6).N;
    const cut = select(table, (i) => table.C[i]! > 1.1e18 || table.N[i]! < 0.9 * best);
    const fit = fitIsoflop(cut, { curve: "akima" });
    expect(fit.slices[0]!.problem).toMatch(/at 1.00e\+18 flops its minimum lies at the edge/);
    expect(fit.optima.flops.length).toBe(6);
    expect(() => fitIsoflop(select(table, (i) => table.C[i]! < 1.1e18))).toThrow(/3 budgets or more/);
  });
});

describe("approach 2 on tables that mislead", () => {
  const eta = (LAW.alpha * LAW.beta) / (LAW.alpha + LAW.beta);
  const a = LAW.beta / (LAW.alpha + LAW.beta);
  /** Rows at a budget, its size a factor off the best. */
  const rows = (designs: readonly (readonly [flops: number, factors: readonly number[]])[]) => {
    const [N, D, loss]: [number[], number[], number[]] = [[], [], []];
    for (const [flops, factors] of designs)
      for (const factor of factors) {
        const best = allocate(LAW, flops, 6);
        N.push(best.N * factor);
        D.push(best.D / factor);
        loss.push(lossAt(LAW, best.N * factor, best.D / factor));
      }
    return { N, D, loss };
  };
  const FIVE = [0.25, 0.5, 1, 2, 4];
  const good = [18, 19, 20, 21].map((e) => [10 ** e, FIVE] as const);

  it("sizes equal but for rounding are one size", () => {
    const table = rows([...good, [10 ** 18.5, [0.6, 0.6 * (1 + 1e-8), 1]]]);
    table.loss[21]! *= 0.999;
    const fit = fitIsoflop(runs(table));
    expect(fit.slices).toHaveLength(4);
    expect([fit.loss.E, fit.loss.eta]).toEqual([expect.closeTo(LAW.E, 2), expect.closeTo(eta, 2)]);
  });

  it("a vertex far below all that was measured is no minimum", () => {
    const table = rows([...good, [10 ** 18.5, [0.6, 0.65, 1.7]]]);
    table.loss[21]! *= 0.97;
    const fit = fitIsoflop(runs(table));
    expect(fit.slices.find((slice) => slice.problem)?.problem).toMatch(
      /at 3\.16e\+18 flops its minimum is far below every loss/,
    );
    expect(fit.loss.eta).toBeCloseTo(eta, 2);
  });

  it("budgets that are coincidences are none; true ones may scatter, and their losses are moved to one C", () => {
    const { uniform } = random(4);
    for (const n of [60, 200, 1000]) {
      const N = Float64Array.from({ length: n }, () => 10 ** uniform(7.3, 9.3));
      const D = Float64Array.from({ length: n }, () => 10 ** uniform(8.7, 10.7));
      expect(() => fitIsoflop(runs({ N, D, loss: N.map((x, i) => lossAt(LAW, x, D[i]!)) }))).toThrow(
        /got 0 of 0: rows share no budgets of 3 model sizes.*approach 3 needs neither/,
      );
    }
    const scattered = [18, 18.5, 19, 19.5, 20, 20.5].flatMap((e) =>
      FIVE.map((factor) => [10 ** e * (1 + uniform(-0.04, 0.04)), [factor]] as const),
    );
    const fit = fitIsoflop(runs(rows(scattered)));
    expect(fit.slices).toHaveLength(6);
    expect([Math.abs(fit.a - a), Math.abs(fit.loss.E - LAW.E)]).toEqual([expect.closeTo(0, 2), expect.closeTo(0, 1)]);
    expect(Math.abs(fit.loss.eta - eta)).toBeLessThan(0.005);
  });

  it("D* is the table's own where N counts what costs no compute", () => {
    const table = rows([17, 18, 19].map((e) => [10 ** e, [0.2, ...FIVE, 5]] as const));
    const fit = fitIsoflop(
      runs({ ...table, N: table.N.map((n) => n + 500 * n ** 0.5), C: table.N.map((n, i) => 6 * n * table.D[i]!) }),
    );
    expect(fit.tokens.exponent).toBeCloseTo(1 - a, 3);
    for (const i of [0, 1, 2])
      expect(Math.abs(fit.optima.D[i]! / allocate(LAW, 10 ** (17 + i), 6).D - 1)).toBeLessThan(0.01);
    expect(fit.a).toBeLessThan(a - 0.01);
  });

  it("two budgets are told in a sentence", () => {
    expect(() => fitIsoflop(runs(rows(good.slice(0, 2))))).toThrow(
      "approach 2 needs 3 budgets or more whose loss has a minimum over N, got 2 of 2: a line and a floor have three unknowns",
    );
  });

  it("what ran to an end of the search is told", () => {
    expect(doubtful({ E: 1.7, K: 300, eta: 0.15 })).toBeNull();
    expect(doubtful({ E: 0, K: 3, eta: 0.15 })).toMatch(/E ran to 0/);
    expect(doubtful({ E: 0, K: 3, eta: 1e-3 })).toMatch(/η ran to the least/);
    expect(doubtful({ E: 3, K: 0, eta: 0.1 })).toMatch(/does not fall/);
  });
});

describe("Akima's spline", () => {
  it("goes through its points, is exact on straight lines and finds the lowest point", () => {
    const x = Float64Array.of(0, 1, 1.5, 3, 4, 6);
    const straight = akima(
      x,
      x.map((u) => 2 * u - 1),
    );
    expect(straight.at(2.2)).toBeCloseTo(3.4, 12);
    expect(straight.lowest).toBe(0);
    const y = Float64Array.of(3, 1, 0.5, 0.8, 2, 9);
    const spline = akima(x, y);
    for (let i = 0; i < 6; i++) expect(spline.at(x[i]!)).toBeCloseTo(y[i]!, 12);
    let lowest = 0;
    for (let u = 0; u <= 6; u += 1e-4) if (spline.at(u) < spline.at(lowest)) lowest = u;
    expect(spline.lowest).toBeCloseTo(lowest, 3);
  });

  it("has the slopes of Akima's formula, by hand", () => {
    // secants 0, 0, 1, 0, with 1970's ends −1, −1 … hand-worked at x = 2: |m3−m2| = 1, |m1−m0| = 0 → slope m1 = 0
    const spline = akima(Float64Array.of(0, 1, 2, 3, 4), Float64Array.of(0, 0, 0, 1, 1));
    const h = 1e-6;
    expect((spline.at(2 + h) - spline.at(2 - h)) / (2 * h)).toBeCloseTo(0, 5);
    expect(spline.at(0.5)).toBe(0);
  });
});

describe("the allocation", () => {
  it("is where the loss is lowest at its budget", () => {
    const { N, D, loss } = allocate(LAW, 1e22, 6);
    expect((6 * N * D) / 1e22).toBeCloseTo(1, 12);
    for (const factor of [0.9, 0.99, 1.01, 1.1]) expect(lossAt(LAW, N * factor, D / factor)).toBeGreaterThan(loss);
    const back = allocateSize(LAW, N, 6);
    expect(back.flops / 1e22).toBeCloseTo(1, 10);
    expect(budgetFor(LAW, loss, 6) / 1e22).toBeCloseTo(1, 9);
    expect(budgetFor(LAW, 1.7, 6)).toBe(Infinity);
    const miss = missBy(LAW, 1e22, 6, 2);
    expect(miss.excess).toBeGreaterThan(0);
    // the wasted part: the rest of the budget, spent well, gives the same loss
    expect(allocate(LAW, 1e22 * (1 - miss.wasted), 6).loss).toBeCloseTo(miss.loss, 9);
    expect(() => allocate({ ...LAW, alpha: Number.NaN }, 1e22, 6)).toThrow("alpha must be finite");
    expect(() => allocate(LAW, Number.NaN, 6)).toThrow("flops must be finite");
    expect(() => allocateSize(LAW, -1, 6)).toThrow("N must be greater than 0");
    expect(() => budgetFor(LAW, Number.NaN, 6)).toThrow("loss must be finite");
    expect(() => budgetFor(LAW, 2, 0)).toThrow("flopsPerToken must be greater than 0");
    expect(() => missBy(LAW, 1e22, 6, Number.NaN)).toThrow("factor must be finite");
    expect(budgetFor(LAW, LAW.E, 6)).toBe(Infinity);
  });

  it("of lines: the saturating power law is found", () => {
    const flops = logspace(1e18, 1e22, 9);
    const { E, K, eta } = saturating(
      flops,
      flops.map((C) => 1.7 + 300 * C ** -0.13),
    );
    expect([E, K / 300, eta]).toEqual([expect.closeTo(1.7, 5), expect.closeTo(1, 3), expect.closeTo(0.13, 5)]);
    const optima = {
      flops,
      N: flops.map((C) => 0.1 * C ** 0.5),
      D: flops.map((C) => C ** 0.5 / 0.6),
      loss: flops.map((C) => 3 * C ** -0.05),
    };
    const fit = fitOptima(optima, "zero");
    expect(fit.size.exponent).toBeCloseTo(0.5, 12);
    expect(fit.loss).toEqual({ E: 0, K: expect.closeTo(3, 9), eta: expect.closeTo(0.05, 12) });
  });
});

describe("isoflop's own theory curves", () => {
  // Ia, II and III; f = d·r
  const POINTS = [
    [0.7, 0.3],
    [1, 0.7],
    [0.7, 1.2],
  ] as const;

  it.each(POINTS)("α = %f, β = %f: approaches 1, 2 and 3 give back the table's exponents", (alpha, beta) => {
    const { xi, eta } = phase({ alpha, beta });
    const spectrum = powerLaw({ alpha, beta });
    const [N, D, L, run]: [number[], number[], number[], number[]] = [[], [], [], []];
    const [low, high] = [1e14, 1e18];
    const centre = (f: number) => f ** xi;
    logspace(centre(low) / 8, centre(high) * 8, 30).forEach((d, k) => {
      const steps = Float64Array.from(new Set(logspace(Math.max(100, low / d), high / d, 40).map(Math.round)));
      loss(plrf({ spectrum, d }), { steps }).loss.forEach((P, i) => {
        N.push(d);
        D.push(steps[i]!);
        L.push(P);
        run.push(k);
      });
    });
    const table = runs({ N, D, loss: L, run, flopsPerToken: 1 });
    const one = fitEnvelope(table, { irreducible: "zero" });
    expect(Math.abs(one.a - xi)).toBeLessThan(0.01);
    expect(Math.abs(one.loss.eta - eta)).toBeLessThan(0.005);
    const two = fitIsoflop(table, { irreducible: "zero" });
    expect(Math.abs(two.a - xi)).toBeLessThan(0.01);
    expect(Math.abs(two.loss.eta - eta)).toBeLessThan(0.005);
    // a sum of a power of N and one of D is exact in phase Ia alone (F_0 + F_pp); F_ac is a product. Close to the frontier it
    // has the right exponents all the same.
    const near = select(
      table,
      (i) => Math.abs(Math.log(table.N[i]! / (one.size.coefficient * table.C[i]! ** one.a))) < Math.log(2),
    );
    const three = fitParametric(near, { starts: "projection" });
    expect(Math.abs(three.a - xi)).toBeLessThan(0.01);
    expect(Math.abs((three.alpha * three.beta) / (three.alpha + three.beta) - eta)).toBeLessThan(0.01);
  });
});

describe("approach 1", () => {
  it("reads the envelope of loss curves, without its ends", () => {
    const [N, D, L, run]: [number[], number[], number[], number[]] = [[], [], [], []];
    logspace(2e7, 2e10, 25).forEach((size, k) => {
      for (const tokens of logspace(size, 400 * size, 30)) {
        N.push(size);
        D.push(tokens);
        L.push(lossAt(LAW, size, tokens));
        run.push(k);
      }
    });
    const fit = fitEnvelope(runs({ N, D, loss: L, run }));
    expect(Math.abs(fit.a - 0.37 / 0.72)).toBeLessThan(0.01);
    expect(fit.loss.E).toBeCloseTo(1.8, 2);
    expect(fit.stats.curves).toBe(25);
    expect(fit.stats.atEdge).toBeGreaterThan(0);
    expect(new Set(fit.optima.N).has(N[0]!)).toBe(false);
  });

  it("a label that spans several sizes is several runs", () => {
    const [N, D, L, run]: [number[], number[], number[], number[]] = [[], [], [], []];
    logspace(5e6, 1.6e9, 18).forEach((size, k) => {
      for (const tokens of logspace(1e8, 4e10, 25)) {
        N.push(size);
        D.push(tokens);
        L.push(lossAt(LAW, size, tokens));
        run.push(Math.floor(k / 3));
      }
    });
    const [together, apart] = [fitEnvelope(runs({ N, D, loss: L, run })), fitEnvelope(runs({ N, D, loss: L }))];
    expect(together.size).toEqual(apart.size);
    expect(together.size.coefficient * 1e21 ** together.a).toBeGreaterThan(0.97 * allocate(LAW, 1e21, 6).N);
  });

  it("needs loss curves", () => {
    expect(() => fitEnvelope(runs({ N: [1e8, 2e8], D: [1e9, 2e9], loss: [3, 2] }))).toThrow(/needs loss curves.*got 0/);
  });
});
