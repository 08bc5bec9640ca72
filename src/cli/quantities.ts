// The quantities of a curve, each named once: a field of the JSON, a column of files, and a column at the terminal.
// Of several curves, a file has the rows of one after those of the other.

import type { Columns } from "../figures/figure.ts";
import { type Column, sampled, table } from "./table.ts";

export interface Quantity extends Omit<Column, "title" | "values"> {
  /** Its field in JSON and, in snake case, its column in CSV and Parquet. */
  readonly name: string;
  readonly values: Float64Array;
  /** Heads its column at the terminal; without, only files have it. */
  readonly title?: string;
}

/** The fields of a JSON object that hold them. */
export const fields = (quantities: readonly Quantity[]): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(quantities.map(({ name, values }) => [name, values]));

/** The columns of a file, of one curve or of several with the same quantities. */
export const columns = (...curves: readonly (readonly Quantity[])[]): Columns =>
  Object.fromEntries(
    curves[0]!.map(({ name }, i) => [
      name.replace(/(?<=[a-z])[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      Float64Array.from(curves.flatMap((quantities) => Array.from(quantities[i]!.values))),
    ]),
  );

/** A table of at most `most` of their rows. */
export function rowsOf(quantities: readonly Quantity[], most?: number): string {
  const rows = sampled(quantities[0]!.values.length, most);
  return table(
    quantities.flatMap(({ title, values, ...how }) =>
      title === undefined ? [] : [{ ...how, title, values: rows.map((i) => values[i]!) }],
    ),
  );
}
