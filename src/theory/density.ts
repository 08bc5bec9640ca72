// The spectral density of K̂ = D^{1/2}WWᵀD^{1/2}, plain and weighted by the target (docs/theory.md, eqs. 3.9, 3.10):
//
//   ρ(x) = (d/πx) |Im S(κ(x + i0))|,   ρ_t(x) = (1/π) |Im Φ(x + i0)|,   ∫ρ = d,   ∫ρ_t + F₀ = Σ t_j
//
// κ is followed from far above the real axis down to it. Outside the bands of the support the density is exactly 0.

import { increasing } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { complexArray, type Modes } from "../kernels/resolvent.ts";
import { type Made, made } from "../made.ts";
import { logspace } from "../math/grid.ts";
import { modesOf } from "./modes.ts";
import type { Plrf } from "./plrf.ts";
import { leftEdge, stability } from "./stability.ts";

export interface Density {
  /** x > 0, increasing. */
  readonly lambda: Float64Array;
  /** ρ(x): eigenvalues per unit of x. */
  readonly density: Float64Array;
  /** ρ_t(x): energy of the target per unit of x. */
  readonly weighted: Float64Array;
  /** The ends of the support. */
  readonly edges: readonly [left: number, right: number];
  readonly stats: {
    /** Points at which κ was not found (their densities are NaN). */
    readonly failed: number;
    readonly converged: boolean;
  };
  readonly made: Made;
}

export interface DensityOptions {
  /** Where the density is wanted, increasing, > 0. Default: 400 points over the support, and 15 in each outlier's band. */
  readonly lambda?: ArrayLike<number>;
  readonly kernels?: Kernels;
}

/** Modes up to j ~ √d stand out of the bulk as bands of their own: they must not be smeared by the mode rule. */
const OUTLIERS = 4;
/** The most such modes: all of them up to d = 2.5e7. */
const MOST_APART = 2e4;
/** Heights above the axis, relative to x: each a first guess for the next. */
const HEIGHTS = [30, 10, 3, 1, 0.5, 0.25, 0.12, 0.06, 0.03, 0.015, 7e-3, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-8, 0];
/** Im κ/|κ| below this is a point outside the support. */
const OUTSIDE = 1e-9;

/**
 * The density of the eigenvalues of K̂ in the deterministic equivalent. K̂ has v − d more eigenvalues at 0.
 * @throws RangeError where lambda is not positive and increasing
 */
export function spectralDensity(model: Plrf, options: DensityOptions = {}): Density {
  const { spectrum, d, v } = model;
  const kernels = options.kernels ?? defaultKernels();
  const edges = support(model);
  const lambda = options.lambda ? increasing("lambda", options.lambda, Number.MIN_VALUE) : defaultGrid(model, edges);
  const density = new Float64Array(lambda.length);
  const weighted = new Float64Array(lambda.length);
  let failed = 0;
  for (const { modes, from, to } of rules(model, lambda)) {
    const x = lambda.subarray(from, to);
    const kappa = descend(kernels, modes, model, x);
    const { D, G } = kernels.modeSums(modes, kappa);
    x.forEach((value, i) => {
      const [re, im] = [kappa.re[i]!, kappa.im[i]!];
      if (Number.isNaN(re)) {
        failed++;
        density[from + i] = weighted[from + i] = Number.NaN;
      } else if (im > OUTSIDE * Math.hypot(re, im)) {
        density[from + i] = Math.abs(D.im[i]!) / (Math.PI * value);
        // Φ = G/m with m = ζ/κ = −x/κ
        weighted[from + i] = Math.abs(G.re[i]! * im + G.im[i]! * re) / (Math.PI * value);
      }
    });
  }
  return {
    lambda,
    density,
    weighted,
    edges,
    stats: { failed, converged: failed === 0 },
    made: made("density", { spectrum, d, v }),
  };
}

/**
 * Mode rules fine enough for each x. On the axis 1/(λ+κ) has its pole at j ≈ x^{−1/2α}, only about j/d from the real log j
 * axis: where that is less than a mode, modes are kept as they are, twice as far as needed; beyond, every x has panels of its
 * own that shrink towards its pole.
 */
function rules({ spectrum, d, v }: Plrf, x: Float64Array): { modes: Modes; from: number; to: number }[] {
  if (spectrum.kind === "measured") return [{ modes: modesOf(spectrum, v), from: 0, to: x.length }];
  const apart = Math.min(MOST_APART, Math.max(50, Math.ceil(OUTLIERS * Math.sqrt(d))));
  const pole = (value: number) => -Math.log(value) / (2 * spectrum.alpha);
  const shared = x.findIndex((value) => pole(value) < Math.log(apart));
  const own = shared < 0 ? x.length : shared;
  const list = Array.from({ length: own }, (_, i) => {
    const at = pole(x[i]!);
    const distance = Math.min(1, Math.exp(at) / d) / spectrum.alpha;
    return { modes: modesOf(spectrum, v, { exact: 100, pole: at, distance }), from: i, to: i + 1 };
  });
  if (own < x.length) list.push({ modes: modesOf(spectrum, v, { exact: 2 * apart }), from: own, to: x.length });
  return list;
}

/** Evenly spaced in log x, and closer in the bands around λ_j that stand apart: half-width 2λ_j/√d around z(−λ_j). */
function defaultGrid({ modes, d }: Plrf, edges: readonly [number, number]): Float64Array {
  const grid = [...logspace(edges[0] * 0.9, edges[1] * 1.1, 400)];
  for (let j = 0; j + 1 < Math.min(40, modes.lambda.length); j++) {
    const own = modes.lambda[j]!;
    const half = (2 * own) / Math.sqrt(d);
    if (own - half < modes.lambda[j + 1]! + half) break;
    let others = 0;
    modes.trace.forEach((a, i) => {
      if (i !== j) others += a / (modes.lambda[i]! - own);
    });
    const centre = own * (1 - others / d);
    for (let k = -7; k <= 7; k++) grid.push(centre + half * Math.sin((Math.PI * k) / 14) * 1.02);
  }
  return Float64Array.from(grid.filter((x) => x > 0)).sort();
}

/** κ(−x + i0) at every x, from high above the axis. */
function descend(kernels: Kernels, modes: Modes, { d, kappa0 }: Plrf, x: Float64Array) {
  const kappa = complexArray(x.length);
  const zeta = { re: x.map((value) => -value), im: new Float64Array(x.length) };
  const guess = complexArray(x.length);
  HEIGHTS.forEach((height, level) => {
    for (let i = 0; i < x.length; i++) zeta.im[i] = height * x[i]!;
    if (level === 0)
      for (let i = 0; i < x.length; i++) {
        kappa.re[i] = kappa0 + zeta.re[i]!;
        kappa.im[i] = zeta.im[i]!;
      }
    guess.re.set(kappa.re);
    guess.im.set(kappa.im);
    if (kernels.solveKappa(modes, 1 / d, 0, zeta, kappa) > 0)
      // on the axis itself a point outside the support has a real root, which Newton may miss from above: keep the limit
      for (let i = 0; i < x.length; i++)
        if (Number.isNaN(kappa.re[i]!) && height < 1e-4) {
          kappa.re[i] = guess.re[i]!;
          kappa.im[i] = guess.im[i]! * (height === 0 ? 0 : 1);
        }
  });
  return kappa;
}

/** The ends of the support of ρ (docs/theory.md, eqs. 3.6, 3.7). */
export function support({ modes, d, kappa0, batch }: Plrf): [left: number, right: number] {
  return [kappa0 === 0 ? 0 : leftEdge(modes, d, kappa0), stability(modes, d, batch).top];
}
