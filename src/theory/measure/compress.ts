// A measure by a shorter one (docs/theory.md, §8): eigenvalues are sorted into bins of a constant ratio, and a bin with more
// than m entries is replaced by its own m-point Gauss rule, by Lanczos in the bin. All moments of each bin up to 2m − 1 are
// kept, so every Σ w/(λ+κ) is, to an error that falls geometrically in m, as long as −κ stays away from the bin: at a
// relative distance s, a ratio of about 1 + s.

import type { Measure } from "../../kernels/dynamics.ts";
import { tridiagonalEigen } from "../../math/tridiagonal.ts";

export interface CompressOptions {
  /** m, points a bin at most. */
  readonly points: number;
  /** Largest over smallest eigenvalue of a bin, > 1. */
  readonly ratio: number;
  /** Eigenvalues below this share one bin: for |κ| well above it. */
  readonly floor: number;
}

/** A short measure with the same sums; weights may be of either sign as long as every bin is positive as a whole. */
export function compress(measure: Measure, { points, ratio, floor }: CompressOptions): Measure {
  const { lambda, weight } = sorted(measure);
  const [nodes, weights]: [number[], number[]] = [[], []];
  for (let start = 0; start < lambda.length; ) {
    const least = lambda[start]! <= floor ? 0 : Math.max(lambda[start]! / ratio, floor);
    let end = start + 1;
    while (end < lambda.length && lambda[end]! > least) end++;
    const [x, w] = [lambda.subarray(start, end), weight.subarray(start, end)];
    const rule = end - start > points ? gaussRule(x, w, points) : null;
    nodes.push(...(rule?.nodes ?? x));
    weights.push(...(rule?.weights ?? w));
    start = end;
  }
  return { lambda: Float64Array.from(nodes), weight: Float64Array.from(weights) };
}

/** Largest eigenvalue first, equal ones merged, empty ones dropped. */
function sorted({ lambda, weight }: Measure): Measure {
  const order = Array.from(lambda.keys())
    .filter((i) => weight[i] !== 0)
    .sort((i, j) => lambda[j]! - lambda[i]!);
  const [nodes, weights]: [number[], number[]] = [[], []];
  for (const i of order) {
    if (nodes.at(-1) === lambda[i]) weights[weights.length - 1]! += weight[i]!;
    else {
      nodes.push(lambda[i]!);
      weights.push(weight[i]!);
    }
  }
  return { lambda: Float64Array.from(nodes), weight: Float64Array.from(weights) };
}

/** The m-point Gauss rule of Σ w δ(x); null where the measure has no such rule to rounding. */
function gaussRule(x: Float64Array, w: Float64Array, m: number): { nodes: Float64Array; weights: Float64Array } | null {
  const middle = (x[0]! + x[x.length - 1]!) / 2;
  const half = (x[0]! - x[x.length - 1]!) / 2;
  const y = x.map((value) => (value - middle) / half);
  const inner = (f: Float64Array, g: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < f.length; i++) sum += w[i]! * f[i]! * g[i]!;
    return sum;
  };
  const mass = inner(
    y.map(() => 1),
    y.map(() => 1),
  );
  if (!(mass > 0)) return null;
  // orthonormal polynomials by their values at the entries: p_{k+1} ∝ y p_k, orthogonalised against all before, twice
  const basis = [y.map(() => 1 / Math.sqrt(mass))];
  const alpha = new Float64Array(m);
  const beta = new Float64Array(m);
  for (let k = 0; k < m; k++) {
    const next = y.map((value, i) => value * basis[k]![i]!);
    alpha[k] = inner(next, basis[k]!);
    if (k === m - 1) break;
    for (let pass = 0; pass < 2; pass++)
      for (const p of basis) {
        const c = inner(next, p);
        for (let i = 0; i < next.length; i++) next[i]! -= c * p[i]!;
      }
    const norm2 = inner(next, next);
    if (!(norm2 > 1e-20)) return null;
    beta[k] = Math.sqrt(norm2);
    basis.push(next.map((value) => value / beta[k]!));
  }
  const first = new Float64Array(m);
  first[0] = 1;
  tridiagonalEigen(alpha, beta, [first]);
  return { nodes: alpha.map((value) => middle + half * value), weights: first.map((value) => mass * value * value) };
}
