// The eigenvalues of real draws of W, one after the other, for the spectrum's histogram. Draw k is that of the SGD run of seed s + k.

import { type Histogram, histogramOf } from "../../figures/index.ts";
import { plrf, powerLaw, type SampledSpectrum, sampleSpectrum } from "../../index.ts";
import type { Context } from "./context.ts";
import type { ModelSettings } from "./model-settings.ts";
import { MOST_SGD } from "./sgd.ts";

export interface DrawsInput extends Pick<ModelSettings, "alpha" | "beta" | "d" | "ratio"> {
  readonly seed: number;
  readonly draws: number;
}

export interface DrawsPart {
  readonly done: number;
  readonly histogram: Histogram;
}

export async function draws(input: DrawsInput, { emit, pause }: Context<DrawsPart>): Promise<void> {
  const { alpha, beta, d, ratio, seed } = input;
  if (d > MOST_SGD) throw new RangeError(`W is drawn up to d = ${MOST_SGD}: set d to less`);
  if (ratio === Infinity) throw new RangeError("a draw of W needs finite data: set v/d to a number");
  // no step is taken here, so none can be too large
  const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, v: Math.round(ratio * d), force: true });
  const found: SampledSpectrum[] = [];
  for (let k = 0; k < input.draws; k++) {
    await pause();
    const sampled = await sampleSpectrum(model, { draws: 1, seed: seed + k });
    found.push(...sampled.draws);
    emit({ done: k + 1, histogram: histogramOf(found) });
  }
}
