// Forecasts of the loss of runs not yet made, from laws stacked on those that were (stack.ts): the weighted mean of log L̂, and the
// interval of 95 % of the draws, widened by the noise and drift of a run.

import { integer, positive } from "../../check.ts";
import { exp, hypot, log10, pow } from "../../math/elementary.ts";
import { interval } from "../../math/quantiles.ts";
import type { Runs } from "../runs.ts";
import { evaluator, type Points } from "./evaluate.ts";
import type { LawFit } from "./fit-law.ts";
import type { ScalingLaw } from "./law.ts";
import { LAWS } from "./list.ts";
import { cutsOf, trials } from "./rolling.ts";
import { decadesBeyond, type Stack, type StackOptions, stack, UNTRIED, varianceOf } from "./stack.ts";

export { CUTS } from "./rolling.ts";

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
  /** Mean of the errors at the cuts; 0.02 where no cut leaves rows enough. */
  readonly error: number;
  /** Weight in the stack, of its fits to all rows and to the last decades; all sum to 1. */
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
  readonly stack: Stack;
  /** @throws TypeError, RangeError where N or D is not positive, or a law takes more than N, D and C */
  readonly at: (N: number, D: number) => PointForecast;
  /** The same at many points, with whatever else the laws take. */
  readonly all: (points: Omit<Points, "C">) => PointForecast[];
}

/** The laws of the list that N and D alone give a loss by. */
const FORETELLING = LAWS.filter(
  ({ target, inputs }) => target === "loss" && inputs.every(({ name }) => name === "N" || name === "D"),
);

/** Errors of a law, fitted to all rows, at every cut that leaves rows enough on both sides. */
export function heldOut(law: ScalingLaw, runs: Runs): HeldOut[] {
  return trials({ law, since: 0 }, runs, cutsOf([law], runs)).map(({ beyond, errors, rms }) => ({
    ...{ beyond, rms, rows: errors.length },
  }));
}

/**
 * Stacks laws on runs.
 * @param laws - default: all that take N and D alone
 * @throws RangeError where no law has rows enough
 */
export function forecaster(
  runs: Runs,
  laws: readonly ScalingLaw[] = FORETELLING,
  options: StackOptions = {},
): Forecaster {
  const usable = laws.filter((law) => runs.n >= law.parameters.length + 3);
  if (usable.length === 0) throw new RangeError(`a forecast needs 7 rows or more for the smallest law, got ${runs.n}`);
  if (options.draws !== undefined) integer("draws", options.draws, 100, 1e5);
  const made = stack(runs, usable, options);
  const warnings = [...made.warnings];
  for (const law of laws) if (!usable.includes(law)) warnings.push(`the law ${law.name} needs more rows: left out`);
  for (const { law, since, fit } of made.members)
    if (since === 0 && !fit.converged) warnings.push(`the fit of the law ${law.name} did not converge`);
  if (made.tested === 1)
    warnings.push(
      "too few rows, or too narrow in compute, to test any law beyond its data: an error of 2 % a decade is assumed",
    );
  const ranges = rangesOf(runs);
  for (const [what, range] of [
    ["N", ranges.N],
    ["D", ranges.D],
    ["D/N", ranges.ratio],
  ] as const)
    if (still(range))
      warnings.push(
        `${what} hardly varies in these runs, which do not say what another does: far from it the forecast is a guess`,
      );
  const stacked = usable.map((law): Stacked => {
    const own = made.members.filter((member) => member.law === law);
    const whole = own.find(({ since }) => since === 0)!;
    const seen = whole.trials.map(({ beyond, errors, rms }) => ({ beyond, rows: errors.length, rms }));
    return {
      ...whole.fit,
      heldOut: seen,
      error: seen.length > 0 ? seen.reduce((sum, { rms }) => sum + rms, 0) / seen.length : UNTRIED,
      weight: own.reduce((sum, { weight }) => sum + weight, 0),
    };
  });
  const all = foretell(made, ranges, runs.flopsPerToken);
  return {
    laws: stacked.sort((a, b) => b.weight - a.weight),
    ...{ tested: made.tested, warnings, stack: made, all },
    at: (N, D) => all({ N: Float64Array.of(positive("N", N)), D: Float64Array.of(positive("D", D)) })[0]!,
  };
}

export interface Ranges {
  /** Largest compute. */
  readonly C: number;
  readonly N: readonly [number, number];
  readonly D: readonly [number, number];
  /** Of D/N. */
  readonly ratio: readonly [number, number];
}

export const rangesOf = (runs: Runs): Ranges => ({
  C: extent(runs.C)[1],
  N: extent(runs.N),
  D: extent(runs.D),
  ratio: extent(runs.D.map((D, i) => D / runs.N[i]!)),
});

/** Forecasts of a stack that has been made. */
export function foretell(
  { members, draws, noise, drift, inflation }: Stack,
  ranges: Ranges,
  flopsPerToken: number,
): Forecaster["all"] {
  return ({ N, D, more }) => {
    const n = N.length;
    const C = N.map((size, i) => flopsPerToken * positive(`N[${i}]`, size) * positive(`D[${i}]`, D[i]));
    const points: Points = { N, D, C, ...(more && { more }) };
    const at = members.map(({ law }) => evaluator(law, points));
    const mean = new Float64Array(n);
    const fitted = members.map(({ p }, m) => at[m]!(p).logs);
    members.forEach(({ weight }, m) => {
      fitted[m]!.forEach((value, i) => {
        mean[i]! += weight * value;
      });
    });
    const drawn = draws.map(({ member, p }) => {
      const about = fitted[member]!;
      return at[member]!(p).logs.map((value, i) => about[i]! + inflation * (value - about[i]!));
    });
    return Array.from(mean, (centre, i): PointForecast => {
      const beyond = C[i]! / ranges.C;
      const beyondN = outside(ranges.N, N[i]!);
      const beyondRatio = outside(ranges.ratio, D[i]! / N[i]!);
      const decades = decadesBeyond(beyond, beyondN, beyondRatio);
      const spread = Math.sqrt(varianceOf(noise, C[i]!) + pow(drift * decades, 2) + guessed(ranges, N[i]!, D[i]!));
      const [least, most] = drawn.length > 0 ? interval(drawn.map((logs) => logs[i]!)) : [centre, centre];
      // a normal error beside the draws: halves add as squares
      const low = centre - hypot(Math.max(0, centre - least), 1.96 * spread);
      const high = centre + hypot(Math.max(0, most - centre), 1.96 * spread);
      return {
        ...{ N: N[i]!, D: D[i]!, C: C[i]!, beyond, beyondN, beyondRatio },
        ...{ loss: exp(centre), low: exp(low), high: exp(high) },
      };
    });
  };
}

/** Largest over least of a quantity that the runs say nothing of. */
const STILL = 1.5;
const still = ([low, high]: readonly [number, number]): boolean => high < STILL * low;

/** Standard deviation of log L a decade off what the runs hold still: α log 10 A N^−α/L of usual laws is half to all of it, both ways. */
const BLIND = { size: 0.15, ratio: 0.05 };

/** Variance of log L by what the runs do not vary. */
const guessed = ({ N, D, ratio }: Ranges, size: number, tokens: number): number =>
  (
    [
      [N, size, BLIND.size],
      [D, tokens, BLIND.size],
      [ratio, tokens / size, BLIND.ratio],
    ] as const
  ).reduce((sum, [range, x, a]) => sum + (still(range) ? pow(a * log10(outside(range, x)), 2) : 0), 0);

/** Least and largest. */
function extent(values: Float64Array): readonly [number, number] {
  let [low, high] = [Infinity, 0];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  return [low, high];
}

/** The factor by which x lies outside of a range; 1 within. */
const outside = ([low, high]: readonly [number, number], x: number): number => Math.max(1, x / high, low / x);
