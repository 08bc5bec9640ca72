// isoflop simulate: ensembles of real one-pass SGD at several model sizes, against the theory and against the exact
// expectation for the same draws of W.

import { existsSync, rmSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { within } from "../check.ts";
import {
  availableThreads,
  type Distribution,
  fileCheckpoint,
  kernelNorm,
  type LossCurve,
  logspace,
  loss,
  type Optimizer,
  type Plrf,
  PRECISIONS,
  type Precision,
  plrf,
  powerLaw,
  SIMULATION_METHODS,
  type Simulation,
  type SimulationMethod,
  simulate,
} from "../index.ts";
import { brief, fixed, raised, readable } from "../numbers.ts";
import { Failure } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { pointInWords, stepInWords } from "./labels.ts";
import {
  type Common,
  number,
  type PowerLawValues,
  type StepValues,
  whole,
  wholeList,
  withCommon,
  withPowerLaw,
  withRandom,
  withStep,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { bold, table } from "./table.ts";
import {
  batchInWords,
  hasOwnStep,
  optimizerOf,
  type TrainingValues,
  trainingInWords,
  withTraining,
} from "./training.ts";

interface Options extends PowerLawValues, StepValues, TrainingValues, Common {
  readonly d: Float64Array;
  readonly dataRatio: number;
  readonly steps: number;
  readonly points: number;
  readonly members: number;
  readonly draws?: number;
  readonly method?: SimulationMethod;
  readonly distribution: Distribution;
  readonly precision: Precision;
  readonly checkpoint?: string;
  readonly stopIfDamaged?: boolean;
  readonly force?: boolean;
  readonly seed: number;
  readonly threads?: number;
}

interface Run extends Simulation {
  readonly model: Plrf;
  readonly theory?: Float64Array;
  readonly warnings: readonly string[];
}

/** Members from which the mean of a skewed loss is nearly normal. */
const MANY = 200;

export function define(command: Command): void {
  withRandom(
    withCommon(
      withTraining(
        withStep(
          withPowerLaw(command)
            .requiredOption("--d <list>", "model sizes, as 100,200,400 or LO:HI[:N]", wholeList)
            .option("--data-ratio <v/d>", "data modes a parameter", number, 4),
        ),
        { ramp: true },
      )
        .option("--steps <r>", "steps of SGD", whole, 10_000)
        .option("--points <n>", "numbers of steps recorded, evenly spaced in the logarithm", whole, 50)
        .option("--members <n>", "runs of SGD for each size", whole, 32)
        .option("--draws <n>", "draws of W that they share out; default one each", whole)
        .addOption(
          new Option(
            "--method <name>",
            "spectral: by its law, Gaussian data; dense: by its definition; default spectral, dense of sign SGD",
          ).choices(SIMULATION_METHODS),
        )
        .addOption(
          new Option("--distribution <law>", "of the data, with --method dense: normal, rademacher, uniform, student:ν")
            .argParser(law)
            .default("normal"),
        )
        .addOption(
          new Option(
            "--precision <name>",
            "of W and the data, with --method dense: f32 is faster, and moves a loss by 3e-5 at most",
          )
            .choices(PRECISIONS)
            .default("f64"),
        )
        .option("--checkpoint <file>", "where an interrupted run continues from; default beside the first --out")
        .option(
          "--stop-if-damaged",
          "stop where the checkpoint is damaged, instead of keeping it aside and starting over",
        )
        .option("--force", "run even where the step is too large to be stable"),
    ),
  ).action(run);
}

function law(text: string): Distribution {
  const [name, nu] = text.split(":") as [string, string?];
  if (name === "student" && nu !== undefined) return { student: number(nu) };
  if (nu === undefined && (name === "normal" || name === "rademacher" || name === "uniform")) return name;
  throw new InvalidArgumentError(`Expected normal, rademacher, uniform or student:ν, got "${text}".`);
}

/** Said even with --quiet: work was lost. */
function setAside(why: string, kept: string): void {
  process.stderr.write(`isoflop: ${why}: kept as ${kept}, the run starts over\n`);
}

async function run(options: Options): Promise<void> {
  const { alpha, beta, dataRatio, gamma, stepFraction, batch, noise, force = false, quiet } = options;
  const optimizer = optimizerOf(options);
  const method = options.method ?? (optimizer?.kind === "sign" ? "dense" : "spectral");
  const models = Array.from(options.d, (d) =>
    plrf({
      spectrum: powerLaw({ alpha, beta }),
      ...{ d, v: Math.round(dataRatio * d), batch, noise, force: force || hasOwnStep(options, optimizer) },
      ...(gamma === undefined ? {} : { gamma }),
      ...(stepFraction === undefined ? {} : { stepFraction }),
    }),
  );
  const write = await openOutput(options);
  const signal = interruption();
  const base = options.checkpoint ?? (options.out ? `${options.out[0]}.checkpoint` : undefined);
  const file = (model: Plrf) => `${base}.d${model.d}`;

  const training = optimizer && { optimizer, horizon: options.horizon ?? options.steps };
  within("points", options.points, "--points");
  const record = Float64Array.from(new Set(logspace(1, options.steps, options.points).map(Math.round)));
  // what is not stable is refused before anything runs
  const theories = models.map((model) => theoryOf(model, record, training, force));
  const runs: Run[] = [];
  for (const [i, model] of models.entries()) {
    const theory = theories[i];
    const bar = progress(`d = ${model.d}`, { quiet });
    let before: number | undefined;
    const ensemble = await simulate(model, {
      ...{ steps: options.steps, record, members: options.members, method },
      ...{ distribution: options.distribution, precision: options.precision, seed: options.seed },
      ...{ signal, force, ...training },
      ...(options.draws === undefined ? {} : { draws: options.draws }),
      expected: options.distribution === "normal" && theory !== undefined,
      threads: options.threads ?? availableThreads(),
      // what a checkpoint brought along says nothing of the time left
      onProgress: (done) => {
        before ??= done;
        bar.update(before < 1 ? (done - before) / (1 - before) : 1);
      },
      ...(base === undefined
        ? {}
        : { checkpoint: fileCheckpoint(file(model), options.stopIfDamaged ? undefined : setAside) }),
    }).catch((error: unknown) => {
      bar.done();
      if (!signal.aborted || base === undefined) throw error;
      throw new Failure(`interrupted: the same command continues from ${file(model)}`, 130);
    });
    bar.done();
    runs.push({
      ...ensemble,
      model,
      ...(theory ? { theory: theory.loss } : {}),
      warnings: theory?.stats.warnings ?? [],
    });
  }

  const setting =
    `${pointInWords(options)}, v = ${brief(dataRatio)}d, ${stepInWords(options)}, B = ${batchInWords(options)}` +
    `${trainingInWords(options)}, ${options.members} members, ${runs[0]!.draws} draws of W, ` +
    `${method}${options.precision === "f32" ? " in f32" : ""}, seed ${options.seed}`;
  await write({
    json: () => ({
      ...columns(runs),
      runs: runs.map(({ model, members, draws, warnings, stats, made, expected, ...ensemble }) => ({
        d: model.d,
        ...{ v: model.v, gamma: model.gamma, members, draws },
        deviation: {
          theory: fromTheory(ensemble),
          expected: expected ? largest(ensemble.deviation!) : null,
        },
        ...{ warnings, stats, made },
      })),
    }),
    columns: () => columns(runs),
    text: () => inWords(runs, setting),
    figure: async () => {
      const { simulationFigure } = await import("../figures/index.ts");
      return simulationFigure({
        setting: raised(setting),
        members: options.members,
        runs: runs.map(({ model, flops, mean, stderr, quartiles, theory }) => ({
          ...{ d: model.d, flops, mean, stderr, low: quartiles.low, high: quartiles.high, theory },
        })),
      });
    },
  });
  if (base !== undefined) for (const model of models) if (existsSync(file(model))) rmSync(file(model));
  const diverged = runs.filter(({ stats }) => stats.diverged > 0);
  if (diverged.length > 0) {
    const { model, stats, members } = diverged[0]!;
    throw new Failure(
      `${stats.diverged} of ${members} members diverged at d = ${model.d}, the first at step ${stats.divergedAt}: lower the step`,
    );
  }
  if (!runs.every(({ stats }) => stats.converged)) throw new Failure("some eigenvalues did not converge");
}

/** The expected loss; undefined where it is forced beyond where it stays finite. */
function theoryOf(
  model: Plrf,
  steps: Float64Array,
  training: { optimizer: Optimizer; horizon: number } | undefined,
  force: boolean,
): LossCurve | undefined {
  if (!training) return kernelNorm(model) < 1 ? loss(model, { steps }) : undefined;
  const { optimizer } = training;
  // batches and averages of signs are simulated, not solved
  if (optimizer.kind === "sign" && (optimizer.momentum !== undefined || (optimizer.batch ?? model.batch) !== 1))
    return undefined;
  try {
    return loss(model, { steps, ...training });
  } catch (error) {
    if (force && error instanceof RangeError) return undefined;
    throw error;
  }
}

/** One row for each size and number of steps. */
function columns(runs: readonly Run[]) {
  const all = (of: (run: Run) => ArrayLike<number> | undefined) =>
    Float64Array.from(runs.flatMap((run) => Array.from(of(run) ?? run.steps.map(() => Number.NaN))));
  return {
    d: all((run) => run.steps.map(() => run.model.d)),
    steps: all((run) => run.steps),
    flops: all((run) => run.flops),
    mean: all((run) => run.mean),
    stderr: all((run) => run.stderr),
    low: all((run) => run.quartiles.low),
    median: all((run) => run.quartiles.median),
    high: all((run) => run.quartiles.high),
    theory: all((run) => run.theory),
    expected: all((run) => run.expected),
    deviation: all((run) => run.deviation),
  };
}

const largest = (values: Float64Array): number =>
  values.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);

/** The mean's largest deviation from the theory in standard errors. */
function fromTheory({ mean, stderr, theory }: Pick<Run, "mean" | "stderr" | "theory">): number | null {
  return theory ? largest(mean.map((x, i) => (x - theory[i]!) / stderr[i]!)) : null;
}

function inWords(runs: readonly Run[], setting: string): string {
  const end = runs[0]!.steps.length - 1;
  const last = (of: (run: Run) => Float64Array | undefined) => runs.map((run) => of(run)?.[end] ?? Number.NaN);
  const mean = last((run) => run.mean);
  const stderr = last((run) => run.stderr);
  const theory = last((run) => run.theory);
  const errors = (x: number) => fixed(x, 2);
  return [
    bold(`One-pass SGD at ${setting}`),
    "",
    `  after ${brief(runs[0]!.steps[end]!)} steps`,
    table([
      { title: "d", values: runs.map(({ model }) => model.d), format: brief },
      { title: "mean loss", values: mean },
      { title: "± standard error", values: stderr },
      { title: "theory", values: theory },
      { title: "off by, %", values: mean.map((x, i) => 100 * (x / theory[i]! - 1)), format: (x) => fixed(x, 2) },
      { title: "in standard errors", values: mean.map((x, i) => (x - theory[i]!) / stderr[i]!), format: errors },
    ]),
    "",
    "  largest deviation over all recorded steps, in standard errors",
    table([
      { title: "d", values: runs.map(({ model }) => model.d), format: brief },
      { title: "from the theory", values: runs.map((run) => fromTheory(run) ?? Number.NaN), format: errors },
      {
        title: "from the exact expectation for these W",
        values: runs.map(({ deviation }) => (deviation ? largest(deviation) : Number.NaN)),
        format: errors,
      },
    ]),
    ...runs.flatMap(({ model, warnings }) => warnings.map((warning) => `  d = ${brief(model.d)}: ${warning}`)),
    ...runs.flatMap(({ model, mean: P }) =>
      P[end]! > model.P0
        ? [`  d = ${brief(model.d)} ends above where it began, P(0) = ${readable(model.P0)}: lower the step`]
        : [],
    ),
    ...(runs[0]!.members < MANY
      ? ["  (losses are skewed to the right: the mean of so few members mostly falls short, and its error with it)"]
      : []),
    "",
    `  γ = ${runs.map(({ model }) => readable(model.gamma)).join(", ")}`,
  ].join("\n");
}
