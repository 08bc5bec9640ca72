// The spectral density of K̂ = D^{1/2}WWᵀD^{1/2}, plain and weighted by the target (docs/theory.md, eqs. 3.9, 3.10):
//
//   ρ(x) = (d/πx) |Im S(κ(x + i0))|,   ρ_t(x) = (1/π) |Im Φ(x + i0)|,   ∫ρ = d,   ∫ρ_t + F₀ = Σ t_j
//
// Outside the bands of the support κ is real and the density exactly 0.

import { counted, increasing } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Modes } from "../../kernels/resolvent.ts";
import type { Complex } from "../../math/complex.ts";
import { exp, hypot, log, pow } from "../../math/elementary.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { modesOf } from "../measure/modes.ts";
import type { Plrf } from "../measure/plrf.ts";
import type { PowerLaw } from "../measure/spectrum.ts";
import { leftEdge, stability } from "../measure/stability.ts";
import { densityGrid } from "./bands.ts";

export interface Density {
  /** x > 0, increasing. */
  readonly lambda: Float64Array;
  /** ρ(x): eigenvalues per unit of x. */
  readonly density: Float64Array;
  /** ρ_t(x): energy of the target per unit of x. */
  readonly weighted: Float64Array;
  /** The ends of the support. */
  readonly edges: readonly [left: number, right: number];
  /**
   * Below this λ the bands of single modes lie closer to each other than is resolved: the densities are what they are on
   * average over neighbouring bands. 0 where every band is shown.
   */
  readonly averagedBelow: number;
  readonly stats: {
    /** Points at which κ was not found (their densities are NaN). */
    readonly failed: number;
    readonly converged: boolean;
  };
  readonly made: Provenance;
}

export interface DensityOptions {
  /**
   * Where the density is wanted, increasing, > 0. Default: points that straight lines can join, so that the integrals over
   * them are d and Σt − F₀ within 1 %; the bands of the first 128 modes are shown one by one, later ones as their average.
   */
  readonly lambda?: ArrayLike<number>;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

/** Modes up to j ~ √d stand out of the bulk as bands of their own: they must not be smeared by the mode rule. */
const OUTLIERS = 4;
/** The most such modes: all of them up to d = 2.5e7. */
const MOST_APART = 2e4;
/** Bands shown one by one, unless it is asked for certain λ: later ones are closer than a figure has pixels. */
const BANDS = 128;
/** Modes j below this share of d, where they are not shown one by one, are taken to be alone: each shifts by about j/d of itself. */
const ALONE = 1e-5;
/** The x of one rule have poles this close to each other, in units of their distance from the log j axis. */
const NEIGHBOURS = 4;

/**
 * The density of the eigenvalues of K̂ in the deterministic equivalent. K̂ has v − d more eigenvalues at 0.
 * @throws RangeError where lambda is not positive and increasing
 */
export function spectralDensity(model: Plrf, options: DensityOptions = {}): Density {
  const { spectrum, d, v } = model;
  const kernels = options.kernels ?? defaultKernels();
  const edges = support(model);
  const standing = Math.floor(
    spectrum.kind === "measured" ? v : Math.min(v, Math.max(50, Math.ceil(OUTLIERS * Math.sqrt(d)))),
  );
  const apart = spectrum.kind === "measured" ? v : Math.min(standing, options.lambda ? MOST_APART : BANDS);
  const lambda = options.lambda
    ? increasing("lambda", counted("points", "lambda", options.lambda), Number.MIN_VALUE)
    : densityGrid(modesOf(spectrum, v, { exact: 2 * apart }), d, edges, apart);
  const density = new Float64Array(lambda.length);
  const weighted = new Float64Array(lambda.length);
  let failed = 0;
  let near: Complex | undefined;
  for (const { modes, alone, from, to } of rules(kernels, model, lambda, apart)) {
    const x = lambda.subarray(from, to);
    if (alone) {
      alone.forEach((at, i) => {
        const rho = aloneAt(spectrum as PowerLaw, at);
        density[from + i] = rho.density;
        weighted[from + i] = rho.weighted;
      });
      continue;
    }
    const kappa = kernels.axisKappa(modes, 1 / d, model.kappa0, x, near);
    near = { re: kappa.re.at(-1)!, im: kappa.im.at(-1)! };
    const { D, G } = kernels.modeSums(modes, kappa);
    x.forEach((value, i) => {
      const [re, im] = [kappa.re[i]!, kappa.im[i]!];
      if (Number.isNaN(re)) {
        failed++;
        density[from + i] = weighted[from + i] = Number.NaN;
      } else if (im > 0) {
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
    averagedBelow: spectrum.kind === "power-law" && apart < standing ? pow(apart + 0.5, -2 * spectrum.alpha) : 0,
    stats: { failed, converged: failed === 0 },
    made: provenance("density", { spectrum, d, v }),
  };
}

/** The modes that x[from] … x[to−1] are solved with. */
interface Rule {
  readonly modes: Modes;
  /** Where no rule is fine enough, the λ_j that x[from] … come from. */
  readonly alone?: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** ρ and ρ_t where modes do not feel each other: dj/dλ and t_j dj/dλ at λ_j = |κ|. */
function aloneAt({ alpha, beta }: PowerLaw, lambda: number): { density: number; weighted: number } {
  const density = pow(lambda, -1 / (2 * alpha) - 1) / (2 * alpha);
  return { density, weighted: density * pow(lambda, 1 + beta / alpha) };
}

/**
 * Mode rules fine enough for each x. On the axis 1/(λ+κ) has its pole at j ≈ |κ|^{−1/2α}, only about j/d from the real log j
 * axis: where that is less than a mode, modes are kept as they are, twice as far as needed; beyond, panels shrink towards the
 * poles of a few neighbouring x. The model's own modes tell well enough where the poles are. No rule where bands are averaged and
 * modes are alone: |Im κ/κ| = πj/2αd is lost in rounding.
 */
function rules(kernels: Kernels, model: Plrf, x: Float64Array, apart: number): Rule[] {
  const { spectrum, modes, d, v, kappa0 } = model;
  if (spectrum.kind === "measured") return [{ modes, from: 0, to: x.length }];
  const { alpha } = spectrum;
  const beyond = log(apart + 0.5);
  const rough = kernels.axisKappa(modes, 1 / d, kappa0, x);
  const poles = x.map((value, i) => -log(hypot(rough.re[i]!, rough.im[i]!) || value) / (2 * alpha));
  const distances = poles.map((pole) => Math.min(1, exp(pole) / d) / alpha);
  const list: Rule[] = [];
  const alone = log(ALONE * d);
  let from = 0;
  while (poles[from]! >= Math.max(beyond, alone)) {
    let [first, last, distance] = [poles[from]!, poles[from]!, distances[from]!];
    let to = from + 1;
    for (; poles[to]! >= Math.max(beyond, alone); to++) {
      if (Math.abs(poles[to]! - poles[from]!) > NEIGHBOURS * distances[to]!) break;
      first = Math.min(first, poles[to]!);
      last = Math.max(last, poles[to]!);
      distance = Math.min(distance, distances[to]!);
    }
    list.push({ modes: modesOf(spectrum, v, { exact: 100, poles: [first, last] as const, distance }), from, to });
    from = to;
  }
  const first = from;
  while (poles[from]! >= beyond) from++;
  if (from > first)
    list.push({
      modes,
      alone: poles.slice(first, from).map((pole) => exp(-2 * alpha * pole)),
      from: first,
      to: from,
    });
  if (from < x.length) list.push({ modes: modesOf(spectrum, v, { exact: 2 * apart }), from, to: x.length });
  return list;
}

/** The ends of the support of ρ (docs/theory.md, eqs. 3.6, 3.7). */
export function support({ modes, d, kappa0, batch }: Plrf): [left: number, right: number] {
  return [kappa0 === 0 ? 0 : leftEdge(modes, d, kappa0), stability(modes, d, batch).top];
}
