// Sampled eigenvalues as a histogram on a logarithmic axis (figures/spectrum.ts).

import { logspace } from "../math/grid.ts";

/** One draw of W: its eigenvalues, and the target's energy at each. */
interface Draw {
  readonly eigenvalues: Float64Array;
  readonly energies: Float64Array;
}

export interface Histogram {
  /** One more than there are bins. */
  readonly edges: Float64Array;
  readonly count: Float64Array;
  readonly energy: Float64Array;
}

/** Bins a decade. */
const BINS = 25;

/** Eigenvalues, and the target's energy at them, between edges: per draw of W, so that the theory is their mean. */
export function histogramOf(draws: readonly Draw[]): Histogram {
  let [least, most] = [Infinity, 0];
  for (const { eigenvalues } of draws)
    for (const x of eigenvalues)
      if (x > 0) {
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
  const bins = Math.max(10, Math.ceil(BINS * Math.log10(most / least)));
  const edges = logspace(least / 1.001, most * 1.001, bins + 1);
  const count = new Float64Array(bins);
  const energy = new Float64Array(bins);
  for (const { eigenvalues, energies } of draws)
    eigenvalues.forEach((x, i) => {
      const bin = Math.floor((bins * Math.log(x / edges[0]!)) / Math.log(edges[bins]! / edges[0]!));
      if (!(bin >= 0)) return;
      count[bin]! += 1 / draws.length;
      energy[bin]! += energies[i]! / draws.length;
    });
  return { edges, count, energy };
}
