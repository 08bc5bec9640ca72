// The compute-optimal frontier: at a budget f = B·d·r, the model size d* with the lowest loss P*, and their power laws
// d* ~ f^ξ, P* ~ f^{−η} (docs/theory.md, eqs. 6.7, 6.8). Three ways to find it:
//
//   exact      minimise P(f/(Bd); d) over continuous d at each f
//   envelope   the lower edge of the loss curves of a grid of d (approach 1 of Hoffmann et al. 2022)
//   isoflop    at each f a parabola in log d through the lowest points of the grid (approach 2)

import { counted, numbers, oneOf } from "../../check.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { type Estimate, fitPowerLaw, localSlopes } from "../../math/power-fit.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { type Phase, phase } from "../exponents/phases.ts";
import { trainedExponents } from "../exponents/trained-exponents.ts";
import { sgd, warningsOf } from "../training/optimizer.ts";
import { exact, type Near } from "./exact.ts";
import { FRONTIER_METHODS, type FrontierMethod, type FrontierOptions, type Refused } from "./frontier-options.ts";
import { clamp, FEWEST_STEPS, type Optimum, type Point, type Search, searchOf } from "./search.ts";

export * from "./frontier-options.ts";

export interface Frontier {
  readonly flops: Float64Array;
  /** d*(f). */
  readonly d: Float64Array;
  /** P*(f). */
  readonly loss: Float64Array;
  /** r = f/(B d*). */
  readonly steps: Float64Array;
  /** i where another minimum than that of the budget before has become the deepest: d* jumps between flops[i−1] and flops[i]. */
  readonly jumps: readonly number[];
  /** [first, last] budget of the longest stretch without a jump, over which the power laws are fitted. */
  readonly fitRange: readonly [first: number, last: number];
  /** Power laws fitted over `fitRange`; NaN, and `converged` false, where it holds fewer than three budgets. */
  readonly fit: { readonly xi: Estimate; readonly eta: Estimate };
  /** ξ and η from point to point, never across a jump (NaN beside a point alone): how the power laws settle. */
  readonly slopes: { readonly xi: Float64Array; readonly eta: Float64Array };
  /** The best multiple of γ at each budget where it is tuned; 1 elsewhere. */
  readonly multiple: Float64Array;
  /** What the phase of a power law predicts; null for measured spectra. NaN exponents where none are known. */
  readonly predicted: Phase | null;
  readonly stats: {
    readonly method: FrontierMethod;
    /** Losses evaluated. */
    readonly evaluations: number;
    /** Budgets whose optimum is at the end of the model sizes allowed: d = 1, or fewer than 64 steps. */
    readonly atEdge: number;
    /** Losses that were asked for and refused, as of sizes at which a step is unstable; null where there were none. */
    readonly refused: Refused | null;
    /** What the setting leaves to be desired at the smallest of the best sizes, in words. */
    readonly warnings: readonly string[];
    readonly converged: boolean;
  };
  readonly made: Provenance;
}

/** Sizes of a grid that is not given: a parabola then has three points within a factor of 1.5. */
const GRID_A_DECADE = 12;

/**
 * The compute-optimal frontier of a spectrum.
 * @throws RangeError where the flops do not span a factor of 10, are too few for 64 steps of any model, or a step is unstable
 */
export function frontier(options: FrontierOptions): Frontier {
  return frontierNear(options);
}

/** The same, by an exact search that begins where a like problem's ended. */
export function frontierNear(options: FrontierOptions, near?: Near): Frontier {
  const search = searchOf(options);
  const method = oneOf("method", options.method ?? "exact", FRONTIER_METHODS);
  const optima = method === "exact" ? exact(search, options, near) : onGrid(search, options, method);
  const { flops } = search;
  const d = Float64Array.from(optima, ({ u }) => search.size(u));
  const loss = Float64Array.from(optima, ({ value }) => exp(value));
  const jumps = optima.flatMap(({ jump }, i) => (jump ? [i] : []));
  const [first, end] = longest(jumps, flops.length);
  const branch = (values: Float64Array) => values.subarray(first, end);
  const fitted = (values: Float64Array): Estimate =>
    end - first < 3 ? { value: Number.NaN, stderr: Number.NaN } : fitPowerLaw(branch(flops), branch(values)).exponent;
  const xi = fitted(d);
  const { value, stderr } = fitted(loss);
  const atEdge = optima.filter(({ edge }) => edge).length;
  return {
    flops,
    d,
    loss,
    steps: flops.map((f, i) => f / (search.batch * d[i]!)),
    multiple: Float64Array.from(optima, ({ multiple, u }, i) => multiple ?? search.multiple(flops[i]!, u)),
    fit: { xi, eta: { value: -value, stderr } },
    jumps,
    fitRange: [flops[first]!, flops[end - 1]!],
    slopes: { xi: slopesWithin(jumps, flops, d), eta: slopesWithin(jumps, flops, loss).map((slope) => -slope) },
    predicted: predictedFor(options),
    stats: {
      method,
      evaluations: search.evaluations,
      atEdge,
      refused: search.refused,
      warnings: options.optimizer
        ? warningsOf(options.optimizer, { spectrum: options.spectrum, d: Math.min(...d) })
        : [],
      converged: atEdge === 0 && end - first >= 3 && loss.every(Number.isFinite),
    },
    made: provenance(`frontier ${method}`, {
      ...search.made,
      flops: [flops[0], flops.at(-1)],
      points: flops.length,
    }),
  };
}

function predictedFor({ spectrum, optimizer, noise = 0, tuned = false }: FrontierOptions): Phase | null {
  if (spectrum.kind === "measured") return null;
  const plain = phase(spectrum);
  if (optimizer === undefined && noise === 0 && !tuned) return plain;
  const exponents = trainedExponents(spectrum, { optimizer: optimizer ?? sgd(), noise: noise > 0, tuned });
  return { ...plain, ...(exponents ?? { xi: Number.NaN, eta: Number.NaN }) };
}

/** [first, end) of each stretch without a jump. */
const stretches = (jumps: readonly number[], n: number): [number, number][] =>
  [0, ...jumps].map((first, k) => [first, jumps[k] ?? n]);

const longest = (jumps: readonly number[], n: number): [number, number] =>
  stretches(jumps, n).reduce((best, next) => (next[1] - next[0] >= best[1] - best[0] ? next : best));

function slopesWithin(jumps: readonly number[], x: Float64Array, y: Float64Array): Float64Array {
  const slopes = new Float64Array(x.length).fill(Number.NaN);
  for (const [first, end] of stretches(jumps, x.length))
    if (end - first > 1) slopes.set(localSlopes(x.subarray(first, end), y.subarray(first, end)), first);
  return slopes;
}

const deepest = (grid: readonly Point[]): number =>
  grid.reduce((best, point) => (point.value < best.value ? point : best)).u;

function onGrid(search: Search, options: FrontierOptions, method: "envelope" | "isoflop"): Optimum[] {
  const { flops, batch } = search;
  const sizes = options.sizes ? numbers("sizes", counted("sizes", "sizes", options.sizes), 1) : defaultSizes(search);
  const logs = sizes.map(log);
  // log P of every size at every budget it can spend
  const curves = Array.from(sizes, (d, k) => {
    options.signal?.throwIfAborted();
    options.onProgress?.(k / sizes.length);
    const usable = flops.filter((f) => f / (batch * d) >= FEWEST_STEPS);
    const values = search.values(usable, d);
    const missing = flops.length - usable.length;
    return Float64Array.from(flops, (_, i) => (i < missing ? Infinity : values[i - missing]!));
  });
  let last: number | undefined;
  return Array.from(flops, (_, i) => {
    let best = 0;
    curves.forEach((curve, k) => {
      if (curve[i]! < curves[best]![i]!) best = k;
    });
    const value = curves[best]![i]!;
    const edge = best === 0 || best === sizes.length - 1 || curves[best + 1]![i] === Infinity;
    // downhill from the last optimum, another basin is never reached
    const jump = last !== undefined && value < curves[downhill(curves, i, last)]![i]!;
    last = best;
    search.known(flops[i]!, { u: logs[best]!, value, edge });
    if (method === "envelope" || edge) return { u: logs[best]!, value, edge, jump };
    return {
      ...vertex(
        logs,
        curves.map((curve) => curve[i]!),
        best,
      ),
      edge,
      jump,
    };
  });
}

/** The size at the bottom of the basin of `from`, at budget i. */
function downhill(curves: readonly Float64Array[], i: number, from: number): number {
  const at = (k: number): number => curves[k]?.[i] ?? Infinity;
  let k = from;
  for (;;) {
    const next = at(k - 1) < at(k + 1) ? k - 1 : k + 1;
    if (!(at(next) < at(k))) return k;
    k = next;
  }
}

/** The vertex of the least-squares parabola through the lowest point and up to three neighbours on each side. */
function vertex(u: Float64Array, value: number[], best: number): { u: number; value: number } {
  const reach = Math.min(3, best, u.length - 1 - best);
  const centre = u[best]!;
  const width = u[best + reach]! - centre;
  // normal equations of a + bx + cx²
  const [matrix, abc] = [new Float64Array(9), new Float64Array(3)];
  for (let k = best - reach; k <= best + reach; k++) {
    if (value[k] === Infinity) continue;
    const x = (u[k]! - centre) / width;
    for (let i = 0; i < 3; i++) {
      abc[i]! += pow(x, i) * (value[k]! - value[best]!);
      for (let j = 0; j < 3; j++) matrix[3 * i + j]! += pow(x, i + j);
    }
  }
  solveDense(matrix, abc, 3, 1);
  const [a, b, c] = abc as unknown as [number, number, number];
  if (!(c > 0)) return { u: centre, value: value[best]! };
  const x = clamp(-b / (2 * c), -1, 1);
  return { u: centre + width * x, value: value[best]! + a + b * x + c * x * x };
}

/** From the optimum at the lowest budget to that at the highest, with room on both sides for the parabolas. */
function defaultSizes(search: Search): Float64Array {
  const [first, last] = [search.flops[0]!, search.flops[search.flops.length - 1]!];
  const [low, high] = [0, search.flops.length - 1].map((i) => deepest(search.scan(i)));
  const from = Math.max(search.range(first)[0], low! - 2.5);
  const to = Math.min(high! + 2.5, search.range(last)[1]);
  return logspace(exp(from), exp(to), Math.ceil(((to - from) / Math.LN10) * GRID_A_DECADE) + 1);
}
