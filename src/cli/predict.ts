// isoflop predict: the loss of models not yet trained, with an interval that several laws share.

import { type Command, Option } from "commander";
import { forecaster, type ScalingLaw } from "../fitting/laws/index.ts";
import { type ModelPoints, pointsFromTable } from "../index.ts";
import { brief, fixed, readable } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { type ForecastingValues, openLaws, reach, refuseChoices, withLaws } from "./forecasting.ts";
import { openLaw, openTable, refusing, TABLE_FILE } from "./open-table.ts";
import { type Common, positives, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { table } from "./table.ts";

interface Options extends ForecastingValues, Common {
  readonly N?: Float64Array;
  readonly D?: Float64Array;
  readonly at?: string;
}

export function define(command: Command): void {
  withCommon(
    withLaws(command)
      .option("--N <list>", "parameters of the models, as 7B,70B", positives)
      .option("--D <list>", "tokens of each, as 1.4T,1.4T; one N or one D serves all", positives)
      .addOption(
        new Option("--at <file>", `models in a table, any two of N, D, C: ${TABLE_FILE}`).conflicts(["N", "D"]),
      ),
    { figures: false },
  ).action(run);
}

/** Where to foretell: of --at, or --N and --D; with what else the laws take. */
async function pointsOf(
  { at, N, D, flopsPerToken }: Options,
  laws: readonly ScalingLaw[] | undefined,
): Promise<ModelPoints> {
  const inputs = (laws ?? []).flatMap((law) => law.inputs.map((input) => ({ law, ...input })));
  const needed = inputs.filter(({ name }) => !["N", "D", "C"].includes(name));
  if (at !== undefined) {
    const table = await openTable(at);
    const more = needed.flatMap(({ name, columns }) => columns ?? [name]);
    const points = refusing(at, () =>
      pointsFromTable(table, { more, ...(flopsPerToken !== undefined && { flopsPerToken }) }),
    );
    const missing = needed.find(({ name, columns }) => !(columns ?? [name]).some((column) => points.more?.[column]));
    if (missing)
      throw new Usage(
        `${at}: the law ${missing.law.name} takes ${(missing.columns ?? [missing.name])[0]}: add that column`,
      );
    return points;
  }
  if (needed.length > 0)
    throw new Usage(
      `the law ${needed[0]!.law.name} takes ${(needed[0]!.columns ?? [needed[0]!.name])[0]} beside N and D: give --at, a table with that column`,
    );
  if (!N || !D)
    throw new Usage("give --N and --D, the parameters and tokens of the models, or --at with a table of them");
  const count = Math.max(N.length, D.length);
  if ([N, D].some(({ length }) => length !== 1 && length !== count))
    throw new Usage(`--N and --D must be as many, or one of them a single value; got ${N.length} and ${D.length}`);
  const all = (values: Float64Array) => (values.length === count ? values : new Float64Array(count).fill(values[0]!));
  return { N: all(N), D: all(D), warnings: [] };
}

async function run(file: string, options: Options): Promise<void> {
  const write = await openOutput(options);
  if (file === "-" && options.at === "-") throw new Usage("the runs and --at cannot both be stdin: give one as a file");
  const known = openLaw(file);
  if (known) refuseChoices(options);
  const { runs, laws: chosen } = known ? { runs: known.runs, laws: undefined } : await openLaws(file, options);
  const asked = await pointsOf(options, known ? known.forecaster?.laws.map(({ law }) => law) : chosen);
  const { points, tested, warnings, laws } = refusing(file, () => {
    const made = known ? known.forecaster : forecaster(runs, chosen);
    if (!made)
      throw new RangeError(
        "this fit holds no forecasts, for too few rows or its loss function: give the table of runs",
      );
    return { ...made, points: made.all(asked) };
  });
  const farthest = points.reduce((most, { beyond }) => Math.max(most, beyond), 0);
  const said = [...runs.warnings, ...asked.warnings, ...warnings, ...reach(farthest, { tested })];
  await write({
    json: () => ({
      points,
      laws: laws.map(({ law, weight }) => ({ name: law.name, weight })),
      tested,
      warnings: said,
    }),
    columns: () =>
      Object.fromEntries(
        (["N", "D", "C", "loss", "low", "high", "beyond", "beyondN", "beyondRatio"] as const).map((name) => [
          name,
          points.map((p) => p[name]),
        ]),
      ),
    text: () =>
      [
        table([
          { title: "N", values: points.map((p) => brief(p.N, 3)) },
          { title: "D", values: points.map((p) => brief(p.D, 3)) },
          { title: "C", values: points.map((p) => brief(p.C, 3)) },
          { title: "loss", values: points.map((p) => readable(p.loss, 5)) },
          { title: "95 %", values: points.map((p) => `${readable(p.low)} … ${readable(p.high)}`) },
          { title: "of the largest C", values: points.map((p) => `${brief(p.beyond, 2)}×`) },
          ...(["beyondN", "beyondRatio"] as const).flatMap((name) =>
            points.some((p) => p[name] > 1.005)
              ? [
                  {
                    title: `outside in ${name === "beyondN" ? "N" : "D/N"}`,
                    values: points.map((p) => (p[name] > 1.005 ? `${brief(p[name], 2)}×` : "")),
                  },
                ]
              : [],
          ),
        ]),
        "",
        `by ${laws.map(({ law, weight }) => `${law.name} ${fixed(weight, 2)}`).join(", ")}`,
        ...said.map((warning) => `warning: ${warning}`),
      ].join("\n"),
  });
}
