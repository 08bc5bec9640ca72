// Complex nodes that stand for the spectral measures of K̂ in the deterministic equivalent (docs/theory.md, eqs. 5.2–5.7).
// Recursion (2.1) is linear and its coefficients are polynomials in λ, so its sums over eigenvalues may be moved to a contour
// around the support: no density, band or edge is resolved.
//
//   Σ_i c_i f(λ̂_i) → rest + Re Σ_k forcing_k f(z_k),     Σ_i λ̂_i² f(λ̂_i) → Re Σ_k source_k f(z_k)                      (5.2)
//
// Every stable step maps the disc on [0, 2/(γ(B+1))] into |g| ≤ 1. The contour runs between the support and that circle,
// along the conformal image of a straight line: nothing grows on it however many the steps, and N nodes leave an error of
// about exp(−4.2 N/(log(top/left) + 1.4)).

import type { Kernels } from "../../kernels/kernels.ts";
import { complexArray, type Modes } from "../../kernels/resolvent.ts";
import type { Nodes } from "../../kernels/volterra.ts";
import { abs, add, type Complex, complex, div, exp, mul, scale, sub } from "../../math/complex.ts";
import { atan2, exp as expOf, log, pow } from "../../math/elementary.ts";
import { realSum, resolvents } from "./resolvent.ts";
import { leftEdge, stability } from "./stability.ts";

/** What a node rule needs to know of a model. */
export interface NodeModel {
  readonly modes: Modes;
  readonly d: number;
  readonly v: number;
  readonly kappa0: number;
}

/** The steps a rule has to serve. */
export interface Reach {
  /** The largest γ_r(B_r+1). */
  readonly step: number;
  /** τ = Σ_r γ_r B_r, or more. Infinity: any number of steps. */
  readonly time: number;
}

export interface NodeRule extends Nodes {
  /** Relative error: of the moments Σ t and Tr D, and of F and K estimated from a rule of half as many nodes. */
  readonly error: number;
}

/** Height of the line: 0 is the support, π/2 the circle. */
const HEIGHT = 0.7;
/** Digits a node buys: 2π·HEIGHT, less what was seen to be lost. */
const RATE = 4.2;
/** Aimed at where nothing else is asked for. */
export const PRECISION = 1e-13;

/**
 * Nodes, forcing and source weights.
 * @throws RangeError where a step is unstable at the largest eigenvalue alone
 */
export function complexNodes(kernels: Kernels, measure: NodeModel, reach: Reach, precision = PRECISION): NodeRule {
  const line = lineAround(measure, reach);
  const n = nodeCount(line, precision);
  const nodes = nodesOn(kernels, measure, line, n);
  const coarse = nodesOn(kernels, measure, line, Math.ceil(n / 2));
  return { ...nodes, error: errorOf(nodes, coarse, measure, line) };
}

/** A line in log w, w = (z+ε)/(D−z): the disc on [−ε, D] is the half plane Re w ≥ 0, the support a segment of Re w > 0. */
export interface Line {
  readonly diameter: number;
  /** How far left of 0 the disc reaches: if not 0, the mass F₀ at 0 is inside. */
  readonly epsilon: number;
  /** The middle of the segment in log w, and half its length. */
  readonly centre: number;
  readonly half: number;
  /** What the number of nodes is proportional to. */
  readonly length: number;
}

function lineAround({ modes, d, kappa0 }: NodeModel, { step, time }: Reach): Line {
  const { top } = stability(modes, d, 1);
  const diameter = 2 / step;
  if (!(top < diameter))
    throw new RangeError(
      `gamma·(batch+1) must stay below ${2 / top}, the limit of the largest eigenvalue, got ${step}`,
    );
  // |g(−ε)|^r ≤ e: what lies further left than ε does not matter before τ
  const throughZero = lineBetween(diameter, 1 / (2 * time), 0, top);
  if (kappa0 === 0) return throughZero;
  const outside = lineBetween(diameter, 0, 0.98 * leftEdge(modes, d, kappa0), top);
  return outside.length <= throughZero.length ? outside : throughZero;
}

/** The line round a support from `left` to `top`. */
export function lineBetween(diameter: number, epsilon: number, left: number, top: number): Line {
  // a margin keeps the nodes off the square-root singularities at the edges
  const right = top + (0.02 * top * (diameter - top)) / diameter;
  const start = log((left + epsilon) / (diameter - left));
  const end = log((right + epsilon) / (diameter - right));
  return { diameter, epsilon, centre: (start + end) / 2, half: (end - start) / 2, length: end - start + 1.4 };
}

/** How many nodes of a line give a precision. */
export const nodeCount = ({ length }: Line, precision: number): number => Math.ceil((-log(precision) / RATE) * length);

/**
 * From the line to u = log w − centre, and du/dx: the conformal map of (5.5), by the images of the segment's two ends,
 *   u(x) = x + Σ_{m=1,3,5…} (−1)^{(m−1)/2} log[(1+e^{−2(mL+x)})/(1+e^{−2(mL−x)})].
 */
function conformal(x: Complex, L: number): { u: Complex; slope: Complex } {
  let u = x;
  let slope = complex(1);
  for (let m = 1, sign = 1; m === 1 || (m - 1) * L < 20; m += 2, sign = -sign)
    for (const side of [1, -1]) {
      const e = exp(complex(-2 * (m * L + side * x.re), -2 * side * x.im));
      const one = add(complex(1), e);
      u = add(u, scale(sign * side, complex(log(abs(one)), atan2(one.im, one.re))));
      slope = sub(slope, scale(2 * sign, div(e, one)));
    }
  return { u, slope };
}

/** n nodes z on a line, and what each adds of a function of z to its integral over the measure. */
export function contourOf({ diameter, epsilon, centre, half }: Line, n: number): { z: Complex[]; weight: Complex[] } {
  let L = half + Math.LN2;
  for (let i = 0; i < 40; i++) L += half - conformal(complex(L), L).u.re;
  const z: Complex[] = [];
  const weight: Complex[] = [];
  for (let k = 0; k < n; k++) {
    const { u, slope } = conformal(complex(-L + ((2 * k + 1) * L) / n, HEIGHT), L);
    const w = exp(add(u, complex(centre)));
    const one = add(complex(1), w);
    // z = (Dw − ε)/(1+w)
    z.push(div(sub(scale(diameter, w), complex(epsilon)), one));
    // z′ Δx/(πi): upper half of the contour, clockwise, the lower half by symmetry
    const dz = scale(((diameter + epsilon) * 2 * L) / (n * Math.PI), div(mul(w, slope), mul(one, one)));
    weight.push(complex(dz.im, -dz.re));
  }
  return { z, weight };
}

function nodesOn(kernels: Kernels, measure: NodeModel, line: Line, n: number): Nodes {
  const { modes, d, kappa0 } = measure;
  const { z, weight } = contourOf(line, n);
  const zeta = z.map((x) => scale(-1, x));
  // Φ, or Φ less a constant, which adds nothing to the integral: whichever is the smaller (docs/theory.md, eq. 4.5)
  const [forcing, reduced, source] = [complexArray(n), complexArray(n), complexArray(n)];
  let preference = 0;
  resolvents(kernels, modes, d, kappa0, zeta).forEach(({ kappa, D, G, H }, k) => {
    const phi = div(mul(G, kappa), zeta[k]!);
    const less = sub(mul(scale(1 / d, D), phi), mul(kappa, H));
    preference += log(abs(less) / abs(phi));
    put(forcing, k, mul(phi, weight[k]!));
    put(reduced, k, mul(less, weight[k]!));
    put(source, k, mul(mul(D, z[k]!), weight[k]!));
  });
  return {
    z: { re: Float64Array.from(z, (x) => x.re), im: Float64Array.from(z, (x) => x.im) },
    forcing: preference < 0 ? reduced : forcing,
    source,
    rest: line.epsilon > 0 ? 0 : kappa0 * realSum(modes, modes.energy, kappa0),
  };
}

function put(array: { re: Float64Array; im: Float64Array }, k: number, value: Complex): void {
  array.re[k] = value.re;
  array.im[k] = value.im;
}

function errorOf(nodes: Nodes, coarse: Nodes, measure: NodeModel, { diameter, epsilon, centre, half }: Line): number {
  // times from the largest eigenvalue to the smallest
  const w = Array.from({ length: Math.ceil((2 * half) / Math.LN10) }, (_, k) => expOf(centre - half + k * Math.LN10));
  const times = w.map((x) => (1 + x) / (diameter * x + epsilon));
  return Math.max(momentError(nodes, measure), pow(difference(nodes, coarse, times), 2));
}

/** What the weights miss of Σ t and Tr D, relative (5.7). */
export function momentError(nodes: Nodes, { modes }: NodeModel): number {
  const total = modes.energy.reduce((a, b) => a + b);
  const trace = modes.trace.reduce((a, b) => a + b);
  let first = 0;
  for (let k = 0; k < nodes.z.re.length; k++)
    first += div(complex(nodes.source.re[k]!, nodes.source.im[k]!), complex(nodes.z.re[k]!, nodes.z.im[k]!)).re;
  return Math.max(Math.abs(decay(nodes, 0)[0] / total - 1), Math.abs(first / trace - 1));
}

/** How far two rules differ on e^{−tλ} at some times, relative. */
export function difference(fine: Nodes, coarse: Nodes, times: number[]): number {
  return Math.max(
    ...times.flatMap((time) => {
      const rough = decay(coarse, time);
      return decay(fine, time).map((value, i) => Math.abs(value / rough[i]! - 1));
    }),
  );
}

/** ∫ e^{−tλ} over the forcing and the source. */
function decay({ z, forcing, source, rest }: Nodes, time: number): [forcing: number, source: number] {
  const sums: [number, number] = [rest, 0];
  for (let k = 0; k < z.re.length; k++) {
    const e = exp(complex(-time * z.re[k]!, -time * z.im[k]!));
    sums[0] += forcing.re[k]! * e.re - forcing.im[k]! * e.im;
    sums[1] += source.re[k]! * e.re - source.im[k]! * e.im;
  }
  return sums;
}
