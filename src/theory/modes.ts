// Sums over j = 1…v whose cost does not depend on v (docs/theory.md, §5). The modes j ≤ J are kept as they are; beyond, the
// sum is an integral over log j by Gauss–Legendre panels, with the Euler–Maclaurin corrections of the midpoint rule at both
// ends written as small weights on neighbouring points:
//
//   Σ_{j=J+1}^{v} h(j) = ∫_{J+½}^{v+½} h dj + C[h](J+½) − C[h](v+½),   C[h] = h′/24 − 7h‴/5760 + 31h⁽⁵⁾/967680 − …      (5.1)
//
// The right-hand side is smooth in v, so v need not be whole.

import type { Modes } from "../kernels/resolvent.ts";
import { gaussLegendre } from "../math/quadrature.ts";
import type { Measured, PowerLaw, Spectrum } from "./spectrum.ts";

/** Modes summed one by one: enough for (5.1) to be exact to rounding beyond. */
const EXACT = 200;
/** Nodes a panel. */
const NODES = 16;
/** Where the closed tail of v = ∞ begins: far beyond any d the resolvent can tell from infinity. */
const FAR = 1e18;
/** C[h](x) ≈ Σ_k e_k [h(x+k−½) − h(x−k+½)], exact for h up to degree 6 (solved from the Taylor series). */
const END_CORRECTION = endCorrection();

/** The modes 1…v of a spectrum as a short measure. For a measured spectrum v is at most the number of eigenvalues. */
export function modesOf(spectrum: Spectrum, v: number): Modes {
  return spectrum.kind === "measured" ? measuredModes(spectrum, v) : powerLawModes(spectrum, v);
}

/** Points j with the multiplicity each stands for, being filled. */
class Points {
  readonly j: number[] = [];
  readonly multiplicity: number[] = [];

  add(j: number, multiplicity: number): void {
    this.j.push(j);
    this.multiplicity.push(multiplicity);
  }

  /** ± C[h](x) of (5.1). */
  addCorrection(x: number, sign: 1 | -1): void {
    END_CORRECTION.forEach((e, k) => {
      this.add(x + k + 0.5, sign * e);
      this.add(x - k - 0.5, -sign * e);
    });
  }

  /** ∫ h dj over log j ∈ [from, to], one panel. */
  addPanel(from: number, to: number): void {
    const { nodes, weights } = gaussLegendre(NODES);
    const half = (to - from) / 2;
    for (let i = 0; i < NODES; i++) {
      const j = Math.exp((from + to) / 2 + half * nodes[i]!);
      this.add(j, half * weights[i]! * j);
    }
  }
}

function powerLawModes(spectrum: PowerLaw, v: number): Modes {
  const points = new Points();
  const exact = Math.min(EXACT, Math.floor(v));
  for (let j = 1; j <= exact; j++) points.add(j, 1);
  if (v > exact) {
    const end = Math.min(v + 0.5, FAR);
    points.addCorrection(exact + 0.5, 1);
    // poles of 1/(λ+κ) lie π/2α from the real log j axis: the panels keep their distance
    const length = Math.min(3, 0.7 / spectrum.alpha);
    let from = Math.log(exact + 0.5);
    const last = Math.log(end);
    for (; from + length < last; from += length) points.addPanel(from, from + length);
    points.addPanel(from, last);
    if (v + 0.5 <= FAR) points.addCorrection(end, -1);
  }
  const lambda = Float64Array.from(points.j, (j) => j ** (-2 * spectrum.alpha));
  const t = Float64Array.from(points.j, (j) => j ** (-2 * spectrum.alpha - 2 * spectrum.beta));
  const modes = {
    lambda,
    trace: lambda.map((l, i) => l * points.multiplicity[i]!),
    energy: t.map((e, i) => e * points.multiplicity[i]!),
    ratio: t.map((e, i) => (e / lambda[i]!) * points.multiplicity[i]!),
  };
  return v + 0.5 > FAR ? withTail(modes, spectrum) : modes;
}

/**
 * v = ∞: each weight beyond FAR is a measure λ^{p−1} dλ/2α on [0, Λ], replaced by its own two-point Gauss rule. The weights
 * whose tail diverges (2α ≤ 1 for the trace, 2β ≤ 1 for the ratio) get infinite mass, for the caller to refuse or avoid.
 */
function withTail(modes: Modes, { alpha, beta }: PowerLaw): Modes {
  const last = FAR ** (-2 * alpha);
  const rows: [lambda: number, trace: number, energy: number, ratio: number][] = [];
  [1, 1 + beta / alpha, beta / alpha].forEach((power, kind) => {
    const p = power - 1 / (2 * alpha);
    const mass = p > 0 ? last ** p / (2 * alpha) : Infinity;
    for (const [x, w] of p > 0 ? twoPointRule(p) : [[1, 1] as const]) {
      const row: [number, number, number, number] = [last * x, 0, 0, 0];
      row[kind + 1] = mass * w;
      rows.push(row);
    }
  });
  const append = (array: Float64Array, column: 0 | 1 | 2 | 3) =>
    Float64Array.from([...array, ...rows.map((r) => r[column])]);
  return {
    lambda: append(modes.lambda, 0),
    trace: append(modes.trace, 1),
    energy: append(modes.energy, 2),
    ratio: append(modes.ratio, 3),
  };
}

/** The two-point Gauss rule of x^{p−1} on [0, 1], from its moments 1/(p+k). */
function twoPointRule(p: number): [x: number, weight: number][] {
  const [m0, m1, m2, m3] = [1 / p, 1 / (p + 1), 1 / (p + 2), 1 / (p + 3)];
  const determinant = m0 * m2 - m1 * m1;
  const b = (m1 * m2 - m0 * m3) / determinant;
  const c = (m1 * m3 - m2 * m2) / determinant;
  const root = Math.sqrt(b * b - 4 * c);
  const [x1, x2] = [(-b - root) / 2, (-b + root) / 2];
  const w2 = (m1 - x1 * m0) / (x2 - x1);
  return [
    [x1, m0 - w2],
    [x2, w2],
  ];
}

function measuredModes(spectrum: Measured, v: number): Modes {
  const lambda = spectrum.eigenvalues.slice(0, v);
  const energy = spectrum.energies.slice(0, v);
  return { lambda, trace: lambda, energy, ratio: energy.map((t, j) => t / lambda[j]!) };
}

/** e_1…e_3 with Σ_k 2e_k (k−½)^n/n! = 1/24, −7/5760, 31/967680 for n = 1, 3, 5. */
function endCorrection(): number[] {
  const rows = [1, 3, 5].map((n, i) => [
    ...[0.5, 1.5, 2.5].map((x) => (2 * x ** n) / [1, 6, 120][i]!),
    [1 / 24, -7 / 5760, 31 / 967680][i]!,
  ]);
  // Cramer's rule
  const det = (m: number[][]) =>
    m[0]![0]! * (m[1]![1]! * m[2]![2]! - m[1]![2]! * m[2]![1]!) -
    m[0]![1]! * (m[1]![0]! * m[2]![2]! - m[1]![2]! * m[2]![0]!) +
    m[0]![2]! * (m[1]![0]! * m[2]![1]! - m[1]![1]! * m[2]![0]!);
  const whole = det(rows);
  return [0, 1, 2].map((k) => det(rows.map((row) => row.slice(0, 3).map((x, i) => (i === k ? row[3]! : x)))) / whole);
}
