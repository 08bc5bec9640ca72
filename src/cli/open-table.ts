// A table from a file, or from stdin where the file is "-": every command that reads one reads it here.

import { readFileSync } from "node:fs";
import { FORMAT, isSavedLaw, type ReadLaw, readSavedLaw } from "../fitting/laws/index.ts";
import { formatOf, formatOfContent, readTable, type Table } from "../index.ts";
import { MissingPackage, Usage } from "./errors.ts";

const PACKAGES = {
  csv: "papaparse",
  tsv: "papaparse",
  json: "",
  jsonl: "",
  parquet: "hyparquet hyparquet-compressors",
};

/** What the argument that names a table is told to be. */
export const TABLE_FILE = ".csv, .tsv, .json, .jsonl or .parquet, or any of them .gz; - for stdin";

const nameOf = (file: string): string => (file === "-" ? "stdin" : file);

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new Usage(`${nameOf(file)} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/**
 * A fit that was written by `fit --out law.json`; undefined where the file is no such one.
 * @throws Usage: one line that names the file
 */
export function openLaw(file: string): ReadLaw | undefined {
  if (!/\.json$/i.test(file)) return undefined;
  const text = new TextDecoder().decode(bytesOf(file));
  if (!text.includes(`"${FORMAT}"`)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Usage(`${file}: no JSON, though it names a format: write it anew with fit --out`);
  }
  return isSavedLaw(value) ? refusing(file, () => readSavedLaw(value)) : undefined;
}

/** @throws Usage, MissingPackage: one line that names the file */
export async function openTable(file: string): Promise<Table> {
  const named = nameOf(file);
  const format = file === "-" ? undefined : refusing(named, () => formatOf(file));
  const bytes = bytesOf(file);
  return readTable(new Uint8Array(bytes).buffer, format).catch((error: NodeJS.ErrnoException) => {
    const is = format ?? formatOfContent(bytes);
    if (error.code === "ERR_MODULE_NOT_FOUND") throw new MissingPackage(`reading ${is}`, PACKAGES[is], error);
    throw new Usage(`${named}: ${error.message}`);
  });
}

/** "name it with columns, as loss=NAME" of the library, as it is typed here. */
export const asTyped = (message: string): string => message.replace(/ with (columns|units), as /, " with --$1 ");

/** What a table does not hold is told with the file's name. */
export function refusing<T>(file: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new Usage(`${nameOf(file)}: ${asTyped(error.message)}`);
    throw error;
  }
}
