// Files as tables: CSV, TSV, JSON, JSON Lines and Parquet, in UTF-8 or UTF-16, plain or gzipped. Takes text or bytes, so that it
// serves a browser as well; the readers are optional packages, loaded at the first use.

import { parseNumber } from "./cells.ts";
import type { Table } from "./table.ts";

export type Format = "csv" | "tsv" | "json" | "jsonl" | "parquet";

const ENDINGS: Record<string, Format> = {
  csv: "csv",
  txt: "csv",
  dat: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  pq: "parquet",
};

/** Bytes of a file, unpacked: what fits into one text. */
const LARGEST = 5e8;

/**
 * The format a file name's ending stands for; .gz after it changes nothing.
 * @throws RangeError where it stands for none
 */
export function formatOf(name: string): Format {
  const ending = /\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ""))?.[1]?.toLowerCase() ?? "";
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (!format)
    throw new RangeError(
      `the file must end in .csv, .tsv, .json, .jsonl or .parquet (or one of these and .gz), got ${JSON.stringify(name)}`,
    );
  return format;
}

/** What a content without a name looks like: what comes through a pipe. */
export function formatOfContent(content: Uint8Array): Format {
  const start = new TextDecoder("latin1").decode(content.subarray(0, 4096)).replace(/[\0þÿï»¿]/g, "");
  if (start.startsWith("PAR1")) return "parquet";
  const first = start.trimStart()[0];
  return first === "[" ? "json" : first === "{" ? "jsonl" : start.split("\n")[0]!.includes("\t") ? "tsv" : "csv";
}

/**
 * Reads a table: the first line of CSV and TSV is the header, but for a `sep=;` and lines that begin with #; JSON holds an array of
 * objects, or one array a column; JSON Lines one object a line.
 * @param format default: what the content looks like
 * @throws RangeError, SyntaxError: one line, naming the row
 */
export async function readTable(content: string | ArrayBuffer, format?: Format): Promise<Table> {
  if (typeof content === "string")
    return readText(content, format ?? formatOfContent(new TextEncoder().encode(content)));
  const bytes = await unpacked(new Uint8Array(content));
  const is = format ?? formatOfContent(bytes);
  return is === "parquet" ? parquet(bytes) : readText(decoded(bytes), is);
}

async function readText(text: string, format: Format): Promise<Table> {
  if (text.trim() === "") throw new RangeError("the file is empty");
  if (format === "json") return json(text);
  return format === "jsonl" ? jsonLines(text) : delimited(text, format === "tsv" ? "\t" : undefined);
}

/** What other files begin with, and what to do with them. */
const OTHERS: readonly (readonly [magic: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 3, 4], "a ZIP archive or a spreadsheet (.xlsx): unpack it, or save the sheet as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old spreadsheet (.xls): save the sheet as CSV"],
  [[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd: unpack it by unzstd"],
  [[0x42, 0x5a, 0x68], "compressed by bzip2: unpack it by bunzip2"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed by xz: unpack it by unxz"],
  [[0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], "an Arrow (Feather) file: save it as Parquet"],
];

const begins = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);

async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const other = OTHERS.find(([magic]) => begins(bytes, magic));
  if (other) throw new RangeError(`the file is ${other[1]}`);
  if (!begins(bytes, [0x1f, 0x8b])) return bytes;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value as Uint8Array<ArrayBuffer>);
      length += read.value.length;
      if (length > LARGEST) break;
    }
    if (length > LARGEST) await reader.cancel();
  } catch {
    throw new SyntaxError("the file begins as gzip does, but cannot be unpacked: it is damaged or cut off");
  }
  if (length > LARGEST)
    throw new RangeError(`the file holds over ${LARGEST / 1e6} MB when unpacked: select rows first`);
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Text in UTF-8, in UTF-16 (Excel's "Unicode text"), or in what Windows wrote before either. */
function decoded(bytes: Uint8Array): string {
  if (bytes.length > LARGEST) throw new RangeError(`the file holds over ${LARGEST / 1e6} MB: select rows first`);
  if (begins(bytes, [0xff, 0xfe, 0, 0]) || begins(bytes, [0, 0, 0xfe, 0xff]))
    throw new RangeError("the file is text in UTF-32: save it as UTF-8");
  // without a mark, the zero bytes of Latin letters tell
  const zeros = [0, 1].map((odd) => bytes.subarray(0, 200).filter((byte, i) => i % 2 === odd && byte === 0).length);
  const half = Math.min(bytes.length, 200) / 2;
  if (begins(bytes, [0xff, 0xfe]) || (zeros[1]! > 0.7 * half && zeros[0] === 0))
    return new TextDecoder("utf-16le").decode(bytes);
  if (begins(bytes, [0xfe, 0xff]) || (zeros[0]! > 0.7 * half && zeros[1] === 0))
    return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 4096).includes(0)) throw new RangeError("the file is binary, neither text nor Parquet");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

async function delimited(content: string, delimiter?: string): Promise<Table> {
  const { default: papa } = await import("papaparse");
  let text = content.replace(/^\uFEFF/, "");
  let line = 1;
  const told = /^"?sep=(.)"?[^\S\n]*\r?\n/i.exec(text);
  if (told) {
    text = text.slice(told[0].length);
    line++;
  }
  const separator = told?.[1] ?? separatorOf(text, delimiter);
  if (separator === " ") text = text.replace(/^[^\S\n]+|[^\S\n]+$/gm, "").replace(/[^\S\n]+/g, " ");
  const { data, errors } = papa.parse<string[]>(text, { delimiter: separator });
  const broken = errors.find((error) => error.type === "Quotes");
  if (broken) throw new SyntaxError(`row ${(broken.row ?? 0) + line}: ${broken.message}`);
  const quoted = text.includes('"');
  let header: string[] | undefined;
  let comment: string[] | undefined;
  const rows: string[][] = [];
  const numbers: number[] = [];
  for (const row of data) {
    const here = line;
    line += 1 + (quoted ? breaks(row) : 0);
    while (row.length > (header?.length ?? 1) && row.at(-1)!.trim() === "") row.pop();
    if (row.every((cell) => cell.trim() === "")) continue;
    if (separator === " " && row[0] === "#") row.splice(0, 2, `#${row[1] ?? ""}`);
    const hash = row[0]!.trimStart().startsWith("#") && row[0]!.trim() !== "#";
    if (header === undefined) {
      if (hash) {
        comment = [row[0]!.replace(/^\s*#+/, ""), ...row.slice(1)].map((cell) => cell.trim());
        continue;
      }
      // NumPy writes its header as a comment
      const numeric = row.every((cell) => (parseNumber(cell) ?? parseNumber(cell, ",")) !== undefined);
      header = numeric && comment?.length === row.length ? comment : row.map((name) => name.trim());
      if (header !== comment) continue;
    } else if (hash && row.length !== header.length) continue;
    if (row.length !== header.length)
      throw new RangeError(`row ${here} has ${row.length} cells, the header has ${header.length}`);
    rows.push(row);
    numbers.push(here);
  }
  const columns = header ?? [];
  return { columns, cells: columns.map((_, at) => rows.map((row) => row[at])), rows: numbers, separator };
}

/** What separates the cells: what the header holds most of. */
function separatorOf(text: string, otherwise = ","): string {
  const header = text.split("\n").find((line) => line.trim() !== "" && !/^\s*#[^,;\t|]/.test(line)) ?? "";
  const bare = header.replace(/"[^"]*"/g, "");
  const counts = [...(otherwise === "\t" ? "\t" : ",;\t|")].map((mark) => [mark, bare.split(mark).length - 1] as const);
  const most = counts.reduce((best, next) => (next[1] > best[1] ? next : best));
  if (most[1] > 0) return most[0];
  return /\S[^\S\n]+\S/.test(bare.trim()) && !header.includes('"') ? " " : otherwise;
}

const breaks = (row: readonly string[]): number =>
  row.reduce((sum, cell) => sum + (cell.includes("\n") ? cell.split("\n").length - 1 : 0), 0);

/** JSON as Python writes it too: NaN and Infinity become null. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(
      text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (word) => (word.startsWith('"') ? word : "null")),
    );
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function json(text: string): Table {
  let value: unknown;
  try {
    value = parsed(text.replace(/^\uFEFF/, ""));
  } catch {
    if (/^\s*\{.*\}\s*\n\s*\{/.test(text)) return jsonLines(text);
    throw new SyntaxError("the file is not JSON");
  }
  const wanted = "the file must hold an array of objects, one a run, or an object of arrays, one a column";
  if (isObject(value)) {
    const fields = new Map<string, unknown>(Object.entries(value));
    const [columns, data] = [fields.get("columns"), fields.get("data")];
    if (Array.isArray(columns) && Array.isArray(data)) return byPosition(columns.map(String), data, wanted);
    const nested = [...fields.values()].filter((field) => Array.isArray(field) && field.some(isObject));
    if (nested.length === 1) return ofObjects(nested[0] as unknown[], wanted);
    const lists = [...fields].filter(([, field]) => Array.isArray(field) || isObject(field));
    const cells = lists.map(([, field]) => (Array.isArray(field) ? field : Object.values(field as object)));
    if (lists.length === 0) return ofObjects([value], wanted);
    if (cells.some((list) => list.length !== cells[0]!.length))
      throw new RangeError(`${wanted}: these arrays have different lengths`);
    return { columns: lists.map(([name]) => name), cells };
  }
  if (!Array.isArray(value)) throw new SyntaxError(wanted);
  if (value.length === 0) throw new RangeError("the file is empty");
  const [first, ...rest] = value;
  return Array.isArray(first) ? byPosition(first.map(String), rest, wanted) : ofObjects(value, wanted);
}

function byPosition(columns: string[], rows: unknown[], wanted: string): Table {
  rows.forEach((row, i) => {
    if (!Array.isArray(row) || row.length !== columns.length)
      throw new SyntaxError(`${wanted}: row ${i + 1} does not have ${columns.length} cells`);
  });
  return { columns, cells: columns.map((_, at) => rows.map((row) => (row as unknown[])[at])) };
}

function ofObjects(values: unknown[], wanted: string): Table {
  return byColumn(
    values.map((value, i) => {
      if (!isObject(value)) throw new SyntaxError(`${wanted}: row ${i + 1} is none`);
      return flat(value);
    }),
  );
}

/** Fields of an object, those of objects in it by their path: config.n_params. */
function flat(value: object, path = "", depth = 0, into = new Map<string, unknown>()): Map<string, unknown> {
  for (const [name, field] of Object.entries(value))
    if (isObject(field) && depth < 4) flat(field, `${path}${name}.`, depth + 1, into);
    else into.set(path + name, field);
  return into;
}

function jsonLines(text: string): Table {
  const rows: Map<string, unknown>[] = [];
  const numbers: number[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    let row: unknown;
    try {
      row = parsed(line.replace(/^\uFEFF/, ""));
    } catch {
      throw new SyntaxError(`row ${i + 1} is not JSON`);
    }
    if (!isObject(row)) throw new SyntaxError(`row ${i + 1} must be an object with one field per column`);
    rows.push(flat(row));
    numbers.push(i + 1);
  });
  return { ...byColumn(rows), rows: numbers };
}

async function parquet(bytes: Uint8Array<ArrayBuffer>): Promise<Table> {
  const { parquetMetadata, parquetReadObjects } = await import("hyparquet");
  const file = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  const unreadable = (error: Error): never => {
    throw new SyntaxError(`the file is not readable as Parquet: ${error.message.split("\n")[0]}`);
  };
  let codecs: Set<string>;
  try {
    const groups = parquetMetadata(file).row_groups;
    codecs = new Set(groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec ?? "")));
  } catch (error) {
    return unreadable(error as Error);
  }
  // what hyparquet unpacks itself
  const plain = [...codecs].every((codec) => codec === "UNCOMPRESSED" || codec === "SNAPPY" || codec === "");
  const packed = plain ? {} : { compressors: (await import("hyparquet-compressors")).compressors };
  const rows = await parquetReadObjects({ file, ...packed }).catch(unreadable);
  if (rows.length === 0) throw new RangeError("the file is empty");
  return byColumn(rows.map((row) => new Map(Object.entries(row))));
}

function byColumn(rows: Map<string, unknown>[]): Table {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { columns, cells: columns.map((name) => rows.map((row) => row.get(name))) };
}
