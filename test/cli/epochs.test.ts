import { describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

describe("isoflop batch", () => {
  it("gives steps and samples of each batch and loss, and the critical batch", () => {
    const found = json("batch --a 1.8 --b 1.4 --loss 0.3,0.1,0.05 --batch 1,16 --noise 0.01");
    expect(found.steps).toHaveLength(3);
    expect(found.samples[1][1]).toBe(16 * found.steps[1][1]);
    expect(found.critical[0]).toBe(found.leastSamples[0] / found.leastSteps[0]);
    expect(found.made.parameters).toMatchObject({ noise: 0.01, batches: [1, 16] });
    const { out } = isoflop("batch --a 1.8 --b 1.4 --loss 0.3,0.1,0.05 --batch 1,16");
    expect(out).toMatch(/critical B/);
    expect(out).toMatch(/S_min ∝ \(L − L_∞\)\^−1\./);
  });

  it("refuses a loss that no training reaches, in one line", () => {
    const { status, error } = isoflop("batch --a 1.8 --b 1.4 --loss 0.1 --noise 0.2");
    expect([status, error.trim().split("\n").length]).toEqual([2, 1]);
    expect(error).toContain("must be between 0.2000");
  });
});

describe("isoflop epochs", () => {
  it("finds the best N, steps and epochs at budgets of compute", () => {
    const line = "epochs --a 1.8 --b 1.4 --unique 100,1000 --compute 1e4,1e5";
    const found = json(line);
    expect(found.epochs[0][1]).toBeGreaterThan(found.epochs[1][1]);
    expect(found.N[0][1] * found.steps[0][1]).toBeCloseTo(1e5, 4);
    expect(isoflop(line).out).toMatch(/best N/);
    expect(isoflop(`${line} --N 10`).error).toContain("--N does not go with --compute");
  });

  it("tells what helps more all over the plane", () => {
    const line = "epochs --a 1.8 --b 1.4 --unique 10:1000:4 --compute 1e3:1e7:5 --plane";
    const found = json(`${line} --threads 1`);
    expect(found.helps).toHaveLength(4);
    expect(found.helps[0][4]).toBe("samples");
    expect(found.helps[3][0]).toBe("epochs");
    expect(found.loss[0]).toHaveLength(5);
    expect(isoflop(line).out).toMatch(/more of +of the plane/);
    expect(isoflop("epochs --a 1.8 --b 1.4 --unique 10:1000:4 --plane").error).toContain("--plane takes --compute");
    const { status, error } = isoflop(`${line} --eta 9`);
    expect([status, error.trim().split("\n").length]).toEqual([2, 1]);
  });

  it("gives its fields", () => {
    const found = json("epochs --a 1.8 --b 1.4 --unique 100,300,1000 --eta 0.2");
    expect(found.unique).toEqual([100, 300, 1000]);
    expect(found.epochs).toEqual([1, 2, 4, 8, 16, 32, 64]);
    // 0.86 and 4.91 with the sum over modes cut at 1e8; a little less without
    expect(found.reuse[0][0]).toBeCloseTo(0.858, 2);
    expect(found.plateau[2]).toBeCloseTo(12.6, 1);
    expect(found.fit.plateau.exponent.value).toBeCloseTo(found.predicted, 1);
    expect(found.halfLife).toHaveLength(3);
  });

  it.each([
    ["epochs --a 1.8 --b 1.4 --unique 0.5", "--unique[0] must be at least 1"],
    ["epochs --a 1.8 --b 1.4 --unique 10 --epochs 0.25 --batch 4", "--epochs must be at least one step of 4"],
    ["epochs --a 1.8 --b 1.4 --unique 10 --sigma -1", "Use --noise"],
    ["epochs --a 1.8 --b 1.4 --unique 10 --noise -1", "--noise must be at least 0"],
    ["epochs --a 1.8 --b 1.4 --unique 10 --eta 5", "--eta must be below"],
    ["epochs --a 1.8 --b 1.4 --unique 9:99:3 --compute 1e4 --plane", "--compute must have at least 3"],
    ["epochs --a 1.8 --b 1.4 --unique 9:99:3 --compute 1e3:1e5:3 --plane --eta 5", "--eta must be below"],
    [
      "dynamics --a 1.8 --b 1.4 --P 10 --rule sgd --eta .1 --batch 20 --sampling batch --times 1",
      "--batch must be at most P",
    ],
    ["dynamics --a 1.8 --b 1.4 --P 10 --rule sgd --eta 5 --times 1", "--eta must be below"],
    ["dynamics --a 1.8 --b 1.4 --P 0.5 --rule sgd --eta .1 --times 1", "--P must be at least 1"],
    ["dynamics --a 1.8 --b 1.4 --P 10 --rule sgd --eta .1 --times 0.5", "must be a whole number"],
  ])("refuses %s in one line", (line, message) => {
    const { status, error } = isoflop(line);
    expect([status, error.trim().split("\n").length]).toEqual([2, 1]);
    expect(error).toContain(message);
  });

  it("refuses what is no epoch in one line", () => {
    const { status, error } = isoflop("epochs --a 1.8 --b 1.4 --unique 10 --epochs 0.01");
    expect(status).not.toBe(0);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(error).toContain("epochs must be at least one step");
  });
});
