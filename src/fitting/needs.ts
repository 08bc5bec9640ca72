// What to train when compute is not all that counts: T tokens to be served, U unique tokens that may be repeated, a ceiling on N. The
// law is asked at the tokens' worth,
//
//   L = E + A N^−α + B D′^−β,  D′ = D for D ≤ U, else U + U R (1 − e^{−(D/U−1)/R})      (Muennighoff et al. 2023),
//
// and compute is that of training and serving, kND + 2NT (Sardana et al. 2024). At a given compute the loss, and at a given loss
// the compute, is convex in log N: each is one search by Brent's method.

import { positive } from "../check.ts";
import { exp, expm1, log as logOf, pow } from "../math/elementary.ts";
import { brent } from "../math/minimise.ts";
import type { Allocation, Miss } from "./allocation.ts";
import type { Law } from "./points.ts";

export interface Needs {
  /** T: tokens the model will read and write in service. Default 0. */
  readonly serve?: number;
  /** U: tokens there are; more are repetitions. Default: no limit. */
  readonly unique?: number;
  /** R: repetitions after which repeated data has given 63 % of what it can. Default 15.39, of Muennighoff et al. */
  readonly reuse?: number;
  /** The largest N. Default: no limit. */
  readonly most?: number;
}

/** What is known of the plan: one of these. */
export interface Target {
  /** Compute of training and serving. */
  readonly flops?: number | undefined;
  readonly N?: number | undefined;
  readonly D?: number | undefined;
  readonly loss?: number | undefined;
}

/** R_D*: repeats after which a repeated token has lost 1 − 1/e of its worth (Muennighoff et al. 2023, table 1). */
const REUSE = 15.387756;
/** Flops a parameter and token served. */
const SERVING = 2;
const [LEAST, LARGEST] = [1, 1e18];

interface Problem extends Required<Needs> {
  readonly law: Law;
  readonly k: number;
}

function problem(law: Law, k: number, needs: Needs): Problem {
  const { serve = 0, unique = Infinity, reuse = REUSE, most = LARGEST } = needs;
  if (serve !== 0) positive("serve", serve);
  if (unique !== Infinity) positive("unique", unique);
  return { law, k, serve, unique, reuse: positive("reuse", reuse), most: positive("most", most) };
}

/** D′ of D. */
function worth(D: number, { unique, reuse }: Problem): number {
  return D <= unique ? D : unique * (1 + reuse * -expm1(-(D / unique - 1) / reuse));
}

/** D of D′; Infinity at what no repetition reaches. */
function tokensWorth(value: number, { unique, reuse }: Problem): number {
  if (value <= unique) return value;
  const left = 1 - (value / unique - 1) / reuse;
  return left > 0 ? unique * (1 - reuse * logOf(left)) : Infinity;
}

const lossOf = (p: Problem, N: number, D: number): number =>
  p.law.E + p.law.A * pow(N, -p.law.alpha) + p.law.B * pow(worth(D, p), -p.law.beta);

const tokensOf = (p: Problem, flops: number, N: number): number => (flops / N - SERVING * p.serve) / p.k;

function at(p: Problem, N: number, D: number): Allocation {
  return { flops: p.k * N * D + SERVING * N * p.serve, N, D, loss: lossOf(p, N, D) };
}

/** The lowest loss at a compute. */
function atFlops(p: Problem, flops: number): Allocation {
  // at least one token is left for training
  const top = Math.min(p.most, flops / (p.k + SERVING * p.serve));
  if (!(top > LEAST)) return { flops, N: Number.NaN, D: Number.NaN, loss: Infinity };
  const { x } = brent((u) => lossOf(p, exp(u), tokensOf(p, flops, exp(u))), 0, logOf(top), 1e-9);
  // a ceiling is met, not neared
  const N = x > logOf(top) - 1e-6 ? top : exp(x);
  return { ...at(p, N, tokensOf(p, flops, N)), flops };
}

/** The least compute that reaches a loss; infinite where none does. */
function atLoss(p: Problem, loss: number): Allocation {
  const { E, A, B, alpha, beta } = p.law;
  const tokens = (N: number): number => {
    const left = loss - E - A * pow(N, -alpha);
    return left > 0 ? tokensWorth(pow(left / B, -1 / beta), p) : Infinity;
  };
  const cost = (N: number) => p.k * N * tokens(N) + SERVING * N * p.serve;
  // from the least N that can reach it with all the tokens there may be
  const floor = p.unique === Infinity ? 0 : B * pow(p.unique * (1 + p.reuse), -beta);
  const least = (loss - E - floor) / A > 0 ? pow((loss - E - floor) / A, -1 / alpha) : Infinity;
  if (!(least < p.most)) return { flops: Infinity, N: Number.NaN, D: Number.NaN, loss };
  const from = Math.max(0, logOf(least));
  const log = (u: number) => Math.min(logOf(cost(exp(u))), 1e4);
  const { x } = brent(log, from, logOf(p.most), 1e-9);
  const N = x > logOf(p.most) - 1e-6 ? p.most : exp(x);
  const D = tokens(N);
  return Number.isFinite(D) ? { ...at(p, N, D), loss } : { flops: Infinity, N: Number.NaN, D: Number.NaN, loss };
}

/** The compute whose best N, or D, is this. */
function atBest(p: Problem, name: "N" | "D", value: number): Allocation {
  let [low, high] = [logOf(p.k + SERVING * p.serve) + 1, logOf(1e40)];
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (atFlops(p, exp(middle))[name] < value) low = middle;
    else high = middle;
  }
  const found = atFlops(p, exp(high));
  // beyond a ceiling, or what any compute calls for
  if (!(Math.abs(found[name] / value - 1) < 1e-3)) return { ...found, flops: Infinity };
  // what is given is met, not neared
  return name === "N" ? at(p, value, found.D) : at(p, found.N, value);
}

/** The best plan under needs. */
export function meet(law: Law, target: Target, flopsPerToken: number, needs: Needs = {}): Allocation {
  const p = problem(law, flopsPerToken, needs);
  if (target.flops !== undefined) return atFlops(p, target.flops);
  if (target.loss !== undefined) return atLoss(p, target.loss);
  return target.N !== undefined ? atBest(p, "N", target.N) : atBest(p, "D", target.D!);
}

/** The cost of a model `factor` times too large or small at the same compute; all of it where too little is left to train. */
export function missUnder(law: Law, best: Allocation, flopsPerToken: number, factor: number, needs: Needs): Miss {
  const p = problem(law, flopsPerToken, needs);
  const N = best.N * factor;
  const D = tokensOf(p, best.flops, N);
  if (!(D > 0)) return { factor, loss: Infinity, excess: Infinity, wasted: 1 };
  const loss = lossOf(p, N, D);
  return { factor, loss, excess: loss - best.loss, wasted: 1 - atLoss(p, loss).flops / best.flops };
}
