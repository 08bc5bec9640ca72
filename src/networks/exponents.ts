// Exponents of trained networks, with intervals from their members: L(t) ∝ t^−k over the last decade of steps, and the deviation from
// infinite width, L_N − L_∞ ∝ N^−c, of which the networks give L_N − L_W = A (N^−c − W^−c) for the widest W.

import { studentPoint } from "../math/beta.ts";
import { exp, log, pow } from "../math/elementary.ts";
import { brent } from "../math/minimise.ts";
import { fitPowerLaw } from "../math/power-fit.ts";
import type { WidthCurves } from "./train.ts";

export interface Exponent {
  readonly value: number;
  /** About 95 %, by Student's t over members; NaN where there is one. */
  readonly low: number;
  readonly high: number;
}

export interface WidthExponent extends Exponent {
  /** Steps at which it is taken. */
  readonly step: number;
}

/** The mean of independent values with its interval. */
export function meanWithInterval(values: readonly number[]): Exponent {
  const n = values.length;
  const value = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - value) * (x - value), 0) / (n - 1) / n;
  const reach = (n > 1 ? studentPoint(n - 1) : Number.NaN) * Math.sqrt(variance);
  return { value, low: value - reach, high: value + reach };
}

/** −d log L/d log t over the last decade of steps; NaN where it holds fewer than three records, or a loss that is not finite. */
export function timeExponent(steps: Float64Array, curves: readonly Float64Array[]): Exponent {
  const from = steps.findIndex((t) => t >= steps.at(-1)! / 10 && t > 0);
  const t = steps.subarray(from);
  const sound = curves.every((curve) => curve.subarray(from).every((x) => x > 0 && x < Infinity));
  if (t.length < 3 || !sound) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  return meanWithInterval(curves.map((curve) => -fitPowerLaw(t, curve.subarray(from)).exponent.value));
}

/** c at recorded step r, of deviations within each member. The interval leaves out one member after another. */
export function widthExponent(widths: readonly WidthCurves[], steps: Float64Array, r: number): WidthExponent {
  const sorted = [...widths].sort((a, b) => a.width - b.width);
  const members = sorted[0]!.test.length;
  const of = (left: number) => {
    const rest = Array.from({ length: members }, (_, m) => m).filter((m) => m !== left);
    const widest = sorted.at(-1)!.test;
    const gaps = sorted.slice(0, -1).map(({ test }) => rest.map((m) => test[m]![r]! - widest[m]![r]!));
    const means = gaps.map((gap) => gap.reduce((sum, x) => sum + x, 0) / gap.length);
    return deviationExponent(
      sorted.map(({ width }) => width),
      means,
      rest.length > 1
        ? gaps.map((gap, i) => Math.sqrt(gap.reduce((sum, x) => sum + (x - means[i]!) * (x - means[i]!), 0)))
        : undefined,
    );
  };
  const value = of(-1);
  let reach = Number.NaN;
  if (members > 1) {
    const left = Array.from({ length: members }, (_, m) => of(m));
    const mean = left.reduce((sum, x) => sum + x, 0) / members;
    const variance = ((members - 1) / members) * left.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
    reach = studentPoint(members - 1) * Math.sqrt(variance);
  }
  return { step: steps[r]!, value, low: value - reach, high: value + reach };
}

/** Exponents looked for. */
const RANGE = [0.02, 4] as const;
/** To which an exponent is found. */
const CLOSE = 1e-9;

/**
 * c of d_N = A (N^−c − W^−c), W the last width: by least squares of d_N over their errors, where they are known, else of logarithms.
 * NaN with fewer than three widths below W, with errors that are none, where A is not positive or no c from 0.02 to 4 is best; of
 * logarithms with fewer than three positive d_N.
 */
export function deviationExponent(
  widths: readonly number[],
  deviations: readonly number[],
  errors?: readonly number[],
): number {
  const W = widths.at(-1)!;
  const known = deviations.flatMap((d, i) => {
    const [N, error] = [widths[i]!, errors?.[i]];
    const sound = error === undefined ? d > 0 && d < Infinity : Math.abs(d) < Infinity && error > 0;
    return sound ? [{ N, d, error }] : [];
  });
  if (known.length < 3) return Number.NaN;
  const shape = (N: number, c: number) => pow(N, -c) - pow(W, -c);
  const weighted = (c: number) => {
    let [dg, gg] = [0, 0];
    for (const { N, d, error } of known) {
      const g = shape(N, c) / error!;
      dg += (d / error!) * g;
      gg += g * g;
    }
    const A = dg / gg;
    const misfit = known.reduce((sum, { N, d, error }) => {
      const off = (d - A * shape(N, c)) / error!;
      return sum + off * off;
    }, 0);
    return { A, misfit };
  };
  const misfit = (c: number) => {
    if (errors) return weighted(c).misfit;
    const gaps = known.map(({ N, d }) => log(d) - log(shape(N, c)));
    const mean = gaps.reduce((sum, x) => sum + x, 0) / gaps.length;
    return gaps.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  };
  // the best of a grid, then Brent's method between its neighbours
  const grid = Array.from({ length: 60 }, (_, i) => RANGE[0] * exp((i / 59) * log(RANGE[1] / RANGE[0])));
  const best = grid.reduce((least, c, i) => (misfit(c) < misfit(grid[least]!) ? i : least), 0);
  // no power law, or none in this range
  if (best === 0 || best === grid.length - 1) return Number.NaN;
  const found = brent(misfit, grid[best - 1]!, grid[best + 1]!, CLOSE).x;
  return errors && !(weighted(found).A > 0) ? Number.NaN : found;
}
