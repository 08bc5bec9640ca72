// `noise` is σ², the variance of the label noise, whichever way one comes: every route at one setting.

import { describe, expect, it } from "vitest";
import { FIELDS } from "../src/explorer/fields.ts";
import { read, write } from "../src/explorer/state.ts";
import {
  bottleneck,
  compareSchedules,
  computeOptimal,
  constant,
  dynamics,
  earlyStopping,
  expected,
  loss,
  plrf,
  powerLaw,
  reuse,
  sgd,
  simulate,
  simulateDynamics,
  sourceCapacity,
} from "../src/index.ts";
import { jobs } from "../src/sweep/jobs.ts";
import { isoflop, json } from "./cli/run.ts";

// σ² = 0.16: σ would be 0.4, and its effect on the loss 2.5 times as large
const NOISE = 0.16;
const [alpha, beta, d, steps, seed] = [0.7, 0.7, 64, 200, 1];
const at = (noise: number) => plrf({ spectrum: powerLaw({ alpha, beta }), d, noise });
const options = { steps, record: [steps], members: 8, seed };

/** What the noise adds to the loss after the last step, by the theory. */
const added = (() => {
  const [noisy, clean] = [NOISE, 0].map((noise) => loss(at(noise), { steps: [steps] }).loss[0]!);
  return noisy! - clean!;
})();

describe("noise is σ²", () => {
  it("in the exact expectation over data, by the model or by the option", async () => {
    const many = { steps, record: [steps], draws: 16, seed };
    const [noisy, clean] = await Promise.all([NOISE, 0].map((noise) => expected(at(noise), many)));
    // one size, few draws: the theory is near, the standard deviation in the variance's place is not
    expect((noisy!.mean.at(-1)! - clean!.mean.at(-1)!) / added).toBeGreaterThan(0.8);
    expect((noisy!.mean.at(-1)! - clean!.mean.at(-1)!) / added).toBeLessThan(1.25);
  });

  it.each(["spectral", "dense"] as const)("in real SGD, %s: its mean is the exact expectation", async (method) => {
    const many = { ...options, members: 400, draws: 1, expected: true, method };
    const { mean, stderr, expected: exact } = await simulate(at(0), { ...many, noise: NOISE });
    const clean = (await simulate(at(0), { ...many, members: 1 })).expected!;
    expect(Math.abs(mean.at(-1)! - exact!.at(-1)!)).toBeLessThan(4 * stderr.at(-1)!);
    expect((exact!.at(-1)! - clean.at(-1)!) / added).toBeGreaterThan(0.7);
    expect((exact!.at(-1)! - clean.at(-1)!) / added).toBeLessThan(1.4);
  });

  it("in the model as in the option of a simulation, and in what it was made from", async () => {
    const byModel = await simulate(at(NOISE), options);
    const byOption = await simulate(at(0), { ...options, noise: NOISE });
    expect(byOption.mean).toEqual(byModel.mean);
    for (const { made } of [byModel, byOption]) expect(made.parameters.noise).toBe(NOISE);
    const again = await simulate(at(0), { ...options, noise: byModel.made.parameters.noise as number });
    expect(again.mean).toEqual(byModel.mean);
  });

  it("in schedules compared", () => {
    const { schedules } = compareSchedules(at(NOISE), [{ name: "constant", schedule: constant() }], steps);
    const wanted = loss(at(NOISE), { steps: [steps] }).loss[0]!;
    expect(schedules[0]!.loss / wanted).toBeCloseTo(1, 6);
  });

  it("in the jobs of a sweep", async () => {
    const run = async (name: string, more: object) => {
      const job = jobs.get(name)!;
      const defaults = Object.entries(job.parameters).map(([key, { default: value = null }]) => [key, value]);
      const { results } = await job.run(
        { ...Object.fromEntries(defaults), alpha, beta, d, noise: NOISE, ...more },
        seed,
        new Map() as never,
      );
      return results.finalLoss as number;
    };
    expect(await run("loss", { steps: [steps] })).toBe(loss(at(NOISE), { steps: [steps] }).loss[0]);
    const { mean } = await simulate(at(NOISE), { ...options, record: 50 });
    expect(await run("simulate", { steps, members: 8 })).toBe(mean.at(-1));
  });

  it("on the command line", async () => {
    const setting = `--alpha ${alpha} --beta ${beta} --d ${d} --steps ${steps} --noise ${NOISE}`;
    const found = json(`simulate ${setting} --members 8 --seed ${seed} --points 2 --threads 1`);
    expect(found.runs[0].made.parameters.noise).toBe(NOISE);
    const wanted = await simulate(at(NOISE), { ...options, record: [1, steps] });
    expect(found.mean.at(-1)).toBe(wanted.mean.at(-1));
    expect(json(`loss ${setting}`).loss[0]).toBe(loss(at(NOISE), { steps: [steps] }).loss[0]);
    expect(found.theory.at(-1)).toBeCloseTo(json(`loss ${setting}`).loss[0], 9);
  });
});

describe("noise is σ² in the dynamical model", () => {
  // more samples than modes: late, only noise is left, over 1 − M/P
  const [M, P, LATE] = [20, 80, 1e9];
  const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });
  const problem = { spectrum, modes: M, P, noise: NOISE };
  const floor = NOISE / (1 - M / P);
  const energy = Array.from({ length: M }, (_, k) => (k + 1) ** -1.8).reduce((sum, c) => sum + c, 0);

  it("in its curves, limits and decomposition", () => {
    const { test, train, limit, decomposition, made } = dynamics(problem, { times: [0, LATE], decompose: true });
    expect(test[0]! / (energy + NOISE)).toBeCloseTo(1, 6);
    expect(test[1]! / floor).toBeCloseTo(1, 6);
    expect(train[1]! / (NOISE * (1 - M / P))).toBeCloseTo(1, 6);
    expect(limit.test / floor).toBeCloseTo(1, 12);
    expect(decomposition!.noise).toBe(NOISE);
    expect(made.parameters.noise).toBe(NOISE);
    // nothing random but fresh samples: what is left is what no training lowers
    expect(dynamics({ spectrum, modes: M, noise: NOISE }, { times: [LATE] }).test[0]! / NOISE).toBeCloseTo(1, 9);
  });

  it("in the best use of compute and of time", () => {
    const { loss: best, made } = computeOptimal({ ...problem, P: Infinity }, { compute: [1e14] });
    expect(best[0]! / NOISE).toBeCloseTo(1, 6);
    expect(made.parameters.noise).toBe(NOISE);
    expect(earlyStopping(problem).limit / floor).toBeCloseTo(1, 9);
    // log L(P) − log L(2P) of the part that noise adds, σ²M/(P−M)
    const { gain } = bottleneck(problem, { time: LATE });
    expect(gain.P).toBeCloseTo(Math.log((2 * P - M) / (P - M)), 5);
  });

  it("in samples seen again", () => {
    const rule = sgd({ eta: 0.05 });
    const { loss: rows, made } = reuse({ spectrum, noise: NOISE, modes: M, unique: [P], epochs: [1, 4], eta: 0.05 });
    const { test } = dynamics({ ...problem, rule }, { times: [P, 4 * P] });
    expect(rows[0]![1]! / test[1]!).toBeCloseTo(1, 5);
    expect(made.parameters.noise).toBe(NOISE);
  });

  it.each([Infinity, P])("in networks trained, by full batches and by SGD, P = %d", async (samples) => {
    for (const rule of [undefined, sgd({ eta: 0.05, batch: 4 })]) {
      const setting = { ...problem, N: 24, P: samples, ...(rule && { rule }) };
      const { test, made } = await simulateDynamics(setting, { times: [0, 40], draws: 24, seed: 2, threads: 1 });
      expect(test.mean[0]! / (energy + NOISE)).toBeCloseTo(1, 9);
      expect(Math.abs(test.deviation[1]!)).toBeLessThan(4);
      expect(made.parameters.noise).toBe(NOISE);
    }
  });

  it("in the job of a sweep", async () => {
    const job = jobs.get("dynamics")!;
    const defaults = Object.entries(job.parameters).map(([key, { default: value = null }]) => [key, value]);
    const given = { a: 1.8, b: 1.4, modes: M, P, noise: NOISE, times: [1, 100] };
    const { results } = await job.run({ ...Object.fromEntries(defaults), ...given }, 0, new Map() as never);
    expect(results.finalTest).toBe(dynamics(problem, { times: [1, 100] }).test[1]);
  });

  it("on the command line, which tells what became of --sigma", () => {
    const setting = `--a 1.8 --b 1.4 --modes ${M} --P ${P} --times 1,100`;
    expect(json(`dynamics ${setting} --noise ${NOISE}`).test[1]).toBe(dynamics(problem, { times: [1, 100] }).test[1]);
    const told = /^isoflop: .*--sigma.*--noise 0\.16/;
    expect(isoflop(`dynamics ${setting} --sigma 0.4`).error).toMatch(told);
    const found = json(`epochs --a 1.8 --b 1.4 --unique 100 --epochs 1,2 --noise ${NOISE}`);
    expect(found.made.parameters.noise).toBe(NOISE);
    expect(isoflop("epochs --a 1.8 --b 1.4 --unique 100 --sigma 0.4").error).toMatch(told);
  });

  it("in the library, which refuses the option it had once", () => {
    const old = { spectrum, sigma: 0.4 };
    expect(() => dynamics(old, { times: [1] })).toThrow("sigma is no longer an option: give noise, the variance σ²");
    expect(() => reuse({ ...old, unique: [100] })).toThrow("give noise");
  });

  it("in addresses of the explorer, old ones too", () => {
    const { values, problems } = read(FIELDS.dynamics, "?view=dynamics&sigma=0.4");
    expect([values.noise, problems]).toEqual([0.4 ** 2, []]);
    expect(write(FIELDS.dynamics, values)).toBe("noise=0.16");
    expect(read(FIELDS.dynamics, "?sigma=0.4&noise=0.5").values.noise).toBe(0.5);
    expect(read(FIELDS.dynamics, "?sigma=11").problems).toHaveLength(1);
  });
});
