// Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal one, then implicit QL.

import { pow } from "./elementary.ts";
import { tridiagonalEigen } from "./tridiagonal.ts";

export interface Eigen {
  /** In no order. */
  readonly values: Float64Array;
  /** Row i holds the i-th entry of every eigenvector. */
  readonly rows: readonly Float64Array[];
}

/** Diagonalises the symmetric matrix given by its rows, which are destroyed. */
export function symmetricEigen(matrix: readonly Float64Array[]): Eigen {
  const n = matrix.length;
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const p = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    // reflect column k below the diagonal onto its first entry: H = 1 − v vᵀ, |v|² = 2
    const v = new Float64Array(n);
    let norm2 = 0;
    for (let i = k + 1; i < n; i++) norm2 += pow(matrix[i]![k]!, 2);
    const norm = Math.sqrt(norm2);
    if (norm === 0) continue;
    const first = matrix[k + 1]![k]!;
    const sign = first < 0 ? -1 : 1;
    const scale = 1 / Math.sqrt(norm * (norm + Math.abs(first)));
    for (let i = k + 1; i < n; i++) v[i] = matrix[i]![k]! * scale;
    v[k + 1] = (first + sign * norm) * scale;
    // A ← HAH = A − v qᵀ − q vᵀ, q = p − v (vᵀp)/2, p = Av
    let vp = 0;
    for (let i = k; i < n; i++) {
      const row = matrix[i]!;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j]! * v[j]!;
      p[i] = sum;
      vp += v[i]! * sum;
    }
    for (let i = k; i < n; i++) p[i]! -= (vp / 2) * v[i]!;
    for (let i = k; i < n; i++) {
      const row = matrix[i]!;
      const [vi, pi] = [v[i]!, p[i]!];
      for (let j = k; j < n; j++) row[j]! -= vi * p[j]! + pi * v[j]!;
    }
    for (const row of rows) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j]! * v[j]!;
      for (let j = k + 1; j < n; j++) row[j]! -= sum * v[j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    diagonal[i] = matrix[i]![i]!;
    if (i < n - 1) off[i] = matrix[i + 1]![i]!;
  }
  tridiagonalEigen(diagonal, off, rows);
  return { values: diagonal, rows };
}
