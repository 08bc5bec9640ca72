// isoflop predict: the loss of models not yet trained, with an interval that several laws share.

import type { Command } from "commander";
import { forecaster } from "../fitting/laws/index.ts";
import { brief, fixed, readable } from "../numbers.ts";
import { Usage } from "./errors.ts";
import { type ForecastingValues, withLaws } from "./forecasting.ts";
import { refusing } from "./open-table.ts";
import { type Common, list, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { openRuns } from "./runs.ts";
import { table } from "./table.ts";

interface Options extends ForecastingValues, Common {
  readonly N?: Float64Array;
  readonly D?: Float64Array;
}

export function define(command: Command): void {
  withCommon(
    withLaws(command)
      .option("--N <list>", "parameters of the models, as 7B,70B", list)
      .option("--D <list>", "tokens of each, as 1.4T,1.4T; one N or one D serves all", list),
    { figures: false },
  ).action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const { N, D } = options;
  if (!N || !D) throw new Usage("give --N and --D, the parameters and tokens of the models");
  const count = Math.max(N.length, D.length);
  if ([N, D].some(({ length }) => length !== 1 && length !== count))
    throw new Usage(`--N and --D must be as many, or one of them a single value; got ${N.length} and ${D.length}`);
  const write = await openOutput(options);
  const runs = await openRuns(file, options);
  const { points, tested, warnings, laws } = refusing(file, () => {
    const made = forecaster(runs, options.laws);
    const at = (values: Float64Array, i: number) => values[values.length === 1 ? 0 : i]!;
    return { ...made, points: Array.from({ length: count }, (_, i) => made.at(at(N, i), at(D, i))) };
  });
  const farthest = points.reduce((most, { beyond }) => Math.max(most, beyond), 0);
  const said = [...runs.warnings, ...warnings];
  if (farthest > tested * 1.01)
    said.push(
      tested > 1
        ? `the laws were tested up to ${tested}× the compute of the runs they saw, you ask for ${brief(farthest, 2)}×: intervals are widened in proportion to the decades`
        : `no law was tested beyond its runs, you ask for ${brief(farthest, 2)}× their compute`,
    );
  await write({
    json: () => ({
      points,
      laws: laws.map(({ law, weight }) => ({ name: law.name, weight })),
      tested,
      warnings: said,
    }),
    columns: () =>
      Object.fromEntries(
        (["N", "D", "C", "loss", "low", "high", "beyond"] as const).map((name) => [name, points.map((p) => p[name])]),
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
        ]),
        "",
        `by ${laws.map(({ law, weight }) => `${law.name} ${fixed(weight, 2)}`).join(", ")}`,
        ...said.map((warning) => `warning: ${warning}`),
      ].join("\n"),
  });
}
