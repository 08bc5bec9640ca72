// The long versions of test/sweep, with their measurements: npm run test:slow, after a build. They want the machine for themselves.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { kernelVersion } from "../../src/sweep/keys.ts";
import { names } from "../../src/sweep/queue.ts";
import { killAndCompare, smallCells } from "../sweep/killing.ts";
import {
  ended,
  exported,
  folder,
  hasRedis,
  isoflop,
  keysOf,
  planFile,
  seeded,
  sleep,
  start,
  TestRedis,
} from "../sweep/support.ts";

requireBuild();

const report = (text: string) => console.log(`\n>>> ${text}\n`);

describe("on this machine", () => {
  it("10,000 small cells leave the cores at least 90 % of their time", async () => {
    const out = folder();
    const threads = 2;
    const plan = planFile(out, smallCells(10_000, 200));
    const ran = isoflop(["sweep", plan, "--out", out, "--json", "--threads", String(threads)]);
    const { seconds, done } = JSON.parse(ran.stdout) as { seconds: number; done: number };
    expect(done).toBe(10_000);
    const busy = timings(out).reduce((sum, time) => sum + time, 0);
    report(
      `10,000 cells of ${((1000 * busy) / done).toFixed(2)} ms in ${seconds.toFixed(1)} s: ` +
        `${((100 * busy) / (threads * seconds)).toFixed(1)} % of ${threads} threads' time in cells, start and end included`,
    );
    expect(busy / (threads * seconds)).toBeGreaterThan(0.9);
  });

  it("10,000 cells killed −9 twenty times: every cell once, the same bytes", async () => {
    report(await killAndCompare({ cells: 10_000, repeats: 200, kills: 20, span: 1500 }));
  });
});

describe.skipIf(!hasRedis)("through a queue", () => {
  it("a worker leaves though Redis has gone for good", async () => {
    const redis = await TestRedis.start();
    const notice = JSON.stringify({ store: "gone", kernels: kernelVersion(), plan: "gone" });
    redis.command("set", names("default").notice, notice, "px", "60000");
    const worker = start(["worker", "--threads", "1", "--idle", "2"], redis.env);
    while (!/working on/.test(worker.stderr())) await sleep(100);
    await redis.stop();
    expect(await worker.end).toBe(0);
    expect(worker.stderr()).toMatch(/leaving after 0 cells/);
  });

  it("3 workers, one killed −9 every second, Redis stopped twice, the coordinator killed once: the same bytes", async () => {
    const redis = await TestRedis.start();
    const [here, there] = [folder(), folder()];
    const cells = 5000;
    const plan = planFile(here, smallCells(cells, 400));
    expect(isoflop(["sweep", plan, "--out", here, "--quiet"]).status).toBe(0);

    const random = seeded(3);
    const join3 = () => start(["worker", "--threads", "1"], redis.env);
    const coordinate = () => start(["sweep", plan, "--out", there, "--queue", "--json"], redis.env);
    const workers = [join3(), join3(), join3()];
    let coordinator = coordinate();
    let [kills, outages, restarts] = [0, 0, 0];
    for (let second = 1; !ended(coordinator.child); second++) {
      await sleep(1000);
      const lost = Math.floor(3 * random());
      await workers[lost]!.kill();
      workers[lost] = join3();
      kills++;
      if (second === 6 || second === 14) {
        await redis.stop();
        await sleep(2000);
        await redis.restart();
        outages++;
      }
      if (second === 10) {
        await coordinator.kill();
        coordinator = coordinate();
        restarts++;
      }
      if (second > 1800) throw new Error(`it does not end: ${coordinator.stderr()}`);
    }
    expect(await coordinator.end).toBe(0);
    expect([outages, restarts]).toEqual([2, 1]);
    const last = JSON.parse(coordinator.stdout()) as { done: number; failed: number; seconds: number };
    report(
      `${cells} cells through ${kills} killed workers, ${outages} stops of Redis, ${restarts} kill of the coordinator`,
    );
    expect(last).toMatchObject({ done: cells, failed: 0 });
    const keys = keysOf(cellsOf(there));
    expect([keys.length, new Set(keys).size]).toEqual([cells, cells]);
    expect(exported(there) === exported(here)).toBe(true);
  });
});

describe("the cost", () => {
  const tiny = (cells: number) => ({
    job: "phase",
    axes: { alpha: { lin: [0.3, 1.3], points: 100 }, beta: { lin: [0.2, 1.2], points: cells / 100 } },
  });

  it("of a cell that takes no time is at most 2 ms here", async () => {
    const out = folder();
    const plan = planFile(out, tiny(20_000));
    const { seconds } = JSON.parse(isoflop(["sweep", plan, "--out", out, "--json"]).stdout) as { seconds: number };
    report(`local overhead: ${((1000 * seconds) / 20_000).toFixed(3)} ms a cell`);
    expect(seconds / 20_000).toBeLessThan(2e-3);
  });

  it.skipIf(!hasRedis)("and at most 5 ms through a queue", async () => {
    const redis = await TestRedis.start();
    const out = folder();
    const worker = start(["worker", "--threads", "1"], redis.env);
    const plan = planFile(out, tiny(10_000));
    const run = isoflop(["sweep", plan, "--out", out, "--json", "--queue"], redis.env);
    const { seconds, done } = JSON.parse(run.stdout) as { seconds: number; done: number };
    await worker.kill();
    expect(done).toBe(10_000);
    report(`queued overhead: ${((1000 * seconds) / 10_000).toFixed(3)} ms a cell`);
    expect(seconds / 10_000).toBeLessThan(5e-3);
  });

  it("of a million cells is at most 300 MB", async () => {
    const out = folder();
    const plan = planFile(out, tiny(1_000_000));
    const run = start(["sweep", plan, "--out", out, "--threads", "1", "--json"]);
    let peak = 0;
    for (; !ended(run.child); await sleep(200)) peak = Math.max(peak, residentBytes(run.child.pid!));
    const first = JSON.parse(run.stdout()) as { done: number; seconds: number };
    expect(first.done).toBe(1_000_000);
    const again = start(["sweep", plan, "--out", out, "--threads", "1", "--json"]);
    let second = 0;
    for (; !ended(again.child); await sleep(50)) second = Math.max(second, residentBytes(again.child.pid!));
    report(
      `1,000,000 cells in ${first.seconds.toFixed(0)} s: at most ${(peak / 1e6).toFixed(0)} MB, one worker thread's and DuckDB's ` +
        `included; ${(second / 1e6).toFixed(0)} MB to find that nothing is left`,
    );
    expect(Math.max(peak, second)).toBeLessThan(300e6);
  });
});

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function cellsOf(out: string, ...options: string[]): string {
  const to = join(out, "all.jsonl");
  expect(isoflop(["sweep", "export", out, "--to", to, ...options]).status).toBe(0);
  return readFileSync(to, "utf8");
}

function timings(out: string): number[] {
  return cellsOf(out, "--timings")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { seconds: number }).seconds);
}
