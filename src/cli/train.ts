// isoflop train: networks of several widths on the same data, their loss over training, and a table of runs that fit reads.

import { existsSync, rmSync } from "node:fs";
import { totalmem } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { within } from "../check.ts";
import { availableThreads, fileCheckpoint } from "../index.ts";
import { pick } from "../measure/index.ts";
import { shuffled } from "../measure/shuffled.ts";
import {
  type Exponent,
  type NetworkTraining,
  PARAMETRISATIONS,
  type Parametrisation,
  readyData,
  type TrainedNetworks,
  timeExponent,
  trainingCost,
  trainNetworks,
  widthExponent,
} from "../networks/index.ts";
import { brief, raised, readable } from "../numbers.ts";
import { exampleData, given, type NamedDataset } from "./dataset.ts";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { MATRIX_FILE } from "./matrix-file.ts";
import { type Common, number, whole, wholeList, withCommon, withRandom } from "./options.ts";
import { openOutput } from "./output.ts";
import { duration, progress } from "./progress.ts";
import { bold, counts, sampled, table } from "./table.ts";

interface Options extends Common {
  readonly task: string;
  readonly targets?: string;
  readonly widths: Float64Array;
  readonly samples?: number;
  readonly steps?: number;
  readonly tested?: number;
  readonly param: Parametrisation;
  readonly richness?: number;
  readonly depth: number;
  readonly lossFunction: "squared" | "entropy";
  readonly eta: number;
  readonly momentum: number;
  readonly batch: number;
  readonly ensemble: number;
  readonly points: number;
  readonly checkpoint?: string;
  readonly stopIfDamaged?: boolean;
  readonly seed: number;
  readonly threads?: number;
}

/** Distinct rows to train on unless told, and rows to test on: at most, and at least. */
const SAMPLES = 8000;
const TESTED = [2000, 20] as const;
/** Seconds above which a training says what it will take. */
const SLOW = 10;

export function define(command: Command): void {
  withRandom(
    withCommon(
      command
        .requiredOption(
          "--task <name>",
          `mnist[:parity, :digit], sotu[:vowel, :next] or a file of features; ${MATRIX_FILE}`,
        )
        .option("--targets <file>", "what is to be learnt of each row of such a file, a column each")
        .option(
          "--widths <list>",
          "hidden units of each layer, one network each",
          wholeList,
          Float64Array.of(16, 32, 64, 128, 256),
        )
        .option("--samples <P>", `distinct rows to train on; default up to ${SAMPLES}`, whole)
        .option("--steps <t>", "steps of SGD; default one pass over the samples, more see them again", whole)
        .option("--tested <n>", `rows to test on; default up to ${TESTED[0]}`, whole)
        .addOption(
          new Option("--param <name>", "mup: units learn features at any width; lazy: as a fixed kernel")
            .choices(PARAMETRISATIONS)
            .default("mup"),
        )
        .option("--richness <γ0>", "of mup: how far features move, 0 is lazy; default 1", number)
        .option("--depth <n>", "hidden layers", whole, 1)
        .addOption(
          new Option("--loss-function <name>", "squared error, or cross-entropy of targets that are classes")
            .choices(["squared", "entropy"])
            .default("squared"),
        )
        .option("--eta <η>", "step on the mean gradient, in units in which the kernel has mean diagonal 1", number, 0.5)
        .option("--momentum <μ>", "from 0 to below 1", number, 0)
        .option("--batch <B>", "samples a step", whole, 32)
        .option("--ensemble <E>", "networks of each width", whole, 4)
        .option("--points <n>", "numbers of steps recorded, evenly spaced in the logarithm", points, 20)
        .option("--checkpoint <file>", "where an interrupted training continues from; default beside the first --out")
        .option(
          "--stop-if-damaged",
          "stop where the checkpoint is damaged, instead of keeping it aside and starting over",
        ),
    ),
  ).action(run);
}

function points(text: string): number {
  const n = whole(text);
  if (n < 3) throw new InvalidArgumentError("Expected 3 or more.");
  return n;
}

async function run(options: Options): Promise<void> {
  const { param, richness, quiet, seed } = options;
  if (richness !== undefined && param === "lazy")
    throw new Usage("--richness goes with --param mup: lazy is its limit 0");
  const write = await openOutput(options);
  const data = await dataOf(options);
  const all = data.features.rows;
  const tested = options.tested ?? Math.min(TESTED[0], Math.max(TESTED[1], Math.floor(all / 5)));
  const samples = options.samples ?? Math.min(SAMPLES, all - tested);
  within("members", options.ensemble, "--ensemble");
  if (!(tested >= 1)) throw new Usage(`--tested must be at least 1, got ${tested}`);
  if (options.samples === undefined && samples < 2)
    throw new Usage(`${data.words} has ${all} rows: two to train on and ${tested} to test on are needed`);
  if (!(samples >= 2)) throw new Usage(`--samples must be at least 2, got ${samples}`);
  if (samples + tested > all)
    throw new Usage(
      `--samples ${samples} and --tested ${tested} need ${samples + tested} rows, there are ${all}: give fewer`,
    );
  const order = shuffled(all, seed, "sample");
  const part = (from: number, to: number) => {
    const rows = order.subarray(from, to);
    return { features: pick(data.features, rows), targets: pick(data.targets, rows) };
  };
  const ready = readyData(part(0, samples), part(samples, samples + tested), options.lossFunction);
  const steps = options.steps ?? Math.max(1, Math.floor(samples / options.batch));
  const training: NetworkTraining = {
    ...{ widths: options.widths, depth: options.depth, parametrisation: param, loss: options.lossFunction },
    ...{ eta: options.eta, momentum: options.momentum, batch: options.batch, steps, members: options.ensemble },
    ...{ record: options.points, averaged: options.ensemble > 1, seed },
    ...(richness === undefined ? {} : { richness }),
    threads: options.threads ?? availableThreads(),
  };
  tellCost(trainingCost(ready, training), training.threads!, options);

  const signal = interruption();
  const file = options.checkpoint ?? (options.out ? `${options.out[0]}.checkpoint` : undefined);
  const bar = progress("train", { quiet });
  const found = await trainNetworks(ready, {
    ...training,
    signal,
    onProgress: bar.update,
    ...(file === undefined ? {} : { checkpoint: fileCheckpoint(file, options.stopIfDamaged ? undefined : setAside) }),
  }).catch((error: unknown) => {
    bar.done();
    if (!signal.aborted || file === undefined) throw error;
    throw new Failure(`interrupted: the same command continues from ${file}`, 130);
  });
  bar.done();

  const how = param === "lazy" ? "lazy" : `μP with γ_{0} = ${brief(richness ?? 1)}`;
  const plainHow = param === "lazy" ? "lazy" : `μP with γ0 = ${brief(richness ?? 1)}`;
  const setting = (words: string) =>
    `${data.words}, ${samples} samples, ${options.depth} hidden layer${options.depth > 1 ? "s" : ""}, ${words}, ${
      options.lossFunction === "squared" ? "squared error" : "cross-entropy"
    }, η = ${brief(options.eta)}, B = ${options.batch}`;
  const exponents = exponentsOf(found);
  await write({
    json: () => ({
      ...{ task: data.words, samples, tested, steps: found.steps, start: found.start },
      runs: found.widths.map((one) => ({
        ...{ width: one.width, parameters: one.parameters, flops: one.flops },
        ...{ loss: one.mean, stderr: one.stderr, train: one.trainMean, ensemble: one.averaged ?? null },
        diverged: one.diverged.map((step) => (step < Infinity ? step : null)),
      })),
      exponents,
      made: found.made,
    }),
    columns: () => columns(found),
    text: () => inWords(found, exponents, setting(plainHow), options),
    figure: async () => figure(found, raised(setting(how))),
  });
  if (file !== undefined && existsSync(file)) rmSync(file);
  const gone = found.widths.find(({ diverged }) => diverged.some((step) => step < Infinity));
  if (gone)
    throw new Failure(
      `${gone.diverged.filter((step) => step < Infinity).length} of ${options.ensemble} networks of width ${gone.width} diverged, the first at step ${Math.min(...gone.diverged)}: lower --eta${options.momentum > 0 ? " or --momentum" : ""}`,
    );
}

/** Said even with --quiet: work was lost. */
function setAside(why: string, kept: string): void {
  process.stderr.write(`isoflop: ${why}: kept as ${kept}, the training starts over\n`);
}

async function dataOf({ task, targets, samples, tested, seed }: Options): Promise<NamedDataset> {
  const [name, of] = task.split(":") as [string, string?];
  if (name === "mnist" || name === "sotu") {
    if (targets !== undefined) throw new Usage(`--targets goes with a file of features, not with --task ${name}`);
    const count = (samples ?? SAMPLES) + (tested ?? TESTED[0]);
    return exampleData(`--task ${name}:`, name, of, count, seed);
  }
  if (targets === undefined) throw new Usage(`give --targets: what is to be learnt of each row of ${task}`);
  return given(task, targets);
}

/** @throws Usage where it will not go into memory */
function tellCost({ bytes, seconds }: { bytes: number; seconds: number }, threads: number, { quiet }: Options): void {
  if (bytes > 0.8 * totalmem())
    throw new Usage(
      `this training needs ${brief(bytes / 1e9, 2)} GB, this machine has ${brief(totalmem() / 1e9, 2)}: give fewer --samples, narrower --widths or fewer --threads`,
    );
  if (seconds / threads > SLOW && !quiet)
    process.stderr.write(
      `training: about ${duration((1000 * seconds) / threads)} on ${threads} threads and ${brief(bytes / 1e9, 2)} GB\n`,
    );
}

interface Exponents {
  /** L ∝ t^−k of each width over the last decade of steps. */
  readonly time: readonly (Exponent & { readonly width: number })[];
  /** L_N − L_∞ ∝ N^−c at recorded steps. */
  readonly width: readonly (Exponent & { readonly step: number })[];
}

function exponentsOf({ steps, widths }: TrainedNetworks): Exponents {
  const known = widths.length > 3 ? Array.from(steps.keys()) : [];
  return {
    time: widths.map(({ width, test }) => ({ width, ...timeExponent(steps, test) })),
    width: known.map((r) => widthExponent(widths, steps, r)),
  };
}

/** One row for each network and recorded step, by the names that `fit` knows: tokens are samples seen, compute is 6 of both. */
function columns({ steps, samples, widths }: TrainedNetworks) {
  const widest = widths.reduce((most, one) => (one.width > most.width ? one : most));
  const rows = widths.flatMap((one) => one.test.map((loss, member) => ({ ...one, loss, member })));
  const all = (of: (row: (typeof rows)[number]) => ArrayLike<number>) =>
    Float64Array.from(rows.flatMap((row) => Array.from(of(row))));
  const constant = (x: number) => steps.map(() => x);
  return {
    run: rows.flatMap(({ width, member }) => Array.from(steps, () => `${width}/${member + 1}`)),
    width: all(({ width }) => constant(width)),
    parameters: all(({ parameters }) => constant(parameters)),
    tokens: all(() => samples),
    loss: all(({ loss }) => loss),
    step: all(() => steps),
    training: all(({ train, member }) => train[member]!),
    deviation: all(({ loss, member }) => loss.map((x, r) => x - widest.test[member]![r]!)),
  };
}

const inInterval = ({ value, low, high }: Exponent): string =>
  Number.isNaN(value)
    ? "not known"
    : Number.isNaN(low)
      ? `${readable(value, 3)} (no interval)`
      : `${readable(value, 3)}, ${readable(low, 3)} to ${readable(high, 3)}`;

function inWords(found: TrainedNetworks, exponents: Exponents, setting: string, { ensemble }: Options): string {
  const { steps, samples, widths } = found;
  const end = steps.length - 1;
  const last = (of: (one: TrainedNetworks["widths"][number]) => Float64Array | undefined) =>
    widths.map((one) => of(one)?.[end] ?? Number.NaN);
  const parameters = widths.map((one) => one.parameters);
  const shown = sampled(steps.length, 9);
  return [
    bold(`Networks on ${setting}`),
    "",
    `  loss over training, the mean of ${ensemble} network${ensemble > 1 ? "s" : ""} each; f = 0 has ${readable(found.start)}`,
    table([
      { title: "step", values: shown.map((r) => steps[r]!), format: counts(steps) },
      { title: "samples seen", values: shown.map((r) => samples[r]!), format: counts(samples) },
      ...widths.map(({ width, mean }) => ({ title: `width ${width}`, values: shown.map((r) => mean[r]!) })),
    ]),
    "",
    `  after ${steps[end]} steps`,
    table([
      { title: "width", values: widths.map(({ width }) => width), format: counts(parameters) },
      { title: "parameters", values: parameters, format: counts(parameters) },
      { title: "loss", values: last((one) => one.mean) },
      { title: "± standard error", values: last((one) => one.stderr), format: (x) => brief(x, 2) },
      { title: "of training rows", values: last((one) => one.trainMean) },
      { title: `of the mean of ${ensemble}`, values: last((one) => one.averaged) },
      {
        title: "L ∝ t^−k: k, 95 %",
        values: exponents.time.map((one) => inInterval(one)),
      },
    ]),
    ...(exponents.width.length > 0
      ? [
          "",
          "  deviation from infinite width, L_N − L_∞ ∝ N^−c",
          table([
            { title: "step", values: shown.map((r) => steps[r]!), format: counts(steps) },
            { title: "c, 95 %", values: shown.map((r) => inInterval(exponents.width[r]!)) },
          ]),
        ]
      : []),
  ].join("\n");
}

async function figure({ steps, widths }: TrainedNetworks, setting: string) {
  const { curvesFigure } = await import("../figures/index.ts");
  const sorted = [...widths].sort((a, b) => a.width - b.width);
  const shade = (i: number) => (sorted.length > 1 ? i / (sorted.length - 1) : 1);
  const widest = sorted.at(-1)!;
  const positive = (x: number) => (x > 0 && x < Infinity ? x : Number.NaN);
  return curvesFigure({
    id: "train",
    title: "Networks over training",
    setting,
    caption: "Test loss over steps for each width, and how far each is from the widest.",
    panels: [
      {
        title: "Test loss",
        x: { label: "step t", log: true },
        y: { label: "loss", log: true },
        series: sorted.map(({ width, mean, stderr }, i) => ({
          ...{ label: `N = ${width}`, x: steps, y: mean.map(positive), shade: shade(i) },
          low: mean.map((x, r) => positive(x - 2 * (stderr[r]! || 0))),
          high: mean.map((x, r) => positive(x + 2 * (stderr[r]! || 0))),
        })),
      },
      ...(sorted.length > 1
        ? [
            {
              title: `Deviation from N = ${widest.width}`,
              x: { label: "step t", log: true },
              y: { label: "L_{N} − L", log: true },
              series: sorted.slice(0, -1).map(({ mean }, i) => ({
                ...{ x: steps, y: mean.map((x, r) => positive(x - widest.mean[r]!)), shade: shade(i) },
              })),
            },
          ]
        : []),
    ],
  });
}
