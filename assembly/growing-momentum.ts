// Growing time steps of the momentum recursion: Radau IIA (3 stages, order 5) on its generator (docs/theory.md, eqs. 9.8, 9.9).
// With u = (R, C, Y), u ← u + Wu + bP̂ over one step,
//
//   du/dt = (W − W²/2 + W³/3) u + (1 − W/2 + W²/3) b P̂ − (1/2 − W/3) b P̂′.
//
// The three stages of a node are a 9 × 9 system with seven right-hand sides (the state; P̂ and −P̂′ at each stage), and the
// nodes meet in three equations for the losses, as in growing-steps.ts.

import { a11, a12, a13, a21, a22, a23, a31, a32, a33, b1, b2, b3, stageLosses } from "./radau";

/** A⁻¹ and its row sums, to be indexed. */
const INVERSE: usize = memory.data<f64>([a11, a12, a13, a21, a22, a23, a31, a32, a33]);
const ROWS: usize = memory.data<f64>([b1, b2, b3]);
/** Right-hand sides that are eliminated together. */
const COLUMNS: i32 = 7;

/** C ← A B, 3 × 3. */
// @ts-ignore: decorator
@inline
function multiply(A: usize, B: usize, C: usize): void {
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      let sum: f64 = 0;
      for (let k = 0; k < 3; k++) sum += load<f64>(A + ((3 * i + k) << 3)) * load<f64>(B + ((3 * k + j) << 3));
      store<f64>(C + ((3 * i + j) << 3), sum);
    }
}

/** One step of a node as u ← u + Wu + bP̂. */
// @ts-ignore: decorator
@inline
function oneStep(lambda: f64, s: f64, g1: f64, g2: f64, g3: f64, a: f64, B: f64, W: usize, b: usize): void {
  const G = g2 + g1 * g3,
    M = B * lambda,
    own = B * (B + 1) * lambda * lambda,
    Bs = B * s;
  store<f64>(W, -2 * G * M + G * G * own);
  store<f64>(W, -2 * g3 * a + 2 * G * g3 * a * M, 8);
  store<f64>(W, g3 * g3 * a * a, 16);
  store<f64>(W, g1 * M - G * g1 * own, 24);
  store<f64>(W, a - 1 - G * a * M - g3 * a * g1 * M, 32);
  store<f64>(W, -g3 * a * a, 40);
  store<f64>(W, g1 * g1 * own, 48);
  store<f64>(W, 2 * a * g1 * M, 56);
  store<f64>(W, a * a - 1, 64);
  store<f64>(b, G * G * Bs);
  store<f64>(b, -G * g1 * Bs, 8);
  store<f64>(b, g1 * g1 * Bs, 16);
}

/** A X = B by Gaussian elimination with partial pivoting, A 9 × 9, B 9 × 7; B becomes X. */
function solve(A: usize, B: usize): void {
  for (let k = 0; k < 9; k++) {
    let pivot = k;
    for (let i = k + 1; i < 9; i++)
      if (Math.abs(load<f64>(A + ((i * 9 + k) << 3))) > Math.abs(load<f64>(A + ((pivot * 9 + k) << 3)))) pivot = i;
    if (pivot != k) {
      for (let j = k; j < 9; j++) swap(A + ((k * 9 + j) << 3), A + ((pivot * 9 + j) << 3));
      for (let j = 0; j < COLUMNS; j++) swap(B + ((k * COLUMNS + j) << 3), B + ((pivot * COLUMNS + j) << 3));
    }
    const rowA = A + ((k * 9) << 3),
      rowB = B + ((k * COLUMNS) << 3);
    const inverse = 1 / load<f64>(rowA + (k << 3));
    for (let i = k + 1; i < 9; i++) {
      const thisA = A + ((i * 9) << 3),
        thisB = B + ((i * COLUMNS) << 3);
      const factor = load<f64>(thisA + (k << 3)) * inverse;
      if (factor == 0) continue;
      for (let j: usize = (k + 1) << 3; j < 72; j += 8)
        store<f64>(thisA + j, load<f64>(thisA + j) - factor * load<f64>(rowA + j));
      for (let j: usize = 0; j < (<usize>COLUMNS) << 3; j += 8)
        store<f64>(thisB + j, load<f64>(thisB + j) - factor * load<f64>(rowB + j));
    }
  }
  for (let k = 8; k >= 0; k--) {
    const inverse = 1 / load<f64>(A + ((k * 10) << 3));
    for (let j = 0; j < COLUMNS; j++) {
      let x = load<f64>(B + ((k * COLUMNS + j) << 3));
      for (let i = k + 1; i < 9; i++) x -= load<f64>(A + ((k * 9 + i) << 3)) * load<f64>(B + ((i * COLUMNS + j) << 3));
      store<f64>(B + ((k * COLUMNS + j) << 3), x * inverse);
    }
  }
}

// @ts-ignore: decorator
@inline
function swap(p: usize, q: usize): void {
  const x = load<f64>(p);
  store<f64>(p, load<f64>(q));
  store<f64>(q, x);
}

/** f64 of scratch that growMomentum takes. */
export function growMomentumScratch(n: i32): i32 {
  return 21 * n + 256;
}

/**
 * `steps` steps, each with three stages of T, γ1, γ2, γ3, Δ and B; out: P after each. The state is left at the end of the last.
 * scratch: 21n + 256 f64.
 */
export function growMomentum(
  n: i32,
  lambda: usize,
  s: usize,
  rest: f64,
  R: usize,
  C: usize,
  Y: usize,
  steps: i32,
  time: usize,
  gamma1: usize,
  gamma2: usize,
  gamma3: usize,
  delta: usize,
  batch: usize,
  noise: f64,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3;
  const W = scratch,
    W2 = W + 72,
    W3 = W2 + 72,
    b = W3 + 72,
    matrix = b + 24,
    columns = matrix + 648,
    sums = columns + 504,
    stages = sums + 168,
    last = scratch + 2048;
  let loss = rest;
  for (let i: usize = 0; i < bytes; i += 8) loss += load<f64>(R + i);
  for (let t: usize = 0, end = <usize>steps * 24; t < end; t += 24) {
    memory.fill(sums, 0, 168);
    for (let i: usize = 0; i < bytes; i += 8) {
      memory.fill(matrix, 0, 648);
      memory.fill(columns, 0, 504);
      for (let q = 0; q < 3; q++) {
        const at = t + (q << 3);
        const T = load<f64>(time + at);
        oneStep(
          load<f64>(lambda + i),
          load<f64>(s + i),
          load<f64>(gamma1 + at),
          load<f64>(gamma2 + at),
          load<f64>(gamma3 + at),
          1 - load<f64>(delta + at),
          load<f64>(batch + at),
          W,
          b,
        );
        multiply(W, W, W2);
        multiply(W2, W, W3);
        for (let row = 0; row < 3; row++) {
          const place = matrix + (((3 * q + row) * 9) << 3);
          for (let p = 0; p < 3; p++) store<f64>(place + ((3 * p + row) << 3), load<f64>(INVERSE + ((3 * q + p) << 3)));
          let Wb: f64 = 0,
            W2b: f64 = 0;
          for (let j = 0; j < 3; j++) {
            const entry = (3 * row + j) << 3;
            const l = load<f64>(W + entry) - 0.5 * load<f64>(W2 + entry) + load<f64>(W3 + entry) / 3;
            const target = place + ((3 * q + j) << 3);
            store<f64>(target, load<f64>(target) - T * l);
            Wb += load<f64>(W + entry) * load<f64>(b + (j << 3));
            W2b += load<f64>(W2 + entry) * load<f64>(b + (j << 3));
          }
          const x = load<f64>(b + (row << 3));
          const right = columns + (((3 * q + row) * COLUMNS) << 3);
          store<f64>(right, load<f64>(ROWS + (q << 3)) * load<f64>((row == 0 ? R : row == 1 ? C : Y) + i));
          store<f64>(right + ((1 + q) << 3), T * (x - 0.5 * Wb + W2b / 3));
          store<f64>(right + ((4 + q) << 3), T * (0.5 * x - Wb / 3));
        }
      }
      solve(matrix, columns);
      for (let q = 0; q < 3; q++)
        for (let j = 0; j < COLUMNS; j++) {
          const sum = sums + ((q * COLUMNS + j) << 3);
          store<f64>(sum, load<f64>(sum) + load<f64>(columns + ((3 * q * COLUMNS + j) << 3)));
        }
      memory.copy(last + 21 * i, columns + ((6 * COLUMNS) << 3), 168);
    }
    stageLosses(sums, time + t, rest, noise, loss, stages);
    const p1 = load<f64>(stages),
      p2 = load<f64>(stages, 8),
      p3 = load<f64>(stages, 16),
      s1 = load<f64>(stages, 24),
      s2 = load<f64>(stages, 32),
      s3 = load<f64>(stages, 40);
    for (let i: usize = 0; i < bytes; i += 8)
      for (let row = 0; row < 3; row++) {
        const at = last + 21 * i + ((row * COLUMNS) << 3);
        store<f64>(
          (row == 0 ? R : row == 1 ? C : Y) + i,
          load<f64>(at) +
            (p1 + noise) * load<f64>(at, 8) +
            (p2 + noise) * load<f64>(at, 16) +
            (p3 + noise) * load<f64>(at, 24) -
            s1 * load<f64>(at, 32) -
            s2 * load<f64>(at, 40) -
            s3 * load<f64>(at, 48),
        );
      }
    loss = p3;
    store<f64>(out + t / 3, loss);
  }
}
