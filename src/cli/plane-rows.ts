// Planes row by row on threads: what a figure of them waits for.

import { openPool, workerScript } from "../pool.ts";
import { shareOut } from "../share-out.ts";
import { interruption } from "./interrupt.ts";
import type { Common } from "./options.ts";
import { progress } from "./progress.ts";

/** All rows of a plane, by a job of plane-thread.ts with the arguments of each row, and a bar of that title. */
export async function rowsOnThreads<Row>(
  job: "row" | "epochs",
  count: number,
  argumentsOf: (i: number) => unknown[],
  title: string,
  { threads, quiet }: Common & { readonly threads?: number },
): Promise<Row[]> {
  const signal = interruption();
  const pool = await openPool(workerScript("cli/plane-thread"), threads);
  const bar = progress(title, { quiet });
  const rows: Row[] = [];
  const work = async (i: number) => {
    rows[i] = await pool.run<Row>(job, argumentsOf(i));
  };
  try {
    const lanes = Array.from({ length: Math.min(pool.threads, count) });
    await shareOut(lanes, count, work, { signal, onProgress: (done, of) => bar.update(done / of) });
    return rows;
  } finally {
    bar.done();
    await pool.close();
  }
}
