// isoflop batch: steps against samples to reach a loss, and the critical batch.

import type { Command } from "commander";
import { batchTradeoff, sourceCapacity } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { brief, scripted, withError } from "../numbers.ts";
import { interruption } from "./interrupt.ts";
import { type Common, noiseOption, number, positives, wholeList, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { bold, table } from "./table.ts";

interface Options extends Common {
  readonly a: number;
  readonly b: number;
  readonly loss?: Float64Array;
  readonly batch?: Float64Array;
  readonly N: number;
  readonly noise: number;
  readonly eta?: number;
}

export const NAMES = { losses: "loss", batches: "batch" };

export function define(command: Command): void {
  withCommon(
    command
      .requiredOption("--a <a>", "the target's exponent, c_k = k^−a; > 1", number)
      .requiredOption("--b <b>", "the spectrum's exponent, λ_k = k^−b; > 1", number)
      .option(
        "--loss <list>",
        "test losses to come down to, σ² included; default 0.3 … 0.01 of what can be learned",
        positives,
      )
      .option("--batch <list>", "samples a step; default 1,4,16 … 4096", wholeList)
      .option("--N <N>", "features (parameters), or inf", number, Infinity)
      .addOption(noiseOption())
      .option(
        "--eta <η>",
        "step on the mean gradient, of every batch; default the best of each batch and loss",
        number,
      ),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { a, b, loss, batch, N, noise, eta } = options;
  const write = await openOutput(options);
  const bar = progress("batches", options);
  const found = batchTradeoff({
    spectrum: sourceCapacity({ a, b }),
    ...(loss && { losses: loss }),
    ...(batch && { batches: batch }),
    N,
    noise,
    ...(eta === undefined ? {} : { eta }),
    signal: interruption(),
    onProgress: (done, of) => bar.update(done / of),
  });
  bar.done();
  const setting = [
    `a = ${a}, b = ${b}`,
    `N = ${brief(N)}`,
    ...(noise > 0 ? [`σ² = ${noise}`] : []),
    eta === undefined ? "η tuned" : `η = ${eta}`,
  ].join(", ");
  const { losses, batches, steps, samples, leastSteps, leastSamples, critical, fit } = found;
  const long = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);
  await write({
    json: () => found,
    columns: () => ({
      loss: steps.flatMap((row, i) => [...row].map(() => losses[i]!)),
      batch: steps.flatMap(() => [...batches]),
      steps: long(steps),
      samples: long(samples),
      eta: long(found.eta),
    }),
    text: () =>
      [
        bold(`Steps against samples of one-pass SGD at ${setting}`),
        "",
        table([
          { title: "loss L", values: losses, digits: 4 },
          { title: "S_min", values: leastSteps, digits: 4 },
          { title: "E_min", values: leastSamples, digits: 4 },
          { title: "critical B", values: critical, digits: 3 },
          ...Array.from(batches, (B, j) => ({
            title: `steps, B = ${brief(B)}`,
            values: steps.map((row) => row[j]!),
            digits: 3,
          })),
        ]),
        "",
        "  S_min: steps of ever so large batches; E_min: samples of the batch that needs fewest; critical B = E_min/S_min",
        ...(fit
          ? [
              `  S_min ∝ (L − L_∞)^${withError(fit.steps.exponent)}, E_min ∝ ^${withError(fit.samples.exponent)}, critical B ∝ ^${withError(fit.critical.exponent)}`,
            ]
          : []),
      ].join("\n"),
    figure: async () => {
      const { curvesFigure } = await import("../figures/index.ts");
      const shade = (i: number) => (losses.length > 1 ? i / (losses.length - 1) : 0.5);
      return curvesFigure({
        id: "batch",
        title: "Steps against samples to reach a loss",
        setting: setting.replace("σ²", "σ^{2}"),
        caption:
          "Left: the steps and samples of each batch size to each loss; right: the steps over the batch, in units of the fewest, with the critical batch at 1.",
        panels: [
          {
            x: { label: "samples B·S", log: true },
            y: { label: "steps S", log: true },
            series: steps.map((row, i) => ({
              label: `L = ${scripted(losses[i]!)}`,
              x: samples[i]!,
              y: row,
              shade: shade(i),
            })),
          },
          {
            x: { label: "batch over the critical one", log: true },
            y: { label: "steps over the fewest, S/S_{min}", log: true },
            series: [
              ...steps.map((row, i) => ({
                label: `L = ${scripted(losses[i]!)}`,
                x: batches.map((B) => B / critical[i]!),
                y: row.map((S) => S / leastSteps[i]!),
                shade: shade(i),
              })),
              {
                label: "1 + B_{c}/B",
                x: HYPERBOLA,
                y: HYPERBOLA.map((x) => 1 + 1 / x),
                mark: "dashed" as const,
                role: "muted" as const,
              },
            ],
          },
        ],
      });
    },
  });
}

/** B/B_c of the law drawn beside. */
const HYPERBOLA = Float64Array.from({ length: 41 }, (_, i) => pow(10, -2 + i / 10));
