// The resolvent kernels: sums over modes and the self-consistent equation (docs/theory.md, §3).

import type { Complex } from "../math/complex.ts";

/** Complex numbers as two arrays of equal length. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** `n` complex zeros. */
export function complexArray(n: number): ComplexArray {
  return { re: new Float64Array(n), im: new Float64Array(n) };
}

/**
 * A measure on the modes of the data: what every sum runs over. Entry j stands for `multiplicity` modes near it, so a few
 * hundred entries can represent 10¹² modes. All arrays have one length.
 */
export interface Modes {
  /** λ_j, eigenvalue of the data covariance, > 0. */
  readonly lambda: Float64Array;
  /** λ_j · multiplicity. */
  readonly trace: Float64Array;
  /** t_j · multiplicity: the target's energy. */
  readonly energy: Float64Array;
  /** t_j · multiplicity / λ_j. */
  readonly ratio: Float64Array;
}

export interface ModeSums {
  /** D(κ) = Σ trace_j/(λ_j+κ) */
  readonly D: ComplexArray;
  /** G(κ) = Σ energy_j/(λ_j+κ) */
  readonly G: ComplexArray;
  /** H(κ) = Σ ratio_j/(λ_j+κ) */
  readonly H: ComplexArray;
}

export interface ResolventKernels {
  /** D, G and H at every κ. */
  modeSums(modes: Modes, kappa: ComplexArray): ModeSums;
  /**
   * Solves ζ = κ (1 − D(κ)·invN)(1 − D(κ)·invP) for every ζ in the closed upper half plane, by Newton's method from the
   * guesses in `kappa`, which the roots replace (NaN where there was no convergence). Returns how many did not converge.
   */
  solveKappa(modes: Modes, invN: number, invP: number, zeta: ComplexArray, kappa: ComplexArray): number;
  /**
   * κ(−x + i0) at every x > 0 where N = d and P = ∞, with Im κ = 0 outside the support of K̂; NaN where it was not found. `near`: a
   * root near the first, if one is known.
   */
  axisKappa(modes: Modes, invN: number, kappa0: number, x: Float64Array, near?: Complex): ComplexArray;
}
