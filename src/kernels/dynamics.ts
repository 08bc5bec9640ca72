// The kernels of the dynamical model: κ along a contour, two-time functions on its nodes, and the sums over them
// (docs/theory.md, eqs. 8.2, 8.3, 8.8–8.13).

import type { ComplexArray } from "./resolvent.ts";

/** A positive measure Σ weight_j δ(λ − λ_j). */
export interface Measure {
  readonly lambda: Float64Array;
  readonly weight: Float64Array;
}

/** The one-point functions at the nodes of a contour in the upper half plane, eq. (8.4). */
export interface OnePoint {
  readonly z: ComplexArray;
  readonly kappa: ComplexArray;
  readonly R1: ComplexArray;
  readonly R3: ComplexArray;
  readonly D: ComplexArray;
  readonly G: ComplexArray;
}

/** What the two students of a correlation have in common; "none" gives the square of the mean residual. */
export const SHARED = ["both", "data", "features", "none"] as const;
export type Shared = (typeof SHARED)[number];

export interface PairOptions {
  /** Σ λ-weighted modes: D's measure. */
  readonly data: Measure;
  /** The target's energies: G's measure. */
  readonly target: Measure;
  readonly invN: number;
  readonly invP: number;
  /** σ², the variance of the label noise. */
  readonly variance: number;
  readonly shared: readonly Shared[];
  /** Sums over the modes for every pair, free of cancellation (8.10), rather than divided differences. */
  readonly summed: boolean;
}

/** Vectors for a quadratic form at each of `times`: (8.9) where they are weight · e^{t rate}, else (11.5), a sum of several forms. */
export interface PowerRows {
  readonly weight: ComplexArray;
  readonly rate: ComplexArray;
  /** √s ηx/u of (11.5), with rate = log u. */
  readonly ratio?: ComplexArray;
  /** Whole numbers where there are ratios. */
  readonly times: Float64Array;
}

export interface DynamicsKernels {
  /** F(κ) = Σ w_j/(λ_j+κ) and its −F′ at every κ. */
  measureSums(measure: Measure, kappa: ComplexArray): { value: ComplexArray; slope: ComplexArray };
  /**
   * The root κ of ζ = κ (1 − D/N)(1 − D/P) along a path of ζ in the closed upper half plane, neighbours near on a log
   * scale, `first` the guess at the first. NaN from where the path is lost; `reached` counts the rest.
   */
  walkKappa(
    data: Measure,
    invN: number,
    invP: number,
    zeta: ComplexArray,
    first: number,
  ): { kappa: ComplexArray; reached: number };
  /**
   * For each of `shared` the double contour sum Σ_ij u_i u_j C_ij over both half planes as a real quadratic form in
   * w = (Re u_0, Im u_0, Re u_1, …): 2m × 2m, lower triangle with the off-diagonal entries doubled, zeros above.
   */
  pairForms(nodes: OnePoint, options: PairOptions): Float64Array[];
  /** wᵀQw for every row w of `vectors` (rows of n), Q the n × n triangle pairForms makes. */
  quadraticForms(form: Float64Array, n: number, vectors: Float64Array): Float64Array;
  /** What pairForms and quadraticForms make of such vectors: for each of `shared`, a value a time. */
  pairCurves(nodes: OnePoint, options: PairOptions, rows: PowerRows): Float64Array[];
}
