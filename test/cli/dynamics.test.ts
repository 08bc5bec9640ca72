// isoflop dynamics: its stable fields, its files, measured spectra, and what it says to bad input.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { sgd } from "../../src/theory/training/optimizer.ts";
import { linear } from "../../src/theory/training/schedule.ts";
import { isoflop, json } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
const file = (name: string, text?: string) => {
  const path = join(folder, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe("isoflop dynamics", () => {
  it("gives times, test and train, with the values of the worked example", () => {
    const found = json(
      "dynamics --a 1.8 --b 1.4 --modes 1000 --N 128 --P 256 --noise 0.01 --times 1,100,1e4 --reference",
    );
    expect(found.times).toEqual([1, 100, 10000]);
    expect(found.test[1]).toBeCloseTo(0.129408072969, 11);
    expect(found.train[1]).toBeCloseTo(0.083214879971, 11);
    expect(found.curves[0].earlyStopping.time).toBeGreaterThan(10);
    expect(found.made.parameters).toMatchObject({ noise: 0.01, accuracy: "reference", modes: 1000 });
  });

  it("takes lists of N and P, infinite ones among them", () => {
    const { curves, test } = json("dynamics --a 1.8 --b 1.4 --N 100,inf --P 50,100 --times 1e-1:1e6:5 --decompose");
    expect(curves.map(({ N, P }: { N: number | string; P: number }) => [N, P])).toEqual([
      [100, 50],
      [100, 100],
      ["inf", 50],
      ["inf", 100],
    ]);
    expect(curves[1].limit.test).toBe("inf");
    const { decomposition } = curves[0];
    const sum = ["bias", "features", "data", "both"].reduce((total, part) => total + decomposition[part][4], 0);
    expect(sum + decomposition.noise).toBeCloseTo(test[4], 10);
  });

  it("says when to stop and what to double first", () => {
    const { out } = isoflop("dynamics --a 1.8 --b 1.4 --N 256 --P 1000 --noise 0.25 --times 1:1e6:5");
    expect(out).toMatch(/to double first at t = 1e6/);
    expect(
      out
        .trim()
        .split("\n")
        .find((line) => line.startsWith("  256 ")),
    ).toMatch(/ P$/);
  });

  it("trains networks beside the theory", () => {
    const line = "dynamics --a 1.8 --b 1.4 --modes 80 --N 12 --P 20 --times 1,10 --simulate 4 --threads 1 --seed 5";
    const { curves } = json(line);
    expect(curves[0].simulated.draws).toBe(4);
    expect(curves[0].simulated.test.mean).toHaveLength(2);
    expect(json(line).curves[0].simulated).toEqual(curves[0].simulated);
  });

  it("draws every panel", () => {
    const svg = file("all.svg");
    const { status } = isoflop(
      `dynamics --a 3 --b 1.5 --N 64 --P 200 --times 1:1e4:4 --show loss,gap,sizes,width,optimal --out ${svg} --quiet`,
    );
    expect(status).toBe(0);
    const text = readFileSync(svg, "utf8").replace(/<[^>]+>/g, " ");
    for (const title of ["Loss over training", "Gap between", "t = ∞", "infinite width", "Best loss", "often quoted"])
      expect(text).toContain(title);
  });

  it("trains by SGD under a schedule and a ramp, as the library does", () => {
    const how = "--a 1.8 --b 1.4 --modes 60 --N 40 --P 60 --noise 0.05 --rule sgd --eta 0.3";
    const svg = file("scheduled.svg");
    const found = json(`dynamics ${how} --schedule linear --ramp 0:1,40:4 --horizon 200 --times 10,100 --simulate 4`);
    const { test, train } = dynamics(
      {
        spectrum: sourceCapacity({ a: 1.8, b: 1.4 }),
        modes: 60,
        N: 40,
        P: 60,
        noise: 0.05,
        rule: sgd({ eta: 0.3, batch: [[0, 1], [40, 4]], schedule: linear() }), // biome-ignore format: one line
      },
      { times: [10, 100], horizon: 200 },
    );
    expect(found.test).toEqual([...test]);
    expect(found.train).toEqual([...train]);
    expect(found.curves[0].simulated.test.mean).toHaveLength(2);
    expect(found.curves[0].earlyStopping).toBeUndefined();
    expect(found.made.parameters).toMatchObject({ horizon: 200, rule: { schedule: { kind: "linear" } } });
    // a file of one multiple a step has its own form
    const steps = file("steps.csv", Array.from({ length: 20 }, (_, r) => (20 - r) / 20).join("\n"));
    const listed = json(`dynamics ${how} --schedule ${steps} --times 5,20`);
    json(`dynamics ${how} --schedule linear --times 5,20`).test.forEach((L: number, i: number) => {
      expect(listed.test[i]).toBeCloseTo(L, 12);
    });
    expect(
      isoflop(`dynamics ${how} --schedule linear --ramp 0:1,40:4 --times 1:200:5 --out ${svg} --quiet`).status,
    ).toBe(0);
    const text = readFileSync(svg, "utf8").replace(/<[^>]+>/g, "");
    expect(text).toMatch(/linear\s*schedule/); // the line is broken there
    expect(text).toContain("B = 1 from r = 0, 4 from r = 40");
  });

  it("reads a measured spectrum and fits its tails", () => {
    const rows = Array.from({ length: 400 }, (_, k) => `${2 * (k + 1) ** -1.5},${(k + 1) ** -2.2}`);
    const path = file("spectrum.csv", `eigenvalue,energy\n${rows.join("\n")}\n`);
    const { tail, test } = json(`dynamics --spectrum ${path} --N 50 --P inf --times 1,100`);
    expect(tail.a.value).toBeCloseTo(2.2, 1);
    expect(tail.b.value).toBeCloseTo(1.5, 1);
    expect(tail.window).toEqual([10, 200]);
    expect(tail.a.stderr).toBeGreaterThan(0);
    expect(test[1]).toBeLessThan(test[0]);
  });

  it.each([
    ["--a 1.8", "give a spectrum: --a and --b, or --spectrum FILE"],
    ["--a 1.8 --b 1.4 --N 50 --rule gradient-descent --eta 3", "the largest stable step here"],
    ["--a 1.8 --b 1.4 --rule heavy-ball", "needs a step size: --eta"],
    ["--a 1.8 --b 1.4 --eta 3", "--eta goes with --rule"],
    ["--a 1.8 --b 1.4 --schedule cosine", "--schedule goes with --rule sgd"],
    ["--a 1.8 --b 1.4 --rule heavy-ball --eta 0.1 --ramp 0:1,5:2", "--ramp goes with --rule sgd"],
    ["--a 1.8 --b 1.4 --rule sgd --eta 0.1 --schedule optimal", "--schedule must be one of constant, power"],
    ["--a 1.8 --b 1.4 --rule sgd --eta 0.1 --schedule cosine --horizon 0", "--horizon must be at least 1"],
    ["--a 1.8 --b 1.4 --N 9 --P 9 --rule sgd --eta 3 --schedule linear", "--eta times the schedule must be below"],
    ["--a 1.8 --b 1.4 --rule sgd --eta 0.1 --schedule cosine --show width", "--show width takes one step for ever"],
    ["--a 1.8 --b 1.4 --show gap --out x.svg", "needs a finite --P"],
    ["--a 1.8 --b 1.4 --show what", "--show must be all or some of"],
    ["--a 1.8 --b 1.4 --times -1", "times[0] must be at least 0"],
  ])("refuses %s in one line", (options, message) => {
    const times = options.includes("--times") ? "" : "--times 1";
    const { status, error } = isoflop(`dynamics ${options} ${times}`);
    expect(status).toBe(2);
    expect(error).toContain(message);
    expect(error.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    ["eigenvalue,energy\n1,2\n-1,3\n", 'row 3, column "eigenvalue": a finite number greater than 0 is needed, got -1'],
    ["eigenvalue,energy\n1,2\n0.5,\n", 'row 3, column "energy": a number of at least 0 is needed, got ""'],
    ["eigenvalue,weight\n1,2\n", "no column holds the target's energies (energy, target_energy, c)"],
    ["eigenvalue,energy\n", "the table is empty: give a header and one row per mode"],
  ])("names what is wrong in a spectrum file", (text, message) => {
    const { status, error } = isoflop(`dynamics --spectrum ${file("bad.csv", text)} --times 1`);
    expect(status).toBe(2);
    expect(error).toContain(message);
  });
});
