// The exponents of the dynamical model on power laws λ = k^{−b}, c = k^{−a}, a, b > 1 (docs/theory.md, table 8.26): positive numbers
// e for L ∝ x^{−e}. Where the exponent usually quoted (Bordelon et al. 2024, min(a−1, 2b) for features as for data) differs
// from what the theory's own curves and simulations give, both are here.

import { finite } from "../../check.ts";

export interface DynamicsExponents {
  /** L ∝ t^{−e} while time is the bottleneck. */
  readonly time: number;
  /** L ∝ N^{−e} as t, P → ∞: one student, with the variance of its features. */
  readonly features: number;
  /** The same as usually quoted; it holds for the bias, that is for infinite ensembles. */
  readonly featuresPublished: number;
  /** L ∝ P^{−e} as t, N → ∞ without label noise. */
  readonly data: number;
  /** L − L(N=∞) ∝ (1/N) t^{−e} early on; negative where it grows. */
  readonly earlyFeatures: number;
  /** L − L(P=∞) ∝ (1/P) t^{−e} early on. */
  readonly earlyData: number;
  /** L − L̂ ∝ (1/P) t^{−e}. */
  readonly gap: number;
  readonly optimal: OptimalExponents;
}

export interface OptimalExponents {
  /** Which terms balance along L*(C), C = N t, P = ∞. */
  readonly balance: "time and features" | "time and early features" | "SGD noise and early features";
  /** L* ∝ C^{−loss}. */
  readonly loss: number;
  /** N* ∝ C^N. */
  readonly N: number;
  /** t* ∝ C^t. */
  readonly t: number;
  /** The loss exponent by the usual formula (a−1)m/(a−1+bm), m = min(a−1, 2b). */
  readonly lossPublished: number;
}

/**
 * Exponents of the dynamical model's laws, one bottleneck at a time and at the best use of compute.
 * @param options a, b: exponents of the target and of the spectrum, both > 1; sgd: one-pass SGD rather than a rule without
 * noise, default false
 * @throws RangeError, TypeError
 */
export function dynamicsExponents({ a, b, sgd = false }: { a: number; b: number; sgd?: boolean }): DynamicsExponents {
  for (const [name, value] of [["a", a] as const, ["b", b] as const])
    if (finite(name, value) <= 1)
      throw new RangeError(`${name} must be greater than 1 for these exponents, got ${value}`);
  const published = Math.min(a - 1, 2 * b);
  return {
    time: (a - 1) / b,
    features: Math.min(a - 1, b),
    featuresPublished: published,
    data: published,
    earlyFeatures: (Math.min(a - 1, b) - 1) / b,
    earlyData: (published - 1) / b,
    gap: (a - 2) / b,
    optimal: { ...optimal(a, b, sgd), lossPublished: ((a - 1) * published) / (a - 1 + b * published) },
  };
}

function optimal(a: number, b: number, sgd: boolean): Omit<OptimalExponents, "lossPublished"> {
  if (a - 1 < b) return { balance: "time and features", loss: (a - 1) / (1 + b), N: 1 / (1 + b), t: b / (1 + b) };
  if (sgd && a > 2 * b) return { balance: "SGD noise and early features", loss: (2 * b - 1) / (2 * b), N: 0.5, t: 0.5 };
  return { balance: "time and early features", loss: (a - 1) / a, N: (a - b) / a, t: b / a };
}
