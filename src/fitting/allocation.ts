// What to spend a budget on (docs/theory.md, eqs. 10.6–10.8). The law L = E + A N^−α + B D^−β with C = kND has its minimum at
//
//   N* = G (C/k)^a,  D* = (C/k)^{1−a} / G,  a = β/(α+β),  G = (αA/βB)^{1/(α+β)},  L* − E ∝ C^{−αβ/(α+β)}.       (10.6)
//
// Approaches 1 and 2 give N* = G′ C^a directly, as straight lines through optima read off the runs.

import { finite, positive } from "../check.ts";
import { pow } from "../math/elementary.ts";
import { type Law, lossAt } from "./points.ts";

export interface Allocation {
  readonly flops: number;
  readonly N: number;
  readonly D: number;
  readonly loss: number;
}

/** @throws TypeError, RangeError where a parameter is no finite number from 0 on */
function checked(law: Law, flopsPerToken: number): void {
  for (const name of ["E", "A", "B", "alpha", "beta"] as const) finite(name, law[name], 0);
  positive("flopsPerToken", flopsPerToken);
}

/** The best N and D at a budget. @throws TypeError, RangeError */
export function allocate(law: Law, flops: number, flopsPerToken: number): Allocation {
  checked(law, flopsPerToken);
  positive("flops", flops);
  const product = flops / flopsPerToken;
  const G = pow((law.alpha * law.A) / (law.beta * law.B), 1 / (law.alpha + law.beta));
  const N = G * pow(product, law.beta / (law.alpha + law.beta));
  return { flops, N, D: product / N, loss: lossAt(law, N, product / N) };
}

/** The budget whose best N is this one, with its D: how long a model of that size is worth training. @throws TypeError, RangeError */
export function allocateSize(law: Law, N: number, flopsPerToken: number): Allocation {
  checked(law, flopsPerToken);
  positive("N", N);
  // αA N^−α = βB D^−β
  const D = pow((law.alpha * law.A * pow(N, -law.alpha)) / (law.beta * law.B), -1 / law.beta);
  return { flops: flopsPerToken * N * D, N, D, loss: lossAt(law, N, D) };
}

/** The budget at which the best loss is `loss`; Infinity at or below E. @throws TypeError, RangeError */
export function budgetFor(law: Law, loss: number, flopsPerToken: number): number {
  checked(law, flopsPerToken);
  finite("loss", loss);
  if (!(loss > law.E)) return Infinity;
  const one = allocate(law, flopsPerToken, flopsPerToken);
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

/** The cost of a model `factor` times too large (or small) at a budget. @throws TypeError, RangeError */
export function missBy(law: Law, flops: number, flopsPerToken: number, factor: number): Miss {
  positive("factor", factor);
  const best = allocate(law, flops, flopsPerToken);
  const loss = lossAt(law, best.N * factor, best.D / factor);
  return { factor, loss, excess: loss - best.loss, wasted: 1 - budgetFor(law, loss, flopsPerToken) / flops };
}
