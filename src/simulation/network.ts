// One finite network of random features, trained as defined (docs/theory.md, eq. 8.1): no theory enters. Data ψ ~ N(0, Λ), labels
// y = w*·ψ + σε, student f = w·Aψ/√N with A of iid N(0, 1), w(0) = 0. With Φ the features of the P samples,
//
//   dw/dt = g − K w,   K = ΦᵀΦ/P,  g = Φᵀy/P;        L = Σc − 2w·h + wᵀSw + σ²,   S = AΛAᵀ/N,  h = AΛw*/√N

import type { Roots } from "../kernels/simulation.ts";
import { symmetricEigen } from "../math/eigen.ts";
import { factor, momentum, type Rule } from "../theory/training/optimizer.ts";

export interface Network {
  readonly N: number;
  /** Infinity: the gradient of the population. */
  readonly P: number;
  /** σ² */
  readonly noise: number;
  /** √λ_k and √c_k. */
  readonly roots: Roots;
}

/** The first n numbers of row `index` of a stream, normal; of "batch", uniform with mean 0 and variance 1. */
export type Normals = (stream: "embedding" | "data" | "noise" | "batch", index: number, n: number) => Float64Array;

export interface Losses {
  readonly test: Float64Array;
  readonly train: Float64Array;
}

/** η and B of steps 0, 1, …, where they are not the rule's for ever. */
export interface StepList {
  readonly eta: Float64Array;
  readonly batch: Float64Array;
}

type Matrix = readonly Float64Array[];
type SgdRule = Extract<Rule, { kind: "sgd" }>;

/** One step of SGD: η, B, and the samples drawn before it. */
interface Draw {
  readonly eta: number;
  readonly batch: number;
  readonly seen: number;
}
type Draws = (r: number) => Draw;

function drawsOf({ eta, batch }: SgdRule, list?: StepList): Draws {
  if (list) {
    const seen = new Float64Array(list.batch.length);
    for (let r = 1; r < seen.length; r++) seen[r] = seen[r - 1]! + list.batch[r - 1]!;
    return (r) => ({ eta: list.eta[r]!, batch: list.batch[r]!, seen: seen[r]! });
  }
  if (typeof batch !== "number") throw new TypeError("a ramp of batches must come as a list of steps");
  return (r) => ({ eta, batch, seen: r * batch });
}

const dot = (x: Float64Array, y: Float64Array): number => {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const n = x.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += x[i]! * y[i]!;
    s1 += x[i + 1]! * y[i + 1]!;
    s2 += x[i + 2]! * y[i + 2]!;
    s3 += x[i + 3]! * y[i + 3]!;
  }
  for (; i < n; i++) s0 += x[i]! * y[i]!;
  return s0 + s1 + (s2 + s3);
};
const times = (A: Matrix, x: Float64Array): Float64Array => Float64Array.from(A, (row) => dot(row, x));
const form = (A: Matrix, x: Float64Array): number => dot(times(A, x), x);

/** X Xᵀ · scale. */
function gram(X: Matrix, scale: number): Float64Array[] {
  const out = X.map(() => new Float64Array(X.length));
  X.forEach((x, i) => {
    for (let j = 0; j <= i; j++) out[i]![j] = out[j]![i] = scale * dot(x, X[j]!);
  });
  return out;
}

function transpose(X: Matrix): Float64Array[] {
  return Array.from({ length: X[0]!.length }, (_, j) => Float64Array.from(X, (row) => row[j]!));
}

/** Test and train loss at `at`, for one draw of everything random. */
export function trainNetwork(
  network: Network,
  rule: Rule,
  at: Float64Array,
  normals: Normals,
  list?: StepList,
): Losses {
  const { N, P, noise } = network;
  const { root, target } = network.roots;
  const M = root.length;
  // rows of AΛ^½/√N; the target is Λ^½w*, and data are whitened
  const features = Array.from({ length: N }, (_, i) =>
    normals("embedding", i, M).map((x, k) => (x * root[k]!) / Math.sqrt(N)),
  );
  const S = gram(features, 1);
  const h = times(features, target);
  const start = dot(target, target) + noise;
  const test = (w: Float64Array) => start - 2 * dot(w, h) + form(S, w);
  if (rule.kind === "sgd" && P === Infinity) {
    const losses = Float64Array.from(onePass(network, drawsOf(rule, list), at, normals, features), test);
    return { test: losses, train: losses.slice() };
  }
  if (P === Infinity && rule.kind !== "sgd") {
    const losses = Float64Array.from(fullBatch(S, h, rule, at), test);
    return { test: losses, train: losses.slice() };
  }
  const errors = normals("noise", 0, P);
  const data = Array.from({ length: P }, (_, i) => normals("data", i, M));
  const y = Float64Array.from(data, (z, i) => dot(z, target) + Math.sqrt(noise) * errors[i]!);
  const samples = data.map((z) => times(features, z));
  const byFeature = transpose(samples);
  const K = gram(byFeature, 1 / P);
  const g = times(byFeature, y).map((x) => x / P);
  const weights =
    rule.kind === "sgd"
      ? onSample(samples, y, drawsOf(rule, list), batches(rule, P, normals, list), at)
      : fullBatch(K, g, rule, at);
  const squares = dot(y, y) / P;
  return {
    test: Float64Array.from(weights, test),
    train: Float64Array.from(weights, (w) => Math.max(0, squares - 2 * dot(w, g) + form(K, w))),
  };
}

/** w at every time: gradient flow by diagonalising K, rules with steps by their steps. */
function fullBatch(K: Matrix, g: Float64Array, rule: Exclude<Rule, { kind: "sgd" }>, at: Float64Array): Float64Array[] {
  if (rule.kind === "gradient-flow") {
    const { values, rows } = symmetricEigen(K.map((row) => row.slice()));
    const vectors = transpose(rows);
    const along = times(vectors, g);
    const largest = values.reduce((most, x) => Math.max(most, x), 0);
    return Array.from(at, (t) => {
      // (1 − e^{−xt})/x; directions without data are never entered
      const amount = along.map((a, i) => {
        const x = values[i]!;
        return x > 1e-14 * largest ? (a * (1 - factor(rule, x, t))) / x : 0;
      });
      return times(rows, amount);
    });
  }
  const mu = momentum(rule);
  const w = new Float64Array(g.length);
  const velocity = new Float64Array(g.length);
  let done = 0;
  return Array.from(at, (t) => {
    for (; done < t; done++) {
      const pull = times(K, w);
      for (let i = 0; i < w.length; i++) {
        velocity[i] = mu * velocity[i]! + rule.eta * (g[i]! - pull[i]!);
        w[i]! += velocity[i]!;
      }
    }
    return w.slice();
  });
}

/** Which samples, of 0 … P−1, step r takes. */
type Batches = (r: number) => ArrayLike<number>;

/** Batches of a finite stock of samples as the rule draws them. */
export function batches(rule: SgdRule, P: number, normals: Normals, list?: StepList): Batches {
  const { sampling = "replacement" } = rule;
  const draws = drawsOf(rule, list);
  // whole numbers 0 … of(i) − 1, each as likely
  const draw = (index: number, n: number, of: (i: number) => number) =>
    normals("batch", index, n).map((x, i) => Math.min(Math.floor(((x / Math.sqrt(3) + 1) / 2) * of(i)), of(i) - 1));
  if (sampling === "replacement") return (r) => draw(r, draws(r).batch, () => P);
  if (sampling === "batch")
    return (r) => {
      // Floyd: each set of B different ones as likely
      const chosen = new Set<number>();
      const { batch: B } = draws(r);
      draw(r, B, (i) => P - B + i + 1).forEach((k, i) => {
        chosen.add(chosen.has(k) ? P - B + i : k);
      });
      return [...chosen];
    };
  const order = Float64Array.from({ length: P }, (_, i) => i);
  let epoch = -1;
  const at = (sample: number) => {
    if (Math.floor(sample / P) !== epoch) {
      epoch = Math.floor(sample / P);
      draw(epoch, P, (i) => i + 1).forEach((k, i) => {
        order[i] = order[k]!;
        order[k] = i;
      });
    }
    return order[sample % P]!;
  };
  return (r) => {
    const { batch, seen } = draws(r);
    return Float64Array.from({ length: batch }, (_, i) => at(seen + i));
  };
}

/** w at every number of steps on batches of the samples given. */
function onSample(samples: Matrix, y: Float64Array, draws: Draws, of: Batches, at: Float64Array): Float64Array[] {
  const w = new Float64Array(samples[0]!.length);
  let done = 0;
  return Array.from(at, (t) => {
    for (; done < t; done++) {
      const batch = Array.from(of(done));
      const { eta } = draws(done);
      const pulls = batch.map((k) => (eta / batch.length) * (y[k]! - dot(samples[k]!, w)));
      batch.forEach((k, s) => {
        const [phi, pull] = [samples[k]!, pulls[s]!];
        for (let i = 0; i < w.length; i++) w[i]! += pull * phi[i]!;
      });
    }
    return w.slice();
  });
}

/** w at every number of steps on fresh samples. */
function onePass(
  { noise, roots: { target } }: Network,
  draws: Draws,
  at: Float64Array,
  normals: Normals,
  features: Matrix,
): Float64Array[] {
  const w = new Float64Array(features.length);
  let done = 0;
  return Array.from(at, (t) => {
    for (; done < t; done++) {
      const { eta, batch, seen } = draws(done);
      const step = new Float64Array(w.length);
      const errors = normals("noise", done, batch);
      for (let sample = 0; sample < batch; sample++) {
        const z = normals("data", seen + sample, target.length);
        const phi = times(features, z);
        const error = dot(z, target) + Math.sqrt(noise) * errors[sample]! - dot(phi, w);
        for (let i = 0; i < w.length; i++) step[i]! += (eta / batch) * error * phi[i]!;
      }
      for (let i = 0; i < w.length; i++) w[i]! += step[i]!;
    }
    return w.slice();
  });
}
