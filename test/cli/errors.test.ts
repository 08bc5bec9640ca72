// Bad input: exit status 2 and one line that names what was wrong, before any work and without a file left behind.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { isoflop, json, MAIN } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LOSS = "loss --alpha 0.7 --beta 0.7 --d 100 --steps 1,10";
const FRONTIER = "frontier --alpha 0.7 --beta 0.7 --flops 1e8:1e20";

const BAD: readonly [line: string, message: RegExp][] = [
  ["phase --alpha 0 --beta 0.7", /alpha must be greater than 0, got 0/],
  ["phase --alpha -1 --beta 0.7", /alpha must be greater than 0, got -1/],
  ["phase --alpha nan --beta 0.7", /--alpha.*nan.*number/],
  ["phase --alpha inf --beta 0.7", /alpha must be finite/],
  ["phase --beta 0.7", /--alpha.*not specified/],
  ["phase --alpha 0.2 --beta 0.2", /alpha \+ beta must be greater than 1\/2.*0\.4/],
  ["phase --alpha 0.2 --beta 0.2 --out x.svg", /alpha \+ beta|ending/],
  ["frontier --alpha 0.2 --beta 0.2 --flops 1e8:1e20", /alpha \+ beta must be greater than 1\/2/],
  ["diagram --alpha 0:0.2 --beta 0:0.2", /alpha \+ beta must exceed 1\/2/],
  ["diagram --alpha -1:1", /--alpha must not go below 0/],
  ["diagram --corrections 1e16", /add --measured/],
  ["diagram --measured --corrections 1e8,1e9,1e10,1e11", /--corrections takes at most 3 budgets, got 4/],
  ["diagram --size 1", /--size must be at least 2/],
  [`${LOSS} --d 0.5`, /d must be at least 1, got 0\.5/],
  [`${LOSS} --v 50`, /v must be at least d = 100, got 50/],
  [`${LOSS} --gamma 3`, /gamma must be below 0\.488\d+, the largest stable step/],
  [`${LOSS} --gamma 0.1 --step-fraction 0.5`, /--gamma.*cannot be used with.*--step-fraction/],
  [`${LOSS} --batch 1.5`, /--batch.*whole number/],
  [`${LOSS} --steps 10,1`, /steps must increase, got 10 then 1/],
  [`${LOSS} --steps ,`, /--steps.*number/],
  [`${LOSS} --steps -5,1`, /steps\[0\] must be at least 0/],
  [`${LOSS} --steps 1:2:3:4`, /LO:HI:N/],
  [`${LOSS} --method guess`, /--method.*contour/],
  [`${LOSS} --json --csv`, /--json and --csv/],
  ["loss --alpha 0.3 --beta 0.7 --d 100 --v inf --steps 1", /v must be finite where alpha ≤ 1\/2/],
  [`${FRONTIER} --flops 1e8:2e8`, /flops must span at least a factor of 10/],
  [`${FRONTIER} --flops 1:1e4`, /flops must start at/],
  [`${FRONTIER} --flops 1e20:1e8`, /--flops.*LO < HI/],
  [`${FRONTIER} --flops 0:1e8`, /--flops.*0 < LO/],
  [`${FRONTIER} --points 2`, /points must be at least 3/],
  [`${FRONTIER} --step-fraction 50`, /gamma must be below/],
  [`${FRONTIER} --out ${folder}/no/such/x.svg`, /no folder/],
  [`${FRONTIER} --out ${folder}/x.gif`, /ending must be one of \.svg/],
  [`${FRONTIER} --out ${folder}`, /ending must be one of/],
  [`${FRONTIER} --out /proc/x.svg`, /cannot be written/],
  [`${FRONTIER} --foo`, /unknown option '--foo'/],
  [`${FRONTIER} --point 5`, /unknown option '--point'.*--points/],
  [`${FRONTIER} extra`, /too many arguments/],
  ["batch --a 1.8 --b 1.4 --loss 5", /^isoflop: --loss\[0\] must be between 0\.000/],
  ["plan runs.csv --budget -1", /--budget.*above 0, got -1/],
  ["spectrum --alpha 0.7 --beta 0.7 --d 100 --sampled 1e9", /^isoflop: --sampled must be at most 1000000/],
  ["dynamics --a 1.8 --b 1.4 --times 1 --N 0", /^isoflop: --N must be at least 1, got 0/],
  ["dynamics --a 1.8 --b 1.4 --times 1 --simulate 4", /^isoflop: --simulate.*--modes 1000/],
  ["frontiers", /unknown command 'frontiers'.*frontier/],
  ["--foo", /unknown option '--foo'/],
];

describe("bad input", () => {
  it.each(BAD)("isoflop %s", (line, message) => {
    const { status, out, error } = isoflop(line);
    expect(error).toMatch(message);
    expect(error).toMatch(/^isoflop: [^\n]+\n$/);
    expect(out).toBe("");
    expect(status).toBe(2);
  });

  it("an empty list", () => {
    const { status, error } = isoflop("loss --alpha 0.7 --beta 0.7 --d 100 --steps=");
    expect(error).toMatch(/^isoflop: .*--steps.*at least one number.*\n$/);
    expect(status).toBe(2);
  });

  it("a file there already is not touched by a command that fails", () => {
    const file = join(folder, "kept.svg");
    writeFileSync(file, "kept");
    expect(isoflop(`${FRONTIER} --out ${file} --out ${join(folder, "new.svg")} --points 2`).status).toBe(2);
    expect(existsSync(join(folder, "new.svg"))).toBe(false);
    expect(existsSync(file)).toBe(true);
  });
});

it("Ctrl-C ends a long command with one line", async () => {
  const child = spawn(process.execPath, [MAIN, "diagram", "--measured", "--size", "64"]);
  let [out, error] = ["", ""];
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => {
    // once it says how far it is, it is at work
    if (error === "") child.kill("SIGINT");
    error += data;
  });
  const [status] = await once(child, "close");
  expect([status, out, error.trim().split("\n").at(-1)]).toEqual([130, "", "isoflop: interrupted"]);
});

describe("without optional packages", () => {
  // the built library with the packages named, and no others
  const bare = join(folder, "bare");
  const modules = new URL("../../node_modules/", import.meta.url);
  const link = (name: string) => {
    mkdirSync(join(bare, "node_modules", name, ".."), { recursive: true });
    symlinkSync(fileURLToPath(new URL(name, modules)), join(bare, "node_modules", name));
  };
  cpSync(new URL("../../build/lib", import.meta.url), join(bare, "build/lib"), { recursive: true });
  cpSync(new URL("../../package.json", import.meta.url), join(bare, "package.json"));
  link("@assemblyscript/loader");
  const run = (line: string) => {
    const { status, stderr } = spawnSync(process.execPath, [join(bare, "build/lib/cli/main.js"), ...line.split(" ")], {
      encoding: "utf8",
    });
    return [status, stderr];
  };

  it("says what to install", () => {
    expect(run("--version")).toEqual([
      1,
      expect.stringMatching(/^isoflop: the command line needs .*npm install commander\n$/),
    ]);
    link("commander");
    expect(run("phase --alpha 0.7 --beta 0.7")).toEqual([0, ""]);
    const figure = /^isoflop: a figure needs .*npm install @observablehq\/plot [^\n]*\n$/;
    expect(run(`${FRONTIER} --out ${folder}/x.png`)).toEqual([1, expect.stringMatching(figure)]);
    expect(run(`${FRONTIER} --out ${folder}/x.parquet`)).toEqual([
      1,
      expect.stringMatching(/npm install hyparquet-writer\n$/),
    ]);
  });
});

describe("help", () => {
  it("lists the commands, and a command's options", () => {
    const { status, out } = isoflop("--help");
    expect(status).toBe(0);
    for (const name of ["phase", "loss", "frontier", "diagram", "spectrum"]) expect(out).toContain(name);
    expect(isoflop("").out).toBe(out);
    const { out: epochs } = isoflop("epochs --help");
    expect(epochs).toMatch(/--epochs <list> +passes over them \(default: 1,2,4,8,16,32,64\)/);
    expect(epochs).toMatch(/--N <N> +features \(parameters\), or inf \(default: inf\)/);
    expect(isoflop("frontier --help").out).toMatch(/--flops <lo:hi>/);
  });

  it("one version everywhere", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(isoflop("--version").out).toBe(`${version}\n`);
    expect(json("loss --alpha 0.7 --beta 0.7 --d 10 --steps 1").made.by).toBe(`isoflop ${version}`);
  });
});
