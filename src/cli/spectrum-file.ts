// A measured spectrum from a file: one mode a row, columns eigenvalue and energy (the target's), in any order of rows.

import { type Measured, measured, spectrumFromTable } from "../index.ts";
import { openTable, refusing } from "./open-table.ts";

/** @throws Usage with the row that is wrong */
export async function readSpectrum(file: string): Promise<Measured> {
  const table = await openTable(file);
  return refusing(file, () => measured(spectrumFromTable(table)));
}
