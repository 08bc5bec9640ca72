// isoflop sweep: runs a plan's cells, resumably, here or by way of a queue; status, export and plot read what is there.

import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { type Command, InvalidArgumentError } from "commander";
import { toJson } from "../figures/index.ts";
import {
  type Estimate,
  estimate,
  jobs,
  type Progress,
  place,
  readPlan,
  repair,
  Store,
  type SweepPlan,
  standing,
  sweep,
  throughQueue,
} from "../sweep/index.ts";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { type Common, whole, withCommon } from "./options.ts";
import { checkPlace, openOutput } from "./output.ts";
import { duration, progress } from "./progress.ts";
import { bold, table } from "./table.ts";
import { readText } from "./text-file.ts";

interface SweepOptions extends LocalValues {
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly retries?: number;
  readonly retryFailed?: boolean;
  readonly queue?: string | true;
  readonly queueName?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface LocalValues {
  readonly threads?: number;
  readonly memory?: number;
}

export function define(command: Command): void {
  withLocal(command)
    .argument("<plan>", "a plan in JSON, as sweep-plan.schema.json describes it")
    .option("--out <folder>", "where the cells are stored; made where it is not there")
    .option("--dry-run", "only say how many cells, how long, how much memory and disk")
    .option("--retries <n>", "try a failed cell again so often; default as the plan says", natural)
    .option("--retry-failed", "run the cells that failed in earlier runs again")
    .option("--queue [url]", "let workers run the cells: redis://host:port; default from ISOFLOP_REDIS_URL")
    .option("--queue-name <name>", "separates the sweeps that share a Redis", "default")
    .option("--json", "print how it ended as JSON")
    .option("--quiet", "no progress and no summary")
    .action(run);
  command
    .enablePositionalOptions() // what follows status, export or plot is theirs
    .command("status")
    .description("how the plans in a folder stand")
    .argument("<folder>")
    .option("--json", "print it as JSON")
    .action(status);
  command
    .command("export")
    .description("write the cells of a folder to a file")
    .argument("<folder>")
    .requiredOption("--to <file>", "a .parquet, .csv or .jsonl file")
    .option("--job <name>", "whose cells, where a folder holds those of several jobs")
    .option("--curves", "one row a point of the curves instead of one a cell")
    .option("--timings", "also attempts, seconds, when and where: these differ from run to run")
    .action(exportCells);
  command
    .command("repair")
    .description("rebuild a damaged store of what can be read; the damaged files are kept beside")
    .argument("<folder>")
    .option("--json", "print what was kept and lost as JSON")
    .action(repairStore);
  withCommon(command.command("plot"))
    .description("draw a result of a folder's cells over one of their parameters")
    .argument("<folder>")
    .option("--job <name>", "whose cells, where a folder holds those of several jobs")
    .option("--x <parameter>", "default: the parameter with most values")
    .option("--y <result>", "default: the job's first")
    .option("--by <parameter>", "one colour each; default: the parameter with most values but x")
    .action(plot);
}

/** --threads and --memory, for whatever runs cells. */
export function withLocal(command: Command): Command {
  return command
    .option("--threads <n>", "threads; default one per processor", natural)
    .option(
      "--memory <megabytes>",
      "what the cells running at once may hold; default three quarters of what is free",
      natural,
    );
}

function natural(text: string): number {
  const value = whole(text);
  if (value < 0) throw new InvalidArgumentError(`must not be negative, got ${text}.`);
  return value;
}

/** As the library wants them. */
export function local({ threads, memory }: LocalValues) {
  if (threads === 0) throw new Usage("--threads must be at least 1");
  return { threads, memory: memory === undefined ? undefined : 1e6 * memory };
}

async function run(file: string, options: SweepOptions): Promise<void> {
  // the memory is the cells': a million of them leave 60 MB less of what is no longer used
  setFlagsFromString("--optimize-for-size");
  const plan = await load(file, options.retries);
  if (options.dryRun) return dryRun(plan, options);
  if (!options.out) throw new Usage("give --out FOLDER: where the cells are stored");
  const queue = options.queue ? place(options.queue === true ? undefined : options.queue) : undefined;
  const bar = progress(plan.name, options);
  const warn = (text: string) => {
    if (!options.quiet) process.stderr.write(`isoflop: ${text}\n`);
  };
  let first: Progress | undefined;
  const ended = await sweep(plan, {
    ...local(options),
    out: options.out,
    retryFailed: options.retryFailed ?? false,
    execute:
      queue &&
      throughQueue(queue, {
        name: options.queueName,
        onAway: (away) =>
          warn(away ? `Redis at ${queue.shown} is away: waiting for it` : `Redis at ${queue.shown} is back`),
      }),
    signal: interruption(),
    onProgress: (now) => {
      first ??= now;
      const before = first.done + first.failed - 1;
      bar.update((now.done + now.failed - before) / (now.cells - before));
    },
  }).catch((error: Error) => {
    bar.done();
    if (error.name === "AbortError")
      throw new Failure(`stopped: what is done is kept, run the same again to go on`, 130);
    throw error;
  });
  bar.done();
  const { cells, done, failed, run: ran, seconds } = ended;
  if (options.json) process.stdout.write(`${toJson({ plan: plan.id, cells, done, failed, run: ran, seconds })}\n`);
  else if (!options.quiet)
    process.stdout.write(
      `${bold(printable(plan.name))}: ${cells} cells, ${done} done, ${failed} failed; ${ran} run in ${duration(1000 * seconds)}, ${cells - ran} were there\n`,
    );
  if (failed > 0)
    throw new Failure(
      `${failed} of ${cells} cells failed: see isoflop sweep status ${options.out}, repeat with --retry-failed`,
    );
}

async function load(file: string, retries?: number): Promise<SweepPlan> {
  const plan = await readPlan(readText(file, "the file of a plan"), { folder: dirname(file) }).catch((error: Error) => {
    if (error instanceof RangeError) throw new Usage(`${file}: ${error.message}`);
    throw error;
  });
  return retries === undefined ? plan : { ...plan, retries };
}

async function dryRun(plan: SweepPlan, options: SweepOptions): Promise<void> {
  const cost = await estimate(plan, local(options));
  process.stdout.write(options.json ? `${toJson(cost)}\n` : `${inWords(plan, cost)}\n`);
}

function inWords(plan: SweepPlan, { cells, threads, seconds, memory, disk, timed, failed, error }: Estimate): string {
  const size = (bytes: number) => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
  const lines = [
    `${bold(printable(plan.name))}: ${cells.toLocaleString("en")} cells of job ${plan.job.name}`,
    seconds === null
      ? "time     not known: no cell ended within 4 s"
      : `time     about ${duration(1000 * seconds)} on ${threads} threads (${timed} cells timed)`,
    `memory   up to ${size(memory)}`,
    ...(disk === null ? [] : [`disk     up to ${size(disk)}`]),
    ...(failed > 0 ? [`${failed} of the ${timed} cells timed failed: ${printable(error!)}`] : []),
  ];
  return lines.map((line, i) => (i === 0 ? line : `  ${line}`)).join("\n");
}

async function status(folder: string, options: { json?: boolean }): Promise<void> {
  let store: Store;
  try {
    store = await Store.open(folder, "read");
  } catch (error) {
    const running = /in use by another process/.test((error as Error).message) && published(folder);
    if (!running) throw error;
    const { plan, cells, done, failed, left } = running;
    const ahead = left === null ? "" : `, ${duration(1000 * left)} left`;
    process.stdout.write(
      options.json
        ? `${toJson({ running })}\n`
        : `${bold(printable(plan))} is running: ${done} of ${cells} cells done, ${failed} failed${ahead}\n`,
    );
    return;
  }
  try {
    const rows = [];
    for (const { id, name, source, kernels } of await store.plans()) {
      const plan = await readPlan(source, { folder: null }).catch(() => undefined);
      // a plan's id tells the kernels and the jobs it was made for
      const known = plan?.id === id;
      rows.push({
        id,
        name,
        kernels,
        ...(known ? await standing(store, plan) : { cells: null, done: null, failed: null }),
      });
    }
    const failures = await store.failures();
    if (options.json) {
      process.stdout.write(`${toJson({ plans: rows, failures })}\n`);
      return;
    }
    const shown = (value: number | null) => (value === null ? "other kernels" : String(value));
    process.stdout.write(
      `${table([
        { title: "plan", values: rows.map(({ name }) => printable(name)) },
        { title: "cells", values: rows.map(({ cells }) => shown(cells)) },
        { title: "done", values: rows.map(({ done }) => shown(done)) },
        { title: "failed", values: rows.map(({ failed }) => shown(failed)) },
      ])}\n`,
    );
    for (const { error, cells } of failures)
      process.stdout.write(`  ${cells} failed: ${printable(error).slice(0, 200)}\n`);
  } finally {
    await store.close();
  }
}

interface Published {
  readonly plan: string;
  readonly cells: number;
  readonly done: number;
  readonly failed: number;
  readonly left: number | null;
}

function published(folder: string): Published | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "progress.json"), "utf8")) as Published;
  } catch {
    return undefined;
  }
}

const FORMATS = { ".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet" } as const;

async function exportCells(
  folder: string,
  options: { to: string; job?: string; curves?: boolean; timings?: boolean },
): Promise<void> {
  const format = FORMATS[extname(options.to).toLowerCase() as keyof typeof FORMATS];
  if (!format) throw new Usage(`--to ${options.to}: the ending must be one of ${Object.keys(FORMATS).join(" ")}`);
  checkPlace("--to", options.to);
  const store = await Store.open(folder, "read");
  try {
    const rows = await store.export(await jobIn(store, options.job), options.to, { ...options, format });
    process.stdout.write(`wrote ${rows} rows to ${options.to}\n`);
  } finally {
    await store.close();
  }
}

async function repairStore(folder: string, options: { json?: boolean }): Promise<void> {
  const repaired = await repair(folder);
  if (options.json) {
    process.stdout.write(`${toJson(repaired)}\n`);
    return;
  }
  const { cause, cells, lost, lostLog, incomplete, aside } = repaired;
  if (cause === null) {
    process.stdout.write(`nothing is damaged: all of ${cells} cells can be read\n`);
    return;
  }
  const plans = lost.plans > 0 ? ["what plans it had is not known: give them to isoflop sweep again"] : [];
  const lines = [
    `${cells} cells kept`,
    `damage   ${cause}`,
    `lost     ${lost.cells} cells, ${lost.curves} parts of curves, the log's last ${lostLog} bytes; ${incomplete} cells left out whose curves may lack points`,
    `aside    ${aside.join(", ")}`,
    ...plans,
    "run the same sweep again: what is missing is computed",
  ];
  process.stdout.write(`${lines.join("\n  ")}\n`);
}

interface PlotOptions extends Common {
  readonly job?: string;
  readonly x?: string;
  readonly y?: string;
  readonly by?: string;
}

async function plot(folder: string, options: PlotOptions): Promise<void> {
  const write = await openOutput(options);
  const { file, job, columns } = await cellsIn(folder, options.job);
  const kind = jobs.get(job)!;
  const numeric = (names: string[]) =>
    names.filter((name) => columns[name]!.some((value) => typeof value === "number"));
  const distinct = (name: string) => new Set(columns[name]).size;
  const parameters = numeric([...Object.keys(kind.parameters), ...(kind.seeded ? ["seed"] : [])]);
  const results = numeric([...Object.keys(kind.results), ...Object.keys(kind.stats)]);
  const chosen = (option: string, asked: string | undefined, names: string[]): string | undefined => {
    if (asked !== undefined && !names.includes(asked))
      throw new Usage(`--${option} ${asked}: the numbers there are ${names.join(", ") || "none"}`);
    return asked ?? names[0];
  };
  const ranked = (names: string[]) => [...names].sort((a, b) => distinct(b) - distinct(a));
  const x = chosen("x", options.x, ranked(parameters));
  const y = chosen("y", options.y, results);
  if (x === undefined || y === undefined) throw new Failure(`${file} holds no numbers to draw yet`);
  const varied = ranked(parameters).filter((name) => name !== x && distinct(name) > 1);
  const by = chosen("by", options.by, options.by === undefined ? varied : parameters);
  const quantity = (name: string) => ({
    name,
    values: Float64Array.from(columns[name]!, (value) => (typeof value === "number" ? value : Number.NaN)),
  });
  const data = { x: quantity(x), y: quantity(y), by: by === undefined ? undefined : quantity(by) };
  const shown = [x, y, ...(by === undefined ? [] : [by])];
  const failed = columns.status!.filter((state) => state === "failed").length;
  const setting = `job ${job}, ${columns.key!.length} cells${failed > 0 ? `, ${failed} of them failed` : ""}`;
  await write({
    json: () => ({ job, x: data.x, y: data.y, by: data.by ?? null }),
    columns: () => Object.fromEntries(shown.map((name) => [name, quantity(name).values])),
    text: () => `${bold(`${y} over ${x}`)}${by === undefined ? "" : `, by ${by}`}: ${setting}`,
    figure: async () => {
      const { sweepFigure } = await import("../figures/index.ts");
      return sweepFigure({ setting, ...data });
    },
  });
}

async function cellsIn(folder: string, asked: string | undefined) {
  const store = await Store.open(folder, "read");
  try {
    const job = await jobIn(store, asked);
    return { file: store.file, job, columns: await store.columns(job) };
  } finally {
    await store.close();
  }
}

/** The job asked for, or the only one in the store. */
async function jobIn(store: Store, asked: string | undefined): Promise<string> {
  const there = [...(await store.jobs()).keys()];
  if (there.length === 0) throw new Failure(`${store.file} holds no cells yet`);
  if (asked === undefined && there.length === 1) return there[0]!;
  if (asked === undefined) throw new Usage(`there are cells of ${there.join(", ")}: choose with --job`);
  if (!there.includes(asked)) throw new Usage(`--job ${asked}: there are cells of ${there.join(", ")}`);
  return asked;
}

/** Text from a plan or a cell, safe on a terminal: on one line and without control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
