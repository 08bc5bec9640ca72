import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { fitRuns } from "../../src/fitting/fit.ts";
import { dropHighestLoss } from "../../src/fitting/runs.ts";
import { cellAt } from "../../src/sweep/cells.ts";
import { jobs } from "../../src/sweep/jobs.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { Store } from "../../src/sweep/store.ts";
import { standing, sweep } from "../../src/sweep/sweep.ts";
import { file, present, published } from "../fitting/data.ts";
import { exported, folder, hasRedis, isoflop, planFile, start, TestRedis } from "./support.ts";

requireBuild();
if (!present) console.warn("\n*** no published runs here: Chinchilla through a sweep is SKIPPED ***\n");

/** L = 1.7 + 400/N^0.34 + 400/D^0.28 without noise, over a grid; or along D = 20N, where α and β cannot be told apart. */
function runsFile(where: string, name = "runs.csv", along = false): string {
  const lines = ["params,tokens,loss"];
  for (let i = 0; i < 7; i++)
    for (let j = 0; j < (along ? 1 : 7); j++) {
      const N = 1e7 * 3 ** i;
      const D = along ? 20 * N : 1e9 * 3 ** j;
      lines.push(`${N},${D},${1.7 + 400 / N ** 0.34 + 400 / D ** 0.28}`);
    }
  writeFileSync(join(where, name), `${lines.join("\n")}\n`);
  return name;
}

const quick = { starts: "projection", bootstrap: 0 };

async function columns(out: string) {
  const store = await Store.open(out, "read");
  const found = await store.columns("fit");
  await store.close();
  return found;
}

describe("fits as cells", () => {
  it("find the law that made the runs, whatever δ and however few rows are left out", async () => {
    const out = folder();
    const fixed = { table: runsFile(out), ...quick };
    const axes = { delta: { list: [1e-4, 1e-3] }, dropHighestLoss: { list: [0, 3] } };
    const plan = await readPlan({ job: "fit", fixed, axes }, { folder: out });
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ done: 4, failed: 0 });
    const { E, alpha, beta, xi, rows } = await columns(out);
    expect(rows!.sort()).toEqual([46, 46, 49, 49]);
    for (let i = 0; i < 4; i++) {
      expect(E![i]).toBeCloseTo(1.7, 4);
      expect(alpha![i]).toBeCloseTo(0.34, 4);
      expect(beta![i]).toBeCloseTo(0.28, 4);
      expect(xi![i]).toBeCloseTo(0.28 / 0.62, 4);
    }
  });

  it("share the cells of copies of a table; a changed table makes others", async () => {
    const out = folder();
    const keys = async (table: string) =>
      cellAt(await readPlan({ job: "fit", fixed: { table, ...quick } }, { folder: out }), 0).key;
    const first = await keys(runsFile(out));
    mkdirSync(join(out, "b"));
    copyFileSync(join(out, "runs.csv"), join(out, "b", "'; DROP TABLE cells; --.csv"));
    expect(await keys("b/'; DROP TABLE cells; --.csv")).toBe(first);
    copyFileSync(join(out, "runs.csv"), join(out, "runs.tsv")); // read otherwise
    writeFileSync(join(out, "runs.csv"), "params,tokens,loss\n1e8,1e9,3\n");
    expect(await keys("runs.csv")).not.toBe(first);
    const plan = await readPlan(
      { job: "fit", fixed: { table: "b/'; DROP TABLE cells; --.csv", ...quick } },
      { folder: out },
    );
    await sweep(plan, { out, threads: 1 });
    expect((await columns(out)).tableFile).toEqual(["b/'; DROP TABLE cells; --.csv"]);
    // the store knows the plan without its file
    const store = await Store.open(out, "read");
    const { source, id } = (await store.plans())[0]!;
    const known = await readPlan(source, { folder: null });
    expect(known.id).toBe(id);
    expect(await standing(store, known)).toEqual({ cells: 1, done: 1, failed: 0 });
    await store.close();
  });

  it("that cannot be made fail with the reason, beside those that can", async () => {
    const out = folder();
    const table = { list: [runsFile(out), runsFile(out, "line.csv", true)] };
    const plan = await readPlan({ job: "fit", fixed: quick, axes: { table } }, { folder: out });
    expect(await sweep(plan, { out, threads: 1 })).toMatchObject({ done: 1, failed: 1 });
    const { tableFile, error, status } = await columns(out);
    expect(status![tableFile!.indexOf("runs.csv")]).toBe("done");
    expect(error![tableFile!.indexOf("line.csv")]).toMatch(/^RangeError: .*identif|RangeError: .*D .*N/);
  });

  it.skipIf(!present)(
    "give Chinchilla's law as the fit itself does, intervals and all",
    { timeout: 600_000 },
    async () => {
      const out = folder();
      const fixed = {
        table: file("chinchilla-extracted.csv"),
        starts: "projection",
        dropHighestLoss: 5,
        bootstrap: 100,
      };
      const plan = await readPlan({ job: "fit", fixed, seeds: [1, 2] });
      await sweep(plan, { out, threads: 2 });
      const found = await columns(out);
      // the minimum that Besiroglu et al. (2024) report for these 240 rows
      expect(found.alpha![0]).toBeCloseTo(0.34731, 4);
      expect(found.beta![0]).toBeCloseTo(0.36717, 4);
      expect(found.objective![0]).toBeCloseTo(0.00101827402, 9);
      const runs = dropHighestLoss(await published("chinchilla-extracted.csv"), 5);
      const { parametric } = await fitRuns(runs, { draws: 100, seed: 1, threads: 1, starts: "projection" });
      const at = found.seed!.indexOf(1);
      expect([found.alphaLow![at], found.alphaHigh![at]]).toEqual(parametric!.ci!.alpha);
      expect([found.xiLow![at], found.xiHigh![at]]).toEqual(parametric!.ci!.a);
      expect(found.alphaLow![1 - at]).not.toBe(found.alphaLow![at]);
    },
  );

  it.skipIf(!hasRedis)("bring their table to workers that have no such file", async () => {
    const redis = await TestRedis.start();
    const [here, there] = [folder(), folder()];
    const plan = planFile(here, {
      job: "fit",
      fixed: { table: runsFile(here), ...quick },
      axes: { delta: { log: [1e-4, 1e-2], points: 12 } },
    });
    const worker = start(["worker", "--threads", "1", "--idle", "60"], redis.env);
    expect(isoflop(["sweep", plan, "--out", there, "--queue", "--quiet"], redis.env).status).toBe(0);
    expect(isoflop(["sweep", plan, "--out", here, "--quiet"]).status).toBe(0);
    expect(exported(there, false) === exported(here, false)).toBe(true);
    expect(redis.command("keys", "*:table:*")).toBe("");
    worker.child.kill("SIGTERM");
    expect(await worker.end).toBe(0);
  });
});

describe("a table that is none", () => {
  const refused = (where: string, table: unknown, more: object = {}) =>
    readPlan({ job: "fit", fixed: { table, ...more } }, { folder: where });

  it("is told before any work", async () => {
    const out = folder();
    runsFile(out);
    mkdirSync(join(out, "folder.csv"));
    writeFileSync(join(out, "huge.csv"), "N,D,loss\n");
    truncateSync(join(out, "huge.csv"), 10e9); // sparse
    writeFileSync(join(out, "ragged.csv"), "N,D,loss\n1,2\n");
    writeFileSync(join(out, "empty.jsonl"), "");
    await expect(refused(out, "none.csv")).rejects.toThrow('/fixed/table: "none.csv" cannot be read (ENOENT)');
    await expect(refused(out, "folder.csv")).rejects.toThrow('/fixed/table: "folder.csv" is a folder');
    await expect(refused(out, "huge.csv")).rejects.toThrow(/"huge.csv" has 10000 MB, at most 32 MB are allowed/);
    await expect(refused(out, "ragged.csv")).rejects.toThrow(/is no table: row 2 has 2 cells, the header has 3/);
    await expect(refused(out, "empty.jsonl")).rejects.toThrow(/is no table: the file is empty/);
    await expect(refused(out, "/etc/passwd")).rejects.toThrow(/must end in .csv/);
    await expect(refused(out, "a\u0000.csv")).rejects.toThrow(/must not contain NUL/);
    await expect(refused(out, "a\n<b>.csv")).rejects.toThrow('"a\\n<b>.csv" cannot be read (ENOENT)');
    await expect(refused(out, 3)).rejects.toThrow(/^\/fixed\/table must be/);
    const reference = `${"0".repeat(64)}.csv`;
    await expect(refused(out, { file: "runs.csv", reference })).rejects.toThrow(/has changed since the plan said/);
    await expect(readPlan({ job: "fit", fixed: { table: "runs.csv" } }, { folder: null })).rejects.toThrow(
      /names a file, "runs.csv", and none may be read here/,
    );
  });

  it("so are columns, rows and ranges that have no meaning", async () => {
    const out = folder();
    const table = runsFile(out);
    await expect(refused(out, table, { columns: "X=params" })).rejects.toThrow("/fixed/columns: give N=…");
    await expect(refused(out, table, { where: ["params"] })).rejects.toThrow("/fixed/where: give COLUMN=VALUE");
    await expect(refused(out, table, { window: [1] })).rejects.toThrow("/fixed/window must have at least 2 entries");
    await expect(
      readPlan({
        job: "loss",
        axes: { schedule: { list: ["cosine", "sine"] } },
        fixed: { alpha: 1, beta: 1, d: 9, steps: [1] },
      }),
    ).rejects.toThrow("/axes/schedule/list/1: a schedule is constant");
  });
});

describe("the columns of an export", () => {
  it("are told apart by SQL, which knows no case", () => {
    for (const { parameters, results, stats } of jobs.values()) {
      const names = [parameters, results, stats].flatMap(Object.keys).map((name) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
