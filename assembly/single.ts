// What dense SGD does in f32 (docs/theory.md, §7.2): nearly all of its work, φ = Wᵀx. W and x are rounded to f32 and multiplied
// and summed there over a panel of rows; the panels are summed in f64. Rounding φ so moves a step's error and gradient by about
// 10⁻⁷ of themselves. What is summed over steps, θ and y, stays in f64, so no update is too small to count.
//
// W waits in strips of eight columns, row after row: 32 bytes a row, like the four columns of block-product.ts.

import { drawRow } from "./gram";
import { add32, BYTES32, load32, mul32, splat32, splat32At, widen } from "./lanes";

/** Rows summed in f32: few enough to round little, enough to hide what adding a panel costs. */
const PANEL: i32 = 256;

/** The strips of W, each row times scale. row: n f64 of room. The rest as in gram.ts. */
export function drawSingleStrips(
  v: i32,
  d: i32,
  n: i32,
  scale: f64,
  k0: i32,
  k1: i32,
  stream: i32,
  draw: i32,
  row: usize,
  strips: usize,
): void {
  const strip = (<usize>v) << 5;
  for (let j = 0; j < v; j++) {
    drawRow(d, n, scale, k0, k1, stream, draw, j, row);
    let to = strips + ((<usize>j) << 5);
    for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 64, to += strip)
      for (let q: usize = 0; q < 8; q++) store<f32>(to + (q << 2), <f32>load<f64>(row + i + (q << 3)));
  }
}

/** Φ = XW for 4 samples, whose x_j lie side by side (f32): 4 rows of n f64, zero on entry. strips: W, v rows. */
export function fourSingleFeatures(v: i32, n: i32, x: usize, strips: usize, phi: usize): void {
  const stride = (<usize>n) << 3,
    panel = (<usize>PANEL) << 5;
  for (const end = phi + stride; phi < end; phi += 64, strips += (<usize>v) << 5)
    for (let column: usize = 0; column < 32; column += 2 * BYTES32) {
      let p = x,
        q = strips + column;
      const c0 = phi + 2 * column,
        c1 = c0 + stride,
        c2 = c1 + stride,
        c3 = c2 + stride;
      for (const last = q + ((<usize>v) << 5); q < last;) {
        let s00 = splat32(0),
          s01 = s00,
          s10 = s00,
          s11 = s00,
          s20 = s00,
          s21 = s00,
          s30 = s00,
          s31 = s00;
        for (const stop = min(q + panel, last); q < stop; p += 16, q += 32) {
          const b0 = load32(q),
            b1 = load32(q + BYTES32);
          let a = splat32At(p);
          s00 = add32(s00, mul32(a, b0));
          s01 = add32(s01, mul32(a, b1));
          a = splat32At(p + 4);
          s10 = add32(s10, mul32(a, b0));
          s11 = add32(s11, mul32(a, b1));
          a = splat32At(p + 8);
          s20 = add32(s20, mul32(a, b0));
          s21 = add32(s21, mul32(a, b1));
          a = splat32At(p + 12);
          s30 = add32(s30, mul32(a, b0));
          s31 = add32(s31, mul32(a, b1));
        }
        widen(c0, s00);
        widen(c0 + 2 * BYTES32, s01);
        widen(c1, s10);
        widen(c1 + 2 * BYTES32, s11);
        widen(c2, s20);
        widen(c2 + 2 * BYTES32, s21);
        widen(c3, s30);
        widen(c3 + 2 * BYTES32, s31);
      }
    }
}

/** φ = Wᵀx for one sample, zero on entry, summed in the order of the four: two strips at a time hide some of the latency. */
export function oneSingleFeatures(v: i32, n: i32, x: usize, strips: usize, phi: usize): void {
  const strip = (<usize>v) << 5,
    panel = (<usize>PANEL) << 5;
  for (const end = phi + ((<usize>n) << 3); phi < end; phi += 128, strips += 2 * strip)
    for (let column: usize = 0; column < 32; column += 2 * BYTES32) {
      let p = x,
        q = strips + column;
      const to = phi + 2 * column;
      for (const last = q + strip; q < last;) {
        let s0 = splat32(0),
          s1 = s0,
          s2 = s0,
          s3 = s0;
        for (const stop = min(q + panel, last); q < stop; p += 4, q += 32) {
          const a = splat32At(p);
          s0 = add32(s0, mul32(a, load32(q)));
          s1 = add32(s1, mul32(a, load32(q + BYTES32)));
          s2 = add32(s2, mul32(a, load32(q + strip)));
          s3 = add32(s3, mul32(a, load32(q + strip + BYTES32)));
        }
        widen(to, s0);
        widen(to + 2 * BYTES32, s1);
        widen(to + 64, s2);
        widen(to + 64 + 2 * BYTES32, s3);
      }
    }
}

/** Σ_j (√λ_j f_j − √t_j)², f_j the sum of the pair of f64 at byte 16 j of `pairs`. */
export function lossOf(length: usize, root: usize, target: usize, pairs: usize): f64 {
  let loss = 0.0;
  for (let j: usize = 0; j < length; j += 16) {
    const s = load<f64>(pairs + j) + load<f64>(pairs + j, 8);
    const e = load<f64>(root + (j >> 1)) * s - load<f64>(target + (j >> 1));
    loss += e * e;
  }
  return loss;
}

/** Two f32 as f64. */
// @ts-ignore: decorator
@inline
function promoted(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** P(θ) in f64, of the W that was trained on. Arguments as in `denseLoss`. */
export function singleLoss(
  v: i32,
  n: i32,
  strips: usize,
  root: usize,
  target: usize,
  theta: usize,
  scratch: usize,
): f64 {
  const length = (<usize>v) << 4;
  memory.fill(scratch, 0, length);
  for (const end = theta + ((<usize>n) << 3); theta < end; theta += 64) {
    const t0 = v128.load(theta),
      t1 = v128.load(theta, 16),
      t2 = v128.load(theta, 32),
      t3 = v128.load(theta, 48);
    for (let j: usize = 0; j < length; j += 16, strips += 32) {
      const s = f64x2.add(f64x2.mul(t0, promoted(strips)), f64x2.mul(t1, promoted(strips + 8)));
      const r = f64x2.add(f64x2.mul(t2, promoted(strips + 16)), f64x2.mul(t3, promoted(strips + 24)));
      v128.store(scratch + j, f64x2.add(v128.load(scratch + j), f64x2.add(s, r)));
    }
  }
  return lossOf(length, root, target, scratch);
}
