// Files as tables: CSV, TSV, JSON Lines and Parquet. Takes text or bytes, so that it serves a browser as well; the readers are
// optional packages, loaded at the first use.

import type { Table } from "./runs.ts";

export type Format = "csv" | "tsv" | "jsonl" | "parquet";

const ENDINGS: Record<string, Format> = {
  csv: "csv",
  txt: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
};

/**
 * The format a file name's ending stands for.
 * @throws RangeError where it stands for none
 */
export function formatOf(name: string): Format {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const format = ENDINGS[ending];
  if (!format) throw new RangeError(`the file must end in .csv, .tsv, .jsonl or .parquet, got ${JSON.stringify(name)}`);
  return format;
}

/**
 * Reads a table: the first line of CSV and TSV is the header; JSON Lines hold one object a line.
 * @throws RangeError, SyntaxError: one line, naming the row
 */
export async function readTable(content: string | ArrayBuffer, format: Format): Promise<Table> {
  if (format === "parquet") return parquet(content as ArrayBuffer);
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  if (text.trim() === "") throw new RangeError("the file is empty");
  return format === "jsonl" ? jsonLines(text) : delimited(text, format);
}

async function delimited(text: string, format: "csv" | "tsv"): Promise<Table> {
  const { default: papa } = await import("papaparse");
  const { data, errors } = papa.parse<string[]>(text.replace(/^\uFEFF/, ""), {
    skipEmptyLines: "greedy",
    ...(format === "tsv" && { delimiter: "\t" }),
  });
  const broken = errors.find((error) => error.type === "Quotes");
  if (broken) throw new SyntaxError(`row ${broken.row ?? 0}: ${broken.message}`);
  const [header = [], ...rows] = data;
  const columns = header.map((name) => name.trim());
  rows.forEach((row, i) => {
    if (row.length !== columns.length)
      throw new RangeError(`row ${i + 1} has ${row.length} cells, the header has ${columns.length}`);
  });
  return { columns, cells: columns.map((_, at) => rows.map((row) => row[at])) };
}

function jsonLines(text: string): Table {
  const rows = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => {
      let row: unknown;
      try {
        row = JSON.parse(line);
      } catch {
        throw new SyntaxError(`row ${i + 1} is not JSON`);
      }
      if (typeof row !== "object" || row === null || Array.isArray(row))
        throw new SyntaxError(`row ${i + 1} must be an object with one field per column`);
      return new Map(Object.entries(row));
    });
  return byColumn(rows);
}

async function parquet(content: ArrayBuffer): Promise<Table> {
  const { parquetReadObjects } = await import("hyparquet");
  const rows = await parquetReadObjects({ file: content }).catch((error: Error) => {
    throw new SyntaxError(`the file is not readable as Parquet: ${error.message.split("\n")[0]}`);
  });
  if (rows.length === 0) throw new RangeError("the file is empty");
  return byColumn(rows.map((row) => new Map(Object.entries(row))));
}

function byColumn(rows: Map<string, unknown>[]): Table {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { columns, cells: columns.map((name) => rows.map((row) => row.get(name))) };
}
