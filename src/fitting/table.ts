// A table as the readers of files give it, and how its cells are read: as numbers, missing, or labels, and never as anything else.

import { shown } from "../check.ts";
import { ambiguous, type Decimal, decimalIn, isMissing, parseNumber } from "./cells.ts";
import { listed, plain } from "./columns.ts";

/** A table by columns: what the readers of files give. Cells are never interpreted but as numbers or labels. */
export interface Table {
  readonly columns: readonly string[];
  /** One array of cells per column, all of one length. */
  readonly cells: readonly (readonly unknown[])[];
  /** Where each row is in the file, as an editor counts its lines; 1, 2, … where absent. */
  readonly rows?: readonly number[];
  /** What separated the cells, where they were text. */
  readonly separator?: string;
}

/** Where a row is in its file. */
export const lineOf = (table: Table, row: number): number => table.rows?.[row] ?? row + 1;

export interface Cell {
  readonly value: number;
  /** Whether the cell said its unit. */
  readonly scaled: boolean;
}

/** Reads a column's cell in a row, NaN where it is missing, with the decimal separator that the whole table shows. */
export function reader(table: Table, loss: number, others: readonly number[]): (at: number, row: number) => Cell {
  const used = [loss, ...others];
  const shows = used.map((at) => decimalIn(table.cells[at]!));
  const mixed = used.find((_, i) => shows[i] === "both");
  if (mixed !== undefined)
    throw new RangeError(
      `column ${shown(table.columns[mixed]!)} has decimal points in some cells and decimal commas in others: use one`,
    );
  // a loss of 3,657 is no three thousand where nothing else tells
  const unsure = (at: number) => table.cells[at]!.some(ambiguous);
  if (shows[0] === undefined && unsure(loss)) shows[0] = ",";
  const elsewhere =
    shows.find((is) => is !== undefined) ?? (table.separator === ";" && used.some(unsure) ? "," : undefined);
  const decimal = new Map(used.map((at, i) => [at, (shows[i] ?? elsewhere ?? ".") as Decimal]));
  return (at, row) => {
    const cell = table.cells[at]![row];
    if (isMissing(cell)) return { value: Number.NaN, scaled: false };
    const where = `row ${lineOf(table, row)}, column ${shown(table.columns[at]!)}`;
    const parsed =
      typeof cell === "string"
        ? parseNumber(cell, decimal.get(at))
        : typeof cell === "bigint" || typeof cell === "number"
          ? { value: Number(cell), scaled: false }
          : undefined;
    if (!parsed) throw new TypeError(`${where}: a number is needed, got ${shown(cell)}`);
    if (!(parsed.value >= 0 && parsed.value < Infinity))
      throw new RangeError(`${where}: a finite number greater than 0 is needed, got ${parsed.value}`);
    return parsed;
  };
}

/** Rows whose cells read as wanted. */
export function matching(table: Table, where: Readonly<Record<string, string>>): number[] {
  let rows = Array.from(table.cells[0]!.keys());
  for (const [name, value] of Object.entries(where)) {
    const at = table.columns.indexOf(name);
    if (at < 0) throw new RangeError(`no column ${shown(name)} to select rows by: found ${listed(table.columns)}`);
    const cells = table.cells[at]!;
    rows = rows.filter((row) => String(cells[row]) === value);
    if (rows.length === 0) throw new RangeError(`no row has ${shown(value)} in column ${shown(name)}`);
  }
  return rows;
}

/** Names of a spectrum's columns. */
const SPECTRUM = {
  eigenvalues: ["eigenvalue", "lambda", "λ", "eigenvalues"],
  energies: ["energy", "target_energy", "c", "energies", "t"],
} as const;

/** Whether a table has the columns of a spectrum. */
export function isSpectrum(table: Table): boolean {
  return Object.values(SPECTRUM).every((names) =>
    table.columns.some((name) => names.some((usual) => plain(usual) === plain(name))),
  );
}

/**
 * A kernel spectrum off a table: columns named eigenvalue (lambda, λ) and energy (target_energy, c), one row a mode in any order.
 * @throws RangeError, TypeError: one line that names the row and the column
 */
export function spectrumFromTable(table: Table): { eigenvalues: Float64Array; energies: Float64Array } {
  if ((table.cells[0]?.length ?? 0) === 0)
    throw new RangeError("the table is empty: give a header and one row per mode");
  const read = (what: string, names: readonly string[], least: string) => {
    const at = table.columns.findIndex((name) => names.some((usual) => plain(usual) === plain(name)));
    if (at < 0)
      throw new RangeError(
        `no column holds the ${what} (${names.slice(0, 3).join(", ")}): found ${listed(table.columns)}`,
      );
    const cells = reader(table, at, []);
    return Float64Array.from(table.cells[at]!, (cell, row) => {
      const { value } = cells(at, row);
      if (Number.isNaN(value) || (value === 0 && least === "greater than 0"))
        throw new RangeError(
          `row ${lineOf(table, row)}, column ${shown(table.columns[at]!)}: a number ${least} is needed, got ${shown(cell)}`,
        );
      return value;
    });
  };
  return {
    eigenvalues: read("eigenvalues", SPECTRUM.eigenvalues, "greater than 0"),
    energies: read("target's energies", SPECTRUM.energies, "of at least 0"),
  };
}
