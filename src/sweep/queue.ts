// Cells by way of Redis: the coordinator keeps a window of them in a BullMQ queue and writes what comes back; workers
// anywhere take them. BullMQ delivers at least once, so everything here may be said twice: a job's id is its cell's key,
// adding it again changes nothing, and a result is taken from the queue only after it is committed to the store.
// Tables travel beside the cells, once each, by their reference; a worker checks what it gets.
// What a worker says is parsed, not trusted (received.ts). A coordinator that was paused while another took the queue finds
// that its token no longer stands there and stops: it takes nothing that is not its own.
// What is lost (a worker, the coordinator, Redis with its memory) is found missing and said again.

import { randomUUID } from "node:crypto";
import type { Queue } from "bullmq";
import { type Cell, failed, type Outcome } from "./cells.ts";
import { kernelVersion, sha256 } from "./keys.ts";
import { LARGEST_RESULT, type Notice, receivedNotice, receivedOutcome, type Wire } from "./received.ts";
import { connect, isAway, loadQueue, type Place } from "./redis.ts";
import type { Execute } from "./sweep.ts";
import { LARGEST_TABLE, referenceTo, type Tables } from "./tables.ts";

/** Cells in the queue at once: enough for the workers never to wait, few enough for any Redis. */
const WINDOW = 1000;
/** Milliseconds between reminders of everything that is out. */
const REMIND = 5000;
/** Milliseconds for which a coordinator's word holds. */
const HELD = 15_000;
/** Milliseconds for which Redis keeps a table without being reminded. */
const TABLE_HELD = 600_000;
/** Results fetched at once. */
const PAGE = 500;

/** In Redis, undivided: whether the word at KEYS[1] is ARGV[1] or nobody's. */
const OWN = `local held = redis.call("get", KEYS[1]); if held and held ~= ARGV[1] then return 0 end`;
const RENEW = `${OWN}; redis.call("set", KEYS[1], ARGV[1], "PX", ARGV[2]); return 1`;
/** Takes jobs from the sets KEYS[2] and KEYS[3] and deletes what is kept of them: KEYS[4], …. */
const TAKE = `${OWN}; for i = 4, #KEYS do redis.call("zrem", KEYS[2], ARGV[i - 2]); redis.call("zrem", KEYS[3], ARGV[i - 2]);
  redis.call("del", KEYS[i], KEYS[i] .. ":logs") end; return 1`;
const RELEASE = `if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end; return redis.call("del", KEYS[1])`;

/** The names in Redis. Workers of other kernels could not reach the cells even if they were not refused. */
export function names(queue: string) {
  return {
    notice: `isoflop:${queue}:sweep`,
    prefix: `isoflop:${queue}`,
    table: (reference: string) => `isoflop:${queue}:table:${reference}`,
    cells: `cells-${sha256(kernelVersion()).slice(0, 12)}`,
  };
}

export interface QueueOptions {
  /** Separates the sweeps that share a Redis. Default "default". */
  readonly name?: string | undefined;
  /** Told when Redis goes away and when it is back. */
  readonly onAway?: (away: boolean) => void;
}

/**
 * Runs cells through a queue.
 * @throws Error in one line where Redis does not answer or refuses, or another sweep runs on the same queue
 */
export function throughQueue(place: Place, { name = "default", onAway }: QueueOptions = {}): Execute {
  return async ({ cells, tables, store, name: plan, record, commit, signal }) => {
    const redis = await connect(place);
    const { notice, prefix, table, cells: queueName } = names(name);
    const own: Notice = { store, token: randomUUID(), kernels: kernelVersion(), plan: plan.slice(0, 200) };
    const word = JSON.stringify(own);
    const other = await claim(redis, notice, own);
    if (other) {
      redis.disconnect();
      throw new Error(
        `another sweep (${JSON.stringify(other.plan)}) runs on this queue: wait for it, or use another --queue-name`,
      );
    }
    const { Queue } = await loadQueue();
    const queue: Queue<Cell, Wire> = new Queue(queueName, { connection: redis as never, prefix });
    queue.on("error", () => {}); // told by the command that fails
    const out = new Map<string, Cell>();
    let more = true;
    let reminded = -Infinity;

    const round = async (): Promise<number> => {
      fenced(await redis.eval(RENEW, 1, notice, word, HELD));
      const fresh: Cell[] = [];
      while (more && out.size < WINDOW) {
        const next = cells.next();
        if (next.done) more = false;
        else {
          out.set(jobId(next.value), next.value);
          fresh.push(next.value);
        }
      }
      // what is said while Redis is away is said again by the next reminder
      const remind = performance.now() - reminded > REMIND;
      if (remind) {
        reminded = performance.now();
        for (const [reference, bytes] of tables) await put(redis, table(reference), bytes);
      }
      await add(redis, queue, remind ? [...out.values()] : fresh);
      return harvest({ redis, queue, notice, word, out, record, commit });
    };

    const leave = async () => {
      if ((await redis.eval(RELEASE, 1, notice, word)) === 1 && tables.size > 0)
        await redis.del(...[...tables.keys()].map(table));
    };

    try {
      for (let away = false, idle = 0; more || out.size > 0; ) {
        signal?.throwIfAborted();
        try {
          idle = (await round()) > 0 ? 0 : Math.min(250, idle + 25);
          if (away) onAway?.(false);
          away = false;
        } catch (error) {
          if (!isAway(error)) throw error;
          if (!away) onAway?.(true);
          away = true;
          reminded = -Infinity;
          idle = 500;
        }
        if (idle > 0) await pause(idle, signal);
      }
      await leave();
    } catch (error) {
      // on purpose or not, this coordinator leaves: what nobody has begun need not be done
      const drained = error instanceof Fenced ? undefined : queue.drain();
      await Promise.allSettled([drained, leave()]);
      throw error;
    } finally {
      await queue.close().catch(() => {});
      redis.disconnect();
    }
  };
}

/** Takes the queue for a store. Returns whose it is instead, where a living coordinator holds it. */
async function claim(redis: import("ioredis").Redis, key: string, own: Notice): Promise<Notice | undefined> {
  if ((await redis.set(key, JSON.stringify(own), "PX", HELD, "NX")) === "OK") return undefined;
  const held = await redis.get(key);
  const holder = await receivedNotice(held);
  if (holder !== undefined && holder.store !== own.store) return holder;
  // the same store is locked by one process alone, so its earlier coordinator is dead; a word that is none binds nobody
  await redis.set(key, JSON.stringify(own), "PX", HELD);
  return undefined;
}

class Fenced extends Error {}

function fenced(answer: unknown): void {
  if (answer !== 1)
    throw new Fenced(
      "another sweep took this queue while this one was paused: what is done is kept, run the same to go on",
    );
}

/** A table where workers find it; sent only where it is not there. */
async function put(redis: import("ioredis").Redis, key: string, bytes: Uint8Array): Promise<void> {
  if ((await redis.pexpire(key, TABLE_HELD)) === 0) await redis.set(key, Buffer.from(bytes), "PX", TABLE_HELD);
}

/**
 * Brings the tables of a cell from Redis.
 * @throws RangeError where one is not there, is too large, or is not what its reference says
 */
export async function fetchTables(
  redis: import("ioredis").Redis,
  queue: string,
  references: readonly string[],
): Promise<Tables> {
  const tables = new Map<string, Uint8Array>();
  for (const reference of references) {
    const key = names(queue).table(reference);
    const size = await redis.strlen(key);
    if (size > LARGEST_TABLE) throw new RangeError(`the table ${reference} has ${size} bytes: more than is allowed`);
    const bytes = await redis.getBuffer(key);
    if (bytes === null) throw new RangeError(`the table ${reference} is not in the queue`);
    if (referenceTo(bytes, reference) !== reference)
      throw new RangeError(`the table ${reference} in the queue has another content`);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    tables.set(reference, shared);
  }
  return tables;
}

/** Not an integer and without a colon, as BullMQ wants. */
const jobId = ({ key }: Cell): string => `cell-${key}`;

async function add(redis: import("ioredis").Redis, queue: Queue<Cell, Wire>, cells: readonly Cell[]): Promise<void> {
  if (cells.length === 0) return;
  const bulk = () =>
    queue.addBulk(cells.map((cell) => ({ name: cell.job, data: cell, opts: { jobId: jobId(cell) } })) as never);
  try {
    await bulk();
  } catch (error) {
    if (!/WRONGTYPE/.test((error as Error).message)) throw error;
    // where a cell belongs somebody put what is none
    for (const key of cells.map((cell) => queue.toKey(jobId(cell))))
      if (!/^(hash|none)$/.test(await redis.type(key))) await redis.del(key);
    await bulk();
  }
}

/** Records what came back, commits it, and only then takes it from the queue. Returns how much it was. */
async function harvest(work: {
  readonly redis: import("ioredis").Redis;
  readonly queue: Queue<Cell, Wire>;
  readonly notice: string;
  readonly word: string;
  readonly out: Map<string, Cell>;
  readonly record: (cell: Cell, outcome: Outcome) => Promise<void>;
  readonly commit: () => Promise<void>;
}): Promise<number> {
  const { redis, queue, notice, word, out, record, commit } = work;
  // read as they are: the library's own reader throws on a job that is not JSON
  const sets = [queue.toKey("completed"), queue.toKey("failed")] as const;
  const ids: string[] = [];
  for (const set of sets) ids.push(...(await redis.zrange(set, 0, String(PAGE - 1))));
  if (ids.length === 0) return 0;
  for (const id of ids) {
    const cell = out.get(id);
    if (!cell) continue; // of an earlier coordinator: already in the store, or to be asked for again
    out.delete(id);
    await record(cell, await sent(redis, queue.toKey(id), cell));
  }
  await commit();
  const keys = ids.map((id) => queue.toKey(id));
  fenced(await redis.eval(TAKE, 3 + ids.length, notice, ...sets, ...keys, word, ...ids));
  return ids.length;
}

/** What is kept of a job that ended, as its cell's outcome. */
async function sent(redis: import("ioredis").Redis, key: string, cell: Cell): Promise<Outcome> {
  const none = { attempts: 0, seconds: 0, started: Date.now(), host: "" };
  if ((await redis.type(key)) !== "hash") return failed(cell, "lost: the queue holds no result of it", none);
  const size = await redis.hstrlen(key, "returnvalue");
  if (size > LARGEST_RESULT)
    return failed(
      cell,
      `what a worker sent was refused: it has ${size} bytes, at most ${LARGEST_RESULT} are read`,
      none,
    );
  const [reason, value] = await redis.hmget(key, "failedReason", "returnvalue");
  if (reason) return failed(cell, `lost: ${reason.slice(0, 2000)}`, none);
  return receivedOutcome(cell, value ?? "");
}

export function toWire(outcome: Outcome): Wire {
  const curves = Object.entries(outcome.curves).map(([name, values]) => [name, toBase64(values)]);
  return { ...outcome, curves: Object.fromEntries(curves) };
}

function toBase64({ buffer, byteOffset, byteLength }: Float64Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}
