// isoflop compare: laws of the loss side by side, on training runs and beyond them.

import type { Command } from "commander";
import { CUTS, forecaster, type Stacked } from "../fitting/laws/index.ts";
import { fixed, percent, readable } from "../numbers.ts";
import { type ForecastingValues, openLaws, withLaws } from "./forecasting.ts";
import { refusing } from "./open-table.ts";
import { type Common, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { table } from "./table.ts";

export function define(command: Command): void {
  withCommon(withLaws(command), { figures: false }).action(run);
}

async function run(file: string, options: ForecastingValues & Common): Promise<void> {
  const write = await openOutput(options);
  const { runs, laws: chosen } = await openLaws(file, options);
  const { laws, tested, warnings } = refusing(file, () => forecaster(runs, chosen));
  const error = ({ heldOut }: Stacked, cut: number) => heldOut.find(({ beyond }) => beyond === cut)?.rms ?? null;
  await write({
    json: () => ({
      laws: laws.map((fit) => ({
        name: fit.law.name,
        form: fit.law.form,
        source: fit.law.source,
        parameters: fit.parameters,
        objective: fit.objective,
        delta: fit.delta,
        rms: fit.rms,
        aicc: fit.aicc,
        converged: fit.converged,
        heldOut: Object.fromEntries(CUTS.map((cut) => [cut, error(fit, cut)])),
        weight: fit.weight,
      })),
      tested,
      warnings: [...runs.warnings, ...warnings],
    }),
    columns: () => ({
      law: laws.map(({ law }) => law.name),
      rms: laws.map(({ rms }) => rms),
      aicc: laws.map(({ aicc }) => aicc),
      ...Object.fromEntries(CUTS.map((cut) => [`heldOut${cut}`, laws.map((fit) => error(fit, cut) ?? Number.NaN)])),
      weight: laws.map(({ weight }) => weight),
    }),
    text: () => {
      const least = Math.min(...laws.map(({ aicc }) => aicc));
      const beyond = CUTS.map((cut) => ({
        title: `error at ${cut}×`,
        values: laws.map((fit) => error(fit, cut)),
        format: (rms: number | null) => (rms === null ? "" : percent(rms, 2)),
      }));
      return [
        table([
          { title: "law", values: laws.map(({ law }) => law.name) },
          { title: "RMS", values: laws.map(({ rms }) => percent(rms, 2)) },
          { title: "AICc above best", values: laws.map(({ aicc }) => fixed(aicc - least, 1)) },
          ...beyond.map(({ title, values, format }) => ({ title, values: values.map(format) })),
          { title: "weight", values: laws.map(({ weight }) => fixed(weight, 2)) },
        ]),
        "",
        ...laws.map(({ law, parameters }) => {
          const told = Object.entries(parameters).map(([name, value]) => `${name} ${readable(value, 4)}`);
          return `${law.name}: L = ${law.form}; ${told.join(", ")}`;
        }),
        ...[...runs.warnings, ...warnings].map((warning) => `warning: ${warning}`),
      ].join("\n");
    },
  });
}
