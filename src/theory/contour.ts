// F(r), K(r) and P(r) at any r without time-stepping (docs/theory.md, §4): their generating functions integrated over
//
//   r ≥ 64:   P(r) = (1/2πi) ∫ P̃(e^{−s}) e^{rs} ds   around the singularities on s ≤ 0                             (4.4)
//   r < 64:   P(r) = (1/M) Σ_k P̃(w_k) w_k^{−r}       on a circle |w| = ρ < 1                                       (4.6)
//
// One r takes a modified Talbot contour of its own (Dingfelder & Weideman 2015):
//
//   s(θ) = (N/r)(0.5017 θ cot(0.6407 θ) − 0.6122 + 0.2645 iθ).
//
// A whole curve takes one keyhole for all r in [r₀, r₁]: an arc of radius 2/r₁ up to 135°, then a ray at 135°, in
// Gauss–Legendre panels of log s, out to where e^{r₀ s} has vanished. Its nodes grow with the decades between r₀ and r₁,
// not with r, d or v.

import type { Kernels } from "../kernels/kernels.ts";
import { abs, type Complex, complex, exp, mul, scale } from "../math/complex.ts";
import { gaussLegendre } from "../math/quadrature.ts";
import { generatingFunctions, type Transform } from "./generating.ts";
import type { Plrf } from "./plrf.ts";
import { analyticRemainder } from "./stability.ts";

export type Quantity = keyof Transform;

export interface ContourValues {
  readonly values: Float64Array;
  /** Estimated absolute error of each value. */
  readonly error: Float64Array;
}

/** Below this the circle serves. */
const SMALL = 64;
const CIRCLE_NODES = 256;
/** ρ^M = 1e-13: the aliasing error. */
const CIRCLE_RADIUS = 1e-13 ** (1 / CIRCLE_NODES);
/** Nodes of the upper half of a Talbot contour. */
const TALBOT_NODES = 18;
const PANEL_NODES = 16;
/** |s| grows by this from one end of a panel to the other. */
const PANEL_RATIO = 4;
/** e^{r₀ Re s} is below rounding at |s| = END/r₀ on the ray. */
const END = 56;
const EPSILON = 2.3e-16;
/** What the sums over modes are good for, relative (modes.ts). */
const MODE_RULE = 1e-12;

/** One of F, K, P at increasing r ≥ 0; whole where r < 64. */
export function contourValues(kernels: Kernels, model: Plrf, quantity: Quantity, steps: Float64Array): ContourValues {
  const values = new Float64Array(steps.length);
  const error = new Float64Array(steps.length);
  const small = steps.findIndex((r) => r >= SMALL);
  const first = small < 0 ? steps.length : small;
  const fill = (from: number, to: number, evaluate: Evaluate) => {
    for (let i = from; i < to; i++) {
      const [value, estimate] = evaluate(quantity, steps[i]!);
      values[i] = value;
      error[i] = estimate + MODE_RULE * Math.abs(value);
    }
  };
  if (first > 0) fill(0, first, circle(kernels, model));
  if (first < steps.length) {
    const remainder = analyticRemainder(model);
    const shared = keyhole(steps[first]!, steps[steps.length - 1]!);
    if (shared.length <= TALBOT_NODES * (steps.length - first))
      fill(first, steps.length, along(shared, kernels, model, remainder));
    else for (let i = first; i < steps.length; i++) fill(i, i + 1, along(talbot(steps[i]!), kernels, model, remainder));
  }
  return { values, error };
}

type Evaluate = (quantity: Quantity, r: number) => [value: number, error: number];

function circle(kernels: Kernels, model: Plrf): Evaluate {
  // nodes of the upper half; the lower half gives the conjugate
  const angles = Array.from({ length: CIRCLE_NODES / 2 }, (_, k) => ((k + 0.5) * 2 * Math.PI) / CIRCLE_NODES);
  const sigma = -Math.log(CIRCLE_RADIUS);
  const transforms = generatingFunctions(
    kernels,
    model,
    angles.map((phi) => complex(sigma, -phi)),
  );
  return (quantity, r) => {
    let sum = 0;
    let size = 0;
    transforms.forEach(({ whole }, k) => {
      const { re, im } = whole[quantity];
      const phi = angles[k]! * r;
      sum += re * Math.cos(phi) + im * Math.sin(phi);
      size += Math.hypot(re, im);
    });
    const weight = (2 * Math.exp(sigma * r)) / CIRCLE_NODES;
    // rounding of the terms, and aliasing: M steps later the value is at most P(0)
    return [weight * sum, weight * size * 4 * EPSILON + 1e-13 * model.P0];
  };
}

/** A node of the upper half of a contour: s and the weight ds. */
interface Node {
  readonly s: Complex;
  readonly ds: Complex;
}

function talbot(r: number): Node[] {
  return Array.from({ length: TALBOT_NODES }, (_, k) => {
    const theta = ((k + 0.5) * Math.PI) / TALBOT_NODES;
    const cot = 1 / Math.tan(0.6407 * theta);
    const n = (2 * TALBOT_NODES) / r;
    const h = Math.PI / TALBOT_NODES;
    return {
      s: complex(n * (0.5017 * theta * cot - 0.6122), n * 0.2645 * theta),
      ds: complex(n * h * (0.5017 * cot - 0.5017 * 0.6407 * theta * (1 + cot * cot)), n * h * 0.2645),
    };
  });
}

function keyhole(r0: number, r1: number): Node[] {
  const { nodes, weights } = gaussLegendre(PANEL_NODES);
  const [inner, outer] = [Math.log(2 / r1), Math.log(END / r0)];
  const angle = 0.75 * Math.PI;
  const panels = Math.ceil((outer - inner) / Math.log(PANEL_RATIO));
  const path: Node[] = [];
  const add = (from: Complex, to: Complex) => {
    for (let k = 0; k < PANEL_NODES; k++) {
      const x = (1 + nodes[k]!) / 2;
      const s = exp(complex(from.re + x * (to.re - from.re), from.im + x * (to.im - from.im)));
      path.push({ s, ds: mul(scale(weights[k]! / 2, complex(to.re - from.re, to.im - from.im)), s) });
    }
  };
  for (const side of [0, 1]) add(complex(inner, (angle * side) / 2), complex(inner, (angle * (side + 1)) / 2));
  const radius = (panel: number) => inner + ((outer - inner) * panel) / panels;
  for (let panel = 0; panel < panels; panel++) add(complex(radius(panel), angle), complex(radius(panel + 1), angle));
  return path;
}

function along(path: Node[], kernels: Kernels, model: Plrf, remainder: (r: number) => number): Evaluate {
  const transforms = generatingFunctions(
    kernels,
    model,
    path.map(({ s }) => s),
  );
  // P̃ ds/π at every node, once for each quantity asked for
  const products = new Map<Quantity, Product[]>();
  const productsOf = (quantity: Quantity): Product[] => {
    let list = products.get(quantity);
    if (!list) {
      list = path.map(({ ds }, k) => {
        const whole = scale(1 / Math.PI, mul(ds, transforms[k]!.whole[quantity]));
        const singular = scale(1 / Math.PI, mul(ds, transforms[k]!.singular[quantity]));
        return { whole, singular, wholeSize: abs(whole), singularSize: abs(singular) };
      });
      products.set(quantity, list);
    }
    return list;
  };
  return (quantity, r) => {
    let [whole, wholeSize, singular, singularSize] = [0, 0, 0, 0];
    productsOf(quantity).forEach((product, k) => {
      const { re, im } = path[k]!.s;
      if (re * r < -END) return;
      const growth = Math.exp(re * r);
      const cos = growth * Math.cos(im * r);
      const sin = growth * Math.sin(im * r);
      whole += product.whole.re * sin + product.whole.im * cos;
      singular += product.singular.re * sin + product.singular.im * cos;
      wholeSize += product.wholeSize * growth;
      singularSize += product.singularSize * growth;
    });
    const wholeError = 16 * EPSILON * wholeSize;
    const singularError = 16 * EPSILON * singularSize + 10 * model.P0 * remainder(r);
    return singularError < wholeError ? [singular, singularError] : [whole, wholeError];
  };
}

/** An integrand times ds/π at one node, and its modulus. */
interface Product {
  readonly whole: Complex;
  readonly singular: Complex;
  readonly wholeSize: number;
  readonly singularSize: number;
}
