// Akima's spline (J. ACM 17, 1970): a piecewise cubic whose slope at each point weighs the neighbouring secants m by how little
// the secants on the other side change, t_i = (|m_{i+1}−m_i| m_{i−1} + |m_{i−1}−m_{i−2}| m_i) / (sum of the weights). It does not
// overshoot next to an outlier as a cubic spline would. Its lowest point is found exactly, piece by piece.

export interface Spline {
  readonly at: (x: number) => number;
  /** Where it is lowest, between the first and the last point. */
  readonly lowest: number;
}

/** Through the points (x_i, y_i), x increasing, at least three. */
export function akima(x: Float64Array, y: Float64Array): Spline {
  const n = x.length;
  // secants, with two more on each side by Akima's parabola through the last three points
  const m = new Float64Array(n + 3);
  for (let i = 0; i < n - 1; i++) m[i + 2] = (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  m[1] = 2 * m[2]! - m[3]!;
  m[0] = 2 * m[1]! - m[2]!;
  m[n + 1] = 2 * m[n]! - m[n - 1]!;
  m[n + 2] = 2 * m[n + 1]! - m[n]!;
  const largest = m.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const t = x.map((_, i) => {
    const after = Math.abs(m[i + 3]! - m[i + 2]!);
    const before = Math.abs(m[i + 1]! - m[i]!);
    if (after + before <= 1e-9 * largest) return (m[i + 1]! + m[i + 2]!) / 2;
    return (after * m[i + 1]! + before * m[i + 2]!) / (after + before);
  });
  /** y_i + s(t_i + s(c + s d)) on piece i, s = x − x_i. */
  const piece = (i: number): [h: number, c: number, d: number] => {
    const h = x[i + 1]! - x[i]!;
    const slope = m[i + 2]!;
    return [h, (3 * slope - 2 * t[i]! - t[i + 1]!) / h, (t[i]! + t[i + 1]! - 2 * slope) / (h * h)];
  };
  const at = (u: number): number => {
    let i = 0;
    while (i < n - 2 && x[i + 1]! <= u) i++;
    const [, c, d] = piece(i);
    const s = u - x[i]!;
    return y[i]! + s * (t[i]! + s * (c + s * d));
  };
  let [lowest, value] = [x[0]!, y[0]!];
  const consider = (u: number, here: number) => {
    if (here < value) [lowest, value] = [u, here];
  };
  for (let i = 0; i < n - 1; i++) {
    const [h, c, d] = piece(i);
    // slope zero: t + 2cs + 3ds² = 0, the root with positive curvature
    const discriminant = c * c - 3 * d * t[i]!;
    if (discriminant >= 0) {
      const s = -t[i]! / (c + Math.sqrt(discriminant));
      if (s > 0 && s < h) consider(x[i]! + s, y[i]! + s * (t[i]! + s * (c + s * d)));
    }
    consider(x[i + 1]!, y[i + 1]!);
  }
  return { at, lowest };
}
