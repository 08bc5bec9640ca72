// Random numbers, SGD, the Gram matrix and its eigenvalues in plain JavaScript written for speed (see plain.ts): the same loops
// as bench/native/kernels.c.

import type { Roots } from "../src/kernels/simulation.ts";

/** High half of the 64-bit product of two words. */
function mulhi(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + ((al * bl) >>> 16);
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(((middle & 0xffff) + al * bh) / 65536)) | 0;
}

const words = new Int32Array(4);

function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  let [x0, x1, x2, x3, key0, key1] = [c0, c1, c2, c3, k0, k1];
  for (let round = 0; round < 10; round++) {
    const high0 = mulhi(0xd2511f53, x0);
    const high1 = mulhi(0xcd9e8d57, x2);
    const low0 = Math.imul(0xd2511f53, x0);
    const low1 = Math.imul(0xcd9e8d57, x2);
    x0 = high1 ^ x1 ^ key0;
    x2 = high0 ^ x3 ^ key1;
    x1 = low1;
    x3 = low0;
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}

const uniform = (w: number): number => (w >>> 0) * 2 ** -32 + 2 ** -33;

/** The numbers of kernels.random(…, "normal"): member 0, n a multiple of 16. */
export function normals(seed: number, stream: number, step: number, out: Float64Array): void {
  const c3 = stream << 24;
  for (let c = 0; c < out.length >> 2; c++) {
    philox(c, step, 0, c3, seed, 0);
    const [a, p, b, q] = [words[0]!, words[1]!, words[2]!, words[3]!];
    let [u, v] = [uniform(a), uniform(b)];
    if (a >>> 0 < 4096 || b >>> 0 < 4096) {
      philox(c, step, 0, c3 | (1 << 23), seed, 0);
      if (a >>> 0 < 4096) u = ((a >>> 0) + uniform(words[0]!)) * 2 ** -32;
      if (b >>> 0 < 4096) v = ((b >>> 0) + uniform(words[2]!)) * 2 ** -32;
    }
    const at = (c >> 2) * 16 + (c & 3);
    boxMuller(u, p, out, at);
    boxMuller(v, q, out, at + 8);
  }
}

function boxMuller(u: number, w: number, out: Float64Array, at: number): void {
  const r = Math.sqrt(-2 * Math.log(u));
  const h = ((w << 1) + 1) * 3.657295198167899e-10;
  const s = Math.sin(h);
  const cosine = 1 - 2 * s * s;
  out[at] = w < 0 ? -r * cosine : r * cosine;
  out[at + 4] = 2 * r * s * Math.cos(h);
}

/** y after `steps` steps of batch 1; all lengths are a multiple of 16. */
export function spectralSteps(lambda: Float64Array, start: Float64Array, seed: number, gamma: number, steps: number) {
  const y = start.slice();
  const xi = new Float64Array(y.length);
  for (let r = 0; r < steps; r++) {
    normals(seed, 1, r, xi);
    let e = 0;
    for (let i = 0; i < y.length; i++) e += xi[i]! * y[i]!;
    e *= gamma;
    for (let i = 0; i < y.length; i++) y[i]! -= e * lambda[i]! * xi[i]!;
  }
  return y;
}

/** θ after `steps` steps of batch 1 from 0; W: rows of d. */
export function denseSteps(W: Float64Array, { root, target }: Roots, seed: number, gamma: number, steps: number) {
  const v = root.length;
  const d = W.length / v;
  const [theta, phi, z] = [new Float64Array(d), new Float64Array(d), new Float64Array(v)];
  for (let r = 0; r < steps; r++) {
    normals(seed, 1, r, z);
    let e = 0;
    phi.fill(0);
    for (let j = 0; j < v; j++) {
      const x = z[j]! * root[j]!;
      for (let i = 0; i < d; i++) phi[i]! += x * W[j * d + i]!;
      e -= z[j]! * target[j]!;
    }
    for (let i = 0; i < d; i++) e += phi[i]! * theta[i]!;
    e *= gamma;
    for (let i = 0; i < d; i++) theta[i]! -= e * phi[i]!;
  }
  return theta;
}

/** The same with φ = Wᵀx in f32, summed over 256 rows at a time, and those in f64. */
export function denseSingleSteps(W: Float32Array, { root, target }: Roots, seed: number, gamma: number, steps: number) {
  const v = root.length;
  const d = W.length / v;
  const [theta, phi, z, sum] = [new Float64Array(d), new Float64Array(d), new Float64Array(v), new Float32Array(d)];
  for (let r = 0; r < steps; r++) {
    normals(seed, 1, r, z);
    let e = 0;
    phi.fill(0);
    for (let panel = 0; panel < v; panel += 256) {
      sum.fill(0);
      for (let j = panel; j < Math.min(panel + 256, v); j++) {
        const x = Math.fround(z[j]! * root[j]!);
        for (let i = 0; i < d; i++) sum[i] = Math.fround(sum[i]! + Math.fround(x * W[j * d + i]!));
        e -= z[j]! * target[j]!;
      }
      for (let i = 0; i < d; i++) phi[i]! += sum[i]!;
    }
    for (let i = 0; i < d; i++) e += phi[i]! * theta[i]!;
    e *= gamma;
    for (let i = 0; i < d; i++) theta[i]! -= e * phi[i]!;
  }
  return theta;
}

/** G, d × d with its lower triangle filled, then h, in one array; d is a multiple of 16. */
export function gram({ root, target }: Roots, seed: number, d: number): Float64Array {
  const out = new Float64Array(d * d + d);
  const panel = 4;
  const rows = Array.from({ length: panel }, () => new Float64Array(d));
  const [p, q, r, s] = rows as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let first = 0; first < root.length; first += panel) {
    rows.forEach((row, j) => {
      normals(seed, 0, first + j, row);
      const scale = root[first + j]! / Math.sqrt(d);
      for (let i = 0; i < d; i++) {
        row[i]! *= scale;
        out[d * d + i]! += target[first + j]! * row[i]!;
      }
    });
    for (let i = 0; i < d; i++) {
      const [a, b, c, e] = [p[i]!, q[i]!, r[i]!, s[i]!];
      for (let k = 0; k <= i; k++) out[i * d + k]! += a * p[k]! + b * q[k]! + c * r[k]! + e * s[k]!;
    }
  }
  return out;
}

/** G (d × d, lower triangle) by Householder from h on: the diagonal, then what is below it. */
export function tridiagonalise(G: Float64Array, h: Float64Array): Float64Array {
  const n = h.length;
  const A = G.slice();
  const [u, w, out] = [h.slice(), new Float64Array(n), new Float64Array(2 * n)];
  const [d, e] = [out.subarray(0, n), out.subarray(n)];
  for (let k = -1; k < n - 1; k++) {
    if (k >= 0) {
      d[k] = A[k * n + k]!;
      for (let i = 0; i < n; i++) u[i] = i > k ? A[i * n + k]! : 0;
    }
    const first = k + 1;
    const alpha = u[first]!;
    let [rest, tau, value] = [0, 0, alpha];
    for (let i = first + 1; i < n; i++) rest += u[i]! * u[i]!;
    if (rest > 0) {
      value = alpha > 0 ? -Math.sqrt(alpha * alpha + rest) : Math.sqrt(alpha * alpha + rest);
      tau = (value - alpha) / value;
      for (let i = first + 1; i < n; i++) u[i]! /= alpha - value;
    }
    u[first] = 1;
    if (k >= 0) e[k] = value;
    for (let i = first; i < n; i++) w[i] = 0;
    for (let i = first; i < n; i++) {
      const x = u[i]!;
      let sum = 0;
      for (let j = first; j < i; j++) {
        sum += A[i * n + j]! * u[j]!;
        w[j]! += A[i * n + j]! * x;
      }
      w[i]! += sum + A[i * n + i]! * x;
    }
    let half = 0;
    for (let i = first; i < n; i++) {
      w[i]! *= tau;
      half += w[i]! * u[i]!;
    }
    for (let i = first; i < n; i++) w[i]! -= 0.5 * tau * half * u[i]!;
    for (let i = first; i < n; i++) {
      const [x, y] = [u[i]!, w[i]!];
      for (let j = first; j <= i; j++) A[i * n + j]! -= x * w[j]! + y * u[j]!;
    }
  }
  d[n - 1] = A[n * n - 1]!;
  return out;
}

/** Eigenvalues, ascending: QL in rational form (LAPACK's dsterf) with the row of weights, as assembly/tridiagonal.ts. */
export function rationalQL(diagonal: Float64Array, below: Float64Array): Float64Array {
  const n = diagonal.length;
  const [d, e, z] = [diagonal.slice(), below.slice(), new Float64Array(n)];
  e[n - 1] = 0;
  z[0] = 1;
  for (let i = 0; i < n; i++) e[i]! *= e[i]!;
  for (let l = 0; l < n; l++)
    for (let iteration = 0; iteration < 50; iteration++) {
      let m = l;
      while (m < n - 1 && e[m]! > (Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) ** 2) m++;
      if (m === l) break;
      const root = Math.sqrt(e[l]!);
      const g = (d[l + 1]! - d[l]!) / (2 * root);
      const shift = d[l]! - root / (g + (g < 0 ? -1 : 1) * Math.sqrt(g * g + 1));
      let [c, s, gamma, cosine, y] = [1, 0, d[m]! - shift, 1, z[m]!];
      let [p, pi] = [gamma * gamma, gamma];
      for (let i = m - 1; i >= l; i--) {
        const b = e[i]!;
        const r = p + b;
        e[i + 1] = s * r;
        const [before, over, last, left] = [cosine, r / p, gamma, c * b];
        c = p / r;
        s = b / r;
        cosine = pi < 0 ? -Math.sqrt(c) : Math.sqrt(c);
        gamma = c * (d[i]! - shift) - s * last;
        d[i + 1] = last + (d[i]! - gamma);
        if (c > 1e-300) {
          p = gamma * gamma * over;
          pi = cosine * gamma;
        } else {
          p = left;
          pi = -before;
        }
        const [sine, x] = [Math.sqrt(s), z[i]!];
        z[i + 1] = sine * x + cosine * y;
        y = cosine * x - sine * y;
      }
      e[l] = s * p;
      d[l] = shift + gamma;
      z[l] = pi < 0 ? -y : y;
    }
  return d.sort();
}
