// The kernels of sign SGD at large d (docs/theory.md, §12): the equivalent whose rows are weighted by their own norms, and its loss in
// time. A module of their own, which nothing loads but what asks for sign SGD.

import type { ComplexArray, Modes } from "../resolvent.ts";

/** The square norms s of rows of random features, as a quadrature. */
export interface Rows {
  /** √s, n of them. */
  readonly root: Float64Array;
  /**
   * Weights, n of each, for E h(s) first; then for E g_j² h(s) of the first `heads` modes; then what stands at (λ/λ′)^k,
   * k = 1…, in E g_j² h(s) − E h(s) of all others.
   */
  readonly weights: Float64Array;
  readonly heads: number;
  /** λ′ */
  readonly scale: number;
}

export interface RowSums {
  /** y of (12.6). */
  readonly y: ComplexArray;
  /** Σ m_j λ_j A_j/(λ_j A_j + ζ) and Σ t_j/(λ_j A_j + ζ), t_j with their multiplicities. */
  readonly trace: ComplexArray;
  readonly energy: ComplexArray;
}

/** Complex nodes of the loss of sign SGD. */
export interface SignNodes {
  readonly z: ComplexArray;
  readonly forcing: ComplexArray;
  /** What η² multiplies (12.2). */
  readonly source: ComplexArray;
  readonly rest: number;
  /** s² is this times Re Σ z ρ/(P+σ²) (12.3). */
  readonly spread: number;
  /** f(s²): S, then the coefficients of the powers of 2s²/S − 1, s² at most S. */
  readonly shape: Float64Array;
}

/** What drives n consecutive steps. */
export interface SignDrive {
  /** η, n of them. */
  readonly eta: Float64Array;
  /** a = (2/π) η f/√(P+σ²) of each: made, or taken where `given`. */
  readonly rates: Float64Array;
  readonly given: boolean;
  /** σ² */
  readonly noise: number;
}

/** The three stages of n growing steps: 3n of each, stage by stage. */
export interface SignStages extends SignDrive {
  /** h dt/ds and η′/η at each stage. */
  readonly time: Float64Array;
  readonly slope: Float64Array;
  /** a before the first. */
  readonly before: number;
  /** Relative change at which the stages' rates have settled; the plain kernels go on to rounding. */
  readonly settled: number;
}

export interface SignKernels {
  /**
   * Solves d y h(y) = Σ m_j λ_j A_j/(λ_j A_j + ζ) along a path of ζ off the negative axis, from a guess of the first y (12.6). NaN
   * from where Newton's method failed on. Modes: largest λ first.
   */
  rowSums(rows: Rows, modes: Modes, d: number, zeta: ComplexArray, guess: number): RowSums;
  /** Steps (12.1). `state` is left at the end of the last step. Returns P before each. */
  stepSign(nodes: SignNodes, state: ComplexArray, drive: SignDrive): Float64Array;
  /** As `stepSign` in growing steps (12.9). Returns P after each; NaN where the stages did not settle. */
  growSign(nodes: SignNodes, state: ComplexArray, stages: SignStages): Float64Array;
}
