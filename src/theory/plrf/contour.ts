// F(r), K(r) and P(r) at any r without time-stepping (docs/theory.md, §4): their generating functions integrated over
//
//   r > 63:   P(r) = (1/2πi) ∫ P̃(e^{−s}) e^{rs} ds   around the singularities on s ≤ 0                             (4.4)
//   r ≤ 63:   P(r) = (1/M) Σ_k P̃(w_k) w_k^{−r}       on a circle |w| = ρ < 1, at whole r                           (4.7)
//
// One r takes a modified Talbot contour of its own (Dingfelder & Weideman 2015):
//
//   s(θ) = (N/r)(0.5017 θ cot(0.6407 θ) − 0.6122 + 0.2645 iθ).
//
// A whole curve takes one keyhole for all r in [r₀, r₁]: an arc of radius 2/r₁ up to 135°, then a ray at 135°, in
// Gauss–Legendre panels of log s, out to where e^{r₀ s} has vanished. Its nodes grow with the decades between r₀ and r₁,
// not with r, d or v.

import type { Path, Transform } from "../../kernels/contour.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type ComplexArray, complexArray, type Modes } from "../../kernels/resolvent.ts";
import type { Size, SizeLosses, UnitContour } from "../../kernels/sizes.ts";
import { type Complex, complex, exp, mul, scale } from "../../math/complex.ts";
import { cos, exp as expOf, hypot, log, pow, sin } from "../../math/elementary.ts";
import { gaussLegendre } from "../../math/quadrature.ts";
import type { Plrf } from "../measure/plrf.ts";
import { resolvents, traceSum2 } from "../measure/resolvent.ts";
import { amplification, analyticRemainder } from "../measure/stability.ts";

export type Quantity = keyof Transform;

export interface ContourValues {
  readonly values: Float64Array;
  /** Estimated absolute error of each value. */
  readonly error: Float64Array;
}

/** Up to this the circle serves. It knows whole r only: what is asked for from 64 on may be rounded to just below. */
const SMALL = 63;
const CIRCLE_NODES = 256;
/** ρ^M: the aliasing error, relative to P(0). */
const ALIASING = 1e-13;
/** Nodes of the upper half of a Talbot contour: fewer cut off, more round, for the terms grow as e^N (npm run accuracy). */
const TALBOT_NODES = 14;
/** Each node of a Talbot contour makes its error so many times smaller (3.89² in theory), relative to all that its nodes add up. */
const CONVERGENCE = 1 / 15.1;
/** At none: 30 times what is seen on the whole. */
const CUT_OFF = 20;
/** −log of what is as good as nothing. */
const DIED_OUT = 100;
const PANEL_NODES = 16;
/** |s| grows by this from one end of a panel to the other. */
const PANEL_RATIO = 4;
/** The ray ends at |s| = END/r₀. K̃ is far above what it leaves to K: its ray goes on until e^{r₀ Re s} has vanished beside that too. */
const END = { F: 56, K: 112, P: 56 } as const;
const EPSILON = 2.3e-16;
/** Of all that a node adds up, in units of its size. */
const ROUNDING = 16;
/** A loss of digits within ROUNDING. */
const WELL_KNOWN = 8;
/** What the sums over modes are good for, relative (modes.ts). */
const MODE_RULE = 1e-12;

/** One of F, K, P at increasing r ≥ 0; whole where r ≤ 63, or nothing is known of its error. */
export function contourValues(kernels: Kernels, model: Plrf, quantity: Quantity, steps: Float64Array): ContourValues {
  const values = new Float64Array(steps.length);
  const error = new Float64Array(steps.length);
  const small = steps.findIndex((r) => r > SMALL);
  const first = small < 0 ? steps.length : small;
  const remainder = analyticRemainder(model);
  const loss = lossOfDigits(kernels, model);
  const start = quantity === "K" ? firstKernel(model) : model.P0;
  const grown = quantity === "P" ? amplification(model) : () => 1;
  const fill = (path: Path, from: number, to: number) => {
    const made = kernels.transforms(model, path.s);
    const [whole, singular] = [made.whole[quantity], made.singular[quantity]];
    const some = to - from < steps.length ? steps.subarray(from, to) : steps;
    const [all, part] = kernels.contourSums(path, whole, singular, some);
    for (let i = from; i < to; i++) {
      const r = steps[i]!;
      const [wholeSize, singularSize] = [all.size[i - from]!, part.size[i - from]!];
      const small = r <= SMALL;
      const left = small ? Infinity : 10 * remainder(r);
      // P may grow at first, up to that
      const aliasing = small ? (r % 1 > 0 ? Infinity : ALIASING * grown(CIRCLE_NODES)) : 0;
      const rounding = ROUNDING * EPSILON * loss(r) * grown(r);
      // K̃ = K_s + K_v, which can all but cancel
      const terms = wholeSize + (quantity === "K" ? 2 * singularSize : 0);
      const wholeError = rounding * terms + aliasing * start + cutOff(path, whole, r);
      const singularError = rounding * singularSize + left * start + cutOff(path, singular, r);
      const better = singularError < wholeError;
      values[i] = (better ? part : all).value[i - from]!;
      error[i] = (better ? singularError : wholeError) + MODE_RULE * grown(r) * Math.abs(values[i]!);
    }
  };
  if (first > 0) fill(circle(), 0, first);
  if (first < steps.length) {
    const [r0, r1] = [steps[first]!, steps[steps.length - 1]!];
    const end = END[quantity] / r0;
    if (keyholeNodes(end, r1) <= TALBOT_NODES * (steps.length - first)) fill(keyhole(end, r1), first, steps.length);
    else for (let i = first; i < steps.length; i++) fill(talbot(steps[i]!), i, i + 1);
  }
  return { values, error };
}

/** What a path that ends in the left half plane leaves out: the integrand beyond its last node, as large as there. 0 for a circle. */
function cutOff({ s }: Path, f: ComplexArray, r: number): number {
  const last = s.re.length - 1;
  return s.re[last]! < 0 ? (hypot(f.re[last]!, f.im[last]!) * expOf(r * s.re[last]!)) / r : 0;
}

/** K(0) = γ²B Σ λ̂² ≤ γ²B (Σ λ² + (Tr D)²/d). */
function firstKernel({ modes, trace, d, gamma, batch }: Plrf): number {
  let square = 0;
  for (let j = 0; j < modes.trace.length; j++) square += modes.trace[j]! * modes.lambda[j]!;
  return gamma * gamma * batch * (square + (trace * trace) / d);
}

/**
 * How many times rounding in S is found in κ: ζ = κ(1 − S) is known to κε, hence κ to κε dκ/dζ. Near a hard edge, v = d, κ ~ √ζ
 * and late steps lose half their digits.
 */
function lossOfDigits(kernels: Kernels, { modes, d, kappa0, gamma, batch }: Plrf): (r: number) => number {
  const factor = (kappa: number) => Math.max(1, 1 / Math.abs(1 - traceSum2(modes, kappa) / d));
  // largest at ζ = 0
  if (factor(kappa0) < WELL_KNOWN) return () => 1;
  return (r) => {
    const zeta = complex(1 / (2 * gamma * batch * Math.max(1, r)));
    return factor(resolvents(kernels, modes, d, kappa0, [zeta])[0]!.kappa.re);
  };
}

/** A path of `n` nodes, each s and ds. */
function path(n: number, node: (k: number) => readonly [s: Complex, ds: Complex]): Path {
  const [s, ds] = [complexArray(n), complexArray(n)];
  for (let k = 0; k < n; k++) {
    const [point, step] = node(k);
    s.re[k] = point.re;
    s.im[k] = point.im;
    ds.re[k] = step.re;
    ds.im[k] = step.im;
  }
  return { s, ds };
}

/** The function's value at the first call, kept. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const circle = lazily(() => {
  const sigma = -log(ALIASING) / CIRCLE_NODES;
  const ds = complex(0, (2 * Math.PI) / CIRCLE_NODES);
  return path(CIRCLE_NODES / 2, (k) => [complex(sigma, (k + 0.5) * ds.im), ds]);
});

/** For r = 1, with so many nodes in its upper half. */
const unitTalbotOf = (nodes: number) => (): Path =>
  path(nodes, (k) => {
    const theta = ((k + 0.5) * Math.PI) / nodes;
    const cot = cos(0.6407 * theta) / sin(0.6407 * theta);
    const n = 2 * nodes;
    const h = Math.PI / nodes;
    return [
      complex(n * (0.5017 * theta * cot - 0.6122), n * 0.2645 * theta),
      complex(n * h * (0.5017 * cot - 0.5017 * 0.6407 * theta * (1 + cot * cot)), n * h * 0.2645),
    ];
  });

const unitTalbot = lazily(unitTalbotOf(TALBOT_NODES));

const scaledTalbot = lazily(unitTalbotOf(TALBOT_NODES));

/** For r, in place of the one before. */
function talbot(r: number): Path {
  const [unit, scaled] = [unitTalbot(), scaledTalbot()];
  for (const part of ["s", "ds"] as const)
    for (const x of ["re", "im"] as const)
      for (let k = 0; k < TALBOT_NODES; k++) scaled[part][x][k] = unit[part][x][k]! / r;
  return scaled;
}

/** s, and e^s ds/π, for r = 1, by the number of nodes. */
const unitWeights = new Map<number, UnitContour>();

function weightsOf(nodes: number): UnitContour {
  let made = unitWeights.get(nodes);
  if (!made) {
    const { s, ds } = unitTalbotOf(nodes)();
    const weight = path(nodes, (k) => {
      const w = mul(exp(complex(s.re[k]!, s.im[k]!)), scale(1 / Math.PI, complex(ds.re[k]!, ds.im[k]!)));
      return [w, w];
    });
    made = { s, weight: weight.s };
    unitWeights.set(nodes, made);
  }
  return made;
}

export interface TalbotLosses extends ContourValues {
  readonly model: SizeLosses;
}

/**
 * P(r) of one model at many r ≥ 64, increasing, by Talbot contours of so many nodes, one for each r, in one call of the kernels. Their error
 * is known by what they add up: where P falls steeply it may be as large as P.
 * @param modes those of the size, for small r and steps near the limit
 * @param precision nodes of a contour, and what the modes leave of all that they add up to
 */
export function talbotLosses(
  kernels: Kernels,
  size: Size,
  modes: () => Modes,
  steps: Float64Array,
  { contour, rule }: { readonly contour: number; readonly rule: number },
): TalbotLosses {
  const { d, batch } = size;
  // far out one look is enough
  const far = steps.find((r) => DIED_OUT / r < log(batch + 1));
  const model = kernels.sizeLosses(size, weightsOf(contour), steps, far ? expOf(DIED_OUT / far) : batch + 1);
  const { whole, singular, open, gamma, P0 } = model;
  const remainder = lazily(() => analyticRemainder({ modes: modes(), d, gamma, batch }));
  const cut = CUT_OFF * pow(CONVERGENCE, contour) + rule;
  const values = new Float64Array(steps.length);
  const error = new Float64Array(steps.length);
  steps.forEach((r, i) => {
    const wholeError = cut * whole.size[i]!;
    let singularError = cut * singular.size[i]!;
    if (singularError < wholeError && !(far! <= r && open > 0)) singularError += r * remainder()(r) * P0;
    const better = singularError < wholeError;
    values[i] = (better ? singular : whole).value[i]! / r;
    error[i] = (better ? singularError : wholeError) / r;
  });
  return { values, error, model };
}

/** Two panels of the arc, and those of the ray to |s| = end. */
function keyholeNodes(end: number, r1: number): number {
  return PANEL_NODES * (2 + Math.ceil(log((end * r1) / 2) / log(PANEL_RATIO)));
}

function keyhole(end: number, r1: number): Path {
  const { nodes, weights } = gaussLegendre(PANEL_NODES);
  const [inner, outer] = [log(2 / r1), log(end)];
  const angle = 0.75 * Math.PI;
  const n = keyholeNodes(end, r1);
  const panels = n / PANEL_NODES - 2;
  const corner = (k: number): Complex =>
    k < 2 ? complex(inner, (angle * k) / 2) : complex(inner + ((outer - inner) * (k - 2)) / panels, angle);
  return path(n, (k) => {
    const panel = Math.floor(k / PANEL_NODES);
    const [from, to] = [corner(panel), corner(panel + 1)];
    const side = complex(to.re - from.re, to.im - from.im);
    const x = (1 + nodes[k % PANEL_NODES]!) / 2;
    const s = exp(complex(from.re + x * side.re, from.im + x * side.im));
    return [s, mul(scale(weights[k % PANEL_NODES]! / 2, side), s)];
  });
}
