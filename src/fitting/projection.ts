// Variable projection (Golub & Pereyra 1973): for fixed α and β the law is linear in E, A, B ≥ 0, so the misfit
//
//   Σ w_i (1 − (E + A N_i^−α + B D_i^−β)/L_i)²                                                            (10.5)
//
// is a non-negative least squares problem of three unknowns, solved by trying its seven active sets. On a grid of (α, β) only
// one of the Gram matrix's entries depends on both, so a look at the whole plane costs less than one start of BFGS.

import { PARAMETERS } from "../kernels/huber.ts";
import type { Points } from "./points.ts";

/** The grid's exponents: finer than any two minima lie apart. */
const EXPONENTS = Float64Array.from({ length: 28 }, (_, i) => 0.02 * 1.19 ** i);

type Row = readonly [number, number, number];
const SETS: readonly (readonly number[])[] = [[0, 1], [0, 2], [1, 2], [0], [1], [2]];
/** A pivot this small against its diagonal is rounding: the columns are dependent. */
const DEPENDENT = 1e-13;

/** min ½|Mc − y|² over c ≥ 0 from the Gram matrix G = MᵀM and h = Mᵀy: c and the decrease hᵀc below ½|y|². */
export function nonNegative(G: readonly [Row, Row, Row], h: Row): { c: [number, number, number]; gain: number } {
  const inside = cholesky3(G, h);
  // the unconstrained minimum, where it is allowed, is the minimum
  if (inside && inside[0] >= 0 && inside[1] >= 0 && inside[2] >= 0)
    return { c: inside, gain: h[0] * inside[0] + h[1] * inside[1] + h[2] * inside[2] };
  let best: { c: [number, number, number]; gain: number } = { c: [0, 0, 0], gain: 0 };
  for (const [i, j] of SETS) {
    const c: [number, number, number] = [0, 0, 0];
    const [gi, hi] = [G[i!]![i!]!, h[i!]!];
    if (j === undefined) c[i!] = gi > 0 ? hi / gi : 0;
    else {
      const [gj, gij] = [G[j]![j]!, G[i!]![j]!];
      const determinant = gi * gj - gij * gij;
      if (!(determinant > DEPENDENT * gi * gj)) continue;
      c[i!] = (gj * hi - gij * h[j]!) / determinant;
      c[j] = (gi * h[j]! - gij * hi) / determinant;
    }
    const gain = h[0] * c[0] + h[1] * c[1] + h[2] * c[2];
    if (Math.min(...c) >= 0 && gain > best.gain) best = { c, gain };
  }
  return best;
}

/** The solution of Gc = h; undefined where G is not positive definite to rounding. */
function cholesky3(G: readonly [Row, Row, Row], h: Row): [number, number, number] | undefined {
  const a = Math.sqrt(G[0][0]);
  const [b, c] = [G[1][0] / a, G[2][0] / a];
  const d2 = G[1][1] - b * b;
  if (!(d2 > DEPENDENT * G[1][1])) return undefined;
  const d = Math.sqrt(d2);
  const e = (G[2][1] - b * c) / d;
  const f2 = G[2][2] - c * c - e * e;
  if (!(f2 > DEPENDENT * G[2][2])) return undefined;
  const x = h[0] / a;
  const y = (h[1] - b * x) / d;
  const z = (h[2] - c * x - e * y) / f2;
  const w = (y - e * z) / d;
  return [(x - b * w - c * z) / a, w, z];
}

const dot = (u: Float64Array, v: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
};

/** Every k-th point, so that about `most` are left: enough for starts. */
export function thinned(points: Points, most: number): Points {
  const every = Math.ceil(points.x.length / most);
  if (every === 1) return points;
  const take = (values: Float64Array) => values.filter((_, i) => i % every === 0);
  return { ...points, x: take(points.x), y: take(points.y), l: take(points.l), w: take(points.w) };
}

/** The misfit's local minima on the grid of (α, β), best first, as starts θ for approach 3. At most `count`. */
export function projectedStarts(all: Points, count: number): Float64Array {
  const points = thinned(all, 2000);
  const K = EXPONENTS.length;
  const scale = points.l.map((l, i) => Math.sqrt(points.w[i]!) * Math.exp(-l));
  const y = points.w.map(Math.sqrt);
  const columns = (at: Float64Array) =>
    Array.from(EXPONENTS, (exponent) => {
      const u = scale.map((s, i) => s * Math.exp(-exponent * at[i]!));
      return { u, uu: dot(u, u), us: dot(u, scale), uy: dot(u, y) };
    });
  const [U, V] = [columns(points.x), columns(points.y)];
  const [ss, sy] = [dot(scale, scale), dot(scale, y)];
  const gain = new Float64Array(K * K);
  const linear: (readonly [number, number, number])[] = [];
  for (let i = 0; i < K; i++)
    for (let j = 0; j < K; j++) {
      const [p, q] = [U[i]!, V[j]!];
      const pq = dot(p.u, q.u);
      const best = nonNegative(
        [
          [p.uu, pq, p.us],
          [pq, q.uu, q.us],
          [p.us, q.us, ss],
        ],
        [p.uy, q.uy, sy],
      );
      gain[i * K + j] = best.gain;
      linear.push(best.c);
    }
  const peaks = Array.from(gain.keys())
    .filter((cell) => {
      const [i, j] = [Math.floor(cell / K), cell % K];
      for (let p = Math.max(0, i - 1); p <= Math.min(K - 1, i + 1); p++)
        for (let q = Math.max(0, j - 1); q <= Math.min(K - 1, j + 1); q++)
          if (gain[p * K + q]! > gain[cell]!) return false;
      return true;
    })
    .sort((p, q) => gain[q]! - gain[p]!)
    .slice(0, count);
  return Float64Array.from({ length: PARAMETERS * peaks.length }, (_, at) => {
    const cell = peaks[Math.floor(at / PARAMETERS)]!;
    const k = at % PARAMETERS;
    if (k > 2) return EXPONENTS[k === 3 ? Math.floor(cell / K) : cell % K]!;
    // a term that is off starts small, so that BFGS can bring it back
    return Math.log(Math.max(linear[cell]![k]!, 1e-3));
  });
}
