// Stepping the loss in time (docs/theory.md, §2, §5): recursion (2.1) on a quadrature of the spectral measure, one step at a
// time or in growing steps, and the Volterra sum itself.

import { type Complex, complex, mul, scale, sub } from "../math/complex.ts";
import type { ComplexArray } from "./resolvent.ts";

/**
 * A quadrature of the spectral measures of K̂, on real or complex nodes:
 * F = rest + Re Σ forcing_k g(z_k)^r,  K = γ²B Re Σ source_k g(z_k)^r. All arrays have one length.
 */
export interface Nodes {
  readonly z: ComplexArray;
  /** Weights of the target's measure. */
  readonly forcing: ComplexArray;
  /** Weights of λ² times the counting measure. */
  readonly source: ComplexArray;
  /** The part of the loss that never decays. */
  readonly rest: number;
}

/** What drives n consecutive steps. */
export interface Drive {
  /** γ_r, n of them. */
  readonly gamma: Float64Array;
  /** B_r, n of them. */
  readonly batch: Float64Array;
  /** σ²: variance of the label noise. */
  readonly noise: number;
}

/** The three stages of n growing time steps: 3n of each, stage by stage. */
export interface Stages extends Drive {
  /** h dt/ds at each stage, for a step of length h in the variable s in which the steps are equal. */
  readonly time: Float64Array;
  /** γ′/γ at each stage. */
  readonly slope: Float64Array;
}

/** g(z) − 1 = −2γBz + γ²B(B+1)z² (docs/theory.md, eq. 2.1): held without the 1, whose rounding would grow with every step. */
export const growth = (gamma: number, batch: number, z: Complex): Complex =>
  mul(z, sub(scale(gamma * gamma * batch * (batch + 1), z), complex(2 * gamma * batch)));

/** A second output of growing steps: Re Σ weight_k ρ_k after each, into `values`. */
export interface Observation {
  readonly weight: ComplexArray;
  readonly values: Float64Array;
}

export interface VolterraKernels {
  /**
   * Steps (2.1): ρ_k ← g_r(z_k) ρ_k + γ_r² B_r source_k (P + σ²), P = rest + Re Σ ρ_k.
   * `state` holds ρ and is left at the end of the last step. Returns P before each step.
   */
  stepModes(nodes: Nodes, state: ComplexArray, drive: Drive): Float64Array;
  /** As `stepModes` in growing steps, by Radau IIA of order 5 (docs/theory.md, eqs. 5.8–5.11). Returns P after each step. */
  growModes(nodes: Nodes, state: ComplexArray, stages: Stages, observe?: Observation): Float64Array;
  /** F(r) and K(r), r = 0…count−1, for a constant step. */
  powers(nodes: Nodes, gamma: number, batch: number, count: number): { forcing: Float64Array; kernel: Float64Array };
  /** P(r) = F(r) + Σ_{s<r} K(r−1−s) P(s) (docs/theory.md, eq. 2.2), summed as written. */
  volterra(forcing: Float64Array, kernel: Float64Array): Float64Array;
}
