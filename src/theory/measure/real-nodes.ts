// Real nodes for the spectral measures of K̂, with positive weights (docs/theory.md, eq. 9.7): what weakly damped momentum
// needs, for it rings, and on complex nodes ringing grows. The support is cut into cells, evenly in log λ. A cell's moments are
// integrals around it,
//
//   ∫_cell xᵏ dμ = −(1/π) Im ∮ zᵏ Φ_μ(z) dz   over its legs z = b e^{iφ} and the ray at φ = HEIGHT,
//
// and two Gauss points take the place of what is inside, one where that is a line.

import type { Kernels } from "../../kernels/kernels.ts";
import { type ComplexArray, complexArray } from "../../kernels/resolvent.ts";
import type { Nodes } from "../../kernels/volterra.ts";
import { abs, type Complex, complex, div, exp, mul, scale, sub } from "../../math/complex.ts";
import { log, log10, pow } from "../../math/elementary.ts";
import { gaussLegendre } from "../../math/quadrature.ts";
import { difference, momentError, type NodeModel, type NodeRule } from "./nodes.ts";
import { realSum, walkWhereFailed } from "./resolvent.ts";
import { leftEdge, stability } from "./stability.ts";

/** How high the cells reach into the plane, as an angle. */
const HEIGHT = 0.8;
/** Legs end on the support, where the density may turn sharply: panels halve towards it. */
const LEVELS = 10;
const LEG_NODES = 4;
const RAY_NODES = 4;
/** A cell with less of what its contour carries is empty; one with a narrower spread, in half cells squared, is a line. */
const EMPTY_CELL = 1e-12;
const LINE = 1e-9;
/** Where the support begins at 0 (v = d): eigenvalues so far below the top count as 0. */
const LEAST_EIGENVALUE = 1e-16;

/** A point of the plane, and there Φ dz/(−π) of each measure: ∫dc/(x−z) and ∫λ²dn/(x−z). */
interface Sample {
  readonly z: Complex;
  readonly forcing: Complex;
  readonly source: Complex;
}

/**
 * @param perDecade cells a decade of λ: the error falls like the fourth power
 * @param estimate whether the error is estimated, by cells twice as wide, or only that of the moments is known
 */
export function realNodes(kernels: Kernels, measure: NodeModel, perDecade = 8, estimate = true): NodeRule {
  const { modes, d, kappa0 } = measure;
  const top = 1.03 * stability(modes, d, 1).top;
  const left = kappa0 > 0 ? 0.97 * leftEdge(modes, d, kappa0) : LEAST_EIGENVALUE * top;
  const nodes = inCells(kernels, measure, left, top, perDecade);
  if (!estimate) return { ...nodes, error: momentError(nodes, measure) };
  const times = Array.from({ length: Math.ceil(log10(top / left)) }, (_, k) => pow(10, k) / top);
  const coarse = inCells(kernels, measure, left, top, perDecade / 2);
  // two halvings of the error of order 4 are kept in hand
  return { ...nodes, error: Math.max(momentError(nodes, measure), difference(nodes, coarse, times) / 4) };
}

function inCells(kernels: Kernels, measure: NodeModel, left: number, top: number, perDecade: number): Nodes {
  const cells = Math.max(1, Math.ceil(log10(top / left) * perDecade));
  const bounds = Float64Array.from({ length: cells + 1 }, (_, i) => left * pow(top / left, i / cells));
  const { legs, rays } = sampled(kernels, measure, bounds);
  const list: { lambda: number; forcing: number; source: number }[] = [];
  for (let i = 0; i < cells; i++) {
    // counter-clockwise: up the right leg, back along the ray, down the left leg
    const around = [...legs[i + 1]!, ...rays[i]!, ...legs[i]!.map(reversed)];
    for (const kind of ["forcing", "source"] as const)
      for (const [lambda, weight] of gauss(around, kind, bounds[i]!, bounds[i + 1]!))
        list.push({ lambda, forcing: 0, source: 0, [kind]: weight });
  }
  const column = (name: "lambda" | "forcing" | "source") => ({
    re: Float64Array.from(list, (node) => node[name]),
    im: new Float64Array(list.length),
  });
  const { modes, kappa0 } = measure;
  const rest = kappa0 > 0 ? kappa0 * realSum(modes, modes.energy, kappa0) : 0;
  return { z: column("lambda"), forcing: column("forcing"), source: column("source"), rest };
}

const reversed = ({ z, forcing, source }: Sample): Sample => ({
  z,
  forcing: scale(-1, forcing),
  source: scale(-1, source),
});

/**
 * The Gauss rule of what is inside a contour: nodes c ± …, from the moments of t = (x−c)/h. With mean, σ and skewness s,
 * t = mean + σ (s/2 ± √(1 + s²/4)).
 */
function gauss(around: Sample[], kind: "forcing" | "source", a: number, b: number): [node: number, weight: number][] {
  const [centre, half] = [(a + b) / 2, (b - a) / 2];
  const m = [0, 0, 0, 0];
  let size = 0;
  for (const { z, [kind]: value } of around) {
    const [x, y] = [(z.re - centre) / half, z.im / half];
    let [re, im] = [value.re, value.im];
    size += Math.abs(re) + Math.abs(im);
    for (let k = 0; k < 4; k++) {
      m[k]! += im;
      [re, im] = [re * x - im * y, re * y + im * x];
    }
  }
  const [mass, mean] = [m[0]!, m[1]! / m[0]!];
  if (!(mass > EMPTY_CELL * size)) return [];
  const variance = m[2]! / mass - mean * mean;
  const at = (t: number) => centre + half * Math.min(Math.max(t, -1), 1);
  if (!(variance > LINE)) return [[at(mean), mass]];
  const sigma = Math.sqrt(variance);
  const skew = (m[3]! / mass - 3 * mean * variance - pow(mean, 3)) / pow(sigma, 3);
  const root = Math.sqrt(1 + (skew * skew) / 4);
  const share = skew / (4 * root);
  const nodes = [mean + sigma * (skew / 2 - root), mean + sigma * (skew / 2 + root)];
  if (nodes.some((t) => Math.abs(t) > 1)) return [[at(mean), mass]];
  return [
    [at(nodes[0]!), mass * (0.5 + share)],
    [at(nodes[1]!), mass * (0.5 - share)],
  ];
}

/** Samples on every leg, inwards, and on the ray over every cell, from right to left. */
function sampled(kernels: Kernels, measure: NodeModel, bounds: Float64Array) {
  const { kappa0 } = measure;
  const ray = gaussLegendre(RAY_NODES);
  const over: Place[] = [];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const [a, b] = [log(bounds[i]!), log(bounds[i + 1]!)];
    const half = (b - a) / 2;
    for (let k = RAY_NODES - 1; k >= 0; k--) {
      const z = exp(complex((a + b) / 2 + half * ray.nodes[k]!, HEIGHT));
      over.push({ z, dz: scale(-half * ray.weights[k]!, z), kappa: complex(kappa0 - z.re, z.im) });
    }
  }
  const rays = transforms(kernels, measure, over);
  // less a constant where that leaves the smaller transform: the constant integrates to nothing
  const reduce = rays.reduce((sum, { phi, less }) => sum + log(abs(less) / abs(phi)), 0) < 0;
  const sample = ({ z, dz, phi, less, D }: Transformed): Sample => ({
    z,
    forcing: scale(-1 / Math.PI, mul(reduce ? less : phi, dz)),
    // ∫λ²dn/(x−z) = Tr D + z D
    source: scale(-1 / Math.PI, mul(mul(D, z), dz)),
  });
  // down the legs all together, each from the root above it
  const legs: Sample[][] = Array.from(bounds, () => []);
  const leg = gaussLegendre(LEG_NODES);
  let above = Array.from(bounds, (x) => {
    const z = exp(complex(log(x), HEIGHT));
    return complex(kappa0 - z.re, z.im);
  });
  for (let level = 0; level <= LEVELS; level++) {
    const to = HEIGHT * pow(2, -level);
    const half = (to - (level === LEVELS ? 0 : to / 2)) / 2;
    for (let k = LEG_NODES - 1; k >= 0; k--) {
      const places = Array.from(bounds, (x, i): Place => {
        const z = exp(complex(log(x), to - half * (1 - leg.nodes[k]!)));
        return { z, dz: mul(complex(0, half * leg.weights[k]!), z), kappa: above[i]! };
      });
      const row = transforms(kernels, measure, places);
      above = row.map(({ kappa }) => kappa);
      for (const [i, place] of row.entries()) legs[i]!.push(sample(place));
    }
  }
  const groups = Array.from({ length: bounds.length - 1 }, (_, i) =>
    rays.slice(i * RAY_NODES, (i + 1) * RAY_NODES).map(sample),
  );
  return { legs, rays: groups };
}

/** z, a piece of contour there, and a guess of κ(−z̄). */
interface Place {
  readonly z: Complex;
  readonly dz: Complex;
  readonly kappa: Complex;
}

/** With the root, Φ, Φ − C₀ and D at z. */
interface Transformed extends Place {
  readonly phi: Complex;
  readonly less: Complex;
  readonly D: Complex;
}

function transforms(kernels: Kernels, { modes, d, kappa0 }: NodeModel, places: Place[]): Transformed[] {
  // z is in the upper half plane, ζ = −z in the lower: the mirror image of −z̄
  const zeta = complexArray(places.length);
  const kappa = complexArray(places.length);
  places.forEach((place, i) => {
    [zeta.re[i], zeta.im[i]] = [-place.z.re, place.z.im];
    [kappa.re[i], kappa.im[i]] = [place.kappa.re, place.kappa.im];
  });
  if (kernels.solveKappa(modes, 1 / d, 0, zeta, kappa) > 0) walkWhereFailed(kernels, modes, d, kappa0, zeta, kappa);
  const { D, G, H } = kernels.modeSums(modes, kappa);
  const mirrored = ({ re, im }: ComplexArray, i: number) => complex(re[i]!, -im[i]!);
  return places.map(({ z, dz }, i) => {
    const [k, Dk, Gk, Hk] = [mirrored(kappa, i), mirrored(D, i), mirrored(G, i), mirrored(H, i)];
    const phi = div(mul(Gk, k), scale(-1, z));
    const less = sub(mul(scale(1 / d, Dk), phi), mul(k, Hk));
    return { z, dz, kappa: complex(kappa.re[i]!, kappa.im[i]!), phi, less, D: Dk };
  });
}
