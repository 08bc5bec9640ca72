// When SGD on P samples converges, and what its noise leaves (docs/theory.md, eqs. 11.6–11.8). Summed over all times the kernels are
// traces at one point outside of the spectrum: with η̄ = η(1+s), x₀ = 2/η̄ and H the Hessian on the samples,
//
//   Σ K̂ = s/(1+s) Tr H/(x₀ − H) = s/(1+s) g(u₀),                      g(u) = Σ λ/(u−λ) = −D(−u)                     (11.6)
//   Σ K  = s/(1+s) g/(1 + g/P)   where L̂ does not vanish, that is N ≤ P                                            (11.7)
//
// at the u₀ right of the spectrum's edge with x(u₀) = x₀ (8.7). The loss converges iff x₀ > x_max and Σ K̂ < 1.

import type { Measure } from "../../kernels/dynamics.ts";
import { exp } from "../../math/elementary.ts";
import type { Rule, Sampling } from "../training/optimizer.ts";
import { onlyBatch } from "../training/optimizers/sgd.ts";

/** The SGD of a model: its step η, and the variance s of the mean of a batch in units of one sample's. */
export function noiseOf({ rule, P }: { readonly rule: Rule; readonly P: number }): { eta: number; share: number } {
  if (rule.kind !== "sgd") throw new TypeError(`the rule must be sgd, got ${rule.kind}`);
  return { eta: rule.eta, share: shareOf(onlyBatch(rule), rule.sampling, P) };
}

/** s of batches of B. */
export function shareOf(batch: number, sampling: Sampling | undefined, P: number): number {
  if (sampling !== "batch" || P === Infinity) return 1 / batch;
  // one sample is all of its batch
  return batch >= P ? 0 : (P - batch) / ((P - 1) * batch);
}

/** g, x and whether x rises, at u = λ₁(1 + e^v). */
function outside({ lambda, weight }: Measure, invN: number, invP: number) {
  const first = lambda.reduce((most, l) => Math.max(most, l), 0);
  return (v: number) => {
    const off = first * exp(v);
    const u = first + off;
    let [g, slope] = [0, 0];
    for (let j = 0; j < lambda.length; j++) {
      const q = 1 / (first - lambda[j]! + off);
      g += weight[j]! * q;
      slope -= weight[j]! * q * q;
    }
    const [R3, R1] = [1 + g * invN, 1 + g * invP];
    return { g, x: u * R1 * R3, rises: R1 * R3 + u * slope * (R3 * invP + R1 * invN) > 0 };
  };
}

/** The v at which a property that holds from somewhere on begins to. */
function onset(holds: (v: number) => boolean): number {
  let [low, high] = [-40, 60];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The largest stable step of SGD whose batches have the variance s. */
export function largestEta(data: Measure, invN: number, invP: number, share: number): number {
  const at = outside(data, invN, invP);
  const { x } = at(onset((v) => at(v).rises && (share === 0 || at(v).g < 1 + 1 / share)));
  return 2 / (x * (1 + share));
}

/** Σ K̂ and Σ K of a stable step. */
export function returns(data: Measure, invN: number, invP: number, eta: number, share: number) {
  const at = outside(data, invN, invP);
  const x0 = 2 / (eta * (1 + share));
  const { g } = at(onset((v) => at(v).rises && at(v).x > x0));
  const part = share / (1 + share);
  return { train: part * g, test: (part * g) / (1 + g * invP) };
}
