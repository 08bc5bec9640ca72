// From measurements to the solvable model: which (α, β) of the phase plane have the exponents that were measured, and what follows.
//
//   p(α, β | ξ̂, η̂) ∝ exp(−½ (m − μ(α,β))ᵀ Σ⁻¹ (m − μ(α,β))),   m = (ξ̂, η̂),  μ = (ξ, η) of the phase table             (10.12)
//
// on a box of the plane, with a flat prior. μ cannot be inverted everywhere: in phases Ib, III and IVa ξ = ½, and η fixes only α
// (III, IVa) or α + β (Ib). There the region is a band that ends at the prior's box, and the result says so. A measured kernel
// spectrum {λ_j, t_j} gives α and β directly, from λ_j ~ j^−2α and t_j ~ j^−2α−2β.

import { finite, integer, numbers, positive, whole } from "../check.ts";
import { LIMITS } from "../limits.ts";
import { exp, log, log10, pow } from "../math/elementary.ts";
import { logspace } from "../math/grid.ts";
import { type PhaseName, tableRow } from "../theory/exponents/phases.ts";
import type { Measured } from "../theory/measure/spectrum.ts";

import { resample } from "./resample.ts";

/** Mean and covariance of two measured numbers. */
export interface Gaussian2 {
  readonly mean: readonly [number, number];
  readonly covariance: readonly [readonly [number, number], readonly [number, number]];
}

export interface BridgeOptions {
  /**
   * Standard deviation added to both exponents, for the distance between slopes at finite compute and the table. Default 0.01:
   * the exact frontier's slopes at 1e18 to 1e20 lie that far from it, further near boundaries.
   */
  readonly finiteSize?: number;
  /** The prior's box is 0 < α ≤ most, 0 ≤ β ≤ most. Default 2. */
  readonly most?: number;
  /** Cells along each axis. Default 400. */
  readonly cells?: number;
}

export interface Marginal {
  /** 2.5 %, 50 % and 97.5 % of the posterior. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** False where the interval is cut off by the prior's box rather than by the data. */
  readonly identified: boolean;
}

export interface Bridge {
  /** Probability of each phase; they sum to 1 where any point fits. */
  readonly phases: Readonly<Record<PhaseName, number>>;
  /** The most probable one. */
  readonly phase: PhaseName;
  readonly alpha: Marginal;
  readonly beta: Marginal;
  /** α + β, which is all that phase Ib shows. */
  readonly sum: Marginal;
  /** The exponents the theory allows, given the measurement: narrower than it where it is at odds with the table. */
  readonly xi: Marginal;
  readonly eta: Marginal;
  /** The posterior on the grid, row by row in β: probability of each cell. */
  readonly region: {
    readonly alpha: Float64Array;
    readonly beta: Float64Array;
    readonly probability: Float64Array;
    /** Cells at least this probable make up 95 %. */
    readonly level: number;
  };
  /** Squared distance, in standard errors, of the nearest exponents of the table: above 6 the model does not explain the data. */
  readonly misfit: number;
  readonly notes: readonly string[];
}

/**
 * The solvable model behind measured exponents: d* ~ f^ξ, P* − P_∞ ~ f^−η.
 * @throws RangeError where the covariance is not one
 */
export function bridge(measured: Gaussian2, options: BridgeOptions = {}): Bridge {
  const extra = pow(finite("finiteSize", options.finiteSize ?? 0.01, 0, 1), 2);
  const [xi, eta] = measured.mean.map((value, i) => finite(["xi", "eta"][i]!, value));
  const [[xx, xy], [, yy]] = measured.covariance;
  const distance = mahalanobis([
    [positive("the variance of xi plus finiteSize²", xx + extra), xy],
    [xy, positive("the variance of eta plus finiteSize²", yy + extra)],
  ]);
  return posterior(options, (_, row) => row && distance(xi! - row.xi, eta! - row.eta));
}

/**
 * From bootstrap draws of (ξ, η), to their mean and covariance.
 * @throws RangeError where a draw is not finite, their numbers differ or fewer than two are given
 */
export function gaussian(first: ArrayLike<number>, second: ArrayLike<number>): Gaussian2 {
  const n = numbers("first", first).length;
  if (numbers("second", second).length !== n)
    throw new RangeError(`second must have one value per value of first (${n}), got ${second.length}`);
  if (n < 2) throw new RangeError("first must have at least 2 values for a covariance, got 1");
  let [mx, my, xx, xy, yy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    mx += first[i]! / n;
    my += second[i]! / n;
  }
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [first[i]! - mx, second[i]! - my];
    xx += (dx * dx) / (n - 1);
    xy += (dx * dy) / (n - 1);
    yy += (dy * dy) / (n - 1);
  }
  return {
    mean: [mx, my],
    covariance: [
      [xx, xy],
      [xy, yy],
    ],
  };
}

export interface SpectrumBridgeOptions extends Omit<BridgeOptions, "finiteSize"> {
  /** First and last rank of the power-law range, from 1. Default: 10 to a third of the spectrum, both ends being bent. */
  readonly ranks?: readonly [number, number];
  /** Resamples of the bins. Default 2000. */
  readonly draws?: number;
  readonly seed?: number;
}

export interface SpectrumBridge extends Bridge {
  readonly measured: Gaussian2;
  readonly ranks: readonly [number, number];
}

/** Bins a decade for the lines through a spectrum. */
const BINS_A_DECADE = 8;

/**
 * The solvable model behind a measured kernel spectrum: α from λ_j ~ j^−2α, α + β from t_j ~ j^−2(α+β). Both are means over bins of
 * equal width in log j, which evens out the scatter of single energies; intervals by resampling the bins.
 * @throws RangeError where the ranks span fewer than 6 bins
 */
export function bridgeSpectrum(spectrum: Measured, options: SpectrumBridgeOptions = {}): SpectrumBridge {
  const n = spectrum.eigenvalues.length;
  const [from, to] = options.ranks ?? [Math.min(10, n), Math.max(Math.min(10, n), Math.floor(n / 3))];
  integer("ranks[0]", from, 1, n);
  integer("ranks[1]", to, from, n);
  const draws = integer("draws", options.draws ?? 2000, 100, LIMITS.resamples.most);
  const bins = binned(spectrum, from, to);
  if (bins.length < 6)
    throw new RangeError(`ranks ${from} to ${to} hold ${bins.length} bins with energy: 6 are needed for two exponents`);
  const unit = Int32Array.from(bins.keys());
  const samples = Array.from({ length: draws }, (_, k) =>
    exponents(bins, resample({ unit, strata: [unit] }, options.seed ?? 1, k)),
  ).filter(([alpha, beta]) => Number.isFinite(alpha + beta));
  const drawn = gaussian(
    samples.map((s) => s[0]),
    samples.map((s) => s[1]),
  );
  const mean = exponents(bins, new Float64Array(bins.length).fill(1));
  // a line takes two of the bins; and no spectrum is better known than half a cell of the grid
  const scale = bins.length / (bins.length - 2);
  const floor = pow((options.most ?? 2) / (options.cells ?? 400) / 2, 2);
  const [[xx, xy], [, yy]] = drawn.covariance;
  const covariance = [
    [scale * xx + floor, scale * xy],
    [scale * xy, scale * yy + floor],
  ] as const;
  const distance = mahalanobis(covariance);
  const result = posterior(options, (point, row) => row && distance(mean[0] - point.alpha, mean[1] - point.beta));
  return { ...result, measured: { mean, covariance }, ranks: [from, to] };
}

interface Bin {
  /** Modes in it. The scatter of its mean energy falls as their number, which is therefore its weight in their line. */
  readonly size: number;
  readonly logRank: number;
  readonly logLambda: number;
  readonly logEnergy: number;
}

function binned(spectrum: Measured, from: number, to: number): Bin[] {
  const count = Math.max(1, Math.round(log10(to / from) * BINS_A_DECADE));
  const edges = logspace(from - 0.5, to + 0.5, count + 1);
  const bins: Bin[] = [];
  for (let b = 0; b < count; b++) {
    let [size, logRank, logLambda, energy] = [0, 0, 0, 0];
    for (let j = Math.ceil(edges[b]!); j < edges[b + 1]! && j <= to; j++) {
      size++;
      logRank += log(j);
      logLambda += log(spectrum.eigenvalues[j - 1]!);
      energy += spectrum.energies[j - 1]!;
    }
    if (size > 0 && energy > 0)
      bins.push({ size, logRank: logRank / size, logLambda: logLambda / size, logEnergy: log(energy / size) });
  }
  return bins;
}

/** (α, β) of the least-squares lines through weighted bins. */
function exponents(bins: readonly Bin[], weights: Float64Array): [number, number] {
  const slope = (of: (bin: Bin) => number, weight: (bin: Bin, i: number) => number) => {
    const total = bins.reduce((sum, bin, i) => sum + weight(bin, i), 0);
    const mean = (value: (bin: Bin) => number) =>
      bins.reduce((sum, bin, i) => sum + weight(bin, i) * value(bin), 0) / total;
    const [centre, level] = [mean((bin) => bin.logRank), mean(of)];
    return mean((bin) => (bin.logRank - centre) * (of(bin) - level)) / mean((bin) => pow(bin.logRank - centre, 2));
  };
  const alpha =
    -slope(
      (bin) => bin.logLambda,
      (_, i) => weights[i]!,
    ) / 2;
  const sum =
    -slope(
      (bin) => bin.logEnergy,
      (bin, i) => weights[i]! * bin.size,
    ) / 2;
  return [alpha, sum - alpha];
}

/** (x, y) ↦ squared distance in units of the covariance. */
function mahalanobis([[xx, xy], [, yy]]: Gaussian2["covariance"]): (x: number, y: number) => number {
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) throw new RangeError("covariance must be positive definite");
  return (x, y) => (yy * x * x - 2 * xy * x * y + xx * y * y) / determinant;
}

type Row = ReturnType<typeof tableRow>;

/** The posterior from the squared distance at every cell (null: no power law there). */
function posterior(
  options: BridgeOptions,
  distance: (point: { alpha: number; beta: number }, row: Row) => number | null,
): Bridge {
  const most = positive("most", options.most ?? 2);
  const n = whole("cells a side", options.cells ?? 400, "cells");
  // cell centres, which lie on none of the boundaries
  const axis = Float64Array.from({ length: n }, (_, i) => (most * (i + 0.4999)) / n);
  const squared = new Float64Array(n * n).fill(Infinity);
  const rows: Row[] = [];
  let misfit = Infinity;
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) {
      const point = { alpha: axis[i]!, beta: axis[j]! };
      const row = tableRow(point);
      rows.push(row);
      const d = distance(point, row);
      if (d !== null) squared[j * n + i] = d;
      misfit = Math.min(misfit, squared[j * n + i]!);
    }
  const weight = squared.map((d) => exp((misfit - d) / 2));
  const total = weight.reduce((sum, w) => sum + w, 0);
  const probability = weight.map((w) => w / total);
  const phases = { Ia: 0, Ib: 0, Ic: 0, II: 0, III: 0, IVa: 0, IVb: 0 };
  rows.forEach((row, cell) => {
    if (row) phases[row.phase] += probability[cell]!;
  });
  const phase = (Object.keys(phases) as PhaseName[]).reduce((p, q) => (phases[q] > phases[p] ? q : p));
  const level = densest(probability, 0.95);
  const region = { alpha: axis, beta: axis, probability, level };
  const edge = 2 * (most / n);
  const marginal = (of: (i: number, j: number, row: NonNullable<Row>) => number, top = Infinity): Marginal => {
    const [low, median, high] = percentiles(
      rows.flatMap((row, cell) =>
        row && probability[cell]! > 1e-9 / (n * n)
          ? [[of(cell % n, Math.floor(cell / n), row), probability[cell]!] as const]
          : [],
      ),
    );
    let reaches = -Infinity;
    rows.forEach((row, cell) => {
      if (row && probability[cell]! >= level) reaches = Math.max(reaches, of(cell % n, Math.floor(cell / n), row));
    });
    return { low, median, high, identified: reaches < top - edge };
  };
  const alpha = marginal((i) => axis[i]!, most);
  const beta = marginal((_, j) => axis[j]!, most);
  const half = phases.III + phases.IVa + phases.Ib;
  const notes: string[] = [];
  if (half > 0.05)
    notes.push(
      "where ξ = 1/2 (phases Ib, III, IVa) it tells nothing: η fixes only α in III and IVa, and only α + β in Ib, so the rest depends on the prior's box",
    );
  if (misfit > 6)
    notes.push(
      `no point of the phase plane has these exponents (nearest at ${Math.sqrt(misfit).toFixed(1)} standard errors): the model does not explain them`,
    );
  for (const [name, value] of [
    ["α", alpha],
    ["β", beta],
  ] as const)
    if (!value.identified) notes.push(`${name} is bounded below only: its upper end is the prior's, ${most}`);
  return {
    phases,
    phase,
    alpha,
    beta,
    sum: marginal((i, j) => axis[i]! + axis[j]!, 2 * most),
    xi: marginal((_i, _j, row) => row.xi),
    eta: marginal((_i, _j, row) => row.eta),
    region,
    misfit,
    notes,
  };
}

/** The probability from which on the most probable cells hold `share`. */
export function densest(probability: Float64Array, share: number): number {
  const sorted = probability.slice().sort();
  let sum = 0;
  for (let i = sorted.length - 1; i >= 0; i--) {
    sum += sorted[i]!;
    if (sum >= share) return sorted[i]!;
  }
  return 0;
}

function percentiles(weighted: (readonly [number, number])[]): [number, number, number] {
  weighted.sort((p, q) => p[0] - q[0]);
  const total = weighted.reduce((sum, [, w]) => sum + w, 0);
  const out: number[] = [];
  let sum = 0;
  for (const [value, w] of weighted) {
    sum += w;
    while (out.length < 3 && sum >= [0.025, 0.5, 0.975][out.length]! * total) out.push(value);
  }
  return out as [number, number, number];
}

export interface Forecast {
  readonly flops: Float64Array;
  /** Best N, and loss, at each: 2.5 %, 50 %, 97.5 %. */
  readonly N: readonly Float64Array[];
  readonly loss: readonly Float64Array[];
}

/**
 * What the theory says of the next decades: from one point of the measured frontier (its compute, best N and loss, and the
 * irreducible part of it) on with the posterior's exponents. The point itself is taken as known.
 * @throws RangeError where flops or N is not > 0, or the loss below E
 */
export function forecast(
  { xi, eta }: Pick<Bridge, "xi" | "eta">,
  from: { readonly flops: number; readonly N: number; readonly loss: number; readonly E: number },
  { decades = 3, points = 7 }: { decades?: number; points?: number } = {},
): Forecast {
  positive("N", from.N);
  finite("loss", from.loss, finite("E", from.E));
  const flops = logspace(
    positive("flops", from.flops),
    from.flops * pow(10, positive("decades", decades)),
    integer("points", whole("points", points), 2),
  );
  const at = (exponent: number, start: number, sign: number) =>
    flops.map((C) => start * pow(C / from.flops, sign * exponent));
  return {
    flops,
    N: [xi.low, xi.median, xi.high].map((value) => at(value, from.N, 1)),
    loss: [eta.high, eta.median, eta.low].map((value) => at(value, from.loss - from.E, -1).map((l) => from.E + l)),
  };
}
