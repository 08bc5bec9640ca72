// Whether the approaches agree: exponents further apart than their intervals allow, and the part of that which is approach 2's own, the
// bias of its parabola (docs/theory.md, eq. 10.9), seen by giving it the losses of a law at the same N and D.

import { hypot, pow } from "../math/elementary.ts";
import type { Interval } from "../math/quantiles.ts";
import { bestAtFlops } from "./allocation.ts";
import { fitIsoflop, type IsoflopFit, type IsoflopOptions } from "./isoflop.ts";
import { fitParametric } from "./parametric.ts";
import { type Law, lossAt } from "./points.ts";
import type { Runs } from "./runs.ts";

export interface IsoflopBias {
  /** What the minima read off a law's exact losses at these N and D give for a, less the law's own. */
  readonly a: number;
  /** The same of N* at the largest budget, as a factor. */
  readonly size: number;
}

/** Below these nothing is said. */
const [LITTLE_A, LITTLE_SIZE] = [0.01, 1.1];

/**
 * The bias of approach 2 on the design of these runs, under a law.
 * @param law - default: approach 3's, fitted here; null where there is none
 */
export function isoflopBias(
  runs: Runs,
  fit: IsoflopFit,
  options: IsoflopOptions = {},
  law: Law | null = null,
): IsoflopBias | null {
  try {
    const { E, A, B, alpha, beta } = law ?? fitParametric(runs, { starts: "projection" });
    const truth: Law = { E, A, B, alpha, beta };
    const exact = { ...runs, loss: runs.N.map((N, i) => lossAt(truth, N, runs.D[i]!)) };
    const read = fitIsoflop(exact, { ...options, curve: fit.curve });
    const most = runs.C.reduce((a, b) => Math.max(a, b), 0);
    const size =
      (read.size.coefficient * pow(most, read.size.exponent)) / bestAtFlops(truth, most, runs.flopsPerToken).N;
    const a = read.a - beta / (alpha + beta);
    return Number.isFinite(a) && size > 0 ? { a, size } : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What is told of a bias; nothing where it is small. */
export function biasInWords({ a, size }: IsoflopBias): string[] {
  const factor = Math.max(size, 1 / size);
  if (Math.abs(a) < LITTLE_A && factor < LITTLE_SIZE) return [];
  const sign = (x: number) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(3);
  return [
    `approach 2: on exact losses of the law of approach 3 at these N and D its minima give a ${sign(a)} off, and N* at the largest budget ${size.toFixed(2)}× the best`,
  ];
}

export interface Told {
  readonly approach: 1 | 2 | 3;
  readonly a: number;
  readonly ci: Interval;
}

/** Pairs of approaches whose a differ by more than 1.96 standard errors of both. */
export function contradictions(told: readonly Told[]): string[] {
  return told.flatMap((one, i) =>
    told.slice(i + 1).flatMap((other) => {
      const error = hypot(one.ci[1] - one.ci[0], other.ci[1] - other.ci[0]) / 3.92;
      const apart = Math.abs(one.a - other.a);
      if (!(apart > 1.96 * error && apart > LITTLE_A)) return [];
      const [p, q] = one.approach < other.approach ? [one, other] : [other, one];
      return [
        `approaches ${p.approach} and ${q.approach} contradict each other: N* ∝ C^${p.a.toFixed(3)} and C^${q.a.toFixed(3)}, further apart than their intervals allow`,
      ];
    }),
  );
}
