// The phase plane of Paquette et al. (2024): which two components of the loss balance at the compute-optimal model size, and
// the exponents d* ~ f^ξ, P* ~ f^{−η} that follow (docs/theory.md, §6, table 6.5).

import { within } from "../../check.ts";
import { cos, sin } from "../../math/elementary.ts";

export type Component = "F_0" | "F_pp" | "F_ac" | "K_pp";
export type PhaseName = "Ia" | "Ib" | "Ic" | "II" | "III" | "IVa" | "IVb";

export interface PhaseRow {
  readonly phase: PhaseName;
  readonly xi: number;
  readonly eta: number;
  readonly tradeoff: readonly [Component, Component];
}

export interface Phase {
  /** The phase; on a boundary the two it separates, as "II–III"; null where there is no power law. */
  readonly phase: string | null;
  /** ξ; NaN where there is no power law, and where ξ jumps across the boundary the point is on. */
  readonly xi: number;
  /** η; NaN where there is no power law. */
  readonly eta: number;
  readonly tradeoff: readonly [Component, Component] | null;
  /** The line of the plane the point is on, as "α = β"; null inside a phase. */
  readonly boundary: string | null;
}

export interface Point {
  /** Data complexity, 0.001 … 10. */
  readonly alpha: number;
  /** Target complexity, −2 … 20. */
  readonly beta: number;
}

/** Where phase IVa meets IVb. */
export const ALPHA_IV = 1 - Math.SQRT1_2;

/** Points this near a line are on it. */
const ON_LINE = 1e-12;

/** The lines between phases, with the part of each that is one. */
export const BOUNDARIES: readonly { name: string; distance: (p: Point) => number; where: (p: Point) => boolean }[] = [
  { name: "α + β = 1/2", distance: (p) => p.alpha + p.beta - 0.5, where: (p) => 2 * p.beta <= 1 },
  { name: "α = 1/2", distance: (p) => p.alpha - 0.5, where: (p) => p.alpha + p.beta >= 0.5 },
  { name: "β = 1/2", distance: (p) => p.beta - 0.5, where: () => true },
  { name: "α = β", distance: (p) => p.alpha - p.beta, where: (p) => 2 * p.alpha >= 1 && 2 * p.beta >= 1 },
  { name: "α = 1/4", distance: (p) => p.alpha - 0.25, where: (p) => 2 * p.beta >= 1 },
  { name: "α = 1 − 1/√2", distance: (p) => p.alpha - ALPHA_IV, where: (p) => 2 * p.beta >= 1 },
];

/** Which phase a point off every boundary is in; null where α + β ≤ 1/2. */
function region({ alpha, beta }: Point): PhaseName | null {
  if (2 * (alpha + beta) <= 1) return null;
  if (2 * beta < 1) return 2 * alpha > 1 ? "Ia" : "Ib";
  if (2 * alpha > 1) return beta < alpha ? "II" : "III";
  return alpha < 1 / 4 ? "Ic" : alpha < ALPHA_IV ? "IVb" : "IVa";
}

/** Table 6.5. */
const TABLE: Record<
  PhaseName,
  { tradeoff: PhaseRow["tradeoff"]; exponents: (a: number, b: number) => [xi: number, eta: number] }
> = {
  Ia: { tradeoff: ["F_pp", "F_0"], exponents: (a, b) => [1 / (2 * a + 1), (2 * a + 2 * b - 1) / (2 * a + 1)] },
  Ib: { tradeoff: ["F_pp", "F_0"], exponents: (a, b) => [1 / 2, a + b - 1 / 2] },
  Ic: {
    tradeoff: ["F_pp", "F_0"],
    exponents: (a, b) => {
      const n = 3 * a + 2 * b - 1 - 2 * a * b;
      return [(2 * (a + b) - 1) / (2 * n), (a * (2 * a + 2 * b - 1)) / n];
    },
  },
  II: { tradeoff: ["F_pp", "F_ac"], exponents: (a, b) => [b / (a + b), (2 * a + 2 * b - 1) / (2 * (a + b))] },
  III: { tradeoff: ["F_ac", "K_pp"], exponents: (a) => [1 / 2, 1 - 1 / (4 * a)] },
  IVa: { tradeoff: ["K_pp", "F_0"], exponents: (a) => [1 / 2, a] },
  IVb: {
    tradeoff: ["F_pp", "K_pp"],
    exponents: (a, b) => {
      const n = 2 * b - a - 2 * a * b;
      return [(b - a) / n, ((1 - 2 * a) * (2 * a + 2 * b - 1)) / (2 * n)];
    },
  },
};

function row(name: PhaseName, { alpha, beta }: Point): PhaseRow {
  const { tradeoff, exponents } = TABLE[name];
  const [xi, eta] = exponents(alpha, beta);
  return { phase: name, xi, eta, tradeoff };
}

/** The row of the table for a point off every boundary; null where α + β ≤ 1/2. */
export function tableRow(point: Point): PhaseRow | null {
  const name = region(point);
  return name && row(name, point);
}

/**
 * The phase of a point, its compute-optimal exponents and trade-off (table 6.5).
 * @throws RangeError, TypeError where alpha is not > 0 or beta not a number
 */
export function phase(point: Point): Phase {
  const alpha = within("alpha", point.alpha);
  const beta = within("beta", point.beta);
  const lines = BOUNDARIES.filter(
    (line) => Math.abs(line.distance({ alpha, beta })) < ON_LINE && line.where({ alpha, beta }),
  );
  if (lines.length === 0) {
    const row = tableRow({ alpha, beta });
    return row
      ? { ...row, boundary: null }
      : { phase: null, xi: Number.NaN, eta: Number.NaN, tradeoff: null, boundary: null };
  }
  const boundary = lines.map((line) => line.name).join(", ");
  // the phases all around the point, a little off it; each one's exponents continued to the point itself
  const around = Array.from({ length: 16 }, (_, k) => {
    const angle = ((k + 0.5) * Math.PI) / 8;
    return region({ alpha: alpha + 1e-7 * cos(angle), beta: beta + 1e-7 * sin(angle) });
  });
  if (around.includes(null)) return { phase: null, xi: Number.NaN, eta: Number.NaN, tradeoff: null, boundary };
  const sides = [...new Set(around as PhaseName[])]
    .sort((x, y) => x.localeCompare(y))
    .map((name) => row(name, { alpha, beta }));
  return {
    phase: sides.map((side) => side.phase).join("–"),
    xi: common(sides.map((side) => side.xi)),
    eta: common(sides.map((side) => side.eta)),
    tradeoff: sides[0]!.tradeoff,
    boundary,
  };
}

/** The value all sides of a boundary agree on; NaN where they do not. */
function common(values: number[]): number {
  return values.every((x) => Math.abs(x - values[0]!) < 1e-9) ? values[0]! : Number.NaN;
}

/**
 * The same exponents from first principles: with d = f^ξ, r = f^{1−ξ}, each component of the loss is a power of f, linear in
 * ξ (eq. 6.6); the loss is the largest, and ξ minimises it. γ is constant for 2α > 1 and ~ d^{2α−1} for 2α < 1.
 * NaN where α + β ≤ 1/2.
 * @throws RangeError, TypeError where alpha or beta is out of its range
 */
export function minimisedExponents(point: Point): { xi: number; eta: number } {
  const [alpha, beta] = [within("alpha", point.alpha), within("beta", point.beta)];
  if (2 * (alpha + beta) <= 1) return { xi: Number.NaN, eta: NaN };
  // a component is f^{p + qξ}; log_f γ = step·ξ, log_f x = 1 + (step − 1) ξ
  const step = Math.min(0, 2 * alpha - 1);
  const power = (e: number, q: number): [number, number] => [e, e * (step - 1) + q];
  const components = [power(-(1 + beta / alpha - 1 / (2 * alpha)), 0), [0, -2 * alpha + Math.max(0, 1 - 2 * beta)]] as [
    number,
    number,
  ][];
  if (2 * alpha > 1 && 2 * beta > 1) components.push(power(-(1 - 1 / (2 * alpha)), -1));
  if (alpha > 1 / 4) components.push(power(-2 + 1 / (2 * alpha), step));
  const largest = (xi: number) => Math.max(...components.map(([p, q]) => p + q * xi));
  // the minimum of a convex piecewise linear function is where two of the lines cross
  let best = { xi: 0, value: largest(0) };
  const consider = (xi: number) => {
    const value = largest(xi);
    if (xi >= 0 && xi <= 1 && value < best.value - 1e-14) best = { xi, value };
  };
  consider(1);
  for (const [p1, q1] of components) for (const [p2, q2] of components) if (q1 !== q2) consider((p2 - p1) / (q1 - q2));
  return { xi: best.xi, eta: -best.value };
}
