// What to spend a budget on (docs/theory.md, eqs. 10.6–10.8). The law L = E + A N^−α + B D^−β with C = kND has its minimum at
//
//   N* = G (C/k)^a,  D* = (C/k)^{1−a} / G,  a = β/(α+β),  G = (αA/βB)^{1/(α+β)},  L* − E ∝ C^{−αβ/(α+β)}.       (10.6)
//
// Approaches 1 and 2 give N* = G′ C^a directly, as straight lines through optima read off the runs.

import { finite, positive, within } from "../check.ts";
import { pow } from "../math/elementary.ts";
import { type Law, lossAt } from "./points.ts";

export interface Allocation {
  readonly flops: number;
  readonly N: number;
  readonly D: number;
  readonly loss: number;
}

/** As `allocate`, of numbers that have been checked: NaN or ∞ where the answer leaves double precision. */
export function bestAtFlops(law: Law, flops: number, flopsPerToken: number): Allocation {
  const product = flops / flopsPerToken;
  const G = pow((law.alpha * law.A) / (law.beta * law.B), 1 / (law.alpha + law.beta));
  const N = G * pow(product, law.beta / (law.alpha + law.beta));
  return { flops, N, D: product / N, loss: lossAt(law, N, product / N) };
}

/** As `allocateSize`, in the same way. */
export function bestOfSize(law: Law, N: number, flopsPerToken: number): Allocation {
  // αA N^−α = βB D^−β
  const D = pow((law.alpha * law.A * pow(N, -law.alpha)) / (law.beta * law.B), -1 / law.beta);
  return { flops: flopsPerToken * N * D, N, D, loss: lossAt(law, N, D) };
}

/** As `budgetFor`, in the same way. */
function flopsFor(law: Law, loss: number, flopsPerToken: number): number {
  if (!(loss > law.E)) return Infinity;
  const one = bestAtFlops(law, flopsPerToken, flopsPerToken);
  const eta = (law.alpha * law.beta) / (law.alpha + law.beta);
  return flopsPerToken * pow((loss - law.E) / (one.loss - law.E), -1 / eta);
}

export interface Miss {
  /** N over the best N, at the same budget. */
  readonly factor: number;
  readonly loss: number;
  /** Loss above the best. */
  readonly excess: number;
  /** How much of the budget is thrown away: 1 − C′/C, where C′ would reach this loss at its best. */
  readonly wasted: number;
}

/** As `missBy`, in the same way. */
export function missAt(law: Law, flops: number, flopsPerToken: number, factor: number): Miss {
  const best = bestAtFlops(law, flops, flopsPerToken);
  const loss = lossAt(law, best.N * factor, best.D / factor);
  return { factor, loss, excess: loss - best.loss, wasted: 1 - flopsFor(law, loss, flopsPerToken) / flops };
}

/** @throws RangeError, TypeError where a parameter of the law is no number or out of its range */
export function checkLaw(law: Law): void {
  finite("E", law.E, 0);
  for (const name of ["A", "B"] as const) within("coefficients", law[name], name);
  for (const name of ["alpha", "beta"] as const) within("exponents", law[name], name);
}

/** @throws RangeError where a part of the answer leaves double precision */
function held<T extends Allocation | Miss>(name: string, value: number, answer: T): T {
  for (const part of Object.values(answer) as number[])
    if (!Number.isFinite(part))
      throw new RangeError(`the law has no best N and D in double precision at ${name} = ${value}`);
  return answer;
}

/**
 * The best N and D at a budget (eq. 10.6).
 * @throws RangeError, TypeError where an argument is out of its range, or N or D beyond double precision
 */
export function allocate(law: Law, flops: number, flopsPerToken: number): Allocation {
  checkLaw(law);
  return held("flops", flops, bestAtFlops(law, positive("flops", flops), positive("flopsPerToken", flopsPerToken)));
}

/**
 * The budget whose best N is this one, with its D: how long a model of that size is worth training.
 * @throws as `allocate`
 */
export function allocateSize(law: Law, N: number, flopsPerToken: number): Allocation {
  checkLaw(law);
  return held("N", N, bestOfSize(law, positive("N", N), positive("flopsPerToken", flopsPerToken)));
}

/**
 * The budget at which the best loss is `loss`; Infinity at or below E, and where it is beyond double precision.
 * @throws as `allocate`
 */
export function budgetFor(law: Law, loss: number, flopsPerToken: number): number {
  checkLaw(law);
  return flopsFor(law, finite("loss", loss), positive("flopsPerToken", flopsPerToken));
}

/**
 * The cost of a model `factor` times too large (or small) at a budget.
 * @throws as `allocate`
 */
export function missBy(law: Law, flops: number, flopsPerToken: number, factor: number): Miss {
  allocate(law, flops, flopsPerToken);
  return held("flops", flops, missAt(law, flops, flopsPerToken, positive("factor", factor)));
}
