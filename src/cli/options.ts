// Readers of option values, and the options every command has. A bad value is told with the option's name by commander.

import { type Command, InvalidArgumentError, Option } from "commander";
import { parseNumber } from "../index.ts";
import { LIMITS } from "../limits.ts";
import { exp, log } from "../math/elementary.ts";

/** What the library refuses in an option's text, told with the option's name. */
export function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** A number: 0.7, 1e8, −3, inf. */
export function number(text: string): number {
  const word = text.trim().toLowerCase().replace("−", "-");
  if (/^[+-]?(inf|infinity|∞)$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  const value = parseNumber(text)?.value;
  if (value === undefined) throw new InvalidArgumentError(`Expected a number, as 0.7, 1e8 or 7B.`);
  return value;
}

/** A whole number. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError(`Expected a whole number.`);
  return value;
}

/** Points a range LO:HI has unless it says. */
const POINTS = 50;

/** Numbers as 1,2,3, or LO:HI[:N] for N (50) numbers evenly spaced in the logarithm; both may be mixed. */
export function list(text: string): Float64Array {
  if (text.trim() === "") throw new InvalidArgumentError("Expected at least one number.");
  if (/(^|,)\d{1,3}(,\d{3})*,0{3}(,|$)/.test(text.replace(/\s/g, "")))
    throw new InvalidArgumentError("Commas separate numbers here: write 1_000_000, 1e6 or 1M.");
  const values = text.split(",").flatMap((part) => {
    if (!part.includes(":")) return [number(part)];
    const ends = part.split(":");
    if (ends.length > 3) throw new InvalidArgumentError("A range is LO:HI or LO:HI:N.");
    const [lo, hi] = range(ends.slice(0, 2).join(":"));
    return [...spaced(lo, hi, ends.length === 3 ? whole(ends[2]!) : POINTS)];
  });
  return Float64Array.from(values);
}

/** As `list`, of numbers above 0. */
export function positives(text: string): Float64Array {
  const values = list(text);
  const wrong = values.find((value) => !(value > 0));
  if (wrong !== undefined) throw new InvalidArgumentError(`Expected numbers above 0, got ${wrong}.`);
  return values;
}

/** The two ends of LO:HI, any numbers in order. */
export function interval(text: string): [number, number] {
  const ends = text.split(":");
  if (ends.length !== 2) throw new InvalidArgumentError("Expected a range LO:HI.");
  const [lo, hi] = ends.map(number) as [number, number];
  if (!(hi > lo && Number.isFinite(hi - lo))) throw new InvalidArgumentError("A range LO:HI needs LO < HI.");
  return [lo, hi];
}

/** The two ends of LO:HI, both > 0. */
export function range(text: string): [number, number] {
  const [lo, hi] = interval(text);
  if (lo <= 0) throw new InvalidArgumentError("This range LO:HI needs 0 < LO < HI.");
  return [lo, hi];
}

/** As `list`, for whole numbers such as steps: a range is rounded, and what falls together counts once. */
export function wholeList(text: string): Float64Array {
  const values = list(text);
  return text.includes(":") ? Float64Array.from(new Set(values.map(Math.round))) : values;
}

function spaced(lo: number, hi: number, n: number): Float64Array {
  if (n < 2) throw new InvalidArgumentError("A range needs at least 2 points.");
  const { most, remedy } = LIMITS.points;
  if (n > most) throw new InvalidArgumentError(`A range has at most ${most} points, got ${n}: ${remedy}.`);
  const ratio = log(hi / lo);
  return Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? hi : lo * exp((ratio * i) / (n - 1))));
}

/** --noise, where every loss includes it. */
export function noiseOption(): Option {
  return new Option("--noise <σ²>", "variance of the label noise").argParser(number).default(0);
}

/** --sigma, which --noise has replaced. */
export function sigmaOption(): Option {
  return new Option("--sigma <σ>").hideHelp().argParser((text) => {
    const sigma = number(text);
    const square = sigma * sigma;
    throw new InvalidArgumentError(`Use --noise σ², the variance: --noise ${Number(square.toPrecision(12))}.`);
  });
}

/** --alpha and --beta: a power-law spectrum. */
export function withPowerLaw(command: Command): Command {
  return command
    .requiredOption("--alpha <α>", "data complexity, eigenvalues λ_j = j^−2α; > 0", number)
    .requiredOption("--beta <β>", "target complexity, b_j = j^−β", number);
}

export interface PowerLawValues {
  readonly alpha: number;
  readonly beta: number;
}

/** --alpha and --beta, or --spectrum: read by `spectrumOf`. */
export function withSpectrum(command: Command): Command {
  return command
    .addOption(
      new Option("--alpha <α>", "data complexity, eigenvalues λ_j = j^−2α; > 0")
        .argParser(number)
        .conflicts("spectrum"),
    )
    .addOption(new Option("--beta <β>", "target complexity, b_j = j^−β").argParser(number).conflicts("spectrum"))
    .option("--spectrum <file>", "a measured spectrum instead: a table with the columns eigenvalue and energy");
}

export interface SpectrumValues extends Partial<PowerLawValues> {
  readonly spectrum?: string;
}

/** --gamma, --step-fraction and --batch. */
export function withStep(command: Command): Command {
  return command
    .addOption(new Option("--gamma <γ>", "step of the summed gradient").argParser(number).conflicts("stepFraction"))
    .addOption(new Option("--step-fraction <c>", "γ·Tr D instead of γ; default 0.5").argParser(number))
    .option("--batch <B>", "samples a step", whole, 1);
}

export interface StepValues {
  readonly gamma?: number;
  readonly stepFraction?: number;
  readonly batch: number;
}

export interface Common {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly out?: readonly string[];
  readonly dark?: boolean;
  readonly quiet?: boolean;
}

/** --json, --csv, --out, --quiet, and --dark where the command draws. */
export function withCommon(command: Command, { figures = true } = {}): Command {
  const endings = figures ? ".svg, .png, .csv, .json or .parquet" : ".csv, .json or .parquet";
  command
    .option("--json", "print the result as JSON")
    .option("--csv", "print the result as CSV")
    .option("--out <file>", `write ${endings}, by ending; may be repeated`, (file: string, files: string[] = []) => [
      ...files,
      file,
    ])
    .option("--quiet", "print no progress and no table");
  return figures ? command.option("--dark", "draw light on dark") : command;
}

/** --threads. */
export function threadsOption(): Option {
  return new Option("--threads <n>", "worker threads; default one per processor").argParser((text) => {
    const n = whole(text);
    if (n < 1) throw new InvalidArgumentError("Expected 1 or more.");
    return n;
  });
}

/** --seed and --threads, for commands that draw random numbers. */
export function withRandom(command: Command): Command {
  return command.option("--seed <n>", "seed of every random number", whole, 1).addOption(threadsOption());
}
