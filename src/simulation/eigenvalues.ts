// The spectrum of one draw of W (docs/theory.md, eq. 7.5): λ̂_i, eigenvalues of WᵀDW and so of K̂ = D^½WWᵀD^½; the target's energy
// in each, c_i = ⟨h, eigenvector i⟩²/λ̂_i with h = WᵀDb; and what no θ reaches, P_⊥ = Σ t_j − Σ c_i.

import type { Kernels } from "../kernels/kernels.ts";
import type { Embedding, Gram, Roots } from "../kernels/simulation.ts";
import type { Spectrum } from "../theory/measure/spectrum.ts";

export interface SampledSpectrum {
  /** λ̂_i, d of them, largest first. */
  readonly eigenvalues: Float64Array;
  /** c_i, the target's energy in each. */
  readonly energies: Float64Array;
  /** P_⊥ = Σ t_j − Σ c_i: the least loss with this W. */
  readonly floor: number;
  /** Whether every eigenvalue converged. */
  readonly converged: boolean;
  /** The means of √K_ii and K_ii^−½, where these are the eigenvalues of Q^½KQ^½. */
  readonly rows?: { readonly meanRoot: number; readonly meanInverse: number };
}

/** √λ_j and √t_j, j = 1…v. The core's own powers give the same bits on every engine; Math.pow does not. */
export function rootsOf(kernels: Kernels, spectrum: Spectrum, v: number): Roots {
  if (spectrum.kind === "power-law")
    return {
      root: kernels.indexPowers(v, -spectrum.alpha),
      target: kernels.indexPowers(v, -spectrum.alpha - spectrum.beta),
    };
  return {
    root: spectrum.eigenvalues.slice(0, v).map(Math.sqrt),
    target: spectrum.energies.slice(0, v).map(Math.sqrt),
  };
}

/** P(0) = Σ t_j. */
export const initialLoss = ({ target }: Roots): number => target.reduce((sum, root) => sum + root * root, 0);

/**
 * The spectrum of draw number `draw` of W, or with `byNorms` that of Q^½KQ^½, Q = diag K_ii^−½ (docs/theory.md, §12). Throws nothing:
 * what does not converge says so.
 */
export function sample(kernels: Kernels, roots: Roots, embedding: Embedding, byNorms = false): SampledSpectrum {
  const gram = kernels.gram(roots, embedding);
  const rows = byNorms ? weighted(gram) : undefined;
  const { eigenvalues, weights, failed } = kernels.measure(kernels.tridiagonalize(gram));
  const order = Array.from(eigenvalues.keys()).sort((i, j) => eigenvalues[j]! - eigenvalues[i]!);
  const top = eigenvalues[order[0]!]!;
  // an eigenvalue lost in rounding carries no energy that could be learnt
  const least = eigenvalues.length * Number.EPSILON * top;
  const energies = Float64Array.from(order, (i) => (eigenvalues[i]! > least ? weights[i]! / eigenvalues[i]! : 0));
  const reached = energies.reduce((sum, c) => sum + c, 0);
  return {
    eigenvalues: Float64Array.from(order, (i) => Math.max(0, eigenvalues[i]!)),
    energies,
    floor: Math.max(0, initialLoss(roots) - reached),
    converged: failed === 0,
    ...(rows ? { rows } : {}),
  };
}

/** Weighs rows and columns of a Gram matrix, in place, by K_ii^−¼. */
function weighted({ matrix, overlap, d }: Gram): { meanRoot: number; meanInverse: number } {
  const n = overlap.length;
  const root = Float64Array.from({ length: d }, (_, i) => Math.sqrt(matrix[i * n + i]!));
  const weight = root.map((x) => 1 / Math.sqrt(x));
  for (let i = 0; i < d; i++) {
    overlap[i]! *= weight[i]!;
    for (let j = 0; j < d; j++) matrix[i * n + j]! *= weight[i]! * weight[j]!;
  }
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / d;
  return { meanRoot: mean(root), meanInverse: mean(root.map((x) => 1 / x)) };
}
