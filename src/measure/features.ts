// Features and targets as they are given, checked; and made ready: centred, of unit norm.

import { shown } from "../check.ts";
import type { Matrix } from "./npy.ts";

/**
 * Sees that every number of a matrix is one.
 * @throws RangeError, TypeError naming the row and the column
 */
export function checkMatrix(name: string, { data, rows, columns }: Matrix): void {
  if (rows < 1 || columns < 1) throw new RangeError(`${name} must have rows and columns, got ${rows} × ${columns}`);
  if (data.length !== rows * columns)
    throw new RangeError(`${name} must hold rows × columns = ${rows * columns} numbers, got ${data.length}`);
  const at = data.findIndex((x) => !Number.isFinite(x));
  if (at >= 0)
    throw new RangeError(
      `${name} must be finite, got ${shown(data[at])} in row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1}`,
    );
}

/** Rows of a matrix, in the order given. */
export function pick({ data, columns }: Matrix, rows: ArrayLike<number>): Matrix {
  const out = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    out.set(data.subarray(rows[i]! * columns, (rows[i]! + 1) * columns), i * columns);
  return { data: out, rows: rows.length, columns };
}

/** The mean of every column. */
export function means({ data, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]!;
  return mean.map((sum) => sum / rows);
}

/**
 * The matrix less `centre` in every row, and with `unit` each row divided by its norm.
 * @throws RangeError naming a row whose norm is 0
 */
export function prepared({ data, rows, columns }: Matrix, centre: Float64Array | undefined, unit: boolean): Matrix {
  const out = data.slice();
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    if (centre) for (let j = 0; j < columns; j++) row[j]! -= centre[j]!;
    if (!unit) continue;
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (norm === 0) throw new RangeError(`features must differ from their mean in every row, got none in row ${i + 1}`);
    for (let j = 0; j < columns; j++) row[j]! /= norm;
  }
  return { data: out, rows, columns };
}
