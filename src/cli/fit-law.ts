// isoflop fit --law: one law of any form, its parameters with intervals, and how well it holds.

import { bestAt, fitLaw, goodness, type Resampled, resampled, savedStack, writtenLaw } from "../fitting/laws/index.ts";
import { brief, fixed, percent, readable } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { stackedOn } from "./forecasting.ts";
import { type LawValues, openFitted } from "./law-options.ts";
import { refusing } from "./open-table.ts";
import type { Common } from "./options.ts";
import { openOutput } from "./output.ts";
import { bold, table } from "./table.ts";

export interface FitLawValues extends LawValues, Common {
  readonly bootstrap: number;
  readonly by: "auto" | "case" | "run";
  readonly seed: number;
  readonly budget?: Float64Array;
}

export async function fitOneLaw(file: string, options: FitLawValues): Promise<void> {
  if (options.law!.length > 1) throw new Usage("give one --law to fit; compare takes several");
  const write = await openOutput(options, false);
  const { runs: read, laws, options: how } = await openFitted(file, options);
  const { law, runs } = laws[0]!;
  const { fit, good, intervals } = refusing(file, () => {
    const fit = fitLaw(law, runs, how);
    const { bootstrap: draws, by, seed } = options;
    const intervals: Resampled | null = draws > 0 ? resampled(fit, runs, how, { draws, by, seed }) : null;
    return { fit, intervals, good: goodness(fit, runs) };
  });
  const budgets = Array.from(options.budget ?? [], (flops) => ({
    flops,
    best: bestAt(fit, flops, runs.flopsPerToken) ?? null,
  }));
  const kept = (options.out ?? []).some((name) => name.toLowerCase().endsWith(".json"));
  // forecasts are made from fits with Huber's loss and equal weights
  const plainly = Object.keys(how).length === 0 && law.target === "loss";
  const stacked = kept && plainly ? stackedOn(runs, options.seed, [law]) : null;
  const warnings = [
    ...read.warnings,
    ...good.open,
    ...good.lacks,
    ...(kept && !stacked
      ? [
          "the file holds no forecasts for predict: they take a law of the loss, Huber's δ from the residuals, equal weights, and rows enough",
        ]
      : []),
  ];
  const { parameters } = fit;
  const names = Object.keys(parameters);
  const huber = Number.isFinite(fit.delta) && (how.kind ?? "huber") === "huber";
  await write({
    json: (file) => ({
      ...(file && {
        ...savedStack(runs, stacked, fit.residuals),
        fitted: writtenLaw(law),
        draws: intervals && Object.fromEntries(names.map((name, j) => [name, intervals.all.map((drawn) => drawn[j]!)])),
      }),
      ...{ law: law.name, form: law.form, source: law.source, target: law.target, parameters },
      units: Object.fromEntries(law.inputs.map(({ name, unit }) => [name, unit])),
      objective: fit.objective,
      lossFunction: {
        ...how,
        weights: options.weights ?? null,
        kind: how.kind ?? "huber",
        delta: huber ? fit.delta : null,
      },
      ...{ rms: fit.rms, aicc: fit.aicc, converged: fit.converged },
      ci: intervals?.ci ?? null,
      bootstrap: intervals && { draws: intervals.draws, by: intervals.by, seed: options.seed },
      ...{ replicates: good.replicates, trends: good.trends },
      budgets: budgets.map(({ flops, best }) => ({
        flops,
        N: best?.N ?? null,
        D: best?.D ?? null,
        loss: best?.loss ?? null,
      })),
      warnings,
    }),
    columns: () => ({
      parameter: names,
      value: names.map((name) => parameters[name]!),
      low: names.map((name) => intervals?.ci[name]?.[0] ?? Number.NaN),
      high: names.map((name) => intervals?.ci[name]?.[1] ?? Number.NaN),
    }),
    text: () =>
      [
        bold(`${law.target === "loss" ? "L" : law.target} = ${law.form}`),
        "",
        table([
          { title: "", values: names },
          { title: "fit", values: names.map((name) => readable(parameters[name]!)) },
          ...(intervals
            ? [
                {
                  title: "95 %, bootstrap",
                  values: names.map((name) => intervals.ci[name]!.map((end) => readable(end)).join(" … ")),
                },
              ]
            : []),
        ]),
        `  ${runs.n} rows; RMS ${percent(fit.rms, 2)}; AICc ${fixed(fit.aicc, 1)}; objective ${fit.objective.toPrecision(6)}${huber ? ` (sum of Huber, δ = ${brief(fit.delta, 3)})` : ""}`,
        ...(intervals ? [`  ${intervals.draws} bootstrap draws by ${intervals.by}, seed ${options.seed}`] : []),
        ...(budgets.some(({ best }) => best)
          ? [
              "",
              table([
                { title: "budget C", values: budgets.map(({ flops }) => brief(flops)) },
                { title: "best N*", values: budgets.map(({ best }) => (best ? brief(best.N, 4) : "")) },
                { title: "best D*", values: budgets.map(({ best }) => (best ? brief(best.D, 4) : "")) },
                { title: "loss", values: budgets.map(({ best }) => (best ? fixed(best.loss, 4) : "")) },
              ]),
            ]
          : []),
        ...(warnings.length > 0 ? ["", ...warnings.map((warning) => `  warning: ${warning}`)] : []),
      ].join("\n"),
  });
  if (!fit.converged) throw new Failure(`the fit of the law ${law.name} did not converge`);
}
