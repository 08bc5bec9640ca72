// A law against others: its fit, how well that holds, its errors beyond the compute it saw (rolling origin), and the best size at a
// budget, in closed form where the law has one.

import { exp, log, pow } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import { type Runs, select } from "../runs.ts";
import { columnOf } from "./bind.ts";
import { fitLaw, type LawFit, type LawOptions } from "./fit-law.ts";
import { lawAt, type ScalingLaw } from "./law.ts";
import { LAWS, lawNamed } from "./list.ts";
import { CUTS, type HeldOut } from "./predict.ts";

/** Errors of a law beyond every cut that leaves rows enough, fitted as `options` say. */
export function heldOutBy(law: ScalingLaw, runs: Runs, options: LawOptions, near?: Float64Array): HeldOut[] {
  const most = runs.C.reduce((a, b) => Math.max(a, b), 0);
  return CUTS.flatMap((beyond) => {
    const keep = (i: number) => runs.C[i]! <= (most / beyond) * (1 + 1e-4);
    const below = runs.C.reduce((count, _, i) => count + (keep(i) ? 1 : 0), 0);
    if (below < Math.max(10, law.parameters.length + 4) || runs.n - below < 3) return [];
    const { weights } = options;
    const { parameters } = fitLaw(law, select(runs, keep), {
      ...options,
      ...(weights && { weights: weights.filter((_, i) => keep(i)) }),
      ...(near && { from: [near], draws: 32 }),
    });
    const above = select(runs, (i) => !keep(i));
    const target = columnOf(above, law, law.target)!;
    const names = law.inputs.map(({ name }) => name);
    const sum = target.reduce((total, value, i) => {
      const at = Object.fromEntries(names.map((name) => [name, columnOf(above, law, name)![i]!]));
      return total + pow(log(lawAt(law, parameters, at) / value), 2);
    }, 0);
    return [{ beyond, rows: above.n, rms: Math.sqrt(sum / above.n) }];
  });
}

/**
 * The size and tokens of least loss at C = flops, and the loss there; undefined where the law takes more than N, D and C, or its
 * least loss lies at no size between 1 and C/k.
 */
export function bestAt(
  { law, parameters, lossAt }: Pick<LawFit, "law" | "parameters" | "lossAt">,
  flops: number,
  flopsPerToken: number,
): { readonly N: number; readonly D: number; readonly loss: number } | undefined {
  if (law.target !== "loss" || law.inputs.some(({ name }) => !["N", "D", "C"].includes(name))) return undefined;
  if (!["N", "D"].every((name) => law.inputs.some((input) => input.name === name))) return undefined;
  const product = flops / flopsPerToken;
  let N = law.optimum?.(parameters, product);
  if (N === undefined) {
    const at = (x: number) => {
      const loss = lossAt(exp(x), product / exp(x));
      return Number.isFinite(loss) ? loss : Number.MAX_VALUE;
    };
    // a scan first: the law may have minima at both ends
    const grid = Array.from({ length: 200 }, (_, i) => (log(product) * i) / 199);
    const least = grid.reduce((best, x, i) => (at(x) < at(grid[best]!) ? i : best), 0);
    if (least === 0 || least === 199) return undefined;
    N = exp(brent(at, grid[least - 1]!, grid[least + 1]!, 1e-9).x);
  }
  if (!(N >= 1 && N <= product)) return undefined;
  return { N, D: product / N, loss: lossAt(N, product / N) };
}

export interface Better {
  readonly law: string;
  /** By how much its AICc lies below. */
  readonly aicc: number;
  /** Mean errors beyond the compute seen of the law and of that of Hoffmann et al.; absent where no cut leaves rows enough. */
  readonly heldOut?: readonly [its: number, other: number];
}

/** AICc below which another law is told of. */
const CLEAR = 10;
/** Rows looked at. */
const MANY = 4000;

/** The law that describes runs clearly better than L = E + A/N^α + B/D^β, within them and beyond; undefined where none does. */
export function clearlyBetter(all: Runs): Better | undefined {
  const every = Math.ceil(all.n / MANY);
  const runs = every > 1 ? select(all, (i) => i % every === 0) : all;
  if (runs.n < 20) return undefined;
  const base = fitLaw(lawNamed("chinchilla"), runs);
  const [best] = LAWS.filter(({ name }) => name !== "chinchilla")
    .map((law) => fitLaw(law, runs))
    .sort((a, b) => a.aicc - b.aicc);
  const aicc = base.aicc - best!.aicc;
  if (!(aicc > CLEAR)) return undefined;
  const mean = (fit: LawFit) => {
    const seen = heldOutBy(fit.law, runs, {}, fit.p);
    return seen.length > 0 ? seen.reduce((sum, { rms }) => sum + rms, 0) / seen.length : undefined;
  };
  const [its, other] = [mean(best!), mean(base)];
  if (its === undefined || other === undefined) return { law: best!.law.name, aicc };
  return its < 0.9 * other ? { law: best!.law.name, aicc, heldOut: [its, other] } : undefined;
}
