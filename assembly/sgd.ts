// One-pass SGD on the random features model, by its law and by its definition, with and without momentum (docs/theory.md, §7.2).
//
// spectral   Gaussian data in the eigenbasis of K̂, u_i = √λ̂_i δ_i:  e = Σ_i ξ_i u_i,  G_i = λ̂_i Σ_batch e ξ_i                (7.3)
//            What no θ can reach and the label noise are one more mode, of eigenvalue 0 and u = √(P_⊥ + σ²).
// dense      φ = Wᵀx,  e = ⟨φ,θ⟩ − ⟨x,b⟩ − ε,  G = Σ_batch e φ,  x_j = √λ_j z_j                                              (1.4)
// both       y ← (1−Δ) y + γ1 G,   θ ← θ − γ2 G − γ3 y;  SGD is γ1 = γ3 = 0                                                  (9.2)
//
// `drive` holds γ2, B, γ1, γ3 and 1−Δ of each step, `stride` bytes apart (0: the same for all); y = 0 asks for plain SGD.

import { add, BYTES, lanesum, load64, mul, splat, splatAt, store64, sub } from "./lanes";
import { fill } from "./random";
import { fourSingleFeatures, lossOf, oneSingleFeatures } from "./single";
import { blockProduct } from "./block-product";

/** Streams of random numbers: see src/kernels/simulation.ts. */
const DATA: i32 = 1;
const NOISE: i32 = 2;

/** Σ x_i y_i of n f64, n a multiple of 8. */
function dot(n: i32, x: usize, y: usize): f64 {
  let s0 = splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0;
  for (const end = x + ((<usize>n) << 3); x < end; x += 4 * BYTES, y += 4 * BYTES) {
    s0 = add(s0, mul(load64(x), load64(y)));
    s1 = add(s1, mul(load64(x + BYTES), load64(y + BYTES)));
    s2 = add(s2, mul(load64(x + 2 * BYTES), load64(y + 2 * BYTES)));
    s3 = add(s3, mul(load64(x + 3 * BYTES), load64(y + 3 * BYTES)));
  }
  return lanesum(add(add(s0, s1), add(s2, s3)));
}

/** y += a x, n f64, n a multiple of 4. */
function axpy(n: i32, a: f64, x: usize, y: usize): void {
  const A = splat(a);
  for (const end = x + ((<usize>n) << 3); x < end; x += 2 * BYTES, y += 2 * BYTES) {
    store64(y, add(load64(y), mul(A, load64(x))));
    store64(y + BYTES, add(load64(y + BYTES), mul(A, load64(x + BYTES))));
  }
}

/** (9.2) on n f64, n a multiple of 4, with gradient G. */
function update(n: i32, G: usize, theta: usize, y: usize, drive: usize): void {
  const end = theta + ((<usize>n) << 3);
  const gamma2 = splatAt(drive);
  if (!y) {
    for (; theta < end; theta += 2 * BYTES, G += 2 * BYTES) {
      store64(theta, sub(load64(theta), mul(gamma2, load64(G))));
      store64(theta + BYTES, sub(load64(theta + BYTES), mul(gamma2, load64(G + BYTES))));
    }
    return;
  }
  const gamma1 = splatAt(drive + 16),
    gamma3 = splatAt(drive + 24),
    a = splatAt(drive + 32);
  for (; theta < end; theta += BYTES, G += BYTES, y += BYTES) {
    const g = load64(G);
    const next = add(mul(a, load64(y)), mul(gamma1, g));
    store64(y, next);
    store64(theta, sub(sub(load64(theta), mul(gamma2, g)), mul(gamma3, next)));
  }
}

/** (12.1)'s: θ moves by γ2 against the sign of G, or with momentum by γ3 against that of y ← (1−Δ) y + γ1 G. */
function updateBySign(n: i32, G: usize, theta: usize, y: usize, drive: usize): void {
  const step = y ? load<f64>(drive, 24) : load<f64>(drive);
  for (const end = theta + ((<usize>n) << 3); theta < end; theta += 8, G += 8) {
    let s = load<f64>(G);
    if (y) {
      s = load<f64>(drive, 32) * load<f64>(y) + load<f64>(drive, 16) * s;
      store<f64>(y, s);
      y += 8;
    }
    store<f64>(theta, load<f64>(theta) - (s > 0 ? step : s < 0 ? -step : 0));
  }
}

/**
 * `count` steps of one member from step `first`. n, a multiple of 16, is the number of modes and the one of eigenvalue 0 that
 * follows them, padded with zeros. u, lambda, and with momentum y: n f64. xi: B · n f64, errors: B f64, for the kernel's
 * use, with the largest B. Stops where e² > limit. Returns the steps done.
 */
export function spectralSteps(
  n: i32,
  count: i32,
  u: usize,
  y: usize,
  lambda: usize,
  drive: usize,
  stride: usize,
  xi: usize,
  errors: usize,
  k0: i32,
  k1: i32,
  member: i32,
  first: f64,
  limit: f64,
): i32 {
  const bytes = (<usize>n) << 3;
  for (let r = 0; r < count; r++, drive += stride) {
    const batch = <i32>load<f64>(drive, 8);
    fill(0, 0, 0, batch * n, k0, k1, DATA, member, first + <f64>r, xi);
    let x = xi;
    for (let b = 0; b < batch; b++, x += bytes) {
      const e = dot(n, x, u);
      if (!(e * e <= limit)) return r;
      store<f64>(errors + ((<usize>b) << 3), e);
    }
    // G takes the place of the first sample
    for (let i: usize = 0; i < bytes; i += 2 * BYTES) {
      let s0 = splat(0),
        s1 = s0;
      x = xi + i;
      for (let b = 0; b < batch; b++, x += bytes) {
        const e = splatAt(errors + ((<usize>b) << 3));
        s0 = add(s0, mul(e, load64(x)));
        s1 = add(s1, mul(e, load64(x + BYTES)));
      }
      store64(xi + i, mul(load64(lambda + i), s0));
      store64(xi + i + BYTES, mul(load64(lambda + i + BYTES), s1));
    }
    update(n, xi, u, y, drive);
  }
  return count;
}

/** Φ = XW for 4 samples, whose x_j lie side by side: 4 rows of n f64. strips: W, v rows. */
function fourFeatures(v: i32, n: i32, x: usize, strips: usize, phi: usize): void {
  const stride = (<usize>n) << 3;
  memory.fill(phi, 0, 4 * stride);
  for (let i: usize = 0; i < stride; i += 32, strips += (<usize>v) << 5) blockProduct(v, x, strips, phi + i, stride);
}

/** φ = Wᵀx for one sample, summed in the order `fourFeatures` sums: four strips at a time hide the latency. */
function oneFeatures(v: i32, n: i32, x: usize, strips: usize, phi: usize): void {
  const strip = (<usize>v) << 5;
  for (const end = phi + ((<usize>n) << 3); phi < end; phi += 128, strips += 4 * strip)
    for (let column: usize = 0; column < 32; column += 2 * BYTES) {
      let p0 = splat(0),
        p1 = p0,
        p2 = p0,
        p3 = p0,
        p4 = p0,
        p5 = p0,
        p6 = p0,
        p7 = p0;
      let w = strips + column;
      for (let j: usize = 0, last = (<usize>v) << 3; j < last; j += 8, w += 32) {
        const a = splatAt(x + j);
        p0 = add(p0, mul(a, load64(w)));
        p1 = add(p1, mul(a, load64(w + BYTES)));
        const w1 = w + strip;
        p2 = add(p2, mul(a, load64(w1)));
        p3 = add(p3, mul(a, load64(w1 + BYTES)));
        const w2 = w1 + strip;
        p4 = add(p4, mul(a, load64(w2)));
        p5 = add(p5, mul(a, load64(w2 + BYTES)));
        const w3 = w2 + strip;
        p6 = add(p6, mul(a, load64(w3)));
        p7 = add(p7, mul(a, load64(w3 + BYTES)));
      }
      const to = phi + column;
      store64(to, p0);
      store64(to + BYTES, p1);
      store64(to + 32, p2);
      store64(to + 32 + BYTES, p3);
      store64(to + 64, p4);
      store64(to + 64 + BYTES, p5);
      store64(to + 96, p6);
      store64(to + 96 + BYTES, p7);
    }
}

/** Samples whose φ are held at a time where that is more than a step's: no φ waits on θ, so steps share their passes over W. */
const AHEAD: i32 = 16;

/** f64 of scratch that denseSteps takes: V, n as there, `samples` = members · B with the largest B. */
export function denseStepsScratch(V: i32, n: i32, samples: i32): i32 {
  return 5 * V + n + max(samples, AHEAD) * (n + 1) + 16;
}

/**
 * `count` steps of `members` members, numbered member, member + apart, …, that share one W. n is d rounded up to a multiple of 16, V is v
 * rounded up likewise. strips: W, in f32 where `single` (single.ts). sign: steps
 * are of the sign of G. root, target: V f64, √λ_j and √t_j (zero beyond v). theta,
 * and with momentum y: members · n f64. kind, parameter: the distribution of z. sigma: of the label noise. done: a f64 for each
 * member: the steps done, fewer than `count` where e² > limit stopped it. scratch: (5 V + n + s (n + 1) + 16) f64, s the larger
 * of members·B, with the largest B, and AHEAD.
 */
export function denseSteps(
  members: i32,
  count: i32,
  v: i32,
  V: i32,
  n: i32,
  single: bool,
  sign: bool,
  strips: usize,
  root: usize,
  target: usize,
  theta: usize,
  y: usize,
  kind: i32,
  parameter: f64,
  drive: usize,
  stride: usize,
  sigma: f64,
  k0: i32,
  k1: i32,
  member: i32,
  apart: i32,
  first: f64,
  limit: f64,
  done: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3,
    length = (<usize>V) << 3;
  const z = scratch,
    x = z + length,
    G = x + 4 * length,
    noise = G + bytes,
    phi = noise + 128;
  for (let q = 0; q < members; q++) store<f64>(done + ((<usize>q) << 3), <f64>count);
  for (let r = 0; r < count;) {
    // the steps from r on whose samples are drawn together
    let samples = members * <i32>load<f64>(drive, 8),
      after = r + 1;
    for (let at = drive + stride; after < count; after++, at += stride) {
      const more = samples + members * <i32>load<f64>(at, 8);
      if (more > AHEAD) break;
      samples = more;
    }
    const labels = phi + <usize>samples * bytes;
    // sample b of member q in step t, whose drive is at `at`
    for (let s = 0, t = r, q = 0, b = 0, at = drive; s < samples;) {
      const group = samples - s < 4 ? 1 : 4;
      for (let i = 0; i < group; i++) {
        fill(kind, parameter, b * V, V, k0, k1, DATA, member + q * apart, first + <f64>t, z);
        store<f64>(labels + ((<usize>(s + i)) << 3), dot(V, z, target));
        // sample i of a group of four: every fourth entry
        const size: usize = single ? 4 : 8;
        let to = x + <usize>i * size;
        for (let j: usize = 0; j < length; j += 8, to += <usize>group * size) {
          const a = load<f64>(z + j) * load<f64>(root + j);
          if (single) store<f32>(to, <f32>a);
          else store<f64>(to, a);
        }
        if (++b < <i32>load<f64>(at, 8)) continue;
        b = 0;
        if (++q < members) continue;
        q = 0;
        t++;
        at += stride;
      }
      const to = phi + <usize>s * bytes;
      if (single) {
        memory.fill(to, 0, <usize>group * bytes);
        if (group == 4) fourSingleFeatures(v, n, x, strips, to);
        else oneSingleFeatures(v, n, x, strips, to);
      } else if (group == 4) fourFeatures(v, n, x, strips, to);
      else oneFeatures(v, n, x, strips, to);
      s += group;
    }
    for (let f = phi, l = labels; r < after; r++, drive += stride) {
      const batch = <usize>load<f64>(drive, 8);
      for (let q = 0; q < members; q++, f += batch * bytes, l += batch << 3) {
        const end = done + ((<usize>q) << 3);
        if (load<f64>(end) < <f64>count) continue;
        const parameters = theta + <usize>q * bytes;
        for (let b: usize = 0; b < batch; b++) {
          if (sigma > 0 && (b & 15) == 0)
            fill(0, 0, <i32>b, 16, k0, k1, NOISE, member + q * apart, first + <f64>r, noise);
          const label = load<f64>(l + (b << 3)) + (sigma > 0 ? sigma * load<f64>(noise + ((b & 15) << 3)) : 0);
          const e = dot(n, f + b * bytes, parameters) - label;
          if (!(e * e <= limit)) store<f64>(end, <f64>r);
          store<f64>(l + (b << 3), e);
        }
        if (load<f64>(end) < <f64>count) continue;
        memory.fill(G, 0, bytes);
        for (let b: usize = 0; b < batch; b++) axpy(n, load<f64>(l + (b << 3)), f + b * bytes, G);
        const own = y ? y + <usize>q * bytes : 0;
        if (sign) updateBySign(n, G, parameters, own, drive);
        else update(n, G, parameters, own, drive);
      }
    }
  }
}

/** f64 of scratch that denseLoss takes. */
export function denseLossScratch(v: i32): i32 {
  return 2 * v;
}

/** P(θ) = Σ_j (√λ_j Σ_i W_ji θ_i − √t_j)². scratch: 2 v f64. */
export function denseLoss(
  v: i32,
  n: i32,
  strips: usize,
  root: usize,
  target: usize,
  theta: usize,
  scratch: usize,
): f64 {
  memory.fill(scratch, 0, (<usize>v) << 4);
  const length = (<usize>v) << 4;
  for (const end = theta + ((<usize>n) << 3); theta < end; theta += 32) {
    const t0 = v128.load(theta),
      t1 = v128.load(theta, 16);
    for (let j: usize = 0; j < length; j += 16, strips += 32) {
      const s = f64x2.add(f64x2.mul(t0, v128.load(strips)), f64x2.mul(t1, v128.load(strips, 16)));
      v128.store(scratch + j, f64x2.add(v128.load(scratch + j), s));
    }
  }
  return lossOf(length, root, target, scratch);
}
