// Orders drawn at random.

import { defaultKernels } from "../kernels/default.ts";

/**
 * 0 … count − 1 in an order that depends on nothing but the seed, the `use` it is drawn for and, of one use, which `draw` it is.
 * `first`: no more of it than so many, which of millions takes a small part of the time.
 */
export function shuffled(
  count: number,
  seed: number,
  use: "rows" | "training" | "sample",
  { draw = 0, first = count }: { readonly draw?: number; readonly first?: number } = {},
): Int32Array {
  const member = { rows: 0, training: 1, sample: 2 }[use];
  const keys = defaultKernels().random({ seed, stream: "batch", member, step: draw }, "uniform", count);
  const wanted = Math.min(first, count);
  // the keys below this share of their range are twice as many as are wanted, and hardly ever fewer
  let share = (2 * wanted) / count;
  let chosen = below(keys, share);
  while (chosen.length < wanted) {
    share *= 2;
    chosen = below(keys, share);
  }
  return chosen.sort((i, j) => keys[i]! - keys[j]!).slice(0, wanted);
}

/** Which keys lie in the lowest share of their range: uniform with variance 1, they end at ±√3. */
function below(keys: Float64Array, share: number): Int32Array {
  const bound = Math.sqrt(3) * (2 * share - 1);
  const indices = new Int32Array(keys.length);
  let n = 0;
  for (let i = 0; i < keys.length; i++) if (keys[i]! < bound) indices[n++] = i;
  return indices.slice(0, n);
}
