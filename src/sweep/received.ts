// What arrives from a queue is parsed, not trusted: whoever reaches Redis can write anything there. A worker takes a cell only
// if its job could have been asked by a plan and its key is that of what it asks; a coordinator takes a result only if it
// answers the cell it was asked for, in the columns and curves of its job.

import type { ErrorObject, ValidateFunction } from "ajv";
import { type Cell, failed, keyOf, type Outcome } from "./cells.ts";
import { jobs } from "./jobs.ts";
import type { Column, JobKind, Value } from "./kinds/kind.ts";
import { cellSchema, MOST_SECONDS } from "./schema.ts";
import { validator } from "./validator.ts";

/** An outcome as JSON can hold it: curves as base64 of little-endian doubles. */
export interface Wire extends Omit<Outcome, "curves"> {
  readonly curves: Readonly<Record<string, string>>;
}

/** What a coordinator says of its sweep, for workers and other coordinators. */
export interface Notice {
  /** The store it writes: one at a time on a queue. */
  readonly store: string;
  /** This coordinator among all: what it says holds as long as its token stands in Redis. */
  readonly token: string;
  readonly kernels: string;
  readonly plan: string;
}

/** Characters of one result: all that is read of what a worker sends. */
export const LARGEST_RESULT = 256e6;

const TEXT = { type: "string", maxLength: 1e6 };

const NOTICE = {
  type: "object",
  required: ["store", "kernels", "plan"], // earlier versions have no token, and must be told from these
  properties: Object.fromEntries(
    ["store", "token", "kernels", "plan"].map((name) => [name, { ...TEXT, maxLength: 300 }]),
  ),
};

/** The texts stand for what JSON has no number for. */
const NUMBER = { anyOf: [{ type: "number" }, { enum: ["NaN", "Infinity", "-Infinity", null] }] };
const COLUMNS: Readonly<Record<Column, object>> = {
  number: NUMBER,
  integer: { anyOf: [{ type: "integer" }, { enum: ["NaN", "Infinity", "-Infinity", null] }] },
  text: { type: ["string", "null"], maxLength: 1e6 },
  boolean: { type: ["boolean", "null"] },
};

const columns = (of: Readonly<Record<string, Column>>) => ({
  type: "object",
  properties: Object.fromEntries(Object.entries(of).map(([name, type]) => [name, COLUMNS[type]])),
  additionalProperties: false,
});

const WIRE = {
  type: "object",
  required: ["key", "status", "results", "stats", "curves", "error", "attempts", "seconds", "started", "host"],
  additionalProperties: false,
  properties: {
    key: TEXT,
    status: { enum: ["done", "failed"] },
    results: TEXT,
    stats: TEXT,
    curves: { type: "object", additionalProperties: { type: "string", pattern: "^[A-Za-z0-9+/]*={0,2}$" } },
    error: { type: ["string", "null"], maxLength: 3000 },
    attempts: { type: "integer", minimum: 0, maximum: 1e6 },
    seconds: { type: "number", minimum: 0, maximum: 100 * MOST_SECONDS },
    started: { type: "integer", minimum: 0, maximum: 8.64e15 },
    host: { type: "string", maxLength: 400 },
  },
};

/**
 * A cell that came from a queue.
 * @throws RangeError where no plan could have asked it, or its key is another's
 */
export async function receivedCell(data: unknown): Promise<Cell> {
  const name = (data as Partial<Cell> | null)?.job;
  const job = typeof name === "string" ? jobs.get(name) : undefined;
  if (!job) throw new RangeError(`there is no job ${JSON.stringify(name ?? null).slice(0, 100)} here`);
  await demand("the cell", `cell ${job.name}`, cellSchema(job), data);
  const cell = data as Cell;
  for (const [parameter, { check }] of Object.entries(job.parameters)) {
    const value = cell.parameters[parameter] as Value;
    if (value !== null) check?.(value);
  }
  if (cell.key !== keyOf(job, cell)) throw new RangeError("the cell's key is not that of what it asks");
  return cell;
}

/** What a worker sent for a cell, as its outcome: a failed one with the reason, where it cannot be one. */
export async function receivedOutcome(cell: Cell, text: string): Promise<Outcome> {
  try {
    return await parsed(cell, JSON.parse(text));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    return failed(cell, `what a worker sent was refused: ${why}`, {
      attempts: 0,
      seconds: 0,
      started: Date.now(),
      host: "",
    });
  }
}

async function parsed(cell: Cell, value: unknown): Promise<Outcome> {
  await demand("it", "outcome", WIRE, value);
  const wire = value as Wire;
  const job = jobs.get(cell.job)!;
  if (wire.key !== cell.key) throw new RangeError("it names another cell");
  if ((wire.status === "failed") !== (wire.error !== null)) throw new RangeError("its status and its error disagree");
  const ended = wire.status === "done";
  await scalars(job, "results", wire.results, ended);
  await scalars(job, "stats", wire.stats, ended);
  const curves = Object.entries(wire.curves).map(([name, text]): [string, Float64Array] => {
    if (!cell.save.includes(name))
      throw new RangeError(`it has a curve ${JSON.stringify(name.slice(0, 60))} that was not asked for`);
    return [name, doubles(name, text)];
  });
  if (!ended && curves.length > 0) throw new RangeError("it failed and has curves");
  return { ...wire, curves: Object.fromEntries(curves) };
}

/** Columns of a job that ended are all there; of one that failed there are none. */
async function scalars(job: JobKind, name: "results" | "stats", text: string, ended: boolean): Promise<void> {
  const of = job[name];
  await demand(`its ${name}`, `${name} ${job.name}`, columns(of), JSON.parse(text));
  const there = Object.keys(JSON.parse(text) as object).length;
  if (!ended && there > 0) throw new RangeError(`it failed and has ${name}`);
}

function doubles(name: string, text: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (bytes.length % 8 !== 0)
    throw new RangeError(`its curve ${name} has ${bytes.length} bytes: no whole number of doubles`);
  return new Float64Array(bytes.buffer);
}

/** A coordinator's word; undefined where it is none. */
export async function receivedNotice(text: string | null): Promise<Notice | undefined> {
  if (text === null || text.length > 10_000) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    await demand("it", "notice", NOTICE, value);
    return value as Notice;
  } catch {
    return undefined;
  }
}

const validators = new Map<string, ValidateFunction>();

async function demand(what: string, id: string, schema: object, value: unknown): Promise<void> {
  let validate = validators.get(id);
  if (!validate) {
    validate = await validator(schema);
    validators.set(id, validate);
  }
  if (!validate(value)) throw new RangeError(complaint(what, validate.errors![0]!));
}

function complaint(what: string, { instancePath, message, params }: ErrorObject): string {
  const extra = params.additionalProperty as string | undefined;
  const name = extra === undefined ? "" : ` (${JSON.stringify(extra.slice(0, 60))})`;
  return `${what}${instancePath && ` at ${instancePath.slice(0, 100)}`} ${message}${name}`;
}
