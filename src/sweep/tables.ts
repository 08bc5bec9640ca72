// Tables of runs that cells fit. A table is its content: a cell names it by the SHA-256 of the file's bytes and the ending that
// says how they are read, "9f86d081….csv", so that a changed file makes other cells and copies of one file share theirs. Files
// are opened where the plan is read and nowhere else; wherever a cell runs, the bytes are brought to it and checked.

import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import { formatOf, readTable } from "../fitting/read.ts";
import type { Table } from "../fitting/table.ts";

/** The bytes of tables by reference. */
export type Tables = ReadonlyMap<string, Uint8Array>;

export const NO_TABLES: Tables = new Map();

/** Bytes of one table: what a queue can carry and a thread parse. */
export const LARGEST_TABLE = 32e6;

export const REFERENCE = /^[0-9a-f]{64}\.(csv|tsv|json|jsonl|parquet)$/;

export const isReference = (text: unknown): text is string => typeof text === "string" && REFERENCE.test(text);

/** @throws RangeError where the name's ending stands for no format */
export function referenceTo(bytes: Uint8Array, name: string): string {
  return `${createHash("sha256").update(bytes).digest("hex")}.${formatOf(name)}`;
}

/**
 * Reads a file of runs, and sees that it is a table. The bytes are shared among threads, not copied.
 * @throws RangeError in one line: another ending, not there, no file, too large, not readable as what it ends in
 */
export async function openTable(file: string, folder: string): Promise<{ reference: string; bytes: Uint8Array }> {
  const format = formatOf(file);
  const handle = await open(resolve(folder, file), "r").catch((error: NodeJS.ErrnoException) => {
    throw new RangeError(`cannot be read (${error.code})`);
  });
  try {
    const bytes = await content(handle);
    await readTable(new Uint8Array(bytes).buffer, format).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_MODULE_NOT_FOUND") throw new Error(`reading ${format} needs a package: ${error.message}`);
      throw new RangeError(`is no table: ${error.message}`);
    });
    return { reference: referenceTo(bytes, file), bytes };
  } finally {
    await handle.close();
  }
}

async function content(handle: FileHandle): Promise<Uint8Array> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new RangeError(`is ${stat.isDirectory() ? "a folder" : "no regular file"}`);
  if (stat.size > LARGEST_TABLE)
    throw new RangeError(`has ${(stat.size / 1e6).toFixed(0)} MB, at most ${LARGEST_TABLE / 1e6} MB are allowed`);
  const bytes = new Uint8Array(new SharedArrayBuffer(stat.size));
  let length = 0;
  for (let read = 1; read > 0 && length < bytes.length; length += read)
    read = (await handle.read(bytes, length, bytes.length - length)).bytesRead;
  if (length < bytes.length) throw new RangeError("was cut off while it was read");
  return bytes;
}

const parsed = new Map<string, Promise<Table>>();

/** The table of a cell. The last few parsed are kept: the cells of a plan share theirs. */
export function tableOf(reference: string, tables: Tables): Promise<Table> {
  const known = parsed.get(reference);
  if (known) return known;
  const bytes = tables.get(reference);
  if (!bytes) throw new RangeError(`the table ${reference} is not here`);
  const table = readTable(new Uint8Array(bytes).buffer, formatOf(reference));
  if (parsed.size >= 4) parsed.delete(parsed.keys().next().value!);
  parsed.set(reference, table);
  return table;
}
