// Variable projection (Golub & Pereyra 1973): for fixed α and β the law is linear in E, A, B ≥ 0, so the misfit
//
//   Σ w_i (1 − (E + A N_i^−α + B D_i^−β)/L_i)²                                                            (10.5)
//
// is a non-negative least squares problem of three unknowns, solved by trying its seven active sets. On a grid of (α, β) only
// one of the Gram matrix's entries depends on both, so a look at the whole plane costs less than one start of BFGS.

import type { ProjectionColumns } from "../kernels/huber/kernels.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { exp, log, pow } from "../math/elementary.ts";
import { nonNegative, normalEquations } from "../math/least-squares.ts";
import { concatenated, type Points } from "./points.ts";

/** The grid's exponents: finer than any two minima lie apart. */
const EXPONENTS = Float64Array.from({ length: 28 }, (_, i) => 0.02 * pow(1.19, i));

/** Rows that the projection looks at. */
const MOST_ROWS = 2000;

/** Every k-th point, so that about `most` are left: enough for starts. */
export function thinned(points: Points, most: number): Points {
  const every = Math.ceil(points.x.length / most);
  if (every === 1) return points;
  const take = (values: Float64Array) => values.filter((_, i) => i % every === 0);
  return { ...points, x: take(points.x), y: take(points.y), l: take(points.l), w: take(points.w) };
}

/** What projection needs of the points, the same for all their weights. */
export function columnsOf({ x, y, l }: Points): ProjectionColumns {
  const scale = l.map((v) => exp(-v));
  const powers = (at: Float64Array) =>
    Array.from(EXPONENTS, (exponent) => scale.map((s, i) => s * exp(-exponent * at[i]!)));
  return { n: x.length, count: EXPONENTS.length, values: concatenated([...powers(x), ...powers(y), scale]) };
}

/** The misfit's local minima on the grid of (α, β), best first, as starts θ for approach 3. At most `count`. */
export function projectedStarts(all: Points, count: number, kernels: Kernels): Float64Array {
  const points = thinned(all, MOST_ROWS);
  const columns = columnsOf(points);
  return startsAt(columns, points.w, huberKernelsOf(kernels).projectionGains(columns, points.w), count);
}

/** The same for each of `resamples` weightings of the points; at most `count` starts each. */
export function projectedResamples(
  points: Points,
  resamples: number,
  weightsOf: (i: number) => Float64Array,
  count: number,
  kernels: Kernels,
): Float64Array[] {
  const columns = columnsOf(thinned(points, MOST_ROWS));
  // of many rows only those looked at are kept
  const some = Array.from({ length: resamples }, (_, i) => thinned({ ...points, w: weightsOf(i) }, MOST_ROWS).w);
  const gains = huberKernelsOf(kernels).projectionGains(columns, concatenated(some));
  const cells = pow(columns.count, 2);
  return some.map((w, i) => startsAt(columns, w, gains.subarray(i * cells, (i + 1) * cells), count));
}

/** The starts at the gain's highest peaks. */
function startsAt(columns: ProjectionColumns, w: Float64Array, gain: Float64Array, count: number): Float64Array {
  const { n, count: K, values } = columns;
  const column = (k: number) => values.subarray(k * n, k * n + n);
  const peaks = peaksOf(gain, K).slice(0, count);
  return Float64Array.from(
    peaks.flatMap((cell) => {
      const [k, m] = [Math.floor(cell / K), cell % K];
      const [u, v, s] = [column(k), column(K + m), column(2 * K)];
      const { c } = nonNegative(...normalEquations([u, v, s], w));
      // a term that is off starts small, so that it can come back
      return [...c.map((value) => log(Math.max(value, 1e-3))), EXPONENTS[k]!, EXPONENTS[m]!];
    }),
  );
}

/** Cells of a K × K grid that no neighbour exceeds, highest first. */
function peaksOf(gain: Float64Array, K: number): number[] {
  const peaks: number[] = [];
  for (let i = 0; i < K; i++)
    for (let j = 0; j < K; j++) {
      const here = gain[i * K + j]!;
      // most cells are settled by the next one, or the one below
      let highest = !(j + 1 < K && gain[i * K + j + 1]! > here) && !(i + 1 < K && gain[(i + 1) * K + j]! > here);
      for (let p = Math.max(0, i - 1); highest && p <= Math.min(K - 1, i + 1); p++)
        for (let q = Math.max(0, j - 1); q <= Math.min(K - 1, j + 1); q++) if (gain[p * K + q]! > here) highest = false;
      if (highest) peaks.push(i * K + j);
    }
  return peaks.sort((p, q) => gain[q]! - gain[p]!);
}
