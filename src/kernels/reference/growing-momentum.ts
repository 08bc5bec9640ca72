// Radau IIA steps of the momentum recursion's generator (docs/theory.md, eqs. 9.8, 9.9) in plain TypeScript: the oracle for
// assembly/growing-momentum.ts. With u = (R, C, Y), u ← u + Wu + bP̂ over a step,
//
//   du/dt = (W − W²/2 + W³/3) u + (1 − W/2 + W²/3) b P̂ − (1/2 − W/3) b P̂′
//
// has the recursion's fixed points and follows P̂ linear in t; slow modes are right to third order in W.

import { solveDense } from "../../math/dense.ts";
import { INVERSE, ROWS } from "../../math/radau.ts";
import type { MomentumKernels } from "../momentum.ts";
import { stageLosses } from "./growing-steps.ts";

/** Columns: the state, P̂ and −P̂′ at each stage. */
const COLUMNS = 7;

export const growMomentum: MomentumKernels["growMomentum"] = ({ z, source, rest }, { R, C, Y }, stages) => {
  const { noise, time } = stages;
  const n = R.length;
  const count = time.length / 3;
  const losses = new Float64Array(count);
  const matrix = new Float64Array(81);
  const columns = new Float64Array(9 * COLUMNS);
  let loss = R.reduce((sum, r) => sum + r, rest);
  for (let step = 0; step < count; step++) {
    const T = [0, 1, 2].map((q) => time[3 * step + q]!);
    const V = [0, 0, 0];
    const X = new Array<number>(9).fill(0);
    const Z = new Array<number>(9).fill(0);
    const last = new Float64Array(n * 3 * COLUMNS);
    for (let i = 0; i < n; i++) {
      columns.fill(0);
      const state = [R[i]!, C[i]!, Y[i]!];
      for (let q = 0; q < 3; q++) {
        const at = 3 * step + q;
        const { W, b } = step1(
          z.re[i]!,
          source.re[i]!,
          stages.gamma1[at]!,
          stages.gamma2[at]!,
          stages.gamma3[at]!,
          1 - stages.delta[at]!,
          stages.batch[at]!,
        );
        const W2 = product(W, W);
        const W3 = product(W2, W);
        for (let p = 0; p < 3; p++)
          for (let j = 0; j < 9; j++) {
            const [row, column] = [Math.floor(j / 3), j % 3];
            matrix[(3 * q + row) * 9 + 3 * p + column] =
              (row === column ? INVERSE[3 * q + p]! : 0) - (p === q ? T[q]! * (W[j]! - W2[j]! / 2 + W3[j]! / 3) : 0);
          }
        const [Wb, W2b] = [apply(W, b), apply(W2, b)];
        for (let row = 0; row < 3; row++) {
          const place = (3 * q + row) * COLUMNS;
          columns[place] = ROWS[q]! * state[row]!;
          columns[place + 1 + q] = T[q]! * (b[row]! - Wb[row]! / 2 + W2b[row]! / 3);
          columns[place + 4 + q] = T[q]! * (b[row]! / 2 - Wb[row]! / 3);
        }
      }
      solveDense(matrix, columns, 9, COLUMNS);
      for (let q = 0; q < 3; q++) {
        V[q]! += columns[3 * q * COLUMNS]!;
        for (let p = 0; p < 3; p++) {
          X[3 * q + p]! += columns[3 * q * COLUMNS + 1 + p]!;
          Z[3 * q + p]! += columns[3 * q * COLUMNS + 4 + p]!;
        }
      }
      last.set(columns.subarray(6 * COLUMNS), i * 3 * COLUMNS);
    }
    const { P, slope } = stageLosses(V, X, Z, T, rest, noise, loss);
    const end = (i: number, row: number) => {
      const place = (3 * i + row) * COLUMNS;
      return [0, 1, 2].reduce(
        (sum, p) => sum + (P[p]! + noise) * last[place + 1 + p]! - slope[p]! * last[place + 4 + p]!,
        last[place]!,
      );
    };
    for (let i = 0; i < n; i++) [R[i], C[i], Y[i]] = [end(i, 0), end(i, 1), end(i, 2)];
    loss = P[2]!;
    losses[step] = loss;
  }
  return losses;
};

/** One step as u ← u + Wu + bP̂, u = (R, C, Y). */
function step1(lambda: number, source: number, g1: number, g2: number, g3: number, a: number, B: number) {
  const G = g2 + g1 * g3;
  const M = B * lambda;
  const own = B * (B + 1) * lambda * lambda;
  // one row of factors for each of Q's three places
  const W = [
    -2 * G * M + G * G * own,
    -2 * g3 * a + 2 * G * g3 * a * M,
    g3 * g3 * a * a,
    g1 * M - G * g1 * own,
    a - 1 - G * a * M - g3 * a * g1 * M,
    -g3 * a * a,
    g1 * g1 * own,
    2 * a * g1 * M,
    a * a - 1,
  ];
  const Bs = B * source;
  return { W, b: [G * G * Bs, -G * g1 * Bs, g1 * g1 * Bs] };
}

const product = (A: number[], B: number[]): number[] =>
  A.map((_, k) => [0, 1, 2].reduce((sum, j) => sum + A[3 * Math.floor(k / 3) + j]! * B[3 * j + (k % 3)]!, 0));

const apply = (A: number[], x: number[]): number[] =>
  [0, 1, 2].map((i) => A[3 * i]! * x[0]! + A[3 * i + 1]! * x[1]! + A[3 * i + 2]! * x[2]!);
