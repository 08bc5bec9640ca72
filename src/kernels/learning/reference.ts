// The same in plain TypeScript, by the definitions: sums over k, eigenvectors in full, Gaussian elimination.

import { solveDense } from "../../math/dense.ts";
import { symmetricEigen } from "../../math/eigen.ts";
import { type LearningKernels, notDefinite } from "./kernels.ts";

/** The kernels of measuring in plain TypeScript: oracle of the core’s, and what runs without it. */
export const referenceLearningKernels: LearningKernels = {
  name: "reference",

  crossProduct(A, k, B = A) {
    const [m, n] = [A.length / k, B.length / k];
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let c = 0; c < k; c++) sum += A[i * k + c]! * B[j * k + c]!;
        out[i * n + j] = sum;
      }
    return out;
  },

  ridgePath(K, targets, ridges) {
    const n = Math.round(Math.sqrt(K.length));
    const { values, rows } = symmetricEigen(
      Array.from({ length: n }, (_, i) =>
        Float64Array.from({ length: n }, (_, j) => K[Math.max(i, j) * n + Math.min(i, j)]!),
      ),
    );
    const projected = targets.map((y) =>
      Float64Array.from({ length: n }, (_, j) => rows.reduce((sum, row, i) => sum + row[j]! * y[i]!, 0)),
    );
    const each = (f: (row: Float64Array) => number) => Float64Array.from(rows, f);
    return {
      eigenvalues: values,
      weights: projected.map((b) => b.map((x) => x * x)),
      inverse: Array.from(ridges, (delta) =>
        each((row) => row.reduce((sum, u, j) => sum + (u * u) / (values[j]! + delta), 0)),
      ),
      solutions: projected.map((b) =>
        Array.from(ridges, (delta) =>
          each((row) => row.reduce((sum, u, j) => sum + (u * b[j]!) / (values[j]! + delta), 0)),
        ),
      ),
      failed: 0,
    };
  },

  regress(K, targets, ridge) {
    const n = Math.round(Math.sqrt(K.length));
    const A = Float64Array.from(K, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return K[Math.max(i, j) * n + Math.min(i, j)]! + (i === j ? ridge : 0);
    });
    const lowest = symmetricEigen(Array.from({ length: n }, (_, i) => A.slice(i * n, (i + 1) * n))).values;
    if (!lowest.every((value) => value > 0)) notDefinite(n - 1, ridge);
    return targets.map((y) => {
      const x = y.slice();
      solveDense(A.slice(), x, n, 1);
      return x;
    });
  },
};
