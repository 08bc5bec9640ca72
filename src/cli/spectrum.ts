// isoflop spectrum: the density of the eigenvalues of K̂ and of the target's energy among them.

import type { Command } from "commander";
import { histogramOf } from "../figures/histogram.ts";
import {
  availableThreads,
  type Density,
  type Plrf,
  plrf,
  type SampledSpectrum,
  sampleSpectrum,
  spectralDensity,
} from "../index.ts";
import { exp, log, pow } from "../math/elementary.ts";
import { brief, raised, readable } from "../numbers.ts";
import { Failure } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import {
  type Common,
  number,
  positives,
  type SpectrumValues,
  whole,
  withCommon,
  withRandom,
  withSpectrum,
} from "./options.ts";
import { openOutput } from "./output.ts";
import { progress } from "./progress.ts";
import { spectrumOf } from "./spectrum-file.ts";
import { bold, sampled, table } from "./table.ts";

/** Of the table on the terminal. */
const ROWS = 21;

interface Options extends SpectrumValues, Common {
  readonly d: number;
  readonly v?: number;
  readonly lambda?: Float64Array;
  readonly sampled?: number;
  readonly seed: number;
  readonly threads?: number;
}

export const NAMES = { draws: "sampled" };

export function define(command: Command): void {
  withRandom(
    withCommon(
      withSpectrum(command)
        .requiredOption("--d <d>", "model size: number of parameters, ≥ 1", number)
        .option(
          "--v <v>",
          "number of data modes, ≥ d, may be inf where α > 1/2; default 4d, or all that were measured",
          number,
        )
        .option("--lambda <list>", "eigenvalues, as 0.1,1 or LO:HI[:N]; default the whole support", positives)
        .option("--sampled <n>", "compare with the eigenvalues of n draws of W", whole),
    ),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { d, v, lambda } = options;
  const { spectrum, words } = await spectrumOf(options);
  // no step is taken here, so none can be too large
  const model = plrf({ spectrum, d, ...(v === undefined ? {} : { v }), force: true });
  const write = await openOutput(options);
  const found = spectralDensity(model, lambda ? { lambda } : {});
  const setting = `${words}, d = ${brief(d)}, v = ${spectrum.kind === "power-law" && model.v === 4 * d ? "4d" : brief(model.v)}`;
  const draws = options.sampled === undefined ? undefined : await sample(model, options.sampled, options);
  const histogram = draws && histogramOf(draws);
  const columns = { lambda: found.lambda, density: found.density, weighted: found.weighted };
  await write({
    json: () => ({
      ...columns,
      F0: model.F0,
      edges: found.edges,
      averagedBelow: found.averagedBelow,
      ...(histogram ? { histogram } : {}),
      stats: found.stats,
      made: found.made,
    }),
    columns: () => columns,
    text: () => inWords(found, model.F0, model.P0, setting) + (draws ? `\n\n${sampledInWords(draws, model)}` : ""),
    figure: async () => {
      const { spectrumFigure } = await import("../figures/index.ts");
      return spectrumFigure({
        setting: raised(setting) + (draws ? `, ${draws.length} draws of W, seed ${options.seed}` : ""),
        ...columns,
        averagedBelow: found.averagedBelow,
        histogram,
      });
    },
  });
  if (!found.stats.converged)
    throw new Failure(`the density was not found at ${found.stats.failed} of ${found.lambda.length} points`);
  if (draws && !draws.every(({ converged }) => converged))
    throw new Failure("some sampled eigenvalues did not converge");
}

async function sample(
  model: Plrf,
  draws: number,
  { seed, threads, quiet }: Options,
): Promise<readonly SampledSpectrum[]> {
  const bar = progress("sampling", { quiet });
  const signal = interruption();
  const { draws: found } = await sampleSpectrum(model, {
    ...{ draws, seed, signal, threads: threads ?? availableThreads() },
    onProgress: bar.update,
  });
  bar.done();
  return found;
}

/** Sums that the theory knows, over the draws. */
function sampledInWords(draws: readonly SampledSpectrum[], model: Plrf): string {
  const mean = (of: (draw: SampledSpectrum) => number): [number, number] => {
    const values = draws.map(of);
    const m = values.reduce((a, b) => a + b, 0) / values.length;
    const square = values.reduce((a, b) => a + pow(b - m, 2), 0);
    return [m, Math.sqrt(square / (values.length - 1) / values.length)];
  };
  const rows = [mean(({ eigenvalues }) => eigenvalues.reduce((a, b) => a + b, 0)), mean(({ floor }) => floor)];
  return [
    `  over ${draws.length} draws of W`,
    table([
      { title: "", values: ["Tr K̂", "floor P_⊥"] },
      { title: "mean", values: rows.map(([m]) => m), format: (x) => readable(x, 6) },
      { title: "± standard error", values: rows.map(([, e]) => e), format: (x) => brief(x, 2) },
      { title: "theory", values: [model.trace, model.F0], format: (x) => readable(x, 6) },
    ]),
  ].join("\n");
}

/** Rows evenly spread over log λ, however many points a band has. */
function spread(lambda: Float64Array): number[] {
  const last = lambda.length - 1;
  const ratio = log(lambda[last]! / lambda[0]!);
  const rows = Array.from({ length: ROWS }, (_, k) => {
    const x = lambda[0]! * exp((ratio * k) / (ROWS - 1));
    const next = lambda.findIndex((value) => value >= x * (1 - 1e-12));
    return next < 0 ? last : next;
  });
  return last < ROWS ? sampled(last + 1) : [...new Set(rows)];
}

function inWords(found: Density, F0: number, P0: number, setting: string): string {
  const rows = spread(found.lambda);
  const pick = (values: Float64Array) => rows.map((i) => values[i]!);
  return [
    bold(`Spectrum of K̂ = D^½ W Wᵀ D^½ at ${setting}`),
    "",
    `  support ${readable(found.edges[0])} … ${readable(found.edges[1])}`,
    `  the target's energy P(0) = ${readable(P0)}, of which F_0 = ${readable(F0)} lies where no parameter reaches`,
    ...(found.averagedBelow > 0
      ? [`  below λ = ${readable(found.averagedBelow)} the bands of single modes are shown as their average`]
      : []),
    "",
    table([
      { title: "eigenvalue λ", values: pick(found.lambda) },
      { title: "density ρ(λ)", values: pick(found.density) },
      { title: "target's energy per unit of λ", values: pick(found.weighted) },
    ]),
  ].join("\n");
}
