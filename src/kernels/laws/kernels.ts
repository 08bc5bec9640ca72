// Kernels of formulas compiled to tapes (src/fitting/laws/tape.ts): values over all rows, and derivatives in every parameter by
// one sweep back.

/** Operations of a tape, in the order of their codes. */
export const OPERATIONS = ["+", "-", "*", "/", "exp", "log", "min", "max", "expm1"] as const;

/**
 * A straight line of operations on slots: first the columns, then the parameters, the constants, and one slot for what each
 * operation gives. The last gives the value.
 */
export interface Tape {
  readonly columns: number;
  readonly parameters: number;
  readonly constants: Float64Array;
  /** Three numbers an operation: its code, and its two slots (the same twice where it takes one). */
  readonly code: Int32Array;
}

export interface TapeValues {
  /** n: the value at each row; NaN where a logarithm or a division has none. */
  readonly values: Float64Array;
  /** parameters × n: its derivative in each parameter; empty unless asked for. */
  readonly jacobian: Float64Array;
}

export interface TapeKernels {
  /** Runs a tape over n rows of its columns (columns × n). */
  runTape(tape: Tape, columns: Float64Array, parameters: Float64Array, derivatives: boolean): TapeValues;
}
