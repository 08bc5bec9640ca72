// A plan: one job over a grid of parameters and seeds. Read from JSON, checked against the schema, completed with defaults.
// The grid is never laid out: cells.ts computes cell i when it is asked for, so a plan of a million cells is small.

import { pow } from "../math/elementary.ts";
import { jobs } from "./jobs.ts";
import { canonical, kernelVersion, sha256 } from "./keys.ts";
import type { JobKind, Parameter, Value } from "./kinds/kind.ts";
import { MOST_CELLS, planSchemaOf } from "./schema.ts";
import { openTable, type Tables } from "./tables.ts";
import { validator } from "./validator.ts";

export interface Axis {
  readonly name: string;
  readonly values: readonly Value[];
}

export interface SweepPlan {
  readonly name: string;
  readonly job: JobKind;
  /** Every parameter that does not vary. */
  readonly fixed: Readonly<Record<string, Value>>;
  readonly axes: readonly Axis[];
  /** [0] where the job draws no random numbers. */
  readonly seeds: readonly number[];
  /** Curves to keep. */
  readonly save: readonly string[];
  readonly retries: number;
  /** Seconds a cell may take; null: a bound from what the others took (local.ts). */
  readonly timeout: number | null;
  /** Number of cells. */
  readonly size: number;
  /** What its cells fit; empty where the plan was read without its files. */
  readonly tables: Tables;
  /** The JSON it was read from, with the references of its tables. */
  readonly source: string;
  /** Equal plans on equal kernels have equal ids, whatever their name, retries and timeout. */
  readonly id: string;
}

/** A mistake in a plan, with the JSON pointer to it. */
export class PlanError extends RangeError {
  override readonly name = "RangeError";
  constructor(path: string, what: string) {
    super(`${path === "" ? "the plan" : path}${what.startsWith(":") ? "" : " "}${what}`);
  }
}

interface Source {
  name?: string;
  job: string;
  fixed?: Record<string, unknown>;
  axes?: Record<string, Range>;
  seeds?: number | number[];
  save?: string[];
  retries?: number;
  timeout?: number;
}

/** A file of runs, and where it was read before, its content. */
type TableSource = string | { file: string; reference: string };

interface Range {
  list?: unknown[];
  lin?: [number, number];
  log?: [number, number];
  points?: number;
}

export interface PlanOptions {
  /** What the names of tables are relative to. null: no file is opened, for a plan as a store keeps it. Default ".". */
  readonly folder?: string | null;
}

/**
 * Checks a plan (the JSON text, or what it says), reads its tables and completes it.
 * @throws RangeError naming the JSON pointer of the first mistake
 */
export async function readPlan(source: string | object, { folder = "." }: PlanOptions = {}): Promise<SweepPlan> {
  const value = structuredClone(await checked(typeof source === "string" ? parse(source) : source));
  const job = jobs.get(value.job)!;
  const tables = await resolveTables(value, job, folder);
  const given = { fixed: value.fixed ?? {}, axes: value.axes ?? {} };
  const points = Object.values(given.axes).map(({ list, points }) => list?.length ?? points!);
  const asked = points.reduce((product, n) => product * n, countOf(value.seeds));
  if (asked > MOST_CELLS)
    throw new PlanError(
      "/axes",
      `make ${short(asked)} cells, at most ${short(MOST_CELLS)} are allowed: split the plan`,
    );
  const fixed: Record<string, Value> = {};
  const axes: Axis[] = [];
  for (const [name, range] of Object.entries(given.axes)) {
    if (name in given.fixed) throw new PlanError(`/axes/${name}`, `is also in fixed: leave it out of one of them`);
    axes.push({ name, values: valuesOf(range, job, name) });
  }
  for (const [name, parameter] of Object.entries(job.parameters)) {
    if (name in given.axes) continue;
    const own = given.fixed[name] ?? parameter.default;
    if (own === undefined)
      throw new PlanError("/fixed", `lacks ${name} (${parameter.about}): job ${job.name} needs it here or in axes`);
    fixed[name] =
      parameter.type === "numbers" && own !== null ? numbersOf(own as Range | number[]) : cellValue(own, parameter);
  }
  checkValues(job, given, fixed, axes);
  const seeds = Array.isArray(value.seeds) ? value.seeds : Array.from({ length: countOf(value.seeds) }, (_, i) => i);
  const save = [...(value.save ?? job.curves)].sort();
  const size = axes.reduce((product, { values }) => product * values.length, seeds.length);
  const plan = { job, fixed, axes, seeds, save, size };
  const id = sha256(canonical({ ...plan, job: [job.name, job.revision], kernels: kernelVersion() })).slice(0, 16);
  return {
    ...plan,
    id,
    tables,
    name: value.name ?? job.name,
    retries: value.retries ?? 0,
    timeout: value.timeout ?? null,
    source: JSON.stringify(value),
  };
}

/** Most bytes of all tables of a plan. */
const MOST_BYTES = 128e6;

/** Opens the tables of a plan, each once, and writes their references beside their names. */
async function resolveTables(value: Source, job: JobKind, folder: string | null): Promise<Tables> {
  const tables = new Map<string, Uint8Array>();
  const opened = new Map<string, string>();
  let bytes = 0;
  const resolved = async (path: string, source: TableSource): Promise<TableSource> => {
    const { file, reference } = typeof source === "string" ? { file: source, reference: undefined } : source;
    if (folder === null && reference !== undefined) return source;
    const found = opened.get(file);
    if (found) return { file, reference: found };
    const shownName = JSON.stringify(file.slice(0, 200));
    if (folder === null) throw new PlanError(path, `names a file, ${shownName}, and none may be read here`);
    const table = await openTable(file, folder).catch((error: Error) => {
      if (!(error instanceof RangeError)) throw error;
      throw new PlanError(path, `: ${shownName} ${error.message}`);
    });
    if (reference !== undefined && reference !== table.reference)
      throw new PlanError(path, `: ${shownName} has changed since the plan said what it holds`);
    bytes += tables.has(table.reference) ? 0 : table.bytes.length;
    if (bytes > MOST_BYTES)
      throw new PlanError(path, `: the tables of the plan have more than ${MOST_BYTES / 1e6} MB together`);
    opened.set(file, table.reference);
    tables.set(table.reference, table.bytes);
    return { file, reference: table.reference };
  };
  for (const [name, { type }] of Object.entries(job.parameters)) {
    if (type !== "table") continue;
    const own = value.fixed?.[name] as TableSource | undefined;
    if (own !== undefined) value.fixed![name] = await resolved(`/fixed/${name}`, own);
    const list = value.axes?.[name]?.list as TableSource[] | undefined;
    for (const [i, source] of (list ?? []).entries()) list![i] = await resolved(`/axes/${name}/list/${i}`, source);
  }
  return tables;
}

/** What the schema cannot tell of a value. */
function checkValues(
  job: JobKind,
  given: { axes: Record<string, Range> },
  fixed: SweepPlan["fixed"],
  axes: readonly Axis[],
) {
  const check = (path: string, name: string, value: Value) => {
    const look = job.parameters[name]!.check;
    if (!look || value === null) return;
    try {
      look(value);
    } catch (error) {
      throw new PlanError(path, `: ${(error as Error).message}`);
    }
  };
  for (const [name, value] of Object.entries(fixed)) check(`/fixed/${name}`, name, value);
  for (const { name, values } of axes)
    if (given.axes[name]!.list) values.forEach((value, i) => void check(`/axes/${name}/list/${i}`, name, value));
}

const countOf = (seeds: number | number[] = 1): number => (Array.isArray(seeds) ? seeds.length : seeds);

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new PlanError("", `is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}`);
  }
}

function valuesOf(range: Range, { parameters }: JobKind, name: string): readonly Value[] {
  const { type } = parameters[name]!;
  if (range.list)
    return type === "numbers"
      ? (range.list as (Range | number[])[]).map(numbersOf)
      : range.list.map((value) => cellValue(value, parameters[name]!));
  const values = numbersOf(range);
  return type === "integer" ? [...new Set(values.map(Math.round))] : values;
}

/** In a cell a table is its reference. */
function cellValue(value: unknown, { type }: Parameter): Value {
  return type === "table" ? (value as { reference: string }).reference : (value as Value);
}

function numbersOf(range: Range | number[]): number[] {
  if (Array.isArray(range)) return range;
  const [from, to] = range.lin ?? range.log!;
  return Array.from({ length: range.points! }, (_, i) => {
    if (i === 0) return from;
    if (i === range.points! - 1) return to;
    const t = i / (range.points! - 1);
    return range.lin ? from + (to - from) * t : from * pow(to / from, t);
  });
}

async function checked(value: object): Promise<Source> {
  const job = (value as { job?: unknown } | null)?.job; // null is JSON too
  const known = typeof job === "string" && jobs.has(job) ? job : "";
  const validate = validators.get(known) ?? (await validator(planSchemaOf(known)));
  validators.set(known, validate);
  if (validate(value)) return value as Source;
  // of an alternative that failed the deepest complaint says most; `if` only announces the one before it
  const errors = validate.errors!.filter(({ keyword }) => keyword !== "if");
  const depth = ({ instancePath, keyword }: (typeof errors)[0]) =>
    instancePath.length + (keyword === "oneOf" ? 0.5 : 0);
  const error = errors.reduce((deepest, e) => (depth(e) > depth(deepest) ? e : deepest));
  throw explained(error, value);
}

/** By job: what the others' parameters may be takes half a second to compile. */
const validators = new Map<string, import("ajv").ValidateFunction>();

function explained({ instancePath, keyword, params, message }: import("ajv").ErrorObject, plan: object): PlanError {
  const name = params.additionalProperty as string;
  const job = jobs.get((plan as Source | null)?.job ?? "");
  switch (keyword) {
    case "additionalProperties":
      return new PlanError(
        `${instancePath}/${pointer(name)}`,
        /^\/(fixed|axes)$/.test(instancePath)
          ? `is not a parameter of job ${job!.name}, which has ${Object.keys(job!.parameters).join(", ")}`
          : "is not known here",
      );
    case "oneOf":
      return new PlanError(instancePath, "must have exactly one of list, lin and log");
    case "dependencies":
      return new PlanError(instancePath, `has ${params.property} but no points: say how many`);
    case "enum":
      return new PlanError(instancePath, `must be one of ${(params.allowedValues as string[]).join(", ")}`);
    case "false schema":
      return new PlanError(instancePath, `has no meaning: job ${job?.name} draws no random numbers`);
    case "pattern":
      return new PlanError(instancePath, "must not contain NUL or half a surrogate pair");
    case "minItems":
      return new PlanError(
        instancePath,
        `must have at least ${params.limit} ${params.limit === 1 ? "entry" : "entries"}`,
      );
    default:
      return new PlanError(instancePath, message ?? keyword);
  }
}

/** A name inside a JSON pointer, on one line. */
const pointer = (name: string): string =>
  JSON.stringify(name.slice(0, 60)).slice(1, -1).replaceAll("~", "~0").replaceAll("/", "~1");

const short = (x: number): string => (x < 1e9 ? x.toLocaleString("en") : x.toExponential(3).replace(/\.?0*e\+/, "e"));
