// A fit as a file, and back: rows with their residuals, the law and its draws, and the stack that forecasts are made from. What is read
// is only ever compared and computed with, and every number of it is checked before.

import { finite, integer, positive, shown } from "../../check.ts";
import type { Law } from "../points.ts";
import { type Runs, runs } from "../runs.ts";
import type { LawFit } from "./fit-law.ts";
import type { ScalingLaw } from "./law.ts";
import { type Forecaster, foretell, rangesOf } from "./predict.ts";
import type { Stack, StackMember } from "./stack.ts";
import { readLaw, type WrittenLaw, writtenLaw } from "./written.ts";

/** What a file of a saved law says it is. */
export const FORMAT = "isoflop law";
/** Of the format: raised where a file of the old would be read wrongly. */
export const VERSION = 1;
/** Of a file at most: rows, draws, and warnings. */
const [MOST_ROWS, MOST_DRAWS, MOST_WARNINGS] = [2_000_000, 100_000, 100];

/** Draws of approach 3 as columns. */
export type LawColumns = Readonly<Record<keyof Law, ArrayLike<number>>>;

/** The fields of the file beyond those of `isoflop fit --json`. */
export interface SavedLaw {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly flopsPerToken: number;
  readonly rows: {
    readonly N: ArrayLike<number>;
    readonly D: ArrayLike<number>;
    readonly C: ArrayLike<number>;
    readonly loss: ArrayLike<number>;
    readonly run: ArrayLike<number>;
    readonly row: ArrayLike<number>;
    /** log L̂ − log L of approach 3; null without it. */
    readonly residual: ArrayLike<number> | null;
  };
  /** Approach 3; null without it. */
  readonly law: {
    readonly name: "chinchilla";
    readonly form: string;
    readonly parameters: Law;
    readonly draws: LawColumns | null;
  } | null;
  /** What predict forecasts with; null where rows are too few. */
  readonly stack: {
    readonly members: readonly {
      /** A law of the list by its name. */
      readonly law: string | WrittenLaw;
      /** Least compute of the rows it was fitted to. */
      readonly since: number;
      readonly weight: number;
      readonly parameters: Readonly<Record<string, number>>;
    }[];
    /** A draw's member, and its parameters in the member's order. */
    readonly draws: readonly { readonly member: number; readonly p: ArrayLike<number> }[];
    readonly noise: Stack["noise"];
    readonly inflation: number;
    readonly drift: number;
    readonly tested: number;
    readonly by: Stack["by"];
    /** What a forecast is to be told with; none in a file of before. */
    readonly warnings?: readonly string[];
  } | null;
}

/** What goes into the file. */
export function saved(
  runs: Runs,
  law: (Law & { readonly residuals: Float64Array }) | null,
  draws: readonly Law[],
  forecaster: Forecaster | null,
): SavedLaw {
  return { ...savedStack(runs, forecaster, law?.residuals ?? null), law: savedLaw(law, draws) };
}

function savedLaw(law: Law | null, all: readonly Law[]): SavedLaw["law"] {
  const names = ["E", "A", "B", "alpha", "beta"] as const;
  // few rows may leave A or B of a resample beyond all numbers: no plan can be made of it
  const draws = all.filter((draw) => names.every((name) => Number.isFinite(draw[name])));
  const one = (of: Law) => Object.fromEntries(names.map((name) => [name, of[name]])) as unknown as Law;
  return (
    law && {
      ...{ name: "chinchilla", form: "E + A/N^alpha + B/D^beta", parameters: one(law) },
      draws:
        draws.length === 0
          ? null
          : (Object.fromEntries(
              names.map((name) => [name, Float64Array.from(draws, (draw) => draw[name])]),
            ) as unknown as LawColumns),
    }
  );
}

/** What goes into the file of a fit of any law: all but approach 3. */
export function savedStack(
  runs: Runs,
  forecaster: Forecaster | null,
  residual: Float64Array | null,
): Omit<SavedLaw, "law"> {
  const { N, D, C, loss, run, row, flopsPerToken } = runs;
  return {
    ...{ format: FORMAT, version: VERSION, flopsPerToken },
    rows: { N, D, C, loss, run, row, residual },
    stack: forecaster && {
      members: forecaster.stack.members.map(({ law, since, weight, fit }) => ({
        ...{ law: writtenLaw(law), since, weight, parameters: fit.parameters },
      })),
      draws: forecaster.stack.draws,
      noise: forecaster.stack.noise,
      inflation: forecaster.stack.inflation,
      drift: forecaster.stack.drift,
      tested: forecaster.stack.tested,
      by: forecaster.stack.by,
      warnings: forecaster.warnings,
    },
  };
}

export interface ReadLaw {
  readonly runs: Runs;
  readonly law: Law | null;
  readonly draws: readonly Law[];
  readonly forecaster: Forecaster | null;
}

/** Whether a parsed file says that it is such a one. */
export const isSavedLaw = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (value as { format?: unknown }).format === FORMAT;

/**
 * Reads what `saved` made.
 * @throws TypeError, RangeError: one line that names the field
 */
export function readSavedLaw(value: unknown): ReadLaw {
  const file = object("the file", value);
  if (file.format !== FORMAT) throw new TypeError(`format must be ${shown(FORMAT)}, got ${shown(file.format)}`);
  if (file.version !== VERSION)
    throw new RangeError(
      `version must be ${VERSION}, got ${shown(file.version)}: written by another isoflop; fit again`,
    );
  const rows = object("rows", file.rows);
  const n = list("rows.loss", rows.loss, MOST_ROWS).length;
  const column = (name: string) => numbers(`rows.${name}`, rows[name], n);
  const read = runs({
    ...{ N: column("N"), D: column("D"), C: column("C"), loss: column("loss"), run: column("run") },
    row: column("row"),
    flopsPerToken: positive("flopsPerToken", file.flopsPerToken),
    warnings: [],
  });
  const table: Runs = { ...read, warnings: [] };
  return {
    runs: table,
    // the name of any other law stands for itself
    ...(file.law === null || typeof file.law === "string" ? { law: null, draws: [] } : lawOf(object("law", file.law))),
    forecaster: file.stack === null ? null : forecasterOf(object("stack", file.stack), table),
  };
}

const same = (one: ScalingLaw, other: ScalingLaw): boolean =>
  one.name === other.name && one.form === other.form && JSON.stringify(one.tree) === JSON.stringify(other.tree);

type Fields = Readonly<Record<string, unknown>>;

function object(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${name} must be an object, got ${shown(value)}`);
  return value as Fields;
}

function list(name: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array, got ${shown(value)}`);
  if (value.length > most) throw new RangeError(`${name} has ${value.length} entries, more than ${most}`);
  return value;
}

function numbers(name: string, value: unknown, n: number): Float64Array {
  const values = list(name, value, n);
  if (values.length !== n) throw new RangeError(`${name} must have ${n} entries, got ${values.length}`);
  return Float64Array.from(values, (x, i) => finite(`${name}[${i}]`, x));
}

/** Sentences that a terminal may print: what would steer it is refused. */
function sentences(name: string, value: unknown): string[] {
  return list(name, value, MOST_WARNINGS).map((text, i) => {
    if (typeof text !== "string" || /\p{Cc}/u.test(text))
      throw new TypeError(`${name}[${i}] must be text in one line, got ${shown(text)}`);
    return text;
  });
}

function lawOf(fields: Fields): Pick<ReadLaw, "law" | "draws"> {
  const names = ["E", "A", "B", "alpha", "beta"] as const;
  const given = object("law.parameters", fields.parameters);
  const one = (of: (name: string) => unknown, where: string) =>
    Object.fromEntries(names.map((name) => [name, finite(`${where}.${name}`, of(name), 0)])) as unknown as Law;
  const law = one((name) => given[name], "law.parameters");
  if (fields.draws === null) return { law, draws: [] };
  const columns = object("law.draws", fields.draws);
  const count = list("law.draws.E", columns.E, MOST_DRAWS).length;
  const all = names.map((name) => numbers(`law.draws.${name}`, columns[name], count));
  return {
    law,
    draws: Array.from({ length: count }, (_, k) =>
      one((name) => all[names.indexOf(name as "E")]![k], `law.draws[${k}]`),
    ),
  };
}

function forecasterOf(fields: Fields, table: Runs): Forecaster {
  const members = list("stack.members", fields.members, 1000).map((entry, m): StackMember => {
    const where = `stack.members[${m}]`;
    const member = object(where, entry);
    const law = readLaw(`${where}.law`, member.law);
    const given = object(`${where}.parameters`, member.parameters);
    const p = Float64Array.from(law.parameters, (name) => {
      const [low, high] = law.bounds[name]!;
      return finite(`${where}.parameters.${name}`, given[name], low, high);
    });
    const parameters = Object.fromEntries(law.parameters.map((name, i) => [name, p[i]!]));
    // of the fit a forecast needs no more
    const fit = { law, parameters, p } as unknown as LawFit;
    return {
      ...{ law, p, fit, trials: [], delta: Number.NaN },
      since: finite(`${where}.since`, member.since, 0),
      weight: finite(`${where}.weight`, member.weight, 0, 1),
    };
  });
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  if (!(Math.abs(total - 1) < 1e-6)) throw new RangeError(`the weights of stack.members must sum to 1, got ${total}`);
  const draws = list("stack.draws", fields.draws, MOST_DRAWS).map((entry, k) => {
    const draw = object(`stack.draws[${k}]`, entry);
    const member = integer(`stack.draws[${k}].member`, draw.member, 0, members.length - 1);
    return { member, p: numbers(`stack.draws[${k}].p`, draw.p, members[member]!.p.length) };
  });
  const noise = object("stack.noise", fields.noise);
  const stack: Stack = {
    ...{ members, draws, warnings: [] },
    noise: {
      level: finite("stack.noise.level", noise.level, 0),
      slope: finite("stack.noise.slope", noise.slope, -10, 10),
      centre: positive("stack.noise.centre", noise.centre),
      from: positive("stack.noise.from", noise.from),
      to: positive("stack.noise.to", noise.to),
    },
    inflation: finite("stack.inflation", fields.inflation, 1, 10),
    drift: finite("stack.drift", fields.drift, 0),
    tested: finite("stack.tested", fields.tested, 1),
    by: fields.by === "run" || fields.by === "size" ? fields.by : "case",
  };
  const all = foretell(stack, rangesOf(table), table.flopsPerToken);
  return {
    // a law's fits to all rows and to the last decades are one law
    laws: members
      .filter(({ law }, m) => members.findIndex((other) => same(other.law, law)) === m)
      .map(({ law, fit }) => ({
        ...{ ...fit, heldOut: [], error: Number.NaN },
        weight: members.reduce((sum, member) => sum + (same(member.law, law) ? member.weight : 0), 0),
      })),
    ...{ tested: stack.tested, warnings: sentences("stack.warnings", fields.warnings ?? []), stack, all },
    at: (N, D) => all({ N: Float64Array.of(positive("N", N)), D: Float64Array.of(positive("D", D)) })[0]!,
  };
}
