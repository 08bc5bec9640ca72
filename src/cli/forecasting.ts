// What compare and predict share: FILE, the laws to be taken, by name or as formulas, and the columns of the runs that they need.

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type Forecaster,
  forecaster,
  LAWS,
  lawFrom,
  lawNamed,
  missingInput,
  namesIn,
  parseFormula,
  REGISTRY,
  type ScalingLaw,
} from "../fitting/laws/index.ts";
import type { Runs } from "../index.ts";
import { brief } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { refusing } from "./open-table.ts";
import { refused } from "./options.ts";
import { openRuns, type RunsSource, withSource } from "./runs.ts";

export interface ForecastingValues extends RunsSource {
  readonly laws?: readonly ScalingLaw[] | "all";
  /** Names and formulas, as they were given. */
  readonly law?: readonly string[];
}

/** --law, for the commands that take formulas. */
export const lawOption = (): Option =>
  new Option(
    "--law <formula>",
    'a law of your own, as "loss = E + (A/N^a + B/D^b)^g", of columns and parameters, or a name; may be repeated',
  ).argParser(law);

export function withLaws(command: Command): Command {
  return withSource(command)
    .option(
      "--laws <names>",
      `of ${REGISTRY.map(({ name }) => name).join(", ")}; or all that the table has columns for; default the first four`,
      laws,
    )
    .addOption(lawOption());
}

function laws(text: string): ScalingLaw[] | "all" {
  if (text.trim() === "all") return "all";
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size < names.length) throw new InvalidArgumentError(`a law is named twice in "${text}".`);
  return refused(() => names.map(lawNamed));
}

/** Laws of learning rates, which fit alone takes. */
const OF_RATES = ["lr-batch", "multi-power-law"];

/** A word is a law's name. */
const isName = (text: string): boolean => /^[\w-]+$/.test(text.trim());

function law(text: string, before: readonly string[] | undefined): string[] {
  if (!OF_RATES.includes(text.trim())) refused(() => (isName(text) ? lawNamed(text.trim()) : parseFormula(text)));
  return [...(before ?? []), text];
}

/**
 * Reads the file with every column that the laws name.
 * @param also - further columns, of numbers and of text
 */
export async function openLaws(
  file: string,
  options: ForecastingValues,
  also: { readonly more?: readonly string[]; readonly labels?: readonly string[] } = {},
): Promise<{ runs: Runs; laws?: ScalingLaw[] }> {
  const rates = options.law?.find((name) => OF_RATES.includes(name.trim()));
  if (rates !== undefined) throw new Usage(`--law ${rates.trim()} is for fit: it gives no loss by N and D`);
  const formulas = (options.law ?? []).filter((text) => !isName(text));
  const all = options.laws === "all";
  const named = [
    ...(options.laws === "all" ? REGISTRY : (options.laws ?? [])),
    ...(options.law ?? []).filter(isName).map((name) => lawNamed(name.trim())),
  ];
  const some = named.length + formulas.length > 0;
  const wanted = [
    ...(some ? named : LAWS).flatMap(({ inputs, targetColumns }) => [
      ...(targetColumns ?? []),
      ...inputs.flatMap(({ columns }) => columns ?? []),
    ]),
    ...formulas.flatMap((text) => {
      const { tree, target } = parseFormula(text);
      return [...namesIn(tree), ...(target === undefined ? [] : [target])];
    }),
  ];
  const runs = await openRuns(file, options, [...new Set([...wanted, ...(also.more ?? [])])], also.labels);
  if (!some) return { runs };
  const columns = Object.keys(runs.more ?? {});
  // all: of the loss, with their columns, and with rows enough
  const takes = (law: ScalingLaw) =>
    law.target === "loss" && missingInput(runs, law) === undefined && runs.n >= law.parameters.length + 3;
  const kept = all ? [...new Set(named)].filter(takes) : named;
  return { runs, laws: refusing(file, () => [...kept, ...formulas.map((text) => lawFrom(text, columns))]) };
}

/** Laws stacked on runs, all by default; null where there are too few rows for any. */
export function stackedOn(runs: Runs, seed: number, laws?: readonly ScalingLaw[]): Forecaster | null {
  try {
    return forecaster(runs, laws, { seed });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export const largest = (runs: Runs): number => runs.C.reduce((most, C) => Math.max(most, C), 0);

/** What is said where more is asked than laws were tried on: `beyond` times the largest compute. */
export function reach(beyond: number, stacked: Pick<Forecaster, "tested"> | null): string[] {
  const tested = stacked?.tested ?? 1;
  if (!(beyond > 1.01 * tested)) return [];
  return [
    tested > 1
      ? `the laws were tested up to ${tested}× the compute of the runs they saw, you ask for ${brief(beyond, 2)}×: intervals are widened in proportion to the decades`
      : `no law was tested beyond its runs, you ask for ${brief(beyond, 2)}× their compute`,
  ];
}

/** Which rows, and which laws, was chosen when a law file was made. */
export function refuseChoices(options: ForecastingValues): void {
  const chosen = (["columns", "units", "bestOf", "where", "flopsPerToken", "window", "laws", "law"] as const).find(
    (name) => options[name] !== undefined,
  );
  const name = chosen ?? (options.dropHighestLoss > 0 ? "dropHighestLoss" : undefined);
  if (name === undefined) return;
  const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Usage(`--${option} is for a table of runs: the fit in this file has its rows, and its laws, already`);
}
