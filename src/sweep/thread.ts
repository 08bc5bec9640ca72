// A thread that runs cells: the worker script of local.ts.

import { hostname } from "node:os";
import { threadId } from "node:worker_threads";
import { useKernels } from "../kernels/default.ts";
import { serve } from "../web-pool.ts";
import { type Cell, memoryOf, type Outcome, runCell } from "./cells.ts";
import type { Tables } from "./tables.ts";

const host = `${hostname()}:${process.pid}:${threadId}`;

/** Beyond this a cell's memory is given back: WebAssembly's only grows. */
const LARGE = 64e6;

async function cells(batch: readonly Cell[], tables: Tables): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const cell of batch) {
    outcomes.push(await runCell(cell, host, tables));
    if (memoryOf(cell, tables) > LARGE) useKernels(undefined);
  }
  return outcomes;
}

serve({ cells });
