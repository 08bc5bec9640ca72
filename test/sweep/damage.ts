// A store with flipped bits must be refused by name, give back what can be read, and end as one that was left alone.

import { copyFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Cell, cellAt, type Outcome, runCell } from "../../src/sweep/cells.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { repair } from "../../src/sweep/repair.ts";
import { connect, PENDING, Store } from "../../src/sweep/store.ts";
import { bytesOf, folder, seeded } from "./support.ts";

export const plan = await readPlan({ job: "rehearsal", fixed: { alpha: 1, beta: 1, v: 10 }, seeds: 3000 });
export const cells: [Cell, Outcome][] = [];
for (let i = 0; i < plan.size; i++) cells.push([cellAt(plan, i), await runCell(cellAt(plan, i), "here")]);

/** Adds what is missing, as a sweep does. */
export async function fill(out: string): Promise<void> {
  const store = await Store.open(out, "write");
  await store.begin(plan, false);
  for (const [i, state] of (await store.survey(plan)).entries()) if (state === PENDING) await store.add(...cells[i]!);
  await store.close();
}

export function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 4;
  writeFileSync(file, bytes);
}

export const sound = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));
await fill(sound);
export const whole = await bytesOf(sound);

/** Where blocks of DuckDB begin in its file, behind three headers. */
const HEADERS = 3 * 4096;

/** A byte of the sound store amid rows of a table: in the midst of the last block that holds them. */
async function amid(table: "cells" | "curves"): Promise<number> {
  const { instance, connection } = await connect(join(sound, "cells.duckdb"), "READ_ONLY", {});
  try {
    const ask = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]![0]);
    const block = await ask(`SELECT max(block_id) FROM pragma_storage_info('${table}') WHERE persistent`);
    const size = await ask("SELECT block_size FROM pragma_database_size()");
    return HEADERS + Math.floor((block + 0.5) * size);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Flips a bit of as many copies: one amid the cells, one amid their curves, the others anywhere. */
export async function damageAndRepair(trials: number): Promise<void> {
  expect(await repair(sound)).toMatchObject({ cause: null, cells: 3000, aside: [] });
  const known = new Set(whole.split("\n"));
  const size = statSync(join(sound, "cells.duckdb")).size;
  const random = seeded(5);
  const chosen = [await amid("cells"), await amid("curves")];
  for (let trial = 0; trial < trials; trial++) {
    const out = folder();
    const store = join(out, "cells.duckdb");
    copyFileSync(join(sound, "cells.duckdb"), store);
    flip(store, chosen[trial] ?? Math.floor(size * random()));
    const damaged = readFileSync(store);
    const said = await bytesOf(out).then(
      (bytes) => void expect(bytes === whole).toBe(true), // the plan is damaged, or bytes that hold nothing
      (error: Error) => void expect(error.message).toMatch(/^the store \S* (is damaged|cannot be opened) ?.*$/),
    );
    expect(said).toBe(undefined);
    const repaired = await repair(out).catch((error: Error) => error);
    if (repaired instanceof Error) {
      expect(trial, "nothing is read though rows alone are hurt").toBeGreaterThan(1);
      expect(repaired.message).toMatch(/^nothing can be read of /);
      expect(readFileSync(store).equals(damaged)).toBe(true);
      continue;
    }
    const { cause, cells: kept, lost, incomplete, aside } = repaired;
    expect(kept).toBe(3000 - lost.cells - incomplete);
    if (cause !== null) expect(readFileSync(aside[0]!).equals(damaged)).toBe(true);
    expect((await bytesOf(out)).split("\n").filter((line) => !known.has(line))).toEqual([]);
    await fill(out);
    expect((await bytesOf(out)) === whole).toBe(true);
    if (trial === 0) expect(lost.cells).toBeGreaterThan(0);
    if (trial === 1) expect(lost.curves).toBeGreaterThan(0);
  }
}
