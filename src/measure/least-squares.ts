// min |r(θ)|², few parameters: Levenberg (1944) and Marquardt (1963), derivatives by differences.

import { solveDense } from "../math/dense.ts";

export interface LeastSquares {
  readonly parameters: Float64Array;
  /** (JᵀJ)⁻¹ at the end, by rows: times the variance of a residual, the parameters' covariance. */
  readonly inverse: Float64Array;
  readonly residuals: Float64Array;
}

export function leastSquares(residuals: (theta: Float64Array) => Float64Array, start: Float64Array): LeastSquares {
  const n = start.length;
  let theta = start.slice();
  let r = residuals(theta);
  const square = (x: Float64Array) => x.reduce((sum, v) => sum + v * v, 0);
  let damping = 1e-3;
  let A = new Float64Array(n * n);
  for (let step = 0; step < 60; step++) {
    const J = Array.from({ length: n }, (_, j) => {
      const moved = theta.slice();
      const by = 1e-5 * Math.max(1, Math.abs(theta[j]!));
      moved[j]! += by;
      const there = residuals(moved);
      return there.map((x, i) => (x - r[i]!) / by);
    });
    A = Float64Array.from({ length: n * n }, (_, at) => {
      const [a, b] = [J[Math.floor(at / n)]!, J[at % n]!];
      return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    });
    const before = square(r);
    let better = false;
    for (let attempt = 0; attempt < 12 && !better; attempt++, damping *= 4) {
      const M = A.slice();
      for (let j = 0; j < n; j++) M[j * n + j]! += damping * (A[j * n + j]! + 1e-9);
      const move = Float64Array.from(J, (column) => -column.reduce((sum, x, i) => sum + x * r[i]!, 0));
      solveDense(M, move, n, 1);
      const next = theta.map((x, j) => x + move[j]!);
      const there = residuals(next);
      if (!(square(there) < before)) continue;
      [theta, r, better] = [next, there, true];
      damping /= 40;
    }
    if (!better || before - square(r) < 1e-6 * before) break;
  }
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1;
    A[j * n + j]! += 1e-9 * (A[j * n + j]! + 1e-9);
  }
  solveDense(A, inverse, n, n);
  return { parameters: theta, inverse, residuals: r };
}
