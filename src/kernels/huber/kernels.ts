// The kernels of approach 3 (docs/theory.md, eqs. 10.2–10.4b): objective, gradient and minimiser.

/** Points (x, y, l) = (log N, log D, log L) with weights w. All arrays have one length. */
export interface HuberData {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly l: Float64Array;
  /** Weight of each point, ≥ 0: a multiplicity in the bootstrap, 0 for a point left out. */
  readonly w: Float64Array;
}

/** The order of the parameters θ everywhere: a = log A, b = log B, e = log E, α, β. */
export const PARAMETERS = 5;

export interface Minima {
  /** m × 5: θ at each minimum. */
  readonly theta: Float64Array;
  /** m: the objective there. */
  readonly value: Float64Array;
  /** m: evaluations of objective and gradient. */
  readonly evaluations: Float64Array;
  /** m: the largest entry of the gradient, over δ Σw. */
  readonly slope: Float64Array;
  /** How many of the m starts ended with a slope above the tolerance. */
  readonly failed: number;
}

export interface MinimiseOptions {
  /** Parameters that keep their starting value, as bits: 1 a, 2 b, 4 e, 8 α, 16 β. Default 0. */
  readonly fixed?: number;
  /**
   * The starts lie near minima, as those of a refit do: the core goes by Newton's method, and by BFGS where that does not
   * arrive within 20 evaluations; the reference always by BFGS. Default false.
   */
  readonly near?: boolean;
  /** A start has converged when its slope is at most this. Default 1e-8. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

/** Columns of the least squares problems of variable projection, one for each exponent of a grid. */
export interface ProjectionColumns {
  /** Rows, and exponents, a multiple of 4. */
  readonly n: number;
  readonly count: number;
  /** count × n: e^{−αx}/L, then count × n: e^{−βy}/L, then n: 1/L. */
  readonly values: Float64Array;
}

export interface HuberKernels {
  /** Σ w ψ (r − ψ/2) with r = log(e^{a−αx} + e^{b−βy} + e^e) − l, ψ = clamp(r, ±δ); and its gradient in θ. */
  huber(data: HuberData, delta: number, theta: Float64Array): { value: number; gradient: Float64Array };
  /** Minimises it from each of the m starts (m × 5). */
  minimiseHuber(data: HuberData, delta: number, starts: Float64Array, options?: MinimiseOptions): Minima;
  /**
   * For each row of n weights and each cell of the grid, α slowest: by how much Σ w (A u + B v + E s − 1)² falls below Σ w over
   * A, B, E ≥ 0.
   */
  projectionGains(columns: ProjectionColumns, weights: Float64Array): Float64Array;
  /** log of each value > 0, the same bits on every machine. */
  logs(values: Float64Array): Float64Array;
}
