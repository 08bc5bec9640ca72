import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { cellAt } from "../../src/sweep/cells.ts";
import { estimate } from "../../src/sweep/estimate.ts";
import { CellPool } from "../../src/sweep/local.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { Store } from "../../src/sweep/store.ts";
import { sweep } from "../../src/sweep/sweep.ts";
import { killAndCompare } from "./killing.ts";
import { folder, isoflop, planFile } from "./support.ts";

requireBuild();

const fixed = { alpha: 1, beta: 1 };

async function rows(out: string, job = "rehearsal") {
  const store = await Store.open(out, "read");
  const columns = await store.columns(job);
  await store.close();
  return columns.key!.map((_, i) => Object.fromEntries(Object.entries(columns).map(([name, list]) => [name, list[i]])));
}

describe("a sweep on this machine", () => {
  it("computes what the library computes, and only what is not there", async () => {
    const out = folder();
    const plan = await readPlan({
      job: "phase",
      axes: { alpha: { list: [0.2, 0.7, 1.2] }, beta: { list: [0.2, 0.7, 1.2] } },
    });
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ cells: 9, done: 9, failed: 0, run: 9, left: 0 });
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ cells: 9, done: 9, run: 0 });
    const wider = await readPlan({ job: "phase", axes: { alpha: { list: [0.7, 1.3] }, beta: { list: [0.7, 1.3] } } });
    expect(await sweep(wider, { out, threads: 2 })).toMatchObject({ cells: 4, run: 3 });
    const cells = await rows(out, "phase");
    // Paquette et al. (2024), table of phases
    expect(cells.find(({ alpha, beta }) => alpha === 1.2 && beta === 0.7)).toMatchObject({ phase: "II" });
    expect(cells.find(({ alpha, beta }) => alpha === 1.2 && beta === 0.2)).toMatchObject({ phase: "Ia" });
    expect(cells.find(({ alpha, beta }) => alpha === 0.2 && beta === 0.2)).toMatchObject({
      phase: null,
      xi: Number.NaN,
    });
  });

  it("records why a cell failed, goes on, and tries again as told, in threads that die too", async () => {
    const out = folder();
    const plan = await readPlan({
      job: "rehearsal",
      fixed,
      axes: { outcome: { list: ["result", "error", "crash"] }, v: { list: [1, 2] } },
      retries: 1,
    });
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ cells: 6, done: 2, failed: 4, run: 6 });
    const store = await Store.open(out, "read");
    expect(await store.failures()).toEqual([
      { error: 'RangeError: this rehearsal was told to fail (label "")', cells: 2 },
      { error: "the thread ended with exit code 70", cells: 2 },
    ]);
    await store.close();
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ run: 0, failed: 4 });
    expect(await sweep(plan, { out, threads: 2, retryFailed: true })).toMatchObject({ run: 4, failed: 4 });
    expect(await rows(out)).toHaveLength(6);
  });

  it("stops when asked, keeps what is done, and goes on from there", async () => {
    const out = folder();
    const plan = await readPlan({ job: "rehearsal", fixed: { ...fixed, v: 1e6, repeats: 50 }, seeds: 400 });
    const controller = new AbortController();
    const stopped = sweep(plan, {
      out,
      threads: 2,
      signal: controller.signal,
      onProgress: ({ run }) => run >= 50 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const there = (await rows(out)).length;
    expect(there).toBeGreaterThanOrEqual(50);
    expect(there).toBeLessThan(400);
    expect(await sweep(plan, { out, threads: 2 })).toMatchObject({ done: 400, run: 400 - there });
  });

  it("is killed −9 twice and ends with every cell once and the same bytes", async () => {
    await killAndCompare({ cells: 300, repeats: 100, kills: 2, span: 300 });
  });
});

describe("memory", () => {
  const heavy = async (megabytes: number, seeds: number) => {
    const plan = await readPlan({ job: "rehearsal", fixed: { ...fixed, megabytes, v: 1e6, repeats: 2000 }, seeds });
    return Array.from({ length: seeds }, (_, i) => cellAt(plan, i));
  };

  it("is never held by more cells than fit: two of 50 MB run one after the other in 80 MB, together in 120 MB", async () => {
    const overlap = async (memory: number) => {
      const pool = await CellPool.open({ threads: 2, memory });
      const [cells, light] = [await heavy(50, 4), await heavy(0, 1)];
      await Promise.all([0, 1].map(() => pool.run(light))); // both threads are started
      const outcomes = (await Promise.all(cells.map((cell) => pool.run([cell])))).flat();
      await pool.close();
      expect(outcomes.every(({ status }) => status === "done")).toBe(true);
      const spans = outcomes.map(({ started, seconds }) => [started, started + 1000 * seconds - 5] as const);
      return spans.some(([from], i) => spans.some(([start, end], j) => i !== j && start < from && from < end));
    };
    expect(await overlap(80e6)).toBe(false);
    expect(await overlap(120e6)).toBe(true);
  });

  it("that no cell may have is the reason of its failure", async () => {
    const pool = await CellPool.open({ threads: 1, memory: 80e6 });
    const [outcome] = await pool.run(await heavy(200, 1));
    await pool.close();
    expect(outcome).toMatchObject({
      status: "failed",
      error: "needs 200 MB of memory, 80 MB may be used here: give more with --memory",
    });
  });
});

it("the memory told counts what the store takes to write a cell of many points", async () => {
  const steps = { lin: [1, 1e6], points: 1_000_000 };
  const plan = await readPlan({ job: "loss", fixed: { ...fixed, d: 10, steps }, save: ["loss"] });
  const { memory, timed } = await estimate(plan, { threads: 1, patience: 0.001 });
  expect(timed).toBe(0);
  // a thread, the writer, and three times the bytes of the points beyond the 100,000 that it always has room for
  expect(memory).toBe(60e6 + 30e6 + 3 * 8 * 900_000);
});

it("a cell is given no more time than whoever runs it allows", async () => {
  const pool = await CellPool.open({ threads: 1, longest: 1 });
  const plan = await readPlan({ job: "rehearsal", timeout: 1000, fixed: { ...fixed, v: 1e6, repeats: 1e9 } });
  const [outcome] = await pool.run([cellAt(plan, 0)]);
  await pool.close();
  expect(outcome).toMatchObject({
    status: "failed",
    error: "took more than 1 s: start this worker with a longer --timeout",
  });
  expect(isoflop(["worker", "--queue", "redis://127.0.0.1:1", "--timeout", "0"])).toMatchObject({
    status: 2,
    stderr: "isoflop: --timeout must be above 0 seconds, got 0\n",
  });
});

describe("the command", () => {
  it("says beforehand what a plan costs", async () => {
    const out = folder();
    const file = planFile(out, { job: "rehearsal", fixed: { ...fixed, megabytes: 30 }, seeds: 5000, name: "dear" });
    const dry = isoflop(["sweep", file, "--dry-run", "--threads", "2", "--memory", "1000"]);
    expect(dry.stdout).toMatch(
      /^dear: 5,000 cells of job rehearsal\n {2}time {5}(about .* on 2 threads \(\d+ cells timed\)|not known: no cell ended within 4 s)\n/,
    );
    expect(dry.stdout).toMatch(/memory {3}up to 210 MB\n( {2}disk {5}up to \d MB\n)?$/);
    const cost = await estimate(await readPlan({ job: "rehearsal", fixed: { ...fixed, outcome: "error" } }), {
      ...{ threads: 1, patience: 600 },
    });
    expect(cost).toMatchObject({ cells: 1, timed: 1, failed: 1 });
    expect(cost.error).toMatch(/told to fail/);
  });

  it("exits with 1 where cells failed, 2 where it was called wrongly", () => {
    const out = folder();
    const run = (plan: object, ...args: string[]) => isoflop(["sweep", planFile(out, plan), ...args]);
    const failing = run({ job: "rehearsal", fixed: { ...fixed, outcome: "error" } }, "--out", join(out, "failing"));
    expect(failing.stdout).toMatch(/^rehearsal: 1 cells, 0 done, 1 failed; 1 run/);
    expect(failing.stderr).toMatch(/^isoflop: 1 of 1 cells failed: see isoflop sweep status/);
    expect(failing.status).toBe(1);
    expect(isoflop(["sweep", "status", join(out, "failing")]).stdout).toMatch(/1 failed: RangeError: this rehearsal/);
    expect(run({ job: "phase", fixed })).toMatchObject({
      status: 2,
      stderr: "isoflop: give --out FOLDER: where the cells are stored\n",
    });
    expect(run({ job: "phase" }, "--out", out).stderr).toMatch(/plan\.json: \/fixed lacks alpha/);
    expect(isoflop(["sweep", join(out, "nothing.json"), "--out", out])).toMatchObject({ status: 2 });
    expect(run({ job: "phase", fixed }, "--out", out, "--threads", "0").status).toBe(2);
    run({ job: "phase", fixed }, "--out", join(out, "two"));
    run({ job: "rehearsal", fixed }, "--out", join(out, "two"));
    const both = isoflop(["sweep", "export", join(out, "two"), "--to", join(out, "x.csv")]);
    expect(both.stderr).toBe("isoflop: there are cells of phase, rehearsal: choose with --job\n");
    expect(isoflop(["sweep", "export", join(out, "two"), "--to", join(out, "x.xls")]).status).toBe(2);
  });
});
