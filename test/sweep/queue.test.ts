import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { cellAt, runCell } from "../../src/sweep/cells.ts";
import { kernelVersion } from "../../src/sweep/keys.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { names } from "../../src/sweep/queue.ts";
import { place } from "../../src/sweep/redis.ts";
import { smallCells } from "./killing.ts";
import {
  certificates,
  exported,
  folder,
  hasRedis,
  hasTls,
  isoflop,
  planFile,
  ran,
  start,
  TestRedis,
  until,
} from "./support.ts";

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
    expect(place("rediss://127.0.0.1").options.tls).toEqual({}); // no name: TLS has none for addresses
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

describe.skipIf(!hasRedis)("a sweep through a queue", () => {
  it("gives the bytes of a local one, though a worker is killed and its cells wait for another", async () => {
    const redis = await TestRedis.start();
    const [here, there] = [folder(), folder()];
    const plan = planFile(here, smallCells(300, 100));
    const workers = [1, 2].map(() => start(["worker", "--threads", "1"], redis.env));
    const sweep = start(["sweep", plan, "--out", there, "--queue", redis.url, "--json"], redis.env);
    await until(() => progress(there) > 20);
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
    const worker = start(["worker", "--threads", "1", "--idle", "60"], redis.env);
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
    worker.child.kill("SIGTERM");
    expect(await worker.end).toBe(0);
  });

  it("takes no worker and no coordinator that does not belong", async () => {
    const redis = await TestRedis.start();
    const { notice } = names("default");
    const say = (kernels: string) =>
      redis.command("set", notice, JSON.stringify({ store: "another", kernels, plan: "theirs" }), "px", "60000");
    say("0.0.9-wasm-000000000000");
    const out = folder();
    const plan = planFile(out, { job: "phase", fixed: { alpha: 1, beta: 1 } });
    const guess = { ISOFLOP_REDIS_PASSWORD: "guess" };
    const [old, second, wrong, none] = await Promise.all([
      ran(["worker", "--threads", "1"], redis.env),
      ran(["sweep", plan, "--out", out, "--queue"], redis.env),
      ran(["sweep", plan, "--out", folder(), "--queue", redis.url], guess),
      ran(["worker", "--quiet", "--queue", redis.url], { ISOFLOP_REDIS_PASSWORD: "" }),
    ]);
    expect(old.status).toBe(1);
    expect(old.stderr).toMatch(
      new RegExp(
        `isoflop: this worker has kernels ${kernelVersion()}, the sweep wants "0\\.0\\.9-wasm-0+": install the same`,
      ),
    );
    expect(second.stderr).toBe(
      'isoflop: another sweep ("theirs") runs on this queue: wait for it, or use another --queue-name\n',
    );
    expect(second.status).toBe(1);
    expect(wrong.stderr).toMatch(/^isoflop: Redis at 127\.0\.0\.1:\d+\/0 refuses the password: set it in .*\n$/);
    expect(wrong.stderr).not.toContain("guess");
    expect(wrong.status).toBe(1);
    expect(none.stderr).toMatch(/^isoflop: Redis at .* wants a password/);
    await redis.stop();
    const gone = isoflop(["worker", "--quiet"], redis.env);
    expect(gone.stderr).toMatch(/^isoflop: Redis at .* does not answer \(ECONNREFUSED\): is it running/);
  });
});

describe.skipIf(!hasTls)("a queue behind TLS", () => {
  it("is used where its authority is trusted, and told in one line where it is not", async () => {
    const made = certificates();
    const redis = await TestRedis.withTls(made);
    const url = (host: string) => `rediss://${host}:${redis.port}`;
    const env = (host: string, trusted: string) => ({
      ISOFLOP_REDIS_URL: url(host),
      ISOFLOP_REDIS_PASSWORD: TestRedis.password,
      NODE_EXTRA_CA_CERTS: trusted,
    });
    const out = folder();
    const plan = planFile(out, { job: "phase", fixed: { beta: 1 }, axes: { alpha: { lin: [0.6, 1], points: 20 } } });
    const worker = start(["worker", "--threads", "1", "--idle", "60"], env("127.0.0.1", made.authority));
    const swept = isoflop(["sweep", plan, "--out", out, "--queue", "--json"], env("localhost", made.authority));
    expect(swept.stderr).not.toMatch(/warning/i);
    expect(JSON.parse(swept.stdout)).toMatchObject({ done: 20, failed: 0, run: 20 });
    worker.child.kill("SIGTERM");
    expect(await worker.end).toBe(0);
    expect(worker.stderr()).not.toMatch(/warning/i);

    const refused = async (host: string, more: NodeJS.ProcessEnv, says: RegExp) => {
      const { status, stderr } = await ran(["worker", "--quiet"], { ...env(host, made.authority), ...more });
      expect(status).toBe(1);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/gues5|correct horse/);
    };
    const other = certificates();
    const plain = await TestRedis.start();
    await Promise.all([
      // TLS to a plain port is waited for: begun first
      refused(
        "localhost",
        { ISOFLOP_REDIS_URL: `rediss://localhost:${plain.port}` },
        /^isoflop: Redis at localhost:\d+\/0 does not answer \(ETIMEDOUT\): is it running, does it speak TLS, .*\n$/,
      ),
      refused(
        "localhost",
        { NODE_EXTRA_CA_CERTS: other.authority },
        /^isoflop: Redis at localhost:\d+\/0 has a certificate that is not trusted here \([A-Z_]+\): give .*\n$/,
      ),
      refused(
        "localhost",
        { ISOFLOP_REDIS_PASSWORD: "gues5" },
        /^isoflop: Redis at localhost:\d+\/0 refuses the password: set it in .*\n$/,
      ),
      refused("localhost", { ISOFLOP_REDIS_URL: `rediss://:gues5@localhost:${redis.port}` }, /refuses the password/),
      // plain words to a port of TLS
      refused(
        "localhost",
        { ISOFLOP_REDIS_URL: `redis://localhost:${redis.port}` },
        /^isoflop: Redis at localhost:\d+\/0 does not answer .*\n$/,
      ),
    ]);
  });

  it("with a certificate for another name is refused", async () => {
    const made = certificates("DNS:elsewhere.example");
    const redis = await TestRedis.withTls(made);
    const { stderr, status } = isoflop(["worker", "--quiet", "--queue", `rediss://localhost:${redis.port}`], {
      ISOFLOP_REDIS_PASSWORD: TestRedis.password,
      NODE_EXTRA_CA_CERTS: made.authority,
    });
    expect(stderr).toMatch(/has a certificate for another name: use the name it was made for\n$/);
    expect(status).toBe(1);
  });
});

function progress(out: string): number {
  try {
    return (JSON.parse(readFileSync(join(out, "progress.json"), "utf8")) as { done: number }).done;
  } catch {
    return 0;
  }
}
