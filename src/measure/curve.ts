// Kernel regression on P samples, foretold from a spectrum (docs/from-data-to-law.md; Bordelon, Canatar and Pehlevan 2020):
//
//   P = D(κ) + δ/κ,   L = (κ² Σ_k c_k/(κ + λ_k)² + σ²)/(1 − D₂(κ)/P),   D = Σ λ/(κ + λ),  D₂ = Σ λ²/(κ + λ)²

import { exp, log } from "../math/elementary.ts";
import type { Debiased } from "./debias.ts";

/**
 * The loss at P samples and a ridge, with a target's noise in it, and the modes D(κ) that they learn of: D/P is how close they are to
 * interpolation.
 */
export function regression(
  { atoms: { lambda, count }, energies, noise }: Pick<Debiased, "atoms" | "energies" | "noise">,
  target: number,
  samples: number,
  ridge: number,
): { loss: number; modes: number } {
  const at = (kappa: number) => {
    let [D, D2, bias] = [0, 0, noise[target]!.value];
    const c = energies[target]!;
    for (let i = 0; i < lambda.length; i++) {
      const share = lambda[i]! / (kappa + lambda[i]!);
      D += count[i]! * share;
      D2 += count[i]! * share * share;
      bias += c[i]! * (1 - share) * (1 - share);
    }
    return { D, loss: bias / (1 - D2 / samples) };
  };
  const trace = lambda.reduce((sum, x, i) => sum + count[i]! * x, 0);
  let [low, high] = [log((1e-12 * trace) / samples), log((ridge + trace) / samples) + 1e-9];
  for (let i = 0; i < 100 && high - low > 1e-12; i++) {
    const middle = (low + high) / 2;
    const kappa = exp(middle);
    if (at(kappa).D + ridge / kappa > samples) low = middle;
    else high = middle;
  }
  const { loss, D } = at(exp((low + high) / 2));
  return { loss, modes: D };
}

/** The loss alone. */
export const regressionLoss = (...given: Parameters<typeof regression>): number => regression(...given).loss;

export interface Forecast {
  readonly samples: number;
  readonly loss: number;
  /** About 95 %. */
  readonly low: number;
  readonly high: number;
}

/**
 * With an interval: of the sample's own chance, of where the law begins, and of the equations.
 * @param miss the share by which the equations missed the losses left out as close to interpolation, D/P: it is put right, and
 * counts as an error
 */
export function forecastLoss(
  found: Debiased,
  target: number,
  samples: number,
  ridge: number,
  miss: (occupancy: number) => number,
): Forecast {
  const { loss, modes } = regression(found, target, samples, ridge);
  const share = miss(modes / samples);
  const { parts, windows } = found.others;
  const of = (others: readonly Debiased[]) => others.map((other) => regressionLoss(other, target, samples, ridge));
  const left = of(parts);
  const mean = left.reduce((sum, x) => sum + x, 0) / left.length;
  const chance = ((left.length - 1) / left.length) * left.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  const law = of(windows).reduce((most, x) => Math.max(most, Math.abs(x - loss)), 0);
  const model = loss * Math.max(0.02, Math.abs(share));
  const error = Math.sqrt(chance + law * law + model * model) / loss;
  const right = loss * (1 + share);
  return { samples, loss: right, low: right * exp(-2 * error), high: right * exp(2 * error) };
}
