// Orders drawn at random.

import { defaultKernels } from "../kernels/default.ts";

/** 0 … count − 1 in an order that depends on nothing but the seed, the `use` it is drawn for and, of one use, which `draw` it is. */
export function shuffled(count: number, seed: number, use: "rows" | "training" | "sample", draw = 0): Int32Array {
  const member = { rows: 0, training: 1, sample: 2 }[use];
  const keys = defaultKernels().random({ seed, stream: "batch", member, step: draw }, "uniform", count);
  return Int32Array.from(keys.keys()).sort((i, j) => keys[i]! - keys[j]!);
}
