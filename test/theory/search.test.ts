// The search for the best size: what its scan may be off by, and its optima against those of Brent's method on losses by contours of
// 14 nodes and modes to twelve digits, from a scan of e-folds at each budget: computed at tolerance 1e-6 in log d.
import { describe, expect, it } from "vitest";
import { defaultKernels, diagram, frontier, logspace, measured, plrf, powerLaw } from "../../src/index.ts";
import { modesOf, ruleOf } from "../../src/theory/measure/modes.ts";
import { contourValues, talbotLosses } from "../../src/theory/plrf/contour.ts";
import { COARSE, FINE, type Precision } from "../../src/theory/plrf/search.ts";

const GOLDEN = [
  {
    problem: { alpha: 0.7, beta: 0.6, flops: [100000000, 10000000000000000] },
    d: [7933.91494, 34098.8533, 145860.148, 621242.268, 2635430.78, 11139222.1, 46927811.1],
    loss: [
      0.00020298266254, 3.22666892604e-5, 5.06080980014e-6, 7.86564845987e-7, 1.21475364044e-7, 1.86750651373e-8,
      2.86143142841e-9,
    ],
  },
  {
    problem: { alpha: 0.2, beta: 0.9, flops: [10000000, 1000000000000], batch: 4 },
    d: [3130.31395, 9525.09751, 29288.1291, 90292.5818, 277913.564, 852899.934, 2609968.24],
    loss: [
      0.276495050431, 0.193319243032, 0.132722989245, 0.0897848726757, 0.060025917447, 0.0397605088542, 0.0261483335169,
    ],
  },
  {
    problem: { alpha: 0.45, beta: 0.3, flops: [1000000, 1000000000], stepFraction: 0.1 },
    d: [323.159646, 576.692127, 1025.59806, 1819.60616, 3223.05939, 5702.71317, 10082.8418],
    loss: [
      0.318253221556, 0.24631460185, 0.189573438147, 0.145267114087, 0.110931757482, 0.0844779319789, 0.0641889118754,
    ],
  },
  {
    problem: { alpha: 1.2, beta: 0.4, flops: [100000000, 100000000000000], dataRatio: 1.5 },
    d: [657.723347, 1332.18547, 2684.55022, 5388.61073, 10782.8667, 21522.8814, 42871.5647],
    loss: [
      3.68678418714e-5, 8.57743620588e-6, 1.98525557221e-6, 4.57561751168e-7, 1.05096966303e-7, 2.40713179151e-8,
      5.5003075929e-9,
    ],
  },
  {
    problem: { alpha: 0.8, beta: 1.6, flops: [10000000, 10000000000000], stepFraction: 0.001, dataRatio: 3 },
    d: [348.796671, 1625.1963, 7576.05165, 35166.0113, 162075.804, 737759.692, 3279895.79],
    loss: [
      0.00183666569686, 0.000297224266892, 4.81644415295e-5, 7.82741359326e-6, 1.27903566347e-6, 2.11344517322e-7,
      3.5684701068e-8,
    ],
  },
  {
    problem: { alpha: 0.105, beta: 1, flops: [1000000000000, 1e22] },
    d: [665591.882, 4933794.76, 36813745.7, 413026782, 3614358790, 30291152000, 250838140000],
    loss: [
      0.329283796937, 0.231830011329, 0.160536535315, 0.109694569787, 0.0735818052647, 0.0487658756858, 0.0320380601007,
    ],
  },
  {
    problem: { alpha: 0.35, beta: 0.16, flops: [1000000000000, 10000000000000000] },
    d: [2.51955655, 2.51955624, 2.51955624, 2589040.04, 5574730.75, 12004739.2, 25853492.6],
    loss: [2.94352553236, 2.94352553236, 2.94352553236, 2.93097985363, 2.88640860904, 2.84249189823, 2.79922823713],
  },
] as const;

describe("the search", () => {
  it.each(GOLDEN)("has the optima of a slow one: $problem", ({ problem: { alpha, beta, ...options }, d, loss }) => {
    const found = frontier({ spectrum: powerLaw({ alpha, beta }), ...options, points: 7 });
    d.forEach((size, i) => {
      expect(Math.abs(Math.log(found.d[i]! / size)), `d at ${found.flops[i]}`).toBeLessThan(1e-5);
      expect(Math.abs(found.loss[i]! / loss[i]! - 1), `P at ${found.flops[i]}`).toBeLessThan(1e-9);
    });
  });

  it("refuses budgets at which a loss without a floor, v = d, is lost in rounding", () => {
    const eigenvalues = [1, 0.5, 0.25];
    const spectrum = measured({ eigenvalues, energies: eigenvalues });
    expect(() => frontier({ spectrum, flops: [1e14, 1e29], points: 9, gamma: 1e-6 })).toThrow(
      /lost in rounding, take fewer flops/,
    );
    const { loss, d } = frontier({ spectrum, flops: [1e4, 1e8], points: 4 });
    loss.forEach((P, i) => {
      expect(P).toBeGreaterThan(0);
      if (i > 0) expect(P).toBeLessThan(loss[i - 1]!);
      expect(d[i]).toBeLessThanOrEqual(3);
    });
    // without a floor the smallest size that takes all the budget has no loss at all
    expect(() =>
      frontier({ spectrum: powerLaw({ alpha: 0.12, beta: 2 }), stepFraction: 0.01, dataRatio: 1, flops: [1e16, 1e18] }),
    ).toThrow(/lost in rounding/);
  });

  it("goes on from cell to cell of a diagram to what each has by itself", () => {
    const [alpha, beta, flops] = [
      [0.3, 0.33, 0.36, 0.39],
      [0.4, 1.1],
      [1e8, 1e11],
    ] as const;
    const row = diagram({ alpha, beta, flops });
    beta.forEach((b, i) => {
      alpha.forEach((a, j) => {
        const alone = diagram({ alpha: [a], beta: [b], flops });
        expect(Math.abs(row.xi[i]![j]! - alone.xi[0]![0]!), `xi at ${a}, ${b}`).toBeLessThan(1e-5);
        expect(Math.abs(row.eta[i]![j]! - alone.eta[0]![0]!), `eta at ${a}, ${b}`).toBeLessThan(1e-8);
      });
    });
  });

  it("spends at most 5 losses a budget beside its scan", () => {
    const { stats } = frontier({ spectrum: powerLaw({ alpha: 0.7, beta: 0.6 }), flops: [1e8, 1e16] });
    const sizes = Math.ceil(Math.log(1e16 / 64)) + 16;
    expect(stats.evaluations).toBeLessThan(25 * (sizes + 5));
  });
});

/** The largest error of a precision over what it tells, and what it tells over P, in order. */
function errorsOf(precision: Precision): { ratio: number; told: number[] } {
  const kernels = defaultKernels();
  let ratio = 0;
  const told: number[] = [];
  for (const [alpha, beta] of [
    [0.2, 0.9],
    [0.45, 0.3],
    [0.7, 0.7],
    [1.3, 0.1],
    [2, 5],
  ] as const)
    for (const [d, batch, stepFraction] of [
      [1.3, 1, 0.1],
      [30, 1, 0.3],
      [30, 8, 0.1],
      [1e5, 1, 0.3],
      [1e9, 4, 1e-3],
    ] as const) {
      const spectrum = powerLaw({ alpha, beta });
      const model = plrf({ spectrum, d, batch, stepFraction });
      const steps = logspace(64, 1e12, 40);
      const truth = contourValues(kernels, model, "P", steps);
      const size = {
        modes: ruleOf(spectrum, 4 * d, precision),
        ...{ d, batch, surplus: 3, step: { share: stepFraction } },
        ...{ tolerance: 0.02, lastStep: precision.lastStep },
      };
      const modes = () => modesOf(spectrum, 4 * d, precision);
      const { values, error } = talbotLosses(kernels, size, modes, steps, precision);
      truth.values.forEach((P, i) => {
        ratio = Math.max(ratio, Math.abs(values[i]! - P) / (error[i]! + truth.error[i]!));
        told.push(error[i]! / P);
      });
    }
  return { ratio, told: told.sort((a, b) => a - b) };
}

describe("the losses of the search", () => {
  it("are within the error that they tell, which is small, where minima are looked for", () => {
    const { ratio, told } = errorsOf(COARSE);
    expect(ratio).toBeLessThan(1);
    expect(told[Math.round(0.9 * told.length)]).toBeLessThan(0.01);
  });

  it("and to nine digits where their bottom is", () => {
    const { ratio, told } = errorsOf(FINE);
    expect(ratio).toBeLessThan(1);
    // the rest takes more nodes
    expect(told[Math.round(0.5 * told.length)]).toBeLessThan(1e-9);
  });
});

describe("contours where the circle ends", () => {
  const model = plrf({ spectrum: powerLaw({ alpha: 1, beta: 0.7 }), d: 100 });
  const at = (quantity: "F" | "K" | "P", ...steps: number[]) =>
    contourValues(defaultKernels(), model, quantity, Float64Array.from(steps));

  it.each(["F", "K", "P"] as const)("know %s at r that rounding has left just below 64", (quantity) => {
    const { values, error } = at(quantity, 64 - 2 ** -47, 64);
    expect(Math.abs(values[0]! / values[1]! - 1)).toBeLessThan(1e-12);
    expect(error[0]! / values[0]!).toBeLessThan(1e-10);
  });

  it("join: what lies between 63 and 64 is on one curve with 61 to 66", () => {
    const [a, b, c, d, e, f] = at("P", 61, 62, 63, 64, 65, 66).values.map(Math.log);
    const [between] = at("P", 63.5).values.map(Math.log);
    // the polynomial through six points, off by some 5/1024 · 120/64⁶ = 1e-11; the circle knows nine digits
    const middle = (150 * (c! + d!) - 25 * (b! + e!) + 3 * (a! + f!)) / 256;
    expect(Math.abs(between! - middle)).toBeLessThan(1e-9);
  });

  it("tell that nothing is known of a step that is not whole below", () => {
    const { error } = at("P", 12, 12.5, 13);
    expect(error[1]).toBe(Infinity);
    expect(Math.max(error[0]!, error[2]!)).toBeLessThan(1e-9);
  });
});
