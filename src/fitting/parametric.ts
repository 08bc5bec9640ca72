// Approach 3 (Hoffmann et al. 2022; Besiroglu et al. 2024): L = E + A N^−α + B D^−β by
//
//   min Σ_i w_i Huber_δ(log L̂(N_i, D_i) − log L_i),   Huber_δ(r) = ½r² for |r| ≤ δ, δ(|r| − ½δ) beyond       (10.2)
//
// the sum, not the mean. It has several minima, hence many starts: the published grid of 4,500, or the few that variable
// projection finds (projection.ts).

import { oneOf, positive } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import { type Minima, PARAMETERS } from "../kernels/huber/kernels.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { log, pow } from "../math/elementary.ts";
import { concatenated, type Law, lawOf, type Points, pointsOf, thetaOf } from "./points.ts";
import { projectedStarts, thinned } from "./projection.ts";
import type { Runs } from "./runs.ts";

export interface ParametricOptions {
  /** δ of the Huber loss on log L. Default 1e-3. */
  readonly delta?: number;
  /** "grid": the published 4,500 starts and those of "projection", the local minima of variable projection. Default "grid". */
  readonly starts?: "grid" | "projection";
  /** Further starts. */
  readonly from?: readonly Law[];
  /** Weight of each row, ≥ 0. Default 1. */
  readonly weights?: Float64Array;
  /** Largest entry of the gradient, over δ Σw, at which a minimum counts. Default 1e-7. */
  readonly tolerance?: number;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface ParametricFit extends Law {
  readonly method: "parametric";
  /** Exponent of N*(C) = G (C/k)^a: β/(α+β). */
  readonly a: number;
  readonly objective: number;
  readonly delta: number;
  /** log L̂ − log L, row by row. */
  readonly residuals: Float64Array;
  readonly stats: {
    readonly converged: boolean;
    readonly starts: number;
    /** Starts that ended within 1e-6 of the best objective. */
    readonly atBest: number;
    /** Starts that did not converge. */
    readonly failed: number;
    readonly evaluations: number;
    /** Largest entry of the gradient at the minimum, over δ Σw. */
    readonly slope: number;
  };
}

/** Rows up to which every start sees them all. */
const MANY = 2000;

/** The published grid of starts: α, β ∈ {0, ½, …, 2}, e ∈ {−1, −½, …, 1}, a, b ∈ {0, 5, …, 25}. */
export function gridStarts(points: Points): Float64Array {
  const exponents = [0, 0.5, 1, 1.5, 2];
  const offsets = [0, 5, 10, 15, 20, 25];
  const starts: number[] = [];
  for (const alpha of exponents)
    for (const beta of exponents)
      for (const e of [-1, -0.5, 0, 0.5, 1])
        for (const a of offsets)
          for (const b of offsets) starts.push(a - alpha * points.meanX, b - beta * points.meanY, e, alpha, beta);
  return Float64Array.from(starts);
}

/**
 * Fits approach 3.
 * @throws RangeError where delta is not positive or there are fewer rows than parameters
 */
export function fitParametric(runs: Runs, options: ParametricOptions = {}): ParametricFit {
  const delta = positive("delta", options.delta ?? 1e-3);
  const kind = oneOf("starts", options.starts ?? "grid", ["grid", "projection"]);
  if (runs.n <= PARAMETERS) throw new RangeError(`approach 3 needs more rows than its 5 parameters, got ${runs.n}`);
  const kernels = options.kernels ?? defaultKernels();
  const points = pointsOf(runs, kernels, options.weights);
  const starts = [projectedStarts(points, 8, kernels), ...(options.from ?? []).map((law) => thetaOf(law, points))];
  if (kind === "grid") starts.push(gridMinima(points, delta, kernels));
  const minima = huberKernelsOf(kernels).minimiseHuber(points, delta, concatenated(starts), {
    tolerance: options.tolerance ?? 1e-7,
  });
  const best = bestOf(minima);
  const law = lawOf(minima.theta.subarray(PARAMETERS * best, PARAMETERS * (best + 1)), points);
  return {
    method: "parametric",
    ...law,
    a: law.beta / (law.alpha + law.beta),
    objective: minima.value[best]!,
    delta,
    residuals: residuals(law, runs),
    stats: {
      converged: minima.slope[best]! <= 1e-4,
      starts: minima.value.length,
      atBest: minima.value.filter((value) => value <= minima.value[best]! * (1 + 1e-6)).length,
      failed: minima.failed,
      evaluations: minima.evaluations.reduce((sum, count) => sum + count, 0),
      slope: minima.slope[best]!,
    },
  };
}

/** The grid itself; for more rows than MANY, the lowest minima that it leads to on an even sample of them. */
function gridMinima(points: Points, delta: number, kernels: Kernels): Float64Array {
  const starts = gridStarts(points);
  if (points.x.length <= MANY) return starts;
  const { theta, value } = huberKernelsOf(kernels).minimiseHuber(thinned(points, MANY), delta, starts, {
    tolerance: 1e-4,
  });
  const best = Array.from(value.keys()).sort((i, j) => value[i]! - value[j]!);
  return concatenated(best.slice(0, 5).map((i) => theta.subarray(PARAMETERS * i, PARAMETERS * (i + 1))));
}

export const residuals = (law: Law, runs: Runs): Float64Array =>
  runs.loss.map((loss, i) =>
    log((law.E + law.A * pow(runs.N[i]!, -law.alpha) + law.B * pow(runs.D[i]!, -law.beta)) / loss),
  );

export function bestOf(minima: Minima): number {
  let best = 0;
  minima.value.forEach((value, i) => {
    if (value < minima.value[best]! || Number.isNaN(minima.value[best]!)) best = i;
  });
  return best;
}
