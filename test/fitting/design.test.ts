// Designs: the worth of one run by a formula of its own, what is spent, and that the chosen runs beat others where the laws are right.

import { describe, expect, it } from "vitest";
import { designRuns, forecaster, lawAt, lawNamed } from "../../src/fitting/laws/index.ts";
import { runs } from "../../src/fitting/runs.ts";
import { random } from "./laws.ts";

const law = lawNamed("chinchilla");
const truth = { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 };
const { normal } = random(5);
const [N, D, loss]: number[][] = [[], [], []];
for (let i = 0; i < 5; i++)
  for (let j = 0; j < 5; j++) {
    N!.push(3e7 * 2 ** i);
    D!.push(N!.at(-1)! * 4 * 3 ** j);
    loss!.push(lawAt(law, truth, { N: N!.at(-1)!, D: D!.at(-1)! }) * Math.exp(0.004 * normal()));
  }
const table = runs({ N: N!, D: D!, loss: loss! });
const made = forecaster(table, [law], { draws: 400 });

describe("a design", () => {
  it("of one run leaves what conditioning the draws on it leaves", () => {
    const one = { N: 2e9, D: 4e10, C: 6 * 2e9 * 4e10 };
    const {
      before,
      after,
      runs: chosen,
      target,
    } = designRuns(table, made, { target: 1e22, spend: 1e21, candidates: [one] });
    expect(chosen).toEqual([one]);
    // by a line through the draws' losses at the target over those at the run: its residual, and what the run's noise adds
    const { draws, members, drift, noise } = made.stack;
    const at = ({ N: n, D: d }: { N: number; D: number }) =>
      draws.map(({ member, p }) =>
        Math.log(
          lawAt(members[member]!.law, Object.fromEntries(law.parameters.map((name, i) => [name, p[i]!])), {
            N: n,
            D: d,
          }),
        ),
      );
    const most = Math.max(...table.C);
    const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
    const cov = (x: readonly number[], y: readonly number[]) =>
      mean(x.map((v, i) => (v - mean(x)) * (y[i]! - mean(y))));
    const [t, c] = [at(target), at(one)];
    const [xt, xc] = [Math.log10(1e22 / most), Math.log10(one.C / most)];
    const b2 = drift ** 2;
    const sigma2 = (C: number) =>
      noise.level ** 2 * (Math.min(Math.max(C, noise.from), noise.to) / noise.centre) ** noise.slope;
    const tt = cov(t, t) + b2 * xt * xt;
    const tc = cov(t, c) + b2 * xt * xc;
    const cc = cov(c, c) + b2 * xc * xc + sigma2(one.C);
    // the drift's ζ is drawn apart from the draws: their chance covariance is of the order of 1/√400
    expect((before.half / 1.96) ** 2 / (tt + sigma2(1e22))).toBeCloseTo(1, 0.5);
    expect((after.half / 1.96) ** 2 / (tt - (tc * tc) / cc + sigma2(1e22))).toBeCloseTo(1, 0.5);
  });

  it("spends no more than it may, on the sizes it is given, and narrows the more the more there is", () => {
    let last = Infinity;
    for (const spend of [1e19, 1e20, 1e21]) {
      const design = designRuns(table, made, { target: 1e23, spend, sizes: [1e8, 5e8] });
      expect(design.spent).toBeLessThanOrEqual(spend);
      expect(design.spent).toBeCloseTo(
        design.runs.reduce((sum, run) => sum + 6 * run.N * run.D, 0),
        -3,
      );
      for (const run of design.runs) expect([1e8, 5e8]).toContain(run.N);
      expect(design.after.half).toBeLessThan(design.before.half);
      expect(design.after.half).toBeLessThan(1.02 * last); // greedy is near the best, not it
      last = design.after.half;
    }
  });

  it("says what cannot be", () => {
    expect(() => designRuns(table, made, { target: 1e10, spend: 1e20 })).toThrow(
      /target must be above the largest run/,
    );
    expect(() => designRuns(table, made, { target: 1e24, spend: 1e20, sizes: [1e12] })).toThrow(
      /no run can be made of 1.00e\+20 flops/,
    );
    expect(() => designRuns(table, made, { target: 1e24, spend: Number.NaN })).toThrow("spend");
    expect(() => designRuns(table, made, { target: 1e24, spend: 1e20, sizes: [-1] })).toThrow("sizes[0]");
  });
});
