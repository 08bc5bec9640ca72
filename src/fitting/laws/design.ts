// Which runs to make next, so that a forecast narrows most: V-optimal over stacked laws, greedy per flop. The draws of a stack
// (stack.ts), with a common drift b x ζ added to each, give the covariance Σ of log L between the target t and any run c that could be
// made. A run with noise σ_c² leaves
//
//   Σ ← Σ − Σ_·c Σ_c·/(Σ_cc + σ_c²),   and takes Σ_tc²/(Σ_cc + σ_c²) off the target's variance                          (10.16)
//
// (Gaussian conditioning, as in the design of Kriging experiments). The run that takes most per flop comes first, until the compute is
// spent; the same among larger runs, and by what a run takes off in all,
// is tried too, and the best kept.

import { finite, integer, positive } from "../../check.ts";
import { exp, log10, pow } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import type { Runs } from "../runs.ts";
import { evaluator } from "./evaluate.ts";
import { type Forecaster, rangesOf } from "./predict.ts";
import { normals, varianceOf } from "./stack.ts";

export interface DesignedRun {
  readonly N: number;
  readonly D: number;
  readonly C: number;
}

export interface DesignOptions {
  /** Compute of the run to be foretold. */
  readonly target: number;
  /** Its size. Default: the best by the stacked laws. */
  readonly size?: number;
  /** Compute to be spent. */
  readonly spend: number;
  /** Sizes that can be trained. Default: twelve over those of the runs and up to what could be spent. */
  readonly sizes?: ArrayLike<number>;
  /** Runs to choose among, each once, in place of those of `sizes`. */
  readonly candidates?: readonly DesignedRun[];
  /** Runs at most. Default 32. */
  readonly most?: number;
  readonly seed?: number;
}

export interface Width {
  readonly low: number;
  readonly high: number;
  /** Half of the 95 % interval of log L of a run there. */
  readonly half: number;
}

export interface Design {
  readonly target: DesignedRun & { readonly loss: number };
  /** In the order of their worth. */
  readonly runs: readonly DesignedRun[];
  readonly spent: number;
  /** What the target's loss is known to, and would be. */
  readonly before: Width;
  readonly after: Width;
}

/** Runs of less than this part of the compute are not thought of. */
const TINY = 1000;
/** Points of the grids of D/N. */
const RATIOS = 10;

/**
 * Chooses runs.
 * @throws RangeError where nothing can be made of the compute, or the target is no larger than the runs
 */
export function designRuns(runs: Runs, forecaster: Forecaster, options: DesignOptions): Design {
  const target = positive("target", options.target);
  const spend = positive("spend", options.spend);
  const most = integer("most", options.most ?? 32, 1, 1000);
  const k = runs.flopsPerToken;
  const ranges = rangesOf(runs);
  if (target <= ranges.C)
    throw new RangeError(`target must be above the largest run's compute, ${ranges.C.toPrecision(3)}`);
  const N = options.size === undefined ? bestSize(forecaster, target, k) : positive("size", options.size);
  const aim = { N, D: target / (k * N), C: target };
  const once = options.candidates !== undefined;
  const candidates = (options.candidates ?? grid(runs, options, k)).filter(({ C }) => C <= spend);
  if (candidates.length === 0)
    throw new RangeError(
      `no run can be made of ${spend.toPrecision(3)} flops with these sizes: spend more, or train smaller ones`,
    );
  const points = [aim, ...candidates];
  const { stack } = forecaster;
  const at = {
    N: Float64Array.from(points, (p) => p.N),
    D: Float64Array.from(points, (p) => p.D),
    C: Float64Array.from(points, (p) => p.C),
  };
  const laws = stack.members.map(({ law }) => evaluator(law, at));
  const zeta = normals(stack.draws.length, (options.seed ?? 1) + 1);
  const decades = points.map(({ C }) => Math.max(0, log10(C / ranges.C)));
  const ensemble = stack.draws.map(({ member, p }, draw) =>
    laws[member]!(p).logs.map((value, i) => value + stack.drift * decades[i]! * zeta[draw]!),
  );
  const sigma = covarianceOf(ensemble, points.length);
  const noise = points.map(({ C }) => varianceOf(stack.noise, C));
  // most runs are soon made of small ones: the best per flop among those of a larger share are tried too
  const plans = [0, 1, 3, 10].map((share) =>
    greedy(sigma, noise, points, { spend, most, once, perFlop: true, least: (share * spend) / most }),
  );
  plans.push(greedy(sigma, noise, points, { spend, most, once, perFlop: false, least: 0 }));
  const best = plans.reduce((a, b) => (b.variance < a.variance ? b : a));
  const loss = forecaster.at(aim.N, aim.D).loss;
  const width = (variance: number): Width => {
    const half = 1.96 * Math.sqrt(variance + noise[0]!);
    return { low: loss * exp(-half), high: loss * exp(half), half };
  };
  return {
    target: { ...aim, loss },
    runs: best.chosen.map((c) => points[c]!),
    spent: best.chosen.reduce((sum, c) => sum + points[c]!.C, 0),
    before: width(sigma[0]!),
    after: width(best.variance),
  };
}

/** The size of least forecast loss at a compute. */
export function bestSize({ all }: Forecaster, C: number, k: number): number {
  const ratio = logspace(0.1, 1e4, 101);
  const N = ratio.map((r) => Math.sqrt(C / (k * r)));
  const losses = all({ N, D: N.map((n) => C / (k * n)) });
  return losses.reduce((best, point) => (point.loss < best.loss ? point : best)).N;
}

/** Runs that could be made: sizes by D/N within what the runs have, each a share of the compute that matters. */
function grid(runs: Runs, { sizes, spend }: DesignOptions, k: number): DesignedRun[] {
  const { N, ratio } = rangesOf(runs);
  const least = Math.max(ratio[0], 0.1);
  // the largest size that the compute trains at the least D/N of the runs
  const top = Math.max(N[0] * 1.01, Math.sqrt(spend / (k * least)));
  const all = sizes ? Array.from(sizes, (size, i) => finite(`sizes[${i}]`, size, 1)) : [...logspace(N[0], top, 12)];
  const ratios = ratio[1] > 1.01 * least ? [...logspace(least, ratio[1], RATIOS)] : [least];
  return all.flatMap((size) =>
    ratios
      .map((r) => ({ N: size, D: r * size, C: k * r * size * size }))
      .filter(({ C }) => C <= spend && C >= spend / TINY),
  );
}

/** Covariance of columns over draws. */
function covarianceOf(ensemble: readonly Float64Array[], n: number): Float64Array {
  const mean = new Float64Array(n);
  for (const logs of ensemble) for (let i = 0; i < n; i++) mean[i]! += logs[i]! / ensemble.length;
  const sigma = new Float64Array(n * n);
  const off = new Float64Array(n);
  for (const logs of ensemble) {
    for (let i = 0; i < n; i++) off[i] = logs[i]! - mean[i]!;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sigma[i * n + j]! += (off[i]! * off[j]!) / ensemble.length;
  }
  return sigma;
}

interface Rules {
  readonly spend: number;
  readonly most: number;
  readonly once: boolean;
  readonly perFlop: boolean;
  /** Least compute of a run. */
  readonly least: number;
}

function greedy(
  from: Float64Array,
  noise: readonly number[],
  points: readonly DesignedRun[],
  { spend, most, once, perFlop, least }: Rules,
): { chosen: number[]; variance: number } {
  const n = points.length;
  const sigma = from.slice();
  const chosen: number[] = [];
  let left = spend;
  while (chosen.length < most) {
    let [best, worth] = [0, 0];
    for (let c = 1; c < n; c++) {
      const { C } = points[c]!;
      if (C > left || C < least || (once && chosen.includes(c))) continue;
      const gain = pow(sigma[c]!, 2) / (sigma[c * n + c]! + noise[c]!);
      const value = perFlop ? gain / C : gain;
      if (value > worth) [best, worth] = [c, value];
    }
    if (best === 0) break;
    chosen.push(best);
    left -= points[best]!.C;
    const column = Float64Array.from({ length: n }, (_, i) => sigma[i * n + best]!);
    const scale = 1 / (column[best]! + noise[best]!);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sigma[i * n + j]! -= scale * column[i]! * column[j]!;
  }
  return { chosen, variance: Math.max(0, sigma[0]!) };
}
