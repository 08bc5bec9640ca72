// The minimum of Σ_i w_i ρ(r_i(p)) over the parameters of a model: Levenberg–Marquardt with the weights ρ′/r renewed at every step
// (iterated least squares), then BFGS from its curvature where a kinked ρ makes it slow, with the line search of Lewis & Overton
// (2013). A parameter with range [0, ∞] moves in its logarithm; one with other ends stops there.

import type { TapeValues } from "../../kernels/laws/kernels.ts";
import { solveDense } from "../../math/dense.ts";
import { exp, log } from "../../math/elementary.ts";
import { exactTotal, type Rho, total, weightsOf } from "./losses.ts";

export interface Model {
  readonly parameters: readonly string[];
  /** Ends of each parameter's range. */
  readonly bounds: readonly (readonly [low: number, high: number])[];
  /** log L̂, or L̂, at every row, and its derivatives (parameters × rows). */
  readonly run: (p: Float64Array, derivatives: boolean) => TapeValues;
}

export interface Measured {
  /** log L, or L. */
  readonly measured: Float64Array;
  readonly weights: Float64Array;
}

export interface Minimum {
  readonly p: Float64Array;
  readonly objective: number;
  readonly residuals: Float64Array;
  /** Whether no step lowers the objective by 1e-9 of it. */
  readonly converged: boolean;
}

interface State {
  readonly u: Float64Array;
  readonly value: number;
  readonly residuals: Float64Array;
  readonly jacobian: Float64Array;
}

const logarithmic = ([low, high]: readonly [number, number]): boolean => low === 0 && high === Infinity;

export interface Effort {
  /** Steps of Levenberg–Marquardt. Default 400. */
  readonly steps?: number;
  /** Whether BFGS follows. Default true. */
  readonly polish?: boolean;
}

/** A local minimum from `start`. */
export function minimise(
  model: Model,
  data: Measured,
  rho: Rho,
  start: Float64Array,
  { steps = 400, polish = true }: Effort = {},
): Minimum {
  const search = new Search(model, data, rho);
  let state = search.at(search.inner(start));
  let calm = false;
  if (Number.isFinite(state.value)) {
    [state, calm] = search.levenberg(state, steps);
    if (polish) [state, calm] = search.bfgs(state, calm);
  }
  const { residuals } = state;
  const objective = Number.isFinite(state.value) ? exactTotal(rho, residuals, data.weights) : Infinity;
  return { p: search.outer(state.u), objective, residuals, converged: calm };
}

/** The objective from a start as it is. */
export const objectiveAt = (model: Model, data: Measured, rho: Rho, p: Float64Array): number =>
  new Search(model, data, rho).value(p);

class Search {
  readonly #model: Model;
  readonly #data: Measured;
  readonly #rho: Rho;
  readonly #logarithmic: boolean[];
  readonly #k: number;

  constructor(model: Model, data: Measured, rho: Rho) {
    this.#model = model;
    this.#data = data;
    this.#rho = rho;
    this.#logarithmic = model.bounds.map(logarithmic);
    this.#k = model.parameters.length;
  }

  inner = (p: Float64Array): Float64Array =>
    p.map((v, j) => (this.#logarithmic[j] ? log(Math.max(v, 1e-280)) : this.#within(v, j)));

  outer = (u: Float64Array): Float64Array => u.map((v, j) => (this.#logarithmic[j] ? exp(v) : v));

  #within = (v: number, j: number): number =>
    Math.max(this.#model.bounds[j]![0], Math.min(this.#model.bounds[j]![1], v));

  value(p: Float64Array): number {
    const { values } = this.#model.run(p, false);
    const { measured, weights } = this.#data;
    for (let i = 0; i < values.length; i++) values[i]! -= measured[i]!;
    const sum = total(this.#rho, values, weights);
    return Number.isFinite(sum) ? sum : Infinity;
  }

  at(u: Float64Array): State {
    const p = this.outer(u);
    const { values: residuals, jacobian } = this.#model.run(p, true);
    const { measured, weights } = this.#data;
    const n = residuals.length;
    for (let i = 0; i < n; i++) residuals[i]! -= measured[i]!;
    const sum = total(this.#rho, residuals, weights);
    for (let j = 0; j < this.#k; j++) {
      if (!this.#logarithmic[j]) continue;
      const factor = p[j]!;
      for (let at = j * n, end = at + n; at < end; at++) jacobian[at]! *= factor;
    }
    return { u, value: Number.isFinite(sum) ? sum : Infinity, residuals, jacobian };
  }

  /** ∂/∂u; 0 for a parameter at the end of its range that it would lead beyond. */
  gradient({ residuals, jacobian, u }: State): Float64Array {
    const [k, n] = [this.#k, residuals.length];
    const weighted = weightsOf(this.#rho, residuals, this.#data.weights);
    for (let i = 0; i < n; i++) weighted[i]! *= residuals[i]!;
    return Float64Array.from({ length: k }, (_, j) => {
      let sum = 0;
      for (let i = 0, at = j * n; i < n; i++, at++) sum += weighted[i]! * jacobian[at]!;
      return this.#stuck(j, u[j]!, -sum) ? 0 : sum;
    });
  }

  #stuck = (j: number, u: number, down: number): boolean => {
    if (this.#logarithmic[j]) return false;
    const [low, high] = this.#model.bounds[j]!;
    return (u <= low && down < 0) || (u >= high && down > 0);
  };

  /** Jᵀ W J and −∂/∂u. */
  normal({ residuals, jacobian, u }: State): { matrix: Float64Array; slope: Float64Array; scale: number } {
    const [k, n] = [this.#k, residuals.length];
    const matrix = new Float64Array(k * k);
    const slope = new Float64Array(k);
    const weighted = new Float64Array(n);
    const weights = weightsOf(this.#rho, residuals, this.#data.weights);
    for (let j = 0; j < k; j++) {
      let down = 0;
      for (let i = 0, at = j * n; i < n; i++, at++) {
        const w = weights[i]! * jacobian[at]!;
        weighted[i] = w;
        down -= w * residuals[i]!;
      }
      slope[j] = down;
      for (let m = 0; m <= j; m++) {
        let sum = 0;
        for (let i = 0, at = m * n; i < n; i++, at++) sum += weighted[i]! * jacobian[at]!;
        matrix[j * k + m] = sum;
        matrix[m * k + j] = sum;
      }
    }
    // at the end of its range and pushed beyond, a parameter stays
    for (let j = 0; j < k; j++) {
      if (this.#stuck(j, u[j]!, slope[j]!)) {
        slope[j] = 0;
        for (let m = 0; m < k; m++) {
          matrix[j * k + m] = 0;
          matrix[m * k + j] = 0;
        }
      }
    }
    let scale = 0;
    for (let j = 0; j < k; j++) scale = Math.max(scale, matrix[j * k + j]!);
    return { matrix, slope, scale };
  }

  #moved = (u: Float64Array, along: Float64Array, t = 1): Float64Array =>
    u.map((v, j) =>
      this.#logarithmic[j] ? v + Math.max(-2, Math.min(2, t * along[j]!)) : this.#within(v + t * along[j]!, j),
    );

  levenberg(from: State, steps: number): [State, boolean] {
    let state = from;
    let damping = 1e-2;
    let calm = 0;
    const k = this.#k;
    for (let step = 0; step < steps && calm < 3; step++) {
      const { matrix, slope, scale } = this.normal(state);
      let next: State | undefined;
      while (damping < 1e14) {
        const damped = matrix.slice();
        // a diagonal that also holds parameters of which the rows say nothing
        for (let j = 0; j < k; j++) damped[j * k + j]! += damping * damped[j * k + j]! + 1e-18 * scale + 1e-300;
        const move = slope.slice();
        solveDense(damped, move, k, 1);
        if (move.every(Number.isFinite)) {
          const trial = this.at(this.#moved(state.u, move));
          if (trial.value < state.value) {
            next = trial;
            break;
          }
        }
        damping *= 4;
      }
      if (!next) return [state, true];
      calm = state.value - next.value <= 1e-11 * state.value ? calm + 1 : 0;
      state = next;
      damping = Math.max(1e-13, damping / 5);
    }
    return [state, calm >= 3];
  }

  bfgs(from: State, calmBefore: boolean): [State, boolean] {
    const k = this.#k;
    let state = from;
    let H = this.#inverse(state);
    let g = this.gradient(state);
    let fresh = true;
    let last = state.value;
    for (let iteration = 0; iteration < 100 * k; iteration++) {
      const p = new Float64Array(k);
      for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) p[i]! -= H[i * k + j]! * g[j]!;
      const slope = dot(g, p);
      let found: State | undefined;
      let gNew = g;
      if (slope < 0) {
        let [t, low, high] = [1, 0, Infinity];
        for (let line = 0; line < 50; line++) {
          const trial = this.at(this.#moved(state.u, p, t));
          if (!(trial.value <= state.value + 1e-4 * t * slope)) high = t;
          else {
            const gTrial = this.gradient(trial);
            found = trial;
            gNew = gTrial;
            if (!(dot(gTrial, p) < 0.9 * slope)) break;
            low = t;
          }
          t = high < Infinity ? 0.5 * (low + high) : 2 * t;
        }
      }
      if (!found) {
        if (fresh) return [state, true];
        H = this.#inverse(state);
        fresh = true;
        continue;
      }
      const s = found.u.map((v, j) => v - state.u[j]!);
      const y = gNew.map((v, j) => v - g[j]!);
      const sy = dot(s, y);
      if (sy > 0) update(H, s, y, sy, k);
      [state, g, fresh] = [found, gNew, false];
      if (iteration % 8 === 7) {
        if (last - state.value <= 1e-11 * state.value) return [state, true];
        last = state.value;
      }
    }
    return [state, calmBefore];
  }

  /** (Jᵀ W J)⁻¹, a little damped. */
  #inverse(state: State): Float64Array {
    const k = this.#k;
    const { matrix, scale } = this.normal(state);
    for (let j = 0; j < k; j++) matrix[j * k + j]! += 1e-10 * matrix[j * k + j]! + 1e-18 * scale + 1e-300;
    const H = new Float64Array(k * k);
    for (let j = 0; j < k; j++) H[j * k + j] = 1;
    solveDense(matrix, H, k, k);
    return H.every(Number.isFinite) ? H : Float64Array.from(H, (_, i) => (i % (k + 1) === 0 ? 1 / (scale || 1) : 0));
  }
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** H ← (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, ρ = 1/sᵀy. */
function update(H: Float64Array, s: Float64Array, y: Float64Array, sy: number, k: number): void {
  const Hy = new Float64Array(k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) Hy[i]! += H[i * k + j]! * y[j]!;
  const scale = (1 + dot(y, Hy) / sy) / sy;
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) H[i * k + j]! += scale * s[i]! * s[j]! - (Hy[i]! * s[j]! + s[i]! * Hy[j]!) / sy;
}
