// Rolling origin: each law is fitted to the runs below a cut of the compute, C ≤ C_max/q for q = 3, 10, 30, and tried on those above
// (Tashman 2000). It is fitted twice, to all rows and to those of the last two decades below the cut: no law is exact, and the
// small runs say less of what the large ones do than those next to them.

import { log, log10, pow } from "../../math/elementary.ts";
import { type Runs, select } from "../runs.ts";
import type { Fitted } from "./draws.ts";
import { evaluator } from "./evaluate.ts";
import { fitLaw, type LawFit } from "./fit-law.ts";
import type { ScalingLaw } from "./law.ts";

/** Ratios of the largest compute to that of a cut. */
export const CUTS: readonly number[] = [3, 10, 30];
/** Compute below the largest by this factor is left out of a law's second fit. */
const RECENT = 100;
/** Rows needed above a cut. */
const FEW = 3;

/** A law on the rows of C ≥ since. */
export interface Member {
  readonly law: ScalingLaw;
  readonly since: number;
}

/** A member on rows below a cut, and what it is at those above. */
export interface Trial {
  readonly beyond: number;
  /** log L̂ − log L above the cut. */
  readonly errors: Float64Array;
  /** Decades of compute beyond the cut. */
  readonly decades: Float64Array;
  readonly rms: number;
}

export const largest = (runs: Runs): number => runs.C.reduce((most, C) => Math.max(most, C), 0);

/** Rows that a law needs for its trials. */
const rowsFor = (law: ScalingLaw): number => Math.max(10, law.parameters.length + 4);

/** Rows of runs that a member sees; all where the last decades are nearly all, or too few. */
export function seenBy({ law, since }: Member, runs: Runs): Runs {
  if (since === 0) return runs;
  const count = runs.C.reduce((sum, C) => sum + (C >= since ? 1 : 0), 0);
  if (count > 0.9 * runs.n || count < rowsFor(law) + 2) return runs;
  return select(runs, (i) => runs.C[i]! >= since);
}

/** Each law on all rows, and on the last decades where that is another set of them. */
export function membersOf(laws: readonly ScalingLaw[], runs: Runs): Member[] {
  const since = (largest(runs) / RECENT) * (1 - 1e-9);
  return laws.flatMap((law) => {
    const recent = { law, since };
    return seenBy(recent, runs) === runs ? [{ law, since: 0 }] : [{ law, since: 0 }, recent];
  });
}

export interface MemberFit extends Member, Fitted {
  readonly fit: LawFit;
}

/** Starts drawn where another fit of the same law is near. */
const NEAR = 24;

/** @param near - the law's parameters on other rows of the same table */
export function fitMember(member: Member, runs: Runs, near?: Float64Array): MemberFit {
  const fit = fitLaw(member.law, seenBy(member, runs), near ? { from: [near], draws: NEAR } : {});
  return { ...member, fit, p: fit.p, delta: fit.delta };
}

/** A member's trials, at every cut that leaves rows enough on both sides for every law. */
export function trials(
  member: Member,
  runs: Runs,
  cuts: readonly number[] = cutsOf([member.law], runs),
  near?: Float64Array,
): Trial[] {
  const most = largest(runs);
  return cuts.map((beyond) => {
    const cut = (most / beyond) * (1 + 1e-4);
    const below = select(runs, (i) => runs.C[i]! <= cut);
    const above = select(runs, (i) => runs.C[i]! > cut);
    const since = member.since === 0 ? 0 : (largest(below) / RECENT) * (1 - 1e-9);
    const seen = seenBy({ ...member, since }, below);
    const fitted = fitMember({ law: member.law, since: 0 }, seen, near);
    const { logs } = evaluator(member.law, above)(fitted.p);
    const errors = logs.map((value, i) => value - log(above.loss[i]!));
    return {
      beyond,
      errors,
      decades: above.C.map((C) => log10(C / (most / beyond))),
      rms: Math.sqrt(errors.reduce((sum, e) => sum + pow(e, 2), 0) / errors.length),
    };
  });
}

/** The cuts that leave rows enough on both sides for all of some laws. */
export function cutsOf(laws: readonly ScalingLaw[], runs: Runs): number[] {
  const most = largest(runs);
  const needed = Math.max(...laws.map(rowsFor));
  return CUTS.filter((beyond) => {
    const below = runs.C.reduce((count, C) => count + (C <= (most / beyond) * (1 + 1e-4) ? 1 : 0), 0);
    return below >= needed && runs.n - below >= FEW;
  });
}
