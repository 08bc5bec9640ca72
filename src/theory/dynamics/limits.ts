// The losses as t → ∞ (docs/theory.md, eqs. 8.22–8.24), with κ* ≥ 0 the root of D(κ*) = min(N, P) and, there, T = Σ c/(κ+λ)²,
// d₂ = Σ λ²/(κ+λ)²:
//
//   N < P   L = (κG + σ²) P/(P−N),                                                    L̂ = (κG + σ²)(1 − N/P)
//   P < N   L = κ²T/(1−d₂/P) + κG P/(N−P) + σ²(N−d₂)/[(N−P)(1−d₂/P)],                 L̂ = 0
//   M ≤ N, P   L = σ²/(1−M/P),                                                        L̂ = σ²(1−M/P)
//
// At N = P < M the test loss grows like √t. SGD multiplies L̂ by 1/(1 − ΣK̂) and adds ΣK L̂ to L (11.6, 11.7).

import type { Measure } from "../../kernels/dynamics.ts";
import { kappaAtZero, realSum, realSum2 } from "../measure/resolvent.ts";
import type { DynamicsModel } from "./problem.ts";
import { noiseOf, returns } from "./sgd-stability.ts";

export interface StaticLosses {
  /** L(∞); Infinity at N = P. */
  readonly test: number;
  /** L̂(∞). */
  readonly train: number;
  /** κ*, 0 where there are no fewer features and samples than modes. */
  readonly kappa: number;
}

export function staticLosses(model: DynamicsModel): StaticLosses {
  const still = withoutNoiseOfSteps(model);
  // under a schedule: as at steps so small that they make no noise
  if (model.rule.kind !== "sgd" || model.steps) return still;
  const { N, P, short } = model;
  const { eta, share } = noiseOf(model);
  if (share === 0 || still.test === Infinity) return still;
  const sums = returns(short.data, 1 / N, 1 / P, eta, share);
  const train = still.train / (1 - sums.train);
  return { ...still, test: still.test + sums.test * train, train };
}

function withoutNoiseOfSteps(model: DynamicsModel): StaticLosses {
  const { N, P, modes: M } = model;
  const { data, target } = model.short;
  const variance = model.noise;
  const least = Math.min(N, P);
  if (least >= M || least === Infinity) {
    const left = 1 - M / P;
    const share = P === Infinity ? 1 : left;
    const test = variance === 0 ? 0 : variance / share;
    return { test, train: variance * share, kappa: 0 };
  }
  const kappa = kappaAtZero({ lambda: data.lambda, trace: data.weight }, least, M);
  const sum2 = (measure: Measure) => realSum2(measure, measure.weight, kappa);
  const bias = kappa * realSum(target, target.weight, kappa);
  if (N < P) {
    const few = P === Infinity ? 1 : 1 - N / P;
    return { test: (bias + variance) / few, train: (bias + variance) * few, kappa };
  }
  if (N === P) return { test: Infinity, train: 0, kappa };
  const d2 = least - kappa * sum2(data);
  const left = 1 - d2 / P;
  const features = N === Infinity ? 0 : (bias * P) / (N - P);
  const noise = N === Infinity ? variance / left : (variance * (N - d2)) / ((N - P) * left);
  return { test: (kappa * kappa * sum2(target)) / left + features + noise, train: 0, kappa };
}
