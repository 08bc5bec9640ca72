import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cellAt, runCell } from "../../src/sweep/cells.ts";
import { kernelVersion } from "../../src/sweep/keys.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { names } from "../../src/sweep/queue.ts";
import { place } from "../../src/sweep/redis.ts";
import { smallCells } from "./killing.ts";
import { exported, folder, hasRedis, isoflop, planFile, requireBuild, start, TestRedis, until } from "./support.ts";

requireBuild();

describe("the address of a queue", () => {
  it("is read with its password, TLS and database, and shown without the password", () => {
    const { options, shown } = place("rediss://user:p%40ss@example.org:6380/2");
    expect(options).toEqual({
      host: "example.org",
      port: 6380,
      db: 2,
      username: "user",
      password: "p@ss",
      tls: { servername: "example.org" },
    });
    expect(shown).toBe("example.org:6380/2");
    expect(place("redis://[::1]").options).toEqual({ host: "::1", port: 6379, db: 0 });
  });

  it("that is none is refused without being repeated: it may hold a password", () => {
    for (const url of ["http://a:secret@b", "redis://:secret@/x", "redis//secret", "redis://h/secret"])
      expect(() => place(url)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("secret") }));
    expect(isoflop(["worker"], { ISOFLOP_REDIS_URL: "" })).toMatchObject({
      status: 2,
      stderr: "isoflop: --queue needs redis://host:port, here or in ISOFLOP_REDIS_URL\n",
    });
  });
});

describe.skipIf(!hasRedis)("a sweep through a queue", { timeout: 120_000 }, () => {
  it("gives the bytes of a local one, though a worker is killed and its cells wait for another", async () => {
    const redis = await TestRedis.start();
    const [here, there] = [folder(), folder()];
    const plan = planFile(here, smallCells(300, 100));
    const workers = [1, 2].map(() => start(["worker", "--threads", "1"], redis.env));
    const sweep = start(["sweep", plan, "--out", there, "--queue", redis.url, "--json"], redis.env);
    await until(() => progress(there) > 20, 60_000);
    await workers[0]!.kill();
    expect(isoflop(["sweep", plan, "--out", here, "--quiet"]).status).toBe(0);
    expect(await sweep.end).toBe(0);
    expect(JSON.parse(sweep.stdout())).toMatchObject({ cells: 300, done: 300, failed: 0, run: 300 });
    expect(exported(there) === exported(here)).toBe(true);
    // nothing is left but what BullMQ says of the queue
    expect(redis.command("keys", "*:cell-*")).toBe("");
    expect(redis.command("keys", "*:sweep")).toBe("");
    workers[1]!.child.kill("SIGTERM");
    expect(await workers[1]!.end).toBe(0);
    expect(workers[1]!.stderr()).toMatch(/working on "small cells"\n.*leaving after \d+ cells, 0 of them failed\n$/);
    // the password is nowhere
    const said = [...workers, sweep].map((process) => process.stderr() + process.stdout()).join("");
    const stored = ["cells.duckdb", "progress.json"].map((file) => readFileSync(join(there, file), "latin1")).join("");
    expect(said + stored).not.toContain(TestRedis.password);
    expect(said).not.toMatch(/\n\s+at /);
  });

  it("records failures with their reasons, and hands curves and NaN over unharmed", async () => {
    const redis = await TestRedis.start();
    const out = folder();
    const mixed = {
      job: "rehearsal",
      fixed: { alpha: 1, beta: 1 },
      axes: { outcome: { list: ["result", "error", "crash"] } },
    };
    const worker = start(["worker", "--threads", "1", "--idle", "3"], redis.env);
    const run = isoflop(["sweep", planFile(out, mixed), "--out", out, "--queue", "--json"], redis.env);
    expect(JSON.parse(run.stdout)).toMatchObject({ cells: 3, done: 1, failed: 2 });
    expect(run.status).toBe(1);
    const status = isoflop(["sweep", "status", out]).stdout;
    expect(status).toMatch(/1 failed: RangeError: this rehearsal was told to fail/);
    expect(status).toMatch(/1 failed: the thread ended with exit code 70/);
    const cell = cellAt(await readPlan({ ...mixed, axes: {}, fixed: { ...mixed.fixed, outcome: "result" } }), 0);
    const { D } = (await runCell(cell, "here")).curves;
    const points = exported(out)
      .split("\n")
      .flatMap((line) => (line.includes('"point"') ? [JSON.parse(line).D] : []));
    expect(points).toEqual([...D!]);
    expect(await worker.end).toBe(0);
  });

  it("takes no worker and no coordinator that does not belong", async () => {
    const redis = await TestRedis.start();
    const { notice } = names("default");
    const say = (kernels: string) =>
      redis.command("set", notice, JSON.stringify({ store: "another", kernels, plan: "theirs" }), "px", "60000");
    say("0.0.9-wasm-000000000000");
    const old = isoflop(["worker", "--threads", "1"], redis.env);
    expect(old.status).toBe(1);
    expect(old.stderr).toMatch(
      new RegExp(
        `isoflop: this worker has kernels ${kernelVersion()}, the sweep wants "0\\.0\\.9-wasm-0+": install the same`,
      ),
    );
    const out = folder();
    const plan = planFile(out, { job: "phase", fixed: { alpha: 1, beta: 1 } });
    const second = isoflop(["sweep", plan, "--out", out, "--queue"], redis.env);
    expect(second.stderr).toBe(
      'isoflop: another sweep ("theirs") runs on this queue: wait for it, or use another --queue-name\n',
    );
    expect(second.status).toBe(1);

    const wrong = isoflop(["sweep", plan, "--out", out, "--queue", redis.url], { ISOFLOP_REDIS_PASSWORD: "guess" });
    expect(wrong.stderr).toMatch(/^isoflop: Redis at 127\.0\.0\.1:\d+\/0 refuses the password: set it in .*\n$/);
    expect(wrong.stderr).not.toContain("guess");
    expect(wrong.status).toBe(1);
    const none = isoflop(["worker", "--quiet", "--queue", redis.url], { ISOFLOP_REDIS_PASSWORD: "" });
    expect(none.stderr).toMatch(/^isoflop: Redis at .* wants a password/);
    await redis.stop();
    const gone = isoflop(["worker", "--quiet"], redis.env);
    expect(gone.stderr).toMatch(/^isoflop: Redis at .* does not answer \(ECONNREFUSED\): is it running/);
  });
});

function progress(out: string): number {
  try {
    return (JSON.parse(readFileSync(join(out, "progress.json"), "utf8")) as { done: number }).done;
  } catch {
    return 0;
  }
}
