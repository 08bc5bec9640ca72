// Nodes of the loss of sign SGD at large d (docs/theory.md, eqs. 12.4–12.8): the spectral measures of Q^½KQ^½, whose rows are
// weighted by the inverse of their own norms, on a contour round the support and 0. With y the variable of the rows,
//
//   d y h(y) = Σ λ_j A_j/(λ_j A_j + ζ/√d),   h = E 1/(√s+y),   A_j = E g_j²/(√s+y),   Φ(−ζ) = d^−½ Σ t_j/(λ_j A_j + ζ/√d)   (12.6)

import type { ComplexArray, Modes } from "../../kernels/resolvent.ts";
import type { SignKernels, SignNodes } from "../../kernels/sign/kernels.ts";
import { abs, add, type Complex, complex, div, mul, scale, sub } from "../../math/complex.ts";
import { solveDense } from "../../math/dense.ts";
import { atan2, cos, exp, pow, sin } from "../../math/elementary.ts";
import { gaussLegendre } from "../../math/quadrature.ts";
import { contourOf, lineBetween, nodeCount } from "./nodes.ts";
import type { Plrf } from "./plrf.ts";
import { descending, type RowNorms, rowNorms } from "./rows.ts";

/** The equivalent of a model: its modes, largest first, and its rows. */
export interface SignEquivalent {
  readonly modes: Modes;
  readonly d: number;
  readonly kappa0: number;
  readonly rows: RowNorms;
  /** E √K_ii and E K_ii^−½. */
  readonly meanRoot: number;
  readonly meanInverse: number;
  /** A bound on the largest eigenvalue. */
  readonly top: number;
}

export interface SignRule extends SignNodes {
  /** What the nodes miss of Σ t, d and Σ √K_ii, relative: the last is the rule of the rows'. */
  readonly misses: readonly [energy: number, count: number, trace: number];
  /** The largest of them. */
  readonly error: number;
}

/** What a run asks of its nodes: the largest rate a, and Σ 2a, or more. */
export interface SignReach {
  readonly rate: number;
  readonly time: number;
}

export function signEquivalent({ modes: given, d, kappa0 }: Pick<Plrf, "modes" | "d" | "kappa0">): SignEquivalent {
  const modes = descending(given);
  const rows = rowNorms(modes);
  const root = Math.sqrt(d);
  const top = topOf({ modes, d, rows });
  return { modes, d, kappa0, rows, meanRoot: rows.meanRoot / root, meanInverse: rows.meanInverse * root, top };
}

/**
 * Nodes that serve every run within reach, to a relative precision.
 * @throws RangeError where the rate is unstable at the largest eigenvalue
 */
export function signNodes(
  kernels: SignKernels,
  equivalent: SignEquivalent,
  { rate, time }: SignReach,
  precision = 1e-13,
): SignRule {
  const { top } = equivalent;
  if (!(rate * top < 2))
    throw new RangeError(`rate must be below ${2 / top}, 2 over the largest eigenvalue, got ${rate}`);
  const line = lineBetween(2 / rate, 1 / (2 * time), 0, top);
  return nodesOn(kernels, equivalent, contourOf(line, nodeCount(line, precision)));
}

/** The sums at nodes z of a contour whose first is to the left. */
export function signSums(
  kernels: SignKernels,
  { modes, d, rows }: SignEquivalent,
  z: readonly Complex[],
  kappa0: number,
) {
  const root = Math.sqrt(d);
  // from |ζ| on the real axis, where Newton's method is safe, along an arc
  const first = scale(-1 / root, z[0]!);
  const [radius, angle] = [abs(first), atan2(first.im, first.re)];
  const arc = Array.from({ length: ARC }, (_, k) => {
    const phi = (angle * k) / ARC;
    return complex(radius * cos(phi), radius * sin(phi));
  });
  const path = [...arc, ...z.map((x) => scale(-1 / root, x))];
  const zeta = { re: Float64Array.from(path, ({ re }) => re), im: Float64Array.from(path, ({ im }) => im) };
  const { y, trace, energy } = kernels.rowSums(rows, modes, d, zeta, Math.max(1, kappa0 / radius));
  const at = ({ re, im }: ComplexArray) => z.map((_, k) => complex(re[ARC + k]!, im[ARC + k]!));
  return { y: at(y), trace: at(trace), phi: at(energy).map((x) => scale(1 / root, x)) };
}

function nodesOn(
  kernels: SignKernels,
  equivalent: SignEquivalent,
  { z, weight }: { readonly z: readonly Complex[]; readonly weight: readonly Complex[] },
): SignRule {
  const { modes, d, meanRoot, meanInverse, kappa0 } = equivalent;
  const { trace, phi } = signSums(kernels, equivalent, z, kappa0);
  // n(l) l of (12.2), on Tr K(K−z)⁻¹
  const spread = (Math.PI / 2 - 1) * meanRoot;
  const forcing = phi.map((x, k) => mul(x, weight[k]!));
  const counted = trace.map((x, k) => mul(x, weight[k]!));
  const source = counted.map((x, k) => scale(2 / Math.PI, mul(x, add(z[k]!, complex(spread)))));
  const total = (terms: readonly Complex[]) => terms.reduce((sum, { re }) => sum + re, 0);
  const energy = modes.energy.reduce((a, b) => a + b, 0);
  const misses: SignRule["misses"] = [
    total(forcing) / energy - 1,
    // Σ 1/(l−z) = (Σ l/(l−z) − d)/z
    total(trace.map((x, k) => mul(div(sub(x, complex(d)), z[k]!), weight[k]!))) / d - 1,
    total(counted) / (d * meanRoot) - 1,
  ];
  const split = (values: readonly Complex[]): ComplexArray => ({
    re: Float64Array.from(values, ({ re }) => re),
    im: Float64Array.from(values, ({ im }) => im),
  });
  return {
    z: split(z),
    forcing: split(forcing),
    source: split(source),
    rest: 0,
    spread: meanInverse / d,
    shape: bussgang(),
    misses,
    error: Math.max(...misses.map(Math.abs)),
  };
}

/** Points on the arc from the real axis. */
const ARC = 8;

/**
 * A bound on the largest eigenvalue: what the equations give at any real y < 0 lies to the right of it, and at the best y it is it.
 * That y is taken from the edge of PLRF's kind, Σ m A²/(u−A)² = d, with A as it is at y = 0.
 */
function topOf({
  modes: { lambda, trace },
  d,
  rows: { root, weights, heads },
}: Pick<SignEquivalent, "modes" | "d" | "rows">): number {
  const n = root.length;
  const average = (row: number, y: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weights[row * n + i]! / (root[i]! + y);
    return sum;
  };
  const valuesAt = (y: number) => {
    const h = average(0, y);
    return { h, A: lambda.map((l, j) => l * (j < heads ? average(1 + j, y) : h)) };
  };
  const sum = (A: Float64Array, u: number, power: 1 | 2) => {
    let total = 0;
    for (let j = 0; j < A.length; j++) {
      const q = A[j]! / (u - A[j]!);
      total += (trace[j]! / lambda[j]!) * (power === 1 ? q : q * q);
    }
    return total;
  };
  // u above all A with Σ m (A/(u−A))^power = target, from above
  const above = (A: Float64Array, power: 1 | 2, target: number) => {
    let low = A.reduce((a, b) => Math.max(a, b), 0);
    let high = 2 * low;
    while (sum(A, high, power) > target) [low, high] = [high, 2 * high];
    for (let i = 0; i < 20; i++) {
      const u = (low + high) / 2;
      if (sum(A, u, power) > target) low = u;
      else high = u;
    }
    return high;
  };
  const still = valuesAt(0);
  const y = -Math.min(sum(still.A, above(still.A, 2, d), 1) / (d * still.h), 0.9 * root[0]!);
  const { A, h } = valuesAt(y);
  return above(A, 1, -d * y * h) * Math.sqrt(d);
}

/** Largest s² of (12.3), and the degree of f in it. */
const MOST_SQUARE = 0.6;
const DEGREE = 12;
let shape: Float64Array | undefined;

/** f(s²) = E[r asin r]/E[r²] of r ~ N(0, s²) cut to |r| < 1, as the kernels take it. */
export function bussgang(): Float64Array {
  if (shape) return shape;
  const { nodes, weights } = gaussLegendre(48);
  const x = Array.from({ length: DEGREE + 1 }, (_, k) => cos((Math.PI * (k + 0.5)) / (DEGREE + 1)));
  const f = Float64Array.from(x, (t) => {
    const square = (MOST_SQUARE * (t + 1)) / 2;
    const end = Math.min(1, 9 * Math.sqrt(square));
    let [up, down] = [0, 0];
    nodes.forEach((node, i) => {
      const r = (end * (node + 1)) / 2;
      const weight = weights[i]! * r * exp((-r * r) / (2 * square));
      up += weight * atan2(r, Math.sqrt(1 - r * r));
      down += weight * r;
    });
    return up / down;
  });
  solveDense(Float64Array.from(x.flatMap((t) => x.map((_, k) => pow(t, k)))), f, DEGREE + 1, 1);
  shape = Float64Array.of(MOST_SQUARE, ...f);
  return shape;
}
