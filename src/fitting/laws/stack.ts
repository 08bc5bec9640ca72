// Laws stacked by their trials beyond the data (rolling.ts). With e_mq the root mean square of log L̂ − log L of member m at cut q,
//
//   w_m ∝ Π_q e_mq^−6,    log L̂ = Σ_m w_m log L̂_m                                                                 (10.14)
//
// each cut counting as six errors that are independent, of the many that are not. A run's log L then lies about the draws of all
// members, drawn in proportion to w, with variance σ²(C) + b² x², x the decades beyond the data: σ² that of the residuals, a power
// of C where they show one, and b² the mean over the cuts, plus its standard error, of what the stack was off by over and above σ²,
// a decade squared. One more cut, with b = σ/2, stands for what the few do not show.

import { exp, log, log10, pow } from "../../math/elementary.ts";
import { quantile } from "../../math/quantiles.ts";
import { clustered } from "../clusters.ts";
import { design, generator, resample } from "../resample.ts";
import { type Runs, runCount, select } from "../runs.ts";
import { refitted } from "./draws.ts";
import { evaluator } from "./evaluate.ts";
import type { ScalingLaw } from "./law.ts";
import { cutsOf, fitMember, type MemberFit, membersOf, seenBy, type Trial, trials } from "./rolling.ts";

/** Independent errors that a cut counts for: of bench/hold-out.ts, 4.5 to 6 do best on the tables pooled, 6 and more on the set-ups of Porian et al. */
const ERRORS_A_CUT = 6;
/** Drift a decade where no cut could be tried: 8 to 13 runs drawn of each published table held 97 % of those of ten times the compute. */
export const UNTRIED = 0.02;
/** Of few runs with many parameters it would be anything. */
const MOST_INFLATION = 2;
/** Rows of a stack at most: an even sample of more. */
export const MOST_ROWS = 4000;

/** σ²(C) = level² (C/centre)^slope within [from, to] and as at the nearer end beyond. */
export interface Noise {
  readonly level: number;
  readonly slope: number;
  readonly centre: number;
  readonly from: number;
  readonly to: number;
}

export interface StackMember extends MemberFit {
  readonly trials: readonly Trial[];
  readonly weight: number;
}

export interface Draw {
  /** Which member. */
  readonly member: number;
  readonly p: Float64Array;
}

export interface Stack {
  readonly members: readonly StackMember[];
  readonly draws: readonly Draw[];
  readonly noise: Noise;
  /** √(G/(G − k)), G what is resampled and k the parameters of a law: residuals of a fit are smaller than the noise by that. */
  readonly inflation: number;
  /** b: standard deviation of log L per decade beyond the data. */
  readonly drift: number;
  /** The furthest cut; 1 where there is none. */
  readonly tested: number;
  /** What was resampled. */
  readonly by: "case" | "run" | "size";
  readonly warnings: readonly string[];
}

export interface StackOptions {
  /** Draws of all members together. Default 1000. */
  readonly draws?: number;
  readonly seed?: number;
  /** What is resampled. Default "auto": runs where some have several rows, sizes where their residuals go together, else cases. */
  readonly by?: "auto" | "case" | "run";
}

/** Stacks laws on runs that have rows enough for each. */
export function stack(all: Runs, laws: readonly ScalingLaw[], options: StackOptions = {}): Stack {
  const { draws = 1000, seed = 1, by = "auto" } = options;
  const warnings: string[] = [];
  const every = Math.ceil(all.n / MOST_ROWS);
  const runs = every === 1 ? all : select(all, (i) => i % every === 0);
  if (every > 1) warnings.push(`laws are stacked on every ${ordinal(every)} of ${all.n} rows`);
  const cuts = cutsOf(laws, runs);
  const members = membersOf(laws, runs);
  const fits: (MemberFit & { readonly trials: readonly Trial[] })[] = [];
  for (const member of members) {
    const near = member.since > 0 ? fits.at(-1)!.p : undefined;
    const fit = fitMember(member, runs, near);
    fits.push({ ...fit, trials: trials(member, runs, cuts, fit.p) });
  }
  const scores = fits.map((one) =>
    one.trials.length === 0
      ? -ERRORS_A_CUT * log(Math.max(one.fit.rms, 1e-9))
      : one.trials.reduce((sum, { rms }) => sum - ERRORS_A_CUT * log(Math.max(rms, 1e-9)), 0),
  );
  const best = Math.max(...scores);
  const shares = scores.map((score) => exp(score - best));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const weighted = fits
    .map((fit, m): StackMember => ({ ...fit, weight: shares[m]! / total }))
    .sort((a, b) => b.weight - a.weight);
  const residuals = mixed(weighted, runs).map((value, i) => value - log(runs.loss[i]!));
  const labelled = runCount(runs) < runs.n;
  const together = by === "auto" && !labelled ? clustered(runs, residuals) : null;
  const unit =
    by === "case" ? Int32Array.from({ length: runs.n }, (_, i) => i) : together ? together.runs.run : runs.run;
  const units = new Set(unit).size;
  const parameters = weighted.reduce((sum, { weight, p }) => sum + weight * p.length, 0);
  const inflation = Math.sqrt(units / Math.max(units - parameters, units / (MOST_INFLATION * MOST_INFLATION)));
  const found = noiseOf(residuals, runs, units);
  const noise = { ...found, level: found.level * Math.min(inflation, Math.sqrt(runs.n / (runs.n - parameters))) };
  return {
    members: weighted,
    draws: drawn(weighted, runs, unit, draws, seed),
    ...{ noise, inflation },
    drift: driftOf(weighted, noise),
    tested: Math.max(1, ...cuts),
    by: together ? "size" : by !== "case" && labelled ? "run" : "case",
    warnings,
  };
}

const ordinal = (n: number): string => (n === 2 ? "second" : n === 3 ? "third" : `${n}th`);

/** Σ w log L̂ at the rows of runs. */
function mixed(members: readonly StackMember[], runs: Runs): Float64Array {
  const sum = new Float64Array(runs.n);
  for (const { law, p, weight } of members)
    evaluator(
      law,
      runs,
    )(p).logs.forEach((value, i) => {
      sum[i]! += weight * value;
    });
  return sum;
}

/** The level that holds 95 % of the residuals, and their slope in log C where it is above three standard errors. */
function noiseOf(residuals: Float64Array, runs: Runs, units: number): Noise {
  const x = runs.C.map(log);
  const n = x.length;
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  const squares = x.reduce((sum, v) => sum + pow(v - mean, 2), 0);
  const y = residuals.map((r) => log(Math.max(Math.abs(r), 1e-12)) * 2);
  const slope = squares > 0 ? y.reduce((sum, v, i) => sum + v * (x[i]! - mean), 0) / squares : 0;
  // log of χ² with one degree of freedom has the standard deviation π/√2
  const error = (Math.PI / Math.SQRT2) * Math.sqrt(n / Math.max(1, units) / Math.max(squares, 1e-300));
  const kept = Math.abs(slope) > 3 * error ? slope : 0;
  const scaled = residuals.map((r, i) => Math.abs(r) * exp((-kept * (x[i]! - mean)) / 2)).sort();
  const rms = Math.sqrt(scaled.reduce((sum, r) => sum + r * r, 0) / n);
  return {
    level: n < 40 ? rms : quantile(scaled, 0.95) / 1.96,
    slope: kept,
    centre: exp(mean),
    from: runs.C.reduce((a, b) => Math.min(a, b), Infinity),
    to: runs.C.reduce((a, b) => Math.max(a, b), 0),
  };
}

export function varianceOf({ level, slope, centre, from, to }: Noise, C: number): number {
  return level * level * (slope === 0 ? 1 : pow(Math.min(Math.max(C, from), to) / centre, slope));
}

/** b of the header. */
function driftOf(members: readonly StackMember[], noise: Noise): number {
  const seen = members[0]!.trials.map(({ decades }, q) => {
    const n = decades.length;
    let [excess, distance] = [0, 0];
    for (let i = 0; i < n; i++) {
      const off = members.reduce((sum, { weight, trials }) => sum + weight * trials[q]!.errors[i]!, 0);
      excess += (off * off - pow(noise.level, 2)) / n;
      distance += pow(decades[i]!, 2) / n;
    }
    return Math.max(0, excess) / distance;
  });
  if (seen.length === 0) return UNTRIED;
  seen.push(pow(noise.level / 2, 2));
  const mean = seen.reduce((sum, b) => sum + b, 0) / seen.length;
  const variance = seen.reduce((sum, b) => sum + pow(b - mean, 2), 0) / (seen.length - 1);
  return Math.sqrt(mean + Math.sqrt(variance / seen.length));
}

/** Draws of members in proportion to their weights, each on a resample of its own number. */
function drawn(members: readonly StackMember[], runs: Runs, unit: Int32Array, count: number, seed: number): Draw[] {
  const plan = design(unit);
  const out: Draw[] = [];
  let [done, share] = [0, 0];
  members.forEach((member, m) => {
    share += member.weight;
    const until = Math.round(share * count);
    if (until === done) return;
    const seen = seenBy(member, runs);
    const kept = Array.from(runs.C.keys()).filter((i) => seen === runs || runs.C[i]! >= member.since);
    const at = evaluator(member.law, seen);
    const target = seen.loss.map(log);
    for (; done < until; done++) {
      const w = resample(plan, seed, done);
      const weights = Float64Array.from(kept, (i) => w[i]!);
      out.push({ member: m, p: refitted(member, at, target, weights) });
    }
  });
  return out;
}

/** Standard normal numbers, as many below 0 as above, with variance 1. */
export function normals(count: number, seed: number): Float64Array {
  const next = generator(seed, 0x6e6f726d);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  const half = Float64Array.from({ length: Math.ceil(count / 2) }, () => {
    // Marsaglia's polar method
    for (;;) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
    }
  });
  const scale = 1 / Math.sqrt(half.reduce((sum, z) => sum + z * z, 0) / half.length);
  return Float64Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1) * scale * half[i >> 1]!);
}

/** Decades by which a point lies beyond the data: in compute, in N (two of compute each), or in D/N. */
export const decadesBeyond = (compute: number, size: number, ratio: number): number =>
  Math.max(0, log10(compute), 2 * log10(size), log10(ratio));
