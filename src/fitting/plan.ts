// A plan: the best N and D for a budget, or the budget and D a model of given size deserves, with intervals from bootstrap draws and
// the cost of being off by 2× either way (docs/theory.md, eqs. 10.6, 10.8).

import { positive } from "../check.ts";
import { type Allocation, allocate, allocateSize, type Miss, missBy } from "./allocation.ts";
import type { Law } from "./points.ts";
import { allocateByLines, type OptimaFit } from "./powerlaws.ts";
import { type Interval, interval } from "./quantiles.ts";

/** A law of approach 3, or the lines of approaches 1 and 2. */
export type Model = Law | OptimaFit;

export const isLaw = (model: Model): model is Law => "alpha" in model;

export interface Plan extends Allocation {
  /** D/N. */
  readonly tokensPerParameter: number;
  /** 95 %, from the draws; null without draws. */
  readonly ci: Readonly<Record<"flops" | "N" | "D" | "loss" | "tokensPerParameter", Interval>> | null;
  /** Half and double the best N at the same budget; null for approaches 1 and 2, which do not know the loss off the optimum. */
  readonly misses:
    | readonly (Miss & { readonly ci: { readonly excess: Interval; readonly wasted: Interval } | null })[]
    | null;
}

export interface PlanOptions {
  /** k in C = kND. Default 6. */
  readonly flopsPerToken?: number;
  /** Bootstrap draws of the same model. */
  readonly draws?: readonly Model[];
}

/**
 * What to train.
 * @param model a law (approach 3) or lines (approaches 1, 2)
 * @param target `{ flops }`, a budget, or `{ N }`, a model size
 * @throws RangeError where neither or both are given, or not positive
 */
export function plan(
  model: Model,
  target: { readonly flops?: number; readonly N?: number },
  { flopsPerToken = 6, draws = [] }: PlanOptions = {},
): Plan {
  positive("flopsPerToken", flopsPerToken);
  if ((target.flops === undefined) === (target.N === undefined)) throw new RangeError("give either flops or N");
  const [name, value] = target.flops === undefined ? (["N", target.N] as const) : (["flops", target.flops] as const);
  positive(name, value);
  const best = (of: Model): Allocation => {
    if (!isLaw(of)) {
      const { exponent, coefficient } = of.size;
      return allocateByLines(of, name === "flops" ? value! : (value! / coefficient) ** (1 / exponent));
    }
    return name === "flops" ? allocate(of, value!, flopsPerToken) : allocateSize(of, value!, flopsPerToken);
  };
  const centre = best(model);
  const samples = draws.map(best);
  const laws = draws.filter(isLaw);
  const over = (of: (a: Allocation) => number) => interval(samples.map(of));
  return {
    ...centre,
    tokensPerParameter: centre.D / centre.N,
    ci:
      samples.length === 0
        ? null
        : {
            flops: over((a) => a.flops),
            N: over((a) => a.N),
            D: over((a) => a.D),
            loss: over((a) => a.loss),
            tokensPerParameter: over((a) => a.D / a.N),
          },
    misses: !isLaw(model)
      ? null
      : [0.5, 2].map((factor) => {
          const missed = laws.map((law) => missBy(law, centre.flops, flopsPerToken, factor));
          return {
            ...missBy(model, centre.flops, flopsPerToken, factor),
            ci:
              missed.length === 0
                ? null
                : { excess: interval(missed.map((m) => m.excess)), wasted: interval(missed.map((m) => m.wasted)) },
          };
        }),
  };
}
