// Volterra time-stepping (docs/theory.md, eqs. 2.1, 2.2). Arrays hold f64; the number of nodes is a multiple of 4 (pad with
// zeros). Complex arrays are split in real and imaginary parts.
//
//   ρ_k ← ρ_k + (g(z_k)−1) ρ_k + γ²B s_k (P + σ²),   P = rest + Re Σ ρ_k,   g(z)−1 = −2γBz + γ²B(B+1)z²
//
// g−1 is what is held: the rounding of g itself would grow with every step.

import { add, BYTES, lanesum, load64, mul, splat, store64, sub } from "./lanes";
import { V } from "./width";

/** g − 1 and γ²B s at every node. */
// @ts-ignore: decorator
@inline
function prepare(
  bytes: usize,
  zr: usize,
  zi: usize,
  sr: usize,
  si: usize,
  gamma: f64,
  batch: f64,
  gr: usize,
  gi: usize,
  qr: usize,
  qi: usize,
): void {
  const a = splat(-2 * gamma * batch);
  const b = splat(gamma * gamma * batch * (batch + 1));
  const q = splat(gamma * gamma * batch);
  for (let i: usize = 0; i < bytes; i += BYTES) {
    const x = load64(zr + i),
      y = load64(zi + i);
    const bx = mul(b, x),
      by = mul(b, y);
    store64(gr + i, add(mul(a, x), sub(mul(bx, x), mul(by, y))));
    store64(gi + i, add(mul(a, y), add(mul(bx, y), mul(by, x))));
    store64(qr + i, mul(q, load64(sr + i)));
    store64(qi + i, mul(q, load64(si + i)));
  }
}

/** ρ ← ρ + (g−1)ρ + q·push at the nodes of one V; its real part. */
// @ts-ignore: decorator
@inline
function advance(rr: usize, ri: usize, gr: usize, gi: usize, qr: usize, qi: usize, push: V): V {
  const a = load64(rr),
    b = load64(ri);
  const x = load64(gr),
    y = load64(gi);
  const p = add(a, add(sub(mul(x, a), mul(y, b)), mul(load64(qr), push)));
  store64(rr, p);
  store64(ri, add(b, add(add(mul(x, b), mul(y, a)), mul(load64(qi), push))));
  return p;
}

/** f64 of scratch that stepModes takes. */
export function stepModesScratch(n: i32): i32 {
  return 4 * n;
}

/**
 * `steps` steps with γ and B given for each; out: P before each. ρ is left at the end of the last.
 * scratch: 4n f64.
 */
export function stepModes(
  n: i32,
  zr: usize,
  zi: usize,
  sr: usize,
  si: usize,
  rest: f64,
  rr: usize,
  ri: usize,
  steps: i32,
  gamma: usize,
  batch: usize,
  noise: f64,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3;
  const gr = scratch,
    gi = scratch + bytes,
    qr = gi + bytes,
    qi = qr + bytes;
  let lastGamma: f64 = NaN,
    lastBatch: f64 = NaN;
  let sum0 = splat(0),
    sum1 = splat(0);
  for (let i: usize = 0; i < bytes; i += BYTES) sum0 = add(sum0, load64(rr + i));
  for (let t: usize = 0, end = (<usize>steps) << 3; t < end; t += 8) {
    const loss = rest + lanesum(add(sum0, sum1));
    store<f64>(out + t, loss);
    const g = load<f64>(gamma + t),
      B = load<f64>(batch + t);
    if (g != lastGamma || B != lastBatch) {
      prepare(bytes, zr, zi, sr, si, g, B, gr, gi, qr, qi);
      lastGamma = g;
      lastBatch = B;
    }
    const push = splat(loss + noise);
    sum0 = splat(0);
    sum1 = splat(0);
    for (let i: usize = 0; i < bytes; i += 2 * BYTES) {
      sum0 = add(sum0, advance(rr + i, ri + i, gr + i, gi + i, qr + i, qi + i, push));
      const j = i + BYTES;
      sum1 = add(sum1, advance(rr + j, ri + j, gr + j, gi + j, qr + j, qi + j, push));
    }
  }
}

/** f64 of scratch that stepRealModes takes. */
export function stepRealModesScratch(n: i32): i32 {
  return 2 * n;
}

/** As `stepModes` on real nodes. scratch: 2n f64. */
export function stepRealModes(
  n: i32,
  z: usize,
  s: usize,
  rest: f64,
  rho: usize,
  steps: i32,
  gamma: usize,
  batch: usize,
  noise: f64,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3;
  const gs = scratch,
    qs = scratch + bytes;
  let lastGamma: f64 = NaN,
    lastBatch: f64 = NaN;
  let sum0 = splat(0),
    sum1 = splat(0);
  for (let i: usize = 0; i < bytes; i += BYTES) sum0 = add(sum0, load64(rho + i));
  for (let t: usize = 0, end = (<usize>steps) << 3; t < end; t += 8) {
    const loss = rest + lanesum(add(sum0, sum1));
    store<f64>(out + t, loss);
    const g = load<f64>(gamma + t),
      B = load<f64>(batch + t);
    if (g != lastGamma || B != lastBatch) {
      const a = splat(-2 * g * B);
      const b = splat(g * g * B * (B + 1));
      const q = splat(g * g * B);
      for (let i: usize = 0; i < bytes; i += BYTES) {
        const x = load64(z + i);
        store64(gs + i, mul(x, add(a, mul(b, x))));
        store64(qs + i, mul(q, load64(s + i)));
      }
      lastGamma = g;
      lastBatch = B;
    }
    const push = splat(loss + noise);
    sum0 = splat(0);
    sum1 = splat(0);
    for (let i: usize = 0; i < bytes; i += 2 * BYTES) {
      const a0 = load64(rho + i),
        a1 = load64(rho + i + BYTES);
      const p0 = add(a0, add(mul(load64(gs + i), a0), mul(load64(qs + i), push)));
      const p1 = add(a1, add(mul(load64(gs + i + BYTES), a1), mul(load64(qs + i + BYTES), push)));
      store64(rho + i, p0);
      store64(rho + i + BYTES, p1);
      sum0 = add(sum0, p0);
      sum1 = add(sum1, p1);
    }
  }
}

/** out ← out₀ + Re Σ w_k g^r, r = 0…count−1, with w overwritten by w g^count. Call for F and for K. g − 1 in gr, gi. */
export function powers(n: i32, gr: usize, gi: usize, wr: usize, wi: usize, rest: f64, count: i32, out: usize): void {
  const bytes = (<usize>n) << 3;
  for (let t: usize = 0, end = (<usize>count) << 3; t < end; t += 8) {
    let sum0 = splat(0),
      sum1 = splat(0);
    for (let i: usize = 0; i < bytes; i += 2 * BYTES) {
      const a0 = load64(wr + i),
        b0 = load64(wi + i);
      const x0 = load64(gr + i),
        y0 = load64(gi + i);
      sum0 = add(sum0, a0);
      store64(wr + i, add(a0, sub(mul(x0, a0), mul(y0, b0))));
      store64(wi + i, add(b0, add(mul(x0, b0), mul(y0, a0))));
      const j = i + BYTES;
      const a1 = load64(wr + j),
        b1 = load64(wi + j);
      const x1 = load64(gr + j),
        y1 = load64(gi + j);
      sum1 = add(sum1, a1);
      store64(wr + j, add(a1, sub(mul(x1, a1), mul(y1, b1))));
      store64(wi + j, add(b1, add(mul(x1, b1), mul(y1, a1))));
    }
    store<f64>(out + t, rest + lanesum(add(sum0, sum1)));
  }
}

/**
 * P(r) = F(r) + Σ_{s<r} K(r−1−s) P(s) for r < n. K is given reversed behind 8 zeros: reversed[n+7−i] = K(i). F, reversed and P
 * have room for n rounded up to a multiple of 8.
 */
export function volterra(n: i32, F: usize, reversed: usize, P: usize): void {
  const end = (<usize>n) << 3;
  // eight rows at a time share P, and K but for seven entries: three loads for four products. Rows beyond the last are of no use
  // to anyone.
  for (let r: usize = 0; r < end; r += 64) {
    const from = reversed + 8 + end - r;
    let a = splat(0),
      b = a,
      c = a,
      d = a,
      e = a,
      f = a,
      g = a,
      h = a;
    // one V of P, and one that starts two entries on: what row h takes of K for it is what row f takes for the first. With one
    // lane the entries between come next
    for (let s: usize = 0; s < r; s += isVector<V>() ? 32 : s & 8 ? 24 : 8) {
      // one pointer and fixed offsets: one for each row would leave too few registers
      const k = from + s,
        p = load64(P + s),
        q = load64(P + s + 16);
      let x = load64(k);
      h = add(h, mul(x, p));
      x = load64(k + 8);
      g = add(g, mul(x, p));
      x = load64(k + 16);
      f = add(f, mul(x, p));
      h = add(h, mul(x, q));
      x = load64(k + 24);
      e = add(e, mul(x, p));
      g = add(g, mul(x, q));
      x = load64(k + 32);
      d = add(d, mul(x, p));
      f = add(f, mul(x, q));
      x = load64(k + 40);
      c = add(c, mul(x, p));
      e = add(e, mul(x, q));
      x = load64(k + 48);
      b = add(b, mul(x, p));
      d = add(d, mul(x, q));
      x = load64(k + 56);
      a = add(a, mul(x, p));
      c = add(c, mul(x, q));
      b = add(b, mul(load64(k + 64), q));
      a = add(a, mul(load64(k + 72), q));
    }
    const at = P + r;
    store<f64>(at, lanesum(a));
    store<f64>(at, lanesum(b), 8);
    store<f64>(at, lanesum(c), 16);
    store<f64>(at, lanesum(d), 24);
    store<f64>(at, lanesum(e), 32);
    store<f64>(at, lanesum(f), 40);
    store<f64>(at, lanesum(g), 48);
    store<f64>(at, lanesum(h), 56);
    // and what the rows before row q of the eight add to it
    for (let q: usize = 0; q < 64; q += 8) {
      let sum = load<f64>(F + r + q) + load<f64>(at + q);
      for (let p: usize = 0; p < q; p += 8) sum += load<f64>(reversed + 64 + end - (q - p)) * load<f64>(at + p);
      store<f64>(at + q, sum);
    }
  }
}
