// Power-law tails of a measured spectrum: λ_k ∝ k^{−b}, c_k ∝ k^{−a}, by least squares of the logarithms of averages over bins
// of k that are evenly spaced in the logarithm (energies of single modes scatter, and some are zero).

import { finite, increasing, integer } from "../../check.ts";
import { pow } from "../../math/elementary.ts";
import { type Estimate, fitPowerLaw } from "../../math/power-fit.ts";
import type { Measured } from "./spectrum.ts";

export interface TailOptions {
  /** First and last k of the fit. Default: from 10 (or 1/20 of the modes, if less) to half of the modes. */
  readonly window?: ArrayLike<number>;
}

export interface TailFit {
  readonly a: Estimate;
  readonly b: Estimate;
  /** First and last k. */
  readonly window: readonly [number, number];
  /** Bins that entered the fit of a. */
  readonly bins: number;
}

/** Bins over the window, at most. */
const BINS = 24;

/**
 * Fits both tails.
 * @throws RangeError where fewer than 8 modes are in the window, or fewer than 3 bins of it carry energy
 */
export function tailFit(spectrum: Measured, options: TailOptions = {}): TailFit {
  if (spectrum?.kind !== "measured") throw new TypeError("spectrum must be a measured one for a fit of its tail");
  const { eigenvalues, energies } = spectrum;
  const n = eigenvalues.length;
  const window = options.window ? increasing("window", options.window, 1, n) : undefined;
  const [first, last] = window
    ? [integer("window[0]", finite("window[0]", window[0])), integer("window[1]", finite("window[1]", window[1]))]
    : [Math.max(1, Math.min(10, Math.round(n / 20))), Math.ceil(n / 2)];
  if (last - first < 7)
    throw new RangeError(`window must hold at least 8 modes for a tail fit, got ${first} to ${last} of ${n}`);
  const [k, lambda, c]: [number[], number[], number[]] = [[], [], []];
  for (let bin = 0, from = first; bin < BINS && from <= last; bin++) {
    const edge = first * pow((last + 1) / first, (bin + 1) / BINS);
    const to = bin === BINS - 1 ? last + 1 : Math.min(last + 1, Math.floor(edge));
    if (to <= from) continue;
    const mean = (values: Float64Array) =>
      values.subarray(from - 1, to - 1).reduce((sum, x) => sum + x, 0) / (to - from);
    // the mode that stands for the bin: the geometric mean of its ends
    k.push(Math.sqrt((from - 0.5) * (to - 0.5)));
    lambda.push(mean(eigenvalues));
    c.push(mean(energies));
    from = to;
  }
  const used = c.map((value, i) => (value > 0 ? i : -1)).filter((i) => i >= 0);
  if (used.length < 3) throw new RangeError(`window must hold modes with energy, got ${first} to ${last} without any`);
  const negated = ({ value, stderr }: Estimate): Estimate => ({ value: -value, stderr });
  return {
    a: negated(
      fitPowerLaw(
        used.map((i) => k[i]!),
        used.map((i) => c[i]!),
      ).exponent,
    ),
    b: negated(fitPowerLaw(k, lambda).exponent),
    window: [first, last],
    bins: used.length,
  };
}
