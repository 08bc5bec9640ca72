// What each command answers: its stable JSON fields, its files, its tables.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import Papa from "papaparse";
import { afterAll, describe, expect, it } from "vitest";
import { readFixture } from "../fixtures.ts";
import { isoflop, json } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

type Golden = "alpha" | "beta" | "d" | "v" | "gamma" | "batch" | "r" | "F0" | "F" | "P";

describe("phase", () => {
  it("gives phase, exponents and trade-off", () => {
    expect(json("phase --alpha 0.8 --beta 0.6")).toMatchObject({
      phase: "II",
      xi: expect.closeTo(0.6 / 1.4, 12),
      eta: expect.closeTo(1.8 / 2.8, 12),
      tradeoff: ["F_pp", "F_ac"],
      boundary: null,
    });
  });

  it("names the boundary a point is on", () => {
    const found = json("phase --alpha 0.7 --beta 0.7");
    expect(found).toMatchObject({ phase: "II–III", boundary: "α = β" });
    expect(isoflop("phase --alpha 0.7 --beta 0.7").out).toContain("on the boundary α = β");
  });

  it("takes negative numbers", () => {
    expect(json("phase --alpha 0.9 --beta -0.2").phase).toBe("Ia");
  });
});

describe("loss", () => {
  const fields = ["gamma", "v", "steps", "flops", "loss", "forcing", "kernel", "F0", "kernelNorm"];

  it("gives its fields, with the values of an independent calculation", () => {
    const row = readFixture("plrf.csv").find((r) => r.alpha === 0.7 && r.r! >= 64) as Record<Golden, number>;
    const { alpha, beta, d, v, gamma, batch, r } = row;
    const found = json(
      `loss --alpha ${alpha} --beta ${beta} --d ${d} --v ${v} --gamma ${gamma} --batch ${batch} --steps ${r}`,
    );
    expect(Object.keys(found)).toEqual(expect.arrayContaining(fields));
    expect(found.gamma).toBe(gamma);
    expect(found.flops).toEqual([batch * d * r]);
    expect(found.loss[0] / row.P - 1).toBeCloseTo(0, 8);
    expect(found.forcing[0] / row.F - 1).toBeCloseTo(0, 8);
    expect(found.F0 / row.F0 - 1).toBeCloseTo(0, 8);
    expect(found.made.by).toMatch(/^isoflop \d/);
  });

  it("serves step 0, ranges and components", () => {
    const found = json("loss --alpha 0.8 --beta 0.6 --d 1000 --steps 0,1:1e6:7 --step-fraction 0.4");
    expect(found.steps).toEqual([0, 1, 10, 100, 1000, 10000, 100000, 1000000]);
    // by scipy's gamma and quad, from eqs. 6.1–6.3
    const { components, loss, F0 } = json(
      "loss --alpha 0.8 --beta 0.6 --d 1000 --v 4000 --gamma 0.2 --steps 1e3,1e4 --components",
    );
    const [Fpp, Fac, Kpp] = [
      [6.958166064241026e-4, 5.2178884391479505e-5],
      [6.04482712177655e-4, 1.860233151655786e-4],
      [2.9372239490880604e-5, 1.2386170691171272e-6],
    ] as const;
    for (const i of [0, 1] as const) {
      expect(components.Fpp[i] / Fpp[i]).toBeCloseTo(1, 11);
      expect(components.Fac[i] / Fac[i]).toBeCloseTo(1, 9);
      expect(components.Kpp[i] / Kpp[i]).toBeCloseTo(1, 11);
      const sum = F0 + Fpp[i] + Fac[i] + Kpp[i];
      expect(components.sum[i] / sum).toBeCloseTo(1, 9);
      expect(loss[i] / sum).toBeGreaterThan(0.7);
      expect(loss[i] / sum).toBeLessThan(1.9);
    }
  });
});

describe("frontier", () => {
  const line = "frontier --alpha 0.7 --beta 0.3 --flops 1e12:1e20";

  it("gives its fields, fitted beside predicted", () => {
    const found = json(line);
    expect(found.flops).toHaveLength(25);
    for (const field of ["d", "loss", "steps"]) expect(found[field]).toHaveLength(25);
    expect(Math.abs(found.fit.xi.value - found.predicted.xi)).toBeLessThan(0.005);
    expect(Math.abs(found.fit.eta.value - found.predicted.eta)).toBeLessThan(0.005);
    expect(found.fit.xi.stderr).toBeGreaterThan(0);
    expect(found.predicted).toMatchObject({ phase: "Ia", xi: expect.closeTo(1 / 2.4, 12) });
    expect(found.stats.method).toBe("exact");
  });

  it("finds the same by the envelope and by isoFLOP slices", () => {
    const exact = json(line).fit;
    for (const method of ["envelope", "isoflop"]) {
      const { fit, stats } = json(`${line} --method ${method}`);
      expect(stats.method).toBe(method);
      expect(Math.abs(fit.eta.value - exact.eta.value)).toBeLessThan(0.003);
    }
  });

  it("prints the exponents, the table and where the figure is", () => {
    const { status, out, error } = isoflop(`frontier --alpha 0.7 --beta 0.7 --flops 1e8:1e20 --out ${file("f.svg")}`);
    expect([status, error]).toEqual([0, ""]);
    expect(out).toMatch(/Phase II–III/);
    expect(out).toMatch(/d\* ∝ f\^ξ .*0\.5000/);
    expect(out).toMatch(/P\* ∝ f\^−η .*0\.6429/);
    expect(out).toMatch(/^\s+1e20 /m);
    expect(out).toContain(`wrote ${file("f.svg")}`);
    const svg = readFileSync(file("f.svg"), "utf8");
    expect(svg).toContain("Compute-optimal frontier");
    expect(svg).not.toMatch(/NaN|undefined|\^\{/);
  });

  it("says how slow phases drift", () => {
    const { drift, slopes, predicted } = json("frontier --alpha 0.2 --beta 0.8 --flops 1e10:1e20");
    expect(predicted.phase).toBe("Ic");
    // η rises towards the prediction and is not there yet
    expect(drift.eta).toBeGreaterThan(1e-4);
    expect(slopes.eta.at(-1)).toBeLessThan(predicted.eta);
  });
});

describe("diagram", () => {
  it("predicts the plane on a grid", () => {
    const found = json("diagram --alpha 0:1 --beta 0:1 --size 10");
    expect(found.alpha[0]).toBeCloseTo(0.05, 12);
    expect(found.phase).toHaveLength(10);
    // rows are β, columns α
    expect(found.phase[9][6]).toBe("III");
    expect(found.phase[6][9]).toBe("II");
    expect(found.phase[0][0]).toBeNull();
    expect(found.xi[0][0]).toBeNull();
    expect(found.eta[9][6]).toBeCloseTo(1 - 1 / (4 * 0.65), 12);
  });

  it("measures it near the prediction", () => {
    const found = json("diagram --alpha 0.6:1.2 --beta 0.1:0.4 --size 2 --measured --flops 1e12:1e16");
    for (const i of [0, 1])
      for (const j of [0, 1]) {
        expect(Math.abs(found.xi[i][j] - found.predicted.xi[i][j])).toBeLessThan(0.01);
        expect(Math.abs(found.eta[i][j] - found.predicted.eta[i][j])).toBeLessThan(0.01);
        expect(found.xi[i][j]).not.toBe(found.predicted.xi[i][j]);
      }
  });

  it("tells what exponents measured about a budget differ by from the predicted ones", () => {
    const [alpha, beta] = [0.9, 0.65];
    const at = `--alpha ${alpha - 0.05}:${alpha + 0.05} --beta ${beta - 0.05}:${beta + 0.05} --size 2`;
    const { corrections, predicted } = json(`diagram ${at} --measured --flops 1e12:1e16 --corrections 1e12,1e20`);
    const alone = json(
      `frontier --alpha 0.875 --beta 0.625 --flops ${1e12 / Math.sqrt(10)}:${1e12 * Math.sqrt(10)} --points 3`,
    );
    expect(corrections[0].xi[0][0]).toBeCloseTo(alone.fit.xi.value - predicted.xi[0][0], 5);
    expect(corrections[0].eta[0][0]).toBeCloseTo(alone.fit.eta.value - predicted.eta[0][0], 8);
    // at more compute the table is nearer
    for (const name of ["xi", "eta"])
      expect(Math.abs(corrections[1][name][0][0])).toBeLessThan(Math.abs(corrections[0][name][0][0]));
  });
});

describe("spectrum", () => {
  it("the density holds d eigenvalues and the target's energy", () => {
    const { lambda, density, weighted, F0 } = json("spectrum --alpha 0.7 --beta 0.7 --d 100 --lambda 5e-4:1.6:20000");
    const mass = (y: number[]) =>
      lambda
        .slice(1)
        .reduce((sum: number, x: number, i: number) => sum + ((y[i]! + y[i + 1]!) / 2) * (x - lambda[i]), 0);
    const energy = json("loss --alpha 0.7 --beta 0.7 --d 100 --steps 0").loss[0];
    expect(mass(density) / 100).toBeCloseTo(1, 2);
    expect((mass(weighted) + F0) / energy).toBeCloseTo(1, 2);
  });
});

describe("output", () => {
  const line = "loss --alpha 0.7 --beta 0.7 --d 100 --steps 1:1e4:9";

  it("the same numbers as JSON, CSV and Parquet", async () => {
    const found = json(`${line} --out ${file("a.csv")} --out ${file("a.parquet")} --out ${file("a.json")}`);
    const csv = Papa.parse<Record<string, number>>(readFileSync(file("a.csv"), "utf8"), {
      header: true,
      dynamicTyping: true,
      skipEmptyLines: true,
    }).data;
    expect(csv.map((row) => row.loss)).toEqual(found.loss);
    const buffer = readFileSync(file("a.parquet"));
    const rows = await parquetReadObjects({
      file: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) as ArrayBuffer,
    });
    expect(rows.map((row) => row.kernel)).toEqual(found.kernel);
    expect(JSON.parse(readFileSync(file("a.json"), "utf8"))).toEqual(found);
    expect(isoflop(`${line} --csv`).out).toBe(readFileSync(file("a.csv"), "utf8"));
  });

  it("every command that draws draws SVG and PNG", () => {
    const commands = [
      line,
      `${line} --components`,
      "frontier --alpha 0.4 --beta 0.9 --flops 1e10:1e14 --points 5",
      // ξ jumps across this boundary: no prediction to draw
      `frontier --alpha ${1 - Math.SQRT1_2} --beta 0.9 --flops 1e10:1e14 --points 5`,
      "diagram --size 12",
      "diagram --size 3 --alpha 0.6:1 --beta 0.6:1 --measured --exponent eta --dark",
      "spectrum --alpha 0.7 --beta 0.7 --d 100",
    ];
    for (const command of commands) {
      const { status, error, out } = isoflop(`${command} --quiet --out ${file("x.svg")} --out ${file("x.png")}`);
      expect([status, error, out], command).toEqual([0, "", ""]);
      expect(readFileSync(file("x.svg"), "utf8"), command).not.toMatch(/NaN|undefined|[\^_]\{/);
      expect(readFileSync(file("x.png")).readUInt32BE(0), command).toBe(0x89504e47);
    }
  });
});

describe("training options", () => {
  const point = "--alpha 0.7 --beta 1.2";

  it("loss takes schedule, horizon, noise and optimizer, and keeps excess loss and noise apart", () => {
    const found = json(`loss ${point} --d 1000 --steps 10,100,1000 --schedule cosine --horizon 2000 --noise 0.25`);
    expect(found.loss).toHaveLength(3);
    found.loss.forEach((P: number, i: number) => {
      expect(found.lossWithNoise[i]).toBeCloseTo(P + 0.25, 14);
    });
    expect(found.kernel).toBeNull();
    expect(found.stats.method).toBe("modes");
    const ball = json(`loss ${point} --d 1000 --steps 100 --optimizer heavy-ball:0`);
    const plain = json(`loss ${point} --d 1000 --steps 100`);
    expect(ball.loss[0] / plain.loss[0]).toBeCloseTo(1, 3);
  });

  it("schedule compares the schedules of any optimiser, each at its best step", () => {
    const best = json(
      `schedule ${point} --d 500 --steps 2000 --noise 1 --optimizer sign --tuned --compare constant,linear,optimal`,
    ).schedules;
    expect(best.map(({ name }: { name: string }) => name)).toEqual(["constant", "linear", "optimal"]);
    expect(best[2].loss).toBeLessThan(best[1].loss);
    expect(best[1].loss).toBeLessThan(best[0].loss);
    expect(best[0].best).toBeLessThan(1);
    expect(isoflop(`schedule ${point} --budget 1e7 --tuned`).error).toContain("--budget tunes SGD");
  });

  it("takes η, and says where that of sign SGD is too large for a run, and which is best", () => {
    const [byEta, byGamma] = ["--eta 0.1", "--gamma 0.1"].map((step) =>
      json(`loss ${point} --d 100 --steps 500 ${step}`),
    );
    expect(byEta.loss[0] / byGamma.loss[0]).toBeCloseTo(1, 8);
    const line = `loss ${point} --d 1000 --steps 10000 --optimizer sign`;
    const { loss, stats } = json(line);
    const [, eta, told] = /eta = \S+ is large for 1e4 steps: .*, eta = (\S+) ends at (\S+)$/.exec(stats.warnings[0])!;
    const best = json(`${line} --eta ${eta}`);
    expect(best.stats.warnings).toEqual([]);
    expect(best.loss[0] / Number(told)).toBeCloseTo(1, 3);
    expect(best.loss[0]).toBeLessThan(0.1 * loss[0]);
    for (const other of [0.8, 1.25])
      expect(json(`${line} --eta ${Number(eta) * other}`).loss[0]).toBeGreaterThan(best.loss[0]);
    expect(isoflop(`${line} --eta 1`).error).toMatch(/^isoflop: --eta at r = 0 must be below 0\.0\d+, where sign SGD/);
    expect(isoflop(`${line} --eta 1 --gamma 1`).error).toContain("cannot be used with");
  });

  it("schedules come from files: one multiple a step, or knots", () => {
    writeFileSync(file("table.csv"), Array.from({ length: 50 }, () => "1").join("\n"));
    writeFileSync(file("knots.csv"), "step,multiple\n0,1\n50,1\n");
    const loss = (schedule: string) => json(`loss ${point} --d 100 --steps 50 ${schedule}`).loss[0];
    const plain = loss("");
    expect(loss(`--schedule ${file("table.csv")}`) / plain).toBeCloseTo(1, 10);
    expect(loss(`--schedule ${file("knots.csv")}`) / plain).toBeCloseTo(1, 10);
    expect(isoflop(`loss ${point} --d 100 --steps 60 --schedule ${file("table.csv")}`).error).toContain(
      "one entry per step of the horizon, 60, got 50",
    );
  });

  it("schedule compares, and says what each loss is made of", () => {
    const { schedules } = json(
      `schedule ${point} --d 1e5 --steps 10000 --compare constant,wsd:warmup=50,decay=0.3,optimal`,
    );
    expect(schedules.map(({ name }: { name: string }) => name)).toEqual([
      "constant",
      "wsd:warmup=50,decay=0.3",
      "optimal",
    ]);
    for (const { loss, F0, bias, early, late } of schedules)
      expect((F0 + bias + early + late) / loss).toBeCloseTo(1, 12);
    expect(schedules[2].loss).toBeLessThan(schedules[1].loss);
    expect(schedules[1].loss).toBeLessThan(schedules[0].loss);
    // warm-up removes early noise
    expect(schedules[2].early).toBeLessThan(0.1 * schedules[0].early);
  });

  it("schedule --budget finds size and step together", () => {
    const { best } = json("schedule --alpha 0.8 --beta 0.6 --budget 1e9 --compare constant,optimal");
    expect(best[0].d * best[0].steps).toBeCloseTo(1e9, 0);
    expect(best[1].loss).toBeLessThan(best[0].loss);
  });

  it("schedule --budget tells the schedules that no step keeps stable, beside the others", () => {
    const budget = "schedule --alpha 2 --beta 1.2 --budget 1e8 --json --compare";
    const both = isoflop(`${budget} constant,optimal`);
    const { best, failed } = JSON.parse(both.out);
    expect(best.map(({ name }: { name: string }) => name)).toEqual(["constant"]);
    expect(best[0].loss).toBeCloseTo(2.066e-7, 10);
    expect(failed).toEqual([{ schedule: "optimal", reason: expect.stringContaining("largest stable one") }]);
    expect([both.status, both.error.trim()]).toEqual([1, `isoflop: ${failed[0].reason}`]);
    const none = isoflop(`${budget} optimal`);
    expect([none.status, none.out, none.error.trim()]).toEqual([1, "", `isoflop: ${failed[0].reason}`]);
  });

  it.each([
    ["loss --alpha 0.7 --beta 1.2 --d 100 --steps 10 --schedule no", "a schedule is constant"],
    ["loss --alpha 0.7 --beta 1.2 --d 100 --steps 10 --optimizer heavy-ball:1", "momentum must be below 1, got 1"],
    ["loss --alpha 0.7 --beta 1.2 --d 100 --steps 10 --noise -1", "noise must be at least 0, got -1"],
    ["loss --alpha 0.7 --beta 1.2 --d 100 --steps 10 --optimizer adam", "an optimizer is sgd"],
    ["schedule --alpha 0.7 --beta 1.2", "give --d and --steps, or --budget"],
  ])("%s: one line that says why", (command, why) => {
    const { status, error } = isoflop(command);
    expect(status).toBe(2);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(error).toContain(why);
  });
});
