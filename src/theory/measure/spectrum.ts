// What the data look like: eigenvalues λ_j of the covariance and the target's energy t_j in each mode
// (docs/theory.md, eqs. 1.1, 1.2). Power laws λ_j = j^{−2α}, t_j = j^{−2α−2β}, or any measured spectrum.
// A spectrum is plain data: it can be stored, sent to a worker, printed.

import { counted, numbers, within } from "../../check.ts";

export interface PowerLaw {
  readonly kind: "power-law";
  /** Data complexity α > 0: λ_j = j^{−2α}. */
  readonly alpha: number;
  /** Target complexity β: b_j = j^{−β}, so t_j = j^{−2α−2β}. */
  readonly beta: number;
}

export interface Measured {
  readonly kind: "measured";
  /** λ_j > 0, largest first. */
  readonly eigenvalues: Float64Array;
  /** t_j ≥ 0, in the order of the eigenvalues. */
  readonly energies: Float64Array;
}

export type Spectrum = PowerLaw | Measured;

/**
 * The power-law spectrum of Paquette et al. (2024).
 * @param options alpha: data complexity, 0.001 … 10; beta: target complexity, −2 … 20
 * @throws RangeError, TypeError where alpha or beta is not such a number
 */
export function powerLaw({ alpha, beta }: { alpha: number; beta: number }): PowerLaw {
  return { kind: "power-law", alpha: within("alpha", alpha), beta: within("beta", beta) };
}

/**
 * A spectrum measured on a kernel or a data set.
 * @param options eigenvalues: λ_j > 0, in any order; energies: the target's energy t_j ≥ 0 in each mode, as many
 * @throws RangeError, TypeError naming the entry that is not such a number
 */
export function measured({
  eigenvalues,
  energies,
}: {
  eigenvalues: ArrayLike<number>;
  energies: ArrayLike<number>;
}): Measured {
  const lambda = numbers("eigenvalues", counted("modes", "eigenvalues", eigenvalues));
  const t = numbers("energies", counted("modes", "energies", energies), 0);
  lambda.forEach((value, j) => {
    within("eigenvalues", value, `eigenvalues[${j}]`);
  });
  t.forEach((value, j) => {
    within("energies", value, `energies[${j}]`);
  });
  if (lambda.length !== t.length)
    throw new RangeError(`energies must have one entry per eigenvalue (${lambda.length}), got ${t.length}`);
  if (!t.some((value) => value > 0)) throw new RangeError(`energies must not all be 0: there is nothing to learn`);
  const order = Array.from(lambda.keys()).sort((i, j) => lambda[j]! - lambda[i]!);
  return {
    kind: "measured",
    eigenvalues: Float64Array.from(order, (j) => lambda[j]!),
    energies: Float64Array.from(order, (j) => t[j]!),
  };
}
