// Reading runs: the options that say which file holds them, which columns and rows, and how they are fitted.

import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import {
  dropHighestLoss,
  type FitOptions,
  formatOf,
  parseColumns,
  parseWhere,
  type Quantity,
  type Runs,
  readTable,
  runsFromTable,
  select,
} from "../index.ts";
import { MissingPackage, Usage } from "./errors.ts";
import { number, range, refused, whole, withRandom } from "./options.ts";

export interface RunsValues {
  readonly columns?: Partial<Record<Quantity, string>>;
  readonly where?: Record<string, string>;
  readonly flopsPerToken?: number;
  readonly window?: [number, number];
  readonly dropHighestLoss: number;
  readonly delta: number;
  readonly curve: "parabola" | "akima";
  readonly starts: "grid" | "projection";
  readonly bootstrap: number;
  readonly by: "auto" | "case" | "run";
  readonly seed: number;
  readonly threads?: number;
}

/** FILE and what is to be taken from it. */
export function withRuns(command: Command): Command {
  command
    .argument("<file>", "training runs: .csv, .tsv, .jsonl or .parquet; any two of N, D, C, and the loss")
    .option("--columns <names>", "columns by name, as N=params,D=tokens,C=flops,loss=loss,run=name", columns)
    .option("--where <column=value>", "only rows that read so; may be repeated", where)
    .option("--flops-per-token <k>", "k in C = kND; default 6, or what the rows say", number)
    .option("--window <lo:hi>", "only rows with C in this range", range)
    .option("--drop-highest-loss <n>", "leave out the n rows of highest loss", whole, 0)
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

function where(text: string, before: Record<string, string> = {}): Record<string, string> {
  return { ...before, ...refused(() => parseWhere([text])) };
}

/** Reads the file and selects the rows. */
export async function openRuns(file: string, options: RunsValues): Promise<Runs> {
  const format = formatOf(file);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Usage(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const content = new Uint8Array(bytes).buffer;
  const parser = format === "parquet" ? "hyparquet" : "papaparse";
  const table = await readTable(content, format).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_MODULE_NOT_FOUND") throw new MissingPackage(`reading ${format}`, parser, error);
    throw new Usage(`${file}: ${error.message}`);
  });
  try {
    let runs = runsFromTable(table, {
      ...(options.columns && { columns: options.columns }),
      ...(options.where && { where: options.where }),
      ...(options.flopsPerToken !== undefined && { flopsPerToken: options.flopsPerToken }),
    });
    const [lo, hi] = options.window ?? [0, Infinity];
    if (options.window) runs = select(runs, (i) => runs.C[i]! >= lo && runs.C[i]! <= hi);
    return options.dropHighestLoss > 0 ? dropHighestLoss(runs, options.dropHighestLoss) : runs;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Usage(`${file}: ${error.message}`);
    throw error;
  }
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
