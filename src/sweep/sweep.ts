// A sweep: what is already in the store is left alone, the rest is run, here or by the workers of a queue, and recorded.

import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, cellAt, type Outcome, spreadOrder } from "./cells.ts";
import { type LocalOptions, type Record, runLocally } from "./local.ts";
import type { SweepPlan } from "./plan.ts";
import { DONE, FAILED, PENDING, REPEATED, Store } from "./store.ts";
import type { Tables } from "./tables.ts";

export interface Standing {
  /** Different cells of the plan. */
  readonly cells: number;
  readonly done: number;
  readonly failed: number;
}

export interface Progress extends Standing {
  /** Cells run by this call. */
  readonly run: number;
  readonly seconds: number;
  /** Seconds left, from the time the cells took so far; NaN before the first. */
  readonly left: number;
}

export interface SweepOptions extends LocalOptions {
  /** The folder of the store. */
  readonly out: string;
  /** Run the failed cells of earlier calls again. Default false. */
  readonly retryFailed?: boolean;
  /** Runs the cells elsewhere, instead of on this machine's threads. */
  readonly execute?: Execute | undefined;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal | undefined;
  /** Called as cells end. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Runs every cell and records each outcome once; `commit` returns when what is recorded is safe. */
export type Execute = (work: {
  readonly cells: Iterator<Cell>;
  readonly tables: Tables;
  readonly store: string;
  readonly name: string;
  readonly record: Record;
  readonly commit: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
}) => Promise<void>;

/**
 * Runs what is left of a plan.
 * @returns how the plan stands afterwards
 * @throws Error in one line where the store cannot be opened or written; AbortError where `signal` says so: what was
 *   recorded stays
 */
export async function sweep(plan: SweepPlan, options: SweepOptions): Promise<Progress> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const store = await Store.open(options.out, "write");
  const start = performance.now();
  try {
    await store.begin(plan, options.retryFailed ?? false);
    const states = await store.survey(plan);
    const standing = count(states);
    const total = standing.cells - standing.done - standing.failed;
    let run = 0;
    const progress = (): Progress => {
      const seconds = (performance.now() - start) / 1000;
      return { ...standing, run, seconds, left: (seconds / run) * (total - run) };
    };
    const publish = throttled(1000, () => writeProgress(options.out, plan, progress()));
    const record = async (cell: Cell, outcome: Outcome) => {
      await store.add(cell, outcome);
      run++;
      standing[outcome.status]++;
      onProgress?.(progress());
      publish();
    };
    const cells = pending(plan, states);
    if (total > 0)
      if (options.execute)
        await options.execute({
          cells,
          tables: plan.tables,
          store: store.id,
          name: plan.name,
          record,
          commit: () => store.flush(),
          signal,
        });
      else await runLocally(cells, () => total - run, record, { ...options, tables: plan.tables });
    await store.flush();
    writeProgress(options.out, plan, progress());
    return progress();
  } finally {
    await store.close();
  }
}

/** How a plan stands in a store. */
export async function standing(store: Store, plan: SweepPlan): Promise<Standing> {
  return count(await store.survey(plan));
}

function count(states: Uint8Array): { cells: number; done: number; failed: number } {
  const counts = [0, 0, 0, 0];
  for (const state of states) counts[state]!++;
  return { cells: states.length - counts[REPEATED]!, done: counts[DONE]!, failed: counts[FAILED]! };
}

function* pending(plan: SweepPlan, states: Uint8Array): Generator<Cell> {
  for (const i of spreadOrder(plan.size)) if (states[i] === PENDING) yield cellAt(plan, i);
}

/** Where a running sweep says how it stands, for its store is locked. */
export const PROGRESS = "progress.json";

function writeProgress(folder: string, plan: SweepPlan, { cells, done, failed, left }: Progress): void {
  const file = join(folder, PROGRESS);
  const seconds = Number.isFinite(left) ? Math.ceil(left) : null;
  const text = JSON.stringify({
    plan: plan.name,
    cells,
    done,
    failed,
    left: seconds,
    pid: process.pid,
    at: Date.now(),
  });
  try {
    writeFileSync(`${file}.new`, `${text}\n`);
    renameSync(`${file}.new`, file);
  } catch {
    // only a hint: the store says what counts
  }
}

function throttled(milliseconds: number, act: () => void): () => void {
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return;
    next = now + milliseconds;
    act();
  };
}
