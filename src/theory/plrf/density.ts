// The spectral density of K̂ = D^{1/2}WWᵀD^{1/2}, plain and weighted by the target (docs/theory.md, eqs. 3.9, 3.10):
//
//   ρ(x) = (d/πx) |Im S(κ(x + i0))|,   ρ_t(x) = (1/π) |Im Φ(x + i0)|,   ∫ρ = d,   ∫ρ_t + F₀ = Σ t_j
//
// Outside the bands of the support κ is real and the density exactly 0.

import { increasing } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Modes } from "../../kernels/resolvent.ts";
import type { Complex } from "../../math/complex.ts";
import { logspace } from "../../math/grid.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { modesOf } from "../measure/modes.ts";
import type { Plrf } from "../measure/plrf.ts";
import { leftEdge, stability } from "../measure/stability.ts";

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
  readonly made: Provenance;
}

export interface DensityOptions {
  /** Where the density is wanted, increasing, > 0. Default: 400 points over the support, and 15 in each outlier's band. */
  readonly lambda?: ArrayLike<number>;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

/** Modes up to j ~ √d stand out of the bulk as bands of their own: they must not be smeared by the mode rule. */
const OUTLIERS = 4;
/** The most such modes: all of them up to d = 2.5e7. */
const MOST_APART = 2e4;
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
  const lambda = options.lambda ? increasing("lambda", options.lambda, Number.MIN_VALUE) : defaultGrid(model, edges);
  const density = new Float64Array(lambda.length);
  const weighted = new Float64Array(lambda.length);
  let failed = 0;
  let near: Complex | undefined;
  for (const { modes, from, to } of rules(kernels, model, lambda)) {
    const x = lambda.subarray(from, to);
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
    stats: { failed, converged: failed === 0 },
    made: provenance("density", { spectrum, d, v }),
  };
}

/**
 * Mode rules fine enough for each x. On the axis 1/(λ+κ) has its pole at j ≈ |κ|^{−1/2α}, only about j/d from the real log j
 * axis: where that is less than a mode, modes are kept as they are, twice as far as needed; beyond, panels shrink towards the
 * poles of a few neighbouring x. The model's own modes tell well enough where the poles are.
 */
function rules(kernels: Kernels, model: Plrf, x: Float64Array): { modes: Modes; from: number; to: number }[] {
  const { spectrum, modes, d, v, kappa0 } = model;
  if (spectrum.kind === "measured") return [{ modes, from: 0, to: x.length }];
  const { alpha } = spectrum;
  const apart = Math.min(MOST_APART, Math.max(50, Math.ceil(OUTLIERS * Math.sqrt(d))));
  const rough = kernels.axisKappa(modes, 1 / d, kappa0, x);
  const poles = x.map((value, i) => -Math.log(Math.hypot(rough.re[i]!, rough.im[i]!) || value) / (2 * alpha));
  const distances = poles.map((pole) => Math.min(1, Math.exp(pole) / d) / alpha);
  const list = [];
  let from = 0;
  while (poles[from]! >= Math.log(apart)) {
    let [first, last, distance] = [poles[from]!, poles[from]!, distances[from]!];
    let to = from + 1;
    for (; poles[to]! >= Math.log(apart); to++) {
      if (Math.abs(poles[to]! - poles[from]!) > NEIGHBOURS * distances[to]!) break;
      first = Math.min(first, poles[to]!);
      last = Math.max(last, poles[to]!);
      distance = Math.min(distance, distances[to]!);
    }
    list.push({ modes: modesOf(spectrum, v, { exact: 100, poles: [first, last] as const, distance }), from, to });
    from = to;
  }
  if (from < x.length) list.push({ modes: modesOf(spectrum, v, { exact: 2 * apart }), from, to: x.length });
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

/** The ends of the support of ρ (docs/theory.md, eqs. 3.6, 3.7). */
export function support({ modes, d, kappa0, batch }: Plrf): [left: number, right: number] {
  return [kappa0 === 0 ? 0 : leftEdge(modes, d, kappa0), stability(modes, d, batch).top];
}
