// Runs as the kernels of approach 3 see them: logs, centred so that log A and α (log B and β) are nearly uncorrelated, which
// BFGS needs. θ = (a, b, e, α, β) of the centred problem and (E, A, B, α, β) translate into each other here and nowhere else.

import type { HuberData } from "../kernels/huber/kernels.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { exp, log, pow } from "../math/elementary.ts";
import type { Runs } from "./runs.ts";

/** L = E + A N^−α + B D^−β. */
export interface Law {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

export interface Points extends HuberData {
  /** Means of log N and log D, taken off x and y. */
  readonly meanX: number;
  readonly meanY: number;
}

export function pointsOf(runs: Runs, kernels: Kernels, weights?: Float64Array): Points {
  const x = huberKernelsOf(kernels).logs(runs.N);
  const y = huberKernelsOf(kernels).logs(runs.D);
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  return {
    x: x.map((v) => v - meanX),
    y: y.map((v) => v - meanY),
    l: huberKernelsOf(kernels).logs(runs.loss),
    w: weights ?? new Float64Array(runs.n).fill(1),
    meanX,
    meanY,
  };
}

export function lawOf(theta: ArrayLike<number>, points: Points): Law {
  const [a, b, e, alpha, beta] = theta as unknown as [number, number, number, number, number];
  return {
    E: exp(e),
    A: exp(a + alpha * points.meanX),
    B: exp(b + beta * points.meanY),
    alpha,
    beta,
  };
}

export function thetaOf(law: Law, points: Points): Float64Array {
  return Float64Array.of(
    log(law.A) - law.alpha * points.meanX,
    log(law.B) - law.beta * points.meanY,
    log(law.E),
    law.alpha,
    law.beta,
  );
}

/** L at one N and D. */
export const lossAt = (law: Law, N: number, D: number): number =>
  law.E + law.A * pow(N, -law.alpha) + law.B * pow(D, -law.beta);

export function concatenated(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
