// How compare and fit --law fit a law: what a misfit costs, which parameters are fixed, tied or of their own in groups, the weights.

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  byGroup,
  fixed,
  LAWS,
  type LawOptions,
  LOSSES,
  type LossFunction,
  type ScalingLaw,
  tiedTo,
} from "../fitting/laws/index.ts";
import type { Runs } from "../index.ts";
import { type ForecastingValues, openLaws } from "./forecasting.ts";
import { refusing } from "./open-table.ts";
import { number } from "./options.ts";

export interface LawValues extends ForecastingValues {
  readonly fix?: Record<string, number>;
  readonly tie?: Record<string, string>;
  readonly byGroup?: { readonly column: string; readonly names: readonly string[] };
  readonly weights?: string;
  readonly lossFunction?: (typeof LOSSES)[number];
  readonly delta?: number;
  readonly quantile?: number;
  readonly overestimatePenalty?: number;
  readonly residuals?: "log" | "linear";
}

export function withLawOptions(command: Command): Command {
  return command
    .option("--fix <values>", "parameters of laws held, as gamma=1,E=1.7", fix)
    .option("--tie <pairs>", "parameters made equal, as alpha=beta", tie)
    .option("--by-group <column:names>", "parameters of their own in each group, as dataset:E,A", grouped)
    .option("--weights <column>", "weight of each row in the fit")
    .addOption(
      new Option("--loss-function <name>", "what a misfit of a law costs; default huber, δ from the residuals").choices(
        LOSSES,
      ),
    )
    .option("--quantile <τ>", "share of the runs below the law, for --loss-function quantile; default 0.5", number)
    .option("--overestimate-penalty <c>", "what a law above a measurement costs, times one below", number)
    .addOption(
      new Option("--residuals <scale>", "of the logarithm, or as they are; default log").choices(["log", "linear"]),
    );
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;

function pairs(text: string, example: string): [string, string][] {
  const found = text.split(",").map((part) => new RegExp(`^\\s*(${NAME})\\s*=\\s*(\\S+)\\s*$`, "u").exec(part));
  if (found.some((match) => !match)) throw new InvalidArgumentError(`give ${example}, got "${text}".`);
  const made = found.map((match) => [match![1]!, match![2]!] as [string, string]);
  if (new Set(made.map(([name]) => name)).size < made.length)
    throw new InvalidArgumentError(`a parameter is named twice in "${text}".`);
  return made;
}

const fix = (text: string): Record<string, number> =>
  Object.fromEntries(pairs(text, "NAME=VALUE, as gamma=1").map(([name, value]) => [name, number(value)]));

const tie = (text: string): Record<string, string> => Object.fromEntries(pairs(text, "NAME=NAME, as alpha=beta"));

function grouped(text: string): { column: string; names: string[] } {
  const at = text.lastIndexOf(":");
  const names = text
    .slice(at + 1)
    .split(",")
    .map((name) => name.trim());
  if (at < 1 || names.some((name) => name === ""))
    throw new InvalidArgumentError(`give COLUMN:NAMES, as dataset:E,A, got "${text}".`);
  return { column: text.slice(0, at), names };
}

/** How a law is fitted, of what was given. */
export function lossOf(options: LawValues): LossFunction {
  const { lossFunction, delta, quantile, overestimatePenalty, residuals } = options;
  return {
    ...(lossFunction && { kind: lossFunction }),
    ...(delta !== undefined && { delta }),
    ...(quantile !== undefined && { quantile }),
    ...(overestimatePenalty !== undefined && { overestimatePenalty }),
    ...(residuals && { scale: residuals }),
  };
}

export interface Opened {
  readonly runs: Runs;
  /** Each law with the runs it takes: those of groups have columns of their own. */
  readonly laws: readonly { readonly law: ScalingLaw; readonly runs: Runs }[];
  readonly options: LawOptions;
  /** Whether laws and their fits are as the library has them. */
  readonly plain: boolean;
}

/** Reads the file and makes the laws as the options say. */
export async function openFitted(file: string, options: LawValues): Promise<Opened> {
  const { fix, tie, byGroup: group, weights } = options;
  const opened = await openLaws(file, options, {
    ...(weights !== undefined && { more: [weights] }),
    ...(group && { labels: [group.column] }),
  });
  const { runs } = opened;
  return refusing(file, () => {
    const column = weights === undefined ? undefined : (runs.more?.[weights] ?? runs[weights as "N"]);
    if (weights !== undefined && !(column instanceof Float64Array))
      throw new RangeError(`no column ${JSON.stringify(weights)} to weigh rows by`);
    if (column && !column.every(Number.isFinite))
      throw new RangeError(
        `column ${JSON.stringify(weights)} has no weight at row ${runs.row[column.findIndex((w) => !Number.isFinite(w))]}`,
      );
    if (column && !column.some((w) => w > 0)) throw new RangeError(`column ${JSON.stringify(weights)} is 0 everywhere`);
    // what only some of several laws have is changed in those
    const laws = opened.laws ?? LAWS;
    const named = [
      ...Object.keys(fix ?? {}),
      ...Object.keys(tie ?? {}),
      ...Object.values(tie ?? {}),
      ...(group?.names ?? []),
    ];
    for (const name of named)
      if (!laws.some(({ parameters }) => parameters.includes(name)))
        throw new RangeError(
          `no law has a parameter ${name}: ${laws.map((law) => `${law.name} has ${law.parameters.join(", ")}`).join("; ")}`,
        );
    const made = laws.map((law) => {
      const has = (name: string) => law.parameters.includes(name);
      const ties = Object.entries(tie ?? {}).filter(([one, other]) => has(one) && has(other));
      const one = ties.length > 0 ? tiedTo(law, Object.fromEntries(ties)) : law;
      const fixes = Object.entries(fix ?? {}).filter(([name]) => one.parameters.includes(name));
      const two = fixes.length > 0 ? fixed(one, Object.fromEntries(fixes)) : one;
      const own = (group?.names ?? []).filter((name) => two.parameters.includes(name));
      return own.length > 0 ? byGroup(two, runs, group!.column, own) : { law: two, runs };
    });
    const loss = lossOf(options);
    return {
      runs,
      laws: made,
      options: { ...loss, ...(column && { weights: column }) },
      plain: Object.keys(loss).length === 0 && !column && named.length === 0,
    };
  });
}
