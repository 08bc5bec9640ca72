// isoflop compare: laws of the loss side by side, on training runs and beyond them, and what each says of budgets.

import type { Command } from "commander";
import {
  bestAt,
  CUTS,
  fitLaw,
  forecaster,
  type Goodness,
  goodness,
  type HeldOut,
  heldOutBy,
  type LawFit,
} from "../fitting/laws/index.ts";
import type { Runs } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { brief, fixed, percent, readable } from "../numbers.ts";
import { withLaws } from "./forecasting.ts";
import { type LawValues, openFitted, withLawOptions } from "./law-options.ts";
import { refusing } from "./open-table.ts";
import { type Common, number, positives, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { table } from "./table.ts";

interface Options extends LawValues, Common {
  readonly budget?: Float64Array;
}

export const NAMES = { flops: "budget" };

export function define(command: Command): void {
  withCommon(
    withLawOptions(withLaws(command))
      .option("--delta <δ>", "Huber's δ on the residuals; default 1.345 times their spread", number)
      .option(
        "--budget <list>",
        "budgets in flops for the best N and its loss; default 1, 10 and 100 times the largest",
        positives,
      ),
  ).action(run);
}

/** A law, its fit, and what is told of it. */
interface Row extends Goodness {
  readonly fit: LawFit;
  readonly heldOut: readonly HeldOut[];
  /** Its weight in predict's stack; null where fits are not as predict has them. */
  readonly weight: number | null;
  readonly budgets: readonly ReturnType<typeof bestAt>[];
}

async function run(file: string, options: Options): Promise<void> {
  const write = await openOutput(options);
  const opened = await openFitted(file, options);
  const { runs } = opened;
  const most = runs.C.reduce((a, b) => Math.max(a, b), 0);
  const budgets = options.budget ?? Float64Array.of(most, 10 * most, 100 * most);
  const { rows, tested, warnings } = refusing(file, () => rowsOf(opened, budgets));
  const said = [
    ...runs.warnings,
    ...warnings,
    ...rows.flatMap(({ fit, open }) => open.map((what) => `${fit.law.name}: ${what}`)),
  ];
  const error = ({ heldOut }: Row, cut: number) => heldOut.find(({ beyond }) => beyond === cut)?.rms ?? null;
  await write({
    json: () => ({
      laws: rows.map((row) => ({
        name: row.fit.law.name,
        form: row.fit.law.form,
        source: row.fit.law.source,
        parameters: row.fit.parameters,
        objective: row.fit.objective,
        delta: row.fit.delta,
        rms: row.fit.rms,
        aicc: row.fit.aicc,
        converged: row.fit.converged,
        heldOut: Object.fromEntries(CUTS.map((cut) => [cut, error(row, cut)])),
        weight: row.weight,
        replicates: row.replicates,
        trends: row.trends,
        lacks: row.lacks,
        budgets: row.budgets.map((best, i) => ({
          flops: budgets[i],
          N: best?.N ?? null,
          D: best?.D ?? null,
          loss: best?.loss ?? null,
        })),
      })),
      tested,
      warnings: said,
    }),
    columns: () => ({
      law: rows.map(({ fit }) => fit.law.name),
      parameters: rows.map(({ fit }) => fit.law.parameters.length),
      rms: rows.map(({ fit }) => fit.rms),
      aicc: rows.map(({ fit }) => fit.aicc),
      ...Object.fromEntries(CUTS.map((cut) => [`heldOut${cut}`, rows.map((row) => error(row, cut) ?? Number.NaN)])),
      weight: rows.map(({ weight }) => weight ?? Number.NaN),
      ...Object.fromEntries(
        Array.from(budgets, (flops, i) => [
          [`N at ${brief(flops)}`, rows.map((row) => row.budgets[i]?.N ?? Number.NaN)],
          [`loss at ${brief(flops)}`, rows.map((row) => row.budgets[i]?.loss ?? Number.NaN)],
        ]).flat(),
      ),
    }),
    text: () => inWords(rows, budgets, said, error),
    figure: async () => figureOf(await import("../figures/index.ts"), rows, runs),
  });
}

function rowsOf(
  { runs, laws, options, plain }: Awaited<ReturnType<typeof openFitted>>,
  budgets: Float64Array,
): { rows: Row[]; tested: number; warnings: readonly string[] } {
  const tell = (fit: LawFit, on: Runs) => ({
    ...goodness(fit, on),
    fit,
    budgets: Array.from(budgets, (flops) => bestAt(fit, flops, runs.flopsPerToken)),
  });
  if (plain) {
    const made = forecaster(
      runs,
      laws.map(({ law }) => law),
    );
    const rows = made.laws.map((fit) => ({ ...tell(fit, runs), heldOut: fit.heldOut, weight: fit.weight }));
    return { rows, tested: made.tested, warnings: made.warnings };
  }
  const rows = laws.map(({ law, runs: on }) => {
    const fit = fitLaw(law, on, options);
    return { ...tell(fit, on), heldOut: heldOutBy(law, on, options, fit.p), weight: null };
  });
  rows.sort((a, b) => a.fit.aicc - b.fit.aicc);
  return {
    rows,
    tested: Math.max(1, ...rows.flatMap(({ heldOut }) => heldOut.map(({ beyond }) => beyond))),
    warnings: rows.flatMap(({ fit }) => (fit.converged ? [] : [`the fit of the law ${fit.law.name} did not converge`])),
  };
}

function inWords(
  rows: readonly Row[],
  budgets: Float64Array,
  warnings: readonly string[],
  error: (row: Row, cut: number) => number | null,
): string {
  const least = Math.min(...rows.map(({ fit }) => fit.aicc));
  const titles = rows.map(({ fit }) => fit.law.name);
  return [
    table([
      { title: "law", values: titles },
      { title: "parameters", values: rows.map(({ fit }) => fit.law.parameters.length), format: String },
      { title: "RMS", values: rows.map(({ fit }) => percent(fit.rms, 2)) },
      { title: "AICc above best", values: rows.map(({ fit }) => fixed(fit.aicc - least, 1)) },
      ...CUTS.map((cut) => ({
        title: `error at ${cut}×`,
        values: rows.map((row) => {
          const rms = error(row, cut);
          return rms === null ? "" : percent(rms, 2);
        }),
      })),
      ...(rows.every(({ weight }) => weight !== null)
        ? [{ title: "weight", values: rows.map(({ weight }) => fixed(weight!, 2)) }]
        : []),
    ]),
    ...(rows.some(({ budgets: best }) => best.some((at) => at !== undefined)) ? ["", bests(rows, budgets)] : []),
    "",
    ...rows.map(({ fit: { law, parameters } }) => {
      const told = Object.entries(parameters).map(([name, value]) => `${name} ${readable(value, 4)}`);
      return `${law.name}: ${law.target === "loss" ? "L" : law.target} = ${law.form}; ${told.join(", ")}`;
    }),
    ...rows.flatMap(({ fit, lacks }) => lacks.map((what) => `${fit.law.name}: ${what}`)),
    ...warnings.map((warning) => `warning: ${warning}`),
  ].join("\n");
}

/** The best size and its loss by each law, at every budget. */
const bests = (rows: readonly Row[], budgets: Float64Array): string =>
  table([
    { title: "best at C", values: rows.map(({ fit }) => fit.law.name) },
    ...Array.from(budgets, (flops, i) => ({
      title: `${brief(flops, 3)}: N*, L`,
      values: rows.map(({ budgets: best }) => {
        const at = best[i];
        return at ? `${brief(at.N, 3)}, ${fixed(at.loss, 4)}` : "";
      }),
    })),
  ]);

/** Loss over compute at each law's best size, beside the runs; and the residuals of each. */
function figureOf({ curvesFigure }: typeof import("../figures/index.ts"), rows: readonly Row[], runs: Runs) {
  const [low, high] = runs.C.reduce(([a, b], C) => [Math.min(a, C), Math.max(b, C)], [Infinity, 0]);
  const C = Array.from({ length: 60 }, (_, i) => low * pow(100 * (high / low), i / 59));
  const curves = rows.flatMap(({ fit }, category) => {
    const best = C.map((flops) => bestAt(fit, flops, runs.flopsPerToken));
    return best.every((at) => at === undefined) ? [] : [{ label: fit.law.name, category, best }];
  });
  return curvesFigure({
    id: "compare",
    title: "Laws of the loss on one table of runs",
    setting: rows.map(({ fit }) => `${fit.law.name} ${percent(fit.rms, 2)}`).join(", "),
    caption:
      "The least loss at each compute by each law, up to 100 times the largest, with the runs; and each law's residuals.",
    panels: [
      {
        title: "Loss at the best size",
        x: { label: "compute C", log: true },
        y: { label: "loss", log: true },
        series: [
          { label: "runs", x: runs.C, y: runs.loss, mark: "dot" as const, role: "muted" as const },
          ...curves.map(({ label, category, best }) => ({
            label,
            category,
            x: C,
            y: best.map((at) => at?.loss ?? Number.NaN),
          })),
        ],
      },
      {
        title: "Best size",
        x: { label: "compute C", log: true },
        y: { label: "parameters N*", log: true },
        series: curves.map(({ label, category, best }) => ({
          label,
          category,
          x: C,
          y: best.map((at) => at?.N ?? Number.NaN),
        })),
      },
      {
        title: "Off by",
        x: { label: "compute C", log: true },
        y: { label: "log of law over run, %" },
        // the best on top
        series: rows
          .map(({ fit }, category) => ({
            label: fit.law.name,
            category,
            x: runs.C,
            y: Array.from(fit.residuals, (r) => 100 * r),
            mark: "dot" as const,
          }))
          .reverse(),
      },
    ],
  });
}
