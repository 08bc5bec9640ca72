// isoflop spectrum: the density of the eigenvalues of K̂ and of the target's energy among them.

import type { Command } from "commander";
import { type Density, plrf, powerLaw, spectralDensity } from "../index.ts";
import { Failure } from "./errors.ts";
import { type Common, list, number, type PowerLawValues, withCommon, withPowerLaw } from "./options.ts";
import { openOutput } from "./output.ts";
import { bold, readable, sampled, table } from "./table.ts";
import { brief, pointInWords, raised } from "./words.ts";

interface Options extends PowerLawValues, Common {
  readonly d: number;
  readonly v?: number;
  readonly lambda?: Float64Array;
}

export function define(command: Command): void {
  withCommon(
    withPowerLaw(command)
      .requiredOption("--d <d>", "model size: number of parameters, ≥ 1", number)
      .option("--v <v>", "number of data modes, ≥ d, may be inf where α > 1/2; default 4d", number)
      .option("--lambda <list>", "eigenvalues, as 0.1,1 or LO:HI[:N]; default the whole support", list),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const { alpha, beta, d, v, lambda } = options;
  // no step is taken here, so none can be too large
  const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, ...(v === undefined ? {} : { v }), force: true });
  const write = await openOutput(options);
  const found = spectralDensity(model, lambda ? { lambda } : {});
  const setting = `${pointInWords(options)}, d = ${brief(d)}, v = ${model.v === 4 * d ? "4d" : brief(model.v)}`;
  const columns = { lambda: found.lambda, density: found.density, weighted: found.weighted };
  await write({
    json: () => ({ ...columns, F0: model.F0, edges: found.edges, stats: found.stats, made: found.made }),
    columns: () => columns,
    text: () => inWords(found, model.F0, model.P0, setting),
    figure: async () => {
      const { spectrumFigure } = await import("../figures/index.ts");
      return spectrumFigure({ setting: raised(setting), ...columns });
    },
  });
  if (!found.stats.converged)
    throw new Failure(`the density was not found at ${found.stats.failed} of ${found.lambda.length} points`);
}

function inWords(found: Density, F0: number, P0: number, setting: string): string {
  const rows = sampled(found.lambda.length);
  const pick = (values: Float64Array) => rows.map((i) => values[i]!);
  return [
    bold(`Spectrum of K̂ = D^½ W Wᵀ D^½ at ${setting}`),
    "",
    `  support ${readable(found.edges[0])} … ${readable(found.edges[1])}`,
    `  the target's energy P(0) = ${readable(P0)}, of which F_0 = ${readable(F0)} lies where no parameter reaches`,
    "",
    table([
      { title: "eigenvalue λ", values: pick(found.lambda) },
      { title: "density ρ(λ)", values: pick(found.density) },
      { title: "target's energy per unit of λ", values: pick(found.weighted) },
    ]),
  ].join("\n");
}
