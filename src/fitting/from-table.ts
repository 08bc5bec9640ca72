// Runs off a table: which columns, which rows, in which units; what one run is. Whatever is left out or taken on a guess is told.

import { shown } from "../check.ts";
import { exp, log, log10, pow } from "../math/elementary.ts";
import { parseNumber, scaleOf } from "./cells.ts";
import { listed, MEANING, QUANTITIES, type Quantity, type Recognised, recognise } from "./columns.ts";
import { type Runs, runs } from "./runs.ts";
import { type Cell, lineOf, matching, reader, type Table } from "./table.ts";

export interface TableOptions {
  /** Which column holds what, where the names do not say: `{ N: "Model Size", C: "Training FLOP" }`; "" for none. */
  readonly columns?: Partial<Record<Quantity, string>>;
  /** Keep only rows whose cell in that column reads like this: `{ dataset: "rw" }`. */
  readonly where?: Readonly<Record<string, string>>;
  /** What a column's numbers are to be multiplied by: `{ N: 1e6 }`. Told, they are not doubted. */
  readonly units?: Partial<Record<"N" | "D" | "C", number>>;
  /** Keep of the rows that agree in all of these, quantities or columns, the one of lowest loss: `["N", "D"]`. */
  readonly bestOf?: readonly string[];
  /** Other columns to be read as numbers, of those that the table has. */
  readonly more?: readonly string[];
  /** Columns to be read as text, of those that the table has. */
  readonly labels?: readonly string[];
  /** k in C = kND. Default 6, or what the rows say where they state all of N, D and C. */
  readonly flopsPerToken?: number;
}

/**
 * Columns as they are written in one text: "N=params,D=tokens"; "run=" says that none is meant.
 * @throws RangeError
 */
export function parseColumns(text: string): Partial<Record<Quantity, string>> {
  const named: Partial<Record<Quantity, string>> = {};
  // a comma in a column's name does not begin another
  for (const part of text.split(/,(?=\s*(?:N|D|C|loss|run)\s*=)/)) {
    const [, quantity, name] = /^\s*(\w+)\s*=(.*)$/.exec(part) ?? [];
    if (!QUANTITIES.includes(quantity as Quantity))
      throw new RangeError(`give N=…, D=…, C=…, loss=… or run=…, got ${shown(part)}`);
    named[quantity as Quantity] = name!.trim();
  }
  return named;
}

/**
 * Units as they are written in one text: "N=M,D=1e9,C=gflops".
 * @throws RangeError
 */
export function parseUnits(text: string): Partial<Record<"N" | "D" | "C", number>> {
  const units: Partial<Record<"N" | "D" | "C", number>> = {};
  for (const part of text.split(",")) {
    const [, quantity, name = ""] = /^\s*([NDC])\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    const unit = scaleOf(name) ?? parseNumber(name)?.value;
    if (quantity === undefined || !(unit! > 0 && unit! < Infinity))
      throw new RangeError(`give N=…, D=… or C=… and a unit, as N=M,D=1e9,C=gflops, got ${shown(part)}`);
    units[quantity as "N"] = unit!;
  }
  return units;
}

/**
 * Conditions on rows, each as "column=value"; all must hold.
 * @throws RangeError
 */
export function parseWhere(texts: readonly string[]): Record<string, string> {
  if (!Array.isArray(texts)) throw new TypeError(`where must be an array of COLUMN=VALUE, got ${shown(texts)}`);
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new RangeError(`give COLUMN=VALUE, got ${shown(text)}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/**
 * Reads runs off a table. Rows without a loss, or at step 0, are left out and counted.
 * @throws RangeError, TypeError: one line that names the row and the column
 */
export function runsFromTable(table: Table, options: TableOptions = {}): Runs {
  const warnings: string[] = [];
  const total = table.cells[0]?.length ?? 0;
  if (table.columns.length === 0 || total === 0)
    throw new RangeError("the table is empty: give a header and one row per run");
  const found = recognise(table.columns, options.columns ?? {}, warnings);
  const more = new Map(
    (options.more ?? []).flatMap((name) => {
      const at = table.columns.indexOf(name);
      return at < 0 ? [] : [[name, at] as const];
    }),
  );
  const read = reader(table, found.loss[0]!, [
    ...[found.N, found.D, found.C].flatMap((at) => at ?? []),
    ...more.values(),
  ]);
  const rows = complete(table, matching(table, options.where ?? {}), found, read, warnings);
  const scaled = (quantity: "N" | "D" | "C"): Float64Array | undefined => {
    const columns = found[quantity];
    if (!columns) return undefined;
    const told = options.units?.[quantity];
    return Float64Array.from(rows, (row) =>
      columns.reduce((product, at) => {
        const { value, scaled } = read(at, row);
        return product * value * (told ?? (scaled ? 1 : (found.units[quantity] ?? 1)));
      }, 1),
    );
  };
  const values = { N: scaled("N"), D: scaled("D"), C: scaled("C") };
  const loss = Float64Array.from(rows, (row) => read(found.loss[0]!, row).value);
  doubtUnits(values, options);
  const kept = sweep(table, rows, values, loss, options.bestOf, warnings);
  const take = (of: Float64Array | undefined) => of && Float64Array.from(kept, (i) => of[i]!);
  return runs({
    ...{ N: take(values.N), D: take(values.D), C: take(values.C), loss: take(loss)! },
    run: labels(
      table,
      found,
      options.columns?.run !== undefined,
      kept.map((i) => rows[i]!),
    ),
    row: kept.map((i) => lineOf(table, rows[i]!)),
    ...(more.size > 0 && {
      more: Object.fromEntries(
        Array.from(more, ([name, at]) => [name, kept.map((i) => read(at, rows[i]!).value)] as const),
      ),
    }),
    ...(options.labels && {
      labels: Object.fromEntries(
        options.labels.flatMap((name) => {
          const at = table.columns.indexOf(name);
          return at < 0 ? [] : [[name, kept.map((i) => String(table.cells[at]![rows[i]!]))] as const];
        }),
      ),
    }),
    flopsPerToken: options.flopsPerToken,
    warnings,
  });
}

/** Points of a table at most: each is asked of every draw of every law. */
const MOST_POINTS = 100_000;

/** Models that are not trained yet: where to foretell the loss. */
export interface ModelPoints {
  readonly N: Float64Array;
  readonly D: Float64Array;
  /** Other columns that were asked for. */
  readonly more?: Readonly<Record<string, Float64Array>>;
  readonly warnings: readonly string[];
}

/**
 * Reads N and D off a table without losses, as runs are read; D may come of C = kND, k = 6 by default.
 * @throws RangeError, TypeError: one line that names the row and the column
 */
export function pointsFromTable(
  table: Table,
  options: Pick<TableOptions, "columns" | "flopsPerToken" | "more"> = {},
): ModelPoints {
  const rows = table.cells[0]?.length ?? 0;
  if (rows > MOST_POINTS) throw new RangeError(`${rows} points are more than ${MOST_POINTS}: split the table`);
  // runs whose loss is any, in a column whose name no table has
  const loss = "any loss";
  try {
    const { N, D, more, warnings } = runsFromTable(
      { ...table, columns: [...table.columns, loss], cells: [...table.cells, new Array<number>(rows).fill(1)] },
      { ...options, columns: { ...options.columns, loss, run: "" } },
    );
    return { N, D, ...(more && { more }), warnings: warnings.filter((warning) => !/repeat|--best-of/.test(warning)) };
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(error.message.replace(/(, )?"any loss"/, ""));
    throw error;
  }
}

/** The rows that have all of what is needed; the others are told by their number. */
function complete(
  table: Table,
  rows: readonly number[],
  found: Recognised,
  read: (at: number, row: number) => Cell,
  warnings: string[],
): number[] {
  const left = new Map<string, number[]>();
  const kept = rows.filter((row) => {
    const reason = lacking(table, row, found, read);
    if (reason === undefined) return true;
    left.set(reason, left.get(reason) ?? []);
    left.get(reason)!.push(lineOf(table, row));
    return false;
  });
  for (const [reason, lines] of left) {
    const some = lines.slice(0, 3).join(", ") + (lines.length > 3 ? ", …" : "");
    warnings.push(
      `${lines.length} ${lines.length === 1 ? "row" : "rows"} ${reason} left out (${lines.length === 1 ? "row" : "rows"} ${some})`,
    );
  }
  if (kept.length === 0) throw new RangeError(`no row can be used: ${warnings.at(-1)}`);
  return kept;
}

function lacking(
  table: Table,
  row: number,
  found: Recognised,
  read: (at: number, row: number) => Cell,
): string | undefined {
  const [loss] = found.loss;
  if (Number.isNaN(read(loss!, row).value)) return "without a loss";
  for (const quantity of ["N", "D", "C"] as const)
    for (const at of found[quantity] ?? []) {
      const { value } = read(at, row);
      if (Number.isNaN(value)) return `without ${MEANING[quantity]}`;
      if (value === 0 && quantity !== "N") return `at 0 ${MEANING[quantity]}`;
      if (value === 0) zero(table, row, at);
    }
  if (read(loss!, row).value === 0) zero(table, row, loss!);
  return undefined;
}

function zero(table: Table, row: number, at: number): never {
  throw new RangeError(
    `row ${lineOf(table, row)}, column ${shown(table.columns[at]!)}: a finite number greater than 0 is needed, got 0`,
  );
}

type Values = Partial<Record<"N" | "D" | "C", Float64Array | undefined>>;

const median = (values: Float64Array): number => values.slice().sort()[values.length >> 1]!;

/**
 * Numbers no training run has are in other units, most likely.
 * @throws RangeError with the unit they would be right in
 */
function doubtUnits({ N, D, C }: Values, { units = {} }: TableOptions): void {
  const stop = (what: string, quantity: "N" | "D" | "C", unit: number) => {
    const power = unit.toExponential(0).replace("+", "");
    throw new RangeError(
      `${what}: ${MEANING[quantity]} look like multiples of ${power}; say so with units, as ${quantity}=${power}, or ${quantity}=1 if they are right`,
    );
  };
  if (N && units.N === undefined && median(N) < 1e4) {
    const typical = median(N);
    // with tokens or flops beside, the unit that makes D/N or k plausible; else millions, or billions for a few
    const unit = [1e3, 1e6, 1e9].find((u) => typical * u >= 1e6) ?? 1e9;
    stop(`a typical model has ${+typical.toPrecision(3)} parameters`, "N", unit);
  }
  if (N && D && units.N === undefined && units.D === undefined && median(D) < median(N) / 1e3)
    stop(
      `a typical run has ${+median(D).toPrecision(3)} tokens for ${+median(N).toPrecision(3)} parameters`,
      "D",
      thousands((20 * median(N)) / median(D)),
    );
  if (N && D && C && Object.keys(units).length === 0) {
    const k = exp(C.reduce((sum, c, i) => sum + log(c / (N[i]! * D[i]!)), 0) / C.length);
    if (!(k >= 1 && k <= 100)) {
      const unit = thousands(6 / k);
      if (unit > 1) stop(`C/(ND) is ${k.toPrecision(2)}, where about 6 is usual`, "C", unit);
      else stop(`C/(ND) is ${k.toPrecision(2)}, where about 6 is usual`, "D", thousands(k / 6));
    }
  }
  if (C && units.C === undefined && median(C) < 1e12)
    stop(
      `a typical run has ${+median(C).toPrecision(3)} flops`,
      "C",
      N ? thousands((120 * pow(median(N), 2)) / median(C)) : 1e18,
    );
}

/** The nearest power of a thousand. */
const thousands = (x: number): number => Number(`1e${3 * Math.round(log10(x) / 3)}`);

/** What is tried at one N and D to find the best of it. */
const HYPERPARAMETERS =
  /^(lr|learning_?rate|peak_?lr|max_?lr|bs|batch_?size|global_?batch_?size|wd|weight_?decay|warmup\w*|beta_?[12]|momentum|dropout|init\w*)$/i;

/** Positions of the rows kept: all, or the lowest loss of those that agree. */
function sweep(
  table: Table,
  rows: readonly number[],
  values: Values,
  loss: Float64Array,
  bestOf: readonly string[] | undefined,
  warnings: string[],
): number[] {
  const all = Array.from(rows.keys());
  const grouped = (keys: readonly ((i: number) => unknown)[]) => {
    const groups = new Map<string, number[]>();
    for (const i of all) {
      const key = keys.map((of) => String(of(i))).join("\0");
      const group = groups.get(key);
      if (group) group.push(i);
      else groups.set(key, [i]);
    }
    return [...groups.values()];
  };
  if (bestOf !== undefined) {
    const keys = bestOf.map((name) => {
      const quantity = values[name as "N"];
      if (quantity) return (i: number) => quantity[i];
      const at = table.columns.indexOf(name);
      if (at < 0) throw new RangeError(`no column ${shown(name)} to take the best of: found ${listed(table.columns)}`);
      return (i: number) => table.cells[at]![rows[i]!];
    });
    const best = grouped(keys).map((group) => group.reduce((low, i) => (loss[i]! < loss[low]! ? i : low)));
    warnings.push(`of ${all.length} rows the ${best.length} of lowest loss at each ${bestOf.join(", ")} were taken`);
    return best.sort((i, j) => i - j);
  }
  const tried = table.columns.flatMap((name, at) =>
    HYPERPARAMETERS.test(name.trim().replace(/[ -]/g, "_")) ? [at] : [],
  );
  if (tried.length === 0) return all;
  const groups = grouped([values.N, values.D, values.C].flatMap((of) => (of ? [(i: number) => of[i]] : [])));
  const differing = tried.filter((at) =>
    groups.some((group) => group.some((i) => table.cells[at]![rows[i]!] !== table.cells[at]![rows[group[0]!]!])),
  );
  const several = groups.filter((group) => group.length > 1).length;
  if (differing.length > 0 && several > groups.length / 2)
    warnings.push(
      `rows of one N and D differ in ${listed(differing.map((at) => table.columns[at]!))}, about ${Math.round(all.length / groups.length)} each: ` +
        "a law describes the best of them; take those with --best-of N,D",
    );
  return all;
}

/**
 * Labels of runs. A run has one size: (label, N). A label that all rows share names no run; nor does one of several rows at the same
 * tokens, unless it is told to.
 */
function labels(table: Table, found: Recognised, told: boolean, rows: readonly number[]): string[] | undefined {
  if (found.run === undefined) return undefined;
  const names = table.cells[found.run]!;
  if (!told && rows.every((row) => names[row] === names[rows[0]!])) return undefined;
  const cells = (columns: readonly number[] | undefined, row: number) =>
    (columns ?? []).map((at) => String(table.cells[at]![row]));
  const size = found.N ?? [];
  const runs = rows.map((row) => [names[row], ...cells(size, row)].join("\0"));
  if (told) return runs;
  const steps = new Set(rows.map((row, i) => [runs[i], ...cells(found.D ?? found.C, row)].join("\0")));
  return steps.size < 0.9 * rows.length ? undefined : runs;
}
