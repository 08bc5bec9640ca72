// The command line's own small parts: values in, values out.

import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { list, number, range, wholeList } from "../../src/cli/options.ts";
import { duration } from "../../src/cli/progress.ts";
import { table } from "../../src/cli/table.ts";
import { toCsv } from "../../src/figures/csv.ts";
import { toJson } from "../../src/figures/json.ts";
import { readable, withError } from "../../src/numbers.ts";
import { besides, replaceBy, replaceFile } from "../../src/replace.ts";
import { isoflop, isoflopProcess, MAIN } from "./run.ts";

describe("option values", () => {
  it("reads numbers as people write them", () => {
    expect(["1e8", "-0.5", "−0.5", " 3 ", "inf", "-inf"].map(number)).toEqual([
      1e8,
      -0.5,
      -0.5,
      3,
      Infinity,
      -Infinity,
    ]);
    for (const bad of ["", "x", "1e", "nan", "1,2"]) expect(() => number(bad)).toThrow("Expected a number");
  });

  it("reads lists and ranges", () => {
    expect([...list("1,2.5,1e3")]).toEqual([1, 2.5, 1000]);
    const five = list("1:1e4:5");
    for (const [i, value] of five.entries()) expect(value / 10 ** i).toBeCloseTo(1, 12);
    expect(list("2:7").length).toBe(50);
    expect([list("1:3:2").at(0), list("1:3:2").at(-1)]).toEqual([1, 3]);
    expect([...wholeList("1:8:20")]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(range("1e8:1e20")).toEqual([1e8, 1e20]);
    for (const bad of ["", "1,,2", "1:2:3:4", "5:1", "0:1", "1:inf", "1:10:1", "1:10:2.5"])
      expect(() => list(bad), bad).toThrow();
    for (const bad of ["1", "1:2:3", "2:1"]) expect(() => range(bad), bad).toThrow("LO:HI");
  });
});

describe("output", () => {
  it("JSON keeps typed arrays, NaN and infinities readable", () => {
    const value = { a: Float64Array.of(1, Number.NaN), v: Infinity, n: null };
    expect(JSON.parse(toJson(value))).toEqual({ a: [1, null], v: "inf", n: null });
  });

  it("CSV keeps every digit and quotes what needs it", () => {
    expect(toCsv({ x: Float64Array.of(0.1 + 0.2, Number.NaN), "a,b": ["x", 'say "y"'] })).toBe(
      'x,"a,b"\n0.30000000000000004,x\n,"say ""y"""\n',
    );
  });

  it("CSV runs nothing in a spreadsheet", () => {
    const texts = ["=1+1", "+x", "-2", "@SUM(A1)", "\tx", "\r=1", "-inf", "a=b"];
    expect(toCsv({ "=cmd|' /C calc'!A0": texts })).toBe(
      "'=cmd|' /C calc'!A0\n'=1+1\n'+x\n-2\n'@SUM(A1)\n'\tx\n\"'\r=1\"\n'-inf\na=b\n",
    );
    expect(toCsv({ y: Float64Array.of(-1, -Infinity) })).toBe("y\n-1\n-inf\n"); // numbers are numbers
  });

  it("numbers are readable", () => {
    expect([0.64286, 1234.4, 1.2345e-5, 1.5e8, 0, Infinity, Number.NaN, 12].map((x) => readable(x))).toEqual([
      "0.6429",
      "1234",
      "1.234e-5",
      "1.500e8",
      "0",
      "∞",
      "–",
      "12.00",
    ]);
    expect(withError({ value: 0.50123, stderr: 0.00123 })).toBe("0.50123 ± 0.00123");
    expect(withError({ value: 0.0099912, stderr: 1.2e-6 })).toBe("0.009991 ± 0.000001");
    expect(withError({ value: 0.5, stderr: 3e-15 })).toBe("0.500000000000 ± 3e-15");
    expect(withError({ value: 0.5, stderr: 0 })).toBe("0.50000 ± 0.00000");
    expect([850, 75_000, 7_300_000].map(duration)).toEqual(["1 s", "1 min 15 s", "2 h 1 min"]);
  });

  it("tables are aligned", () => {
    const lines = table([
      { title: "f", values: [1, 10] },
      { title: "name", values: ["a", "bcdef"] },
    ]).split("\n");
    expect(lines.map((line) => line.trimEnd())).toEqual(["      f   name", "  1.000   a", "  10.00   bcdef"]);
  });
});

describe("--out", () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-out-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const phase = (out: string) => isoflop(`phase --alpha 1 --beta 1 --out ${out}`);

  it("replaces a file whole, keeps its mode, and what a link leads to", () => {
    const [file, link] = [join(folder, "a.json"), join(folder, "link.json")];
    writeFileSync(file, "old", { mode: 0o640 });
    symlinkSync(file, link);
    expect(phase(link).status).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).toBeTypeOf("object");
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(["a.json", "link.json"]);
  });

  it.skipIf(process.platform === "win32")("is tried without harm: dangling links, pipes, devices, folders", () => {
    const at = (name: string) => join(folder, name);
    symlinkSync(at("nothing"), at("dangling.csv"));
    symlinkSync("/dev/full", at("full.csv"));
    execFileSync("mkfifo", [at("pipe.csv")]);
    mkdirSync(at("folder.csv"));
    const before = readdirSync(folder).sort();
    for (const [name, message] of [
      ["dangling.csv", "is a link to a file that is not there: remove it, or choose another place"],
      ["full.csv", "is no regular file: write to stdout with --csv or --json, and send that there"],
      ["pipe.csv", "is no regular file: write to stdout with --csv or --json, and send that there"],
      ["folder.csv", "is a folder: give a file in it"],
    ] as const)
      expect(phase(at(name))).toEqual({ status: 2, out: "", error: `isoflop: --out ${at(name)} ${message}\n` });
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it.skipIf(!existsSync("/dev/full"))("says that stdout is full", () => {
    const full = openSync("/dev/full", "w");
    const stdio = ["ignore", full, "pipe"] as const;
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "phase", "--alpha", "1", "--beta", "1"], {
      stdio: [...stdio],
    });
    closeSync(full);
    expect([status, String(stderr)]).toEqual([
      1,
      "isoflop: stdout cannot be written (ENOSPC): make room, or send it elsewhere\n",
    ]);
  });

  it("leaves the old file where the new one cannot be written", () => {
    const file = join(folder, "kept.json");
    writeFileSync(file, "old");
    const fail = (part: string) => {
      writeFileSync(part, "half of the n");
      throw new Error("ENOSPC");
    };
    expect(() => replaceBy(file, fail)).toThrow("ENOSPC");
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("removes what a process that was killed has left, and nothing of others", () => {
    const place = mkdtempSync(join(tmpdir(), "isoflop-left-"));
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const mine = besides(join(place, "x.json")); // of a process that lives
    const left = mine.replace(`-${process.pid}-`, `-${pid}-`);
    const elsewhere = left.replace("/.isoflop-", "/.isoflop-another.");
    for (const part of [mine, left, elsewhere]) writeFileSync(part, "half of the n");
    replaceFile(join(place, "x.json"), "new");
    expect(readdirSync(place).map((name) => join(place, name)).sort()).toEqual([mine, elsewhere, join(place, "x.json")].sort()); // biome-ignore format: one line
    rmSync(place, { recursive: true });
  });
});

it.each([
  "phase --alpha 0.7 --beta 0.7",
  "simulate --alpha 0.7 --beta 0.7 --d 10 --steps 20 --members 2 --threads 2 --json",
  "schedule --alpha 2 --beta 1.2 --budget 1e8 --compare optimal",
  "phase --alpha 0 --beta 0.7",
  "loss --help",
])("the tests' kept thread says what a process says: isoflop %s", (line) => {
  const own = isoflopProcess(line);
  const seconds = /"seconds":[\d.]+/g;
  expect({ ...isoflop(line), out: isoflop(line).out.replace(seconds, "") }).toEqual({
    ...own,
    out: own.out.replace(seconds, ""),
  });
});
