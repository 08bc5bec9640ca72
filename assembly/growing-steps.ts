// Growing time steps: Radau IIA (3 stages, order 5) on the recursion's generator (docs/theory.md, eqs. 5.8–5.11).
//
//   dρ/dt = ℓ ρ + κ ((1−χ) P̂ − θ P̂′),   P̂ = rest + Re Σ ρ + σ²,
//   ℓ = log g,   κ = γ²B s ℓ/(g−1),   θ = 1/(1−g) + 1/ℓ,   χ = (θ−½) (γ′/γ) 2/(2−γ(B+1)z)
//
// With Ā = A⁻¹ and T = diag(h dt/ds), a node's stages are ρ = M (Ā1 ρ₀ + Tκ ((1−χ)P̂ − θP̂′)), M = (Ā − Tℓ)⁻¹, and
// P′ = T⁻¹Ā(P − P₀): the nodes meet in three real equations for the losses at the stages. Arrays hold f64; n is a multiple of 4 (pad with zeros).

import { add, BYTES, div, lanesum, load64, mul, splat, store64, sub } from "./lanes";
import { a11, a12, a13, a21, a22, a23, a31, a32, a33, b1, b2, b3, stageLosses } from "./radau";
import { V } from "./width";

/** Bytes between the arrays in scratch: without, thirty of 512 nodes would contend for the same few lines of the cache. */
const GAP: usize = 64;

/** log(1+w)/w = 1 − w/2 + w²/3 − …, highest power first. */
const LOG: usize = memory.data<f64>([
  -1.0 / 8.0,
  1.0 / 7.0,
  -1.0 / 6.0,
  1.0 / 5.0,
  -1.0 / 4.0,
  1.0 / 3.0,
  -1.0 / 2.0,
  1.0,
]);
/** 1/log(1+w) − 1/w = 1/2 − w/12 + w²/24 − … (Gregory's coefficients), highest power first. */
const GREGORY: usize = memory.data<f64>([
  -863.0 / 60480.0,
  3.0 / 160.0,
  -19.0 / 720.0,
  1.0 / 24.0,
  -1.0 / 12.0,
  1.0 / 2.0,
]);
/** Below this |g−1| the series replace the logarithm. */
const SERIES: f64 = 0.01;

// The layout of a stage's block in scratch: ℓ, κ(1−χ), κθ, each re and im, n f64 each.

/** ℓ, κ(1−χ) and κθ at every node for one γ, B and γ′/γ. */
export function generator(
  n: i32,
  zr: usize,
  zi: usize,
  sr: usize,
  si: usize,
  gamma: f64,
  batch: f64,
  slope: f64,
  block: usize,
): void {
  const bytes = (<usize>n) << 3;
  const stride = bytes + GAP;
  const a = -2 * gamma * batch,
    b = gamma * gamma * batch * (batch + 1),
    q = gamma * gamma * batch;
  for (let i: usize = 0; i < bytes; i += 8) {
    const x = load<f64>(zr + i),
      y = load<f64>(zi + i);
    // w = g − 1
    const wr = a * x + b * (x * x - y * y),
      wi = a * y + 2 * b * x * y;
    const w2 = wr * wr + wi * wi;
    let lr: f64, li: f64, ur: f64, ui: f64, tr: f64, ti: f64;
    if (w2 < SERIES * SERIES) {
      // log(1+w)/w and 1/log(1+w) − 1/w, by Horner's rule
      ur = load<f64>(LOG);
      ui = 0;
      for (let c: usize = 8; c < 64; c += 8) {
        const h = ur * wr - ui * wi + load<f64>(LOG + c);
        ui = ur * wi + ui * wr;
        ur = h;
      }
      tr = load<f64>(GREGORY);
      ti = 0;
      for (let c: usize = 8; c < 48; c += 8) {
        const h = tr * wr - ti * wi + load<f64>(GREGORY + c);
        ti = tr * wi + ti * wr;
        tr = h;
      }
      lr = wr * ur - wi * ui;
      li = wr * ui + wi * ur;
    } else {
      lr = 0.5 * Math.log1p(2 * wr + w2);
      li = Math.atan2(wi, 1 + wr);
      ur = (lr * wr + li * wi) / w2;
      ui = (li * wr - lr * wi) / w2;
      const l2 = lr * lr + li * li;
      tr = lr / l2 - wr / w2;
      ti = wi / w2 - li / l2;
    }
    // χ = 2(θ−½)(γ′/γ)/c,  c = 2 − γ(B+1)z
    const cr = 2 - gamma * (batch + 1) * x,
      ci = -gamma * (batch + 1) * y;
    const share = (2 * slope) / (cr * cr + ci * ci);
    const er = 1 - share * ((tr - 0.5) * cr + ti * ci),
      ei = -share * (ti * cr - (tr - 0.5) * ci);
    // κ
    const sx = load<f64>(sr + i) * q,
      sy = load<f64>(si + i) * q;
    const kr = ur * sx - ui * sy,
      ki = ur * sy + ui * sx;
    store<f64>(block + i, lr);
    store<f64>(block + stride + i, li);
    store<f64>(block + 2 * stride + i, kr * er - ki * ei);
    store<f64>(block + 3 * stride + i, kr * ei + ki * er);
    store<f64>(block + 4 * stride + i, kr * tr - ki * ti);
    store<f64>(block + 5 * stride + i, kr * ti + ki * tr);
  }
}

// @ts-ignore: decorator
@inline
function re(a: V, b: V, c: V, d: V): V {
  return sub(mul(a, c), mul(b, d));
}

// @ts-ignore: decorator
@inline
function im(a: V, b: V, c: V, d: V): V {
  return add(mul(a, d), mul(b, c));
}

// @ts-ignore: decorator
@inline
function accumulate(p: usize, x: V): void {
  store64(p, add(load64(p), x));
}

/** f64 of scratch that growModes takes. */
export function growModesScratch(n: i32): i32 {
  return 32 * n + 328;
}

/**
 * `steps` steps, each with three stages of T, γ, B and γ′/γ; out: P after each. ρ is left at the end of the last.
 * scratch: 32n + 328 f64. wr, wi, seen: weights w and Re Σ w ρ after each step; seen 0: neither is asked for.
 */
export function growModes(
  n: i32,
  zr: usize,
  zi: usize,
  sr: usize,
  si: usize,
  rest: f64,
  rr: usize,
  ri: usize,
  steps: i32,
  time: usize,
  gamma: usize,
  batch: usize,
  slope: usize,
  noise: f64,
  out: usize,
  scratch: usize,
  wr: usize,
  wi: usize,
  seen: usize,
): void {
  const bytes = (<usize>n) << 3;
  const stride = bytes + GAP;
  const last = scratch + 18 * stride; // 14 arrays: what the end of the step takes from ρ₀, P̂ and P̂′
  const sums = last + 14 * stride; // V, X, Y of the stages, a V each
  const totals = sums + 21 * 16,
    stages = totals + 168;
  let loss = rest;
  for (let i: usize = 0; i < bytes; i += 8) loss += load<f64>(rr + i);
  for (let t: usize = 0, end = <usize>steps * 24; t < end; t += 24) {
    for (let q: usize = 0; q < 3; q++) {
      const g = load<f64>(gamma + t + 8 * q),
        B = load<f64>(batch + t + 8 * q),
        s = load<f64>(slope + t + 8 * q);
      const block = scratch + q * 6 * stride;
      // unchanged since the step before
      const same = t + 8 * q - 24;
      if (t > 0 && g == load<f64>(gamma + same) && B == load<f64>(batch + same) && s == load<f64>(slope + same))
        continue;
      generator(n, zr, zi, sr, si, g, B, s, block);
    }
    const T1 = load<f64>(time + t),
      T2 = load<f64>(time + t, 8),
      T3 = load<f64>(time + t, 16);
    memory.fill(sums, 0, 21 * BYTES);
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const block1 = scratch + i;
      const block2 = scratch + 6 * stride + i;
      const block3 = scratch + 12 * stride + i;
      const d1r = sub(splat(a11), mul(splat(T1), load64(block1))),
        d1i = mul(splat(-T1), load64(block1 + stride));
      const d2r = sub(splat(a22), mul(splat(T2), load64(block2))),
        d2i = mul(splat(-T2), load64(block2 + stride));
      const d3r = sub(splat(a33), mul(splat(T3), load64(block3))),
        d3i = mul(splat(-T3), load64(block3 + stride));
      // the adjugate of Ā − Tℓ
      const m11r = sub(re(d2r, d2i, d3r, d3i), splat(a23 * a32)),
        m11i = im(d2r, d2i, d3r, d3i);
      const m12r = sub(splat(a13 * a32), mul(splat(a12), d3r)),
        m12i = mul(splat(-a12), d3i);
      const m13r = sub(splat(a12 * a23), mul(splat(a13), d2r)),
        m13i = mul(splat(-a13), d2i);
      const m21r = sub(splat(a23 * a31), mul(splat(a21), d3r)),
        m21i = mul(splat(-a21), d3i);
      const m22r = sub(re(d1r, d1i, d3r, d3i), splat(a13 * a31)),
        m22i = im(d1r, d1i, d3r, d3i);
      const m23r = sub(splat(a13 * a21), mul(splat(a23), d1r)),
        m23i = mul(splat(-a23), d1i);
      const m31r = sub(splat(a21 * a32), mul(splat(a31), d2r)),
        m31i = mul(splat(-a31), d2i);
      const m32r = sub(splat(a12 * a31), mul(splat(a32), d1r)),
        m32i = mul(splat(-a32), d1i);
      const m33r = sub(re(d1r, d1i, d2r, d2i), splat(a12 * a21)),
        m33i = im(d1r, d1i, d2r, d2i);
      const detr = add(re(d1r, d1i, m11r, m11i), add(mul(splat(a12), m21r), mul(splat(a13), m31r)));
      const deti = add(im(d1r, d1i, m11r, m11i), add(mul(splat(a12), m21i), mul(splat(a13), m31i)));
      const norm = div(splat(1), add(mul(detr, detr), mul(deti, deti)));
      const ir = mul(detr, norm),
        ii = mul(sub(splat(0), deti), norm);
      const x = load64(rr + i),
        y = load64(ri + i);
      // ρ₀/det
      const vr = re(x, y, ir, ii),
        vi = im(x, y, ir, ii);
      const h1r = add(mul(splat(b1), m11r), add(mul(splat(b2), m12r), mul(splat(b3), m13r)));
      const h1i = add(mul(splat(b1), m11i), add(mul(splat(b2), m12i), mul(splat(b3), m13i)));
      accumulate(sums, re(h1r, h1i, vr, vi));
      const h2r = add(mul(splat(b1), m21r), add(mul(splat(b2), m22r), mul(splat(b3), m23r)));
      const h2i = add(mul(splat(b1), m21i), add(mul(splat(b2), m22i), mul(splat(b3), m23i)));
      accumulate(sums + 1 * BYTES, re(h2r, h2i, vr, vi));
      const h3r = add(mul(splat(b1), m31r), add(mul(splat(b2), m32r), mul(splat(b3), m33r)));
      const h3i = add(mul(splat(b1), m31i), add(mul(splat(b2), m32i), mul(splat(b3), m33i)));
      accumulate(sums + 2 * BYTES, re(h3r, h3i, vr, vi));
      const at = last + i;
      store64(at, re(h3r, h3i, ir, ii));
      store64(at + stride, im(h3r, h3i, ir, ii));
      // what P̂ and P̂′ of stage 1 add to each stage
      const k1r = mul(splat(T1), load64(block1 + 2 * stride)),
        k1i = mul(splat(T1), load64(block1 + 3 * stride));
      const f1r = re(k1r, k1i, ir, ii),
        f1i = im(k1r, k1i, ir, ii);
      const t1r = mul(splat(T1), load64(block1 + 4 * stride)),
        t1i = mul(splat(T1), load64(block1 + 5 * stride));
      const g1r = re(t1r, t1i, ir, ii),
        g1i = im(t1r, t1i, ir, ii);
      accumulate(sums + 3 * BYTES, re(m11r, m11i, f1r, f1i));
      accumulate(sums + 12 * BYTES, re(m11r, m11i, g1r, g1i));
      accumulate(sums + 6 * BYTES, re(m21r, m21i, f1r, f1i));
      accumulate(sums + 15 * BYTES, re(m21r, m21i, g1r, g1i));
      accumulate(sums + 9 * BYTES, re(m31r, m31i, f1r, f1i));
      accumulate(sums + 18 * BYTES, re(m31r, m31i, g1r, g1i));
      store64(at + 2 * stride, re(m31r, m31i, f1r, f1i));
      store64(at + 3 * stride, im(m31r, m31i, f1r, f1i));
      store64(at + 4 * stride, re(m31r, m31i, g1r, g1i));
      store64(at + 5 * stride, im(m31r, m31i, g1r, g1i));
      // what P̂ and P̂′ of stage 2 add to each stage
      const k2r = mul(splat(T2), load64(block2 + 2 * stride)),
        k2i = mul(splat(T2), load64(block2 + 3 * stride));
      const f2r = re(k2r, k2i, ir, ii),
        f2i = im(k2r, k2i, ir, ii);
      const t2r = mul(splat(T2), load64(block2 + 4 * stride)),
        t2i = mul(splat(T2), load64(block2 + 5 * stride));
      const g2r = re(t2r, t2i, ir, ii),
        g2i = im(t2r, t2i, ir, ii);
      accumulate(sums + 4 * BYTES, re(m12r, m12i, f2r, f2i));
      accumulate(sums + 13 * BYTES, re(m12r, m12i, g2r, g2i));
      accumulate(sums + 7 * BYTES, re(m22r, m22i, f2r, f2i));
      accumulate(sums + 16 * BYTES, re(m22r, m22i, g2r, g2i));
      accumulate(sums + 10 * BYTES, re(m32r, m32i, f2r, f2i));
      accumulate(sums + 19 * BYTES, re(m32r, m32i, g2r, g2i));
      store64(at + 6 * stride, re(m32r, m32i, f2r, f2i));
      store64(at + 7 * stride, im(m32r, m32i, f2r, f2i));
      store64(at + 8 * stride, re(m32r, m32i, g2r, g2i));
      store64(at + 9 * stride, im(m32r, m32i, g2r, g2i));
      // what P̂ and P̂′ of stage 3 add to each stage
      const k3r = mul(splat(T3), load64(block3 + 2 * stride)),
        k3i = mul(splat(T3), load64(block3 + 3 * stride));
      const f3r = re(k3r, k3i, ir, ii),
        f3i = im(k3r, k3i, ir, ii);
      const t3r = mul(splat(T3), load64(block3 + 4 * stride)),
        t3i = mul(splat(T3), load64(block3 + 5 * stride));
      const g3r = re(t3r, t3i, ir, ii),
        g3i = im(t3r, t3i, ir, ii);
      accumulate(sums + 5 * BYTES, re(m13r, m13i, f3r, f3i));
      accumulate(sums + 14 * BYTES, re(m13r, m13i, g3r, g3i));
      accumulate(sums + 8 * BYTES, re(m23r, m23i, f3r, f3i));
      accumulate(sums + 17 * BYTES, re(m23r, m23i, g3r, g3i));
      accumulate(sums + 11 * BYTES, re(m33r, m33i, f3r, f3i));
      accumulate(sums + 20 * BYTES, re(m33r, m33i, g3r, g3i));
      store64(at + 10 * stride, re(m33r, m33i, f3r, f3i));
      store64(at + 11 * stride, im(m33r, m33i, f3r, f3i));
      store64(at + 12 * stride, re(m33r, m33i, g3r, g3i));
      store64(at + 13 * stride, im(m33r, m33i, g3r, g3i));
    }
    // from V (3), X (9), Y (9) to V, X, Y of each stage
    for (let q: usize = 0; q < 3; q++) {
      store<f64>(totals + 56 * q, lanesum(load64(sums + q * BYTES)));
      for (let p: usize = 0; p < 3; p++) {
        store<f64>(totals + 56 * q + 8 * p, lanesum(load64(sums + (3 + 3 * q + p) * BYTES)), 8);
        store<f64>(totals + 56 * q + 8 * p, lanesum(load64(sums + (12 + 3 * q + p) * BYTES)), 32);
      }
    }
    stageLosses(totals, time + t, rest, noise, loss, stages);
    const p3 = load<f64>(stages, 16);
    const N1 = splat(load<f64>(stages) + noise),
      N2 = splat(load<f64>(stages, 8) + noise),
      N3 = splat(p3 + noise);
    const S1 = splat(load<f64>(stages, 24)),
      S2 = splat(load<f64>(stages, 32)),
      S3 = splat(load<f64>(stages, 40));
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const at = last + i;
      const x = load64(rr + i),
        y = load64(ri + i);
      const er = load64(at),
        ei = load64(at + stride);
      store64(
        rr + i,
        add(
          re(x, y, er, ei),
          add(
            sub(mul(N1, load64(at + 2 * stride)), mul(S1, load64(at + 4 * stride))),
            add(
              sub(mul(N2, load64(at + 6 * stride)), mul(S2, load64(at + 8 * stride))),
              sub(mul(N3, load64(at + 10 * stride)), mul(S3, load64(at + 12 * stride))),
            ),
          ),
        ),
      );
      store64(
        ri + i,
        add(
          im(x, y, er, ei),
          add(
            sub(mul(N1, load64(at + 3 * stride)), mul(S1, load64(at + 5 * stride))),
            add(
              sub(mul(N2, load64(at + 7 * stride)), mul(S2, load64(at + 9 * stride))),
              sub(mul(N3, load64(at + 11 * stride)), mul(S3, load64(at + 13 * stride))),
            ),
          ),
        ),
      );
    }
    loss = p3;
    store<f64>(out + t / 3, loss);
    if (!seen) continue;
    let sum = splat(0);
    for (let i: usize = 0; i < bytes; i += BYTES)
      sum = add(sum, re(load64(rr + i), load64(ri + i), load64(wr + i), load64(wi + i)));
    store<f64>(seen + t / 3, lanesum(sum));
  }
}
