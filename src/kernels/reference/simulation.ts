// Features, eigenvalues and SGD steps by their definitions, in plain TypeScript (docs/theory.md, §7): the oracle for
// assembly/gram.ts, tridiagonal.ts and sgd.ts.

import {
  atStep,
  columnsOf,
  type Embedding,
  type Gram,
  padded,
  type SimulationKernels,
  type Steps,
  type Tridiagonal,
} from "../simulation.ts";
import { exp, log } from "./elementary.ts";
import { philox, random } from "./random.ts";

/** One step (9.2) on theta, with gradient G; `from`: where its y begins. */
function update(theta: Float64Array, G: Float64Array, { gamma, momentum }: Steps, r: number, from = 0): void {
  for (let i = 0; i < theta.length; i++) {
    theta[i]! -= atStep(gamma, r) * G[i]!;
    if (!momentum) continue;
    const { y, gamma1, gamma3, delta } = momentum;
    y[from + i] = (1 - atStep(delta, r)) * y[from + i]! + atStep(gamma1, r) * G[i]!;
    theta[i]! -= atStep(gamma3, r) * y[from + i]!;
  }
}

/** One step by the sign of G, or with momentum of y (docs/theory.md, §12). */
function updateBySign(theta: Float64Array, G: Float64Array, { gamma, momentum }: Steps, r: number, from: number): void {
  for (let i = 0; i < theta.length; i++) {
    if (!momentum) {
      theta[i]! -= atStep(gamma, r) * Math.sign(G[i]!);
      continue;
    }
    const { y, gamma1, gamma3, delta } = momentum;
    y[from + i] = (1 - atStep(delta, r)) * y[from + i]! + atStep(gamma1, r) * G[i]!;
    theta[i]! -= atStep(gamma3, r) * Math.sign(y[from + i]!);
  }
}

/** Row j of W. */
const row = ({ seed, draw, d }: Embedding, j: number): Float64Array =>
  random({ seed, stream: "embedding", member: draw, step: j }, "normal", d).map((w) => w * (1 / Math.sqrt(d)));

/** Where entry (j, i) of a W in strips of some columns is. */
const place = (columns: number, v: number, j: number, i: number): number =>
  (Math.floor(i / columns) * v + j) * columns + (i % columns);

/** Householder tridiagonalisation of the leading d × d block, first basis vector along h. */
function tridiagonalize({ matrix, overlap, d }: Gram): Tridiagonal {
  const n = overlap.length;
  const A = Array.from({ length: d }, (_, i) =>
    Float64Array.from({ length: d }, (_, j) => matrix[Math.max(i, j) * n + Math.min(i, j)]!),
  );
  const reflect = (x: Float64Array, first: number): number => {
    const norm = Math.sqrt(x.subarray(first).reduce((s, a) => s + a * a, 0));
    const value = x[first]! > 0 ? -norm : norm;
    const u = x.map((a, i) => (i < first ? 0 : i === first ? a - value : a));
    const square = u.reduce((s, a) => s + a * a, 0);
    if (square === 0) return value;
    const w = A.map((r) => (2 * r.reduce((s, a, j) => s + a * u[j]!, 0)) / square);
    const half = w.reduce((s, a, i) => s + a * u[i]!, 0) / square;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) A[i]![j]! -= u[i]! * (w[j]! - half * u[j]!) + (w[i]! - half * u[i]!) * u[j]!;
    return value;
  };
  const norm = Math.abs(reflect(overlap.slice(0, d), 0));
  for (let k = 0; k < d - 2; k++) reflect(A[k]!.slice(), k + 1);
  const below = Float64Array.from({ length: d }, (_, k) => (k + 1 < d ? A[k + 1]![k]! : 0));
  return { diagonal: Float64Array.from({ length: d }, (_, k) => A[k]![k]!), below, norm };
}

/** Implicit QL (EISPACK imtql2) carrying the one row z; returns how many eigenvalues did not converge. */
function implicitQL(d: Float64Array, e: Float64Array, z: Float64Array): number {
  const n = d.length;
  for (let l = 0; l < n; l++)
    for (let iteration = 0; ; iteration++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      if (iteration === 50) return n - l;
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? 1 : -1) * Math.sqrt(g * g + 1));
      let [s, c, p] = [1, 1, 0];
      let split = false;
      for (let i = m - 1; i >= l && !split; i--) {
        const [f, b] = [s * e[i]!, c * e[i]!];
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          split = true;
        } else {
          [s, c] = [f / r, g / r];
          g = d[i + 1]! - p;
          const t = (d[i]! - g) * s + 2 * c * b;
          p = s * t;
          d[i + 1] = g + p;
          g = c * t - b;
          [z[i + 1], z[i]] = [s * z[i]! + c * z[i + 1]!, c * z[i]! - s * z[i + 1]!];
        }
      }
      if (!split) {
        d[l]! -= p;
        e[l] = g;
      }
      e[m] = 0;
    }
  return 0;
}

export const simulationReference: SimulationKernels = {
  indexPowers: (n, p) => Float64Array.from({ length: n }, (_, i) => exp(p * log(i + 1))),
  random(draw, distribution, n, out = new Float64Array(n)) {
    out.set(random(draw, distribution, n));
    return out;
  },
  philox,

  gram({ root, target }, embedding) {
    const { d } = embedding;
    const n = padded(d);
    const matrix = new Float64Array(n * n);
    const overlap = new Float64Array(n);
    for (let j = 0; j < root.length; j++) {
      const w = row(embedding, j).map((x) => x * root[j]!);
      for (let i = 0; i < d; i++) {
        overlap[i]! += w[i]! * target[j]!;
        for (let k = 0; k < d; k++) matrix[i * n + k]! += w[i]! * w[k]!;
      }
    }
    return { matrix, overlap, d };
  },

  tridiagonalize,

  measure({ diagonal, below, norm }) {
    const eigenvalues = diagonal.slice();
    const first = new Float64Array(diagonal.length);
    first[0] = 1;
    const failed = implicitQL(eigenvalues, below.slice(), first);
    return { eigenvalues, weights: first.map((s) => (norm * s) ** 2), failed };
  },

  embedding(v, embedding, precision = "f64") {
    const size = v * padded(embedding.d);
    const strips = precision === "f32" ? new Float32Array(size) : new Float64Array(size);
    for (let j = 0; j < v; j++)
      row(embedding, j).forEach((w, i) => {
        strips[place(columnsOf(strips), v, j, i)] = w;
      });
    return strips;
  },

  spectralSteps(u, steps) {
    const { seed, first, count, member, eigenvalues, limit } = steps;
    const n = padded(u.length);
    for (let r = 0; r < count; r++) {
      const batch = atStep(steps.batch, r);
      const xi = random({ seed, stream: "data", member, step: first + r }, "normal", batch * n);
      const G = new Float64Array(u.length);
      for (let b = 0; b < batch; b++) {
        const sample = xi.subarray(b * n, b * n + u.length);
        const e = u.reduce((s, x, i) => s + x * sample[i]!, 0);
        if (!(e * e <= limit)) return r;
        for (let i = 0; i < u.length; i++) G[i]! += (eigenvalues[i] ?? 0) * e * sample[i]!;
      }
      update(u, G, steps, r);
    }
    return count;
  },

  denseSteps(theta, strips, { root, target }, steps) {
    const { seed, first, count, member, members, apart, distribution, noise, limit } = steps;
    const v = root.length;
    const V = padded(v);
    const n = theta.length / members;
    const columns = columnsOf(strips);
    const rounded = strips instanceof Float32Array ? Math.fround : (x: number) => x;
    const run = (q: number): number => {
      const own = theta.subarray(q * n, q * n + n);
      for (let r = 0; r < count; r++) {
        const batch = atStep(steps.batch, r);
        const at = { seed, member: member + q * apart, step: first + r };
        const epsilon = random({ ...at, stream: "noise" }, "normal", padded(batch));
        const G = new Float64Array(n);
        for (let b = 0; b < batch; b++) {
          const z = random({ ...at, stream: "data" }, distribution, v, b * V);
          const phi = Float64Array.from({ length: n }, (_, i) =>
            z.reduce((s, x, j) => s + rounded(x * root[j]!) * strips[place(columns, v, j, i)]!, 0),
          );
          const label = z.reduce((s, x, j) => s + x * target[j]!, 0) + Math.sqrt(noise) * epsilon[b]!;
          const e = phi.reduce((s, f, i) => s + f * own[i]!, 0) - label;
          if (!(e * e <= limit)) return r;
          for (let i = 0; i < n; i++) G[i]! += e * phi[i]!;
        }
        if (steps.sign) updateBySign(own, G, steps, r, q * n);
        else update(own, G, steps, r, q * n);
      }
      return count;
    };
    return Float64Array.from({ length: members }, (_, q) => run(q));
  },

  denseLoss(theta, strips, { root, target }, members) {
    const v = root.length;
    const n = theta.length / members;
    return Float64Array.from({ length: members }, (_, q) => {
      let sum = 0;
      for (let j = 0; j < v; j++) {
        let f = 0;
        for (let i = 0; i < n; i++) f += strips[place(columnsOf(strips), v, j, i)]! * theta[q * n + i]!;
        sum += (root[j]! * f - target[j]!) ** 2;
      }
      return sum;
    });
  },
};
