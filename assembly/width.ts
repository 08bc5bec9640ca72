/** The lane type of every kernel. bench/cores.ts builds the core again with f64 here. */
export type V = v128;
