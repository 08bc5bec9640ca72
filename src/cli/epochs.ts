// isoflop epochs: what samples seen again are worth, in fresh ones.

import type { Command } from "commander";
import { reuse, sourceCapacity } from "../index.ts";
import { brief, readable, scripted, withError } from "../numbers.ts";
import { Usage } from "./errors.ts";
import type { EpochsOptions } from "./few-samples.ts";
import { interruption } from "./interrupt.ts";
import { noiseOption, number, positives, sigmaOption, threadsOption, whole, withCommon } from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { bold, table } from "./table.ts";

interface Options extends EpochsOptions {
  readonly epochs: Float64Array;
  readonly N: number;
  readonly compute?: Float64Array;
  readonly plane?: boolean;
}

export function define(command: Command): void {
  withCommon(
    command
      .requiredOption("--a <a>", "the target's exponent, c_k = k^−a; > 1", number)
      .requiredOption("--b <b>", "the spectrum's exponent, λ_k = k^−b; > 1", number)
      .requiredOption("--unique <list>", "distinct samples U, as 1e3,1e4 or LO:HI[:N]", positives)
      .option("--epochs <list>", "passes over them", positives, Float64Array.of(1, 2, 4, 8, 16, 32, 64))
      .option("--N <N>", "features (parameters), or inf", number, Infinity)
      .addOption(noiseOption())
      .addOption(sigmaOption())
      .option(
        "--eta <η>",
        "step on the mean gradient; default half of the largest stable one at the fewest samples",
        number,
      )
      .option("--batch <B>", "samples a step, drawn with replacement", whole, 1)
      .option("--compute <list>", "instead: the best N, steps and epochs at these budgets C = N·B·t", positives)
      .option("--min-N <N>", "fewest features tried with --compute", number, 10)
      .option("--plane", "with --compute: what helps more all over the plane of C and U, with exponents")
      .addOption(threadsOption()),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  if (options.compute) {
    if (options.N !== Infinity) throw new Usage("--N does not go with --compute, which looks for the best N");
    if (options.plane) return (await import("./epochs-plane.ts")).epochsPlaneOf(options, options.compute);
    return (await import("./epochs-optimal.ts")).optimum(options, options.compute);
  }
  if (options.plane) throw new Usage("--plane takes --compute, the budgets of its columns");
  const { a, b, unique, epochs, N, noise, eta, batch } = options;
  const write = await openOutput(options);
  const bar = progress("samples", options);
  const found = reuse({
    spectrum: sourceCapacity({ a, b }),
    unique,
    epochs,
    N,
    noise,
    batch,
    ...(eta === undefined ? {} : { eta }),
    signal: interruption(),
    onProgress: (done, of) => bar.update(done / of),
  });
  bar.done();
  const setting = [
    `a = ${a}, b = ${b}`,
    `N = ${brief(N)}`,
    ...(noise > 0 ? [`σ² = ${noise}`] : []),
    `η = ${brief(found.eta)}, B = ${batch}`,
  ].join(", ");
  const columns = () => ({
    unique: found.reuse.flatMap((row, i) => [...row].map(() => unique[i]!)),
    epochs: found.reuse.flatMap(() => [...epochs]),
    loss: found.loss.flatMap((row) => [...row]),
    reuse: found.reuse.flatMap((row) => [...row]),
  });
  const { plateau, halfLife } = found.fit;
  await write({
    json: () => found,
    columns,
    text: () =>
      [
        bold(`Worth of samples seen again at ${setting}`),
        "",
        table([
          { title: "distinct U", values: unique, format: brief },
          ...Array.from(epochs, (e, k) => ({
            title: `${brief(e)} ep.`,
            values: found.reuse.map((row) => row[k]!),
            digits: 3,
          })),
          { title: "∞", values: found.plateau, digits: 3 },
          { title: "R*", values: found.halfLife, digits: 3 },
          ...(noise > 0 ? [{ title: "best epochs", values: found.bestEpochs, digits: 3 }] : []),
        ]),
        "",
        "  fresh samples, in units of U, that one pass needs for the same loss (sampling with replacement)",
        ...(plateau
          ? [
              `  plateau ∝ U^${withError(plateau.exponent)}` +
                (found.predicted === null ? "" : `, by balance U^${readable(found.predicted, 4)}`),
            ]
          : []),
        ...(halfLife ? [`  R* ∝ U^${withError(halfLife.exponent)} of D′ = U + U R* (1 − e^{−(e−1)/R*})`] : []),
      ].join("\n"),
    figure: async () => {
      const { curvesFigure } = await import("../figures/index.ts");
      const series = Array.from(unique, (U, i) => ({
        label: `U = ${scripted(U)}`,
        x: epochs,
        y: found.reuse[i]!,
        shade: unique.length > 1 ? i / (unique.length - 1) : 0.5,
      }));
      return curvesFigure({
        id: "epochs",
        title: "What samples seen again are worth",
        setting,
        caption: "Fresh samples, in units of the distinct ones, that one pass needs for the loss after so many epochs.",
        panels: [
          {
            x: { label: "epochs e", log: true },
            y: { label: "worth E, in units of U", log: true },
            series: [...series, { label: "as good as fresh", x: epochs, y: epochs, mark: "dashed", role: "muted" }],
          },
        ],
      });
    },
  });
}
