// isoflop simulate: its fields, and that neither Ctrl-C nor kill −9 changes a number of what is printed in the end.
import { describe, expect, it } from "vitest";
import { interruptAndCompare } from "./interrupted.ts";
import { isoflop, json } from "./run.ts";

it("takes sign SGD by its definition, with batches and averages that the theory has not, and says what is amiss", () => {
  const line = "simulate --alpha 0.7 --beta 0.9 --d 15 --steps 300 --members 4 --points 4 --optimizer";
  const { out } = isoflop(`${line} sign`);
  expect(out).toContain("d = 15: the theory of sign SGD is for large d");
  expect(out).toContain("d = 15: eta = 0.135296 is large for 300 steps");
  for (const more of ["sign:0.9", "sign --batch 4"]) {
    const { theory } = json(`${line} ${more} --eta 0.01`);
    expect(theory.every((x: number | null) => x === null)).toBe(true);
  }
  expect(isoflop(`${line} sign:0.9`).out).toContain("d = 15 ends above where it began");
});

describe("simulate", () => {
  const line = "simulate --alpha 0.7 --beta 0.7 --d 30,60 --steps 500 --members 6";

  it("gives its fields, row by row", () => {
    const found = json(`${line} --points 5 --threads 1`);
    expect(found.d).toEqual([30, 30, 30, 30, 30, 60, 60, 60, 60, 60]);
    for (const name of [
      "steps",
      "flops",
      "mean",
      "stderr",
      "low",
      "median",
      "high",
      "theory",
      "expected",
      "deviation",
    ]) {
      expect(found[name]).toHaveLength(10);
      expect(found[name].every(Number.isFinite)).toBe(true);
    }
    expect(found.runs).toHaveLength(2);
    expect(found.runs[0]).toMatchObject({ d: 30, v: 120, members: 6, draws: 6, stats: { converged: true } });
    expect(found.runs[1].made.seed).toBe(1);
  });

  it("prints means beside the theory, and the deviations in standard errors", () => {
    const { status, out } = isoflop(`${line} --seed 2`);
    expect(status).toBe(0);
    expect(out).toContain("largest deviation over all recorded steps, in standard errors");
    expect(out).toMatch(/from the theory +from the exact expectation for these W/);
  });

  it("takes other laws of the data, without an expectation", () => {
    const found = json(`${line} --method dense --distribution student:5 --points 3`);
    expect(found.expected).toEqual(found.expected.map(() => null));
    expect(found.runs[0].deviation.expected).toBeNull();
  });

  it("runs in f32, near f64, where the method is dense", () => {
    const [f64, f32] = ["f64", "f32"].map((precision) =>
      json(`${line} --method dense --precision ${precision} --points 3 --threads 1`),
    );
    expect(f32.runs[0].made.parameters.precision).toBe("f32");
    f32.mean.forEach((P: number, i: number) => {
      expect(P).not.toBe(f64.mean[i]);
      expect(P / f64.mean[i] - 1).toBeCloseTo(0, 5);
    });
  });

  it("trains by any optimiser, schedule and ramp, and sees their samples", () => {
    const more = "--points 5 --optimizer heavy-ball:0.8 --schedule cosine --horizon 600 --ramp 0:1,100:2 --noise 0.1";
    const found = json(`${line} ${more} --threads 1`);
    expect(found.runs[0].made.parameters).toMatchObject({
      ...{ horizon: 600, noise: 0.1 },
      optimizer: {
        kind: "heavy-ball",
        momentum: 0.8,
        schedule: { kind: "cosine" },
        batch: ["0,1", "100,2"].map((p) => p.split(",").map(Number)),
      },
    });
    expect(found.flops[4]).toBe(30 * (100 + 2 * 400));
    // the same theory as `isoflop loss` prints
    const theory = json(
      "loss --alpha 0.7 --beta 0.7 --d 30 --steps 500 --optimizer heavy-ball:0.8 --schedule cosine --horizon 600 --ramp 0:1,100:2 --noise 0.1",
    );
    expect(found.theory[4]).toBeCloseTo(theory.loss[0], 9);
    expect(found.expected[4] / theory.loss[0]).toBeGreaterThan(0.5);
    expect(found.expected[4] / theory.loss[0]).toBeLessThan(2);
    expect(
      found.runs.every(({ deviation }: { deviation: { expected: number } }) => Math.abs(deviation.expected) < 10),
    ).toBe(true);
  });

  it.each([
    ["--optimizer heavy-ball:1", 2, /momentum must be below 1, got 1/],
    ["--optimizer adam", 2, /an optimizer is sgd, heavy-ball:μ/],
    [
      "--optimizer dana:constant,strength=90",
      2,
      /the steps at r = \d+ must be below .* for the loss to converge there/,
    ],
    ["--ramp 0:1,200:99", 2, /the step at r = 200 must be below .* for a batch of 99/],
    ["--ramp 5:1", 2, /a batch ramp must begin at step 0/],
    ["--ramp 1,2", 2, /a ramp is STEP:B,STEP:B,…, as 0:1,1000:4, got "1,2"/],
    ["--optimizer heavy-ball:0.5 --ramp 0:900 --force", 1, /6 of 6 members diverged at d = 30/],
    ["--step-fraction 5", 2, /gamma must be below .* the largest stable step/],
    ["--distribution uniform", 2, /use dense/],
    ["--method dense --distribution cauchy", 2, /Expected normal, rademacher, uniform or student:ν/],
    ["--precision f32", 2, /precision must be "f64" for the spectral method, got "f32": use dense/],
    ["--step-fraction 20 --force", 1, /6 of 6 members diverged at d = 30, the first at step \d+: lower the step/],
  ])("%s: one line, status %i", (more, wanted, message) => {
    const { status, error } = isoflop(`${line} ${more} --quiet`);
    expect(status).toBe(wanted);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(error).toMatch(message);
  });
});

it("an interrupted simulation continues to the same numbers after kill −9 and after Ctrl-C, and cleans up", async () => {
  await interruptAndCompare("simulate --alpha 0.7 --beta 0.7 --d 64 --steps 800000 --members 4 --draws 2 --points 9");
});

describe("spectrum --sampled", () => {
  it("counts the eigenvalues of each draw, and the target's energy at them", () => {
    const found = json("spectrum --alpha 0.7 --beta 0.7 --d 40 --sampled 30 --threads 1");
    const { edges, count, energy } = found.histogram;
    expect(edges).toHaveLength(count.length + 1);
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(count)).toBeCloseTo(40, 10);
    // all of P(0) but the floor
    const P0 = Array.from({ length: 160 }, (_, j) => (j + 1) ** -2.8).reduce((a, b) => a + b, 0);
    expect(sum(energy) / (P0 - found.F0)).toBeCloseTo(1, 2);
  });
});
