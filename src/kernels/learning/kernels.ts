// The kernels for real data: products of matrices, kernel regression, and a sample's kernel matrix at many ridges at once. They are a
// module of their own, build/learning.wasm, which nothing of `isoflop` loads. Two implementations, as of the core's: wasm.ts, and
// reference.ts in plain TypeScript, the oracle.

/** A sample's kernel matrix K at ridges δ_r, r < R, with its targets y_t. */
export interface RidgePath {
  /** Eigenvalues of K, in no order. */
  readonly eigenvalues: Float64Array;
  /** ⟨y_t, eigenvector i⟩², in the order of the eigenvalues. */
  readonly weights: readonly Float64Array[];
  /** The diagonal of (K + δ_r)⁻¹: n numbers a ridge. */
  readonly inverse: readonly Float64Array[];
  /** (K + δ_r)⁻¹ y_t: [target][ridge], n numbers each. */
  readonly solutions: readonly (readonly Float64Array[])[];
  /** How many eigenvalues did not converge. */
  readonly failed: number;
}

export interface LearningKernels {
  readonly name: "wasm" | "reference";
  /** A Bᵀ, m × n, of A (m × k) and B (n × k), all by rows. Without B it is A Aᵀ. */
  crossProduct(A: Float64Array, k: number, B?: Float64Array): Float64Array;
  /** Of a symmetric K (n × n by rows; its lower triangle is read), n ≥ 1. */
  ridgePath(K: Float64Array, targets: readonly Float64Array[], ridges: Float64Array): RidgePath;
  /**
   * (K + δ)⁻¹ y_t of a symmetric K as above, by its Cholesky factor.
   * @throws RangeError where K + δ is not positive definite
   */
  regress(K: Float64Array, targets: readonly Float64Array[], ridge: number): Float64Array[];
}

export const notDefinite = (row: number, ridge: number): never => {
  throw new RangeError(
    `the kernel matrix plus the ridge ${ridge} is not positive definite (row ${row + 1}): take a larger ridge`,
  );
};
