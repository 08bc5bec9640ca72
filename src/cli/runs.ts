// Reading runs: the options that say which file holds them, which columns and rows, and how they are fitted.

import { type Command, Option } from "commander";
import {
  dropHighestLoss,
  type FitOptions,
  parseColumns,
  parseUnits,
  parseWhere,
  type Quantity,
  type Runs,
  runsFromTable,
  select,
} from "../index.ts";
import { asTyped, openTable, refusing, TABLE_FILE } from "./open-table.ts";
import { number, range, refused, whole, withRandom } from "./options.ts";

/** Which rows of a table are taken, and how they are read. */
export interface RunsSource {
  readonly columns?: Partial<Record<Quantity, string>>;
  readonly where?: Record<string, string>;
  readonly units?: Partial<Record<"N" | "D" | "C", number>>;
  readonly bestOf?: string[];
  readonly flopsPerToken?: number;
  readonly window?: [number, number];
  readonly dropHighestLoss: number;
}

export interface RunsValues extends RunsSource {
  readonly delta: number;
  readonly curve: "parabola" | "akima";
  readonly starts: "grid" | "projection";
  readonly bootstrap: number;
  readonly by: "auto" | "case" | "run";
  readonly seed: number;
  readonly threads?: number;
}

/** FILE and what is to be taken from it. */
export function withSource(command: Command): Command {
  return command
    .argument("<file>", `training runs, any two of N, D, C, and the loss: ${TABLE_FILE}`)
    .option("--columns <names>", "columns by name, as N=params,D=tokens,C=flops,loss=loss; run= for no labels", columns)
    .option("--units <units>", "of columns, as N=M,D=1e9,C=gflops; N=1 for numbers that are right as they are", units)
    .option("--best-of <names>", "of rows that agree in these, as N,D, only the lowest loss", (text) => text.split(","))
    .option("--where <column=value>", "only rows that read so; may be repeated", where)
    .option("--flops-per-token <k>", "k in C = kND; default 6, or what the rows say", number)
    .option("--window <lo:hi>", "only rows with C in this range", range)
    .option("--drop-highest-loss <n>", "leave out the n rows of highest loss", whole, 0);
}

/** The same, and how it is fitted by the three approaches. */
export function withRuns(command: Command): Command {
  withSource(command)
    .option("--delta <δ>", "Huber's δ on log L, approach 3", number, 1e-3)
    .addOption(
      new Option("--curve <name>", "how approach 2 finds a minimum").choices(["parabola", "akima"]).default("parabola"),
    )
    .addOption(
      new Option(
        "--starts <name>",
        "of approach 3: the published grid of 4,500 as well, or variable projection's alone",
      )
        .choices(["grid", "projection"])
        .default("grid"),
    )
    .option("--bootstrap <draws>", "resamples for the intervals; 0 for none", whole, 1000)
    .addOption(
      new Option("--by <unit>", "what is resampled; auto: runs where some have several rows")
        .choices(["auto", "case", "run"])
        .default("auto"),
    );
  return withRandom(command);
}

function columns(text: string): Partial<Record<Quantity, string>> {
  return refused(() => parseColumns(text));
}

function units(text: string): Partial<Record<"N" | "D" | "C", number>> {
  return refused(() => parseUnits(text));
}

function where(text: string, before: Record<string, string> = {}): Record<string, string> {
  return { ...before, ...refused(() => parseWhere([text])) };
}

/**
 * Reads the file and selects the rows.
 * @param more - other columns to be read, of those that the table has
 * @param labels - the same of text
 */
export async function openRuns(
  file: string,
  options: RunsSource,
  more: readonly string[] = [],
  labels: readonly string[] = [],
): Promise<Runs> {
  const table = await openTable(file);
  return refusing(file, () => {
    let runs = runsFromTable(table, {
      more,
      labels,
      ...(options.columns && { columns: options.columns }),
      ...(options.where && { where: options.where }),
      ...(options.units && { units: options.units }),
      ...(options.bestOf && { bestOf: options.bestOf }),
      ...(options.flopsPerToken !== undefined && { flopsPerToken: options.flopsPerToken }),
    });
    runs = { ...runs, warnings: runs.warnings.map(asTyped) };
    const [lo, hi] = options.window ?? [0, Infinity];
    if (options.window) runs = select(runs, (i) => runs.C[i]! >= lo && runs.C[i]! <= hi);
    return options.dropHighestLoss > 0 ? dropHighestLoss(runs, options.dropHighestLoss) : runs;
  });
}

/** The options of a fit. */
export function fitOptions(options: RunsValues): FitOptions {
  return {
    delta: options.delta,
    starts: options.starts,
    isoflop: { curve: options.curve },
    draws: options.bootstrap,
    by: options.by,
    seed: options.seed,
    ...(options.threads !== undefined && { threads: options.threads }),
  };
}
