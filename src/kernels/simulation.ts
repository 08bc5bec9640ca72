// The simulation kernels: random numbers, random features and SGD steps (docs/theory.md, §7). Given the same arguments, the
// random numbers are the same bits on every backend; sums may differ in the last place between the two.

/** What the data z_j are drawn from; all have mean 0 and variance 1. Student's t has `student` > 2 degrees of freedom. */
export type Distribution = "normal" | "rademacher" | "uniform" | { readonly student: number };

/** The independent uses of random numbers: the embedding W, the data, the label noise, which samples make a batch. */
export const STREAMS = { embedding: 0, data: 1, noise: 2, batch: 3 } as const;

/** A sequence of random numbers: the same (seed, stream, member, step) always gives the same ones. */
export interface Draw {
  /** Whole number, 0 … 2⁵³ − 1. */
  readonly seed: number;
  readonly stream: keyof typeof STREAMS;
  /** Whole number, 0 … 2³² − 1. */
  readonly member: number;
  /** Whole number, 0 … 2⁵³ − 1. */
  readonly step: number;
}

/** "f64", or "f32": dense SGD's W and x in f32, everything else in f64. */
export const PRECISIONS = ["f64", "f32"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** W: [strip][row][column], strips of four columns in f64 and of eight in f32; zero beyond d. */
export type Strips = Float64Array | Float32Array;

/** The data's spectrum by its roots: √λ_j and √t_j, j = 1…v. */
export interface Roots {
  readonly root: Float64Array;
  readonly target: Float64Array;
}

/** Draw number `draw` of W, v × d, entries iid N(0, 1/d): row j is member `draw`, step j of the stream "embedding". */
export interface Embedding {
  readonly seed: number;
  readonly draw: number;
  readonly d: number;
}

export interface Gram {
  /** WᵀDW, n × n with n = d rounded up to a multiple of 16: 4 × 4 blocks on and below the diagonal; zero beyond d. */
  readonly matrix: Float64Array;
  /** WᵀDb, n. */
  readonly overlap: Float64Array;
  readonly d: number;
}

/** T = QᵀGQ, tridiagonal, with h a multiple of the first column of Q. */
export interface Tridiagonal {
  /** d. */
  readonly diagonal: Float64Array;
  /** What is between i and i + 1, in place i; d, the last of no meaning. Signs are free. */
  readonly below: Float64Array;
  /** |h| */
  readonly norm: number;
}

export interface SampledMeasure {
  /** Eigenvalues λ̂_i of WᵀDW, in no order. */
  readonly eigenvalues: Float64Array;
  /** ⟨h, eigenvector i⟩², h = WᵀDb. */
  readonly weights: Float64Array;
  /** How many eigenvalues did not converge. */
  readonly failed: number;
}

/** A value for every step, or one for each of them. */
export type PerStep = number | Float64Array;

/** What momentum adds to SGD (docs/theory.md, eq. 9.2). */
export interface MomentumSteps {
  /** y, as long as what is stepped, and changed in place like it. */
  readonly y: Float64Array;
  readonly gamma1: PerStep;
  readonly gamma3: PerStep;
  /** Δ */
  readonly delta: PerStep;
}

/** What the steps of spectral and dense SGD share. */
export interface Steps {
  readonly seed: number;
  /** Steps to do, from step `first`. */
  readonly first: number;
  readonly count: number;
  readonly batch: PerStep;
  /** γ; with momentum, γ2. */
  readonly gamma: PerStep;
  /** Default: plain SGD. */
  readonly momentum?: MomentumSteps | undefined;
  /** A member stops where a sample's squared error exceeds this. */
  readonly limit: number;
}

export interface SpectralSteps extends Steps {
  readonly member: number;
  /** λ̂_i, and 0 for the mode that carries what is not learnt. */
  readonly eigenvalues: Float64Array;
}

export interface DenseSteps extends Steps {
  /** The members share W and are numbered member, member + apart, … */
  readonly member: number;
  readonly members: number;
  readonly apart: number;
  readonly distribution: Distribution;
  /** σ², the variance of the label noise. */
  readonly noise: number;
  /** Steps are of the sign of the gradient, or with momentum of y (docs/theory.md, §12). Default false. */
  readonly sign?: boolean | undefined;
}

export interface SimulationKernels {
  /** j^p for j = 1…n: by the core's own logarithm, so the same bits on every engine. */
  indexPowers(n: number, p: number): Float64Array;
  /** The first n numbers of a draw; `out` takes them where given, so that none need be allocated. */
  random(draw: Draw, distribution: Distribution, n: number, out?: Float64Array): Float64Array;
  /** Philox4x32-10 of the counters (c0 … c0+3, c1, c2, c3): x0 of each, then x1, x2, x3. */
  philox(counter: readonly [number, number, number, number], key: readonly [number, number]): Uint32Array;
  /** G = WᵀDW and h = WᵀDb of one draw of W. */
  gram(roots: Roots, embedding: Embedding): Gram;
  /** The tridiagonal form of G from h on. */
  tridiagonalize(gram: Gram): Tridiagonal;
  /** The eigenvalues of T, which are those of G, and the weights of h on G's eigenvectors. */
  measure(T: Tridiagonal): SampledMeasure;
  /** W of one draw, v rows and d rounded up to a multiple of 16 columns. In f32 it is the W of f64, rounded. Default "f64". */
  embedding(v: number, embedding: Embedding, precision?: Precision): Strips;
  /**
   * Spectral SGD on u (√λ̂_i δ_i, then √(P_⊥+σ²)), which is changed in place. Returns the steps done.
   */
  spectralSteps(u: Float64Array, steps: SpectralSteps): number;
  /** Dense SGD on theta (members × n, n = d rounded up to a multiple of 16), changed in place. Returns each member's steps done. */
  denseSteps(theta: Float64Array, strips: Strips, roots: Roots, steps: DenseSteps): Float64Array;
  /** P(θ) of each member. */
  denseLoss(theta: Float64Array, strips: Strips, roots: Roots, members: number): Float64Array;
}

/** A hyperparameter at the r-th of the steps asked for. */
export const atStep = (values: PerStep, r: number): number => (typeof values === "number" ? values : values[r]!);

/** Columns of a strip. */
export const columnsOf = (strips: Strips): number => (strips instanceof Float32Array ? 8 : 4);

/** n rounded up to the sixteen numbers that four counters give. */
export const padded = (n: number): number => Math.ceil(n / 16) * 16;
