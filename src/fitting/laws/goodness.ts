// How well a law fits, and where it does not. With n rows and k parameters, r = log L̂ − log L:
//
//   replicates   F = (SS_r − SS_pure)/(g − k) / (SS_pure/(n − g)), g distinct rows, SS_pure the scatter within them (Fisher 1922)
//   a trend      F of r's regression on 1, x, x², x³, x = log C, log N or log D/N, beside what is left of r
//
// Rows of one run share its error: n counts runs where they are fewer.

import { fisherTail } from "../../math/beta.ts";
import { solveDense } from "../../math/dense.ts";
import { log } from "../../math/elementary.ts";
import { type Runs, runCount } from "../runs.ts";
import { bind } from "./bind.ts";
import { type LawFit, spreadOf } from "./fit-law.ts";

export interface Trend {
  readonly along: "C" | "N" | "D/N";
  /** Probability of as much by chance. */
  readonly p: number;
  /** Means of log L̂ − log L over the lowest, middle and highest third of the rows along it. */
  readonly thirds: readonly [low: number, middle: number, high: number];
}

export interface Goodness {
  /** Rows that repeat all inputs of others, tested against their own scatter; null where too few do. */
  readonly replicates: {
    readonly rows: number;
    readonly scatter: number;
    readonly F: number;
    readonly p: number;
  } | null;
  /** Every trend tested, the least probable first. */
  readonly trends: readonly Trend[];
  /** What is significant, in words. */
  readonly lacks: readonly string[];
  /** Parameters that the rows do not determine, in words. */
  readonly open: readonly string[];
}

/** Probability below which a lack of fit is told: three trends are tested at 1 % together. */
const SIGNIFICANT = 0.0033;

/** How far a law is off its runs: beyond the scatter of repeated rows, and with a trend in C, N or D/N. */
export function goodness(fit: LawFit, runs: Runs): Goodness {
  // one wild row must not make a trend
  const bound = 4 * spreadOf(fit.residuals);
  const r = fit.residuals.map((v) => Math.max(-bound, Math.min(bound, v)));
  const k = fit.law.parameters.length;
  const replicates = replicated(fit, runs, k);
  const trends = (
    [
      ["C", runs.C.map(log)],
      ["N", runs.N.map(log)],
      ["D/N", runs.D.map((D, i) => log(D / runs.N[i]!))],
    ] as const
  )
    .flatMap(([along, x]) => trend(along, x, r, k, runCount(runs)) ?? [])
    .sort((a, b) => a.p - b.p);
  const lacks = trends
    .filter(({ p }) => p < SIGNIFICANT)
    .map(({ along, thirds }) => {
      const [low, middle, high] = thirds.map((mean) => `${mean < 0 ? "−" : "+"}${(100 * Math.abs(mean)).toFixed(2)} %`);
      return `residuals trend with ${along}: the law is off by ${low} in the lowest third, ${middle} in the middle, ${high} in the highest`;
    });
  if (replicates && replicates.p < SIGNIFICANT)
    lacks.unshift(
      `off by more than repeated rows scatter (${(100 * replicates.scatter).toFixed(2)} %): F = ${replicates.F.toPrecision(3)}`,
    );
  return { replicates, trends, lacks, open: undetermined(fit, runs) };
}

function replicated({ law, residuals }: LawFit, runs: Runs, k: number): Goodness["replicates"] {
  const { inputs } = bind(law, runs);
  const groups = new Map<string, number[]>();
  for (let i = 0; i < runs.n; i++) {
    const key = Object.values(inputs)
      .map((column) => column[i]!.toPrecision(6))
      .join();
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  const freedom = runs.n - groups.size;
  if (freedom < 5 || groups.size <= k) return null;
  let [pure, lack] = [0, 0];
  for (const rows of groups.values()) {
    const mean = rows.reduce((sum, i) => sum + residuals[i]!, 0) / rows.length;
    lack += rows.length * mean * mean;
    for (const i of rows) pure += (residuals[i]! - mean) * (residuals[i]! - mean);
  }
  if (!(pure > 0)) return null;
  const F = lack / (groups.size - k) / (pure / freedom);
  return {
    rows: [...groups.values()].reduce((sum, rows) => sum + (rows.length > 1 ? rows.length : 0), 0),
    scatter: Math.sqrt(pure / freedom),
    F,
    p: fisherTail(F, groups.size - k, freedom),
  };
}

/** Degree of the polynomial that a trend is. */
const DEGREE = 3;

function trend(along: Trend["along"], x: Float64Array, r: Float64Array, k: number, runs: number): Trend | undefined {
  const n = r.length;
  const [low, high] = x.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const freedom = Math.min(n, runs) - k - DEGREE;
  const distinct = new Set(Array.from(x, (v) => v.toPrecision(4))).size;
  if (!(high - low > 0.1) || freedom < 4 || distinct < 5) return undefined;
  // Legendre's polynomials over the range, so that the normal equations are tame
  const basis = Array.from(x, (v) => {
    const t = (2 * (v - low)) / (high - low) - 1;
    return [1, t, (3 * t * t - 1) / 2, (5 * t * t * t - 3 * t) / 2];
  });
  const size = DEGREE + 1;
  const gram = new Float64Array(size * size);
  const c = new Float64Array(size);
  basis.forEach((row, i) => {
    row.forEach((v, a) => {
      c[a]! += v * r[i]!;
      row.forEach((w, b) => {
        gram[a * size + b]! += v * w;
      });
    });
  });
  solveDense(gram, c, size, 1);
  if (!c.every(Number.isFinite)) return undefined;
  let [explained, left] = [0, 0];
  basis.forEach((row, i) => {
    const mean = row.reduce((sum, v, a) => sum + c[a]! * v, 0);
    explained += mean * mean;
    left += (r[i]! - mean) * (r[i]! - mean);
  });
  if (!(left > 0)) return undefined;
  // sums over rows of one run count it once
  const F = explained / size / (left / freedom) / (n / Math.min(n, runs));
  const order = Array.from(x.keys()).sort((i, j) => x[i]! - x[j]!);
  const third = (from: number, to: number) => {
    const some = order.slice(Math.round(from * n), Math.round(to * n));
    return some.reduce((sum, i) => sum + r[i]!, 0) / some.length;
  };
  return {
    along,
    p: fisherTail(F, size, freedom),
    thirds: [third(0, 1 / 3), third(1 / 3, 2 / 3), third(2 / 3, 1)],
  };
}

/** Parameters that move no prediction, alone or together: the curvature of the misfit, scaled to unit diagonal, is singular in them. */
export function undetermined({ law, p }: LawFit, runs: Runs): string[] {
  const { run, bounds } = bind(law, runs);
  const k = p.length;
  const { jacobian } = run(p, true);
  const column = Array.from({ length: k }, (_, j) => {
    const [low, high] = bounds[j]!;
    const factor = low === 0 && high === Infinity ? p[j]! : Math.max(1e-3, Math.abs(p[j]!));
    return jacobian.subarray(j * runs.n, (j + 1) * runs.n).map((v) => factor * v);
  });
  const length = column.map((v) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / runs.n));
  // a change by a factor e that moves no loss by a millionth
  const idle = law.parameters.filter((_, j) => !(length[j]! > 1e-6));
  const told = idle.map((name) => `${name} changes nothing here: any value serves`);
  // the others in turn: what of a column those before it leave (Gram and Schmidt, twice for its rounding)
  const basis: { name: string; unit: Float64Array; v: Float64Array }[] = [];
  law.parameters.forEach((name, j) => {
    if (idle.includes(name)) return;
    const unit = column[j]!.map((x) => x / (length[j]! * Math.sqrt(runs.n)));
    const rest = unit.slice();
    for (let pass = 0; pass < 2; pass++)
      for (const { v } of basis) {
        const along = dot(v, rest);
        for (let i = 0; i < rest.length; i++) rest[i]! -= along * v[i]!;
      }
    const left = Math.sqrt(dot(rest, rest));
    if (left > 1e-6) {
      basis.push({ name, unit, v: rest.map((x) => x / left) });
      return;
    }
    // those whose change undoes its own
    const k = basis.length;
    const gram = Float64Array.from({ length: k * k }, (_, at) =>
      dot(basis[Math.floor(at / k)]!.unit, basis[at % k]!.unit),
    );
    const c = Float64Array.from(basis, (other) => dot(other.unit, unit));
    solveDense(gram, c, k, 1);
    const partners = basis.filter((_, m) => Math.abs(c[m]!) > 0.05).map((other) => other.name);
    told.push(`${[...partners, name].join(" and ")} are determined only together: fix or tie one of them`);
  });
  return told;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
