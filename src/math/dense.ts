// Small dense linear systems.

/** Solves A X = B in place by Gaussian elimination with partial pivoting: A is n × n, B is n × m, both by rows; B becomes X. */
export function solveDense(A: Float64Array, B: Float64Array, n: number, m: number): void {
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(A[i * n + k]!) > Math.abs(A[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      swap(A, k * n, pivot * n, n);
      swap(B, k * m, pivot * m, m);
    }
    const inverse = 1 / A[k * n + k]!;
    for (let i = k + 1; i < n; i++) {
      const factor = A[i * n + k]! * inverse;
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) A[i * n + j]! -= factor * A[k * n + j]!;
      for (let j = 0; j < m; j++) B[i * m + j]! -= factor * B[k * m + j]!;
    }
  }
  for (let k = n - 1; k >= 0; k--)
    for (let j = 0; j < m; j++) {
      let x = B[k * m + j]!;
      for (let i = k + 1; i < n; i++) x -= A[k * n + i]! * B[i * m + j]!;
      B[k * m + j] = x / A[k * n + k]!;
    }
}

function swap(array: Float64Array, a: number, b: number, count: number): void {
  for (let i = 0; i < count; i++) [array[a + i], array[b + i]] = [array[b + i]!, array[a + i]!];
}
