// isoflop measure: from files and the built-in examples to a spectrum that the other commands read; and what it refuses.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-measure-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

// features that decay, of a small generator; the target leans on the first ones
let state = 7;
const draw = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
};
const [n, d] = [260, 120];
const X = Array.from({ length: n }, () => Array.from({ length: d }, (_, k) => draw() * (k + 1) ** -0.7));
const y = X.map((row) => row.reduce((sum, x, k) => sum + x * (k + 1) ** -0.3, 0) + 0.1 * draw());
const head = `${Array.from({ length: d }, (_, k) => `x${k}`).join(",")}\n`;
const csv = file("x.csv", head + X.map((row) => row.join(",")).join("\n"));
const targets = file("y.csv", `y\n${y.join("\n")}`);

function npy(name: string, descr: string, shape: string, body: Uint8Array): string {
  const header = `${`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)}\n`;
  return file(name, Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(header), body]));
}

describe("measure", () => {
  it("gives the same from .csv and .npy, and a spectrum that loss, dynamics and bridge read", () => {
    const out = join(folder, "spectrum.csv");
    const found = json(`measure ${csv} --targets ${targets} --samples 200 --out ${out} --out ${join(folder, "m.svg")}`);
    expect(found.samples).toBe(200);
    expect(found.targets[0].name).toBe("y");
    const { variance, energies, beyond, noise } = found.targets[0];
    expect(energies.reduce((sum: number, x: number) => sum + x, 0) + beyond + noise.value).toBeCloseTo(variance, 10);
    expect(found.sample.energies.reduce((sum: number, x: number) => sum + x, 0)).toBeCloseTo(variance, 10);
    expect(readFileSync(join(folder, "m.svg"), "utf8")).toContain("debiased");

    const binary = npy("x.npy", "<f8", `(${n}, ${d})`, new Uint8Array(Float64Array.from(X.flat()).buffer));
    const again = json(
      `measure ${binary} --targets ${npy("y.npy", "<f8", `(${n},)`, new Uint8Array(Float64Array.from(y).buffer))} --samples 200`,
    );
    expect(again.eigenvalues).toEqual(found.eigenvalues);
    expect(again.targets[0].name).toBe("target");

    expect(json(`loss --spectrum ${out} --d 20 --steps 10,100`).loss).toHaveLength(2);
    expect(json(`dynamics --spectrum ${out} --P 100 --times 1,10`).test).toHaveLength(2);
    expect(json(`bridge ${out} --ranks 5:60`).alpha.median).toBeGreaterThan(0);
  });

  it("trains on the data and tells how far off the forecasts are", () => {
    const { status, out } = isoflop(`measure ${csv} --targets ${targets} --samples 200 --verify`);
    expect(status).toBe(0);
    expect(out).toMatch(/tested on 60 rows held out/);
    expect(out).toMatch(/at most [\d.]+ % off over samples and [\d.]+ % over steps/);
  });

  it("reads images and speeches, several targets at once", () => {
    const digits = json("measure --mnist digit --samples 100 --at 60");
    expect(digits.targets).toHaveLength(10);
    expect(digits.kernel).toBe("arc-cosine kernel of depth 1");
    const sum = digits.targets.reduce((total: number, t: { variance: number }) => total + t.variance, 0);
    expect(digits.sample.energies.reduce((total: number, x: number) => total + x, 0)).toBeCloseTo(sum, 10);
    // of ten digits, each about a tenth
    expect(sum).toBeGreaterThan(0.8);
    expect(json("measure --sotu --samples 150 --at 60").targets[0].name).toBe("vowel");
  });

  it.each([
    ["", /give FEATURES and --targets, or one of --mnist and --sotu/],
    [csv, /give --targets/],
    [`${csv} --targets ${targets} --samples 20`, /--samples must be from 50 to 8000, got 20/],
    [`${csv} --targets ${targets} --samples 9000`, /--samples must be from 50 to 8000/],
    [`${csv} --targets ${targets} --samples 261`, /--samples 261: the features have 260 rows/],
    [
      `${csv} --targets ${targets} --samples 250 --verify`,
      /--verify needs at least 50 rows beyond.*--samples 208 or fewer/,
    ],
    [`${csv} --targets ${targets} --ridge 0`, /--ridge must be greater than 0/],
    [`${csv} --targets ${targets} --kernel rbf`, /--kernel.*linear, arccos/],
    ["--mnist letters", /--mnist must be parity or digit/],
    [`${join(folder, "no.npy")} --targets ${targets}`, /no.npy cannot be read \(ENOENT\)/],
    [`${csv} --targets ${file("short.csv", "y\n1\n2\n")}`, /short.csv has 2 rows, .*x.csv has 260/],
    [`${csv} --targets ${file("same.csv", `y\n${y.map(() => 2).join("\n")}`)}`, /targets must vary/],
    [`${file("nan.csv", "a,b\n1,2\n3,nan\n")} --targets ${targets}`, /nan.csv: .*row 2, column "b"/],
    [`${npy("int.npy", "<i8", "(2, 2)", new Uint8Array(32))} --targets ${targets}`, /int.npy: holds integers/],
    [
      `${npy("cut.npy", "<f8", "(5, 5)", new Uint8Array(32))} --targets ${targets}`,
      /cut.npy: truncated: 5 × 5 numbers need 200 bytes, 32 are there/,
    ],
  ])("refuses %s", (line, message) => {
    const { status, error, out } = isoflop(`measure ${line}`);
    expect(error.trim()).toMatch(message);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(out).toBe("");
    expect(status).toBe(2);
  });
});
