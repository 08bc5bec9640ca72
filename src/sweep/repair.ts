// A damaged store, rebuilt of what can be read. DuckDB checks a sum over every block and every entry of its log, so damage is
// found, not believed: a log is replayed as far as it is whole, a table read by its vectors of 2048 rows, without those that
// lie on a damaged block. What is missing is computed again by the next sweep; the damaged files are kept beside.

import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { jobs } from "./jobs.ts";
import { connect, createStore, DAMAGE, identity, oneLine, text, unopened } from "./store.ts";

export interface Repair {
  /** What DuckDB says of the damage; null where there is none, and then nothing was changed. */
  readonly cause: string | null;
  /** Cells in the store afterwards. */
  readonly cells: number;
  /** Rows of the tables that could not be read. Of a log nobody can say how many it held. */
  readonly lost: Readonly<Record<"meta" | "plans" | "cells" | "curves", number>>;
  /** Bytes after the damage in the log: what stands there was not read, nor the commit that holds it. */
  readonly lostLog: number;
  /** Cells that were read and left out, because points of their curves may be missing. */
  readonly incomplete: number;
  /** Where the damaged files are now. */
  readonly aside: readonly string[];
}

/** DuckDB works, and can skip, in vectors of so many rows. */
const VECTOR = 2048;

/**
 * Rebuilds the store in a folder of what can be read. The damaged files get other names; a store without damage is left alone.
 * @throws Error in one line: no such store, in use by another process, another schema, nothing can be read, no room
 */
export async function repair(folder: string): Promise<Repair> {
  const file = join(resolve(folder), "cells.duckdb");
  if (!existsSync(file)) throw new Error(`there is no sweep in ${folder}: ${file} does not exist`);
  const [reading, fresh] = [`${file}.reading`, `${file}.new`];
  const clean = () => {
    for (const name of [reading, fresh]) for (const end of ["", ".wal"]) rmSync(name + end, { force: true });
  };
  try {
    clean();
    const log = await readableLog(file, reading);
    const rebuilt = await rebuild(resolve(folder), reading, fresh, log.cause);
    const repaired = { ...rebuilt, lostLog: log.lost, aside: [] };
    return rebuilt.cause === null ? repaired : { ...repaired, aside: exchange(file, fresh) };
  } finally {
    clean();
  }
}

/** Makes `reading` the store with as much of its log as DuckDB replays. */
async function readableLog(file: string, reading: string): Promise<{ cause: string | null; lost: number }> {
  // its lock is that of the file: who writes it is told of
  await opens(file).catch((error: Error) => {
    if (/Could not set lock/.test(error.message)) throw new Error(unopened(file, error.message));
  });
  try {
    linkSync(file, reading);
  } catch {
    copyFileSync(file, reading); // a file system without links
  }
  const log = existsSync(`${file}.wal`) ? readFileSync(`${file}.wal`) : new Uint8Array();
  const take = (bytes: number) => {
    if (bytes === 0) rmSync(`${reading}.wal`, { force: true });
    else writeFileSync(`${reading}.wal`, log.subarray(0, bytes));
    return opens(reading);
  };
  const cause = await take(log.length).then(
    () => null,
    (error: Error) => oneLine(error.message),
  );
  if (cause === null) return { cause, lost: 0 };
  await take(0).catch((error: Error) => {
    throw new Error(
      `nothing can be read of ${file}: ${oneLine(error.message)}: move it away and sweep again, or bring a copy back`,
    );
  });
  // an incomplete entry at the end is what a kill leaves and is passed over; a damaged one is refused
  let [good, bad] = [0, log.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    await take(middle).then(
      () => {
        good = middle;
      },
      () => {
        bad = middle;
      },
    );
  }
  await take(good);
  return { cause, lost: log.length - good };
}

async function opens(file: string): Promise<void> {
  const { instance, connection } = await connect(file, "READ_ONLY", {});
  connection.closeSync();
  instance.closeSync();
}

/** A new store of what can be read of another. */
async function rebuild(folder: string, from: string, to: string, logCause: string | null) {
  await createStore(folder, to);
  const { instance, connection } = await connect(to, "READ_WRITE", {});
  const lost = { meta: 0, plans: 0, cells: 0, curves: 0 };
  let cause = logCause;
  try {
    await connection.run(`ATTACH ${text(from)} AS damaged (READ_ONLY)`);
    const doubtful = new Set<string>();
    for (const table of ["meta", "plans", "cells", "curves"] as const) {
      const taken = await copy(connection, table, doubtful);
      lost[table] = taken.lost;
      cause ??= taken.cause;
    }
    // what was there is there once: the new store's own entries give way
    if (lost.meta === 0) {
      await connection.run("DELETE FROM meta WHERE rowid < 3");
      await identity(connection, from);
    }
    const incomplete = lost.curves === 0 ? 0 : await leaveOut(connection, doubtful);
    await connection.run("DELETE FROM curves WHERE key NOT IN (SELECT key FROM cells)");
    const [[cells]] = (await connection.runAndReadAll("SELECT count(*) FROM cells")).getRows() as [[bigint]];
    await connection.run("DETACH damaged");
    await connection.run("CHECKPOINT");
    return { cause, cells: Number(cells), lost, incomplete };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Takes the vectors of a table that can be read; `edges` gets the keys beside those that cannot. */
async function copy(connection: DuckDBConnection, table: string, edges: Set<string>) {
  const value = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()[0]?.[0];
  const rows = Number((await value(`SELECT max(rowid) FROM damaged.${table}`)) ?? -1) + 1;
  const there = Number(await value(`SELECT count(*) FROM damaged.${table}`));
  let [cause, kept, open]: [string | null, number, boolean] = [null, 0, false];
  const edge = async (which: string) => {
    const key = table === "curves" && (await value(`SELECT key FROM curves WHERE rowid = (SELECT ${which})`));
    if (typeof key === "string") edges.add(key);
  };
  const take = async (vectors: number, count: number): Promise<void> => {
    const range = `rowid >= ${vectors * VECTOR} AND rowid < ${(vectors + count) * VECTOR}`;
    const before = Number((await value(`SELECT max(rowid) FROM ${table}`)) ?? -1);
    try {
      const { rowsChanged } = await connection.run(`INSERT INTO ${table} FROM damaged.${table} WHERE ${range}`);
      kept += rowsChanged;
      if (open && rowsChanged > 0) {
        await edge(`min(rowid) FROM curves WHERE rowid > ${before}`);
        open = false;
      }
    } catch (error) {
      const { message } = error as Error;
      if (!DAMAGE.test(message)) throw new Error(`the store could not be rebuilt: ${oneLine(message)}`);
      cause ??= oneLine(message);
      if (count === 1) {
        if (!open) await edge("max(rowid) FROM curves");
        open = true;
        return;
      }
      const half = Math.ceil(count / 2);
      await take(vectors, half);
      await take(vectors + half, count - half);
    }
  };
  if (rows > 0) await take(0, Math.ceil(rows / VECTOR));
  return { cause, lost: there - kept };
}

/**
 * A cell's parts of curves lie together. Of the cells that are done, those whose parts lie beside the lost ones, and those
 * without any that could have some, may lack points: they are left out, and run again.
 */
async function leaveOut(connection: DuckDBConnection, edges: ReadonlySet<string>): Promise<number> {
  const withCurves = [...jobs.values()].filter(({ curves }) => curves.length > 0).map(({ name }) => text(name));
  const beside = [...edges].map(text).join(", ") || "NULL";
  const { rowsChanged } =
    await connection.run(`DELETE FROM cells WHERE status = 'done' AND job IN (${withCurves.join(", ")})
    AND (key IN (${beside}) OR key NOT IN (SELECT key FROM curves))`);
  return rowsChanged;
}

/** Puts the new store in the place of the old one, which keeps existing under another name. */
function exchange(file: string, fresh: string): string[] {
  let n = 1;
  while (existsSync(`${file}.damaged-${n}`)) n++;
  const aside = [];
  for (const end of [".wal", ""]) {
    if (!existsSync(file + end)) continue;
    aside.unshift(`${file}.damaged-${n}${end}`);
    renameSync(file + end, aside[0]!);
  }
  renameSync(fresh, file);
  return aside;
}
