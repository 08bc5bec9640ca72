// A plan: the best N and D for a budget, or the budget and D a model of given size deserves, with intervals from bootstrap draws and
// the cost of being off by 2× either way (docs/theory.md, eqs. 10.6, 10.8).

import { positive } from "../check.ts";
import { pow } from "../math/elementary.ts";
import { type Interval, interval } from "../math/quantiles.ts";
import { type Allocation, bestAtFlops, bestOfSize, checkLaw, type Miss, missAt } from "./allocation.ts";
import { meet, missUnder, type Needs, type Target } from "./needs.ts";
import type { Law } from "./points.ts";
import { allocateByLines, type OptimaFit } from "./powerlaws.ts";

/** A law of approach 3, or the lines of approaches 1 and 2. */
export type Model = Law | OptimaFit;

/** Whether a fit is a law of N and D, and not lines of the best N and D alone. */
export const isLaw = (model: Model): model is Law => "alpha" in model;

export interface Plan extends Allocation {
  /** D/N. */
  readonly tokensPerParameter: number;
  /** D/U; null where tokens are not limited. */
  readonly epochs: number | null;
  /** Flops of training alone: less than flops where tokens are to be served. */
  readonly trainingFlops: number;
  /** 95 %, from the draws; null without draws. */
  readonly ci:
    | (Readonly<Record<"flops" | "N" | "D" | "loss" | "tokensPerParameter" | "trainingFlops", Interval>> & {
        /** null where tokens are not limited. */
        readonly epochs: Interval | null;
      })
    | null;
  /**
   * Half and double the best N at the same budget, as far as the ceiling lets; null for approaches 1 and 2, which do not know the
   * loss off the optimum.
   */
  readonly misses:
    | readonly (Miss & { readonly ci: { readonly excess: Interval; readonly wasted: Interval } | null })[]
    | null;
}

export interface PlanOptions {
  /** k in C = kND. Default 6. */
  readonly flopsPerToken?: number;
  /** Tokens to be served, unique tokens, a ceiling on N: a law alone can tell. */
  readonly needs?: Needs;
  /** Bootstrap draws of the same model. */
  readonly draws?: readonly Model[];
}

/** N over the best N, in what a miss is told by. */
const MISSES = [0.5, 2];

/**
 * What to train.
 * @param model a law (approach 3) or lines (approaches 1, 2)
 * @param target `{ flops }`, a budget, or `{ N }`, `{ D }` or `{ loss }`: the compute whose best it is
 * @throws RangeError where none or several are given, or not positive; a law out of range (docs/limits.md); a loss that no compute reaches; needs without a law
 */
export function plan(
  model: Model,
  target: Target,
  { flopsPerToken = 6, needs = {}, draws = [] }: PlanOptions = {},
): Plan {
  positive("flopsPerToken", flopsPerToken);
  if (isLaw(model)) checkLaw(model);
  const [given, ...others] = (["flops", "N", "D", "loss"] as const).filter((name) => target[name] !== undefined);
  if (given === undefined || others.length > 0) throw new RangeError("give one of flops, N, D and loss");
  const value = positive(given, target[given]);
  const plain = Object.values(needs).every((need) => need === undefined) && (given === "flops" || given === "N");
  if (!plain && !isLaw(model))
    throw new RangeError("tokens to serve, unique tokens, a ceiling, and D or loss given need the law of approach 3");
  const best = (of: Model): Allocation => {
    if (!isLaw(of)) {
      const { exponent, coefficient } = of.size;
      return allocateByLines(of, given === "flops" ? value : pow(value / coefficient, 1 / exponent));
    }
    if (!plain) return meet(of, target, flopsPerToken, needs);
    return given === "flops" ? bestAtFlops(of, value, flopsPerToken) : bestOfSize(of, value, flopsPerToken);
  };
  const centre = best(model);
  if (!Object.values(centre).every(Number.isFinite) || !(centre.N > 0))
    throw new RangeError(`no plan reaches ${given} = ${value}: it is beyond what the law and the needs allow`);
  const miss = (law: Law, factor: number): Miss =>
    plain
      ? missAt(law, centre.flops, flopsPerToken, factor)
      : missUnder(law, meet(law, { flops: centre.flops }, flopsPerToken, needs), flopsPerToken, factor, needs);
  const samples = draws.map(best);
  const laws = draws.filter(isLaw);
  const over = (of: (a: Allocation) => number) => interval(samples.map(of));
  return {
    ...centre,
    tokensPerParameter: centre.D / centre.N,
    epochs: needs.unique === undefined ? null : centre.D / needs.unique,
    trainingFlops: flopsPerToken * centre.N * centre.D,
    ci:
      samples.length === 0
        ? null
        : {
            flops: over((a) => a.flops),
            N: over((a) => a.N),
            D: over((a) => a.D),
            loss: over((a) => a.loss),
            tokensPerParameter: over((a) => a.D / a.N),
            trainingFlops: over((a) => flopsPerToken * a.N * a.D),
            epochs: needs.unique === undefined ? null : over((a) => a.D / needs.unique!),
          },
    misses: !isLaw(model)
      ? null
      : MISSES.filter((factor) => factor * centre.N <= (needs.most ?? Infinity)).map((factor) => {
          const missed = laws.map((law) => miss(law, factor));
          return {
            ...miss(model, factor),
            ci:
              missed.length === 0
                ? null
                : { excess: interval(missed.map((m) => m.excess)), wasted: interval(missed.map((m) => m.wasted)) },
          };
        }),
  };
}
