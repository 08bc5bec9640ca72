// A debiased spectrum mode by mode, as the rest of isoflop reads one.

import { pow } from "../math/elementary.ts";
import type { Debiased } from "./debias.ts";

export interface ModeList {
  /** λ_k, k = 1…M, largest first. */
  readonly eigenvalues: Float64Array;
  /** c_k of each target. */
  readonly energies: readonly Float64Array[];
  /** Energy of each target in modes beyond M: 0 where M is their number. */
  readonly beyond: readonly number[];
}

/**
 * The first modes, at most `most`: those before the window one by one, those after by the law.
 * @param most default eight times the last mode that was known
 */
export function modeList({ atoms, energies, a, b, window, rank }: Debiased, most = 8 * window[1]): ModeList {
  const [start] = window;
  const M = Math.max(start, Math.min(rank, most));
  const first = start - 1;
  const law = (top: number, exponent: number) => (k: number) => top * pow(k / start, -exponent);
  const list = (own: Float64Array, tail: (k: number) => number) =>
    Float64Array.from({ length: M }, (_, i) => (i < first ? own[i]! : tail(i + 1)));
  const found = energies.map((c, t) => list(c, law(c[first]! / atoms.count[first]!, a[t]!.value)));
  const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0);
  // the groups of the tail stand for what they hold to a part in a thousand: no energy may come of that
  const scaled = found.map((c, t) => {
    const over = sum(c) / sum(energies[t]!);
    return over > 1 ? c.map((x) => x / over) : c;
  });
  return {
    eigenvalues: list(atoms.lambda, law(atoms.lambda[first]!, b.value)),
    energies: scaled,
    beyond: scaled.map((c, t) => Math.max(0, sum(energies[t]!) - sum(c))),
  };
}
