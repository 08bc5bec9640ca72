// Approach 3's objective and its minimiser in plain TypeScript (docs/theory.md, eqs. 10.2–10.4): the oracle for
// assembly/huber.ts.

import { log } from "../reference/elementary.ts";
import { type HuberData, type HuberKernels, PARAMETERS } from "./kernels.ts";
import { projectionGains } from "./projection.ts";

/** Sufficient decrease and curvature of the line search (Nocedal & Wright 2006, §3.1), and its steps at most. */
const C1 = 1e-4;
const C2 = 0.9;
const MAX_LINE_STEPS = 60;

function objective(data: HuberData, delta: number, theta: Float64Array, gradient: Float64Array): number {
  const [a, b, e, alpha, beta] = theta as unknown as [number, number, number, number, number];
  const E = Math.exp(e);
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i < data.x.length; i++) {
    const A = Math.exp(a - alpha * data.x[i]!);
    const B = Math.exp(b - beta * data.y[i]!);
    const S = A + B + E;
    const r = Math.log(S) - data.l[i]!;
    const psi = Math.max(-delta, Math.min(delta, r));
    value += data.w[i]! * psi * (r - psi / 2);
    const q = (data.w[i]! * psi) / S;
    gradient[0]! += q * A;
    gradient[1]! += q * B;
    gradient[2]! += q * E;
    gradient[3]! -= q * A * data.x[i]!;
    gradient[4]! -= q * B * data.y[i]!;
  }
  return value;
}

const dot = (u: Float64Array, v: Float64Array): number => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
const largest = (u: Float64Array): number => u.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const identity = (scale: number): Float64Array[] =>
  Array.from({ length: PARAMETERS }, (_, i) =>
    Float64Array.from({ length: PARAMETERS }, (_, j) => (i === j ? scale : 0)),
  );

/** H ← (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, ρ = 1/sᵀy. */
function update(H: Float64Array[], s: Float64Array, y: Float64Array): void {
  const sy = dot(s, y);
  const Hy = Float64Array.from(H, (row) => dot(row, y));
  const scale = (1 + dot(y, Hy) / sy) / sy;
  H.forEach((row, i) => {
    for (let j = 0; j < PARAMETERS; j++) row[j]! += scale * s[i]! * s[j]! - (Hy[i]! * s[j]! + s[i]! * Hy[j]!) / sy;
  });
}

export const huberReference: HuberKernels = {
  huber(data, delta, theta) {
    const gradient = new Float64Array(PARAMETERS);
    return { value: objective(data, delta, theta, gradient), gradient };
  },

  minimiseHuber(data, delta, starts, { fixed = 0, tolerance = 1e-8, maxIterations = 500 } = {}) {
    const m = starts.length / PARAMETERS;
    const theta = starts.slice();
    const [value, evaluations, slope] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
    const unit = delta * data.w.reduce((sum, w) => sum + w, 0);
    const evaluate = (at: Float64Array, gradient: Float64Array): number => {
      const f = objective(data, delta, at, gradient);
      for (let i = 0; i < PARAMETERS; i++) if ((fixed >> i) & 1) gradient[i] = 0;
      return f;
    };
    for (let start = 0; start < m; start++) {
      const at = theta.subarray(start * PARAMETERS, (start + 1) * PARAMETERS);
      let g = new Float64Array(PARAMETERS);
      let f = evaluate(at, g);
      let count = 1;
      let H = identity(1);
      let fresh = true;
      for (let iteration = 0; iteration < maxIterations && largest(g) > tolerance * unit; iteration++) {
        let p = Float64Array.from(H, (row) => -dot(row, g));
        let slopeAlong = dot(g, p);
        if (!(slopeAlong < 0)) {
          H = identity(1);
          p = g.map((x) => -x);
          slopeAlong = -dot(g, g);
          fresh = true;
        }
        let t = fresh ? Math.min(1, 0.5 / Math.sqrt(-slopeAlong)) : 1;
        let [low, high] = [0, Infinity];
        let found: { tried: Float64Array; g1: Float64Array<ArrayBuffer>; f1: number } | undefined;
        for (let k = 0; k < MAX_LINE_STEPS && !found; k++) {
          const tried = at.map((x, i) => x + t * p[i]!);
          const g1 = new Float64Array(PARAMETERS);
          const f1 = evaluate(tried, g1);
          count++;
          if (!(f1 <= f + C1 * t * slopeAlong)) high = t;
          else if (dot(g1, p) < C2 * slopeAlong) low = t;
          else found = { tried, g1, f1 };
          t = high < Infinity ? 0.5 * (low + high) : 2 * t;
        }
        if (!found) {
          if (fresh) break;
          H = identity(1);
          fresh = true;
          continue;
        }
        const s = found.tried.map((x, i) => x - at[i]!);
        const y = found.g1.map((x, i) => x - g[i]!);
        at.set(found.tried);
        g = found.g1;
        f = found.f1;
        const sy = dot(s, y);
        if (sy > 0) {
          if (fresh) H = identity(sy / dot(y, y));
          update(H, s, y);
          fresh = false;
        }
      }
      value[start] = f;
      evaluations[start] = count;
      slope[start] = largest(g) / unit;
    }
    return { theta, value, evaluations, slope, failed: slope.filter((x) => !(x <= tolerance)).length };
  },

  projectionGains,

  logs: (values) => values.map(log),
};
