// Forecasts against reality: published tables without their runs of more than a tenth of the largest compute, which are then
// foretold. A table is a file of a folder that is given; what is absent is skipped with a line.
//   npx tsx bench/hold-out.ts FOLDER [all]        all: also the set-ups of Porian et al., most of which were not tuned

import { existsSync, readFileSync } from "node:fs";
import { fitLaw, forecaster, LAWS } from "../src/fitting/laws/index.ts";
import { type Runs, readTable, runsFromTable, select, type Table, type TableOptions } from "../src/index.ts";

export interface HeldOutTable {
  readonly name: string;
  readonly file: string;
  readonly options?: TableOptions;
  /** Rows of highest loss that its authors left out. */
  readonly drop?: number;
}

const overTraining = (train_data: string): HeldOutTable => ({
  name: `over-training, ${train_data}`,
  file: "over-training.csv",
  options: { columns: { N: "params", D: "tokens", loss: "loss_c4_val", run: "" }, where: { train_data } },
});

export const TABLES: readonly HeldOutTable[] = [
  {
    name: "chinchilla",
    file: "chinchilla-extracted.csv",
    options: { columns: { N: "Model Size", C: "Training FLOP", loss: "loss" } },
    drop: 5,
  },
  { name: "misfitting", file: "misfitting.csv", options: { columns: { N: "N", D: "D", loss: "loss", run: "" } } },
  { name: "kyo-takano", file: "kyo-takano.csv" },
  ...["c4_original", "rpj", "rw_original"].map(overTraining),
  { name: "farseer", file: "farseer.csv" },
  {
    name: "gemstones-hot",
    file: "gemstones-hot.csv",
    options: { columns: { N: "params_active_precise", D: "tokens", loss: "final_loss", run: "run_name" } },
  },
  {
    name: "gemstones-slim",
    file: "gemstones-slim.csv",
    options: { columns: { N: "params_active_precise", D: "tokens", loss: "final_loss" } },
  },
  {
    name: "olmo-ladder",
    file: "olmo-ladder.csv",
    options: { columns: { N: "params", D: "tokens", loss: "c4_loss", run: "" } },
  },
  {
    name: "data-constrained, one epoch",
    file: "data-constrained.csv",
    options: { columns: { N: "params", D: "tokens", loss: "loss", run: "" } },
  },
];

/** Runs of a table, without those of repeated data. */
export async function tableRuns(folder: string, { file, options, drop = 0 }: HeldOutTable): Promise<Runs> {
  const table: Table = await readTable(readFileSync(`${folder}/${file}`, "utf8"), "csv");
  const unique = table.columns.indexOf("unique_tokens");
  const tokens = table.columns.indexOf("tokens");
  const once = (row: number) =>
    unique < 0 || Number(table.cells[unique]![row]) >= 0.999 * Number(table.cells[tokens]![row]);
  const cells = table.cells.map((column) => column.filter((_, row) => once(row)));
  const runs = runsFromTable({ columns: table.columns, cells }, options);
  const worst = new Set(
    Array.from(runs.loss.keys())
      .sort((i, j) => runs.loss[j]! - runs.loss[i]!)
      .slice(0, drop),
  );
  return select(runs, (i) => !worst.has(i));
}

export interface Foretold {
  readonly name: string;
  readonly trained: number;
  /** |log L̂ − log L|, half the width of the interval in log L, and whether it held, run by run. */
  readonly error: Float64Array;
  readonly half: Float64Array;
  readonly held: boolean[];
  /** |log L̂ − log L| of each law alone, by name. */
  readonly alone: Readonly<Record<string, Float64Array>>;
}

/** Foretells the runs above a tenth of the largest compute. */
export function foretold(name: string, all: Runs): Foretold {
  const cut = (all.C.reduce((a, b) => Math.max(a, b), 0) / 10) * (1 + 1e-4);
  const train = select(all, (i) => all.C[i]! <= cut);
  const test = select(all, (i) => all.C[i]! > cut);
  const { at } = forecaster(train);
  const points = Array.from(test.N, (N, i) => at(N, test.D[i]!));
  const off = (loss: number, i: number) => Math.abs(Math.log(loss / test.loss[i]!));
  return {
    name,
    trained: train.n,
    error: Float64Array.from(points, ({ loss }, i) => off(loss, i)),
    half: Float64Array.from(points, ({ low, high }) => Math.log(high / low) / 2),
    held: points.map(({ low, high }, i) => low <= test.loss[i]! && test.loss[i]! <= high),
    alone: Object.fromEntries(
      LAWS.filter((law) => train.n >= law.parameters.length + 3).map((law) => {
        const { lossAt } = fitLaw(law, train);
        return [law.name, Float64Array.from(test.N, (N, i) => off(lossAt(N, test.D[i]!), i))];
      }),
    ),
  };
}

export const median = (values: Iterable<number>): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

export interface Pooled {
  readonly runs: number;
  readonly coverage: number;
  readonly half: number;
  readonly error: number;
  /** Median error of each law alone, where it could be fitted. */
  readonly alone: Readonly<Record<string, number>>;
}

export function pooled(tables: readonly Foretold[]): Pooled {
  const held = tables.flatMap((t) => t.held);
  return {
    runs: held.length,
    coverage: held.filter(Boolean).length / held.length,
    half: median(tables.flatMap((t) => [...t.half])),
    error: median(tables.flatMap((t) => [...t.error])),
    alone: Object.fromEntries(
      LAWS.map(({ name }) => [name, median(tables.flatMap((t) => [...(t.alone[name] ?? t.error)]))]),
    ),
  };
}

/** The set-ups of Porian et al., each a table. */
async function porian(folder: string): Promise<[string, Runs][]> {
  const table = await readTable(readFileSync(`${folder}/porian-isoflops.csv`, "utf8"), "csv");
  const keys = ["file", "dataset", "hparams", "warmup", "decay", "param_count", "val"];
  const column = (name: string) => table.cells[table.columns.indexOf(name)]!;
  const key = (row: number) => keys.map((name) => String(column(name)[row])).join(" ");
  const names = new Set(Array.from(column("loss").keys(), key));
  return [...names].map((name) => [
    name,
    runsFromTable(
      { columns: table.columns, cells: table.cells.map((cells) => cells.filter((_, row) => key(row) === name)) },
      { columns: { N: "params", D: "tokens", loss: "loss", run: "" } },
    ),
  ]);
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const [folder = "../shared/data", all] = process.argv.slice(2);
  const percent = (x: number) => `${(100 * x).toFixed(2)} %`;
  const done: Foretold[] = [];
  const tell = (one: Foretold) =>
    console.log(
      `${one.name.padEnd(60)} ${one.trained} rows foretell ${one.held.length}: ${one.held.filter(Boolean).length} held, ± ${percent(median(one.half))}, off by ${percent(median(one.error))}`,
    );
  const sum = (what: string, tables: readonly Foretold[]) => {
    const { runs, coverage, half, error, alone } = pooled(tables);
    const others = Object.entries(alone).map(([law, off]) => `${law} ${percent(off)}`);
    console.log(
      `${what}: ${percent(coverage)} of ${runs} held, ± ${percent(half)} at the median, off by ${percent(error)}; alone ${others.join(", ")}`,
    );
  };
  for (const table of TABLES) {
    if (!existsSync(`${folder}/${table.file}`)) {
      console.log(`${table.name}: skipped, there is no ${folder}/${table.file}`);
      continue;
    }
    done.push(foretold(table.name, await tableRuns(folder, table)));
    tell(done.at(-1)!);
  }
  if (done.length > 0) sum("together", done);
  // what was chosen on all must hold on each left out: the rest says how far the sum leans on one table
  for (const one of done)
    sum(
      `without ${one.name}`,
      done.filter((other) => other !== one),
    );
  if (all) {
    const more = (await porian(folder)).map(([name, runs]) => foretold(name, runs));
    more.forEach(tell);
    sum("Porian et al.", more);
  }
}
