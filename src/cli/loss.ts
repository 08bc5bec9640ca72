// isoflop loss: the expected loss P(r) of one model, its forcing F(r) and kernel K(r), and the parts it is made of.

import { type Command, Option } from "commander";
import {
  components,
  forcing,
  kernel,
  kernelNorm,
  LOSS_METHODS,
  type LossMethod,
  logspace,
  loss,
  plrf,
} from "../index.ts";
import { brief, raised, readable } from "../numbers.ts";
import { Failure, Usage } from "./errors.ts";
import { stepInWords } from "./labels.ts";
import {
  type Common,
  number,
  type SpectrumValues,
  type StepValues,
  wholeList,
  withCommon,
  withSpectrum,
  withStep,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { columns, fields, type Quantity, rowsOf } from "./quantities.ts";
import { spectrumOf } from "./spectrum-file.ts";
import { bold, counts } from "./table.ts";
import {
  batchInWords,
  hasOwnStep,
  optimizerOf,
  type TrainingValues,
  trainingInWords,
  withTraining,
} from "./training.ts";

interface Options extends SpectrumValues, StepValues, TrainingValues, Common {
  readonly d: number;
  readonly v?: number;
  readonly steps: Float64Array;
  readonly components?: boolean;
  readonly method: LossMethod;
}

export function define(command: Command): void {
  withCommon(
    withTraining(
      withStep(
        withSpectrum(command)
          .requiredOption("--d <d>", "model size: number of parameters, ≥ 1", number)
          .option(
            "--v <v>",
            "number of data modes, ≥ d, may be inf where α > 1/2; default 4d, or all that were measured",
            number,
          ),
      ),
      { ramp: true },
    )
      .requiredOption("--steps <list>", "steps r, as 1,10,100 or LO:HI[:N]", wholeList)
      .option("--components", "the asymptotic parts of the loss too: F_0, F_pp, F_ac, K_pp")
      .addOption(new Option("--method <name>", "how the curve is computed").choices(LOSS_METHODS).default("contour")),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { d, v, gamma, stepFraction, batch, noise, horizon, method } = options;
  const optimizer = optimizerOf(options);
  const how = {
    method,
    ...(optimizer === undefined ? {} : { optimizer }),
    ...(horizon === undefined ? {} : { horizon }),
  };
  const { spectrum, words } = await spectrumOf(options);
  if (options.components && spectrum.kind === "measured")
    throw new Usage("--components are those of a power law: leave it out, or give --alpha and --beta");
  const model = plrf({
    spectrum,
    d,
    batch,
    noise,
    ...(v === undefined ? {} : { v }),
    ...(gamma === undefined ? {} : { gamma }),
    ...(stepFraction === undefined ? {} : { stepFraction }),
    force: hasOwnStep(options, optimizer),
  });
  const write = await openOutput(options);
  const { steps } = options;
  const curve = loss(model, { steps, ...how });
  const F = forcing(model, { steps, ...how }).forcing;
  const K = optimizer === undefined ? kernel(model, { steps, method }).kernel : undefined;
  const parts = options.components ? components(model, { steps: curve.steps }) : undefined;
  const norm = kernelNorm(model);

  const setting =
    `${words}, d = ${brief(d)}, v = ${spectrum.kind === "power-law" && model.v === 4 * d ? "4d" : brief(model.v)}, ` +
    `${stepInWords(options)}, B = ${batchInWords(options)}${trainingInWords(options)}`;
  const noisy = noise > 0;
  const quantities: Quantity[] = [
    { name: "steps", title: "steps r", values: curve.steps, format: counts(curve.steps) },
    { name: "flops", title: "compute f", values: curve.flops },
    { name: "loss", title: noisy ? "excess loss P" : "loss P", values: curve.loss, digits: 6 },
    ...(noisy ? [{ name: "lossWithNoise", title: "P + σ²", values: curve.lossWithNoise, digits: 6 }] : []),
    { name: "forcing", title: "forcing F", values: F, digits: 6 },
    ...(K ? [{ name: "kernel", title: "kernel K", values: K }] : []),
  ];
  const byComponent: Quantity[] = parts
    ? [
        { name: "Fpp", title: "F_pp", values: parts.Fpp },
        { name: "Fac", title: "F_ac", values: parts.Fac },
        { name: "Kpp", title: "K_pp/γB", values: parts.Kpp },
        { name: "sum", title: "F_0 + these", values: parts.sum },
      ]
    : [];
  await write({
    json: () => ({
      gamma: model.gamma,
      ...(options.eta === undefined ? {} : { eta: options.eta }),
      v: model.v,
      ...(noisy ? { noise } : {}),
      kernel: null,
      ...fields(quantities),
      F0: model.F0,
      kernelNorm: optimizer === undefined ? norm : null,
      ...(parts ? { components: fields(byComponent) } : {}),
      stats: curve.stats,
      made: curve.made,
    }),
    columns: () => ({
      ...columns(quantities),
      ...(parts ? { F0: parts.steps.map(() => parts.F0) } : {}),
      ...columns(byComponent),
    }),
    text: () =>
      [
        bold(`Expected loss at ${setting}`),
        "",
        `  ${options.eta === undefined ? `γ = ${readable(model.gamma)}, ` : ""}P(0) = ${readable(model.P0)}, floor F_0 = ${readable(model.F0)}` +
          (optimizer === undefined ? `, ‖K‖ = ${readable(norm)}` : ""),
        "",
        rowsOf([...quantities, ...byComponent]),
        "",
        `  estimated relative error ≤ ${largestError(curve).toExponential(0)}, by ${curve.stats.method}`,
        ...curve.stats.warnings.map((warning) => `  ${warning}`),
      ].join("\n"),
    figure: async () => {
      const { lossFigure } = await import("../figures/index.ts");
      // as smooth as it is, however few steps were asked for
      const first = Math.max(1, curve.steps[0]!);
      const last = Math.max(curve.steps[curve.steps.length - 1]!, 10 * first);
      const fixed = { ...how, horizon: horizon ?? curve.steps[curve.steps.length - 1]! };
      const fine = Float64Array.from(new Set(logspace(first, last, 200).map(Math.round)));
      return lossFigure({
        setting: raised(setting),
        ...loss(model, { steps: fine, ...fixed }),
        F0: model.F0,
        ...(parts
          ? { components: components(model, { steps: fine }) }
          : { forcing: forcing(model, { steps: fine, ...fixed }).forcing }),
      });
    },
  });
  if (!curve.stats.converged)
    throw new Failure(
      `the curve is not known to six digits everywhere (relative error up to ${largestError(curve).toExponential(1)}): try another --method`,
    );
}

function largestError({ loss, stats }: { loss: Float64Array; stats: { error: Float64Array } }): number {
  return loss.reduce((most, value, i) => Math.max(most, stats.error[i]! / value), 0);
}
