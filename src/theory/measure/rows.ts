// The square norms of rows of random features, K_ii = s/d with s = Σ λ_j g_j² (docs/theory.md, eqs. 12.7, 12.8). They do not
// concentrate where 2α > 1: one mode carries a third of them or more. Their density is an inverse Laplace transform,
//
//   p(s) = (1/2πi) ∫ e^{ps} Π (1+2pλ_j)^{−½} dp,      E[g_j² h(s)]: one more factor 1/(1+2pλ_j),
//
// by the trapezoid rule on a hyperbola round the cut p ≤ −1/2λ₁, and s by the trapezoid rule in log s.

import type { Modes } from "../../kernels/resolvent.ts";
import type { Rows } from "../../kernels/sign/kernels.ts";
import { solveDense } from "../../math/dense.ts";
import { atan2, cos, exp, log, log1p, pow, sin } from "../../math/elementary.ts";

/** Leading modes whose weights are their own, and powers of λ for all others. */
const HEADS = 16;
const POWERS = 6;
/**
 * The hyperbola p = (i sinh τ − b (cosh τ − 1))/sd with b at most BEND, less where s concentrates: there e^{p(s−mean)} at small s outgrows
 * what is left of a Gaussian's transform off the imaginary axis. e-folds that the rule in τ is good to, and what is left out of it.
 */
const BEND = 0.75;
const BEND_BY_SPREAD = 5;
const DIGITS = 60;
const NEGLIGIBLE = 1e-15;
/** Step in log s: this, or this share of sd/mean. */
const SPACING = 0.2;
const SHARE = 0.35;
/** The series of log(1+2pλ): its terms, and the |2pλ| up to which it is taken. */
const TERMS = 12;
const SMALL = 0.1;

export interface RowNorms extends Rows {
  /** Σ λ_j, E √s and E 1/√s. */
  readonly trace: number;
  readonly meanRoot: number;
  readonly meanInverse: number;
}

/** Modes with the largest λ first. */
export function descending({ lambda, trace, energy, ratio }: Modes): Modes {
  const order = Array.from(lambda.keys()).sort((a, b) => lambda[b]! - lambda[a]!);
  const sorted = (values: Float64Array) => Float64Array.from(order, (j) => values[j]!);
  return { lambda: sorted(lambda), trace: sorted(trace), energy: sorted(energy), ratio: sorted(ratio) };
}

/** The rule for modes in descending order. */
export function rowNorms({ lambda, trace }: Modes): RowNorms {
  const heads = Math.min(HEADS, lambda.length);
  const scale = lambda[heads] ?? 1;
  let [mean, variance] = [0, 0];
  for (let j = 0; j < lambda.length; j++) {
    mean += trace[j]!;
    variance += 2 * trace[j]! * lambda[j]!;
  }
  const sd = Math.sqrt(variance);
  // λ of the rows of weights: none, the heads, and Chebyshev's points of (0, scale]
  const points = Array.from({ length: POWERS }, (_, k) => (1 - cos((Math.PI * (k + 1)) / POWERS)) / 2);
  const tilts = [0, ...lambda.subarray(0, heads), ...points.map((x) => x * scale)];
  const { least, most, at } = densities({ lambda, trace }, { mean, sd }, tilts);
  const spacing = Math.min(SPACING, (SHARE * sd) / mean);
  const columns: { s: number; weights: Float64Array }[] = [];
  for (let k = Math.ceil(log(least / mean) / spacing); k * spacing < log(most / mean); k++) {
    const s = mean * exp(k * spacing);
    columns.push({ s, weights: at(s).map((p) => p * s) });
  }
  const n = columns.length;
  const rows = tilts.map((_, q) => {
    const row = Float64Array.from(columns, ({ weights }) => weights[q]!);
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((w) => w / sum);
  });
  // from values at points of λ/scale to powers of it
  const vandermonde = Float64Array.from(points.flatMap((x) => points.map((_, k) => pow(x, k + 1))));
  const rest = new Float64Array(POWERS * n);
  for (let k = 0; k < POWERS; k++)
    rest.set(
      rows[1 + heads + k]!.map((w, i) => w - rows[0]![i]!),
      k * n,
    );
  solveDense(vandermonde, rest, POWERS, n);
  const weights = new Float64Array((1 + heads + POWERS) * n);
  for (let q = 0; q <= heads; q++) weights.set(rows[q]!, q * n);
  weights.set(rest, (1 + heads) * n);
  const root = Float64Array.from(columns, ({ s }) => Math.sqrt(s));
  const average = (h: (x: number) => number) => root.reduce((sum, x, i) => sum + weights[i]! * h(x), 0);
  return { root, weights, heads, scale, trace: mean, meanRoot: average((x) => x), meanInverse: average((x) => 1 / x) };
}

/**
 * s ↦ the density of s for each tilt, between the s where the density is no more than NEGLIGIBLE: there Chernoff's bound
 * Π (1+2pλ)^{−½} e^{ps} says so, with its minimum over p at s = Σ λ/(1+2pλ).
 */
function densities(
  { lambda, trace }: Pick<Modes, "lambda" | "trace">,
  { mean, sd }: { readonly mean: number; readonly sd: number },
  tilts: readonly number[],
) {
  const bend = Math.min(BEND, (BEND_BY_SPREAD * sd) / mean);
  const transform = logTransform({ lambda, trace });
  const edge = (from: number, grow: (p: number) => number) => {
    let s = 0;
    for (let p = from, bound = 0; bound > log(NEGLIGIBLE); p = grow(p)) {
      s = 0;
      for (let j = 0; j < lambda.length; j++) s += trace[j]! / (1 + 2 * p * lambda[j]!);
      bound = transform(p, 0)[0] + p * s;
    }
    return s;
  };
  const least = edge(0.1 / sd, (p) => 1.3 * p);
  // p from 0 to the pole −1/2λ₁
  const pole = -0.5 / lambda[0]!;
  const most = edge(0.1 * pole, (p) => pole + (p - pole) / 1.3);
  // the rule's error is the Fourier transform at 2π/step of what oscillates like e^{i(s−mean) sinh τ/sd}
  const step = (2 * Math.PI) / (DIGITS + most / sd);
  const points: { x: number; y: number; re: number; im: number }[] = [];
  let largest = 0;
  for (let k = 0, size = 1; size > NEGLIGIBLE * largest; k++) {
    const [up, down] = [exp(k * step), exp(-k * step)];
    const [a, c] = [(up + down) / 2, (up - down) / 2];
    const [b, x, y] = [bend * c, (-bend * (a - 1)) / sd, c / sd];
    const [re, im] = transform(x, y);
    // dp/i = (cosh τ + i b sinh τ) dτ/sd
    size = (((k === 0 ? 0.5 : 1) * step) / (Math.PI * sd)) * exp(re + x * least);
    largest = Math.max(largest, size);
    const [u, v] = [size * cos(im + y * least), size * sin(im + y * least)];
    points.push({ x, y, re: u * a - v * b, im: u * b + v * a });
    size *= a;
  }
  const at = (s: number): Float64Array => {
    const out = new Float64Array(tilts.length);
    for (const { x, y, re, im } of points) {
      const size = exp(x * (s - least));
      const [c, d] = [size * cos(y * (s - least)), size * sin(y * (s - least))];
      const [u, v] = [re * c - im * d, re * d + im * c];
      for (let q = 0; q < out.length; q++) {
        const [f, g] = [1 + 2 * x * tilts[q]!, 2 * y * tilts[q]!];
        out[q]! += (u * f + v * g) / (f * f + g * g);
      }
    }
    return out;
  };
  return { least, most, at };
}

/**
 * log Π (1+2pλ_j)^{−½} at p = x + iy: mode by mode where |2pλ| is not small, and of all smaller λ together by the series of the
 * logarithm.
 */
function logTransform({ lambda, trace }: Pick<Modes, "lambda" | "trace">): (x: number, y: number) => [number, number] {
  const n = lambda.length;
  // Σ m (2λ)^k over the modes from j on
  const tails = Array.from({ length: TERMS }, () => new Float64Array(n + 1));
  for (let j = n - 1; j >= 0; j--) {
    let term = trace[j]! / lambda[j]!;
    for (const tail of tails) {
      term *= 2 * lambda[j]!;
      tail[j] = tail[j + 1]! + term;
    }
  }
  return (x, y) => {
    const small = SMALL / (2 * Math.sqrt(x * x + y * y));
    let [re, im, j] = [0, 0, 0];
    for (; j < n && lambda[j]! > small; j++) {
      const [u, v, m] = [2 * x * lambda[j]!, 2 * y * lambda[j]!, trace[j]! / lambda[j]!];
      re -= 0.25 * m * log1p(2 * u + u * u + v * v);
      im -= 0.5 * m * atan2(v, 1 + u);
    }
    // Σ (−1)^{k+1} p^k tail_k/k by Horner's rule
    let [a, b] = [0, 0];
    for (let k = TERMS; k > 0; k--) {
      const c = ((k % 2 === 1 ? 1 : -1) * tails[k - 1]![j]!) / k;
      [a, b] = [(a + c) * x - b * y, (a + c) * y + b * x];
    }
    return [re - a / 2, im - b / 2];
  };
}
