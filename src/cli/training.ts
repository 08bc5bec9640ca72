// --schedule, --horizon, --optimizer and --noise: how a model is trained, beyond SGD at a constant step.

import { existsSync, readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import {
  dana,
  heavyBall,
  nesterov,
  type Optimizer,
  parseSchedule,
  piecewise,
  type Schedule,
  sgd,
  table,
} from "../index.ts";
import { number, whole } from "./options.ts";
import { brief } from "./words.ts";

export interface TrainingValues {
  readonly schedule?: { readonly text: string; readonly schedule: Schedule };
  readonly horizon?: number;
  readonly optimizer?: { readonly text: string; readonly make: (schedule?: Schedule) => Optimizer };
  readonly noise: number;
}

export function withTraining(command: Command, { horizon = true, momentum = true } = {}): Command {
  command.option(
    "--schedule <shape>",
    "multiples of γ: constant, power:P, cosine, linear, wsd:warmup=N,decay=SHARE, optimal, or a file",
    scheduleFrom,
  );
  if (horizon) command.option("--horizon <T>", "the step the shape is drawn for; default the last", whole);
  if (momentum)
    command.option(
      "--optimizer <name>",
      "sgd, heavy-ball:μ, nesterov:μ, dana:constant or dana:decaying, with ,delta=δ,strength=c",
      optimizerFrom,
    );
  return command.option(
    "--noise <σ²>",
    "variance of the label noise; losses stay excess losses, without it",
    number,
    0,
  );
}

/** A name, or a file: one multiple a step, or two columns "step, multiple" of knots. */
export function scheduleFrom(text: string): { text: string; schedule: Schedule } {
  return refused(() => ({ text, schedule: existsSync(text) ? fromFile(text) : parseSchedule(text) }));
}

function fromFile(file: string): Schedule {
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/[,;\s]+/).map(Number));
  // a header is no number
  if (rows[0]?.some(Number.isNaN)) rows.shift();
  const bad = rows.findIndex((row) => row.length !== rows[0]!.length || row.length > 2 || row.some(Number.isNaN));
  if (rows.length === 0 || bad >= 0)
    throw new RangeError(`${file} must hold one number a line, or a step and a multiple (line ${bad + 1})`);
  return rows[0]!.length === 1 ? table(rows.map((row) => row[0]!)) : piecewise(rows as [number, number][]);
}

function optimizerFrom(text: string): { text: string; make: (schedule?: Schedule) => Optimizer } {
  return refused(() => {
    const [name, rest = ""] = text.split(/:(.*)/s) as [string, string?];
    const words = rest.split(",").filter(Boolean);
    const make = (schedule?: Schedule): Optimizer => {
      const shaped = schedule === undefined ? {} : { schedule };
      const momentum = () => (rest === "" ? {} : { momentum: number(rest) });
      switch (name) {
        case "sgd":
          return sgd(shaped);
        case "heavy-ball":
          return heavyBall({ ...momentum(), ...shaped });
        case "nesterov":
          return nesterov({ ...momentum(), ...shaped });
        case "dana": {
          const given = Object.fromEntries(words.filter((w) => w.includes("=")).map((w) => w.split("=")));
          const variant = words.find((w) => !w.includes("=")) ?? "constant";
          const unknown = Object.keys(given).find((key) => key !== "delta" && key !== "strength");
          if ((variant !== "constant" && variant !== "decaying") || unknown !== undefined)
            throw new RangeError(`dana takes constant or decaying, delta and strength, got ${unknown ?? variant}`);
          return dana({
            variant,
            ...(given.delta === undefined ? {} : { delta: number(given.delta) }),
            ...(given.strength === undefined ? {} : { strength: number(given.strength) }),
            ...shaped,
          });
        }
        default:
          throw new RangeError(`an optimizer is sgd, heavy-ball:μ, nesterov:μ or dana:VARIANT, got "${text}"`);
      }
    };
    make();
    return { text, make };
  });
}

function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** The optimiser asked for, or undefined for SGD at a constant step. */
export function optimizerOf({ schedule, optimizer }: TrainingValues): Optimizer | undefined {
  if (schedule === undefined && optimizer === undefined) return undefined;
  return (optimizer?.make ?? ((shape?: Schedule) => sgd(shape === undefined ? {} : { schedule: shape })))(
    schedule?.schedule,
  );
}

/** The schedule asked for, for SGD. */
export const scheduleOf = ({ schedule }: TrainingValues): Schedule | undefined => schedule?.schedule;

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
