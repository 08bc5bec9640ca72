// Cells on the threads of this machine. A thread gets about a tenth of a second of cells at a time, so that small cells cost
// no messages; a cell waits until its memory is free; one that kills its thread is tried again alone.

import { availableThreads, Overtime, openPool, type Pool, ThreadLost, workerScript } from "../pool.ts";
import { orAborted } from "../share-out.ts";
import { type Cell, failed, memoryOf, type Outcome, tablesIn } from "./cells.ts";
import { NO_TABLES, type Tables } from "./tables.ts";

/** Seconds of work in a batch. */
const BATCH = 0.1;
const MOST_BATCHED = 500;
/** Seconds a cell may take whose plan does not say; or so many times the longest so far, where that is more. */
const HOUR = 3600;
const LONGEST = 1000;
/** A cell of at least so many bytes travels alone. */
const LARGE = 16e6;

export interface LocalOptions {
  /** Default: one per processor. */
  readonly threads?: number | undefined;
  /** Bytes that the cells running at once may hold together. Default: three quarters of what is free. */
  readonly memory?: number | undefined;
  /** Seconds that no cell may exceed here, whatever its plan gives. Default: what the plan gives. */
  readonly longest?: number | undefined;
}

/** Records an outcome; the cell's place is given to the next one when it is done. */
export type Record = (cell: Cell, outcome: Outcome) => Promise<void>;

/** Threads and the memory they share. */
export class CellPool {
  readonly threads: number;
  readonly memory: number;
  readonly #most: number;
  readonly #pool: Pool;
  readonly #waiting: { bytes: number; start: () => void }[] = [];
  #held = 0;
  #longest = 0;

  private constructor(pool: Pool, memory: number, longest: number) {
    this.#pool = pool;
    this.#most = longest;
    this.threads = pool.threads;
    this.memory = memory;
  }

  static async open(options: LocalOptions): Promise<CellPool> {
    const { threads = availableThreads(), memory = defaultMemory(), longest = Infinity } = options;
    return new CellPool(await openPool(workerScript("sweep/thread"), threads), memory, longest);
  }

  /** Runs cells one after another on one thread. Never rejects for what a cell does. */
  async run(cells: readonly Cell[], tables: Tables = NO_TABLES): Promise<Outcome[]> {
    const bytes = Math.max(...cells.map((cell) => memoryOf(cell, tables)));
    if (bytes > this.memory) return cells.map((cell) => this.#tooLarge(cell, bytes));
    const needed = tables.size === 0 ? tables : neededBy(cells, tables);
    // a batch may take what its longest cell may: where that is not enough they run one by one
    const seconds = Math.max(...cells.map((cell) => this.#limit(cell)));
    await this.#hold(bytes);
    const started = Date.now();
    try {
      const outcomes = await this.#pool.run<Outcome[]>("cells", [cells, needed], { seconds });
      for (const outcome of outcomes) this.#longest = Math.max(this.#longest, outcome.seconds);
      return outcomes;
    } catch (error) {
      if (!(error instanceof ThreadLost || error instanceof Overtime)) throw error;
      const [only] = cells;
      if (cells.length === 1)
        return [error instanceof Overtime ? this.#tooLong(only!, started) : await this.#again(only!, needed, error)];
    } finally {
      this.#release(bytes);
    }
    const outcomes: Outcome[] = [];
    for (const cell of cells) outcomes.push(...(await this.run([cell], tables)));
    return outcomes;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** After the first loss of a thread: as often as the cell may be retried. */
  async #again(cell: Cell, tables: Tables, loss: ThreadLost): Promise<Outcome> {
    const started = Date.now();
    for (let attempts = 1; ; attempts++) {
      if (attempts > cell.retries) return failed(cell, loss.message, { attempts, seconds: 0, started, host: "" });
      try {
        return (await this.#pool.run<Outcome[]>("cells", [[cell], tables], { seconds: this.#limit(cell) }))[0]!;
      } catch (error) {
        if (error instanceof Overtime) return this.#tooLong(cell, started);
        if (!(error instanceof ThreadLost)) throw error;
      }
    }
  }

  #limit({ timeout }: Cell): number {
    return Math.min(this.#most, timeout ?? Math.max(HOUR, LONGEST * this.#longest));
  }

  #tooLong(cell: Cell, started: number): Outcome {
    const seconds = this.#limit(cell);
    const timing = { attempts: 1, seconds: (Date.now() - started) / 1000, started, host: "" };
    const remedy =
      seconds === this.#most
        ? "start this worker with a longer --timeout"
        : 'give it longer with "timeout" in the plan';
    return failed(cell, `took more than ${seconds} s: ${remedy}`, timing);
  }

  #tooLarge(cell: Cell, bytes: number): Outcome {
    const [needs, has] = [bytes, this.memory].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
    const timing = { attempts: 0, seconds: 0, started: Date.now(), host: "" };
    return failed(cell, `needs ${needs} of memory, ${has} may be used here: give more with --memory`, timing);
  }

  /** First come, first served, so that a large cell is not passed by small ones for ever. */
  #hold(bytes: number): Promise<void> | void {
    if (this.#waiting.length === 0 && this.#held + bytes <= this.memory) {
      this.#held += bytes;
      return;
    }
    return new Promise((start) => this.#waiting.push({ bytes, start }));
  }

  #release(bytes: number): void {
    this.#held -= bytes;
    while (this.#waiting[0] && this.#held + this.#waiting[0].bytes <= this.memory) {
      const { bytes, start } = this.#waiting.shift()!;
      this.#held += bytes;
      start();
    }
  }
}

/** The tables of a batch: no other need cross to the thread. */
function neededBy(cells: readonly Cell[], tables: Tables): Tables {
  const names = new Set(cells.flatMap(tablesIn));
  return new Map([...tables].filter(([name]) => names.has(name)));
}

function defaultMemory(): number {
  return 0.75 * process.availableMemory();
}

/** Runs every cell, in batches, with one more batch ready than there are threads. */
export async function runLocally(
  cells: Iterator<Cell>,
  left: () => number,
  record: Record,
  options: LocalOptions & { readonly tables?: Tables; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { signal, tables = NO_TABLES } = options;
  const pool = await CellPool.open(options);
  const lanes = pool.threads + 1;
  let seconds = BATCH;
  let spare: Cell | undefined;

  const batch = (): Cell[] => {
    const size = Math.min(MOST_BATCHED, Math.ceil(BATCH / seconds), Math.ceil(left() / lanes));
    const taken: Cell[] = [];
    while (taken.length < Math.max(1, size)) {
      const cell = spare ?? (cells.next().value as Cell | undefined);
      spare = undefined;
      if (!cell) break;
      const large = memoryOf(cell, tables) >= LARGE;
      if (large && taken.length > 0) {
        spare = cell;
        break;
      }
      taken.push(cell);
      if (large) break;
    }
    return taken;
  };

  const lane = async (): Promise<void> => {
    for (let taken = batch(); taken.length > 0; taken = batch()) {
      const outcomes = await pool.run(taken, tables);
      signal?.throwIfAborted();
      const mean = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0) / outcomes.length;
      seconds = Math.max(1e-6, 0.5 * seconds + 0.5 * mean);
      for (const [i, outcome] of outcomes.entries()) await record(taken[i]!, outcome);
    }
  };

  try {
    await orAborted(signal, () => Promise.all(Array.from({ length: lanes }, lane)));
  } finally {
    await pool.close();
  }
}
