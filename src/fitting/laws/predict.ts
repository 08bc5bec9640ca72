// Forecasts that stack laws. Each law is fitted to the runs below a cut of the compute, C ≤ C_max/q for q = 3, 10, 30, and
// tried on those above (rolling origin); its weight is the inverse fourth power of the error seen there. At a point,
//
//   log L̂ = Σ_m w_m log L̂_m,    s² = Σ_m w_m (log L̂_m − log L̂)² + 3/2 · (e · g)²,   95 %: L̂ e^{±1.96 s}
//
// e the least rolling error of a law (never less than the best rms), 3/2 for its own uncertainty from a few cuts, and g
// widening in proportion to the decades of compute where the point lies further beyond the data than any cut tested.

import { positive } from "../../check.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { type Runs, select } from "../runs.ts";
import { fitLaw, type LawFit } from "./fit-law.ts";
import type { ScalingLaw } from "./law.ts";
import { LAWS } from "./list.ts";

/** Ratios of the largest compute to that of a cut. */
export const CUTS: readonly number[] = [3, 10, 30];

export interface HeldOut {
  /** The cut: fitted to C ≤ C_max/beyond. */
  readonly beyond: number;
  /** Rows tried on. */
  readonly rows: number;
  /** Root mean square of log L̂ − log L there. */
  readonly rms: number;
}

export interface Stacked extends LawFit {
  readonly heldOut: readonly HeldOut[];
  /** Mean of the errors at the cuts; 0.05 where no cut leaves rows enough. */
  readonly error: number;
  /** Weight in the stack; all sum to 1. */
  readonly weight: number;
}

export interface PointForecast {
  readonly N: number;
  readonly D: number;
  readonly C: number;
  readonly loss: number;
  /** Ends of the 95 % interval of a run's loss. */
  readonly low: number;
  readonly high: number;
  /** C over the largest of the runs'. */
  readonly beyond: number;
  /** How far N, and D/N, lie outside of the runs', as a factor; 1 within. */
  readonly beyondN: number;
  readonly beyondRatio: number;
}

export interface Forecaster {
  /** Heaviest first. */
  readonly laws: readonly Stacked[];
  /** The furthest cut that rows allowed; 1 where none did. */
  readonly tested: number;
  readonly warnings: readonly string[];
  /** @throws TypeError, RangeError where N or D is not positive */
  readonly at: (N: number, D: number) => PointForecast;
}

/** Errors of a law at every cut that leaves rows enough on both sides. */
export function heldOut(law: ScalingLaw, runs: Runs): HeldOut[] {
  const most = runs.C.reduce((a, b) => Math.max(a, b), 0);
  return CUTS.flatMap((beyond) => {
    const cut = (most / beyond) * (1 + 1e-4);
    const below = runs.C.reduce((count, C) => count + (C <= cut ? 1 : 0), 0);
    if (below < Math.max(10, law.parameters.length + 4) || runs.n - below < 3) return [];
    const { lossAt } = fitLaw(
      law,
      select(runs, (i) => runs.C[i]! <= cut),
    );
    let sum = 0;
    for (let i = 0; i < runs.n; i++)
      if (runs.C[i]! > cut) sum += pow(log(lossAt(runs.N[i]!, runs.D[i]!) / runs.loss[i]!), 2);
    return [{ beyond, rows: runs.n - below, rms: Math.sqrt(sum / (runs.n - below)) }];
  });
}

/**
 * Stacks laws on runs.
 * @param laws - default: all there are
 * @throws RangeError where no law has rows enough
 */
export function forecaster(runs: Runs, laws: readonly ScalingLaw[] = LAWS): Forecaster {
  const warnings: string[] = [];
  const usable = laws.filter((law) => runs.n >= law.parameters.length + 3);
  if (usable.length === 0) throw new RangeError(`a forecast needs 7 rows or more for the smallest law, got ${runs.n}`);
  for (const law of laws) if (!usable.includes(law)) warnings.push(`the law ${law.name} needs more rows: left out`);
  const fits = usable.map((law) => {
    const seen = heldOut(law, runs);
    const error = seen.length > 0 ? seen.reduce((sum, { rms }) => sum + rms, 0) / seen.length : 0.05;
    return { ...fitLaw(law, runs), heldOut: seen, error };
  });
  for (const { law, converged } of fits)
    if (!converged) warnings.push(`the fit of the law ${law.name} did not converge`);
  const scores = fits.map(({ error, rms }) => pow(Math.max(error, rms, 1e-6), -4));
  const total = scores.reduce((sum, score) => sum + score, 0);
  const stacked = fits
    .map((fit, m): Stacked => ({ ...fit, weight: scores[m]! / total }))
    .sort((a, b) => b.weight - a.weight);
  const tested = Math.max(1, ...stacked.flatMap((fit) => fit.heldOut.map(({ beyond }) => beyond)));
  if (tested === 1)
    warnings.push(
      "too few rows, or too narrow in compute, to test any law beyond its data: an error of 5 % is assumed",
    );
  const most = runs.C.reduce((a, b) => Math.max(a, b), 0);
  const sizes = extent(runs.N);
  const ratios = extent(runs.D.map((D, i) => D / runs.N[i]!));
  const error = Math.min(...stacked.map((fit) => Math.max(fit.error, fit.rms)));
  return {
    laws: stacked,
    tested,
    warnings,
    at(N, D) {
      positive("N", N);
      positive("D", D);
      const C = runs.flopsPerToken * N * D;
      const logs = stacked.map((fit) => log(fit.lossAt(N, D)));
      const mean = logs.reduce((sum, log, m) => sum + stacked[m]!.weight * log, 0);
      const between = logs.reduce((sum, log, m) => sum + stacked[m]!.weight * pow(log - mean, 2), 0);
      const further = Math.max(1, log(C / most) / log(Math.max(tested, 3)));
      const half = 1.96 * Math.sqrt(between + 1.5 * pow(error * further, 2));
      const loss = exp(mean);
      return {
        ...{ N, D, C, loss, low: exp(mean - half), high: exp(mean + half), beyond: C / most },
        ...{ beyondN: outside(sizes, N), beyondRatio: outside(ratios, D / N) },
      };
    },
  };
}

/** Least and largest. */
function extent(values: Float64Array): readonly [number, number] {
  let [low, high] = [Infinity, 0];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  return [low, high];
}

/** The factor by which x lies outside of a range; 1 within. */
const outside = ([low, high]: readonly [number, number], x: number): number => Math.max(1, x / high, low / x);
