// `noise` is σ², the variance of the label noise, whichever way one comes: every route at one setting.

import { describe, expect, it } from "vitest";
import { compareSchedules, constant, expected, loss, plrf, powerLaw, simulate } from "../src/index.ts";
import { jobs } from "../src/sweep/jobs.ts";
import { json } from "./cli/run.ts";

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
