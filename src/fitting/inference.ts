// Standard errors of approach 3 without resampling (Huber 1981, §7.6). With ψ the clipped residual and J the Jacobian of log L̂,
//
//   cov θ ≈ (JᵀJ)⁻¹ E ψ² / (E ψ′)²,   E ψ′ = P(|r| ≤ δ).                                             (10.10)
//
// With δ far below the residuals too few points lie within to count: the density of r near 0 is then read off
// a window of the width usual for quantile regression.

import { PARAMETERS } from "../kernels/huber/kernels.ts";
import { log, pow } from "../math/elementary.ts";
import type { Law } from "./points.ts";
import type { Runs } from "./runs.ts";

export interface Scale {
  /** E ψ². */
  readonly psi2: number;
  /** E ψ′. */
  readonly slope: number;
}

/** The five smallest residuals are left out: with δ → 0 the fit passes through as many points as it has parameters. */
export function scaleOf(residuals: Float64Array, delta: number): Scale {
  const size = residuals.map(Math.abs).sort().subarray(PARAMETERS);
  const spread = 1.4826 * size[Math.floor(size.length / 2)]!;
  const window = Math.max(delta, spread * pow(size.length, -0.2));
  const inside = Math.max(1, size.filter((r) => r <= window).length);
  return {
    psi2: size.reduce((sum, r) => sum + pow(Math.min(delta, r), 2), 0) / size.length,
    slope: ((inside / size.length) * delta) / window,
  };
}

/** How far the objective may rise, for one parameter's interval of 95 %: Schrader & Hettmansperger's drop test (1980). */
export function allowedRise(residuals: Float64Array, delta: number): number {
  const { psi2, slope } = scaleOf(residuals, delta);
  // Student's t for the normal, to first order in 1/(n − 5)
  const t = 1.959964 + 2.3723 / (residuals.length - PARAMETERS);
  return 0.5 * t * t * (psi2 / slope);
}

/** Rows (∂ log L̂_i/∂(a, b, e, α, β)), with log N and log D centred. */
export function jacobian(law: Law, runs: Runs): Float64Array[] {
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + log(v), 0) / values.length;
  const [mx, my] = [mean(runs.N), mean(runs.D)];
  return Array.from({ length: runs.n }, (_, i) => {
    const [N, D] = [runs.N[i]!, runs.D[i]!];
    const [A, B] = [law.A * pow(N, -law.alpha), law.B * pow(D, -law.beta)];
    const S = A + B + law.E;
    return Float64Array.of(A / S, B / S, law.E / S, (-A * (log(N) - mx)) / S, (-B * (log(D) - my)) / S);
  });
}

/** Eigenvalues (increasing) and vectors (as rows) of a symmetric matrix, by Jacobi's rotations. */
export function eigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const M = matrix.map((row) => row.slice());
  const V: number[][] = M.map((_, i) => M.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        off = Math.max(off, Math.abs(M[p]![q]!) / Math.sqrt(Math.abs(M[p]![p]! * M[q]![q]!) || 1e-300));
        if (M[p]![q] === 0) continue;
        const theta = (M[q]![q]! - M[p]![p]!) / (2 * M[p]![q]!);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++)
          [M[k]![p], M[k]![q]] = [c * M[k]![p]! - s * M[k]![q]!, s * M[k]![p]! + c * M[k]![q]!];
        for (let k = 0; k < n; k++) {
          [M[p]![k], M[q]![k]] = [c * M[p]![k]! - s * M[q]![k]!, s * M[p]![k]! + c * M[q]![k]!];
          [V[p]![k], V[q]![k]] = [c * V[p]![k]! - s * V[q]![k]!, s * V[p]![k]! + c * V[q]![k]!];
        }
      }
    if (off < 1e-15) break;
  }
  const order = M.map((_, i) => i).sort((i, j) => M[i]![i]! - M[j]![j]!);
  return { values: order.map((i) => M[i]![i]!), vectors: order.map((i) => V[i]!) };
}

export interface StandardErrors {
  /** Standard errors of α and β; Infinity where the data do not determine them. */
  readonly alpha: number;
  readonly beta: number;
  /** Largest over smallest singular value of J with columns of unit length. */
  readonly condition: number;
}

export function standardErrors(law: Law, runs: Runs, residuals: Float64Array, delta: number): StandardErrors {
  const J = jacobian(law, runs);
  const length = Array.from({ length: PARAMETERS }, (_, k) =>
    Math.sqrt(J.reduce((sum, row) => sum + pow(row[k]!, 2), 0)),
  );
  // a parameter that the law does not feel (E = 0) has no column: it is left out
  const kept = length.map((_, k) => k).filter((k) => length[k]! > 1e-12 * Math.max(...length));
  const gram = kept.map((p) =>
    kept.map((q) => J.reduce((sum, row) => sum + row[p]! * row[q]!, 0) / (length[p]! * length[q]!)),
  );
  const { values, vectors } = eigen(gram);
  const { psi2, slope } = scaleOf(residuals, delta);
  const factor = psi2 / (slope * slope);
  const error = (k: number): number => {
    const at = kept.indexOf(k);
    if (at < 0) return Infinity;
    const variance = values.reduce((sum, value, i) => sum + pow(vectors[i]![at]!, 2) / Math.max(value, 0), 0);
    return Math.sqrt(factor * variance) / length[k]!;
  };
  return { alpha: error(3), beta: error(4), condition: Math.sqrt(values.at(-1)! / Math.max(values[0]!, 0)) };
}
