// The kernels that train networks of ReLU layers (docs/theory.md, §13), in f32: products of matrices, a network's outputs, and steps of
// SGD on it. They are a module of their own, build/networks.wasm, loaded where a network is trained. Two implementations, as of the
// core's: wasm.ts, and reference.ts in plain TypeScript, the oracle. Both round every product and every sum, in the same order.

export interface NetworkShape {
  /** n_0 inputs, n_1 … n_{D−1} hidden units, n_D outputs. */
  readonly sizes: readonly number[];
  /** s_1 … s_D: what multiplies the inputs, and the hidden units of each layer after their ReLU. */
  readonly scales: readonly number[];
}

export interface TrainOptions {
  /** "squared": half of Σ (f − y)² is descended; "entropy": −Σ y log softmax f. */
  readonly loss: "squared" | "entropy";
  /** η > 0: of the batch's mean gradient. */
  readonly eta: number;
  /** μ, from 0 to below 1. */
  readonly momentum: number;
  /** Samples of a batch. */
  readonly batch: number;
  /** The mean of Σ f² over a batch from which on f has diverged. */
  readonly limit: number;
}

export interface NetworkKernels {
  readonly name: "wasm" | "reference";
  /** The product of A (m × k), or with `turned` of the transpose of A (k × m), and B (k × n): m × n. All by rows. */
  product(A: Float32Array, B: Float32Array, k: number, turned?: boolean): Float32Array;
  /** f of rows X (n_0 numbers each): n_D numbers a row. weights: W_1 … W_D, n_{l−1} × n_l by rows, one after another. */
  outputs(shape: NetworkShape, weights: Float32Array, X: Float32Array): Float32Array;
  /**
   * Steps of SGD on as many batches as X and Y hold, in place. velocity: as weights; where μ = 0 it is not read. origin: what is taken
   * off f, a number for each of Y; without it nothing is.
   * @returns the steps done: fewer than there are batches where f passed the limit or is no number
   */
  train(
    shape: NetworkShape,
    weights: Float32Array,
    velocity: Float32Array | undefined,
    X: Float32Array,
    Y: Float32Array,
    origin: Float32Array | undefined,
    options: TrainOptions,
  ): number;
}

/** W_1 … W_D: how many numbers. */
export const weightsOf = ({ sizes }: NetworkShape): number =>
  sizes.slice(1).reduce((sum, n, l) => sum + n * sizes[l]!, 0);
