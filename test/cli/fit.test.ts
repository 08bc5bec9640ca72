// isoflop fit and plan, as built.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { study } from "../fitting/laws.ts";
import { isoflop, json, MAIN } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-fit-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const { runs, law } = study(5, 0.005);
const rows = Array.from(runs.N, (N, i) => `${N},${runs.D[i]},${runs.loss[i]}`).join("\n");
const good = write("runs.csv", `params,tokens,loss\n${rows}\n`);
const ray = write(
  "ray.csv",
  `params,tokens,loss\n${[1, 2, 4, 8, 16, 32, 64].map((k) => `${k}e7,${20 * k}e7,${2 + 3 / k ** 0.3}`).join("\n")}`,
);
const FAST = "--starts projection --bootstrap 60 --threads 1";

describe("isoflop fit", () => {
  it("says where approach 2 and the laws contradict each other at a budget", () => {
    // N counts embeddings, C does not: slices have their minima all the same, no law of N has these losses
    const lines = [1e17, 3.16e17, 1e18, 3.16e18, 1e19].flatMap((C) =>
      [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((j) => {
        const N = 2.68e9 * (C / 1e21) ** 0.5143 * 1.4 ** j;
        const D = C / (6 * N);
        return [N + 8e4 * N ** (1 / 3), D, C, 1.75 + 420 / N ** 0.34 + 1900 / D ** 0.36];
      }),
    );
    const table = write("total.csv", `N,D,C,loss\n${lines.map((line) => line.join()).join("\n")}\n`);
    const { warnings } = json(`fit ${table} ${FAST} --method 2 --budget 1e19,1e22`);
    expect(warnings.join()).toMatch(/approach 2 has 2\.\d+ at 1e22 flops, outside of what all laws say of a run there/);
    expect(json(`fit ${good} ${FAST} --budget 1e21`).warnings.join()).not.toContain("outside of what all laws say");
  });

  it("prints the fields that stay stable", () => {
    const result = json(`fit ${good} ${FAST} --budget 1e21,1e23 --method 2,3`);
    for (const key of ["E", "alpha", "beta"] as const) {
      expect(Math.abs(result[key] / law[key] - 1)).toBeLessThan(0.2);
      expect(result.ci[key][0]).toBeLessThan(result.ci[key][1]);
    }
    expect(result.a).toBeCloseTo(result.beta / (result.alpha + result.beta), 12);
    expect(result.objective).toBeGreaterThan(0);
    expect(result.warnings).toEqual(expect.any(Array));
    expect(result.plans.map((p: { flops: number }) => p.flops)).toEqual([1e21, 1e23]);
    expect(result.plans[0].ci.N[0]).toBeLessThan(result.plans[0].N);
    expect(result.isoflop.a).toBeGreaterThan(0.2);
    const sum = Object.values(result.bridge.phases as Record<string, number>).reduce((total, p) => total + p, 0);
    expect(sum).toBeCloseTo(1, 9);
    expect(result.made.seed).toBe(1);
  });

  it("the seed decides, whatever the threads", () => {
    const once = json(`fit ${good} --starts projection --bootstrap 200 --threads 1 --seed 3`);
    const again = json(`fit ${good} --starts projection --bootstrap 200 --threads 2 --seed 3`);
    expect(again.ci).toEqual(once.ci);
    expect(json(`fit ${good} ${FAST} --seed 4`).ci).not.toEqual(once.ci);
  });

  it("is read by the Python example", (context) => {
    const python = spawnSync("python3", ["-c", ""]).status === 0;
    if (!python) return context.skip("python3 is not installed");
    const script = fileURLToPath(new URL("../../examples/read_fit.py", import.meta.url));
    const { stdout, status } = spawnSync("python3", [script, good, process.execPath, MAIN], { encoding: "utf8" });
    expect(status).toBe(0);
    const wanted = json(`fit ${good} --budget 1e22,1e24`).plans as { flops: number; N: number; loss: number }[];
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number));
    expect(rows).toHaveLength(2);
    rows.forEach(([flops, N, low, high, loss], i) => {
      expect([flops, loss]).toEqual([wanted[i]!.flops, expect.closeTo(wanted[i]!.loss, 6)]);
      expect(N! / wanted[i]!.N).toBeCloseTo(1, 4);
      expect(low! < N! && N! < high!).toBe(true);
    });
  });

  it("says what a fixed D/N cannot tell, exits 1, and gives what can be had", () => {
    const { status, out, error } = isoflop(`fit ${ray} --json`);
    expect(status).toBe(1);
    expect(error).toMatch(/^isoflop: approach 3: every run has D\/N ≈ 20\.0: α and β are not identifiable[^\n]*\n$/);
    const result = JSON.parse(out);
    expect(result.alpha).toBeNull();
    expect(result.ray.E).toBeCloseTo(2, 2);
    expect(result.ray.eta).toBeCloseTo(0.15, 2);
  });

  it("draws, tabulates and explains", () => {
    const [svg, csv] = [join(folder, "fit.svg"), join(folder, "fit.csv")];
    const { status, out } = isoflop(
      `fit ${good} ${FAST} --method 2,3 --budget 1e22 --sensitivity --out ${svg} --out ${csv}`,
    );
    expect(status).toBe(0);
    expect(out).toContain("95 %, bootstrap");
    expect(out).toContain("Larger models foretold from smaller ones");
    const picture = readFileSync(svg, "utf8");
    for (const text of ["Loss over model size", "Residuals of approach 3", "target complexity β", "compute C (flops)"])
      expect(picture).toContain(text);
    expect(picture).not.toContain("NaN");
    expect(readFileSync(csv, "utf8")).toMatch(/^approach,quantity,value,low,high\nparametric,E,/);
  });

  const head = "params,tokens,loss\n1e8,2e9,3\n";
  it.each([
    ["empty.csv", "", "", /the file is empty/],
    ["one.csv", head, "", /approach 3: 1 different \(N, D\) cannot determine 5 parameters/],
    ["columns.csv", "a,b\n1,2\n", "", /no column holds the loss: found "a", "b"/],
    ["zero.csv", `${head}0,2e9,3\n`, "", /row 3, column "params".*got 0/],
    ["negative.csv", `${head}1e8,2e9,-3\n`, "", /row 3, column "loss".*got -3/],
    ["text.csv", `${head}1e8,many,3\n`, "", /row 3, column "tokens": a number is needed, got "many"/],
    ["formula.csv", `${head}1e8,"=cmd|' /C calc'!A0",3\n`, "", /row 3, column "tokens".*got "=cmd/],
    ["runs.xlsx", "", "", /must end in \.csv/],
    ["named.csv", head, "--columns N=size", /no column "size" for parameters: found "params", "tokens", "loss"/],
    [
      "two.csv",
      "params,tokens,c4_loss,pile_loss\n1e8,2e9,3,2\n",
      "",
      /hold the loss: "c4_loss", "pile_loss"; name one with --columns loss=c4_loss/,
    ],
    ["part.csv", head, "--columns size", /give N=…, D=…/],
    ["window.csv", head, "--window 1:2", /no row is left/],
    ["method.csv", head, "--method 4", /give 1, 2, 3/],
  ])("bad input %s: one line", (name, text, options, message) => {
    const { status, out, error } = isoflop(`fit ${write(name, text)} ${options}`);
    expect(error).toMatch(message);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(name === "one.csv" ? 1 : 2);
    if (name !== "one.csv") expect(out).toBe("");
  });

  it("a file that is not there", () => {
    const { status, error } = isoflop(`fit ${folder}/none.csv`);
    expect([status, error]).toEqual([2, expect.stringMatching(/none\.csv cannot be read \(ENOENT\)/)]);
  });
});

describe("isoflop plan", () => {
  it("from a budget and back from its size", () => {
    const { plans } = json(`plan ${good} ${FAST} --budget 1e22`);
    expect((6 * plans[0].N * plans[0].D) / 1e22).toBeCloseTo(1, 9);
    expect(plans[0].misses.map((m: { factor: number }) => m.factor)).toEqual([0.5, 2]);
    const back = json(`plan ${good} ${FAST} --size ${plans[0].N}`).plans[0];
    expect(back.flops / 1e22).toBeCloseTo(1, 6);
    const lines = json(`plan ${good} ${FAST} --budget 1e22 --method 2`).plans[0];
    expect(lines.N / plans[0].N).toBeGreaterThan(0.5);
    expect(lines.misses).toBeNull();
  });

  it("from tokens or a loss, under needs, with days and cost", () => {
    const [served] = json(`plan ${good} ${FAST} --budget 1e22 --serve 1T --unique 20B --max-size 3B`).plans;
    expect(served.N).toBeLessThanOrEqual(3e9);
    expect((6 * served.N * served.D + 2 * served.N * 1e12) / 1e22).toBeCloseTo(1, 9);
    expect(served.epochs).toBeCloseTo(served.D / 20e9, 9);
    const [billed] = json(
      `plan ${good} ${FAST} --tokens 100B --devices 8 --device a100 --utilization 0.5 --price 2`,
    ).plans;
    expect(billed.D / 1e11).toBeCloseTo(1, 3);
    expect(billed.days).toBeCloseTo((6 * billed.N * billed.D) / (8 * 312e12 * 0.5) / 86400, 9);
    expect(billed.cost).toBeCloseTo(billed.days * 24 * 8 * 2, 9);
    const [reached] = json(`plan ${good} ${FAST} --loss ${billed.loss}`).plans;
    expect(reached.flops / billed.flops).toBeCloseTo(1, 4);
    expect(isoflop(`plan ${good} ${FAST} --loss 0.1`)).toMatchObject({
      status: 2,
      error: expect.stringMatching(/no plan reaches/),
    });
    expect(isoflop(`plan ${good} --budget 1e22 --device abacus`).error).toMatch(/number|give one of/);
  });

  it("draws, warns of long extrapolation, and asks for what it needs", () => {
    const svg = join(folder, "plan.svg");
    const { status, out } = isoflop(`plan ${good} ${FAST} --budget 1e27 --out ${svg}`);
    expect(status).toBe(0);
    expect(out).toMatch(/tested up to 30× the compute of the runs they saw, you ask for 1\.6e5×/);
    expect(out).toMatch(/2× too small/);
    expect(readFileSync(svg, "utf8")).toContain("off the best size");
    expect(isoflop(`plan ${good}`)).toMatchObject({
      status: 2,
      error: expect.stringMatching(/--budget C, --size N, --tokens D or --loss L/),
    });
    expect(isoflop(`plan ${good} --budget 1e22 --size 1e9`).status).toBe(2);
    expect(isoflop(`plan ${ray} --budget 1e22`)).toMatchObject({
      status: 1,
      error: expect.stringMatching(/no plan without a fit/),
    });
  });
});
