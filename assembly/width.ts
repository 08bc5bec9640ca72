/** The lane types of every kernel: of f64, and of f32. bench/cores.ts builds the core again with f64 and f32 here. */
export type V = v128;
export type S = v128;
