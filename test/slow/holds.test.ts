// What holds, by count: kills, flipped bits, failed writes, hostile messages and files, runtimes. Prints the table of README's
// section of that name. npm run build, then npx vitest run --config vitest.slow.config.ts test/slow/holds.test.ts

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { readTable } from "../../src/fitting/read.ts";
import { plrf, powerLaw, simulate } from "../../src/index.ts";
import { cellAt, runCell } from "../../src/sweep/cells.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { names, toWire } from "../../src/sweep/queue.ts";
import { receivedCell, receivedOutcome } from "../../src/sweep/received.ts";
import { place } from "../../src/sweep/redis.ts";
import { repair } from "../../src/sweep/repair.ts";
import { type Execute, sweep } from "../../src/sweep/sweep.ts";
import { killAndCompare, smallCells } from "../sweep/killing.ts";
import {
  bytesOf,
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
  until,
} from "../sweep/support.ts";

requireBuild();

/** What was done, and how often. */
const counts = new Map<string, number>();
const count = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);
afterAll(() => {
  console.log(
    `\n| tried | how often |\n|---|---|\n${[...counts].map(([what, n]) => `| ${what} | ${n} |`).join("\n")}\n`,
  );
});

const one = (text: string) => expect(text.trimEnd().split("\n"), text).toHaveLength(1);

describe("kills", () => {
  it("of a sweep on this machine", async () => {
    const kills = 80;
    await killAndCompare({ cells: 2000, repeats: 100, kills, span: 200 });
    count("kills −9 of local sweeps", kills);
  });

  it("of simulate", async () => {
    const out = folder();
    const words = "simulate --alpha 0.7 --beta 0.7 --d 64 --steps 1200000 --members 4 --draws 2 --points 9 --threads 2";
    const calm = JSON.parse(isoflop([...words.split(" "), "--quiet", "--json"]).stdout) as Record<string, unknown>;
    const random = seeded(7);
    const run = [...words.split(" "), "--out", join(out, "run.json")];
    let kills = 0;
    while (kills < 40) {
      const running = start(run);
      await sleep(3500 * random());
      if (ended(running.child)) {
        rmSync(join(out, "run.json"), { force: true }); // it came to its end: again from the beginning
        continue;
      }
      await running.kill();
      kills++;
    }
    expect(isoflop(run).status).toBe(0);
    const { mean, stderr, expected } = calm;
    expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8"))).toMatchObject({ mean, stderr, expected });
    expect(readdirSync(out)).toEqual(["run.json"]);
    count("kills −9 of simulate", kills);
  });

  it.skipIf(!hasRedis)("of workers, coordinators and Redis", async () => {
    const redis = await TestRedis.start();
    const [here, there] = [folder(), folder()];
    const cells = 3000;
    const plan = planFile(here, smallCells(cells, 200));
    expect(isoflop(["sweep", plan, "--out", here, "--quiet"]).status).toBe(0);
    const random = seeded(3);
    const join1 = () => start(["worker", "--threads", "1"], redis.env);
    const coordinate = () => start(["sweep", plan, "--out", there, "--queue", "--json"], redis.env);
    const workers = [join1(), join1()];
    let coordinator = coordinate();
    const kills = { workers: 0, coordinators: 0, Redis: 0 };
    const wanted = { workers: 60, coordinators: 14, Redis: 6 };
    while (Object.entries(wanted).some(([what, n]) => kills[what as "Redis"] < n)) {
      await sleep(600 + 1500 * random());
      if (ended(coordinator.child)) {
        // done before all kills were made: the same again, on a store of its own
        expect(await coordinator.end, coordinator.stderr() + coordinator.stdout()).toBe(0);
        rmSync(there, { recursive: true });
        mkdirSync(there);
        coordinator = coordinate();
      }
      const fate = random();
      if (fate < 0.15 && kills.coordinators < wanted.coordinators) {
        await coordinator.kill();
        kills.coordinators++;
        coordinator = coordinate();
      } else if (fate < 0.22 && kills.Redis < wanted.Redis) {
        await redis.stop();
        await sleep(1000 * random());
        await redis.restart();
        kills.Redis++;
      } else {
        const lost = Math.floor(2 * random());
        await workers[lost]!.kill();
        workers[lost] = join1();
        kills.workers++;
      }
      if (workers.some(({ child }) => ended(child)))
        for (const [i, { child }] of workers.entries()) if (ended(child)) workers[i] = join1();
    }
    while (!ended(coordinator.child)) {
      await sleep(500);
      for (const [i, { child }] of workers.entries()) if (ended(child)) workers[i] = join1();
    }
    expect(await coordinator.end, coordinator.stderr()).toBe(0);
    expect(JSON.parse(coordinator.stdout())).toMatchObject({ done: cells, failed: 0 });
    const to = join(there, "all.jsonl");
    expect(isoflop(["sweep", "export", there, "--to", to]).status).toBe(0);
    const keys = keysOf(readFileSync(to, "utf8"));
    expect([keys.length, new Set(keys).size]).toEqual([cells, cells]);
    expect(exported(there) === exported(here)).toBe(true);
    count("kills −9 of workers", kills.workers);
    count("kills −9 of coordinators", kills.coordinators);
    count("kills −9 of Redis", kills.Redis);
  });
});

describe("flipped bits", () => {
  it("of checkpoints: every one is seen", async () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 40 });
    const store = { bytes: undefined as Uint8Array | undefined };
    const checkpoint = {
      read: async () => store.bytes,
      write: async (bytes: Uint8Array) => {
        store.bytes = bytes;
      },
    };
    const options = { steps: 200, members: 4, checkpoint };
    await simulate(model, options);
    const good = store.bytes!;
    const random = seeded(11);
    for (let flip = 0; flip < 500; flip++) {
      const bit = Math.floor(8 * good.length * random());
      store.bytes = Uint8Array.from(good);
      store.bytes[bit >> 3]! ^= 1 << (bit & 7);
      await expect(simulate(model, options), `bit ${bit}`).rejects.toThrow(/^the checkpoint is /);
      count("bits flipped in checkpoints, all told");
    }
  });

  it("of a checkpoint, through the command: kept aside, or it stops as told", async () => {
    const out = folder();
    const file = join(out, "run.json");
    const words = "simulate --alpha 0.7 --beta 0.7 --d 64 --steps 1200000 --members 4 --draws 2 --points 9 --threads 2";
    const run = [...words.split(" "), "--out", file];
    const running = start(run);
    const checkpoint = `${file}.checkpoint.d64`;
    await until(() => existsSync(checkpoint), 600_000);
    await running.kill();
    const bytes = readFileSync(checkpoint);
    bytes[Math.floor(bytes.length / 2)]! ^= 16;
    writeFileSync(checkpoint, bytes);
    const stopped = isoflop([...run, "--stop-if-damaged"]);
    expect(stopped.status).not.toBe(0);
    expect(stopped.stderr).toMatch(/checkpoint is damaged: its checksum is wrong/);
    expect(readFileSync(checkpoint).equals(bytes)).toBe(true);
    const over = isoflop(run);
    expect(over.status).toBe(0);
    expect(over.stderr).toContain(`${checkpoint}.damaged`);
    expect(readFileSync(`${checkpoint}.damaged`).equals(bytes)).toBe(true);
    const { mean } = JSON.parse(isoflop([...words.split(" "), "--quiet", "--json"]).stdout) as { mean: number[] };
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ mean });
  });

  it("of stores: told, repaired, or of no consequence", async () => {
    const sound = folder();
    const plan = planFile(sound, { job: "rehearsal", fixed: { alpha: 1, beta: 1, v: 10 }, seeds: 1500 });
    expect(isoflop(["sweep", plan, "--out", sound, "--quiet"]).status).toBe(0);
    const whole = await bytesOf(sound);
    const known = new Set(whole.split("\n"));
    const good = readFileSync(join(sound, "cells.duckdb"));
    const random = seeded(13);
    for (let flip = 0; flip < 120; flip++) {
      const out = folder();
      const bytes = Buffer.from(good);
      const bit = Math.floor(8 * bytes.length * random());
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(join(out, "cells.duckdb"), bytes);
      const said = await bytesOf(out).catch((error: Error) => error);
      if (said instanceof Error) {
        expect(said.message).toMatch(/^the store \S* (is damaged|cannot be opened) ?.*$/);
        const repaired = await repair(out).catch((error: Error) => error);
        if (repaired instanceof Error) expect(repaired.message).toMatch(/^nothing can be read of /);
        else expect((await bytesOf(out)).split("\n").filter((line) => !known.has(line))).toEqual([]);
        count("bits flipped in stores, told and repaired");
      } else {
        expect(said === whole, `bit ${bit}`).toBe(true);
        count("bits flipped in stores where nothing lay");
      }
      rmSync(out, { recursive: true, force: true });
    }
  });
});

const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);

describe.skipIf(!compiler || process.platform !== "linux")("every write in turn", () => {
  const dir = () => {
    const made = folder();
    const shim = join(made, "fault.so");
    const built = spawnSync(compiler!, ["-shared", "-fPIC", "-O1", "-o", shim, "test/slow/fault.c", "-ldl"]);
    expect(built.status, String(built.stderr)).toBe(0);
    return { made, shim };
  };
  const KINDS = ["space", "short", "device"] as const;

  interface Lane {
    readonly shim: string;
    /** The folder whose writes fail. */
    readonly under: string;
  }

  /** Runs a command with its n-th write failing; n = 0: none, and how many there were. */
  async function failing(args: readonly string[], { under, shim }: Lane, at: number, as: string) {
    const log = `${shim}.log.${basename(under)}`;
    rmSync(log, { force: true });
    const { end, stderr, child } = start(args, {
      ...{ LD_PRELOAD: shim, FAIL_UNDER: under, FAIL_AT: String(at), FAIL_AS: as, FAIL_LOG: log },
      UV_USE_IO_URING: "0",
    });
    const status = await end;
    return {
      status,
      stderr: stderr(),
      signal: child.signalCode,
      writes: existsSync(log) ? readFileSync(log).length : 0,
    };
  }

  /** Every write of a command failed in every way, a few at a time, each in a folder of its own. */
  async function everyWrite(
    writes: number,
    { made, shim }: ReturnType<typeof dir>,
    act: (lane: Lane, at: number, as: (typeof KINDS)[number]) => Promise<void>,
  ) {
    const faults = Array.from({ length: writes }, (_, i) => KINDS.map((as) => [i + 1, as] as const)).flat();
    const work = async (_: unknown, lane: number) => {
      for (let next = faults.shift(); next; next = faults.shift()) {
        await act({ shim, under: join(made, `lane${lane}`) }, ...next);
        count("writes failed (no room, half of it, an error of the device)");
      }
    };
    await Promise.all(Array.from({ length: 3 }, work));
  }

  it.each([
    ["loss --alpha 0.7 --beta 0.7 --d 100 --steps 10", "json"],
    ["loss --alpha 0.7 --beta 0.7 --d 100 --steps 1:100:9", "svg"],
    ["simulate --alpha 0.7 --beta 0.7 --d 20 --steps 100 --members 2 --threads 1", "csv"],
  ])("of %s --out x.%s: the file is the old one or the new one", async (words, ending) => {
    const { made, shim } = dir();
    const calm = join(made, "calm");
    mkdirSync(calm);
    const args = (under: string) => [...words.split(" "), "--out", join(under, `x.${ending}`), "--quiet"];
    const { writes } = await failing(args(calm), { under: calm, shim }, 0, "none");
    const whole = readFileSync(join(calm, `x.${ending}`));
    expect(writes).toBeGreaterThan(1);
    await everyWrite(writes, { made, shim }, async (lane, at, as) => {
      const file = join(lane.under, `x.${ending}`);
      rmSync(lane.under, { recursive: true, force: true });
      mkdirSync(lane.under);
      writeFileSync(file, "old");
      const { status, stderr } = await failing(args(lane.under), lane, at, as);
      const now = readFileSync(file);
      if (status === 0) expect(now.equals(whole), `${as} ${at}`).toBe(true);
      else {
        one(stderr);
        expect(now.toString(), `${as} ${at}: ${stderr}`).toBe("old");
      }
      expect(readdirSync(lane.under).filter((name) => name.endsWith(".part"))).toEqual([]);
    });
  });

  it("of a sweep and of its export: what was committed stays, and the same sweep ends it", async () => {
    const { made, shim } = dir();
    const asked = { job: "rehearsal", fixed: { alpha: 1, beta: 1 }, seeds: 30 };
    const plan = await readPlan(asked);
    const file = planFile(made, asked);
    const calm = join(made, "calm");
    // what is still to do, without a thread of its own
    const execute: Execute = async ({ cells, record }) => {
      for (const cell of { [Symbol.iterator]: () => cells }) await record(cell, await runCell(cell, "here"));
    };
    const args = (under: string) => ["sweep", file, "--out", under, "--quiet", "--threads", "1"];
    const { writes } = await failing(args(calm), { under: calm, shim }, 0, "none");
    const whole = await bytesOf(calm);
    expect(writes).toBeGreaterThan(10);
    await everyWrite(writes, { made, shim }, async (lane, at, as) => {
      const { under } = lane;
      rmSync(under, { recursive: true, force: true });
      const { status, stderr, signal } = await failing(args(under), lane, at, as);
      expect(signal, `${as} ${at}`).toBe(null);
      if (status !== 0) one(stderr);
      const again = await sweep(plan, { out: under, execute }).catch((error: Error) => error);
      if (again instanceof Error) {
        // the log itself was hurt: it is told, and repaired
        expect(again.message, `${as} ${at}`).toMatch(/is damaged .*isoflop sweep repair/);
        await repair(under);
        await sweep(plan, { out: under, execute });
      }
      expect((await bytesOf(under)) === whole, `${as} ${at}`).toBe(true);
    });
    const csv = (under: string) => ["sweep", "export", calm, "--to", join(under, "x.csv")];
    const beside = join(made, "beside");
    mkdirSync(beside);
    const exporting = await failing(csv(beside), { under: beside, shim }, 0, "none");
    const exports = readFileSync(join(beside, "x.csv"));
    expect(exporting.writes).toBeGreaterThan(1);
    await everyWrite(exporting.writes, { made, shim }, async (lane, at, as) => {
      const to = join(lane.under, "x.csv");
      rmSync(lane.under, { recursive: true, force: true });
      mkdirSync(lane.under);
      writeFileSync(to, "old");
      const { status, stderr } = await failing(csv(lane.under), lane, at, as);
      if (status === 0) expect(readFileSync(to).equals(exports), `${as} ${at}`).toBe(true);
      else {
        one(stderr);
        expect(readFileSync(to, "utf8")).toBe("old");
      }
    });
  });
});

/** Any value of JSON, with the names that break programs. */
const json = fc.jsonValue({ maxDepth: 3 });
const odd = fc.oneof(
  json,
  fc.constantFrom<unknown>(null, "", "x", -1, 1.5, 1e308, -0, [], {}, "__proto__", "NaN", "\u0000", "=1+1"),
);

describe("hostile messages", () => {
  const asked = readPlan({ job: "rehearsal", axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } }, seeds: 100 });

  it("results are refused or are what their job gives", async () => {
    const cell = cellAt(await asked, 0);
    const wire = toWire(await runCell(cell, "here:1:1"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(wire)), odd, fc.boolean(), async (name, value, whole) => {
        const sent = JSON.stringify(whole ? value : { ...wire, [name]: value });
        const outcome = await receivedOutcome(cell, sent ?? "");
        expect(outcome.key).toBe(cell.key);
        if (outcome.status === "failed") expect(outcome.error).not.toBe(null);
        else for (const curve of Object.values(outcome.curves)) expect(curve).toBeInstanceOf(Float64Array);
        count("hostile results to a coordinator");
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("jobs are refused, but the one that was asked", async () => {
    const cell = cellAt(await asked, 0);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(cell), "more"), odd, fc.boolean(), async (name, value, whole) => {
        // as a queue carries it
        const sent: unknown = JSON.parse(JSON.stringify(whole ? value : { ...cell, [name]: value }));
        const taken = await receivedCell(sent).catch((error: Error) => error);
        if (taken instanceof Error) one(taken.message);
        // retries and timeout are no part of what is asked
        else expect({ ...taken, retries: 0, timeout: null }).toEqual({ ...cell, retries: 0, timeout: null });
        count("hostile jobs to a worker");
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it.skipIf(!hasRedis)(
    "through Redis: a coordinator records each as failed, and its store stays readable",
    async () => {
      const redis = await TestRedis.start();
      const out = folder();
      const file = planFile(out, {
        job: "rehearsal",
        axes: { alpha: { list: [0.7] }, beta: { list: [0.7] } },
        seeds: 100,
      });
      const { prefix, cells } = names("default");
      const key = (id: string) => `${prefix}:${cells}:${id}`;
      const sweep = start(["sweep", file, "--out", out, "--queue", "--json"], redis.env);
      await until(() => redis.command("llen", key("wait")) === "100", 120_000);
      const forged = fc.sample(fc.json(), { numRuns: 100, seed: 3 });
      const plan = await asked;
      redis.commands(
        forged.flatMap((result, i) => {
          const id = `cell-${cellAt(plan, i).key}`;
          return [
            ["lrem", key("wait"), "0", id],
            ["hset", key(id), "returnvalue", result],
            ["zadd", key("completed"), String(i), id],
          ];
        }),
      );
      count("hostile results through Redis", forged.length);
      expect(await sweep.end).toBe(1);
      expect(JSON.parse(sweep.stdout())).toMatchObject({ cells: 100, done: 0, failed: 100 });
      expect(isoflop(["sweep", "export", out, "--to", join(out, "x.csv")]).status).toBe(0);
    },
  );
});

describe("hostile files and addresses", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      "N",
      "D",
      "loss",
      "params",
      "1e9",
      "7B",
      "1,5",
      "NaN",
      "-",
      "=1+1",
      '"',
      "''",
      "\u0000",
      "__proto__",
      "∞",
    ),
  );
  const line = fc
    .array(word, { maxLength: 5 })
    .chain((words) => fc.constantFrom(",", ";", "\t", " ").map((by) => words.join(by)));
  const text = fc.oneof(
    fc.array(line, { maxLength: 6 }).chain((lines) => fc.constantFrom("\n", "\r\n", "\r").map((by) => lines.join(by))),
    fc.json(),
    fc.array(json, { maxLength: 3 }).map((rows) => rows.map((row) => JSON.stringify(row)).join("\n")),
  );
  const magic = fc.constantFrom(
    "",
    "PAR1",
    "\x1f\x8b\x08",
    "PK\x03\x04",
    "\xff\xfe",
    "\xfe\xff",
    "\xef\xbb\xbf",
    "BZh",
  );
  const bytes = fc
    .tuple(
      magic,
      fc.oneof(
        text.map((t) => Buffer.from(t, "utf8")),
        fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)),
      ),
    )
    .map(([before, content]) => Uint8Array.from(Buffer.concat([Buffer.from(before, "latin1"), content])));

  it("tables are read, or refused in one line", async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom("csv", "tsv", "json", "jsonl", "parquet", undefined),
        async (content, format) => {
          const read = await readTable(content.buffer as ArrayBuffer, format).catch((error: Error) => error);
          if (read instanceof Error) {
            expect(["RangeError", "SyntaxError", "TypeError"], read.stack).toContain(read.name);
            expect(read.message.length, read.message).toBeLessThan(600);
            expect(read.message).not.toContain("\n");
          }
          count("hostile tables");
        },
      ),
      { numRuns: 1000, seed: 4 },
    );
  });

  it("plans are read, or refused in one line", async () => {
    const name = fc.constantFrom(
      "job",
      "fixed",
      "axes",
      "seeds",
      "save",
      "retries",
      "timeout",
      "name",
      "__proto__",
      "x",
    );
    const near = fc.dictionary(name, fc.oneof(odd, fc.constantFrom<unknown>("phase", "loss", { alpha: 1, beta: 1 })));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          text,
          near.map((plan) => JSON.stringify({ job: "phase", ...plan })),
        ),
        async (plan) => {
          const read = await readPlan(plan, { folder: null }).catch((error: Error) => error);
          if (read instanceof Error) {
            expect(["RangeError", "TypeError"], read.stack).toContain(read.name);
            expect(read.message).not.toContain("\n");
            expect(read.message.length, read.message).toBeLessThan(1000);
          } else expect(read.size).toBeGreaterThan(0);
          count("hostile plans");
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });

  it("addresses of a queue are read, or refused without being repeated", () => {
    const secret = "s3cr3t";
    const part = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom("%", "@", ":", "/", "#", "?", "[", "localhost", "99", "%00"),
    );
    const scheme = fc.constantFrom("redis:", "rediss:", "http:", "file:", "javascript:", "");
    fc.assert(
      fc.property(scheme, fc.array(part, { maxLength: 5 }), (before, parts) => {
        const url = `${before}//user:${secret}@${parts.join("")}`;
        try {
          const { options, shown } = place(url);
          expect(shown).not.toContain(secret);
          expect(options.port).toBeLessThan(65536);
        } catch (error) {
          expect((error as Error).name, (error as Error).stack).toBe("TypeError");
          expect((error as Error).message).not.toContain(secret);
          one((error as Error).message);
        }
        count("hostile addresses");
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});

it.skipIf(process.env.ISOFLOP_OFFLINE)("six runtimes give the same bytes", () => {
  const keep = process.env.ISOFLOP_RUNTIMES; // a folder where they are installed already
  const words = ["scripts/test-runtimes.mjs", "--only", "runtimes", ...(keep ? ["--keep", keep] : [])];
  const told = spawnSync("node_modules/.bin/tsx", words, { encoding: "utf8", timeout: 1_800_000 });
  expect(told.status, told.stderr).toBe(0);
  const runtimes = told.stdout.split("\n").filter((line) => /SHA-256|same \d+ numbers/.test(line));
  expect(runtimes).toHaveLength(6);
  count("runtimes with the same bytes", runtimes.length);
});
