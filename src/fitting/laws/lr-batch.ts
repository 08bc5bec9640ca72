// The best learning rate and batch at each size N and tokens D, and their power laws
//
//   rate = c N^a D^b,   batch = d D^e
//
// (Li et al. 2025, arXiv 2503.04715). The best of one (N, D) is where a bowl has its bottom, loss ≈ a quadratic in log rate and log
// batch fitted to the rows within a few per cent of the least loss; or it is every row within a quarter of a per cent of it, as
// published.

import { positive } from "../../check.ts";
import { studentPoint } from "../../math/beta.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log } from "../../math/elementary.ts";

export interface Sweep {
  readonly N: Float64Array;
  readonly D: Float64Array;
  readonly loss: Float64Array;
  readonly rate: Float64Array;
  /** In tokens. */
  readonly batch: Float64Array;
}

export interface Optimum {
  readonly N: number;
  readonly D: number;
  readonly rate: number;
  readonly batch: number;
  /** Rows of this N and D. */
  readonly rows: number;
}

export interface LrBatchLaws {
  /** c, a, b of the rate, d, e of the batch, each with the standard error of its logarithm or exponent. */
  readonly rate: { readonly coefficient: number; readonly N: Estimate; readonly D: Estimate };
  readonly batch: { readonly coefficient: number; readonly D: Estimate };
  readonly optima: readonly Optimum[];
  /** The best rate and batch elsewhere, each with its 95 % interval by Student's t, the scatter of one best among it. */
  readonly at: (N: number, D: number) => { readonly rate: Foretold; readonly batch: Foretold };
}

export interface Foretold {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  readonly value: number;
  readonly stderr: number;
}

/** Rows of a bowl: within this of the least log loss, and this many at least. */
const BOWL = 0.02;
const FEWEST = 8;

/** Groups of rows of one N and D. */
function groups({ N, D }: Sweep): number[][] {
  const found = new Map<string, number[]>();
  N.forEach((size, i) => {
    const key = `${size},${D[i]}`;
    const group = found.get(key);
    if (group) group.push(i);
    else found.set(key, [i]);
  });
  return [...found.values()];
}

/** The bottom of a group's bowl; undefined where it has none within the rates and batches tried. */
function bottom({ rate, batch, loss, N, D }: Sweep, rows: readonly number[]): Optimum | undefined {
  const order = [...rows].sort((i, j) => loss[i]! - loss[j]!);
  const least = loss[order[0]!]!;
  const near = order.filter((i, rank) => rank < FEWEST || loss[i]! <= least * (1 + BOWL));
  if (near.length < FEWEST) return undefined;
  const mean = (of: Float64Array) => near.reduce((sum, i) => sum + log(of[i]!), 0) / near.length;
  const [x0, y0] = [mean(rate), mean(batch)];
  const basis = near.map((i) => {
    const [x, y] = [log(rate[i]!) - x0, log(batch[i]!) - y0];
    return [1, x, y, x * x, x * y, y * y];
  });
  const c = leastSquares(
    basis,
    near.map((i) => log(loss[i]!)),
  )?.c;
  if (!c) return undefined;
  const [, gx, gy, xx, xy, yy] = c as unknown as [number, number, number, number, number, number];
  const determinant = 4 * xx * yy - xy * xy;
  if (!(determinant > 0 && xx > 0)) return undefined;
  const x = (xy * gy - 2 * yy * gx) / determinant;
  const y = (xy * gx - 2 * xx * gy) / determinant;
  const within = (value: number, of: Float64Array, zero: number) => {
    const all = rows.map((i) => log(of[i]!) - zero);
    return value >= Math.min(...all) && value <= Math.max(...all);
  };
  if (!within(x, rate, x0) || !within(y, batch, y0)) return undefined;
  return { N: N[rows[0]!]!, D: D[rows[0]!]!, rate: exp(x0 + x), batch: exp(y0 + y), rows: rows.length };
}

/**
 * The best learning rate and batch as power laws of N and D, from sweeps over both.
 * @param by - "bowl", or "near": every row whose loss is within .25 % of the least of its N and D
 * @throws RangeError where fewer than 4 pairs of N and D have a best
 */
export function lrBatchLaws(sweep: Sweep, by: "bowl" | "near" = "bowl"): LrBatchLaws {
  const { N, D, loss, rate, batch } = sweep;
  for (const name of ["N", "D", "loss", "rate", "batch"] as const)
    sweep[name].forEach((value, i) => {
      positive(`${name}[${i}]`, value);
    });
  const optima = groups(sweep).flatMap((rows): Optimum[] => {
    if (by === "bowl") {
      const best = bottom(sweep, rows);
      return best ? [best] : [];
    }
    const least = Math.min(...rows.map((i) => loss[i]!));
    return rows
      .filter((i) => loss[i]! <= least * 1.0025)
      .map((i) => ({ N: N[i]!, D: D[i]!, rate: rate[i]!, batch: batch[i]!, rows: rows.length }));
  });
  const pairs = new Set(optima.map((best) => `${best.N},${best.D}`)).size;
  if (pairs < 4)
    throw new RangeError(`laws of the best rate and batch need 4 pairs of N and D with a best, got ${pairs}`);
  const ofRate = leastSquares(
    optima.map((best) => [1, log(best.N), log(best.D)]),
    optima.map((best) => log(best.rate)),
  );
  const ofBatch = leastSquares(
    optima.map((best) => [1, log(best.D)]),
    optima.map((best) => log(best.batch)),
  );
  if (!ofRate || !ofBatch) throw new RangeError("N and D do not vary apart: their exponents cannot be told");
  const estimate = ({ c, stderr }: Regression, j: number): Estimate => ({ value: c[j]!, stderr: stderr[j]! });
  return {
    rate: { coefficient: exp(ofRate.c[0]!), N: estimate(ofRate, 1), D: estimate(ofRate, 2) },
    batch: { coefficient: exp(ofBatch.c[0]!), D: estimate(ofBatch, 1) },
    optima,
    at: (N, D) => ({
      rate: ofRate.at([1, log(positive("N", N)), log(positive("D", D))]),
      batch: ofBatch.at([1, log(D)]),
    }),
  };
}

interface Regression {
  readonly c: Float64Array;
  readonly stderr: Float64Array;
  /** e^{c·row} and where a measurement of it lies. */
  readonly at: (row: readonly number[]) => Foretold;
}

/** Ordinary least squares, with standard errors; undefined where it is singular. */
function leastSquares(basis: readonly (readonly number[])[], y: readonly number[]): Regression | undefined {
  const k = basis[0]!.length;
  const gram = new Float64Array(k * k);
  const right = new Float64Array(k);
  basis.forEach((row, i) => {
    row.forEach((v, a) => {
      right[a]! += v * y[i]!;
      row.forEach((w, b) => {
        gram[a * k + b]! += v * w;
      });
    });
  });
  const inverse = Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0));
  const c = right.slice();
  solveDense(gram.slice(), c, k, 1);
  solveDense(gram, inverse, k, k);
  if (!c.every(Number.isFinite) || !inverse.every(Number.isFinite)) return undefined;
  const left = basis.reduce((sum, row, i) => {
    const r = y[i]! - row.reduce((total, v, a) => total + v * c[a]!, 0);
    return sum + r * r;
  }, 0);
  const variance = left / Math.max(1, basis.length - k);
  const at = (row: readonly number[]): Foretold => {
    const leverage = row.reduce((sum, v, a) => sum + row.reduce((s, w, b) => s + v * w * inverse[a * k + b]!, 0), 0);
    const centre = row.reduce((sum, v, a) => sum + v * c[a]!, 0);
    const half = studentPoint(Math.max(1, basis.length - k)) * Math.sqrt(variance * (1 + leverage));
    return { value: exp(centre), low: exp(centre - half), high: exp(centre + half) };
  };
  return { c, at, stderr: Float64Array.from({ length: k }, (_, a) => Math.sqrt(variance * inverse[a * k + a]!)) };
}
