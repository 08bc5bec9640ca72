// Tables for a terminal.

import { readable, scientific } from "../numbers.ts";

export interface Column {
  readonly title: string;
  readonly values: ArrayLike<number | string>;
  /** Default: `readable` to `digits` digits, all of a column alike. */
  readonly format?: (value: number) => string;
  /** Default 4. */
  readonly digits?: number;
}

/** Columns set side by side, numbers to the right, words to the left. */
export function table(columns: readonly Column[]): string {
  const cells = columns.map((column) => {
    const format = column.format ?? alike(column);
    return [column.title, ...Array.from(column.values, (x) => (typeof x === "number" ? format(x) : x))];
  });
  const widths = cells.map((column) => Math.max(...column.map(widthOf)));
  const rows = Array.from({ length: Math.max(...cells.map((c) => c.length)) }, (_, row) =>
    cells
      .map((column, i) => {
        const cell = column[row] ?? "";
        const space = " ".repeat(widths[i]! - widthOf(cell));
        return typeof columns[i]!.values[0] === "string" ? cell + space : space + cell;
      })
      .join("   ")
      .trimEnd(),
  );
  return rows.map((row, i) => `  ${i === 0 ? dim(row) : row}`).join("\n");
}

/** One format for a column: powers of ten where any of its numbers needs them. */
function alike({ values, digits = 4 }: Column): (x: number) => string {
  const sizes = Array.from(values, Number)
    .filter((x) => x !== 0 && Number.isFinite(x))
    .map(Math.abs);
  if (!sizes.some((x) => x < 1e-3 || x >= 1e5)) return (x) => readable(x, digits);
  return (x) => (x === 0 || !Number.isFinite(x) ? readable(x) : scientific(x, digits));
}

/** Whole numbers as they are, or powers of ten where they get long. */
export function counts(values: ArrayLike<number>): (x: number) => string {
  return Math.max(...Array.from(values)) < 1e9 ? (x) => x.toFixed(0) : (x) => scientific(x, 4);
}

/** Characters that take a place: combining marks take none. */
function widthOf(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}

const styled = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
export const bold = (text: string): string => (styled ? `\x1b[1m${text}\x1b[22m` : text);
export const dim = (text: string): string => (styled ? `\x1b[2m${text}\x1b[22m` : text);

/** At most `most` of n rows, evenly spread, the first and the last among them. */
export function sampled(n: number, most = 21): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (n - 1)) / (most - 1)));
}
