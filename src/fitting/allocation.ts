// What to spend a budget on (docs/theory.md, eqs. 10.6–10.8). The law L = E + A N^−α + B D^−β with C = kND has its minimum at
//
//   N* = G (C/k)^a,  D* = (C/k)^{1−a} / G,  a = β/(α+β),  G = (αA/βB)^{1/(α+β)},  L* − E ∝ C^{−αβ/(α+β)}.       (10.6)
//
// Approaches 1 and 2 give N* = G′ C^a directly, as straight lines through optima read off the runs.

import { pow } from "../math/elementary.ts";
import { type Law, lossAt } from "./points.ts";

export interface Allocation {
  readonly flops: number;
  readonly N: number;
  readonly D: number;
  readonly loss: number;
}

/** The best N and D at a budget. */
export function allocate(law: Law, flops: number, flopsPerToken: number): Allocation {
  const product = flops / flopsPerToken;
  const G = pow((law.alpha * law.A) / (law.beta * law.B), 1 / (law.alpha + law.beta));
  const N = G * pow(product, law.beta / (law.alpha + law.beta));
  return { flops, N, D: product / N, loss: lossAt(law, N, product / N) };
}

/** The budget whose best N is this one, with its D: how long a model of that size is worth training. */
export function allocateSize(law: Law, N: number, flopsPerToken: number): Allocation {
  // αA N^−α = βB D^−β
  const D = pow((law.alpha * law.A * pow(N, -law.alpha)) / (law.beta * law.B), -1 / law.beta);
  return { flops: flopsPerToken * N * D, N, D, loss: lossAt(law, N, D) };
}

/** The budget at which the best loss is `loss`; Infinity at or below E. */
export function budgetFor(law: Law, loss: number, flopsPerToken: number): number {
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

/** The cost of a model `factor` times too large (or small) at a budget. */
export function missBy(law: Law, flops: number, flopsPerToken: number, factor: number): Miss {
  const best = allocate(law, flops, flopsPerToken);
  const loss = lossAt(law, best.N * factor, best.D / factor);
  return { factor, loss, excess: loss - best.loss, wasted: 1 - budgetFor(law, loss, flopsPerToken) / flops };
}
