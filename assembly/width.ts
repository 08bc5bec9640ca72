/** The lane type of every kernel. bench/scalar.ts builds the core again with f64 here. */
export type V = v128;
