// What compare and predict share: FILE, the laws to be taken, by name or as formulas, and the columns of the runs that they need.

import { type Command, InvalidArgumentError } from "commander";
import { LAWS, lawFrom, lawNamed, namesIn, parseFormula, type ScalingLaw } from "../fitting/laws/index.ts";
import type { Runs } from "../index.ts";
import { refusing } from "./open-table.ts";
import { refused } from "./options.ts";
import { openRuns, type RunsSource, withSource } from "./runs.ts";

export interface ForecastingValues extends RunsSource {
  readonly laws?: readonly ScalingLaw[];
  /** Names and formulas, as they were given. */
  readonly law?: readonly string[];
}

export function withLaws(command: Command): Command {
  return withSource(command)
    .option("--laws <names>", `of ${LAWS.map(({ name }) => name).join(", ")}; default all that the table serves`, laws)
    .option(
      "--law <formula>",
      'a law of your own, as "loss = E + (A/N^a + B/D^b)^g", of columns and parameters, or a name; may be repeated',
      law,
    );
}

function laws(text: string): ScalingLaw[] {
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size < names.length) throw new InvalidArgumentError(`a law is named twice in "${text}".`);
  return refused(() => names.map(lawNamed));
}

/** A word is a law's name. */
const isName = (text: string): boolean => /^[\w-]+$/.test(text.trim());

function law(text: string, before: readonly string[] = []): string[] {
  refused(() => (isName(text) ? lawNamed(text.trim()) : parseFormula(text)));
  return [...before, text];
}

/** Reads the file with every column that the laws name. */
export async function openLaws(file: string, options: ForecastingValues): Promise<{ runs: Runs; laws?: ScalingLaw[] }> {
  const formulas = (options.law ?? []).filter((text) => !isName(text));
  const named = [...(options.laws ?? []), ...(options.law ?? []).filter(isName).map((name) => lawNamed(name.trim()))];
  const some = named.length + formulas.length > 0;
  const wanted = [
    ...(some ? named : LAWS).flatMap(({ inputs }) => inputs.flatMap(({ columns }) => columns ?? [])),
    ...formulas.flatMap((text) => {
      const { tree, target } = parseFormula(text);
      return [...namesIn(tree), ...(target === undefined ? [] : [target])];
    }),
  ];
  const runs = await openRuns(file, options, [...new Set(wanted)]);
  if (!some) return { runs };
  const columns = Object.keys(runs.more ?? {});
  return { runs, laws: refusing(file, () => [...named, ...formulas.map((text) => lawFrom(text, columns))]) };
}
