// Whatever a queue holds, a worker runs only what a plan could ask, and a coordinator records only what answers.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { type Cell, cellAt, runCell } from "../../src/sweep/cells.ts";
import { jobs } from "../../src/sweep/jobs.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { names, toWire } from "../../src/sweep/queue.ts";
import { receivedCell, receivedNotice, receivedOutcome } from "../../src/sweep/received.ts";
import { place } from "../../src/sweep/redis.ts";
import { folder, hasRedis, isoflop, planFile, start, TestRedis, until } from "./support.ts";

requireBuild();

const plan = await readPlan({ job: "rehearsal", axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } }, seeds: 40 });
const cell = cellAt(plan, 0);
const outcome = await runCell(cell, "here:1:1");
const wire = toWire(outcome);

/** Each in place of a value, of the right kind or another. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  "",
  "x",
  "\u0000",
  "🦆".repeat(500),
  [],
  [1],
  {},
  { a: 1 },
  { toString: 1 },
];

function* broken(value: object, except: (path: string, put: unknown) => boolean): Generator<[string, unknown]> {
  for (const whole of [...HOSTILE, [value]]) yield [`all: ${JSON.stringify(whole)?.slice(0, 40)}`, whole];
  for (const name of Object.keys(value)) {
    const { [name as never]: _, ...without } = value as Record<string, unknown>;
    yield [`no ${name}`, without];
    for (const put of HOSTILE)
      if (!except(name, put)) yield [`${name}: ${JSON.stringify(put)?.slice(0, 40)}`, { ...value, [name]: put }];
  }
  yield ["more", { ...value, more: 1 }];
  yield ["__proto__", JSON.parse(`${JSON.stringify(value).slice(0, -1)},"__proto__":{"status":"done"}}`)];
}

describe("what a coordinator takes from a worker", () => {
  it("is what the worker computed, to the bit", async () => {
    expect(await receivedOutcome(cell, JSON.stringify(wire))).toEqual(outcome);
    const error = await runCell({ ...cell, parameters: { ...cell.parameters, outcome: "error" } }, "there");
    expect(await receivedOutcome(cell, JSON.stringify(toWire(error)))).toEqual(error);
  });

  it("is what every job computes, all its columns and curves named", async () => {
    const out = folder();
    const sizes = [1, 2, 4, 8].flatMap((N) => [1, 3, 9, 27].map((D) => [1e6 * N, 1e7 * D] as const));
    const rows = sizes.map(([N, D]) => `${N},${D},${1.7 + 400 * N ** -0.34 + 410 * D ** -0.28}`);
    writeFileSync(join(out, "runs.csv"), `N,D,loss\n${rows.join("\n")}\n`);
    const power = { alpha: 1, beta: 0.7 };
    const plans: Record<string, object> = {
      phase: power,
      loss: { ...power, d: 20, steps: [1, 10] },
      frontier: { ...power, flops: [1e5, 1e7], points: 5 },
      simulate: { ...power, d: 10, steps: 20, record: 5, members: 4 },
      dynamics: { a: 1.5, b: 1.5, N: 50, P: 60, times: [1, 10] },
      fit: { table: "runs.csv", bootstrap: 20, starts: "projection" },
      rehearsal: power,
    };
    expect(Object.keys(plans)).toEqual([...jobs.keys()]);
    for (const [job, fixed] of Object.entries(plans)) {
      const plan = await readPlan({ job, fixed }, { folder: out });
      const cell = cellAt(plan, 0);
      const ran = await runCell(cell, "here", plan.tables);
      expect([ran.status, ran.error], job).toEqual(["done", null]);
      const { results, stats } = jobs.get(job)!;
      expect(Object.keys(JSON.parse(ran.results) as object).sort(), job).toEqual(Object.keys(results).sort());
      expect(Object.keys(JSON.parse(ran.stats) as object).sort(), job).toEqual(Object.keys(stats).sort());
      expect(Object.keys(ran.curves).sort(), job).toEqual(cell.save);
      expect(await receivedOutcome(cell, JSON.stringify(toWire(ran))), job).toEqual(ran);
    }
  });

  it("or a failed cell with the reason, of whatever else", async () => {
    const fits = (name: string, put: unknown) =>
      (name === "host" && typeof put === "string" && put.length < 400) ||
      (name === "seconds" && put === 1.5) ||
      (name === "curves" && JSON.stringify(put) === "{}") ||
      (name === "error" && put === null);
    const results = (put: object) => ({ ...wire, results: JSON.stringify(put) });
    const more: [string, unknown][] = [
      ["a curve of 3 bytes", { ...wire, curves: { D: "AAAA" } }],
      ["a curve that is no text", { ...wire, curves: { D: [1] } }],
      ["a curve nobody asked for", { ...wire, curves: { E: "" } }],
      ["another's key", { ...wire, key: cellAt(plan, 1).key }],
      ["failed without a reason", { ...wire, status: "failed" }],
      ["done with a reason", { ...wire, error: "x" }],
      ["results that are no JSON", { ...wire, results: "{" }],
      ["results of another kind", results({ sum: "x" })],
      ["unknown results", results({ total: 1 })],
      ["a number for a text", results({ echo: 1 })],
    ];
    const cases = [...broken(wire, fits), ...more];
    expect(cases.length).toBeGreaterThan(100);
    for (const [what, value] of cases) {
      const { status, error, key, curves } = await receivedOutcome(cell, JSON.stringify(value));
      expect([status, key, Object.keys(curves)], what).toEqual(["failed", cell.key, []]);
      expect(error, what).toMatch(/^what a worker sent was refused: \S/);
      expect(error!.length, what).toBeLessThan(500);
    }
    for (const text of ["", "{", "nul", "\u0000", "[".repeat(100_000)])
      expect((await receivedOutcome(cell, text)).error).toBe("what a worker sent was refused: it is not JSON");
  });
});

describe("what a worker takes from a queue", () => {
  it("is every cell of a plan", async () => {
    for (let i = 0; i < plan.size; i++)
      expect(await receivedCell(JSON.parse(JSON.stringify(cellAt(plan, i))))).toEqual(cellAt(plan, i));
  });

  it("and nothing that no plan could ask", async () => {
    const fits = (name: string, put: unknown) => name === "timeout" && (put === null || put === 1.5);
    const parameters = (put: object): Cell => ({ ...cell, parameters: { ...cell.parameters, ...put } });
    const more = [
      parameters({ megabytes: "x" }),
      parameters({ megabytes: -1 }),
      parameters({ v: 0 }),
      parameters({ v: 1e3 + 1 }), // as a plan could, but under another's key
      parameters({ unknown: 1 }),
      { ...cell, seed: 1 },
      { ...cell, save: ["D"] },
      { ...cell, retries: 101 },
      { ...cell, timeout: 1e9 },
      { ...cell, job: "constructor" },
    ];
    const cases = [...broken(cell, fits), ...more.map((value, i) => [`more ${i}`, value] as const)];
    expect(cases.length).toBeGreaterThan(100);
    for (const [what, value] of cases)
      await expect(receivedCell(value), what).rejects.toThrow(/^(the cell|there is no job)/);
  });

  it("no notice that is none", async () => {
    const notice = { store: "s", token: "t", kernels: "k", plan: "p" };
    expect(await receivedNotice(JSON.stringify(notice))).toEqual(notice);
    for (const text of [null, "", "{", "null", "3", "[]", '{"store":1}', `"${"x".repeat(20_000)}"`])
      expect(await receivedNotice(text)).toBeUndefined();
  });
});

describe("the address of a queue", () => {
  it("says how a % is written, and wants the database as a number", () => {
    expect(() => place("redis://:50%off@host")).toThrow(
      "the password in the queue's URL has a % that begins no escape: write %25 for it, or set ISOFLOP_REDIS_PASSWORD",
    );
    expect(place("redis://:50%25off@host").options.password).toBe("50%off");
    for (const path of ["/x", "/1/2", "/-1", "/1e2", "/0x1"])
      expect(() => place(`redis://host${path}`)).toThrow("number");
  });
});

describe.skipIf(!hasRedis)("a coordinator", () => {
  const { prefix, cells, notice } = names("default");
  const key = (id: string) => `${prefix}:${cells}:${id}`;

  it("survives forged results, records each as failed with its reason, and its store stays readable", async () => {
    const redis = await TestRedis.start();
    const out = folder();
    const file = planFile(out, {
      job: "rehearsal",
      axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } },
      seeds: 40,
    });
    const ids = Array.from({ length: 40 }, (_, i) => `cell-${cellAt(plan, i).key}`);
    redis.command("set", key(ids[3]!), "no hash"); // where a cell is to be
    const sweep = start(["sweep", file, "--out", out, "--queue", "--json"], redis.env);
    await until(() => redis.command("llen", key("wait")) === "40");
    const forged = [
      "null",
      "3",
      "{",
      '"text"',
      "[]",
      '{"status":"odd"}',
      JSON.stringify({ ...wire, curves: { D: "AAAA" } }),
    ];
    redis.commands(
      ids.flatMap((id, i) => [
        ["lrem", key("wait"), "0", id],
        ...(i % 10 === 8 ? [["del", key(id)]] : []),
        ...(i % 10 === 9 ? [["set", key(id), "no hash"]] : []),
        ...(i % 10 < 8 ? [["hset", key(id), "data", "{", "returnvalue", forged[i % forged.length]!]] : []),
        ["zadd", key("completed"), String(i), id],
      ]),
    );
    expect(await sweep.end).toBe(1);
    expect(JSON.parse(sweep.stdout())).toMatchObject({ cells: 40, done: 0, failed: 40 });
    const { stdout, status } = isoflop(["sweep", "status", out, "--json"]);
    expect(status).toBe(0);
    const { failures } = JSON.parse(stdout) as { failures: { error: string; cells: number }[] };
    expect(failures.every(({ error }) => /^(what a worker sent was refused|lost): /.test(error))).toBe(true);
    expect(isoflop(["sweep", "export", out, "--to", `${out}/x.csv`]).status).toBe(0);
    expect(redis.command("zcard", key("completed"))).toBe("0");
  });

  it("that was paused while another took the queue stops, and takes nothing of it", async () => {
    const redis = await TestRedis.start();
    const out = folder();
    const file = planFile(out, { job: "rehearsal", axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } } });
    const sweep = start(["sweep", file, "--out", out, "--queue"], redis.env);
    await until(() => redis.command("llen", key("wait")) === "1");
    sweep.child.kill("SIGSTOP");
    const other = JSON.stringify({ store: "other", token: "other", kernels: "k", plan: "p" });
    redis.command("set", notice, other);
    redis.command("zadd", key("completed"), "1", "cell-of-the-other");
    sweep.child.kill("SIGCONT");
    expect(await sweep.end).toBe(1);
    expect(sweep.stderr()).toMatch(/another sweep took this queue while this one was paused: what is done is kept/);
    expect(redis.command("get", notice)).toBe(other);
    expect(redis.command("zcard", key("completed"))).toBe("1");
    expect(redis.command("llen", key("wait"))).toBe("1");
  });

  it("refuses a database that is not there", async () => {
    const redis = await TestRedis.start();
    const { status, stderr } = isoflop(["worker", "--quiet", "--queue", `${redis.url}/99`], redis.env);
    expect([status, stderr]).toEqual([
      1,
      `isoflop: Redis at 127.0.0.1:${redis.port}/99 has no such database: take a lower number after the slash\n`,
    ]);
  });
});

it("a cell that takes longer than its timeout is a failed cell, and the others run", () => {
  const out = folder();
  const slow = {
    ...{ job: "rehearsal", timeout: 1.5, fixed: { alpha: 0.7, beta: 0.7 } },
    axes: { v: { list: [10, 100] }, repeats: { list: [1, 1e9] } },
  };
  const { status, stdout } = isoflop(["sweep", planFile(out, slow), "--out", out, "--json", "--threads", "2"]);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ cells: 4, done: 2, failed: 2 });
  const { failures } = JSON.parse(isoflop(["sweep", "status", out, "--json"]).stdout) as { failures: object[] };
  expect(failures).toEqual([{ error: 'took more than 1.5 s: give it longer with "timeout" in the plan', cells: 2 }]);
});

it.skipIf(!hasRedis)(
  "the user that docs/sweeps.md proposes can sweep, and do nothing else",
  { timeout: 600_000 },
  async () => {
    const redis = await TestRedis.start();
    const line = /^ACL SETUSER (isoflop .*)$/m.exec(readFileSync("docs/sweeps.md", "utf8"))![1]!;
    redis.command("acl", "setuser", ...line.replace("PASSWORD", "own").split(" "));
    const env = { ISOFLOP_REDIS_URL: `redis://isoflop:own@127.0.0.1:${redis.port}` };
    const out = folder();
    const file = planFile(out, { job: "rehearsal", axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } }, seeds: 5 });
    const worker = start(["worker", "--threads", "1"], env);
    const { stdout, stderr } = isoflop(["sweep", file, "--out", out, "--queue", "--json"], env);
    expect(stderr).not.toContain("isoflop:");
    expect(JSON.parse(stdout)).toMatchObject({ done: 5, failed: 0 });
    await worker.kill();
    for (const refused of [["set", "other", "1"], ["flushall"], ["config", "get", "*"]])
      expect(redis.command("acl", "dryrun", "isoflop", ...refused)).toMatch(/no permissions|NOPERM|has no/);
  },
);
