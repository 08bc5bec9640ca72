// --schedule, --horizon, --optimizer and --noise: how a model is trained, beyond SGD at a constant step.

import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import {
  type Batch,
  OPTIMIZER_USAGE,
  type Optimizer,
  parseOptimizer,
  parseSchedule,
  piecewise,
  type Schedule,
  sgd,
  table,
} from "../index.ts";
import { brief } from "../numbers.ts";
import { number, refused, whole } from "./options.ts";
import { readText } from "./text-file.ts";

export interface TrainingValues {
  readonly schedule?: { readonly text: string; readonly schedule: Schedule };
  readonly horizon?: number;
  readonly optimizer?: { readonly text: string; readonly make: (common: Common) => Optimizer };
  readonly ramp?: { readonly text: string; readonly batch: Batch };
  readonly noise: number;
  readonly eta?: number;
}

/** What every optimiser takes. */
interface Common {
  readonly eta?: number;
  readonly schedule?: Schedule;
  readonly batch?: Batch;
}

export function withTraining(command: Command, { horizon = true, momentum = true, ramp = false } = {}): Command {
  command.addOption(
    scheduleOption("multiples of γ: constant, power:P, cosine, linear, wsd:warmup=N,decay=SHARE, optimal, or a file"),
  );
  if (horizon) command.addOption(horizonOption());
  if (momentum) {
    command.addOption(optimizerOption());
    command.addOption(etaOption());
  }
  if (ramp) command.addOption(rampOption());
  return command.option(
    "--noise <σ²>",
    "variance of the label noise; losses stay excess losses, without it",
    number,
    0,
  );
}

export const scheduleOption = (what: string): Option => new Option("--schedule <shape>", what).argParser(scheduleFrom);

export const horizonOption = (): Option =>
  new Option("--horizon <T>", "the step the shape is drawn for; default the last").argParser(whole);

export const rampOption = (): Option =>
  new Option(
    "--ramp <list>",
    "samples a step from each of these steps on, as 0:1,1000:4, instead of --batch",
  ).argParser(rampFrom);

export const optimizerOption = (): Option =>
  new Option("--optimizer <name>", `one of ${OPTIMIZER_USAGE.join(", ")}`).argParser(optimizerFrom);

export const etaOption = (): Option =>
  new Option("--eta <η>", "instead of γ: of the mean gradient, γ·B; of sign SGD, by how much every parameter moves")
    .argParser(number)
    .conflicts(["gamma", "stepFraction"]);

/** A name, or a file: one multiple a step, or two columns "step, multiple" of knots. */
export function scheduleFrom(text: string): { text: string; schedule: Schedule } {
  return refused(() => ({ text, schedule: existsSync(text) ? fromFile(text) : parseSchedule(text) }));
}

function fromFile(file: string): Schedule {
  const rows = readText(file)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/[,;\s]+/).map(Number));
  // a header is no number
  if (rows[0]?.some(Number.isNaN)) rows.shift();
  const bad = rows.findIndex((row) => row.length !== rows[0]!.length || row.length > 2 || row.some(Number.isNaN));
  if (rows.length === 0 || bad >= 0)
    throw new RangeError(`${file} must hold one number a line, or a step and a multiple (row ${Math.max(1, bad + 1)})`);
  return rows[0]!.length === 1 ? table(rows.map((row) => row[0]!)) : piecewise(rows as [number, number][]);
}

/** "0:1,1000:4": one sample a step, and from step 1000 on four. */
function rampFrom(text: string): { text: string; batch: Batch } {
  return refused(() => {
    const batch = text.split(",").map((part) => part.split(":").map(Number) as [number, number]);
    if (batch.some((pair) => pair.length !== 2))
      throw new RangeError(`a ramp is STEP:B,STEP:B,…, as 0:1,1000:4, got "${text}"`);
    sgd({ batch });
    return { text, batch };
  });
}

function optimizerFrom(text: string): { text: string; make: (common: Common) => Optimizer } {
  const make = (common: Common) => parseOptimizer(text, common);
  refused(() => make({}));
  return { text, make };
}

/** Whether the optimiser has steps of its own and knows their limit: the model's γ may be any. */
export const hasOwnStep = ({ eta }: { readonly eta?: number }, optimizer: Optimizer | undefined): boolean =>
  eta !== undefined || optimizer?.kind === "sign";

/** The optimiser asked for, or undefined for SGD at a constant step and batch. */
export function optimizerOf({ schedule, optimizer, ramp, eta }: TrainingValues): Optimizer | undefined {
  if (schedule === undefined && optimizer === undefined && ramp === undefined && eta === undefined) return undefined;
  return (optimizer?.make ?? sgd)({
    ...(eta === undefined ? {} : { eta }),
    ...(schedule && { schedule: schedule.schedule }),
    ...(ramp && { batch: ramp.batch }),
  });
}

/** "1", or "1 (4 from r = 1000)" of a ramp. */
export function batchInWords({ batch, ramp }: TrainingValues & { readonly batch: number }): string {
  if (typeof ramp?.batch !== "object") return String(batch);
  const [first, ...later] = ramp.batch;
  return [first![1], ...later.map(([step, size]) => `(${size} from r = ${brief(step)})`)].join(" ");
}

/** ", cosine schedule, heavy-ball:0.9, σ² = 0.1": nothing where nothing was asked for. */
export function trainingInWords({ schedule, optimizer, noise }: TrainingValues): string {
  return [
    ...(schedule ? [`${schedule.text} schedule`] : []),
    ...(optimizer ? [optimizer.text] : []),
    ...(noise > 0 ? [`σ² = ${brief(noise)}`] : []),
  ]
    .map((part) => `, ${part}`)
    .join("");
}
