// isoflop schedule: step schedules side by side for one training, with what each leaves of the loss; or, at a budget, the best
// size, step and parameters of each.

import { type Command, InvalidArgumentError, Option } from "commander";
import { within } from "../check.ts";
import {
  type BestAtBudget,
  bestAtBudget,
  type Comparison,
  compareSchedules,
  FAMILIES,
  type Family,
  optimizerInWords,
  type Plrf,
  plrf,
  type Schedule,
  sgd,
} from "../index.ts";
import { brief, fixed, raised, readable } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { stepInWords } from "./labels.ts";
import {
  type Common,
  number,
  type SpectrumValues,
  type StepValues,
  whole,
  withCommon,
  withSpectrum,
  withStep,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { spectrumOf } from "./spectrum-file.ts";
import { bold, table } from "./table.ts";
import { etaOption, hasOwnStep, optimizerOption, scheduleFrom, type TrainingValues } from "./training.ts";

interface Options extends SpectrumValues, StepValues, Common {
  readonly d?: number;
  readonly v?: number;
  readonly steps?: number;
  readonly budget?: number;
  readonly compare: readonly { readonly text: string; readonly schedule: Schedule }[];
  readonly noise: number;
  readonly optimizer?: TrainingValues["optimizer"];
  readonly eta?: number;
  readonly tuned?: boolean;
}

const USUAL = "constant,cosine,wsd,optimal";

export function define(command: Command): void {
  withCommon(
    withStep(
      withSpectrum(command)
        .option("--d <d>", "model size", number)
        .option("--v <v>", "number of data modes; default 4d, or all that were measured", number)
        .option("--steps <T>", "steps of the training, the horizon of every schedule", whole),
    )
      .addOption(
        new Option("--compare <list>", "schedules, as for --schedule of loss")
          .argParser(several)
          .default(several(USUAL), USUAL),
      )
      .addOption(optimizerOption())
      .addOption(etaOption())
      .option("--tuned", "lower each schedule's step to its best multiple")
      .option("--budget <f>", "instead of --d and --steps: the best size, step and parameters at f = B·d·T", number)
      .option("--noise <σ²>", "variance of the label noise", number, 0),
  ).action(run);
}

/** "constant,wsd:warmup=10,decay=0.1,optimal": a comma before key= belongs to the schedule. */
function several(text: string): { text: string; schedule: Schedule }[] {
  const names = text.split(/,(?![a-z]+=)/).filter(Boolean);
  if (names.length === 0) throw new InvalidArgumentError("give at least one schedule.");
  return names.map(scheduleFrom);
}

async function run(options: Options): Promise<void> {
  const { budget, d, steps } = options;
  if (budget === undefined ? d === undefined || steps === undefined : d !== undefined || steps !== undefined)
    throw new Usage("give --d and --steps, or --budget instead of both");
  if (budget !== undefined && (options.optimizer || options.tuned || options.eta !== undefined))
    throw new Usage("--budget tunes SGD: give --optimizer, --eta and --tuned with --d and --steps, or to frontier");
  await (budget === undefined ? compare(options, d!, steps!) : spendBest(options, budget));
}

async function compare(options: Options, d: number, steps: number): Promise<void> {
  const { v, gamma, stepFraction, batch, noise, optimizer, eta, tuned = false } = options;
  const make = optimizer?.make ?? sgd;
  within("horizon", steps, "--steps");
  const { spectrum, words } = await spectrumOf(options);
  const model = plrf({
    ...{ spectrum, d, batch, noise, force: hasOwnStep(options, make({})) },
    ...(v === undefined ? {} : { v }),
    ...(gamma === undefined ? {} : { gamma }),
    ...(stepFraction === undefined ? {} : { stepFraction }),
  });
  const write = await openOutput(options);
  const found = compareSchedules(
    model,
    options.compare.map(({ text, schedule }) => ({ name: text, schedule })),
    steps,
    undefined,
    { tuned, optimizer: (schedule) => make({ schedule, ...(eta === undefined ? {} : { eta }) }) },
  );
  const { schedules } = found;
  const setting =
    `${words}, d = ${brief(d)}, ${stepInWords(options)}, B = ${batch}, T = ${brief(steps)}` +
    (optimizer ? `, ${optimizerInWords(optimizer.make({}))}` : "") +
    (noise > 0 ? `, σ² = ${brief(noise)}` : "") +
    (tuned ? ", γ tuned" : "");
  await write({
    json: () => ({ gamma: model.gamma, v: model.v, noise, ...found }),
    columns: () => ({
      steps: found.steps,
      ...Object.fromEntries(
        schedules.flatMap(({ name, multiple, curve }) => [
          [`${name} multiple`, multiple],
          [`${name} loss`, curve],
        ]),
      ),
    }),
    text: () => inWords(schedules, model, { setting, tuned }),
    figure: async () => {
      const { schedulesFigure } = await import("../figures/index.ts");
      return schedulesFigure({ setting: raised(setting), ...found });
    },
  });
}

function inWords(
  schedules: Comparison["schedules"],
  model: Plrf,
  { setting, tuned }: { readonly setting: string; readonly tuned: boolean },
): string {
  const column = (key: "loss" | "F0" | "bias" | "early" | "late" | "time") => schedules.map((s) => s[key]);
  const best = Math.min(...column("loss"));
  return [
    bold(`Schedules at ${setting}`),
    "",
    table([
      { title: "schedule", values: schedules.map(({ name }) => name) },
      { title: model.noise > 0 ? "excess loss P(T)" : "loss P(T)", values: column("loss") },
      ...(model.noise > 0 ? [{ title: "P(T) + σ²", values: column("loss").map((x) => x + model.noise) }] : []),
      { title: "over the best", values: column("loss").map((x) => x / best), format: (x) => fixed(x, 3) },
      ...(tuned ? [{ title: "multiple of γ", values: schedules.map(({ best }) => best) }] : []),
      { title: "floor F_0", values: column("F0") },
      { title: "not yet learned", values: column("bias") },
      { title: "early noise", values: column("early") },
      { title: "late noise", values: column("late") },
      {
        title: "Σγ/(γT)",
        values: column("time").map((x) => x / (model.gamma * model.batch * stepsOf(schedules))),
        format: (x) => fixed(x, 3),
      },
    ]),
    "",
    "  Decay removes late noise, warm-up early noise; floor and what is not yet learned depend on the sum of the steps alone.",
    `  γ = ${readable(model.gamma)}; estimated relative error ≤ ${Math.max(...schedules.map(({ error }) => error)).toExponential(0)}`,
  ].join("\n");
}

const stepsOf = (schedules: Comparison["schedules"]): number => schedules[0]!.horizon;

async function spendBest(options: Options, flops: number): Promise<void> {
  const { gamma, stepFraction, batch, noise, compare, quiet } = options;
  if (gamma !== undefined) throw new Usage("--budget takes --step-fraction, the largest γ·Tr D, not --gamma");
  const families = compare.map(({ text }) => text.split(":")[0]! as Family);
  const unknown = families.find((family) => !FAMILIES.includes(family));
  if (unknown !== undefined) throw new Usage(`--budget compares ${FAMILIES.join(", ")}, got ${unknown}`);
  const { spectrum, words } = await spectrumOf(options);
  const write = await openOutput(options, false);
  const bar = progress("budget", { quiet });
  // a schedule that no step keeps stable is told; it does not take the others with it
  const failed: { readonly schedule: Family; readonly reason: string }[] = [];
  const best = families.flatMap((family, i) => {
    bar.update(i / families.length);
    try {
      const step = stepFraction === undefined ? {} : { stepFraction };
      return [bestAtBudget({ ...{ spectrum, flops, family, batch, noise }, ...step })];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failed.push({ schedule: family, reason: error.message });
      return [];
    }
  });
  bar.done();
  if (best.length === 0) throw new Failure(failed[0]!.reason);
  const setting = `${words}, γ ≤ ${stepFraction ?? 0.75}/Tr D, B = ${batch}${noise > 0 ? `, σ² = ${brief(noise)}` : ""}`;
  const pick = <K extends keyof BestAtBudget>(key: K) => best.map((found) => found[key]);
  await write({
    json: () => ({ flops, noise, best, failed }),
    columns: () => ({
      schedule: pick("name"),
      loss: Float64Array.from(pick("loss")),
      d: Float64Array.from(pick("d")),
      steps: Float64Array.from(pick("steps")),
      multiple: Float64Array.from(pick("multiple")),
    }),
    text: () =>
      [
        bold(`The best of each schedule at f = ${brief(flops)}: ${setting}`),
        "",
        table([
          { title: "schedule", values: pick("name") },
          { title: noise > 0 ? "excess loss P(T)" : "loss P(T)", values: pick("loss") },
          { title: "size d", values: pick("d") },
          { title: "steps T", values: pick("steps") },
          { title: "losses refused", values: pick("stats").map((stats) => stats.refused), format: String },
          { title: "peak γ·Tr D", values: pick("multiple").map((m) => m * (stepFraction ?? 0.75)) },
        ]),
      ].join("\n"),
  });
  if (failed.length > 0) throw new Failure(failed.map(({ reason }) => reason).join("; "));
}
