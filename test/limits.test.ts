// The supported ranges: one table, printed in docs/limits.md, held by every entry. Outside a range one line says argument, value,
// bound and remedy; inside nothing that claims to have converged is NaN.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  allocate,
  allocateSize,
  bestAtBudget,
  bootstrap,
  bottleneck,
  bridge,
  budgetFor,
  compareSchedules,
  components,
  computeOptimal,
  constant,
  cosine,
  diagram,
  dynamics,
  earlyStopping,
  fitEnvelope,
  frontier,
  logspace,
  loss,
  measured,
  missBy,
  parseNumber,
  phase,
  piecewise,
  plan,
  plrf,
  powerLaw,
  reuse,
  runs,
  sgd,
  simulate,
  sourceCapacity,
  spectralDensity,
} from "../src/index.ts";
import { LIMITS } from "../src/limits.ts";
import { brief } from "../src/numbers.ts";

const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
const features = sourceCapacity({ a: 1.8, b: 1.4 });
const model = plrf({ spectrum, d: 100 });
const law = { E: 1.7, A: 400, B: 2000, alpha: 0.34, beta: 0.37 };
const table = runs({
  N: Array.from({ length: 12 }, (_, i) => 1e7 * 2 ** (i % 4)),
  D: Array.from({ length: 12 }, (_, i) => 1e9 * 3 ** Math.floor(i / 4)),
  loss: Array.from({ length: 12 }, (_, i) => 3 - 0.05 * i),
});

describe("docs/limits.md", () => {
  it("prints the table that the code checks", () => {
    const written = readFileSync(new URL("../docs/limits.md", import.meta.url), "utf8");
    const rows = Object.entries(LIMITS).map(
      ([name, { least, most, what, remedy }]) =>
        `| ${name} | ${what.replaceAll("|", "\\|")} | ${brief(least)} | ${brief(most, 8)} | ${remedy} |`,
    );
    expect(written.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| argument"))).toEqual(rows);
  });
});

const REFUSED: readonly [what: string, call: () => unknown, message: RegExp][] = [
  [
    "α = 1e15 of plain data, of the dynamical model",
    () => dynamics({ spectrum: { kind: "power-law", alpha: 1e15, beta: 2 }, P: 100 }, { times: [1] }),
    /^alpha must be at most 10, got 1000000000000000: \w/,
  ],
  ["a budget of NaN", () => allocate(law, Number.NaN, 6), /^flops must be finite, got NaN/],
  ["a size below 0", () => allocateSize(law, -1, 6), /^N must be greater than 0, got -1/],
  ["a loss of ∞", () => budgetFor(law, Infinity, 6), /^loss must be finite/],
  ["a factor of 0", () => missBy(law, 1e20, 6, 0), /^factor must be greater than 0/],
  ["a law without B", () => allocate({ ...law, B: 0 }, 1e20, 6), /^B must be greater than 0/],
  ["β of 50", () => plan({ ...law, beta: 50 }, { flops: 1e20 }), /^beta must be at most 20, got 50: \w/],
  ["N beyond numbers", () => allocateSize({ ...law, beta: 1e-6 }, 1e30, 6), /^the law has no best N and D in double/],
  ["α = 20", () => powerLaw({ alpha: 20, beta: 1 }), /^alpha must be at most 10, got 20: \w/],
  ["α = 1e308", () => plrf({ spectrum: { kind: "power-law", alpha: 1e308, beta: 1 }, d: 10 }), /^alpha .* 1e\+308/],
  ["β = −10", () => phase({ alpha: 1, beta: -10 }), /^beta must be at least -2, got -10/],
  ["d = 1e140", () => plrf({ spectrum, d: 1e140 }), /^d must be at most 1e\+30, got 1e\+140: /],
  ["v = 1e100", () => plrf({ spectrum, d: 10, v: 1e100 }), /^v must be at most/],
  [
    "λ_v = 1e-200",
    () => plrf({ spectrum: powerLaw({ alpha: 5, beta: 0 }), d: 1e20 }),
    /^v\^\(2 alpha\) must be at most/,
  ],
  ["d at v = ∞", () => plrf({ spectrum, d: 1e20, v: Infinity }), /^d must be at most/],
  ["γ = 1e-100", () => plrf({ spectrum, d: 10, gamma: 1e-100 }), /^gamma·Tr D must be at least/],
  ["B = 1e15", () => plrf({ spectrum, d: 10, batch: 1e15 }), /^batch must be at most/],
  ["σ² = 1e300", () => plrf({ spectrum, d: 10, noise: 1e300 }), /^noise must be at most/],
  ["r = 1e110", () => loss(model, { steps: [1, 1e110] }), /^steps\[1\] must be at most 1e\+60/],
  ["v = d, late", () => loss(plrf({ spectrum, d: 10, v: 10 }), { steps: [1e40] }), /^steps must be at most .* v = d/],
  [
    "T = 2⁵³ − 1",
    () => compareSchedules(model, [{ name: "c", schedule: cosine() }], 2 ** 53 - 1),
    /^horizon must be at most/,
  ],
  ["by modes", () => loss(model, { steps: [1e30], method: "modes" }), /^steps must be at most 1000000000000000,/],
  [
    "a long curve",
    () => loss(model, { steps: { length: 1e8 } as never }),
    /^steps must hold at most 100000 numbers, got 100000000/,
  ],
  ["components", () => components(model, { steps: { length: 1e8 } as never }), /^steps must hold/],
  ["a long density", () => spectralDensity(model, { lambda: { length: 1e8 } as never }), /^lambda must hold/],
  ["many knots", () => piecewise({ length: 1e7 } as never), /^knots must hold/],
  ["a long ramp", () => sgd({ batch: { length: 1e7 } as never }), /^batch must hold/],
  [
    "eigenvalues of 1e200",
    () => measured({ eigenvalues: [1e200, 1], energies: [1, 1] }),
    /^eigenvalues\[0\] must be at most/,
  ],
  [
    "a wide spectrum",
    () => plrf({ spectrum: measured({ eigenvalues: [1e90, 1e-90], energies: [1, 1] }), d: 1 }),
    /^the largest eigenvalue over the smallest/,
  ],
  ["no energy", () => measured({ eigenvalues: [2, 1], energies: [0, 0] }), /^energies must not all be 0/],
  [
    "no energy in v",
    () => plrf({ spectrum: measured({ eigenvalues: [2, 1], energies: [0, 1] }), d: 1, v: 1 }),
    /^energies must not all be 0/,
  ],
  [
    "budgets of 1e300",
    () => frontier({ spectrum, flops: [1e300, 1e301] }),
    /^flops must be at most 1e\+45, got 1e\+300/,
  ],
  ["many budgets", () => frontier({ spectrum, flops: [1e8, 1e10], points: 1e9 }), /^points must be at most/],
  ["a budget of 1e300", () => bestAtBudget({ spectrum, flops: 1e300, family: "cosine" }), /^flops must be at most/],
  [
    "a fine bridge",
    () =>
      bridge(
        {
          mean: [0.5, 0.6],
          covariance: [
            [1e-4, 0],
            [0, 1e-4],
          ],
        } as never,
        { cells: 4000 },
      ),
    /^cells must be at most 1000/,
  ],
  [
    "many budgets of an envelope",
    () => fitEnvelope(table, { budgets: 1e9 } as never),
    /^budgets must be at most 100000/,
  ],
  ["a long grid", () => logspace(1, 10, 2 ** 53), /^n must be at most 10000000/],
  ["a grid from 0", () => logspace(0, 10, 3), /^lo must be greater than 0/],
  [
    "N = 1e40",
    () => dynamics({ spectrum: features, N: 1e40 }, { times: [1] }),
    /^N must be at most 1e\+30, got 1e\+40: /,
  ],
  ["P = 1e40", () => dynamics({ spectrum: features, P: 1e40 }, { times: [1] }), /^P must be at most/],
  ["M = 1e300", () => dynamics({ spectrum: features, modes: 1e300 }, { times: [1] }), /^modes must be at most/],
  ["σ² = 1e300 of networks", () => dynamics({ spectrum: features, noise: 1e300 }, { times: [1] }), /^noise must be at/],
  [
    "t = 1e300",
    () => dynamics({ spectrum: features, N: 9 }, { times: [1, 1e300] }),
    /^times\[1\] must be at most 1e\+30/,
  ],
  ["many times", () => dynamics({ spectrum: features, N: 9 }, { times: { length: 1e9 } as never }), /^times must hold/],
  [
    "η = 1e-30",
    () => earlyStopping({ spectrum: features, P: 9, noise: 1, rule: sgd({ eta: 1e-30 }) }),
    /^rule.eta times the largest eigenvalue must be at least/,
  ],
  ["C = 1e300", () => computeOptimal({ spectrum: features }, { compute: [1e300] }), /^compute\[0\] must be at most/],
  ["a late bottleneck", () => bottleneck({ spectrum: features, N: 9 }, { time: 1e300 }), /^time must be at most/],
  [
    "many epochs",
    () => reuse({ spectrum: features, unique: [9], epochs: { length: 1e9 } as never }),
    /^epochs must hold/,
  ],
  [
    "a fine diagram",
    () => diagram({ alpha: Array(1025).fill(1), beta: Array(1024).fill(1) }),
    /^the number of cells must be at most/,
  ],
];

describe("outside of its range an argument is refused", () => {
  it.each(REFUSED)("%s", (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  const big: readonly [string, Parameters<typeof simulate>[1], RegExp][] = [
    ["members", { steps: 10, members: 1e9 }, /^members must be at most 100000, got 1000000000: /],
    ["steps", { steps: 1e15 }, /^steps must be at most/],
    ["work", { steps: 1e12 }, /^the work, in seconds of one processor, must be at most 10000000, got \d+/],
    ["losses", { steps: 1e5, members: 1e5, record: 1e5 }, /^members × recorded steps must be at most/],
  ];
  it("resamples without end", async () => {
    await expect(bootstrap(table, {} as never, { draws: 1e9 })).rejects.toThrow(
      /^draws must be at most 1000000, got 1000000000: /,
    );
  });

  it.each(big)("a simulation of too many %s", async (_, options, message) => {
    await expect(simulate(model, options)).rejects.toThrow(message);
  });
});

it("what overflows is no number", () => {
  for (const text of ["1e400", "-1e400", "10^400", "1e300 × 10^99"]) expect(parseNumber(text)).toBeUndefined();
  expect(parseNumber("1e300")?.value).toBe(1e300);
});

describe("at the ends of its range", () => {
  const steps = [1, 1e3, 1e9, 1e18, 1e30, 1e45, 1e60];
  const alphas = [LIMITS.alpha.least, 0.25, 1, LIMITS.alpha.most];
  const betas = [LIMITS.beta.least, 0, 1, LIMITS.beta.most];
  const cases = alphas.flatMap((alpha) =>
    betas.flatMap((beta) => [1, 1e3, 1e6, LIMITS.d.most].map((d) => [alpha, beta, d] as const)),
  );
  it.each(cases)("α = %d, β = %d, d = %d is refused or known", (alpha, beta, d) => {
    const make = () => plrf({ spectrum: powerLaw({ alpha, beta }), d, stepFraction: 0.1, batch: 3 });
    if (4 * d > 1 && (4 * d) ** (2 * alpha) > LIMITS.spread.most) return expect(make).toThrow(/^v\^\(2 alpha\)/);
    const { F0, P0, kappa0 } = make();
    for (const x of [F0, P0, kappa0]) expect(x).toBeGreaterThan(0);
    expect(F0).toBeLessThanOrEqual(P0);
    const { loss: P, stats } = loss(make(), { steps });
    expect([...P].every((x) => Number.isFinite(x) && x > 0)).toBe(true);
    expect([...stats.error].every((x) => x >= 0)).toBe(true);
  });

  const sizes = [1, 7, 1e6, 1e30, Infinity];
  const ends = [1.4].flatMap((b) => sizes.map((N) => [b, N, sizes[(sizes.indexOf(N) * 3 + 1) % 5]!] as const));
  it.each([[20, 1e3, 1e6] as const, ...ends])("the dynamical model at b = %d, N = %d, P = %d is known", (b, N, P) => {
    for (const rule of [undefined, sgd({ eta: 1e-4, batch: 3 })]) {
      const problem = { spectrum: sourceCapacity({ a: b + 0.4, b }), N, P, noise: 0.1, ...(rule && { rule }) };
      const last = rule ? 1e15 : 1e30;
      const { test, train, stats } = dynamics(problem, { times: [0, 1, 1e6, last] });
      expect([...test].every((L) => Number.isFinite(L) && L >= 0.1)).toBe(true);
      expect([...train].every((L) => Number.isFinite(L) && L >= 0)).toBe(true);
      expect([stats.error, stats.trainError].every((e) => e >= 0)).toBe(true);
    }
  });

  it("a constant step for 1e15 steps reaches the contour's loss", () => {
    const P = compareSchedules(model, [{ name: "constant", schedule: constant() }], 1e15).schedules[0]!;
    const { loss: expected } = loss(model, { steps: [1e15] });
    expect(P.error).toBeLessThan(1e-6);
    expect(Math.abs(P.loss / expected[0]! - 1)).toBeLessThan(3 * P.error);
  });
});
