// Eigenvalues of a symmetric tridiagonal matrix by implicit QL, with any rows of the eigenvector matrix carried along
// (Golub and Welsch 1969; EISPACK's tql2).

import { hypot } from "./elementary.ts";

/**
 * Replaces the diagonal by the eigenvalues, in no order, and `rows` Z by Z·V, V the eigenvectors as columns.
 * @param diagonal n entries
 * @param off n entries, off[i] between i and i + 1, the last unused; destroyed
 * @param rows vectors of n entries: [1, 0, …] alone gives each eigenvector's first entry
 */
export function tridiagonalEigen(diagonal: Float64Array, off: Float64Array, rows: readonly Float64Array[]): void {
  const n = diagonal.length;
  off[n - 1] = 0;
  // below this an entry is lost in the rounding of the largest: without it a matrix of low rank never ends
  const floor = Number.EPSILON * diagonal.reduce((most, d, i) => Math.max(most, Math.abs(d) + Math.abs(off[i]!)), 0);
  const small = (m: number) =>
    Math.abs(off[m]!) <= Math.max(floor, Number.EPSILON * (Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!)));
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      while (m < n - 1 && !small(m)) m++;
      if (m === l) break;
      if (iteration === 60)
        throw new Error("implicit QL did not converge: the matrix has entries that are not numbers");
      // Wilkinson's shift, then a chain of rotations from m back to l
      const half = (diagonal[l + 1]! - diagonal[l]!) / (2 * off[l]!);
      const root = hypot(half, 1);
      let g = diagonal[m]! - diagonal[l]! + off[l]! / (half + (half < 0 ? -root : root));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * off[i]!;
        const b = c * off[i]!;
        const r = hypot(f, g);
        off[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= p;
          off[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1]! - p;
        const t = (diagonal[i]! - g) * s + 2 * c * b;
        p = s * t;
        diagonal[i + 1] = g + p;
        g = c * t - b;
        for (const row of rows) {
          const [x, y] = [row[i]!, row[i + 1]!];
          row[i + 1] = s * x + c * y;
          row[i] = c * x - s * y;
        }
      }
      if (i >= l) continue;
      diagonal[l]! -= p;
      off[l] = g;
      off[m] = 0;
    }
  }
}
