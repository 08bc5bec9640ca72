// Contours around the spectrum [−x_max, 0] of z (docs/theory.md, eqs. 8.18, 8.19). The upper half is kept; the lower half is its
// mirror image.
//
//   keyhole   an arc |z| = r0 ~ 2/t_max from 0 to φ, the ray arg z = φ in panels of constant ratio, an arc |z| = R
//             from φ to π: one contour for all t ≤ t_max
//   roots     z = −(1 + μ − r − μ/r)/η with θ = arg r from 0 to π: leaves r = exp(c/t_max) at 45° and stays where rᵗ is
//             small, for momentum and for steps near their limit

import { type ComplexArray, complexArray } from "../../kernels/resolvent.ts";
import { add, type Complex, complex, div, exp, expm1, log1p, mul, scale, sub } from "../../math/complex.ts";
import { hypot, log, pow } from "../../math/elementary.ts";
import { gaussLegendre } from "../../math/quadrature.ts";

export interface Contour {
  readonly z: ComplexArray;
  /** dz/2πi at every node. */
  readonly weight: ComplexArray;
  /** log r of a discrete rule (log(1 + ηz) without momentum); empty for gradient flow. */
  readonly logRoot: ComplexArray;
  /** How near, relative to |z|, the nodes come to the spectrum. */
  readonly aperture: number;
}

/** One of two geometries that differ enough for their results to tell the quadrature error. */
export type Variant = "first" | "second";

/** Panels do not shrink with a distance to the spectrum below this: momentum very near 1 shows in the error estimate. */
const NEAREST = 0.01;

class Nodes {
  readonly #list: { z: Complex; weight: Complex; logRoot: Complex | null }[] = [];

  add(z: Complex, dz: Complex, logRoot: Complex | null): void {
    this.#list.push({ z, weight: div(dz, complex(0, 2 * Math.PI)), logRoot });
  }

  contour(xmax: number): Contour {
    const column = (value: (node: { z: Complex; weight: Complex; logRoot: Complex | null }) => Complex | null) => {
      const out = complexArray(this.#list.length);
      this.#list.forEach((node, i) => {
        const { re, im } = value(node) ?? complex(0);
        out.re[i] = re;
        out.im[i] = im;
      });
      return out;
    };
    const beside = this.#list.filter(({ z }) => z.re < 0 && z.re > -xmax);
    const aperture = beside.reduce((least, { z }) => Math.min(least, z.im / hypot(z.re, z.im)), Math.SQRT1_2);
    return {
      z: column(({ z }) => z),
      weight: column(({ weight }) => weight),
      logRoot: column(({ logRoot }) => logRoot),
      aperture,
    };
  }
}

/**
 * @param xmax end of the spectrum
 * @param tmax longest time, in the units of 1/x
 * @param n Gauss–Legendre nodes a panel
 * @param reach R/x_max, > 1
 * @param eta step size, to have log(1 + ηz) at the nodes; 0 for gradient flow
 */
export function keyhole(xmax: number, tmax: number, n: number, reach: number, eta: number, variant: Variant): Contour {
  const [c, phi, widest] = variant === "first" ? [2, 0.75 * Math.PI, 4] : [2.5, 0.72 * Math.PI, 3.5];
  const ratio = eta > 0 ? widest / 1.5 : widest;
  const { nodes, weights } = gaussLegendre(n);
  const list = new Nodes();
  const panel = (from: Complex, to: Complex) => {
    const half = scale(0.5, complex(to.re - from.re, to.im - from.im));
    for (let i = 0; i < n; i++) {
      const s = 1 + nodes[i]!;
      const z = exp(complex(from.re + s * half.re, from.im + s * half.im));
      list.add(z, mul(scale(weights[i]!, half), z), eta > 0 ? log1p(scale(eta, z)) : null);
    }
  };
  const near = log(Math.min(c / tmax, xmax / 2));
  const far = log(reach * xmax);
  for (let i = 0; i < 2; i++) panel(complex(near, (phi * i) / 2), complex(near, (phi * (i + 1)) / 2));
  const panels = Math.max(1, Math.ceil((far - near) / log(ratio)));
  const at = (i: number) => complex(near + ((far - near) * i) / panels, phi);
  for (let i = 0; i < panels; i++) panel(at(i), at(i + 1));
  // powers of 1 + ηz vary faster there than exponentials
  const arcs = eta > 0 ? 2 : 1;
  for (let i = 0; i < arcs; i++) {
    const angle = (part: number) => phi + ((Math.PI - phi) * part) / arcs;
    panel(complex(far, angle(i)), complex(far, angle(i + 1)));
  }
  return list.contour(xmax);
}

/** The root-plane contour of x ↦ r, ηx = 1 + μ − r − μ/r; needs η x_max < 2(1 + μ). Time counts steps. */
export function roots(eta: number, mu: number, xmax: number, tmax: number, n: number, variant: Variant): Contour {
  const [c, first, grade, width] = variant === "first" ? [2, 0.6, 1.6, 1.8] : [2.5, 0.45, 1.3, 1.5];
  const start = Math.min(c / tmax, 0.5);
  const graded = (theta: number) => Math.max(first * start, grade * theta);
  const { breaks, logRadius, slope } =
    mu > 0
      ? aroundCircle(eta * xmax, mu, start, graded, width)
      : aroundSegment(eta * xmax, start, graded, first, grade);
  const { nodes, weights } = gaussLegendre(n);
  const list = new Nodes();
  for (let panel = 1; panel < breaks.length; panel++) {
    const [from, to] = [breaks[panel - 1]!, breaks[panel]!];
    for (let i = 0; i < n; i++) {
      const theta = (from + to) / 2 + ((to - from) / 2) * nodes[i]!;
      const logRoot = complex(logRadius(theta), theta);
      const r = exp(logRoot);
      const inverse = exp(scale(-1, logRoot));
      // −(1 + μ − r − μ/r) = (r − 1) + μ(1/r − 1), both small near r = 1
      const z = scale(1 / eta, add(expm1(logRoot), scale(mu, expm1(scale(-1, logRoot)))));
      const dz = mul(scale(1 / eta, sub(r, scale(mu, inverse))), complex(slope(theta), 1));
      list.add(z, scale(((to - from) / 2) * weights[i]!, dz), logRoot);
    }
  }
  return list.contour(xmax);
}

/** A path in the plane of r: log|r| and its slope over θ, and where its panels end. */
interface RootPath {
  readonly breaks: number[];
  readonly logRadius: (theta: number) => number;
  readonly slope: (theta: number) => number;
}

/** Momentum: the spectrum fills the circle |r| = √μ, or a little more. */
function aroundCircle(
  y: number,
  mu: number,
  start: number,
  graded: (theta: number) => number,
  width: number,
): RootPath {
  let inner = Math.sqrt(mu);
  if (y > pow(1 + inner, 2)) {
    const b = Math.abs(1 + mu - y);
    inner = (b + Math.sqrt(b * b - 4 * mu)) / 2;
  }
  inner = Math.max(inner, 0.15);
  const g = -log(inner) / 2;
  const breaks = [0];
  while (breaks.at(-1)! < Math.PI) {
    const theta = breaks.at(-1)!;
    const room = width * Math.max(start - Math.min(theta, g) - log(inner), NEAREST);
    const next = theta + Math.min(graded(theta), room);
    breaks.push(Math.min(theta < g && g < next ? g : next, Math.PI));
  }
  return { breaks, logRadius: (theta) => start - Math.min(theta, g), slope: (theta) => (theta < g ? -1 : 0) };
}

/** No momentum: the spectrum is the segment [1 − y, 1], left at 45° from both ends. */
function aroundSegment(
  y: number,
  start: number,
  graded: (theta: number) => number,
  first: number,
  grade: number,
): RootPath {
  const g = -log(Math.max(y - 1, 0.15)) / 2;
  const meet = Math.min(Math.PI, (start + g + Math.PI) / 2);
  const fromRight = [0];
  while (fromRight.at(-1)! < meet) fromRight.push(Math.min(meet, fromRight.at(-1)! + graded(fromRight.at(-1)!)));
  const fromLeft = [0];
  while (fromLeft.at(-1)! < Math.PI - meet) {
    const off = fromLeft.at(-1)!;
    fromLeft.push(Math.min(Math.PI - meet, off + Math.max(first * g, grade * off)));
  }
  return {
    breaks: [
      ...fromRight,
      ...fromLeft
        .reverse()
        .slice(1)
        .map((off) => Math.PI - off),
    ],
    logRadius: (theta) => Math.max(start - theta, theta - Math.PI - g),
    slope: (theta) => (theta < meet ? -1 : 1),
  };
}
