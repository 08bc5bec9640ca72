// Training runs: N parameters, D tokens, C flops and the loss reached (docs/theory.md, eq. 10.1). Any two of N, D and C
// give the third by C = kND, k = 6 by default. Rows of one run (checkpoints of a loss curve) share a run number.

import { positive } from "../check.ts";
import { exp, log } from "../math/elementary.ts";

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
  /** Where each row is in its file, as an editor counts lines. */
  readonly row: Int32Array;
  /** Other columns of the table that were asked for, by name. */
  readonly more?: Readonly<Record<string, Float64Array>>;
  /** Columns of text that were asked for, by name. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** k in C = kND: as given, or the geometric mean over rows that state all three. */
  readonly flopsPerToken: number;
  /** What the reader should know about the data. */
  readonly warnings: readonly string[];
}

export interface RunColumns {
  readonly N?: ArrayLike<number> | undefined;
  readonly D?: ArrayLike<number> | undefined;
  readonly C?: ArrayLike<number> | undefined;
  readonly loss: ArrayLike<number>;
  /** Which run each row belongs to; every row its own by default. */
  readonly run?: ArrayLike<string | number> | undefined;
  readonly row?: ArrayLike<number> | undefined;
  /** Other columns, by name: what a law takes beside N, D and C. */
  readonly more?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Columns of text, by name: what groups rows. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
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
    const ratio = C.map((c, i) => log(c / (N![i]! * D![i]!)));
    const mean = ratio.reduce((sum, r) => sum + r, 0) / n;
    const spread = ratio.reduce((most, r) => Math.max(most, Math.abs(r - mean)), 0);
    if (factor === undefined) flopsPerToken = spread < 1e-3 && Math.abs(mean - log(6)) < 1e-3 ? 6 : exp(mean);
    if (spread > 0.1)
      warnings.push(
        `C/(ND) varies by a factor ${exp(spread).toPrecision(3)} about ${exp(mean).toPrecision(3)}: C = kND holds only roughly`,
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
    ...(columns.more && {
      more: Object.fromEntries(Object.entries(columns.more).map(([name, values]) => [name, Float64Array.from(values)])),
    }),
    ...(columns.labels && { labels: columns.labels }),
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
    ...(runs.more && { more: Object.fromEntries(Object.entries(runs.more).map(([name, of]) => [name, take(of)])) }),
    ...(runs.labels && {
      labels: Object.fromEntries(Object.entries(runs.labels).map(([name, of]) => [name, index.map((i) => of[i]!)])),
    }),
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
