// A measured spectrum from a file: one mode a row, columns eigenvalue and energy (the target's), in any order of rows.

import { basename } from "node:path";
import { type Measured, measured, powerLaw, type Spectrum, spectrumFromTable } from "../index.ts";
import { Usage } from "./errors.ts";
import { pointInWords } from "./labels.ts";
import { openTable, refusing } from "./open-table.ts";
import type { SpectrumValues } from "./options.ts";

/**
 * The spectrum of --alpha and --beta or --spectrum, and what it is called.
 * @throws Usage where neither is whole, or with the row that is wrong
 */
export async function spectrumOf({
  alpha,
  beta,
  spectrum,
}: SpectrumValues): Promise<{ spectrum: Spectrum; words: string }> {
  if (spectrum !== undefined) {
    const found = await readSpectrum(spectrum);
    return { spectrum: found, words: `${basename(spectrum)} (${found.eigenvalues.length} modes)` };
  }
  if (alpha === undefined || beta === undefined)
    throw new Usage("give a spectrum: --alpha and --beta, or --spectrum FILE");
  return { spectrum: powerLaw({ alpha, beta }), words: pointInWords({ alpha, beta }) };
}

/** @throws Usage with the row that is wrong */
export async function readSpectrum(file: string): Promise<Measured> {
  const table = await openTable(file);
  return refusing(file, () => measured(spectrumFromTable(table)));
}
