// A table of training runs, read and fitted. Bootstrap and all stay in this worker.

import {
  type FitResult,
  fitRuns,
  formatOf,
  type Quantity,
  readTable,
  recognise,
  runsFromTable,
  type Slice,
  type Table,
} from "../../index.ts";
import type { Context } from "./context.ts";

export interface FitInput {
  /** The file's name: its ending says what it is. */
  readonly name: string;
  readonly content: string | ArrayBuffer;
  readonly methods: readonly (1 | 2 | 3)[];
  readonly seed: number;
  readonly columns: Partial<Record<Quantity, string>>;
  readonly units: Partial<Record<"N" | "D" | "C", number>>;
}

/** A table as it was read, and which column was taken for what. */
export interface TableSeen {
  readonly columns: readonly string[];
  readonly guess: Partial<Record<Quantity, string>>;
  /** The first rows, as text. */
  readonly rows: readonly (readonly string[])[];
  /** What was left out or guessed. */
  readonly notes: readonly string[];
}

export type FitPart =
  | { readonly progress: number }
  | { readonly table: TableSeen }
  | { readonly result: FitResult; readonly slices: Sampled[] };

/** The fitted curve of an isoFLOP slice at evenly spaced log N: a function cannot be sent. */
interface Sampled {
  readonly from: number;
  readonly step: number;
  readonly values: Float64Array;
}
const SAMPLES = 60;

/** Enough for intervals to two digits. */
const DRAWS = 500;

const FIRST = 5;
const MOST_COLUMNS = 60;

export async function fit(input: FitInput, { emit }: Context<FitPart>): Promise<void> {
  const { name, content, methods, seed, columns, units } = input;
  const table = await readTable(content, formatOf(name));
  const seen = seenOf(table);
  // before anything is refused: what is wrong can be set right there
  emit({ table: seen });
  const runs = runsFromTable(table, { columns, units });
  if (runs.warnings.length > 0) emit({ table: { ...seen, notes: runs.warnings } });
  let last = 0;
  const result = await fitRuns(runs, {
    methods,
    seed,
    draws: DRAWS,
    starts: "projection",
    threads: 1,
    onProgress(progress) {
      if (progress - last < 0.01) return;
      last = progress;
      emit({ progress });
    },
  });
  const slices = result.isoflop?.fit.slices ?? [];
  emit({ result: withSlices(result, () => undefined), slices: slices.map(sample) });
}

function seenOf({ columns, cells }: Table): TableSeen {
  const shown = columns.slice(0, MOST_COLUMNS);
  const count = Math.min(FIRST, cells[0]?.length ?? 0);
  return {
    columns: shown,
    guess: guessOf(columns),
    rows: Array.from({ length: count }, (_, row) => shown.map((_, at) => String(cells[at]![row] ?? ""))),
    notes: [],
  };
}

/** The column of each quantity, where names tell. */
function guessOf(columns: readonly string[]): Partial<Record<Quantity, string>> {
  try {
    const { N, D, C, loss } = recognise(columns, {}, []);
    const named = Object.entries({ N, D, C, loss }).flatMap(([quantity, at]) =>
      at ? [[quantity, at.map((i) => columns[i]!).join(" × ")]] : [],
    );
    return Object.fromEntries(named);
  } catch {
    // names that do not say it: the reader will
    return {};
  }
}

function sample({ N, fitted }: Slice): Sampled {
  const from = Math.log(N[0]!);
  const step = (Math.log(N.at(-1)!) - from) / SAMPLES || 1;
  return { from, step, values: Float64Array.from({ length: SAMPLES + 1 }, (_, i) => fitted(from + i * step)) };
}

/** The result with its slices' curves again, linear between samples. */
export function received(result: FitResult, slices: readonly Sampled[]): FitResult {
  return withSlices(result, (i) => (logN: number) => {
    const { from, step, values } = slices[i]!;
    const at = Math.min(Math.max((logN - from) / step, 0), SAMPLES);
    const k = Math.min(Math.floor(at), SAMPLES - 1);
    return values[k]! + (at - k) * (values[k + 1]! - values[k]!);
  });
}

function withSlices(result: FitResult, fitted: (i: number) => Slice["fitted"] | undefined): FitResult {
  if (!result.isoflop) return result;
  const { fit } = result.isoflop;
  const slices = fit.slices.map((slice, i) => ({ ...slice, fitted: fitted(i)! }));
  return { ...result, isoflop: { ...result.isoflop, fit: { ...fit, slices } } };
}
