// How much a fit of approach 3 leans on choices: δ, single points, the window of compute; and whether it foretells runs larger than
// any it has seen.

import { defaultKernels } from "../kernels/default.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { log } from "../math/elementary.ts";
import { bestOf, fitParametric, type ParametricFit } from "./parametric.ts";
import { concatenated, type Law, lawOf, lossAt, pointsOf, thetaOf } from "./points.ts";
import { projectedStarts } from "./projection.ts";
import { type Runs, select } from "./runs.ts";

/** A law fitted anew. Where the rows left do not determine it, A or B may be ∞. */
export interface SensitivityRow extends Law {
  readonly a: number;
  readonly objective: number;
  /** Rows fitted. */
  readonly n: number;
}

export interface Sensitivity {
  /** One fit per δ. */
  readonly delta: readonly (SensitivityRow & { readonly delta: number })[];
  /** Without each row in turn: the ten whose absence moves a the most. Empty for more than 5000 rows. */
  readonly dropped: readonly (SensitivityRow & { readonly row: number })[];
  /** Only rows at or above each of some quantiles of C, and at or below. */
  readonly window: readonly (SensitivityRow & { readonly flops: readonly [number, number] })[];
}

const row = (fit: ParametricFit | (Law & { objective: number }), n: number): SensitivityRow => ({
  E: fit.E,
  A: fit.A,
  B: fit.B,
  alpha: fit.alpha,
  beta: fit.beta,
  a: fit.beta / (fit.alpha + fit.beta),
  objective: fit.objective,
  n,
});

/** Refits under other choices. δ takes the values given, a half-decade apart around 1e-3 by default. */
export function sensitivity(
  runs: Runs,
  fit: ParametricFit,
  {
    deltas = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
    kernels = defaultKernels(),
  }: { deltas?: readonly number[]; kernels?: Kernels } = {},
): Sensitivity {
  const again = (some: Runs, delta = fit.delta) =>
    row(fitParametric(some, { delta, starts: "projection", from: [fit], kernels }), some.n);
  const points = pointsOf(runs, kernels);
  const starts = concatenated([thetaOf(fit, points), projectedStarts(points, 2, kernels)]);
  // in a table of thousands no single row matters
  const without = Array.from({ length: runs.n > 5000 ? 0 : runs.n }, (_, i) => {
    const w = points.w.slice();
    w[i] = 0;
    const minima = huberKernelsOf(kernels).minimiseHuber({ ...points, w }, fit.delta, starts, {
      near: true,
      tolerance: 1e-6,
    });
    const best = bestOf(minima);
    const law = lawOf(minima.theta.subarray(5 * best, 5 * best + 5), points);
    return { ...row({ ...law, objective: minima.value[best]! }, runs.n - 1), row: runs.row[i]! };
  });
  const sorted = runs.C.slice().sort();
  const [first, last] = [sorted[0]!, sorted[runs.n - 1]!];
  const windows = [
    ...[0.1, 0.25, 0.5].map((q) => [sorted[Math.floor(q * runs.n)]!, last] as const),
    ...[0.9, 0.75, 0.5].map((q) => [first, sorted[Math.min(runs.n - 1, Math.floor(q * runs.n))]!] as const),
  ];
  return {
    delta: deltas.map((delta) => ({ ...again(runs, delta), delta })),
    dropped: without.sort((p, q) => Math.abs(q.a - fit.a) - Math.abs(p.a - fit.a)).slice(0, 10),
    window: windows.flatMap((flops) => {
      const inside = runs.C.filter((C) => C >= flops[0] && C <= flops[1]).length;
      if (inside <= 10) return [];
      return [{ ...again(select(runs, (i) => runs.C[i]! >= flops[0] && runs.C[i]! <= flops[1])), flops }];
    }),
  };
}

export interface Rollout {
  /** Models up to this size were fitted, larger ones held out. */
  readonly upTo: number;
  readonly fitted: number;
  readonly held: number;
  readonly law: Law;
  /** log L̂ − log L on the held-out rows: mean, and root mean square. */
  readonly bias: number;
  readonly rms: number;
  /** The same root mean square on the rows fitted. */
  readonly rmsFitted: number;
}

/** Fits the smaller models, foretells the larger: at each of the given shares of model sizes (default ½, ⅔ and 0.8). */
export function rollouts(
  runs: Runs,
  {
    delta = 1e-3,
    shares = [0.5, 2 / 3, 0.8],
    kernels = defaultKernels(),
  }: { delta?: number; shares?: readonly number[]; kernels?: Kernels } = {},
): Rollout[] {
  const sizes = [...new Set(runs.N)].sort((p, q) => p - q);
  return shares.flatMap((share) => {
    const upTo = sizes[Math.floor(share * sizes.length) - 1];
    if (upTo === undefined) return [];
    const fitted = runs.N.filter((N) => N <= upTo).length;
    if (fitted <= 10 || fitted === runs.n) return [];
    const small = select(runs, (i) => runs.N[i]! <= upTo);
    const large = select(runs, (i) => runs.N[i]! > upTo);
    const law = fitParametric(small, { delta, starts: "projection", kernels });
    const miss = (some: Runs) => some.loss.map((loss, i) => log(lossAt(law, some.N[i]!, some.D[i]!) / loss));
    const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
    const rms = (values: Float64Array) => Math.sqrt(mean(values.map((v) => v * v)));
    const { E, A, B, alpha, beta } = law;
    return [
      {
        upTo,
        fitted,
        held: large.n,
        law: { E, A, B, alpha, beta },
        bias: mean(miss(large)),
        rms: rms(miss(large)),
        rmsFitted: rms(miss(small)),
      },
    ];
  });
}
