// isoflop train: from data to a table that fit reads; and what it refuses.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, rows: readonly (readonly (number | string)[])[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => row.join(",")).join("\n"));
  return path;
}

// features of a small generator; the target is a product of two
let state = 7;
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
};
const X = Array.from({ length: 420 }, () => Array.from({ length: 8 }, draw));
const head = X[0]!.map((_, k) => `x${k}`);
const features = file("x.csv", [head, ...X]);
const targets = file("y.csv", [["y"], ...X.map((row) => [3 * row[0]! * row[1]! + row[2]!])]);
const classes = file("c.csv", [["a", "b"], ...X.map((row) => (row[0]! * row[1]! > 0 ? [1, 0] : [0, 1]))]);
const task = `train --task ${features} --targets ${targets}`;

describe("train", () => {
  it("gives a table of runs from which fit goes on", () => {
    const [table, drawn] = [join(folder, "runs.csv"), join(folder, "runs.svg")];
    const options = "--widths 2,4,8,16,32,64 --samples 400 --tested 20 --steps 1600 --batch 4 --ensemble 2";
    const found = json(`${task} ${options} --out ${table} --out ${drawn}`);
    expect(found.runs.map(({ parameters }: { parameters: number }) => parameters)).toEqual(
      [2, 4, 8, 16, 32, 64].map((width) => 9 * width),
    );
    const { loss, flops } = found.runs[5];
    expect(loss.at(-1)).toBeLessThan(0.2 * found.start);
    expect(flops.at(-1)).toBe(6 * 9 * 64 * 6400);
    expect(found.exponents.time).toHaveLength(6);
    const [names, first] = readFileSync(table, "utf8").split("\n");
    expect(names).toBe("run,width,parameters,tokens,loss,step,training,deviation");
    expect(first).toMatch(/^2\/1,2,18,4,/);
    expect(readFileSync(drawn, "utf8")).toContain("Deviation from N = 64");
    // every run's late part: the first steps are no power law yet
    const late = "--units N=1,D=1 --window 1e5:1e9 --bootstrap 20 --starts projection";
    const fitted = json(`fit ${table} ${late}`);
    expect(fitted.alpha).toBeGreaterThan(0);
    expect(fitted.beta).toBeGreaterThan(0);
  });

  it("learns classes by cross-entropy, and leaves no checkpoint behind", () => {
    const out = join(folder, "classes.json");
    const words = `train --task ${features} --targets ${classes} --loss-function entropy --widths 32 --batch 4 --steps 500`;
    const { status, out: said } = isoflop(`${words} --param lazy --depth 2 --ensemble 1 --out ${out}`);
    expect(status).toBe(0);
    expect(said).toContain("2 hidden layers, lazy, cross-entropy");
    expect(said).toContain("(no interval)");
    const found = JSON.parse(readFileSync(out, "utf8"));
    expect(found.start).toBeCloseTo(Math.log(2), 6);
    expect(found.runs[0].loss.at(-1)).toBeLessThan(found.start);
    expect(existsSync(`${out}.checkpoint`)).toBe(false);
  });

  it("stops at a step that is too large, and says so", () => {
    const { status, error, out } = isoflop(`${task} --widths 16,32 --eta 100 --ensemble 2 --csv`);
    expect(status).toBe(1);
    expect(error).toMatch(/^isoflop: 2 of 2 networks of width 16 diverged, the first at step \d+: lower --eta\n$/);
    expect(out).toContain("inf");
  });

  const two = file("two.csv", [["y"], [1], [2]]);
  const broken = file("nan.csv", [head, ...X.map((row, i) => (i === 4 ? row.map(() => Number.NaN) : row))]);
  it.each([
    ["train --task mnist:colour", "--task mnist: must be parity or digit"],
    [`train --task ${features}`, "give --targets: what is to be learnt of each row of"],
    ["train --task mnist --targets y.csv", "--targets goes with a file of features"],
    [`train --task ${broken} --targets ${targets}`, "row 5, column"],
    [`${task} --samples 400 --tested 100`, "need 500 rows, there are 420: give fewer"],
    [`train --task ${two} --targets ${two}`, "has 2 rows: two to train on and 20 to test on are needed"],
    [`${task} --ensemble 0`, "--ensemble must be at least 1"],
    [`${task} --param lazy --richness 2`, "--richness goes with --param mup"],
    [`${task} --widths 16384 --depth 3`, "--widths must be such that a network fits into 4 GB"],
  ])("%s: %s", (line, message) => {
    const { status, error } = isoflop(line);
    expect(status).toBe(2);
    expect(error).toContain(message);
    expect(error.trim().split("\n")).toHaveLength(1);
  });
});
