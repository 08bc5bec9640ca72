// min |r(θ)|², few parameters: Levenberg (1944) and Marquardt (1963), derivatives by differences.

import { solveDense } from "./dense.ts";

/** μ of the damped normal equations at first, what a step that does not help multiplies it by and, after that, one that does divides. */
const DAMPING = 1e-3;
const RISE = 4;
const FALL = 40;
/** A derivative is taken over this much of a parameter, or of 1: half of double precision's digits, and a little. */
const DIFFERENCE = 1e-5;
/** Keeps the diagonal above zero where a parameter does nothing. */
const IDLE = 1e-9;
/** |r|² that falls by no larger share has come down. */
const SETTLED = 1e-6;
const MOST_STEPS = 60;
const MOST_ATTEMPTS = 12;

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
  let damping = DAMPING;
  let A = new Float64Array(n * n);
  for (let step = 0; step < MOST_STEPS; step++) {
    const J = Array.from({ length: n }, (_, j) => {
      const moved = theta.slice();
      const by = DIFFERENCE * Math.max(1, Math.abs(theta[j]!));
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
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !better; attempt++, damping *= RISE) {
      const M = A.slice();
      for (let j = 0; j < n; j++) M[j * n + j]! += damping * (A[j * n + j]! + IDLE);
      const move = Float64Array.from(J, (column) => -column.reduce((sum, x, i) => sum + x * r[i]!, 0));
      solveDense(M, move, n, 1);
      const next = theta.map((x, j) => x + move[j]!);
      const there = residuals(next);
      if (!(square(there) < before)) continue;
      [theta, r, better] = [next, there, true];
      damping /= FALL;
    }
    if (!better || before - square(r) < SETTLED * before) break;
  }
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1;
    A[j * n + j]! += IDLE * (A[j * n + j]! + IDLE);
  }
  solveDense(A, inverse, n, n);
  return { parameters: theta, inverse, residuals: r };
}
