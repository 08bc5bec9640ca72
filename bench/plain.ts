// The inner kernels as one would write them by hand in plain JavaScript for speed: typed arrays, one pass, no objects. They
// stand beside the library's reference kernels, which are written to be read.

import type { Path } from "../src/kernels/contour.ts";
import type { Measure, OnePoint } from "../src/kernels/dynamics.ts";
import type { HuberData } from "../src/kernels/huber/kernels.ts";
import type { MomentumState } from "../src/kernels/momentum.ts";
import type { ComplexArray, Modes } from "../src/kernels/resolvent.ts";
import type { SignNodes } from "../src/kernels/sign/kernels.ts";
import type { Nodes } from "../src/kernels/volterra.ts";

/** Re and Im of D, G, H at every κ, one array after the other. */
export function modeSums({ lambda, trace, energy, ratio }: Modes, kappa: ComplexArray): Float64Array {
  const m = kappa.re.length;
  const out = new Float64Array(6 * m);
  for (let i = 0; i < m; i++) {
    const [x, y] = [kappa.re[i]!, kappa.im[i]!];
    let [aq, ap, tq, tp, uq, up] = [0, 0, 0, 0, 0, 0];
    for (let j = 0; j < lambda.length; j++) {
      const p = lambda[j]! + x;
      const q = 1 / (p * p + y * y);
      const r = p * q;
      aq += trace[j]! * q;
      ap += trace[j]! * r;
      tq += energy[j]! * q;
      tp += energy[j]! * r;
      uq += ratio[j]! * q;
      up += ratio[j]! * r;
    }
    [out[i], out[m + i], out[2 * m + i]] = [ap, -y * aq, tp];
    [out[3 * m + i], out[4 * m + i], out[5 * m + i]] = [-y * tq, up, -y * uq];
  }
  return out;
}

/** κ of PLRF (P = ∞) from κ₀ + ζ: real parts, imaginary parts, and how many Newton steps it took in all. */
export function solveKappa({ lambda, trace }: Modes, d: number, kappa0: number, zeta: ComplexArray): Float64Array {
  const m = zeta.re.length;
  const out = new Float64Array(2 * m + 1);
  for (let i = 0; i < m; i++) {
    let x = kappa0 + zeta.re[i]!;
    let y = zeta.im[i]!;
    for (let iteration = 0; iteration < 60; iteration++) {
      out[2 * m]!++;
      let [p, q, pq, qq] = [0, 0, 0, 0];
      for (let j = 0; j < lambda.length; j++) {
        const P = lambda[j]! + x;
        const Q = 1 / (P * P + y * y);
        const A = trace[j]! * Q;
        q += A;
        p += A * P;
        qq += A * Q;
        pq += A * P * Q;
      }
      const [Sx, Sy] = [1 - p / d, (y * q) / d];
      const [Ex, Ey] = [(q - 2 * y * y * qq) / d, (-2 * y * pq) / d];
      const fx = x * Sx - y * Sy - zeta.re[i]!;
      const fy = x * Sy + y * Sx - zeta.im[i]!;
      const gx = Sx + x * Ex - y * Ey;
      const gy = Sy + x * Ey + y * Ex;
      const g2 = gx * gx + gy * gy;
      let dx = (fx * gx + fy * gy) / g2;
      let dy = (fy * gx - fx * gy) / g2;
      const size = Math.sqrt((dx * dx + dy * dy) / (x * x + y * y));
      if (size > 0.5) {
        dx *= 0.5 / size;
        dy *= 0.5 / size;
      }
      x -= dx;
      y -= dy;
      if (size < 1e-9) break;
    }
    out[i] = x;
    out[m + i] = y;
  }
  return out;
}

/** (1/π) Im Σ f ds e^{rs} at every step, and the sum of moduli, for two integrands. */
export function contourSums({ s, ds }: Path, f: ComplexArray, g: ComplexArray, steps: Float64Array): Float64Array {
  const [m, n] = [s.re.length, steps.length];
  const weighed = [f, g].map((integrand) => {
    const [re, im, size] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
    for (let i = 0; i < m; i++) {
      re[i] = (integrand.re[i]! * ds.re[i]! - integrand.im[i]! * ds.im[i]!) / Math.PI;
      im[i] = (integrand.re[i]! * ds.im[i]! + integrand.im[i]! * ds.re[i]!) / Math.PI;
      size[i] = Math.hypot(re[i]!, im[i]!);
    }
    return { re, im, size };
  });
  const [F, G] = [weighed[0]!, weighed[1]!];
  const out = new Float64Array(4 * n);
  for (let k = 0; k < n; k++) {
    const r = steps[k]!;
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let i = 0; i < m && s.re[i]! * r > -60; i++) {
      const growth = Math.exp(s.re[i]! * r);
      const sin = growth * Math.sin(s.im[i]! * r);
      const cos = growth * Math.cos(s.im[i]! * r);
      a += F.re[i]! * sin + F.im[i]! * cos;
      b += F.size[i]! * growth;
      c += G.re[i]! * sin + G.im[i]! * cos;
      e += G.size[i]! * growth;
    }
    [out[k], out[n + k], out[2 * n + k], out[3 * n + k]] = [a, b, c, e];
  }
  return out;
}

/** P(r) = F(r) + Σ_{s<r} K(r−1−s) P(s). */
export function volterra(F: Float64Array, K: Float64Array): Float64Array {
  const n = F.length;
  const P = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    let sum = F[r]!;
    for (let s = 0; s < r; s++) sum += K[r - 1 - s]! * P[s]!;
    P[r] = sum;
  }
  return P;
}

/** P before each of `count` steps of sign SGD at constant η (12.1), noise σ². */
export function stepSign(
  { z, source, rest, spread, shape }: SignNodes,
  start: ComplexArray,
  eta: number,
  noise: number,
  count: number,
): Float64Array {
  const n = z.re.length;
  const [re, im] = [start.re.slice(), start.im.slice()];
  const out = new Float64Array(count);
  const most = shape[0]!;
  let [sum, weighted] = [0, 0];
  for (let k = 0; k < n; k++) {
    sum += re[k]!;
    weighted += re[k]! * z.re[k]! - im[k]! * z.im[k]!;
  }
  for (let r = 0; r < count; r++) {
    out[r] = rest + sum;
    const V = rest + sum + noise;
    const x = (2 * Math.min(Math.max((spread * weighted) / V, 0), most)) / most - 1;
    let f = 0;
    for (let c = shape.length - 1; c > 0; c--) f = f * x + shape[c]!;
    const a = ((2 / Math.PI) * eta * f) / Math.sqrt(V);
    [sum, weighted] = [0, 0];
    for (let k = 0; k < n; k++) {
      const [ar, ai] = [a * z.re[k]!, a * z.im[k]!];
      const [gr, gi] = [ar * (ar - 2) - ai * ai, ai * (2 * ar - 2)];
      const [u, v] = [re[k]!, im[k]!];
      const p = u + (gr * u - gi * v + eta * eta * source.re[k]!);
      const q = v + (gr * v + gi * u + eta * eta * source.im[k]!);
      re[k] = p;
      im[k] = q;
      sum += p;
      weighted += p * z.re[k]! - q * z.im[k]!;
    }
  }
  return out;
}

/** P before each of `count` steps of constant γ and B. */
export function stepModes(
  nodes: Nodes,
  start: ComplexArray,
  gamma: number,
  batch: number,
  count: number,
): Float64Array {
  const n = nodes.z.re.length;
  const [gr, gi, qr, qi] = [0, 0, 0, 0].map(() => new Float64Array(n)) as Four;
  const [re, im] = [start.re.slice(), start.im.slice()];
  const [a, b, q] = [-2 * gamma * batch, gamma * gamma * batch * (batch + 1), gamma * gamma * batch];
  for (let k = 0; k < n; k++) {
    const [x, y] = [nodes.z.re[k]!, nodes.z.im[k]!];
    gr[k] = a * x + b * (x * x - y * y);
    gi[k] = a * y + 2 * b * x * y;
    qr[k] = q * nodes.source.re[k]!;
    qi[k] = q * nodes.source.im[k]!;
  }
  const out = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += re[k]!;
  for (let r = 0; r < count; r++) {
    const loss = nodes.rest + sum;
    out[r] = loss;
    sum = 0;
    for (let k = 0; k < n; k++) {
      const x = re[k]!;
      const y = im[k]!;
      re[k] = x + (gr[k]! * x - gi[k]! * y + qr[k]! * loss);
      im[k] = y + (gr[k]! * y + gi[k]! * x + qi[k]! * loss);
      sum += re[k]!;
    }
  }
  return out;
}

/** The form of Kernels.pairForms for "none" and no noise, from sums over the target's modes. */
export function meanForm({ lambda, weight }: Measure, { kappa, R1, R3 }: OnePoint): Float64Array {
  const [m, n] = [kappa.re.length, lambda.length];
  const [p, q] = [new Float64Array(m * n), new Float64Array(m * n)];
  const form = new Float64Array(4 * m * m);
  const [Sr, Si] = [new Float64Array(m), new Float64Array(m)];
  for (let i = 0; i < m; i++) {
    Sr[i] = R1.re[i]! * R3.re[i]! - R1.im[i]! * R3.im[i]!;
    Si[i] = R1.re[i]! * R3.im[i]! + R1.im[i]! * R3.re[i]!;
    for (let k = 0; k < n; k++) {
      const P = lambda[k]! + kappa.re[i]!;
      const Q = 1 / (P * P + kappa.im[i]! * kappa.im[i]!);
      p[i * n + k] = P * Q;
      q[i * n + k] = kappa.im[i]! * Q;
    }
    for (let j = 0; j <= i; j++) {
      let [pp, qq, pq, qp] = [0, 0, 0, 0];
      for (let k = 0; k < n; k++) {
        const A = weight[k]! * p[i * n + k]!;
        const B = weight[k]! * q[i * n + k]!;
        pp += A * p[j * n + k]!;
        qq += B * q[j * n + k]!;
        pq += A * q[j * n + k]!;
        qp += B * p[j * n + k]!;
      }
      const c = i === j ? 2 : 4;
      const [Ar, Ai] = quotient(pp - qq, -pq - qp, Sr[i]!, Si[i]!, Sr[j]!, Si[j]!);
      const [Br, Bi] = quotient(pp + qq, pq - qp, Sr[i]!, Si[i]!, Sr[j]!, -Si[j]!);
      form[4 * i * m + 2 * j] = c * (Ar + Br);
      form[(2 * i + 1) * 2 * m + 2 * j] = c * (-Ai - Bi);
      form[(2 * i + 1) * 2 * m + 2 * j + 1] = c * (Br - Ar);
      if (i === j) form[(2 * i + 1) * 2 * m + 2 * j] = -4 * Ai;
      else form[4 * i * m + 2 * j + 1] = c * (Bi - Ai);
    }
  }
  return form;
}

/** (x + iy)/((a + ib)(c + id)) */
function quotient(x: number, y: number, a: number, b: number, c: number, d: number): [number, number] {
  const [re, im] = [a * c - b * d, a * d + b * c];
  const size = re * re + im * im;
  return [(x * re + y * im) / size, (y * re - x * im) / size];
}

/** wᵀQw for every row w, Q lower triangular. */
export function quadraticForms(Q: Float64Array, n: number, w: Float64Array): Float64Array {
  const times = w.length / n;
  const out = new Float64Array(times);
  for (let t = 0; t < times; t++) {
    let total = 0;
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j <= i; j++) row += Q[i * n + j]! * w[t * n + j]!;
      total += w[t * n + i]! * row;
    }
    out[t] = total;
  }
  return out;
}

/** P before each of `count` momentum steps of constant γ1, γ2, γ3, Δ and B, without label noise. */
export function stepMomentum(
  { z, source, rest }: Nodes,
  state: MomentumState,
  [g1, g2, g3, delta, B]: readonly [number, number, number, number, number],
  count: number,
): Float64Array {
  const [R, C, Y] = [state.R.slice(), state.C.slice(), state.Y.slice()];
  const [lambda, s] = [z.re, source.re];
  const a = 1 - delta;
  const g = g2 + g1 * g3;
  const out = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < R.length; k++) sum += R[k]!;
  for (let t = 0; t < count; t++) {
    const P = rest + sum;
    out[t] = P;
    sum = 0;
    for (let k = 0; k < R.length; k++) {
      const [r, c, y] = [R[k]!, C[k]!, Y[k]!];
      const M = B * lambda[k]!;
      const Q = B * (B + 1) * lambda[k]! * lambda[k]! * r + B * P * s[k]!;
      R[k] = r + (-2 * g * M * r - 2 * g3 * a * c + g * g * Q + g3 * g3 * a * a * y + 2 * g * g3 * a * M * c);
      Y[k] = a * a * y + 2 * a * g1 * M * c + g1 * g1 * Q;
      C[k] = a * c + g1 * M * r - (g * a + g3 * a * g1) * M * c - g * g1 * Q - g3 * a * a * y;
      sum += R[k]!;
    }
  }
  return out;
}

/** Objective and gradient of approach 3. */
export function huber({ x, y, l, w }: HuberData, delta: number, theta: Float64Array): Float64Array {
  const [a, b, e, alpha, beta] = [theta[0]!, theta[1]!, theta[2]!, theta[3]!, theta[4]!];
  const E = Math.exp(e);
  let [value, ga, gb, ge, gx, gy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const A = Math.exp(a - alpha * x[i]!);
    const B = Math.exp(b - beta * y[i]!);
    const S = A + B + E;
    const r = Math.log(S) - l[i]!;
    const psi = Math.max(-delta, Math.min(delta, r));
    const v = w[i]! * psi;
    const q = v / S;
    value += v * (r - psi / 2);
    ga += q * A;
    gb += q * B;
    ge += q;
    gx += q * A * x[i]!;
    gy += q * B * y[i]!;
  }
  return Float64Array.of(value, ga, gb, ge * E, -gx, -gy);
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];
