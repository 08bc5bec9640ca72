// A worker: takes cells from a queue, runs them on its threads, hands the outcomes back. The event loop stays free to renew
// the locks of what runs. Where it is killed its cells are taken up by another after a few seconds.

import type { Worker } from "bullmq";
import { type Cell, tablesIn } from "./cells.ts";
import { kernelVersion } from "./keys.ts";
import { CellPool, type LocalOptions } from "./local.ts";
import { fetchTables, names, pause, toWire } from "./queue.ts";
import { type Notice, receivedCell, receivedNotice, type Wire } from "./received.ts";
import { connect, isAway, loadQueue, type Place } from "./redis.ts";
import { NO_TABLES, type Tables } from "./tables.ts";

/** Milliseconds after which a cell whose worker is silent is someone else's; and how often that is looked for. */
const LOCK = 5000;
const LOOK = 2000;
/** How many workers may be lost under a cell before it is given up. */
const LOSSES = 5;
/** Milliseconds that running cells are given when the worker is asked to stop. */
const GRACE = 20_000;
/** And that Redis is given to hear of it. */
const FAREWELL = 2000;

export interface WorkerOptions extends LocalOptions {
  /** As the coordinator's. Default "default". */
  readonly name?: string | undefined;
  /** Leave after so many seconds without a sweep. Default: stay for ever. */
  readonly idle?: number | undefined;
  /** Asks it to finish what runs and leave. */
  readonly signal?: AbortSignal | undefined;
  readonly onSweep?: (plan: string) => void;
  readonly onCell?: (counts: { readonly done: number; readonly failed: number }) => void;
}

/**
 * Works for the sweeps of a queue until told to stop, or idle for too long.
 * @returns how many cells were run
 * @throws Error in one line where Redis does not answer or refuses, or the sweep is for other kernels than these
 */
export async function work(place: Place, options: WorkerOptions = {}): Promise<{ done: number; failed: number }> {
  const { signal, idle = Infinity } = options;
  const { notice, prefix, cells } = names(options.name ?? "default");
  const redis = await connect(place);
  const counts = { done: 0, failed: 0 };
  const pool = await CellPool.open(options);
  let running = 0;
  let leaving = false;
  let worker: Worker<Cell, Wire> | undefined;

  // those of the cell before are mostly those of the next
  let held: { readonly names: string; readonly tables: Promise<Tables> } = {
    names: "",
    tables: Promise.resolve(NO_TABLES),
  };
  const tablesFor = (cell: Cell): Promise<Tables> => {
    const references = tablesIn(cell);
    if (references.join() !== held.names) {
      const tables = fetchTables(redis, options.name ?? "default", references);
      held = { names: references.join(), tables };
      tables.catch(() => {
        held = { names: "", tables: Promise.resolve(NO_TABLES) };
      });
    }
    return held.tables;
  };

  const run = async ({ data }: { data: Cell }): Promise<Wire> => {
    running++;
    try {
      const cell = await receivedCell(data);
      const [outcome] = await pool.run([cell], await tablesFor(cell));
      counts[outcome!.status]++;
      options.onCell?.(counts);
      return toWire(outcome!);
    } finally {
      running--;
    }
  };

  const start = async (plan: string) => {
    const { Worker } = await loadQueue();
    worker = new Worker(cells, run, {
      connection: {
        ...place.options,
        maxRetriesPerRequest: null,
        retryStrategy: (times) => (leaving ? null : Math.min(100 * times, 2000)),
      },
      prefix,
      concurrency: pool.threads + 1, // one is on its way while the others run
      lockDuration: LOCK,
      stalledInterval: LOOK,
      maxStalledCount: LOSSES,
    });
    worker.on("error", () => {}); // it reconnects by itself
    options.onSweep?.(plan);
  };

  try {
    for (let seen = performance.now(); !signal?.aborted; await pause(1000, signal)) {
      const sweep = await current(redis, notice);
      if (sweep && sweep.kernels !== kernelVersion())
        throw new Error(
          `this worker has kernels ${kernelVersion()}, the sweep wants ${JSON.stringify(sweep.kernels)}: install the same isoflop on both`,
        );
      if (sweep && !worker) await start(sweep.plan);
      if (sweep || running > 0) seen = performance.now();
      if (performance.now() - seen > 1000 * idle) break;
    }
    await ended(worker?.close(), GRACE);
    return counts;
  } finally {
    leaving = true;
    // what cannot be told to a Redis that is away is not waited for
    await ended(worker?.close(true), FAREWELL);
    await ended(worker?.disconnect(), FAREWELL);
    redis.disconnect();
    await pool.close();
  }
}

/** When it is done, or failed, or has taken so many milliseconds. */
async function ended(work: Promise<unknown> | undefined, milliseconds: number): Promise<void> {
  const over = new AbortController(); // a timer that is left would keep the process
  const done = Promise.resolve(work).catch(() => {});
  await Promise.race([done.finally(() => over.abort()), pause(milliseconds, over.signal)]);
}

async function current(redis: import("ioredis").Redis, notice: string): Promise<Notice | undefined> {
  try {
    const text = await redis.get(notice);
    return await receivedNotice(text);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}
