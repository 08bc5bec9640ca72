// What a sample of n says of the spectrum behind it, through ridges δ (docs/from-data-to-law.md). With K = ΨΨᵀ of the sample:
//
//   κ(δ) = 1/tr(K + δ)⁻¹,   D(κ) = Σ_k λ_k/(κ + λ_k) = n − δ/κ,   D₂(κ) = Σ_k λ_k²/(κ + λ_k)² = D + κ D'(κ)
//   L_loo(δ) = mean of (α_i/[(K + δ)⁻¹]_ii)², α = (K + δ)⁻¹y,   h(κ) = κ² Σ_k c_k/(κ + λ_k)² + σ² = L_loo (1 − D₂/n)
//
// so D and h are known of the population at every κ down to κ(0), and neither needs its modes one by one. The left-out loss
// stands where generalised cross-validation would have (1/n)|α|²/(tr(K + δ)⁻¹/n)²: that holds for Gaussian features, whose samples
// are all alike. Real ones are not: `spread`, of [(K + δ)⁻¹]_ii over the sample, says from which κ on.

import type { LearningKernels, RidgePath } from "../kernels/learning/kernels.ts";
import { logspace } from "../math/grid.ts";

export interface SampleCurve {
  /** n */
  readonly samples: number;
  /** Eigenvalues of K/n, largest first. */
  readonly eigenvalues: Float64Array;
  /** The energy of each target in each, ⟨y, eigenvector⟩²/n: they sum to the target's mean square. */
  readonly energies: readonly Float64Array[];
  /** tr K/n */
  readonly trace: number;
  /** At each ridge, smallest first. */
  readonly ridges: Float64Array;
  readonly kappa: Float64Array;
  /** D */
  readonly modes: Float64Array;
  /** D₂ */
  readonly modes2: Float64Array;
  /** Standard deviation over mean of [(K + δ)⁻¹]_ii. */
  readonly spread: Float64Array;
  /** Loss on the sample left out: [target][ridge], one number a sample. */
  readonly leftOut: readonly (readonly Float64Array[])[];
  /** Generalised cross-validation, [target][ridge]. */
  readonly gcv: readonly Float64Array[];
}

/** Ridges, from a millionth of tr K/n to ten times tr K. */
const RIDGES = 64;

/** @throws Error where eigenvalues did not converge */
export function sampleCurve(kernels: LearningKernels, K: Float64Array, targets: readonly Float64Array[]): SampleCurve {
  const n = targets[0]!.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += K[i * n + i]!;
  const ridges = logspace((1e-5 * sum) / n, 10 * sum, RIDGES);
  const path = kernels.ridgePath(K, targets, ridges);
  if (path.failed > 0) throw new Error(`${path.failed} eigenvalues of the sample did not converge`);
  return curveOf(path, ridges, n, sum / n);
}

function curveOf(path: RidgePath, ridges: Float64Array, n: number, trace: number): SampleCurve {
  const order = Array.from(path.eigenvalues.keys()).sort((i, j) => path.eigenvalues[j]! - path.eigenvalues[i]!);
  const w = Float64Array.from(order, (i) => Math.max(0, path.eigenvalues[i]!));
  const R = ridges.length;
  const [kappa, modes, modes2, spread] = [0, 0, 0, 0].map(() => new Float64Array(R)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const gcv = path.solutions.map(() => new Float64Array(R));
  const leftOut = path.solutions.map(() => [] as Float64Array[]);
  for (let r = 0; r < R; r++) {
    const delta = ridges[r]!;
    let [df, slope] = [0, 0];
    for (const x of w) {
      df += x / (x + delta);
      slope += x / ((x + delta) * (x + delta));
    }
    // n − df from what is left, not from what is taken: exact where δ is small
    const left = w.reduce((sum, x) => sum + delta / (x + delta), 0);
    kappa[r] = delta / left;
    modes[r] = df;
    // dD/dδ = −slope, dκ/dδ = (left − δ slope)/left²
    modes2[r] = df - (kappa[r]! * slope * left * left) / (left - delta * slope);
    const inverse = path.inverse[r]!;
    const mean = inverse.reduce((sum, x) => sum + x, 0) / n;
    spread[r] = Math.sqrt(inverse.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / n) / mean;
    path.solutions.forEach((solution, t) => {
      const alpha = solution[r]!;
      leftOut[t]!.push(alpha.map((a, i) => (a / inverse[i]!) * (a / inverse[i]!)));
      gcv[t]![r] = alpha.reduce((sum, a) => sum + a * a, 0) / n / (mean * mean);
    });
  }
  return {
    samples: n,
    eigenvalues: w.map((x) => x / n),
    energies: path.weights.map((weight) => Float64Array.from(order, (i) => weight[i]! / n)),
    trace,
    ridges,
    kappa,
    modes,
    modes2,
    spread,
    leftOut,
    gcv,
  };
}
