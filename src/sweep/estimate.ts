// What a plan will cost, before it is run: a few of its cells, spread over the grid, are timed.

import { cellAt, memoryOf, type Outcome, spreadOrder } from "./cells.ts";
import { CellPool, type LocalOptions } from "./local.ts";
import type { SweepPlan } from "./plan.ts";
import { writerMemory } from "./store.ts";

/** Cells timed; cells whose memory is asked for. */
const TIMED = 24;
const LOOKED_AT = 100_000;

export interface Estimate {
  readonly cells: number;
  readonly threads: number;
  /** Of the whole plan on these threads; null where no cell ended within the few seconds given. */
  readonly seconds: number | null;
  /** Bytes the cells running at once hold, threads and the writer of the store and all. */
  readonly memory: number;
  /** Bytes in the store, before it compresses them; null as `seconds`. */
  readonly disk: number | null;
  /** How many cells were timed, and how many of them failed. */
  readonly timed: number;
  readonly failed: number;
  /** Why the first of them failed. */
  readonly error: string | null;
}

/** A thread's own memory. */
const THREAD = 60e6;

export interface EstimateOptions extends LocalOptions {
  /** Seconds after which no more cells are timed. Default 4. */
  readonly patience?: number;
}

/** How long a sweep will take on this machine, by timing some of its cells. */
export async function estimate(plan: SweepPlan, options: EstimateOptions = {}): Promise<Estimate> {
  const pool = await CellPool.open(options);
  try {
    const outcomes = await timed(plan, pool, options.patience ?? 4);
    const count = outcomes.length;
    const mean = (of: (outcome: Outcome) => number) =>
      count === 0 ? null : outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / count;
    const seconds = mean((outcome) => outcome.seconds);
    const bytes = mean(size);
    const parameters = JSON.stringify(cellAt(plan, 0).parameters).length;
    return {
      cells: plan.size,
      threads: pool.threads,
      seconds: seconds === null ? null : (seconds * plan.size) / Math.min(pool.threads, plan.size),
      memory:
        pool.threads * THREAD +
        writerMemory(points(plan, outcomes)) +
        Math.min(pool.memory, pool.threads * largest(plan)),
      disk: bytes === null ? null : (bytes + parameters) * plan.size,
      timed: count,
      failed: outcomes.filter(({ status }) => status === "failed").length,
      error: outcomes.find(({ error }) => error)?.error ?? null,
    };
  } finally {
    await pool.close();
  }
}

async function timed(plan: SweepPlan, pool: CellPool, patience: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + 1000 * patience;
  const indices = spreadOrder(plan.size);
  const lane = async () => {
    while (outcomes.length < TIMED && performance.now() < end) {
      const next = indices.next();
      if (next.done) return;
      outcomes.push(...(await pool.run([cellAt(plan, next.value)], plan.tables)));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1000 * patience);
  });
  const lanes = Promise.all(Array.from({ length: pool.threads }, lane));
  lanes.catch(() => {}); // what still runs when the time is up ends with the pool
  await Promise.race([lanes, late]);
  clearTimeout(timer);
  return [...outcomes];
}

function largest(plan: SweepPlan): number {
  let most = 0;
  const step = Math.max(1, Math.floor(plan.size / LOOKED_AT));
  for (let i = plan.size - 1; i >= 0; i -= step) most = Math.max(most, memoryOf(cellAt(plan, i), plan.tables));
  return most;
}

/** Most points of the curves of one cell: of those timed, or as many as its longest list asks for. */
function points(plan: SweepPlan, outcomes: readonly Outcome[]): number {
  const timed = outcomes.map(({ curves }) => Object.values(curves).reduce((sum, { length }) => sum + length, 0));
  const values = [...Object.values(plan.fixed), ...plan.axes.flatMap((axis) => axis.values)];
  const longest = values.reduce<number>((most, value) => Math.max(most, Array.isArray(value) ? value.length : 0), 0);
  return timed.reduce((most, count) => Math.max(most, count), longest * plan.save.length);
}

/** What an outcome takes in the store: its texts, its curves, key and numbers. */
function size({ results, stats, error, curves }: Outcome): number {
  const points = Object.values(curves).reduce((sum, values) => sum + values.length, 0);
  return 150 + results.length + stats.length + (error?.length ?? 0) + 8 * points;
}
