// The kernels that train networks, on both backends: against f64, finite differences and each other, bit for bit.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type NetworkShape, type TrainOptions, weightsOf } from "../../src/kernels/networks/kernels.ts";
import { referenceNetworkKernels } from "../../src/kernels/networks/reference.ts";
import { networkKernels } from "../../src/kernels/networks/wasm.ts";

const numbers = (n: number, seed: number, scale = 1) =>
  Float32Array.from(
    { length: n },
    (_, i) => scale * (2 * ((Math.imul(i + 7919 * seed + 1, 2654435761) >>> 0) / 2 ** 32) - 1),
  );

/** Normal enough: sums of four uniforms. */
const spread = (n: number, seed: number) => {
  const parts = [1, 2, 3, 4].map((part) => numbers(n, 10 * seed + part, 0.87));
  return parts[0]!.map((x, i) => x + parts[1]![i]! + parts[2]![i]! + parts[3]![i]!);
};

const SHAPES: readonly NetworkShape[] = [
  { sizes: [5, 6, 1], scales: [1, 0.5] },
  { sizes: [8, 16, 3], scales: [0.7, 0.3] },
  { sizes: [13, 10, 18, 4], scales: [1, 0.4, 0.3] },
  { sizes: [3, 7, 9, 8, 2], scales: [1.5, 0.5, 0.45, 0.6] },
  { sizes: [4, 2], scales: [1] },
];

/** y: for cross-entropy one of the outputs is 1. */
const targetsOf = (outputs: number, rows: number, loss: TrainOptions["loss"]) =>
  loss === "squared"
    ? numbers(rows * outputs, 5)
    : Float32Array.from({ length: rows * outputs }, (_, at) =>
        at % outputs === Math.floor(at / outputs) % outputs ? 1 : 0,
      );

/** The mean loss that is descended, in f64 throughout. */
function lossOf(
  { sizes, scales }: NetworkShape,
  weights: Float64Array,
  X: Float32Array,
  Y: Float32Array,
  origin: Float32Array,
  loss: TrainOptions["loss"],
): number {
  const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!];
  const rows = X.length / inputs;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let h = Array.from(X.subarray(i * inputs, (i + 1) * inputs), (x) => x * Math.fround(scales[0]!));
    for (let l = 1, from = 0; l < sizes.length; l++) {
      const [n, m] = [sizes[l - 1]!, sizes[l]!];
      const start = from;
      const z = Array.from({ length: m }, (_, j) => h.reduce((sum, x, p) => sum + x * weights[start + p * m + j]!, 0));
      h = l < sizes.length - 1 ? z.map((x) => Math.max(0, x) * Math.fround(scales[l]!)) : z;
      from += n * m;
    }
    const y = Y.subarray(i * outputs, (i + 1) * outputs);
    h = h.map((f, o) => f - origin[i * outputs + o]!);
    if (loss === "squared") total += h.reduce((sum, f, o) => sum + (f - y[o]!) ** 2 / 2, 0);
    else total += Math.log(h.reduce((sum, f) => sum + Math.exp(f), 0)) - h.reduce((sum, f, o) => sum + f * y[o]!, 0);
  }
  return total / rows;
}

const still = { eta: 1, momentum: 0, limit: 1e9 };

describe.each([networkKernels(), referenceNetworkKernels])("$name", (kernels) => {
  it("multiplies matrices of any shape, each entry within the rounding of its sum", () => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [3, 9, 2],
      [17, 5, 300],
      [70, 33, 520],
      [8, 8, 0],
    ] as const) {
      const [A, B] = [numbers(m * k, 1), numbers(n * k, 2)];
      const turned = Float32Array.from({ length: m * k }, (_, at) => A[(at % m) * k + Math.floor(at / m)]!);
      if (k === 0) continue;
      const C = kernels.product(A, B, k);
      expect(kernels.product(turned, B, k, true)).toEqual(C);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let [sum, size] = [0, 0];
          for (let p = 0; p < k; p++) {
            const term = A[i * k + p]! * B[p * n + j]!;
            sum += term;
            size += Math.abs(term);
          }
          expect(Math.abs(C[i * n + j]! - sum)).toBeLessThanOrEqual((k + 1) * 2 ** -24 * size);
        }
    }
  });

  it("descends the gradient that finite differences give, in every layer and for both losses", () => {
    for (const shape of SHAPES)
      for (const loss of ["squared", "entropy"] as const) {
        const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
        const rows = 5;
        const [X, Y] = [spread(rows * inputs, 1), targetsOf(outputs, rows, loss)];
        const weights = spread(weightsOf(shape), 3);
        const origin = numbers(rows * outputs, 14);
        const after = weights.slice();
        expect(kernels.train(shape, after, undefined, X, Y, origin, { ...still, loss, batch: rows })).toBe(1);
        const exact = Float64Array.from(weights);
        weights.forEach((w, at) => {
          const h = 1e-6;
          const moved = (by: number) => {
            const copy = exact.slice();
            copy[at]! += by;
            return lossOf(shape, copy, X, Y, origin, loss);
          };
          const slope = (moved(h) - moved(-h)) / (2 * h);
          expect(Math.abs(w - after[at]! - slope), `${shape.sizes}, ${loss}, weight ${at}`).toBeLessThan(
            3e-6 * (1 + Math.abs(w)),
          );
        });
      }
  });

  it("gives momentum its recursion: V ← μV + g, W ← W − ηV", () => {
    const shape = SHAPES[2]!;
    const rows = 6;
    const [X, Y] = [spread(rows * 13, 2), targetsOf(4, rows, "squared")];
    const [W0, V0] = [spread(weightsOf(shape), 4), numbers(weightsOf(shape), 6)];
    const gradient = W0.slice();
    kernels.train(shape, gradient, undefined, X, Y, undefined, { ...still, loss: "squared", batch: rows });
    const [W, V] = [W0.slice(), V0.slice()];
    const options = { loss: "squared", eta: 0.1, momentum: 0.9, batch: rows, limit: 1e9 } as const;
    kernels.train(shape, W, V, X, Y, undefined, options);
    W.forEach((w, at) => {
      const v = 0.9 * V0[at]! + (W0[at]! - gradient[at]!);
      expect(Math.abs(V[at]! - v)).toBeLessThan(2e-6);
      expect(Math.abs(w - (W0[at]! - 0.1 * v))).toBeLessThan(1e-6);
    });
  });

  it("takes its steps in pieces as it takes them at once", () => {
    const shape = SHAPES[1]!;
    const batch = 3;
    const [X, Y] = [spread(7 * batch * 8, 7), targetsOf(3, 7 * batch, "entropy")];
    const options = { loss: "entropy", eta: 0.3, momentum: 0.5, batch, limit: 1e9 } as const;
    const [whole, parts] = [0, 0].map(() => [spread(weightsOf(shape), 8), new Float32Array(weightsOf(shape))] as const);
    expect(kernels.train(shape, ...whole!, X, Y, undefined, options)).toBe(7);
    for (const [from, to] of [
      [0, 2],
      [2, 3],
      [3, 7],
    ] as const)
      kernels.train(
        shape,
        ...parts!,
        X.subarray(from * batch * 8, to * batch * 8),
        Y.subarray(from * batch * 3, to * batch * 3),
        undefined,
        options,
      );
    expect(parts).toEqual(whole);
  });

  it("stops where f passes the limit or is no number", () => {
    const shape = SHAPES[0]!;
    const [X, Y] = [spread(200 * 5, 9), numbers(200, 10)];
    const options = { loss: "squared", eta: 50, momentum: 0, batch: 1, limit: 1e6 } as const;
    const done = kernels.train(shape, spread(weightsOf(shape), 11), undefined, X, Y, undefined, options);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(200);
    X[0] = Number.NaN;
    expect(kernels.train(shape, spread(weightsOf(shape), 11), undefined, X, Y, undefined, options)).toBe(0);
  });
});

it("both take the same steps, bit for bit", () => {
  const kernels = networkKernels();
  for (const shape of SHAPES)
    for (const batch of [1, 3, 4, 9]) {
      const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
      const steps = 6;
      const [X, Y] = [spread(steps * batch * inputs, 1), targetsOf(outputs, steps * batch, "squared")];
      const options = { loss: "squared", eta: 0.05, momentum: 0.8, batch, limit: 1e9 } as const;
      const run = (on: typeof kernels) => {
        const [W, V] = [spread(weightsOf(shape), 2), new Float32Array(weightsOf(shape))];
        const done = on.train(shape, W, V, X, Y, numbers(Y.length, 15), options);
        return [done, W, V, on.outputs(shape, W, X)];
      };
      expect(run(kernels)).toEqual(run(referenceNetworkKernels));
    }
});

it("NumPy takes the same steps, in f64", ({ skip }) => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
  } catch {
    console.log("not compared with NumPy: python3-numpy is not here");
    skip();
  }
  const kernels = networkKernels();
  const jobs = SHAPES.flatMap((shape) =>
    (["squared", "entropy"] as const).map((loss) => {
      const [inputs, outputs, batch] = [shape.sizes[0]!, shape.sizes.at(-1)!, 5];
      const [X, Y] = [spread(8 * batch * inputs, 12), targetsOf(outputs, 8 * batch, loss)];
      const options = { loss, eta: 0.1, momentum: 0.8, batch, limit: 1e9 };
      return { shape, options, X, Y, W: spread(weightsOf(shape), 13) };
    }),
  );
  const list = (values: Float32Array) => [...values];
  const input = JSON.stringify(
    jobs.map(({ shape, options, X, Y, W }) => ({ ...options, ...shape, weights: list(W), X: list(X), Y: list(Y) })),
  );
  const told = execFileSync("python3", [join(import.meta.dirname, "step.py")], { input });
  const theirs = JSON.parse(String(told)) as { weights: number[]; outputs: number[] }[];
  const largest = (a: ArrayLike<number>, b: readonly number[]) =>
    b.reduce((most, x, i) => Math.max(most, Math.abs(x - a[i]!)), 0);
  jobs.forEach(({ shape, options, X, Y, W }, i) => {
    expect(kernels.train(shape, W, new Float32Array(W.length), X, Y, undefined, options)).toBe(8);
    expect(largest(W, theirs[i]!.weights)).toBeLessThan(1e-5);
    expect(largest(kernels.outputs(shape, W, X), theirs[i]!.outputs)).toBeLessThan(3e-5);
  });
});
