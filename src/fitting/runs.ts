// Training runs: N parameters, D tokens, C flops and the loss reached (docs/theory.md, eq. 10.1). Any two of N, D and C
// give the third by C = kND, k = 6 by default. Rows of one run (checkpoints of a loss curve) share a run number.

import { positive, shown } from "../check.ts";

export interface Runs {
  /** Number of rows. */
  readonly n: number;
  /** Parameters. */
  readonly N: Float64Array;
  /** Tokens. */
  readonly D: Float64Array;
  /** Flops. */
  readonly C: Float64Array;
  readonly loss: Float64Array;
  /** Run number of each row: 0, 1, … */
  readonly run: Int32Array;
  /** Row of the table each came from, counted from 1 below the header. */
  readonly row: Int32Array;
  /** k in C = kND: as given, or the geometric mean over rows that state all three. */
  readonly flopsPerToken: number;
  /** What the reader should know about the data. */
  readonly warnings: readonly string[];
}

/** A table by columns: what the readers of files give. Cells are never interpreted but as numbers or labels. */
export interface Table {
  readonly columns: readonly string[];
  /** One array of cells per column, all of one length. */
  readonly cells: readonly (readonly unknown[])[];
}

export type Quantity = "N" | "D" | "C" | "loss" | "run";

export interface TableOptions {
  /** Which column holds what, where the usual names do not say: `{ N: "Model Size", C: "Training FLOP" }`. */
  readonly columns?: Partial<Record<Quantity, string>>;
  /** Keep only rows whose cell in that column reads like this: `{ dataset: "rw" }`. */
  readonly where?: Readonly<Record<string, string>>;
  /** k in C = kND. Default 6, or what the rows say where they state all of N, D and C. */
  readonly flopsPerToken?: number;
}

const QUANTITIES: readonly Quantity[] = ["N", "D", "C", "loss", "run"];

/**
 * Columns as they are written in one text: "N=params,D=tokens".
 * @throws RangeError
 */
export function parseColumns(text: string): Partial<Record<Quantity, string>> {
  const named: Partial<Record<Quantity, string>> = {};
  for (const part of text.split(",")) {
    const [, quantity, name] = /^\s*(\w+)\s*=(.+)$/.exec(part) ?? [];
    if (!QUANTITIES.includes(quantity as Quantity))
      throw new RangeError(`give N=…, D=…, C=…, loss=… or run=…, got ${shown(part)}`);
    named[quantity as Quantity] = name!.trim();
  }
  return named;
}

/**
 * Conditions on rows, each as "column=value"; all must hold.
 * @throws RangeError
 */
export function parseWhere(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new RangeError(`give COLUMN=VALUE, got ${shown(text)}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Usual names, without case and punctuation, the most telling first. */
const NAMES: Record<Quantity, readonly string[]> = {
  N: "n params parameters nparams numparams numparameters modelsize modelparams modelparameters paramsactiveprecise activeparams paramsactive nonembeddingparams paramsnonembedding paramcount size".split(
    " ",
  ),
  D: "d tokens ntokens numtokens trainingtokens traintokens tokensseen totaltokens datasetsize datasize".split(" "),
  C: "c flops flop trainingflops trainingflop trainflops trainflop totalflops totalflop compute trainingcompute".split(
    " ",
  ),
  loss: "valloss validationloss evalloss finalloss loss testloss trainloss trainingloss finaltrainloss crossentropy l".split(
    " ",
  ),
  run: "run runname runid curve name experiment model".split(" "),
};
const NUMBERS = ["N", "D", "C", "loss"] as const;
const MEANING = { N: "parameters", D: "tokens", C: "flops", loss: "loss", run: "run" };

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const listed = (names: readonly string[]): string => names.map((name) => shown(name)).join(", ");

/**
 * Reads runs off a table.
 * @throws RangeError, TypeError: one line that names the row and the column
 */
export function runsFromTable(table: Table, options: TableOptions = {}): Runs {
  const warnings: string[] = [];
  const total = table.cells[0]?.length ?? 0;
  if (table.columns.length === 0 || total === 0)
    throw new RangeError("the table is empty: give a header and one row per run");
  const column = recognise(table.columns, options.columns ?? {}, warnings);
  const rows = matching(table, options.where ?? {});
  const read = (quantity: (typeof NUMBERS)[number]): Float64Array | undefined => {
    const at = column[quantity];
    if (at === undefined) return undefined;
    const cells = table.cells[at]!;
    return Float64Array.from(rows, (row) => number(cells[row], row, table.columns[at]!));
  };
  const names = column.run === undefined ? undefined : table.cells[column.run]!;
  return runs({
    N: read("N"),
    D: read("D"),
    C: read("C"),
    loss: read("loss")!,
    run: names && rows.map((row) => String(names[row])),
    row: rows.map((row) => row + 1),
    flopsPerToken: options.flopsPerToken,
    warnings,
  });
}

/** Which column holds each quantity: those named by the caller, then the usual names. */
function recognise(
  columns: readonly string[],
  named: Partial<Record<Quantity, string>>,
  warnings: string[],
): Partial<Record<Quantity, number>> {
  const found: Partial<Record<Quantity, number>> = {};
  const seen = columns.map(plain);
  const taken = new Set(Object.values(named).map((name) => columns.indexOf(name)));
  for (const quantity of [...NUMBERS, "run"] as const) {
    const name = named[quantity];
    if (name !== undefined) {
      const at = columns.indexOf(name);
      if (at < 0) throw new RangeError(`no column ${shown(name)} for ${MEANING[quantity]}: found ${listed(columns)}`);
      found[quantity] = at;
      continue;
    }
    const candidates = NAMES[quantity].map((usual) => seen.indexOf(usual)).filter((at) => at >= 0 && !taken.has(at));
    if (candidates.length === 0) continue;
    found[quantity] = candidates[0]!;
    if (candidates.length > 1 && quantity !== "run")
      warnings.push(
        `several columns could hold the ${MEANING[quantity]}: took ${shown(columns[candidates[0]!])}, ` +
          `not ${listed(candidates.slice(1).map((at) => columns[at]!))}`,
      );
  }
  if (found.loss === undefined)
    throw new RangeError(`no column holds the loss: found ${listed(columns)}; name it with columns, as loss=NAME`);
  if ([found.N, found.D, found.C].filter((at) => at !== undefined).length < 2)
    throw new RangeError(
      `two of parameters, tokens and flops are needed: found ${listed(columns)}; name them with columns, as N=NAME,D=NAME`,
    );
  return found;
}

function matching(table: Table, where: Readonly<Record<string, string>>): number[] {
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

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function number(cell: unknown, row: number, column: string): number {
  const where = `row ${row + 1}, column ${shown(column)}`;
  const value =
    typeof cell === "string" && NUMBER.test(cell.trim())
      ? Number(cell)
      : typeof cell === "bigint"
        ? Number(cell)
        : cell;
  if (typeof value !== "number") throw new TypeError(`${where}: a number is needed, got ${shown(cell)}`);
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${where}: a finite number greater than 0 is needed, got ${value}`);
  return value;
}

/**
 * A kernel spectrum off a table: columns named eigenvalue (or lambda) and energy (or t), one row a mode.
 * @throws RangeError, TypeError: one line that names the row and the column
 */
export function spectrumFromTable(table: Table): { eigenvalues: Float64Array; energies: Float64Array } {
  const read = (what: string, names: readonly string[], zero: boolean) => {
    const at = table.columns.findIndex((name) => names.includes(plain(name)));
    if (at < 0) throw new RangeError(`no column holds the ${what}: found ${listed(table.columns)}`);
    return Float64Array.from(table.cells[at]!, (cell, row) =>
      zero && Number(cell) === 0 && cell !== "" ? 0 : number(cell, row, table.columns[at]!),
    );
  };
  return {
    eigenvalues: read("eigenvalues", ["eigenvalue", "eigenvalues", "lambda"], false),
    energies: read("target's energies", ["energy", "energies", "targetenergy", "t"], true),
  };
}

export interface RunColumns {
  readonly N?: ArrayLike<number> | undefined;
  readonly D?: ArrayLike<number> | undefined;
  readonly C?: ArrayLike<number> | undefined;
  readonly loss: ArrayLike<number>;
  /** Which run each row belongs to; every row its own by default. */
  readonly run?: ArrayLike<string | number> | undefined;
  readonly row?: ArrayLike<number> | undefined;
  readonly flopsPerToken?: number | undefined;
  readonly warnings?: string[];
}

/**
 * Runs from arrays: the loss and at least two of N, D and C, all of one length.
 * @throws RangeError, TypeError naming the array and the position
 */
export function runs(columns: RunColumns): Runs {
  const { loss, warnings = [] } = columns;
  const given = { N: columns.N, D: columns.D, C: columns.C, loss };
  const n = loss?.length ?? 0;
  if (n === 0) throw new RangeError("loss must not be empty");
  for (const [name, values] of Object.entries(given)) {
    if (!values) continue;
    if (values.length !== n) throw new RangeError(`${name} must have ${n} entries, as loss has, got ${values.length}`);
    for (let i = 0; i < n; i++) positive(`${name}[${i}]`, values[i]);
  }
  const factor = columns.flopsPerToken === undefined ? undefined : positive("flopsPerToken", columns.flopsPerToken);
  let flopsPerToken = factor ?? 6;
  const array = (values: ArrayLike<number> | undefined) => values && Float64Array.from(values);
  let [N, D, C] = [array(columns.N), array(columns.D), array(columns.C)];
  if (N && D && C) {
    const ratio = C.map((c, i) => Math.log(c / (N![i]! * D![i]!)));
    const mean = ratio.reduce((sum, r) => sum + r, 0) / n;
    const spread = ratio.reduce((most, r) => Math.max(most, Math.abs(r - mean)), 0);
    if (factor === undefined) flopsPerToken = spread < 1e-3 && Math.abs(mean - Math.log(6)) < 1e-3 ? 6 : Math.exp(mean);
    if (spread > 0.1)
      warnings.push(
        `C/(ND) varies by a factor ${Math.exp(spread).toPrecision(3)} about ${Math.exp(mean).toPrecision(3)}: C = kND holds only roughly`,
      );
  } else if (N && D) C = N.map((x, i) => flopsPerToken * x * D![i]!);
  else if (N && C) D = C.map((c, i) => c / (flopsPerToken * N![i]!));
  else if (D && C) N = C.map((c, i) => c / (flopsPerToken * D![i]!));
  else throw new RangeError("two of N, D and C are needed");
  const row = Int32Array.from(columns.row ?? Array.from({ length: n }, (_, i) => i + 1));
  const result = {
    n,
    N: N!,
    D: D!,
    C: C!,
    loss: Float64Array.from(loss),
    run: columns.run ? numbered(columns.run) : Int32Array.from({ length: n }, (_, i) => i),
    row,
    flopsPerToken,
    warnings,
  };
  warnOfDuplicates(result, warnings);
  return result;
}

/** Labels as 0, 1, … in the order they appear. */
function numbered(labels: ArrayLike<string | number>): Int32Array {
  const seen = new Map<string | number, number>();
  return Int32Array.from(labels, (label) => {
    const known = seen.get(label);
    if (known !== undefined) return known;
    seen.set(label, seen.size);
    return seen.size - 1;
  });
}

function warnOfDuplicates(runs: Omit<Runs, "warnings">, warnings: string[]): void {
  // numbers as keys, checked on a hit: strings would take seconds for a million rows
  const seen = new Map<number, number>();
  let count = 0;
  let first = "";
  for (let i = 0; i < runs.n; i++) {
    const key = runs.loss[i]! * (0.61 + runs.N[i]! / (runs.N[i]! + runs.D[i]!));
    const before = seen.get(key);
    if (before === undefined) seen.set(key, i);
    else if (runs.N[before] === runs.N[i] && runs.D[before] === runs.D[i] && runs.loss[before] === runs.loss[i])
      if (count++ === 0) first = `rows ${runs.row[before]} and ${runs.row[i]}`;
  }
  if (count > 0)
    warnings.push(
      `${count} ${count === 1 ? "row repeats" : "rows repeat"} the N, D and loss of another (${first}): each counts as a measurement of its own`,
    );
}

/** The rows for which `keep` holds, in their order. */
export function select(runs: Runs, keep: (i: number) => boolean): Runs {
  const index = Array.from({ length: runs.n }, (_, i) => i).filter(keep);
  if (index.length === 0) throw new RangeError("no row is left after the selection");
  const take = (values: Float64Array) => Float64Array.from(index, (i) => values[i]!);
  return {
    ...runs,
    n: index.length,
    N: take(runs.N),
    D: take(runs.D),
    C: take(runs.C),
    loss: take(runs.loss),
    run: numbered(index.map((i) => runs.run[i]!)),
    row: Int32Array.from(index, (i) => runs.row[i]!),
  };
}

/** Without the `count` rows of highest loss. */
export function dropHighestLoss(runs: Runs, count: number): Runs {
  const order = Array.from(runs.loss.keys()).sort((i, j) => runs.loss[j]! - runs.loss[i]!);
  const dropped = new Set(order.slice(0, count));
  return select(runs, (i) => !dropped.has(i));
}

/** Number of different runs. */
export const runCount = (runs: Runs): number => runs.run.reduce((most, r) => Math.max(most, r), -1) + 1;
