// The kernels for real data on both backends: against identities of linear algebra, each other and themselves under guard.
import { describe, expect, it } from "vitest";
import { referenceLearningKernels } from "../../src/kernels/learning/reference.ts";
import { learningKernels } from "../../src/kernels/learning/wasm.ts";

const SIZES = [1, 2, 3, 4, 5, 15, 16, 17, 33, 50, 70];

const numbers = (n: number, seed: number) =>
  Float64Array.from({ length: n }, (_, i) => (Math.imul(i + 7 * seed + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5);

/** A positive definite matrix of n rows. */
function definite(n: number): Float64Array {
  const A = numbers(n * (n + 3), n);
  const K = referenceLearningKernels.crossProduct(A, n + 3);
  for (let i = 0; i < n; i++) K[i * n + i]! += 0.01;
  return K;
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) => {
  expect(found.length).toBe(expected.length);
  const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
  for (let i = 0; i < found.length; i++)
    expect(Math.abs(found[i]! - expected[i]!) / scale, `entry ${i}`).toBeLessThan(tolerance);
};

describe.each([learningKernels(), referenceLearningKernels])("$name", (kernels) => {
  it("multiplies matrices of any shape", () => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [3, 5, 2],
      [17, 9, 300],
      [70, 33, 520],
    ] as const) {
      const [A, B] = [numbers(m * k, 1), numbers(n * k, 2)];
      const C = kernels.crossProduct(A, k, B);
      const own = kernels.crossProduct(A, k);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let c = 0; c < k; c++) sum += A[i * k + c]! * B[j * k + c]!;
          expect(C[i * n + j]).toBeCloseTo(sum, 11);
        }
        for (let j = 0; j < m; j++) {
          let sum = 0;
          for (let c = 0; c < k; c++) sum += A[i * k + c]! * A[j * k + c]!;
          expect(own[i * m + j]).toBeCloseTo(sum, 11);
        }
      }
    }
  });

  it("solves kernel regression: (K + δ) x = y", () => {
    for (const n of SIZES) {
      const K = definite(n);
      const targets = [numbers(n, 3), numbers(n, 4)];
      for (const [t, x] of kernels.regress(K, targets, 0.05).entries())
        for (let i = 0; i < n; i++) {
          let sum = 0.05 * x[i]!;
          for (let j = 0; j < n; j++) sum += K[i * n + j]! * x[j]!;
          expect(sum).toBeCloseTo(targets[t]![i]!, 10);
        }
    }
  });

  it("refuses a kernel that is not positive definite", () => {
    const K = definite(20);
    K[5 * 20 + 5] = -10;
    expect(() => kernels.regress(K, [numbers(20, 1)], 1e-3)).toThrow(/not positive definite.*larger ridge/);
  });

  it("finds at each ridge what regression finds, the diagonal of the inverse, eigenvalues and weights", () => {
    for (const n of SIZES) {
      const K = definite(n);
      const targets = [numbers(n, 3), numbers(n, 4), numbers(n, 5)];
      const ridges = Float64Array.of(1e-3, 0.1, 2);
      const { eigenvalues, weights, inverse, solutions, failed } = kernels.ridgePath(K, targets, ridges);
      expect(failed).toBe(0);
      const trace = eigenvalues.reduce((sum, x) => sum + x, 0);
      let [expected, squares] = [0, 0];
      for (let i = 0; i < n; i++) expected += K[i * n + i]!;
      for (const x of K) squares += x * x;
      expect(trace).toBeCloseTo(expected, 10);
      expect(eigenvalues.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(squares, 9);
      for (const [r, delta] of ridges.entries()) {
        const unit = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
        const columns = referenceLearningKernels.regress(K, [...targets, ...unit], delta);
        targets.forEach((y, t) => {
          close(solutions[t]![r]!, columns[t]!, 1e-9);
          // yᵀ(K + δ)⁻¹y by eigenvalues and weights
          const form = weights[t]!.reduce((sum, w, i) => sum + w / (eigenvalues[i]! + delta), 0);
          expect(form).toBeCloseTo(
            y.reduce((sum, yi, i) => sum + yi * columns[t]![i]!, 0),
            9,
          );
        });
        close(
          inverse[r]!,
          unit.map((_, i) => columns[targets.length + i]![i]!),
          1e-9,
        );
      }
    }
  });
});
