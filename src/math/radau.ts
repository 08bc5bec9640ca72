// The Radau IIA method with three stages, order 5 (Hairer & Wanner, Solving Ordinary Differential Equations II, IV.5).

const s = Math.sqrt(6);

/** The stages c; the third is the end of the step. */
export const NODES = [(4 - s) / 10, (4 + s) / 10, 1] as const;

/** A⁻¹, by rows. */
export const INVERSE = inverse3([
  (88 - 7 * s) / 360,
  (296 - 169 * s) / 1800,
  (-2 + 3 * s) / 225,
  (296 + 169 * s) / 1800,
  (88 + 7 * s) / 360,
  (-2 - 3 * s) / 225,
  (16 - s) / 36,
  (16 + s) / 36,
  1 / 9,
]);

/** A⁻¹ 1. */
export const ROWS = [0, 3, 6].map((i) => INVERSE[i]! + INVERSE[i + 1]! + INVERSE[i + 2]!);

/** The inverse of a 3 × 3 matrix, by cofactors. */
export function inverse3(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const det = a * A + b * B + c * C;
  return [A, c * h - b * i, b * f - c * e, B, a * i - c * g, c * d - a * f, C, b * g - a * h, a * e - b * d].map(
    (x) => x / det,
  );
}
