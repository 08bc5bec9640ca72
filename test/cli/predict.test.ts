// compare and predict as a user runs them, on the example's runs.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

const RUNS = "examples/runs.csv";

describe("compare and predict", () => {
  it("compare: every law with its errors beyond the runs, heaviest first", () => {
    const { laws, tested } = json(`compare ${RUNS}`);
    expect(laws.map(({ name }: { name: string }) => name).sort()).toEqual(["chinchilla", "coupled", "kaplan", "tied"]);
    expect(laws.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(Object.keys(laws[0].heldOut)).toEqual(["3", "10", "30"]);
    expect(laws[0].weight).toBeGreaterThanOrEqual(laws[1].weight);
    expect([1, 3, 10, 30]).toContain(tested);
    expect(isoflop(`compare ${RUNS}`).out).toMatch(/L = E \+ A\/N\^α \+ B\/D\^β; E /);
  });

  it("predict: a loss inside its interval, and a word where it reaches further than was tested", () => {
    const { points, warnings } = json(`predict ${RUNS} --N 7B,70B,1e15 --D 1.4T`);
    expect(points.map(({ N, D }: { N: number; D: number }) => [N, D])).toEqual([
      [7e9, 1.4e12],
      [70e9, 1.4e12],
      [1e15, 1.4e12],
    ]);
    for (const { low, loss, high } of points) {
      expect(low).toBeLessThan(loss);
      expect(loss).toBeLessThan(high);
    }
    expect(warnings.join()).toMatch(/tested/);
  });

  it("predict --at: a table of models in whatever columns and units, the same as by options", () => {
    const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
    const file = join(folder, "points.csv");
    writeFileSync(file, "name;Params (B);tokens\nsmall;7;1,4T\nlarge;70;1,4T\n");
    const { points } = json(`predict ${RUNS} --at ${file}`);
    expect(points).toEqual(json(`predict ${RUNS} --N 7e9,70e9 --D 1.4e12`).points);
    // the largest run of the example has 1.93e9 parameters and 4.13e9 tokens at least, D/N 2 to 504
    const table = readFileSync(RUNS, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split(",").map(Number));
    const most = Math.max(...table.map(([N]) => N!));
    const ratio = Math.max(...table.map(([N, D]) => D! / N!));
    expect(points[1].beyondN).toBeCloseTo(70e9 / most, 9);
    expect(json(`predict ${RUNS} --N 1e8 --D 1e14`).points[0].beyondRatio).toBeCloseTo(1e6 / ratio, 6);
    expect(points[0].beyondRatio).toBe(1);
    writeFileSync(file, "params,loss\n7e9,2\n");
    expect(isoflop(`predict ${RUNS} --at ${file}`).error).toMatch(
      /points.csv: two of parameters, tokens and flops are needed: found "params", "loss";/,
    );
    writeFileSync(file, "params,tokens\n7e9,=HYPERLINK(1)\n");
    expect(isoflop(`predict ${RUNS} --at ${file}`).error).toMatch(/row 2, column "tokens": a number is needed/);
    rmSync(folder, { recursive: true });
  });

  it("refuse in one line", () => {
    expect(isoflop(`predict ${RUNS} --N 7B`).error).toBe(
      "isoflop: give --N and --D, the parameters and tokens of the models, or --at with a table of them\n",
    );
    expect(isoflop(`predict ${RUNS} --N 1e9,2e9,3e9 --D 1e9,2e9`).error).toMatch(
      /as many, or one of them a single value; got 3 and 2/,
    );
    expect(isoflop(`compare ${RUNS} --laws hoffmann`).error).toMatch(
      /law must be one of chinchilla, tied, coupled, kaplan/,
    );
    expect(isoflop(`predict ${RUNS} --N 1e9 --D 1e9 --laws tied`).status).toBe(0);
    expect(isoflop(`compare ${RUNS} --laws tied,tied`).status).toBe(2);
  });
});
