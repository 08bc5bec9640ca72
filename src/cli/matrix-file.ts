// A matrix from a file: one row a sample. .npy, or any table whose columns are numbers.

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseNumber, type Table } from "../index.ts";
import { checkMatrix, isNpy, type Matrix, parseNpy } from "../measure/index.ts";
import { Usage } from "./errors.ts";
import { openTable, refusing, TABLE_FILE } from "./open-table.ts";

/** What the argument that names a matrix is told to be. */
export const MATRIX_FILE = `.npy (f32 or f64), ${TABLE_FILE}`;

export interface NamedMatrix extends Matrix {
  readonly names: readonly string[];
}

/** @throws Usage, one line that names the file, and the row and column of what is no number */
export async function openMatrix(name: string, file: string): Promise<NamedMatrix> {
  if (extname(file).toLowerCase() !== ".npy") {
    const table = await openTable(file);
    return refusing(file, () => checked(name, matrixOf(table)));
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Usage(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return refusing(file, () => {
    const matrix = isNpy(bytes) ? parseNpy(bytes) : parseNpy(bytes.subarray(0, 0));
    return checked(name, { ...matrix, names: Array.from({ length: matrix.columns }, (_, i) => String(i + 1)) });
  });
}

function checked(name: string, matrix: NamedMatrix): NamedMatrix {
  checkMatrix(name, matrix);
  return matrix;
}

function matrixOf({ columns, cells }: Table): NamedMatrix {
  const rows = cells[0]!.length;
  const data = new Float64Array(rows * columns.length);
  cells.forEach((column, j) => {
    column.forEach((cell, i) => {
      const value =
        typeof cell === "number" || typeof cell === "bigint" || typeof cell === "boolean"
          ? Number(cell)
          : typeof cell === "string"
            ? parseNumber(cell)?.value
            : undefined;
      if (value === undefined)
        throw new TypeError(
          `a number is needed in row ${i + 1}, column ${JSON.stringify(columns[j])}, got ${JSON.stringify(String(cell ?? "")).slice(0, 40)}`,
        );
      data[i * columns.length + j] = value;
    });
  });
  return { data, rows, columns: columns.length, names: columns };
}
