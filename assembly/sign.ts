// Sign SGD at large d (docs/theory.md, §12): the equivalent whose rows are weighted by their norms, and its loss in time. Arrays
// hold f64; numbers of rows, modes and nodes are multiples of 4 (pad with zero weights; λ = √s = 1).

import { generator } from "./growing-steps";
import { add, BYTES, div, lanesum, load64, mul, splat, store64, sub } from "./lanes";
import { a11, a12, a13, a21, a22, a23, a31, a32, a33, b1, b2, b3 } from "./radau";

/** Steps of Newton's method after which a root counts as lost. */
const MAX_ITERATIONS: i32 = 60;
/** Newton converges quadratically: after a step this small what is left is below rounding. */
const LAST_STEP: f64 = 1e-7;

/** f64 of scratch that rowSums takes. */
export function rowSumsScratch(n: i32, rows: i32, m: i32): i32 {
  return 4 * (n + rows + m);
}

/**
 * d y h(y) = Σ m_j λ_j A_j/(λ_j A_j + ζ), h = E 1/(√s+y), A_j = E g_j²/(√s+y), at `count` points ζ of a path, by Newton's method
 * in 1/y, each from where the last two lead. weights: `rows` rows of n: of h, of the A of the first `heads` modes, and what
 * multiplies x^k, x = λ/λ′, in A − h of the others. out: y, Σ m λA/(λA+ζ) and Σ t/(λA+ζ), re and im, `count` each; NaN where
 * there was no convergence, and from there on. multiplicity: m_j.
 */
export function rowSums(
  n: i32,
  root: usize,
  rows: i32,
  weights: usize,
  heads: i32,
  m: i32,
  lambda: usize,
  x: usize,
  multiplicity: usize,
  energy: usize,
  d: f64,
  count: i32,
  zr: usize,
  zi: usize,
  guess: f64,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3,
    size = (<usize>m) << 3,
    points = (<usize>count) << 3;
  // 1/(√s+y) and its square, then E of both in each row, then λA and λA′ of each mode
  const q = scratch,
    sums = q + 4 * bytes,
    A = sums + ((<usize>rows) << 5);
  const tail = sums + 32 * <usize>(1 + heads);
  const past = sums + 32 * <usize>rows;
  const one = splat(1);
  let yr = guess,
    yi: f64 = 0,
    lr: f64 = 0,
    li: f64 = 0;
  for (let k: usize = 0; k < points; k += 8) {
    const Zr = load<f64>(zr + k),
      Zi = load<f64>(zi + k);
    let Tr: f64 = NaN,
      Ti: f64 = NaN,
      Er: f64 = NaN,
      Ei: f64 = NaN;
    for (let iteration = 0, last = false; ; iteration++) {
      const Yr = splat(yr),
        Yi = splat(yi),
        Yi2 = splat(yi * yi);
      for (let i: usize = 0; i < bytes; i += BYTES) {
        const p = add(load64(root + i), Yr);
        const w = div(one, add(mul(p, p), Yi2));
        const u = mul(p, w),
          v = mul(Yi, w);
        store64(q + i, u);
        store64(q + bytes + i, sub(splat(0), v));
        store64(q + 2 * bytes + i, sub(mul(v, v), mul(u, u)));
        store64(q + 3 * bytes + i, mul(splat(2), mul(u, v)));
      }
      for (let to = sums, w = weights; to < past; to += 32, w += bytes) {
        let s0 = splat(0),
          s1 = s0,
          s2 = s0,
          s3 = s0;
        for (let i: usize = 0; i < bytes; i += BYTES) {
          const W = load64(w + i);
          s0 = add(s0, mul(W, load64(q + i)));
          s1 = add(s1, mul(W, load64(q + bytes + i)));
          s2 = add(s2, mul(W, load64(q + 2 * bytes + i)));
          s3 = add(s3, mul(W, load64(q + 3 * bytes + i)));
        }
        store<f64>(to, lanesum(s0));
        store<f64>(to, lanesum(s1), 8);
        store<f64>(to, lanesum(s2), 16);
        store<f64>(to, lanesum(s3), 24);
      }
      // A and A′ by Horner's rule in x
      for (let j: usize = 0; j < size; j += BYTES) {
        const X = load64(x + j),
          L = load64(lambda + j);
        let s0 = splat(0),
          s1 = s0,
          s2 = s0,
          s3 = s0;
        for (let c = past - 32; c >= tail; c -= 32) {
          s0 = mul(X, add(s0, splat(load<f64>(c))));
          s1 = mul(X, add(s1, splat(load<f64>(c, 8))));
          s2 = mul(X, add(s2, splat(load<f64>(c, 16))));
          s3 = mul(X, add(s3, splat(load<f64>(c, 24))));
        }
        store64(A + j, mul(L, add(s0, splat(load<f64>(sums)))));
        store64(A + size + j, mul(L, add(s1, splat(load<f64>(sums, 8)))));
        store64(A + 2 * size + j, mul(L, add(s2, splat(load<f64>(sums, 16)))));
        store64(A + 3 * size + j, mul(L, add(s3, splat(load<f64>(sums, 24)))));
      }
      for (let j = 0; j < heads; j++) {
        const l = load<f64>(lambda + ((<usize>j) << 3));
        for (let c: usize = 0; c < 4; c++)
          store<f64>(A + c * size + ((<usize>j) << 3), l * load<f64>(sums + 32 * <usize>(1 + j) + (c << 3)));
      }
      const Xr = splat(Zr),
        Xi = splat(Zi);
      let tr = splat(0),
        ti = tr,
        er = tr,
        ei = tr,
        dr = tr,
        di = tr;
      for (let j: usize = 0; j < size; j += BYTES) {
        const ar = load64(A + j),
          ai = load64(A + size + j);
        const pr = add(ar, Xr),
          pi = add(ai, Xi);
        const w = div(one, add(mul(pr, pr), mul(pi, pi)));
        // 1/(λA+ζ) = u − iv
        const u = mul(pr, w),
          v = mul(pi, w);
        const M = load64(multiplicity + j),
          t = load64(energy + j);
        er = add(er, mul(t, u));
        ei = sub(ei, mul(t, v));
        tr = add(tr, mul(M, add(mul(ar, u), mul(ai, v))));
        ti = add(ti, mul(M, sub(mul(ai, u), mul(ar, v))));
        // λA′ ζ/(λA+ζ)²; ζ is taken outside
        const sr = mul(M, sub(mul(u, u), mul(v, v))),
          si = mul(M, mul(splat(-2), mul(u, v)));
        const br = load64(A + 2 * size + j),
          bi = load64(A + 3 * size + j);
        dr = add(dr, sub(mul(sr, br), mul(si, bi)));
        di = add(di, add(mul(sr, bi), mul(si, br)));
      }
      Tr = lanesum(tr);
      Ti = lanesum(ti);
      Er = lanesum(er);
      Ei = lanesum(ei);
      if (last) break;
      const hr = load<f64>(sums),
        hi = load<f64>(sums, 8),
        gr = load<f64>(sums, 16),
        gi = load<f64>(sums, 24);
      const cr = lanesum(dr),
        ci = lanesum(di);
      // f and y f′
      const fr = d * (yr * hr - yi * hi) - Tr,
        fi = d * (yr * hi + yi * hr) - Ti;
      const pr = d * (hr + yr * gr - yi * gi) - (Zr * cr - Zi * ci),
        pi = d * (hi + yr * gi + yi * gr) - (Zr * ci + Zi * cr);
      const wr = yr * pr - yi * pi,
        wi = yr * pi + yi * pr;
      const norm = wr * wr + wi * wi;
      let sr = (fr * wr + fi * wi) / norm,
        si = (fi * wr - fr * wi) / norm;
      const length = Math.sqrt(sr * sr + si * si);
      if (!(length < Infinity) || iteration == MAX_ITERATIONS) {
        for (; k < points; k += 8) for (let c: usize = 0; c < 6; c++) store<f64>(out + c * points + k, NaN);
        return;
      }
      if (length > 0.7) {
        sr *= 0.7 / length;
        si *= 0.7 / length;
      }
      // at the far left f is all rounding
      last = length < LAST_STEP || fr * fr + fi * fi < 1e-28 * d * d;
      // 1/y grows by the factor 1 + s
      sr += 1;
      const scale = 1 / (sr * sr + si * si);
      const next = (yr * sr + yi * si) * scale;
      yi = (yi * sr - yr * si) * scale;
      yr = next;
    }
    store<f64>(out + k, yr);
    store<f64>(out + points + k, yi);
    store<f64>(out + 2 * points + k, Tr);
    store<f64>(out + 3 * points + k, Ti);
    store<f64>(out + 4 * points + k, Er);
    store<f64>(out + 5 * points + k, Ei);
    // y²/y_before
    const norm = lr * lr + li * li;
    const ur = yr,
      ui = yi;
    if (norm > 0) {
      const pr = (yr * lr + yi * li) / norm,
        pi = (yi * lr - yr * li) / norm;
      const next = yr * pr - yi * pi;
      yi = yr * pi + yi * pr;
      yr = next;
    }
    lr = ur;
    li = ui;
  }
}

/** (2/π) η f/√(P+σ²), f a polynomial in x = 2s²/S − 1, s² = `spread` Σ/(P+σ²) at most S (12.3). shape: S, how many, then these. */
function rateOf(eta: f64, loss: f64, sum: f64, noise: f64, spread: f64, shape: usize): f64 {
  const V = loss + noise;
  const most = load<f64>(shape);
  const x = (2 * min(max((spread * sum) / V, 0), most)) / most - 1;
  let f: f64 = 0;
  for (let c = shape + 8 + 8 * <usize>load<f64>(shape, 8); c > shape + 8; c -= 8) f = f * x + load<f64>(c);
  return ((2 / Math.PI) * eta * f) / Math.sqrt(V);
}

/**
 * `steps` steps (12.1): ρ ← (1 − a z)² ρ + η² s, a = (2/π) η f/√(P+σ²). rates: a of each, made, or taken where `given`. out: P
 * before each.
 */
export function stepSign(
  n: i32,
  zr: usize,
  zi: usize,
  sr: usize,
  si: usize,
  rest: f64,
  rr: usize,
  ri: usize,
  steps: i32,
  eta: usize,
  noise: f64,
  spread: f64,
  shape: usize,
  rates: usize,
  given: bool,
  out: usize,
): void {
  const bytes = (<usize>n) << 3;
  for (let t: usize = 0, end = (<usize>steps) << 3; t <= end; t += 8) {
    let loss = splat(0),
      sum = loss;
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const x = load64(rr + i);
      loss = add(loss, x);
      sum = add(sum, sub(mul(x, load64(zr + i)), mul(load64(ri + i), load64(zi + i))));
    }
    if (t == end) return;
    const P = rest + lanesum(loss);
    store<f64>(out + t, P);
    const step = load<f64>(eta + t);
    const a = given ? load<f64>(rates + t) : rateOf(step, P, lanesum(sum), noise, spread, shape);
    store<f64>(rates + t, a);
    const push = splat(step * step),
      rate = splat(a);
    for (let i: usize = 0; i < bytes; i += BYTES) {
      const ar = mul(rate, load64(zr + i)),
        ai = mul(rate, load64(zi + i));
      // (1 − az)² − 1 = az (az − 2)
      const br = sub(ar, splat(2));
      const gr = sub(mul(ar, br), mul(ai, ai)),
        gi = mul(ai, add(ar, br));
      const x = load64(rr + i),
        y = load64(ri + i);
      store64(rr + i, add(x, add(sub(mul(gr, x), mul(gi, y)), mul(push, load64(sr + i)))));
      store64(ri + i, add(y, add(add(mul(gr, y), mul(gi, x)), mul(push, load64(si + i)))));
    }
  }
}

/** So large a batch makes of SGD's growth g − 1 = (γBz)(γBz − 2): its noise is scaled back. */
const MANY: f64 = 9007199254740992;
const MAX_ROUNDS: i32 = 40;

/** f64 of scratch that growSign takes. */
export function growSignScratch(n: i32): i32 {
  return 20 * n + 224;
}

/**
 * `steps` growing steps of three stages each (12.9): T, η, η′/η. The rates a of the stages are found by
 * Anderson's iteration of depth 1; `rates` as in stepSign, three a step; before: the rate before the first. out: P after each; NaN where the rates
 * do not settle, to a relative change of `settled`.
 */
export function growSign(
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
  eta: usize,
  slope: usize,
  noise: f64,
  spread: f64,
  shape: usize,
  rates: usize,
  given: bool,
  before: f64,
  settled: f64,
  out: usize,
  scratch: usize,
): void {
  const bytes = (<usize>n) << 3;
  const stride = bytes + 64;
  const last = scratch + 18 * stride;
  // the stages: P, P′, Σ, Σ′, what multiplies κ(1−χ) and κθ, and the rates of the rounds
  const P = last + 2 * stride,
    S = P + 32,
    W = S + 32,
    U = W + 32,
    oldRate = U + 32,
    oldFound = oldRate + 32,
    found = oldFound + 32,
    dP = found + 32,
    dS = dP + 32;
  // 0 · NaN of what memory held would be NaN
  memory.fill(oldRate, 0, 64);
  let loss = rest,
    sum: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 8) {
    loss += load<f64>(rr + i);
    sum += load<f64>(rr + i) * load<f64>(zr + i) - load<f64>(ri + i) * load<f64>(zi + i);
  }
  for (let t: usize = 0, end = <usize>steps * 24; t < end; t += 24) {
    const T = time + t,
      own = rates + t;
    if (!given) guess(own, before, eta + t, t > 0 && load<f64>(T, 16) < 2 * load<f64>(T - 8));
    for (let round = 0; ; round++) {
      const r1 = load<f64>(own),
        r2 = load<f64>(own, 8),
        r3 = load<f64>(own, 16);
      derivatives(own, before, T, dP);
      for (let q: usize = 0; q < 3; q++) {
        const a = load<f64>(own + 8 * q),
          h = load<f64>(eta + t + 8 * q);
        const drift = a > 0 ? load<f64>(dP + 8 * q) / a : 0;
        generator(n, zr, zi, sr, si, a / MANY, MANY, drift, scratch + 6 * q * stride);
        const push = a > 0 ? ((h * h) / (a * a)) * MANY * load<f64>(T + 8 * q) : 0;
        const more = load<f64>(slope + t + 8 * q) - drift;
        store<f64>(W + 8 * q, push * (1 + more));
        store<f64>(U + 8 * q, -2 * more * push);
      }
      memory.fill(P, 0, 64);
      for (let i: usize = 0; i < bytes; i += 8) stages(i, stride, scratch, T, rr, ri, zr, zi, last, P);
      for (let q: usize = 0; q < 24; q += 8) store<f64>(P + q, load<f64>(P + q) + rest);
      if (given) break;
      derivatives(P, loss, T, dP);
      derivatives(S, sum, T, dS);
      let change: f64 = 0,
        up: f64 = 0,
        down: f64 = 0;
      for (let q: usize = 0; q < 24; q += 8) {
        const a = load<f64>(own + q);
        const r = rateOf(
          load<f64>(eta + t + q),
          load<f64>(P + q) - 0.5 * load<f64>(dP + q),
          load<f64>(S + q) - 0.5 * load<f64>(dS + q),
          noise,
          spread,
          shape,
        );
        // NaN is a change, too
        if (!(Math.abs(r - a) <= change * r)) change = Math.abs(r / a - 1);
        const by = r - a - (load<f64>(oldFound + q) - load<f64>(oldRate + q));
        up += by * (r - a);
        down += by * by;
        store<f64>(found + q, r);
      }
      const back = round > 0 && down > 0 ? up / down : 0;
      for (let q: usize = 0; q < 24; q += 8) {
        const a = load<f64>(own + q),
          r = load<f64>(found + q);
        store<f64>(own + q, max(r - back * (r - load<f64>(oldFound + q)), 0.1 * a));
        store<f64>(oldRate + q, a);
        store<f64>(oldFound + q, r);
      }
      if (change < settled) {
        store<f64>(own, r1);
        store<f64>(own, r2, 8);
        store<f64>(own, r3, 16);
        break;
      }
      if (round == MAX_ROUNDS || change != change) {
        for (; t < end; t += 24) store<f64>(out + t / 3, NaN);
        return;
      }
    }
    memory.copy(rr, last, bytes);
    memory.copy(ri, last + stride, bytes);
    loss = load<f64>(P, 16);
    sum = load<f64>(S, 16);
    before = load<f64>(own, 16);
    store<f64>(out + t / 3, loss);
  }
}

/** First rates of a step: a/η as it was last, or where the three stages before lead. */
function guess(own: usize, before: f64, eta: usize, smooth: bool): void {
  if (!smooth) {
    for (let q: usize = 0; q < 24; q += 8) store<f64>(own + q, before);
    return;
  }
  const h = load<f64>(eta - 8);
  const last = before / h,
    middle = load<f64>(own - 16) / load<f64>(eta - 16);
  const slope = (last - middle) * 2.816496580927726; // 1/(1−c₂)
  store<f64>(own, max(last + 0.1550510257216822 * slope, 0.5 * last) * load<f64>(eta));
  store<f64>(own + 8, max(last + 0.6449489742783178 * slope, 0.5 * last) * load<f64>(eta + 8));
  store<f64>(own + 16, max(last + slope, 0.5 * last) * load<f64>(eta + 16));
}

/** Slopes at the stages of what has the values x there, and x0 before them. */
function derivatives(x: usize, x0: f64, T: usize, out: usize): void {
  const x1 = load<f64>(x),
    x2 = load<f64>(x, 8),
    x3 = load<f64>(x, 16);
  store<f64>(out, (a11 * x1 + a12 * x2 + a13 * x3 - b1 * x0) / load<f64>(T));
  store<f64>(out, (a21 * x1 + a22 * x2 + a23 * x3 - b2 * x0) / load<f64>(T, 8), 8);
  store<f64>(out, (a31 * x1 + a32 * x2 + a33 * x3 - b3 * x0) / load<f64>(T, 16), 16);
}

/** The stages (Ā − Tℓ)⁻¹ (Ā1 ρ₀ + push) of one node, by elimination; adds them to P and Σ, and leaves the last. */
function stages(
  i: usize,
  stride: usize,
  scratch: usize,
  T: usize,
  rr: usize,
  ri: usize,
  zr: usize,
  zi: usize,
  last: usize,
  P: usize,
): void {
  const W = P + 64,
    U = P + 96;
  const x = load<f64>(rr + i),
    y = load<f64>(ri + i);
  const block1 = scratch + i,
    block2 = block1 + 6 * stride,
    block3 = block2 + 6 * stride;
  const T1 = load<f64>(T),
    T2 = load<f64>(T, 8),
    T3 = load<f64>(T, 16);
  const d1r = a11 - T1 * load<f64>(block1),
    d1i = -T1 * load<f64>(block1 + stride);
  const d2r = a22 - T2 * load<f64>(block2),
    d2i = -T2 * load<f64>(block2 + stride);
  const d3r = a33 - T3 * load<f64>(block3),
    d3i = -T3 * load<f64>(block3 + stride);
  const w1 = load<f64>(W),
    w2 = load<f64>(W, 8),
    w3 = load<f64>(W, 16),
    u1 = load<f64>(U),
    u2 = load<f64>(U, 8),
    u3 = load<f64>(U, 16);
  const p1r = b1 * x + w1 * load<f64>(block1 + 2 * stride) + u1 * load<f64>(block1 + 4 * stride),
    p1i = b1 * y + w1 * load<f64>(block1 + 3 * stride) + u1 * load<f64>(block1 + 5 * stride);
  const p2r = b2 * x + w2 * load<f64>(block2 + 2 * stride) + u2 * load<f64>(block2 + 4 * stride),
    p2i = b2 * y + w2 * load<f64>(block2 + 3 * stride) + u2 * load<f64>(block2 + 5 * stride);
  const p3r = b3 * x + w3 * load<f64>(block3 + 2 * stride) + u3 * load<f64>(block3 + 4 * stride),
    p3i = b3 * y + w3 * load<f64>(block3 + 3 * stride) + u3 * load<f64>(block3 + 5 * stride);
  // the first row from the others
  const n1 = 1 / (d1r * d1r + d1i * d1i);
  const v1r = d1r * n1,
    v1i = -d1i * n1;
  const k2r = d2r - a21 * a12 * v1r,
    k2i = d2i - a21 * a12 * v1i,
    k23r = a23 - a21 * a13 * v1r,
    k23i = -a21 * a13 * v1i,
    k32r = a32 - a31 * a12 * v1r,
    k32i = -a31 * a12 * v1i,
    k3r = d3r - a31 * a13 * v1r,
    k3i = d3i - a31 * a13 * v1i;
  const t1r = v1r * p1r - v1i * p1i,
    t1i = v1r * p1i + v1i * p1r;
  const q2r = p2r - a21 * t1r,
    q2i = p2i - a21 * t1i,
    q3r = p3r - a31 * t1r,
    q3i = p3i - a31 * t1i;
  // two equations in two unknowns
  const er = k2r * k3r - k2i * k3i - (k23r * k32r - k23i * k32i),
    ei = k2r * k3i + k2i * k3r - (k23r * k32i + k23i * k32r);
  const ne = 1 / (er * er + ei * ei);
  const c2r = q2r * k3r - q2i * k3i - (k23r * q3r - k23i * q3i),
    c2i = q2r * k3i + q2i * k3r - (k23r * q3i + k23i * q3r);
  const c3r = k2r * q3r - k2i * q3i - (k32r * q2r - k32i * q2i),
    c3i = k2r * q3i + k2i * q3r - (k32r * q2i + k32i * q2r);
  const s2r = (c2r * er + c2i * ei) * ne,
    s2i = (c2i * er - c2r * ei) * ne;
  const s3r = (c3r * er + c3i * ei) * ne,
    s3i = (c3i * er - c3r * ei) * ne;
  const hr = a12 * s2r + a13 * s3r,
    hi = a12 * s2i + a13 * s3i;
  const s1r = t1r - (v1r * hr - v1i * hi),
    s1i = t1i - (v1r * hi + v1i * hr);
  store<f64>(last + i, s3r);
  store<f64>(last + stride + i, s3i);
  const X = load<f64>(zr + i),
    Y = load<f64>(zi + i);
  store<f64>(P, load<f64>(P) + s1r);
  store<f64>(P, load<f64>(P, 8) + s2r, 8);
  store<f64>(P, load<f64>(P, 16) + s3r, 16);
  store<f64>(P, load<f64>(P, 32) + X * s1r - Y * s1i, 32);
  store<f64>(P, load<f64>(P, 40) + X * s2r - Y * s2i, 40);
  store<f64>(P, load<f64>(P, 48) + X * s3r - Y * s3i, 48);
}
