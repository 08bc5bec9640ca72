// Non-negative least squares in three unknowns, min |Mc − y|² over c ≥ 0: the unconstrained minimum where it is allowed, or the best
// over the six smaller active sets (Lawson & Hanson 1974, ch. 23, all of them tried).

type Row = readonly [number, number, number];
export type Gram = readonly [Row, Row, Row];
/** Active sets smaller than all three. */
const SETS: readonly (readonly number[])[] = [[0, 1], [0, 2], [1, 2], [0], [1], [2]];
/** A pivot this small against its diagonal is rounding: the columns are dependent. */
const DEPENDENT = 1e-13;

/** min |Mc − y|² over c ≥ 0 from the Gram matrix G = MᵀM and h = Mᵀy: c and the decrease hᵀc below |y|². */
export function nonNegative(G: Gram, h: Row): { c: [number, number, number]; gain: number } {
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
function cholesky3(G: Gram, h: Row): [number, number, number] | undefined {
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

/** MᵀWM and MᵀW1 for three columns. */
export function normalEquations(columns: readonly Float64Array[], w: Float64Array): [Gram, Row] {
  const [u, v, s] = columns as [Float64Array, Float64Array, Float64Array];
  let [uu, uv, us, vv, vs, ss, u1, v1, s1] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < w.length; i++) {
    const [a, b, c] = [w[i]! * u[i]!, w[i]! * v[i]!, w[i]! * s[i]!];
    uu += a * u[i]!;
    uv += a * v[i]!;
    us += a * s[i]!;
    vv += b * v[i]!;
    vs += b * s[i]!;
    ss += c * s[i]!;
    u1 += a;
    v1 += b;
    s1 += c;
  }
  return [
    [
      [uu, uv, us],
      [uv, vv, vs],
      [us, vs, ss],
    ],
    [u1, v1, s1],
  ];
}
