// Gram matrices, eigenvalues with weights, and SGD steps: against closed forms, matrix identities and each other.
import { expect, it } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import { type Gram, padded, type Roots } from "../../src/kernels/simulation.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { onEachBackend } from "../backends.ts";

const wasm = wasmKernels();

/** A symmetric matrix and a vector as the kernels want them. */
function gramOf(matrix: number[][], overlap: number[]): Gram {
  const d = overlap.length;
  const n = padded(d);
  const out = { matrix: new Float64Array(n * n), overlap: new Float64Array(n), d };
  matrix.forEach((row, i) => {
    out.matrix.set(row, i * n);
  });
  out.overlap.set(overlap);
  return out;
}

const rootsOf = (v: number, alpha: number, beta: number): Roots => ({
  root: wasm.indexPowers(v, -alpha),
  target: wasm.indexPowers(v, -alpha - beta),
});

const sorted = (gram: Gram, kernels = wasm) => {
  const { eigenvalues, weights, failed } = kernels.measure(kernels.tridiagonalize(gram));
  expect(failed).toBe(0);
  const order = Array.from(eigenvalues.keys()).sort((i, j) => eigenvalues[j]! - eigenvalues[i]!);
  return { eigenvalues: order.map((i) => eigenvalues[i]!), weights: order.map((i) => weights[i]!) };
};

onEachBackend((kernels) => {
  it("finds the eigenvalues and weights of the path's Laplacian", () => {
    // 2 − 2 cos(kπ/(n+1)), eigenvectors √(2/(n+1)) sin(jkπ/(n+1)); h = 3 e₂
    for (const d of [1, 2, 3, 15, 16, 17, 33, 70]) {
      const rows = Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
      );
      const at = Math.min(1, d - 1);
      const h = rows.map((_, i) => (i === at ? 3 : 0));
      const { eigenvalues, weights } = sorted(gramOf(rows, h), kernels);
      for (let k = 1; k <= d; k++) {
        const angle = ((d + 1 - k) * Math.PI) / (d + 1);
        expect(eigenvalues[k - 1]).toBeCloseTo(2 - 2 * Math.cos(angle), 13);
        expect(weights[k - 1]).toBeCloseTo((9 * 2 * Math.sin(angle * (at + 1)) ** 2) / (d + 1), 12);
      }
    }
  });

  it("keeps trace, energy and the moments hᵀGᵏh", () => {
    for (const [d, v] of [
      [5, 7],
      [40, 160],
      [100, 130],
    ] as const) {
      const gram = kernels.gram(rootsOf(v, 0.7, 0.4), { seed: 3, draw: 2, d });
      const n = padded(d);
      const G = (i: number, j: number) => gram.matrix[Math.max(i, j) * n + Math.min(i, j)]!;
      const h = gram.overlap;
      const { eigenvalues, weights } = sorted(gram, kernels);
      const sum = (f: (i: number) => number) => Array.from({ length: d }, (_, i) => f(i)).reduce((a, b) => a + b, 0);
      expect(sum((i) => eigenvalues[i]!)).toBeCloseTo(
        sum((i) => G(i, i)),
        12,
      );
      expect(sum((i) => eigenvalues[i]! ** 2)).toBeCloseTo(
        sum((i) => sum((j) => G(i, j) ** 2)),
        12,
      );
      expect(sum((i) => weights[i]!)).toBeCloseTo(
        sum((i) => h[i]! ** 2),
        12,
      );
      expect(sum((i) => weights[i]! * eigenvalues[i]!)).toBeCloseTo(
        sum((i) => sum((j) => h[i]! * h[j]! * G(i, j))),
        12,
      );
    }
  });

  it("sums WᵀDW and WᵀDb over the rows of the same W", () => {
    const [d, v] = [21, 300];
    const { root, target } = rootsOf(v, 0.6, 0.5);
    const gram = kernels.gram({ root, target }, { seed: 11, draw: 5, d });
    const strips = kernels.embedding(v, { seed: 11, draw: 5, d });
    const n = padded(d);
    const w = (j: number, i: number) => strips[((i >> 2) * v + j) * 4 + (i & 3)]!;
    for (let i = 0; i < n; i++) {
      let h = 0;
      for (let j = 0; j < v; j++) h += root[j]! * target[j]! * w(j, i);
      expect(gram.overlap[i]).toBeCloseTo(h, 13);
      for (let k = 0; k <= i; k++) {
        let g = 0;
        for (let j = 0; j < v; j++) g += root[j]! ** 2 * w(j, i) * w(j, k);
        expect(gram.matrix[i * n + k]).toBeCloseTo(g, 13);
      }
    }
  });

  it("does not depend on where a run is cut", () => {
    const eigenvalues = Float64Array.from({ length: 20 }, (_, i) => (i + 1) ** -1.4);
    const start = [...eigenvalues.map(Math.sqrt), 0.1];
    const common = { seed: 5, batch: 3, gamma: 0.05, limit: 1e9, member: 4, eigenvalues };
    const whole = Float64Array.from(start);
    expect(kernels.spectralSteps(whole, { ...common, first: 0, count: 50 })).toBe(50);
    const parts = Float64Array.from(start);
    for (const [first, count] of [
      [0, 1],
      [1, 30],
      [31, 19],
    ] as const)
      kernels.spectralSteps(parts, { ...common, first, count });
    expect(parts).toEqual(whole);
    expect(whole).not.toEqual(Float64Array.from(start));
  });

  it("does not depend on which members run together", () => {
    // more rows than f32 sums at once
    const [v, d, members] = [300, 20, 6];
    const roots = rootsOf(v, 0.7, 0.4);
    const n = padded(d);
    const common = {
      seed: 1,
      first: 0,
      count: 10,
      gamma: 0.05,
      limit: 1e9,
      noise: 0.3,
      apart: 2,
      distribution: "normal",
    } as const;
    for (const [batch, precision] of [
      [1, "f64"],
      [3, "f64"],
      [1, "f32"],
      [3, "f32"],
    ] as const) {
      const strips = kernels.embedding(v, { seed: 1, draw: 0, d }, precision);
      const together = new Float64Array(members * n);
      kernels.denseSteps(together, strips, roots, { ...common, batch, member: 0, members });
      for (let q = 0; q < members; q++) {
        const alone = new Float64Array(n);
        kernels.denseSteps(alone, strips, roots, { ...common, batch, member: 2 * q, members: 1 });
        expect(alone).toEqual(together.subarray(q * n, q * n + n));
      }
    }
  });

  it("stops a member whose error explodes, and only that one", () => {
    const eigenvalues = Float64Array.of(1, 0.5);
    const y = Float64Array.of(1, 1, 0.1);
    const done = kernels.spectralSteps(y, {
      ...{ seed: 1, batch: 1, gamma: 50, limit: 1e9, member: 0, eigenvalues },
      ...{ first: 0, count: 1000 },
    });
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(100);
    const roots = rootsOf(20, 0.7, 0.4);
    const strips = kernels.embedding(20, { seed: 1, draw: 0, d: 5 });
    const theta = new Float64Array(3 * 16).fill(1e6, 16, 21);
    const dense = kernels.denseSteps(theta, strips, roots, {
      ...{ seed: 1, first: 0, count: 20, batch: 1, gamma: 0.1, limit: 1e9, noise: 0, distribution: "normal" },
      ...{ member: 0, members: 3, apart: 1 },
    });
    expect([...dense]).toEqual([20, 0, 20]);
  });
});

it("agrees with the reference on a sampled spectrum, 150 features", () => {
  const roots = rootsOf(600, 0.7, 0.7);
  const embedding = { seed: 9, draw: 1, d: 150 };
  const a = sorted(wasm.gram(roots, embedding));
  const b = sorted(referenceKernels.gram(roots, embedding), referenceKernels);
  for (let i = 0; i < 150; i++) {
    expect(Math.abs(a.eigenvalues[i]! - b.eigenvalues[i]!)).toBeLessThan(1e-14);
    expect(Math.abs(a.weights[i]! - b.weights[i]!)).toBeLessThan(1e-13);
  }
});

it("agrees with the reference step by step", () => {
  const [v, d, members, batch] = [50, 18, 3, 2];
  const roots = rootsOf(v, 0.7, 0.4);
  const strips = wasm.embedding(v, { seed: 1, draw: 0, d });
  const n = padded(d);
  for (const distribution of ["normal", "rademacher", "uniform", { student: 5 }] as const) {
    const gamma = Float64Array.from({ length: 12 }, (_, r) => 0.1 / (1 + r));
    const steps = {
      ...{ seed: 2, first: 7, count: 12, batch, gamma, limit: 1e9, noise: 0.2, distribution },
      ...{ member: 3, members, apart: 5 },
    };
    const [a, b] = [new Float64Array(members * n), new Float64Array(members * n)];
    wasm.denseSteps(a, strips, roots, steps);
    referenceKernels.denseSteps(b, strips, roots, steps);
    a.forEach((x, i) => {
      expect(x).toBeCloseTo(b[i]!, 13);
    });
    const losses = wasm.denseLoss(a, strips, roots, members);
    referenceKernels.denseLoss(b, strips, roots, members).forEach((x, q) => {
      expect(losses[q]).toBeCloseTo(x, 13);
    });
  }
});

onEachBackend((kernels) => {
  it("rounds W to f32, in strips of eight columns", () => {
    const [v, d] = [300, 37];
    const whole = kernels.embedding(v, { seed: 4, draw: 1, d });
    const rounded = kernels.embedding(v, { seed: 4, draw: 1, d }, "f32");
    expect(rounded).toBeInstanceOf(Float32Array);
    expect(rounded).toHaveLength(v * padded(d));
    for (let j = 0; j < v; j++)
      for (let i = 0; i < padded(d); i++)
        expect(rounded[((i >> 3) * v + j) * 8 + (i & 7)]).toBe(Math.fround(whole[((i >> 2) * v + j) * 4 + (i & 3)]!));
  });
});

it.each([1, 4])("in f32 agrees with the reference to f32 rounding, %i members", (members) => {
  // the reference rounds W and x, and sums in f64
  const [v, d, gamma, seed] = [700, 37, 0.1, 2];
  const roots = rootsOf(v, 0.7, 0.4);
  const strips = wasm.embedding(v, { seed: 1, draw: 0, d }, "f32");
  const n = padded(d);
  for (const distribution of ["normal", "rademacher", "uniform", { student: 5 }] as const) {
    const at = { seed, first: 7, count: 1, batch: 1, gamma, limit: 1e9, noise: 0.2, distribution };
    const [a, b] = [wasm, referenceKernels].map((kernels) => {
      const theta = new Float64Array(members * n);
      kernels.denseSteps(theta, strips, roots, { ...at, member: 3, members, apart: 5 });
      return theta;
    }) as [Float64Array, Float64Array];
    // one step from 0 is θ = γ label φ: what rounding does to φ_i is about √rows · 2⁻²⁴ Σ_j |x_j W_ji| with the rows summed at
    // once (Higham and Mary, SIAM J. Sci. Comput. 41, 2019, A2815), of which it takes a small part
    for (let q = 0; q < members; q++) {
      const draw = { seed, stream: "data", member: 3 + 5 * q, step: 7 } as const;
      const x = wasm.random(draw, distribution, v).map((z, j) => Math.fround(z * roots.root[j]!));
      let most = 0;
      for (let i = 0; i < d; i++) {
        let [phi, size] = [0, 0];
        x.forEach((xj, j) => {
          const term = xj * strips[((i >> 3) * v + j) * 8 + (i & 7)]!;
          phi += term;
          size += Math.abs(term);
        });
        const off = Math.abs((a[q * n + i]! / b[q * n + i]! - 1) * phi);
        expect(off).toBeLessThan(16 * 2 ** -24 * size);
        most = Math.max(most, off / size);
      }
      expect(most).toBeGreaterThan(2 ** -28);
      for (let i = d; i < n; i++) expect(a[q * n + i]).toBe(0);
    }
    // the loss is in f64
    const losses = wasm.denseLoss(a, strips, roots, members);
    referenceKernels.denseLoss(a, strips, roots, members).forEach((x, q) => {
      expect(losses[q]! / x - 1).toBeCloseTo(0, 13);
    });
  }
});
