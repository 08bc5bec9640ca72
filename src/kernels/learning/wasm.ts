// Marshals assembly/learning.ts.

import { type Arena, Core, compiled, once, padded } from "../wasm/core.ts";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import { type LearningKernels, notDefinite } from "./kernels.ts";

const learningModule = /* @__PURE__ */ once(() => compiled(bytes, size));

/** Kernels on an instance of their own, whose memory goes with them. */
export function learningKernels(module: BufferSource | WebAssembly.Module = learningModule()): LearningKernels {
  return kernelsOn(new Core<Exports>(module));
}

export function kernelsOn(core: Core<Exports>): LearningKernels {
  /** A matrix of n rows in room for N × N, zero beyond. */
  const putSquare = (arena: Arena, K: Float64Array, n: number, N: number): number => {
    const pointer = arena.space(N * N);
    const view = arena.view(pointer, N * N);
    view.fill(0);
    for (let i = 0; i < n; i++) view.set(K.subarray(i * n, (i + 1) * n), i * N);
    return pointer;
  };
  return {
    name: "wasm",

    crossProduct(A, k, B) {
      const arena = core.arena();
      const [m, n] = [A.length / k, (B ?? A).length / k];
      const [M, N] = [padded(m), padded(n)];
      const put = (rows: Float64Array, count: number): number => {
        const strips = arena.space(count * k);
        core.run.strips(count, k, arena.put(rows, count * k), strips);
        return strips;
      };
      const a = put(A, M);
      const b = B ? put(B, N) : a;
      const C = arena.space(M * N);
      core.run.crossProduct(M, N, k, a, b, C, !B);
      const view = arena.view(C, M * N);
      const out = new Float64Array(m * n);
      for (let i = 0; i < m; i++) out.set(view.subarray(i * N, i * N + n), i * n);
      if (!B) for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j]!;
      return out;
    },

    ridgePath(K, targets, ridges) {
      const arena = core.arena();
      const n = Math.round(Math.sqrt(K.length));
      const N = padded(n, 16);
      const [R, T] = [padded(ridges.length, 2), targets.length];
      const G = putSquare(arena, K, n, N);
      const first = arena.put(Float64Array.of(1), N);
      const [diagonal, below, taus] = [arena.space(N), arena.space(N), arena.space(N)];
      const before = arena.space(core.run.tridiagonalizeScratch(N));
      core.run.tridiagonalize(n, N, G, first, diagonal, below, before, taus);
      const Q = arena.space(N * N);
      core.run.basis(n, N, G, taus, Q, arena.space(core.run.basisScratch(N)));

      // Qᵀy
      const projections = arena.space(N * Math.max(1, T));
      const columns = arena.view(Q, N * N);
      for (const [t, y] of targets.entries()) {
        const out = arena.view(projections + 8 * N * t, N);
        for (let j = 0; j < N; j++) {
          const at = (j >> 2) * 4 * N + (j & 3);
          let sum = 0;
          for (let i = 0; i < n; i++) sum += columns[at + 4 * i]! * y[i]!;
          out[j] = sum;
        }
      }
      const shifts = arena.put(ridges, R, ridges.at(-1) ?? 1);
      const inverse = arena.space(R * N);
      const solutions = arena.space(Math.max(1, R * N * T));
      const table = arena.space(core.run.ridgePathScratch(N, T));
      const shape = [diagonal, below, Q, R, shifts, T, projections] as const;
      core.run.ridgePath(n, N, ...shape, inverse, solutions, table);

      const rows = (from: number, count: number) =>
        Array.from({ length: count }, (_, r) => arena.take(from + 8 * N * r, n));
      const path = {
        inverse: rows(inverse, ridges.length),
        solutions: targets.map((_, t) => rows(solutions + 8 * N * R * t, ridges.length)),
      };
      const [d, e] = [arena.take(diagonal, n), arena.take(below, n)];
      let failed = 0;
      let eigenvalues: Float64Array = new Float64Array(n);
      const projected = targets.map((_, t) => arena.take(projections + 8 * N * t, n));
      const weights = [...(T > 0 ? projected : [new Float64Array(n)])].map((z) => {
        const again = core.arena();
        // rationalQL takes what is beside the diagonal as positive
        const turned = z.slice();
        for (let j = 1, sign = 1; j < n; j++) {
          if (e[j - 1]! < 0) sign = -sign;
          turned[j]! *= sign;
        }
        const [value, off, row] = [again.put(d), again.put(e), again.put(turned)];
        failed = core.run.rationalQL(n, value, off, row);
        eigenvalues = again.take(value, n);
        return again.take(row, n).map((s) => s * s);
      });
      return { eigenvalues, weights: weights.slice(0, T), failed, ...path };
    },

    regress(K, targets, ridge) {
      const arena = core.arena();
      const n = Math.round(Math.sqrt(K.length));
      const N = padded(n);
      const G = putSquare(arena, K, n, N);
      const matrix = arena.view(G, N * N);
      for (let i = 0; i < N; i++) matrix[i * N + i]! += i < n ? ridge : 1;
      const L = arena.space(N * N);
      const bad = core.run.cholesky(N, G, L, arena.space(16));
      if (bad > 0) notDefinite(bad - 1, ridge);
      return targets.map((y) => {
        const b = arena.put(y, N);
        core.run.choleskySolve(N, L, b);
        return arena.take(b, n);
      });
    },
  };
}
