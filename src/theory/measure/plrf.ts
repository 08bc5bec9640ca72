// The random-features model of Paquette et al. (2024): data of a given spectrum seen through d random features and learned
// by one-pass SGD with batch B and step γ (docs/theory.md, eqs. 1.3, 1.4). This file fixes a problem; loss.ts and frontier.ts solve it.

import { integer, positive, whole, within } from "../../check.ts";
import type { Modes } from "../../kernels/resolvent.ts";
import { pow } from "../../math/elementary.ts";
import { brief } from "../../numbers.ts";
import { EXACT, FAR, modesOf } from "./modes.ts";
import { kappaAtZero, realSum, total } from "./resolvent.ts";
import { powerLaw, type Spectrum } from "./spectrum.ts";
import { safeGamma, stability } from "./stability.ts";

export interface PlrfOptions {
  readonly spectrum: Spectrum;
  /** Number of parameters, ≥ 1; need not be whole. */
  readonly d: number;
  /** Number of data modes, ≥ d, may be Infinity where Tr D is finite. Default 4d; all of them for a measured spectrum. */
  readonly v?: number;
  /** Step γ of the summed gradient. Default: stepFraction/Tr D. */
  readonly gamma?: number;
  /** γ·Tr D, instead of gamma. Default 0.5. */
  readonly stepFraction?: number;
  /** Samples a step, ≥ 1. Default 1. */
  readonly batch?: number;
  /** σ² ≥ 0: variance of the label noise. The loss stays the excess loss, without σ². Default 0. */
  readonly noise?: number;
  /** Accept a step at which the loss diverges (to simulate it). Default false. */
  readonly force?: boolean;
}

export interface Plrf {
  readonly spectrum: Spectrum;
  readonly d: number;
  readonly v: number;
  readonly gamma: number;
  readonly batch: number;
  /** σ²: variance of the label noise. */
  readonly noise: number;
  /** The v modes, as a short measure. */
  readonly modes: Modes;
  /** Tr D = Σ λ_j. */
  readonly trace: number;
  /** κ₀, the root of D(κ) = d (docs/theory.md, eq. 3.4). */
  readonly kappa0: number;
  /** F₀: what no parameter can reach, in the deterministic equivalent (eq. 3.5). */
  readonly F0: number;
  /** P(0) = Σ t_j. */
  readonly P0: number;
}

/**
 * States a problem: a spectrum, a model size and an optimiser.
 * @throws RangeError where d < 1, v < d, the batch is not a whole number ≥ 1, or γ is at or above the largest stable step
 */
export function plrf(options: PlrfOptions): Plrf {
  const { spectrum } = options;
  const d = within("d", options.d);
  const v = dataModes(spectrum, d, options.v);
  const batch = whole("batch", options.batch ?? 1);
  const noise = within("noise", options.noise ?? 0);
  const modes = modesOf(spectrum, v);
  const trace = total(modes.trace);
  const P0 = total(modes.energy);
  if (!(P0 > 0))
    throw new RangeError(`energies must not all be 0 in the first v = ${v} modes: there is nothing to learn`);
  if (options.gamma !== undefined && options.stepFraction !== undefined)
    throw new RangeError("give gamma or stepFraction, not both");
  const gamma =
    options.gamma === undefined
      ? positive("stepFraction", options.stepFraction ?? 0.5) / trace
      : positive("gamma", options.gamma);
  within("stepFraction", gamma * trace, options.gamma === undefined ? "stepFraction" : "gamma·Tr D");
  if (!options.force && gamma >= safeGamma(modes, d, batch)) {
    const { maxGamma } = stability(modes, d, batch);
    if (gamma >= maxGamma)
      throw new RangeError(
        `gamma must be below ${brief(maxGamma)}, the largest stable step here (stepFraction ${brief(maxGamma * trace)}), got ${brief(gamma)}`,
      );
  }
  const kappa0 = kappaAtZero(modes, d, v);
  const F0 = kappa0 * realSum(modes, modes.energy, kappa0);
  return { spectrum, d, v, gamma, batch, noise, modes, trace, kappa0, F0, P0 };
}

function dataModes(spectrum: Spectrum, d: number, v: number | undefined): number {
  if (spectrum.kind === "measured") {
    const { eigenvalues } = spectrum;
    const available = eigenvalues.length;
    if (d > available) throw new RangeError(`d must be at most the number of eigenvalues, ${available}, got ${d}`);
    const used = v === undefined ? available : integer("v", v, Math.ceil(d), available);
    within("spread", eigenvalues[0]! / eigenvalues[used - 1]!, "the largest eigenvalue over the smallest");
    return used;
  }
  // plain data may come from anywhere
  const { alpha, beta } = powerLaw(spectrum);
  const used = v ?? 4 * d;
  if (used === Infinity) {
    if (2 * alpha <= 1)
      throw new RangeError(`v must be finite where alpha ≤ 1/2 (Tr D diverges), got Infinity at alpha = ${alpha}`);
    if (2 * (alpha + beta) <= 1)
      throw new RangeError(
        `v must be finite where alpha + beta ≤ 1/2 (P(0) = Σ t_j diverges), got Infinity at alpha + beta = ${alpha + beta}`,
      );
    within("d at v = Infinity", d, "d");
  } else {
    if (within("v", used) < d) throw new RangeError(`v must be at least d = ${d}, got ${used}`);
    if (beta < -1 && used < EXACT && !Number.isInteger(used))
      throw new RangeError(`v must be whole below ${EXACT} where beta < -1, got ${used}: give v`);
  }
  within("spread", pow(used === Infinity ? FAR : used, 2 * alpha), "v^(2 alpha)");
  return used;
}
