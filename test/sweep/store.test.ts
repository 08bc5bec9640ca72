import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { cellAt, type Outcome } from "../../src/sweep/cells.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { DONE, FAILED, PENDING, REPEATED, Store } from "../../src/sweep/store.ts";
import { folder, isoflop, planFile, start, until } from "./support.ts";

requireBuild();

const plan = await readPlan({
  job: "rehearsal",
  fixed: { beta: 0.5 },
  axes: { alpha: { list: [0.6, 0.7, 0.6, 0.8] } },
});

function outcome(index: number, change: Partial<Outcome> = {}): Outcome {
  return {
    key: cellAt(plan, index).key,
    status: "done",
    results: '{"sum":1.5,"last":0.1,"echo":""}',
    stats: '{"heldMegabytes":0}',
    curves: { kappa: Float64Array.of(1, 0.5), D: Float64Array.of(3, 5e-324) },
    error: null,
    attempts: 1,
    seconds: 0.25,
    started: 1.7e12,
    host: "here",
    ...change,
  };
}

async function exportOf(out: string, file: string, options: { curves?: boolean; timings?: boolean } = {}) {
  const store = await Store.open(out, "read");
  const to = join(out, file);
  await store.export("rehearsal", to, { ...options, format: file.split(".").pop() as "csv" });
  await store.close();
  return readFileSync(to, "utf8");
}

describe("a store", () => {
  it("gives back what was written: every bit of a number, NaN and infinities, and what the failed ones said", async () => {
    const out = folder();
    const writer = await Store.open(out, "write");
    await writer.begin(plan, false);
    await writer.add(cellAt(plan, 0), outcome(0, { results: '{"sum":0.1234567890123456789,"last":"NaN","echo":"x"}' }));
    await writer.add(
      cellAt(plan, 1),
      outcome(1, { status: "failed", results: "{}", error: 'RangeError: "no"', curves: {} }),
    );
    await writer.close();
    const reader = await Store.open(out, "read");
    expect([...(await reader.survey(plan))]).toEqual([DONE, FAILED, REPEATED, PENDING]);
    const columns = await reader.columns("rehearsal");
    expect(columns.sum).toEqual([0.12345678901234568, null]);
    expect(columns.last).toEqual([Number.NaN, null]);
    expect(columns.error).toEqual([null, 'RangeError: "no"']);
    expect(await reader.failures()).toEqual([{ error: 'RangeError: "no"', cells: 1 }]);
    await reader.close();
    const points = await exportOf(out, "curves.csv", { curves: true });
    expect(points.split("\n")[0]).toBe("key,kernels,alpha,beta,v,repeats,megabytes,outcome,label,seed,point,kappa,D");
    expect(points).toMatch(/,0,1.0,3.0\n.*,1,0.5,5e-324\n$/);
    const lines = (await exportOf(out, "cells.jsonl")).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { last: unknown }).last)).toEqual([null, null]);
    expect(lines[0]).not.toContain("seconds");
    expect(await exportOf(out, "cells.csv", { timings: true })).toMatch(/,1,0.25,2023-11-14 22:13:20,here/);
  });

  it("replaces an exported file whole, and refuses places that are no file before it reads a cell", async () => {
    const out = folder();
    const writer = await Store.open(out, "write");
    await writer.begin(plan, false);
    await writer.add(cellAt(plan, 0), outcome(0));
    await writer.close();
    const to = (file: string) => isoflop(["sweep", "export", out, "--to", file]);
    const file = join(out, "kept.csv");
    writeFileSync(file, "old", { mode: 0o640 });
    expect(to(file)).toMatchObject({ status: 0, stdout: `wrote 1 rows to ${file}\n` });
    expect(readFileSync(file, "utf8")).toMatch(/^key,/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    symlinkSync(join(out, "nowhere.csv"), join(out, "link.csv"));
    mkdirSync(join(out, "folder.csv"));
    expect(to(join(out, "link.csv")).stderr).toMatch(/^isoflop: --to .* is a link to a file that is not there: .*\n$/);
    expect(to(join(out, "folder.csv"))).toMatchObject({ status: 2 });
    expect(to(join(out, "none", "x.csv")).stderr).toMatch(/: there is no folder .*: make it first\n$/);
    expect(readdirSync(out).filter((name) => /part|tmp/.test(name))).toEqual([]);
  });

  it("numbers the points of curves that earlier versions wrote in rows of another length", async () => {
    const out = folder();
    const writer = await Store.open(out, "write");
    await writer.begin(plan, false);
    await writer.add(cellAt(plan, 0), outcome(0, { curves: {} }));
    await writer.close();
    const instance = await DuckDBInstance.create(join(out, "cells.duckdb"));
    const connection = await instance.connect();
    await connection.run(`INSERT INTO curves SELECT '${cellAt(plan, 0).key}', 'D', part, [1000 * part + i FOR i IN
      range(CASE part WHEN 2 THEN 7 ELSE 1000 END)] FROM range(3) t(part)`);
    connection.closeSync();
    instance.closeSync();
    const points = (await exportOf(out, "curves.csv", { curves: true })).trim().split("\n").slice(1);
    expect(points).toHaveLength(2007);
    expect(points.filter((line, i) => !line.endsWith(`,${i},,${i}.0`))).toEqual([]);
  });

  it("runs failed cells again only when told to", async () => {
    const out = folder();
    const store = await Store.open(out, "write");
    await store.add(cellAt(plan, 0), outcome(0, { status: "failed", error: "x" }));
    await store.add(cellAt(plan, 1), outcome(1));
    await store.flush();
    await store.begin(plan, false);
    expect([...(await store.survey(plan))]).toEqual([FAILED, DONE, REPEATED, PENDING]);
    await store.begin(plan, true);
    expect([...(await store.survey(plan))]).toEqual([PENDING, DONE, REPEATED, PENDING]);
    expect(await store.plans()).toHaveLength(1);
    await store.close();
  });

  it("takes curves much longer than its memory, and gives them back in order", async () => {
    const out = folder();
    const length = 200_500;
    const D = Float64Array.from({ length }, (_, i) => i / 3);
    const writer = await Store.open(out, "write");
    await writer.begin(plan, false);
    for (const [i, kappa] of [D.slice(0, 2001), new Float64Array()].entries())
      await writer.add(cellAt(plan, 3 * i), outcome(3 * i, { curves: { kappa, D } }));
    await writer.close();
    const lines = (await exportOf(out, "curves.csv", { curves: true })).trim().split("\n");
    const column = (name: string) => lines[0]!.split(",").indexOf(name);
    const [point, kappa, value] = ["point", "kappa", "D"].map(column) as [number, number, number];
    expect(lines.length).toBe(1 + 2 * length);
    const wrong = lines.slice(1).filter((line, row) => {
      const fields = line.split(",");
      const i = row % length;
      const known = row < 2001 ? String(D[i]) : "";
      return Number(fields[point]) !== i || Number(fields[value]) !== D[i] || Number(fields[kappa]) !== Number(known);
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it("keeps hostile text as text, from the plan to every export", async () => {
    const labels = [
      "'; DROP TABLE cells; --",
      '"); DELETE FROM cells; --',
      "../../etc/passwd",
      "$(touch pwned) `id`",
      "<script>alert(1)</script>",
      '{"a":"\\u0022}',
      'a,b\r\n"c"\t\u001b[31m',
      "\u{1F600} \u202e",
      "=HYPERLINK(1)",
      "$.label",
      "__proto__",
    ];
    const out = folder();
    const hostile = {
      job: "rehearsal",
      name: labels[0],
      fixed: { alpha: 1, beta: 1 },
      axes: { label: { list: labels } },
    };
    const file = planFile(out, hostile);
    const ran = isoflop(["sweep", file, "--out", out, "--threads", "1", "--quiet"]);
    expect(ran.stderr).toBe("");
    const lines = (await exportOf(out, "cells.jsonl")).trim().split("\n");
    const cells = lines.map((line) => JSON.parse(line) as { label: string; echo: string });
    expect(cells.map(({ label }) => label).sort()).toEqual([...labels].sort());
    for (const { label, echo } of cells) expect(echo).toBe(label);
    const csv = await exportOf(out, "cells.csv");
    expect(csv).toContain(`"'; DROP TABLE cells; --"`.replaceAll('"', ""));
    // what a spreadsheet would run is text to it
    expect(csv).toContain(",'=HYPERLINK(1),");
    expect(csv).not.toContain(",=HYPERLINK(1)");
    const parquet = await exportOf(out, "it's.parquet");
    expect(parquet.slice(0, 4)).toBe("PAR1");
    const status = isoflop(["sweep", "status", out]);
    expect(status.stdout).toContain("'; DROP TABLE cells; --");
    expect(existsSync("pwned")).toBe(false);
  });
});

describe("a store that cannot be used is told of in one line", () => {
  const refused = async (out: string, message: RegExp) => {
    const error = await Store.open(out, "write").then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error?.message).toMatch(message);
    expect(error!.message).not.toContain("\n");
  };

  it("in a folder that cannot be made or written", async () => {
    const out = folder();
    writeFileSync(join(out, "file"), "");
    await refused(join(out, "file", "runs"), /^no store can be made in .*\/file\/runs: ENOTDIR/);
    await refused("/proc/runs", /^no store can be made in \/proc\/runs: ENOENT/);
    if (process.getuid?.() === 0) return; // root may write anywhere
    chmodSync(out, 0o500);
    await refused(join(out, "runs"), /EACCES/);
  });

  it("of a newer or an older schema, of something else, or of no database at all", async () => {
    const made = async (sql: string) => {
      const out = folder();
      const instance = await DuckDBInstance.create(join(out, "cells.duckdb"));
      const connection = await instance.connect();
      await connection.run(sql);
      connection.closeSync();
      instance.closeSync();
      return out;
    };
    const meta = (schema: number, isoflop: string) =>
      `CREATE TABLE meta AS SELECT * FROM (VALUES ('schema', '${schema}'), ('id', 'x'), ('isoflop', '${isoflop}')) t(name, value)`;
    await refused(
      await made(meta(99, "9.0.0")),
      /has schema 99, made by isoflop 9\.0\.0: this is \d.*, use a newer one/,
    );
    await refused(
      await made(meta(0, "0.0.1")),
      /has the older schema "0", made by isoflop 0\.0\.1: export it with that version/,
    );
    await refused(await made("CREATE TABLE t (x INTEGER)"), /is a DuckDB file, but no store of sweeps/);
    const out = folder();
    writeFileSync(join(out, "cells.duckdb"), "not a database at all");
    await refused(out, /cannot be opened: IO Error.*not a valid DuckDB database file/);
    await expect(Store.open(folder(), "read")).rejects.toThrow(/^there is no sweep in /);
  });

  it("in use by another process, which is named; its progress can be asked for all the same", async () => {
    const out = folder();
    const long = { job: "rehearsal", fixed: { alpha: 1, beta: 1, v: 1e6, repeats: 2000 }, seeds: 1000, name: "long" };
    const running = start(["sweep", planFile(out, long), "--out", out, "--threads", "1"]);
    await until(() => existsSync(join(out, "progress.json")));
    const second = isoflop(["sweep", planFile(folder(), long), "--out", out]);
    expect(second.stderr).toMatch(/^isoflop: the store .* is in use by another process \(PID \d+\): wait for it.*\n$/);
    expect(second.stderr).toContain(`PID ${running.child.pid}`);
    expect(second.status).toBe(1);
    const status = isoflop(["sweep", "status", out]);
    expect(status.stdout).toMatch(/^long is running: \d+ of 1000 cells done, 0 failed/);
    await running.kill();
    // killed, it leaves a store that can be read
    expect(isoflop(["sweep", "status", out]).stdout).toMatch(/long +1000 +\d+ +0/);
  });

  it("on a full disk: what was committed stays, and room lets it go on", () => {
    const out = folder();
    const disk = join(out, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
    if (mounted.status !== 0) {
      console.warn("\n*** no tmpfs can be mounted here: the test of a full disk is SKIPPED ***\n");
      return;
    }
    onTestFinished(() => void spawnSync("umount", [disk]));
    const big = planFile(out, { job: "rehearsal", fixed: { alpha: 1, beta: 1 }, seeds: 8000 });
    const full = isoflop(["sweep", big, "--out", disk, "--threads", "1", "--quiet"]);
    expect(full.stderr).toMatch(/^isoflop: .*could not be written: .*No space left/);
    expect(full.stderr.trim().split("\n")).toHaveLength(1);
    expect(full.status).toBe(1);
    expect(spawnSync("mount", ["-o", "remount,size=64m", disk]).status).toBe(0);
    expect(isoflop(["sweep", big, "--out", disk, "--quiet"]).status).toBe(0);
    const status = JSON.parse(isoflop(["sweep", "status", disk, "--json"]).stdout) as { plans: object[] };
    expect(status.plans).toMatchObject([{ cells: 8000, done: 8000, failed: 0 }]);
  });
});
