// The store: DuckDB in the output folder, one row a cell, curves beside. One process writes; each commit holds whole cells,
// so a kill loses at most the last quarter second, which is computed again. Keys are not indexed (appending is 200 times
// faster without): the one writer looks up what is there when it starts.

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance, DuckDBListType } from "@duckdb/node-api";
import { shown } from "../check.ts";
import { version } from "../provenance.ts";
import { replaceBy } from "../replace.ts";
import { type Cell, cellAt, type Outcome, repeats } from "./cells.ts";
import { jobs } from "./jobs.ts";
import { KeySet, kernelVersion } from "./keys.ts";
import type { Column } from "./kinds/kind.ts";
import type { SweepPlan } from "./plan.ts";

/** Raised when the tables change. */
export const SCHEMA = 2;
/** A commit is made when this many cells wait, or so many points of their curves, or the first of them has waited so long. */
const COMMIT = { cells: 500, points: 100_000, milliseconds: 250 };
/** Bytes that DuckDB may hold while cells run, which need the memory more. An export may take what DuckDB takes by itself. */
export const WRITER = 30e6;
const WRITING = { memory_limit: `${WRITER / 1e6}MB` };
/** And more while it writes a cell of more points than a commit waits for: their bytes so many times over. */
const HELD_OVER = 3;

/** Bytes that DuckDB needs to commit so many points of curves at once. */
export const writerMemory = (points: number): number => WRITER + HELD_OVER * 8 * Math.max(0, points - COMMIT.points);
/**
 * Points of a curve in one row; every row of it but the last has as many. DuckDB works on 2048 rows at once, whatever their
 * length, and holds them several times over: with 1000 points a row, curves of 900,000 points did not fit.
 */
const PART = 200;

const TABLES = `
  CREATE TABLE meta (name VARCHAR, value VARCHAR);
  CREATE TABLE plans (id VARCHAR, name VARCHAR, source VARCHAR, kernels VARCHAR);
  CREATE TABLE cells (key VARCHAR, job VARCHAR, kernels VARCHAR, parameters VARCHAR, seed BIGINT, status VARCHAR,
    results VARCHAR, stats VARCHAR, error VARCHAR, attempts INTEGER, seconds DOUBLE, started BIGINT, host VARCHAR);
  CREATE TABLE curves (key VARCHAR, name VARCHAR, part INTEGER, "values" DOUBLE[]);`;

/** How each cell of a plan stands. */
export const PENDING = 0;
export const DONE = 1;
export const FAILED = 2;
/** The same as an earlier cell of the plan. */
export const REPEATED = 3;

const openHere = new Set<string>();

/** The cells of a sweep and their results in a DuckDB file. */
export class Store {
  readonly file: string;
  /** Names this store among all others. */
  readonly id: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #waiting: { cell: Cell; outcome: Outcome }[] = [];
  #points = 0;
  /** Bytes that DuckDB may hold now. */
  #memory = WRITER;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<void> = Promise.resolve();

  private constructor(file: string, id: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.file = file;
    this.id = id;
    this.#instance = instance;
    this.#connection = connection;
  }

  /**
   * Opens the store in a folder, to write (then it is made where there is none) or to read.
   * @throws Error in one line: no such store, another schema, in use by another process, not writable, DuckDB not installed
   */
  static async open(folder: string, mode: "write" | "read"): Promise<Store> {
    const file = join(resolve(folder), "cells.duckdb");
    if (openHere.has(file)) throw new Error(`the store ${file} is in use by this very process`);
    if (!existsSync(file)) {
      if (mode === "read") throw new Error(`there is no sweep in ${folder}: ${file} does not exist`);
      await create(resolve(folder), file);
    }
    const opened = mode === "write" ? connect(file, "READ_WRITE") : connect(file, "READ_ONLY", {});
    const { instance, connection } = await opened.catch((error: Error) => {
      if (error instanceof MissingDuckDB) throw error;
      throw new Error(unopened(file, error.message));
    });
    try {
      const id = await identity(connection, file);
      openHere.add(file);
      return new Store(file, id, instance, connection);
    } catch (error) {
      connection.closeSync();
      instance.closeSync();
      throw error;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush().finally(() => {
      this.#connection.closeSync();
      this.#instance.closeSync();
      openHere.delete(this.file);
    });
  }

  /** Remembers a plan and, where asked, forgets its failed cells so that they run again. */
  begin(plan: SweepPlan, retryFailed: boolean): Promise<void> {
    return this.#transaction(async (connection) => {
      await connection.run("DELETE FROM plans WHERE id = $1", [plan.id]);
      await connection.run("INSERT INTO plans VALUES ($1, $2, $3, $4)", [
        plan.id,
        plan.name,
        plan.source,
        kernelVersion(),
      ]);
      if (!retryFailed) return;
      const failed = new Set((await this.#rows("SELECT key FROM cells WHERE status = 'failed'")).map(([key]) => key));
      await connection.run("CREATE TEMP TABLE again (key VARCHAR)");
      const again = await connection.createAppender("again", "main", "temp");
      for (let i = 0; i < plan.size && failed.size > 0; i++) {
        const { key } = cellAt(plan, i);
        if (!failed.delete(key)) continue;
        again.appendVarchar(key);
        again.endRow();
      }
      again.closeSync();
      await connection.run("DELETE FROM cells WHERE key IN (FROM again)");
      await connection.run("DROP TABLE again");
    });
  }

  /** The plans this store has seen, as they were given. */
  async plans(): Promise<{ id: string; name: string; source: string; kernels: string }[]> {
    const rows = await this.#rows("SELECT id, name, source, kernels FROM plans ORDER BY rowid");
    return rows.map(([id, name, source, kernels]) => ({ id, name, source, kernels }) as never);
  }

  /** PENDING, DONE, FAILED or REPEATED for every cell of a plan. */
  async survey(plan: SweepPlan): Promise<Uint8Array> {
    const keys = { done: new KeySet(), failed: new KeySet() };
    try {
      const result = await this.#connection.stream("SELECT key, status FROM cells WHERE kernels = $1 AND job = $2", [
        kernelVersion(),
        plan.job.name,
      ]);
      for await (const rows of result.yieldRows())
        for (const [key, status] of rows) keys[status as "done" | "failed"].add(key as string);
    } catch (error) {
      throw this.#unread(error as Error);
    }
    const isRepeated = repeats(plan);
    const fresh = keys.done.size + keys.failed.size === 0;
    return Uint8Array.from({ length: plan.size }, (_, i) => {
      if (isRepeated(i)) return REPEATED;
      if (fresh) return PENDING;
      const { key } = cellAt(plan, i);
      return keys.done.has(key) ? DONE : keys.failed.has(key) ? FAILED : PENDING;
    });
  }

  /** Writes an outcome with the next commit. To be awaited: it waits where the disk is slower than the cells. */
  async add(cell: Cell, outcome: Outcome): Promise<void> {
    this.#waiting.push({ cell, outcome });
    for (const values of Object.values(outcome.curves)) this.#points += values.length;
    if (this.#waiting.length >= COMMIT.cells || this.#points >= COMMIT.points) return this.flush();
    this.#timer ??= setTimeout(() => this.flush().catch(() => {}), COMMIT.milliseconds);
  }

  /** Commits what waits. A commit that failed fails every later one: nothing is written after a gap. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#written = this.#written.then(() => this.#commit());
    return this.#written;
  }

  async #commit(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    const needed = writerMemory(this.#points);
    this.#waiting = [];
    this.#points = 0;
    if (needed > this.#memory) {
      this.#memory = needed;
      await this.#connection.run(`SET memory_limit = '${Math.ceil(needed / 1e6)}MB'`);
    }
    await this.#transaction(async (connection) => {
      const cells = await connection.createAppender("cells");
      const curves = await connection.createAppender("curves");
      for (const { cell, outcome } of waiting) {
        cells.appendVarchar(outcome.key);
        cells.appendVarchar(cell.job);
        cells.appendVarchar(kernelVersion());
        cells.appendVarchar(JSON.stringify(cell.parameters));
        cells.appendBigInt(BigInt(cell.seed));
        cells.appendVarchar(outcome.status);
        cells.appendVarchar(outcome.results);
        cells.appendVarchar(outcome.stats);
        if (outcome.error === null) cells.appendNull();
        else cells.appendVarchar(outcome.error);
        cells.appendInteger(outcome.attempts);
        cells.appendDouble(outcome.seconds);
        cells.appendBigInt(BigInt(outcome.started));
        cells.appendVarchar(outcome.host);
        cells.endRow();
        for (const [name, values] of Object.entries(outcome.curves))
          for (let part = 0; part * PART < values.length; part++) {
            curves.appendVarchar(outcome.key);
            curves.appendVarchar(name);
            curves.appendInteger(part);
            const points = values.subarray(part * PART, (part + 1) * PART);
            curves.appendList([...points], curves.columnType(3) as DuckDBListType);
            curves.endRow();
          }
      }
      cells.closeSync();
      curves.closeSync();
    });
  }

  async #transaction(act: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    try {
      await this.#connection.run("BEGIN");
      await act(this.#connection);
      await this.#connection.run("COMMIT");
    } catch (error) {
      const { message } = this.#unread(error as Error);
      if (DAMAGE.test(message)) throw new Damaged(message);
      throw new Error(`the store ${this.file} could not be written: ${oneLine(message)}`);
    }
  }

  /** The jobs that have cells here, with how many. */
  async jobs(): Promise<Map<string, number>> {
    const rows = await this.#rows("SELECT job, count(*)::INTEGER FROM cells GROUP BY job ORDER BY job");
    return new Map(rows as [string, number][]);
  }

  /** Why cells failed: the commonest reasons first. */
  async failures(): Promise<{ error: string; cells: number }[]> {
    const rows = await this.#rows(
      "SELECT error, count(*)::INTEGER AS n FROM cells WHERE status = 'failed' GROUP BY error ORDER BY n DESC, error LIMIT 10",
    );
    return rows.map(([error, cells]) => ({ error, cells }) as { error: string; cells: number });
  }

  /** The cells of a job as columns: parameters, seed, results, statistics. */
  async columns(job: string): Promise<Record<string, (number | string | boolean | null)[]>> {
    const reader = await this.#read(select(job, { files: await this.#files() }));
    const columns = Object.entries(reader.getColumnsObject()).map(([name, values]) => [
      name,
      values.map((value) => (typeof value === "bigint" ? Number(value) : value)),
    ]);
    return Object.fromEntries(columns);
  }

  /**
   * Writes the cells of a job, or the points of its curves, to a file, whole or not at all. The same cells give the same bytes, whenever and
   * wherever they ran, unless timings are asked for.
   */
  async export(job: string, file: string, options: ExportOptions): Promise<number> {
    const { format } = options;
    if (options.curves && jobs.get(job)!.curves.length === 0) throw new RangeError(`job ${job} has no curves`);
    const query = options.curves ? selectCurves(job, format) : select(job, { ...options, files: await this.#files() });
    const how = { csv: "FORMAT csv, HEADER", jsonl: "FORMAT json", parquet: "FORMAT parquet, COMPRESSION zstd" }[
      format
    ];
    const copy = (part: string) => this.#rows(`COPY (${query}) TO ${text(part)} (${how})`);
    try {
      const [[rows]] = (await replaceBy(file, copy)) as [[bigint]];
      return Number(rows);
    } catch (error) {
      if (error instanceof Damaged) throw error;
      throw new Error(`${file} could not be written, and is as it was: ${oneLine((error as Error).message)}`);
    }
  }

  /** What the plans called the tables, by reference; the last of several names. */
  async #files(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    const look = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      const { file, reference } = value as Record<string, unknown>;
      if (typeof file === "string" && typeof reference === "string") files.set(reference, file);
      Object.values(value).forEach(look);
    };
    for (const { source } of await this.plans()) look(JSON.parse(source));
    return files;
  }

  async #rows(sql: string): Promise<unknown[][]> {
    return (await this.#read(sql)).getRows();
  }

  async #read(sql: string) {
    return this.#connection.runAndReadAll(sql).catch((error: Error) => {
      throw this.#unread(error);
    });
  }

  #unread(error: Error): Error {
    return DAMAGE.test(error.message) && !(error instanceof Damaged)
      ? new Damaged(damaged(this.file, error.message))
      : error;
  }
}

export interface ExportOptions {
  readonly format: "csv" | "jsonl" | "parquet";
  /** One row a point of a curve instead of one a cell. */
  readonly curves?: boolean;
  /** Also attempts, seconds, when and where. */
  readonly timings?: boolean;
}

class MissingDuckDB extends Error {}
class Damaged extends Error {}

/** A database of its own, with the memory a writer may hold unless other `limits` are given. */
export async function connect(
  path: string,
  access: "READ_WRITE" | "READ_ONLY",
  limits: Record<string, string> = WRITING,
) {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch(() => {
    throw new MissingDuckDB("sweeps need the package @duckdb/node-api: npm install @duckdb/node-api@1.5.6-r.1");
  });
  const instance = await DuckDBInstance.create(path, {
    access_mode: access,
    threads: "1", // the cores belong to the kernels
    ...limits,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  return { instance, connection: await instance.connect() };
}

/** Made under another name, so that a store is whole or not there. */
async function create(folder: string, file: string): Promise<void> {
  const unfinished = `${file}.new`;
  await createStore(folder, unfinished);
  renameSync(unfinished, file);
}

/** An empty store, in a file of its own. */
export async function createStore(folder: string, file: string): Promise<void> {
  try {
    makeFolder(folder);
    for (const left of [file, `${file}.wal`]) rmSync(left, { force: true });
    const { instance, connection } = await connect(file, "READ_WRITE");
    await connection.run(TABLES);
    for (const entry of [
      ["schema", String(SCHEMA)],
      ["id", randomUUID()],
      ["isoflop", version],
    ])
      await connection.run("INSERT INTO meta VALUES ($1, $2)", entry);
    await connection.run("CHECKPOINT");
    connection.closeSync();
    instance.closeSync();
  } catch (error) {
    if (error instanceof MissingDuckDB) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`no store can be made in ${folder}: ${code ?? oneLine(message)}`);
  }
}

/** Node's own recursive mkdir never returns where the system denies that the parent exists, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** @throws Error where it is no store, one of another schema, or damaged */
export async function identity(connection: DuckDBConnection, file: string): Promise<string> {
  const meta = await connection.runAndReadAll("SELECT name, value FROM meta").catch(({ message }: Error) => {
    if (/^Catalog Error/.test(message)) throw new Error(`${file} is a DuckDB file, but no store of sweeps`);
    throw new Error(unopened(file, message));
  });
  const { schema, id, isoflop } = Object.fromEntries(meta.getRows() as [string, string][]);
  if (Number(schema) > SCHEMA)
    throw new Error(
      `the store ${file} has schema ${schema}, made by isoflop ${isoflop}: this is ${version}, use a newer one`,
    );
  if (Number(schema) !== SCHEMA)
    throw new Error(
      `the store ${file} has the older schema ${shown(schema)}, made by isoflop ${isoflop}: export it with that version, or sweep into another folder`,
    );
  return id!;
}

/** What DuckDB says where the bytes of a file or of its log are not those that were written. */
export const DAMAGE = /Corrupt|checksum|replaying WAL|deserializ/i;

const damaged = (file: string, message: string): string =>
  `the store ${file} is damaged (${oneLine(message)}): isoflop sweep repair ${dirname(file)} keeps what can be read`;

export function unopened(file: string, message: string): string {
  const holder = /lock is held in .*\(PID (\d+)/.exec(message)?.[1];
  if (/Could not set lock/.test(message))
    return `the store ${file} is in use by another process${holder ? ` (PID ${holder})` : ""}: wait for it, or sweep into another folder`;
  if (DAMAGE.test(message)) return damaged(file, message);
  return `the store ${file} cannot be opened: ${oneLine(message)}`;
}

export const oneLine = (message: string): string => message.trim().split("\n")[0]!;

export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const name = (value: string): string => `"${value.replaceAll('"', '""')}"`;

const TYPES = { number: "DOUBLE", integer: "BIGINT", text: "VARCHAR", boolean: "BOOLEAN" };

/** One typed column of a JSON column. JSON has no NaN: JSON Lines get null for what is not finite. */
function field(column: string, key: string, type: Column, format: string | undefined): string {
  const value = `TRY_CAST(json_extract_string(${column}, ${text(`$.${name(key)}`)}) AS ${TYPES[type]})`;
  if (type === "text") return `${inert(value, format)} AS ${name(key)}`;
  return `${type === "number" && format === "jsonl" ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value} AS ${name(key)}`;
}

/** As figures/csv.ts: in CSV a text that a spreadsheet would run as a formula gets an apostrophe in front. */
function inert(value: string, format: string | undefined): string {
  if (format !== "csv") return value;
  const runs = `regexp_matches(${value}, '^[=+\\-@\\t\\r]') AND TRY_CAST(${value} AS DOUBLE) IS NULL`;
  return `CASE WHEN ${runs} THEN chr(39) || ${value} ELSE ${value} END`;
}

/** Lists are JSON in a text. */
const COLUMN = {
  number: "number",
  integer: "integer",
  text: "text",
  numbers: "text",
  texts: "text",
  table: "text",
} as const;

/** The file of a table, as a column beside its reference. */
function fileField(key: string, files: ReadonlyMap<string, string>, format: string | undefined): string {
  const names = [...files].map(([reference, file]) => `WHEN ${text(reference)} THEN ${inert(text(file), format)}`);
  const value = `json_extract_string(parameters, ${text(`$.${name(key)}`)})`;
  return `${names.length === 0 ? "NULL" : `CASE ${value} ${names.join(" ")} END`} AS ${name(`${key}File`)}`;
}

function parameterFields(job: string): [name: string, type: Column][] {
  const { parameters } = jobs.get(job)!;
  return Object.entries(parameters).map(([key, { type }]) => [key, COLUMN[type]]);
}

function select(job: string, options: Partial<ExportOptions> & { files: ReadonlyMap<string, string> }): string {
  const { format, timings, files } = options;
  const kind = jobs.get(job)!;
  const parameters = parameterFields(job);
  const fields = [
    "key",
    "kernels",
    ...parameters.map(([key, type]) => field("parameters", key, type, format)),
    ...parameters
      .filter(([key]) => kind.parameters[key]!.type === "table")
      .map(([key]) => fileField(key, files, format)),
    ...(kind.seeded ? ["seed"] : []),
    "status",
    ...Object.entries(kind.results).map(([key, type]) => field("results", key, type, format)),
    ...Object.entries(kind.stats).map(([key, type]) => field("stats", key, type, format)),
    `${inert("error", format)} AS error`,
    ...(timings
      ? ["attempts", "seconds", "make_timestamp_ms(started) AS started", `${inert("host", format)} AS host`]
      : []),
  ];
  const order = [...parameters.map(([key]) => name(key)), "seed", "kernels", "key"];
  return `SELECT ${fields.join(", ")} FROM cells WHERE job = ${text(job)} ORDER BY ${order.join(", ")}`;
}

function selectCurves(job: string, format: string): string {
  const kind = jobs.get(job)!;
  // a list is not repeated on every point of the curves
  const parameters = parameterFields(job).filter(([key]) => kind.parameters[key]!.type !== "numbers");
  // joined, not aggregated, and put in order before the lists become rows: what does not fit goes to the disk
  const curves = kind.curves.map(
    (curve) =>
      `(SELECT key, part, "values" AS ${name(curve)} FROM curves WHERE name = ${text(curve)}) AS ${name(curve)}`,
  );
  const points = kind.curves.map((curve) => {
    const value =
      format === "jsonl" ? `list_transform(${name(curve)}, x -> CASE WHEN isfinite(x) THEN x END)` : name(curve);
    return `unnest(${value}) AS ${name(curve)}`;
  });
  const cells = `SELECT key, kernels, ${parameters.map(([key, type]) => field("parameters", key, type, format)).join(", ")}, seed
    FROM cells WHERE job = ${text(job)} AND status = 'done'`;
  const length = `greatest(${kind.curves.map((curve) => `coalesce(len(${name(curve)}), 0)`).join(", ")})`;
  const keys = ["key", "kernels", ...parameters.map(([key]) => name(key)), ...(kind.seeded ? ["seed"] : [])];
  const order = [...parameters.map(([key]) => name(key)), "seed", "kernels", "key", "part"];
  const joined = curves.reduce((left, right) => `${left} FULL JOIN ${right} USING (key, part)`);
  // earlier versions wrote rows of another length
  return `WITH cell AS (${cells}), curve AS (FROM ${joined}),
    whole AS (SELECT key, max(len("values")) AS size FROM curves GROUP BY key),
    parts AS (FROM cell JOIN curve USING (key) JOIN whole USING (key) ORDER BY ${order.join(", ")})
    SELECT ${keys.join(", ")}, unnest(range(${length})) + size * part AS point, ${points.join(", ")} FROM parts`;
}
