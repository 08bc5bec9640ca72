// The same in plain TypeScript, by the definitions, every product and every sum rounded to f32 in the kernels' order.

import type { NetworkKernels, NetworkShape } from "./kernels.ts";

const single = Math.fround;

/** C += A B by rows: entry (i, p) of A is at(i, p). */
function accumulate(
  [m, n, k]: readonly [number, number, number],
  at: (i: number, p: number) => number,
  B: (p: number, j: number) => number,
  C: Float32Array,
): Float32Array {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = C[i * n + j]!;
      for (let p = 0; p < k; p++) sum = single(sum + single(at(i, p) * B(p, j)));
      C[i * n + j] = sum;
    }
  return C;
}

/** W_1 … W_D, in place. */
function layersOf({ sizes }: NetworkShape, weights: Float32Array): Float32Array[] {
  let from = 0;
  return sizes.slice(1).map((n, l) => {
    const to = from + n * sizes[l]!;
    const layer = weights.subarray(from, to);
    from = to;
    return layer;
  });
}

/** H_0 … H_{D−1}, f. */
function forward({ sizes, scales }: NetworkShape, layers: readonly Float32Array[], X: Float32Array): Float32Array[] {
  const rows = X.length / sizes[0]!;
  const out: Float32Array[] = [X.map((x) => single(scales[0]!) * x)];
  layers.forEach((W, l) => {
    const [n, m] = [sizes[l]!, sizes[l + 1]!];
    const H = out[l]!;
    const Z = accumulate(
      [rows, m, n],
      (i, p) => H[i * n + p]!,
      (p, j) => W[p * m + j]!,
      new Float32Array(rows * m),
    );
    out.push(l + 1 < layers.length ? Z.map((z) => single(scales[l + 1]!) * Math.max(0, z)) : Z);
  });
  return out;
}

export const referenceNetworkKernels: NetworkKernels = {
  name: "reference",

  product(A, B, k, turned = false) {
    const [m, n] = [A.length / k, B.length / k];
    return accumulate(
      [m, n, k],
      (i, p) => A[turned ? p * m + i : i * k + p]!,
      (p, j) => B[p * n + j]!,
      new Float32Array(m * n),
    );
  },

  outputs(shape, weights, X) {
    return forward(shape, layersOf(shape, weights), X).at(-1)!;
  },

  train(shape, weights, velocity, X, Y, origin, { loss, eta, momentum, batch, limit }) {
    const { sizes, scales } = shape;
    const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!];
    const layers = layersOf(shape, weights);
    const moving = layersOf(shape, momentum > 0 && velocity ? velocity : new Float32Array(weights.length));
    const steps = X.length / (batch * inputs);
    for (let step = 0; step < steps; step++) {
      const x = X.subarray(step * batch * inputs, (step + 1) * batch * inputs);
      const y = Y.subarray(step * batch * outputs, (step + 1) * batch * outputs);
      const H = forward(shape, layers, x);
      const f = H.at(-1)!.map((value, at) => value - (origin?.[step * batch * outputs + at] ?? 0));
      if (!(f.reduce((sum, value) => sum + value * value, 0) <= limit * batch)) return step;
      const share = single(1 / batch);
      let d: Float32Array = f.map((value, at) => {
        const row = f.subarray(at - (at % outputs), at - (at % outputs) + outputs);
        const most = Math.max(...row);
        const sum = row.reduce((total, z) => total + Math.exp(z - most), 0);
        return share * single((loss === "entropy" ? single(Math.exp(value - most) / sum) : value) - y[at]!);
      });
      for (let l = layers.length - 1; l >= 0; l--) {
        const [n, m] = [sizes[l]!, sizes[l + 1]!];
        const [W, V, h, own] = [layers[l]!, moving[l]!, H[l]!, d];
        for (let at = 0; at < V.length; at++) V[at] = single(momentum) * V[at]!;
        accumulate(
          [n, m, batch],
          (i, p) => h[p * n + i]!,
          (p, j) => own[p * m + j]!,
          V,
        );
        d = accumulate(
          [batch, n, m],
          (i, p) => own[i * m + p]!,
          (p, j) => W[j * m + p]!,
          new Float32Array(batch * n),
        ).map((value, at) => (h[at]! > 0 ? single(scales[l]!) * value : 0));
        for (let at = 0; at < W.length; at++) W[at] = W[at]! - single(single(eta) * V[at]!);
      }
    }
    return steps;
  },
};
