// What a kind of job is. The tables of parameters make the plan's JSON Schema and its defaults, those of results the columns of an export.

import type { Tables } from "../tables.ts";

/** What a plan may give a parameter; null where it is left open. */
export type Value = number | string | null | readonly number[] | readonly string[];
export type Parameters = Readonly<Record<string, Value>>;

export interface Parameter {
  /**
   * "numbers" is a list of them, in a plan also a lin or log range. "table" is a file of runs: in a plan its name, in a cell
   * its reference (tables.ts).
   */
  readonly type: "number" | "integer" | "text" | "numbers" | "texts" | "table";
  readonly about: string;
  /** Left out of `fixed` and `axes` it has this value; without a default it must be given. */
  readonly default?: Value;
  /** At least this. */
  readonly least?: number;
  /** More than this. */
  readonly above?: number;
  readonly most?: number;
  /** A text must be one of these. */
  readonly choices?: readonly string[];
  /** How many entries a list must have. */
  readonly entries?: number;
  /** Throws a RangeError on what the schema cannot tell. Not called for null. */
  readonly check?: (value: Value) => void;
}

/** NaN and ±Infinity are results too. */
export type Scalar = number | string | boolean | null;

export interface JobResult {
  readonly results: Readonly<Record<string, Scalar>>;
  /** How the computation went: converged, iterations, residual… */
  readonly stats?: Readonly<Record<string, Scalar>>;
  readonly curves?: Readonly<Record<string, Float64Array>>;
}

export type Column = "number" | "integer" | "text" | "boolean";

export interface JobKind {
  readonly name: string;
  readonly about: string;
  /** Raised when the same parameters give other results: part of a cell's key. */
  readonly revision: number;
  /** Whether it draws random numbers; then a plan may have seeds. */
  readonly seeded: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly results: Readonly<Record<string, Column>>;
  readonly stats: Readonly<Record<string, Column>>;
  readonly curves: readonly string[];
  /** Bytes a cell holds at its largest, beyond a thread's own. */
  memory(parameters: Parameters, tables: Tables): number;
  run(parameters: Parameters, seed: number, tables: Tables): JobResult | Promise<JobResult>;
}
