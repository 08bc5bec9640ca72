// Variable projection in plain TypeScript (docs/theory.md, eq. 10.5): the oracle for assembly/projection.ts. Every active set is
// solved by elimination; the best that is allowed is the minimum.

import { solveDense } from "../../math/dense.ts";
import type { ProjectionColumns } from "./kernels.ts";

/** A determinant this small against the product of its diagonal is rounding: the columns are dependent. */
const DEPENDENT = 1e-13;
const SETS = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** The decrease hᵀc of |Mc − y|² below |y|² at its minimum over c ≥ 0, from G = MᵀM (3 × 3, by rows) and h = Mᵀy. */
function gainOf(G: readonly number[], h: readonly number[]): number {
  let best = 0;
  for (const set of SETS) {
    const part = set.flatMap((i) => set.map((j) => G[3 * i + j]!));
    const scale = set.reduce((product, i) => product * G[4 * i]!, 1);
    if (!(determinant(part, set.length) > DEPENDENT * scale)) continue;
    const c = Float64Array.from(set, (i) => h[i]!);
    solveDense(Float64Array.from(part), c, set.length, 1);
    if (Math.min(...c) >= 0)
      best = Math.max(
        best,
        c.reduce((sum, x, k) => sum + x * h[set[k]!]!, 0),
      );
  }
  return best;
}

function determinant(a: readonly number[], n: number): number {
  if (n === 1) return a[0]!;
  if (n === 2) return a[0]! * a[3]! - a[1]! * a[2]!;
  const [p, q, r, s, t, u, v, w, x] = a as [number, number, number, number, number, number, number, number, number];
  return p * (t * x - u * w) - q * (s * x - u * v) + r * (s * w - t * v);
}

export function projectionGains({ n, count, values }: ProjectionColumns, weights: Float64Array): Float64Array {
  const draws = weights.length / n;
  return Float64Array.from({ length: draws * count * count }, (_, at) => {
    const draw = Math.floor(at / (count * count));
    const three = [Math.floor(at / count) % count, count + (at % count), 2 * count];
    const column = (k: number, i: number) => values[three[k]! * n + i]!;
    const sum = (term: (i: number) => number) => {
      let total = 0;
      for (let i = 0; i < n; i++) total += weights[draw * n + i]! * term(i);
      return total;
    };
    const G = [0, 1, 2].flatMap((k) => [0, 1, 2].map((l) => sum((i) => column(k, i) * column(l, i))));
    return gainOf(
      G,
      [0, 1, 2].map((k) => sum((i) => column(k, i))),
    );
  });
}
