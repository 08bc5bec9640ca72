// The checks by numbers that docs/derivations.md names. Nothing here is imported from the library: the equations as they stand.

import { describe, expect, it } from "vitest";

type C = readonly [number, number];
const add = (...z: C[]): C => z.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0] as C);
const sub = (x: C, y: C): C => [x[0] - y[0], x[1] - y[1]];
const mul = (...z: C[]): C => z.reduce(([a, b], [c, d]) => [a * c - b * d, a * d + b * c], [1, 0] as C);
const inv = ([a, b]: C): C => [a / (a * a + b * b), -b / (a * a + b * b)];
const div = (x: C, y: C): C => mul(x, inv(y));
const real = (x: number): C => [x, 0];
const exp = ([a, b]: C): C => [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)];
const log = ([a, b]: C): C => [Math.log(Math.hypot(a, b)), Math.atan2(b, a)];
const sqrt = (z: C): C => exp(mul(real(0.5), log(z)));
const abs = ([a, b]: C): number => Math.hypot(a, b);

/** mulberry32 */
function uniform(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("(4.5): what the split leaves out", () => {
  const lambda = Array.from({ length: 12 }, (_, i) => (i + 1) ** -1.4);
  const c = lambda.map((l, i) => l * (i + 1) ** -1);
  const B = 2;
  const gamma = (0.6 * 2) / (lambda[0]! * (B + 1));
  const g = (l: number) => 1 - 2 * gamma * B * l + gamma ** 2 * B * (B + 1) * l * l;
  const C0 = c.reduce((sum, x, i) => sum + x / lambda[i]!, 0);

  /** Φ(z) = Σ c/(λ−z) and zD = z Σ λ/(λ−z), for this finite spectrum. */
  const phi = (z: C) => add(...lambda.map((l, i) => div(real(c[i]!), sub(real(l), z))));
  const zD = (z: C) => mul(z, add(...lambda.map((l) => div(real(l), sub(real(l), z)))));
  /** The parts of z₁ and z₂, and w. */
  function parts(s: C) {
    const w = exp(mul(real(-1), s));
    const A = mul(real(gamma ** 2 * B * (B + 1)), w);
    const b = mul(real(-2 * gamma * B), w);
    const k = sub(w, real(1));
    let q = sqrt(sub(mul(b, b), mul(real(4), A, k)));
    if (b[0] * q[0] + b[1] * q[1] < 0) q = mul(real(-1), q);
    const Q = mul(real(-0.5), add(b, q));
    // c/Q with the sign of (4.1): Aλ² + bλ + c = 0, c = w − 1 there is e^{−s} − 1
    const [z1, z2] = [div(k, Q), div(Q, A)];
    const Fv = mul(real(-1), div(sub(phi(z1), real(C0)), q));
    const Fs = div(sub(phi(z2), real(C0)), q);
    const Kv = mul(real(-(gamma ** 2) * B), div(zD(z1), q));
    const Ks = mul(real(gamma ** 2 * B), div(zD(z2), q));
    return { w, Fv, Fs, Kv, Ks };
  }

  it("is the sum of both, as generating functions", () => {
    const s: C = [0.3, 0.8];
    const { w, Fv, Fs, Kv, Ks } = parts(s);
    const closed = (weight: (l: number, i: number) => number) =>
      add(...lambda.map((l, i) => div(real(weight(l, i)), sub(real(1), mul(w, real(g(l)))))));
    expect(
      abs(
        sub(
          add(Fv, Fs),
          closed((_, i) => c[i]!),
        ),
      ),
    ).toBeLessThan(1e-12);
    expect(
      abs(
        sub(
          add(Kv, Ks),
          closed((l) => gamma ** 2 * B * l * l),
        ),
      ),
    ).toBeLessThan(1e-12);
  });

  it("falls by e^{s*} a step", () => {
    // the nearest zero of 1 − wK_s on the negative axis
    const value = (s: number) => {
      const { w, Ks } = parts([s, 0]);
      return 1 - mul(w, Ks)[0];
    };
    let [low, high] = [-1e-3, 0];
    while (value(low) > 0) low *= 1.05;
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      if (value(middle) > 0) high = middle;
      else low = middle;
    }
    const rho = Float64Array.from(c);
    const P = (): number => rho.reduce((sum, x) => sum + x, 0);
    const left: number[] = [];
    const [from, to] = [6, 14];
    for (let r = 0; r <= to; r++) {
      const loss = P();
      if (r >= from) {
        // a Talbot contour of 48 nodes (Weideman 2006) for the part of z₁
        const N = 48;
        let sum = 0;
        for (let k = 0; k < N; k++) {
          const t = ((2 * k + 1) * Math.PI) / N - Math.PI;
          const cot = 1 / Math.tan(0.6407 * t);
          const sin = Math.sin(0.6407 * t);
          const s: C = [(N / r) * (0.5017 * t * cot - 0.6122), (N / r) * 0.2645 * t];
          const ds: C = [(N / r) * 0.5017 * (cot - (0.6407 * t) / sin ** 2), (N / r) * 0.2645];
          const { w, Fv, Fs, Kv, Ks } = parts(s);
          const both = sub(real(1), mul(w, add(Kv, Ks)));
          const alone = sub(real(1), mul(w, Ks));
          const value = div(add(mul(Fv, alone), mul(Fs, w, Kv)), mul(both, alone));
          sum += mul(value, exp(mul(real(r), s)), ds)[1] / N;
        }
        left.push(loss - sum);
      }
      for (let i = 0; i < lambda.length; i++)
        rho[i] = g(lambda[i]!) * rho[i]! + gamma ** 2 * B * lambda[i]! ** 2 * loss;
    }
    for (let i = 4; i + 1 < left.length; i++)
      expect(Math.log(Math.abs(left[i + 1]! / left[i]!)), `from r = ${from + i}`).toBeCloseTo((low + high) / 2, 5);
  });
});

describe("(5.6): the rate of the nodes", () => {
  /** The mass of one eigenvalue at u₀ = ±h by N nodes on Im x = 0.7. */
  function mass(h: number, N: number, end: 1 | -1): number {
    /** u(x) of (5.5) and its derivative. */
    const image = (x: C, L: number): { u: C; slope: C } => {
      let [u, slope] = [x, real(1)];
      for (let m = 1, sign = 1; m < 40; m += 2, sign = -sign) {
        const [A, B] = [add(real(m * L), x), sub(real(m * L), x)].map((y) => exp(mul(real(-2), y))) as [C, C];
        u = add(u, mul(real(sign), sub(log(add(real(1), A)), log(add(real(1), B)))));
        slope = sub(slope, mul(real(2 * sign), add(div(A, add(real(1), A)), div(B, add(real(1), B)))));
      }
      return { u, slope };
    };
    let [low, high] = [0.5 * h, h + 2];
    for (let i = 0; i < 80; i++) {
      const L = (low + high) / 2;
      if (image([L * (1 - 1e-15), 0], L).u[0] < h) low = L;
      else high = L;
    }
    const L = (low + high) / 2;
    // z of u with ε = 0, 𝒟 = 1: w/(1+w); the eigenvalue at e^{±h}
    const place = (u: C): C => div(exp(u), add(real(1), exp(u)));
    const eigenvalue = place([end * h, 0])[0];
    const step = (2 * L) / N;
    let sum = 0;
    for (let k = 0; k < N; k++) {
      const x: C = [-L + (k + 0.5) * step, 0.7];
      const { u, slope } = image(x, L);
      const z = place(u);
      const dz = mul(z, sub(real(1), z), slope);
      const term = div(dz, sub(real(eigenvalue), z));
      sum += mul([0, -step / Math.PI], term)[0];
    }
    return sum;
  }

  it.each([2, 5, 9])("is e^{−4.4 N/(2h+1.4)} for h = %d, and (5.6) is enough", (h) => {
    const unit = 2 * h + 1.4;
    const error = (N: number) => Math.max(...([1, -1] as const).map((end) => Math.abs(mass(h, N, end) - 1)));
    const [few, more] = [Math.round(2 * unit), Math.round(5 * unit)];
    const rate = (-Math.log(error(more) / error(few)) * unit) / (more - few);
    expect(rate).toBeGreaterThan(4.2);
    expect(rate).toBeLessThan(4.6);
    expect(error(Math.ceil(7.1 * unit))).toBeLessThan(5e-13);
  });
});

describe("(5.8), (5.9): one step of the flow", () => {
  /** ρ after one unit of time, by Runge–Kutta; γ(u) = γ + slope (u − ½), P̂(u) = p + q u. */
  function flow(
    rho: number,
    z: number,
    B: number,
    gamma: number,
    slope: number,
    p: number,
    q: number,
    chi = true,
  ): number {
    const at = (u: number, x: number): number => {
      const now = gamma + slope * (u - 0.5);
      const g = 1 - 2 * now * B * z + now ** 2 * B * (B + 1) * z * z;
      const l = Math.log(g);
      const theta = 1 / (1 - g) + 1 / l;
      const correction = chi ? ((theta - 0.5) * slope * 2) / (now * (2 - now * (B + 1) * z)) : 0;
      return l * x + ((now ** 2 * B * l) / (g - 1)) * ((1 - correction) * (p + q * u) - theta * q);
    };
    const n = 2000;
    const h = 1 / n;
    let x = rho;
    for (let i = 0; i < n; i++) {
      const u = i * h;
      const a = at(u, x);
      const b = at(u + h / 2, x + (h / 2) * a);
      const c = at(u + h / 2, x + (h / 2) * b);
      x += (h / 6) * (a + 2 * b + 2 * c + at(u + h, x + h * c));
    }
    return x;
  }
  const whole = (rho: number, z: number, B: number, gamma: number, p: number): number =>
    (1 - 2 * gamma * B * z + gamma ** 2 * B * (B + 1) * z * z) * rho + gamma ** 2 * B * p;
  const next = uniform(5);
  const settings = Array.from({ length: 12 }, () => {
    const B = 1 + Math.floor(8 * next());
    // below the least of g, where g > 0 at real z
    const gamma = (0.05 + 0.8 * next()) / (B + 1);
    return { B, gamma, rho: next(), p: next() + 0.1, q: next() - 0.5 };
  });

  it("is the recursion where the loss is linear in time", () => {
    for (const { B, gamma, rho, p, q } of settings)
      expect(flow(rho, 1, B, gamma, 0, p, q) / whole(rho, 1, B, gamma, p)).toBeCloseTo(1, 11);
  });

  it("is it to second order where the step is, and to first without χ", () => {
    for (const { B, gamma, rho, p } of settings) {
      const off = (slope: number, chi: boolean) =>
        Math.abs(flow(rho, 1, B, gamma, slope * gamma, p, 0, chi) - whole(rho, 1, B, gamma, p));
      expect(Math.log2(off(0.02, true) / off(0.01, true))).toBeGreaterThan(1.8);
      expect(Math.log2(off(0.02, false) / off(0.01, false))).toBeLessThan(1.5);
    }
  });
});

describe("(8.11): both forms of the correlation", () => {
  it("agree", () => {
    const next = uniform(11);
    for (let trial = 0; trial < 50; trial++) {
      const n = 5 + Math.floor(20 * next());
      const lambda = Array.from({ length: n }, () => next() ** 3);
      const c = Array.from({ length: n }, () => next());
      const [N, P, noise] = [1 + 50 * next(), 1 + 50 * next(), next()];
      const one = (kappa: C) => {
        const sum = (weight: readonly number[]) =>
          add(...lambda.map((l, i) => div(real(weight[i]!), add(kappa, real(l)))));
        const [D, G] = [sum(lambda), sum(c)];
        const R1 = sub(real(1), mul(real(1 / P), D));
        const R3 = sub(real(1), mul(real(1 / N), D));
        return { kappa, D, G, R1, R3, z: mul(kappa, R1, R3), phi: div(add(G, div(real(noise), kappa)), R3) };
      };
      const a = one([2 * next() - 1, 0.2 + next()]);
      const b = one([2 * next() - 1, -0.2 - next()]);
      const pair = (weight: (i: number) => number) =>
        add(...lambda.map((l, i) => div(real(weight(i)), mul(add(a.kappa, real(l)), add(b.kappa, real(l))))));
      const [T0, E1, E2] = [pair((i) => c[i]!), pair((i) => lambda[i]!), pair((i) => lambda[i]! ** 2)];
      const both = mul(a.kappa, b.kappa);
      const X = add(mul(T0, b.R3), mul(real(1 / N), b.G, E1));
      const less = (M: number) => sub(real(1), mul(real(1 / M), E2));
      const delta = sub(mul(less(N), less(P)), mul(real(1 / (N * P)), both, E1, E1));
      const sums = div(add(X, div(mul(real(noise), less(N)), both)), mul(a.R1, b.R1, a.R3, b.R3, delta));
      const difference = div(sub(a.phi, b.phi), mul(sub(b.z, a.z), a.R1, b.R1));
      expect(abs(sub(sums, difference)) / abs(sums)).toBeLessThan(1e-11);
    }
  });
});

describe("(12.1), (12.2), (12.11): what a sign does", () => {
  it("has the arcsine of the correlation for the mean of two signs", () => {
    const n = 200_000;
    for (const c of [-0.9, -0.2, 0, 0.4, 0.99]) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        const angle = (2 * Math.PI * (k + 0.5)) / n;
        sum += Math.sign(Math.cos(angle)) * Math.sign(c * Math.cos(angle) + Math.sqrt(1 - c * c) * Math.sin(angle));
      }
      expect(sum / n).toBeCloseTo((2 / Math.PI) * Math.asin(c), 4);
    }
  });

  it("drops the cubic of the arcsine off the diagonal, and nothing else", () => {
    // A − (12.2)'s: (2/π) c³/6 to leading order, 0 on the diagonal
    for (const c of [0.01, 0.02, 0.04])
      expect(((2 / Math.PI) * (Math.asin(c) - c)) / c ** 3).toBeCloseTo(1 / (3 * Math.PI), 3);
    expect((2 / Math.PI) * (1 + (Math.PI / 2 - 1))).toBeCloseTo((2 / Math.PI) * Math.asin(1), 15);
  });

  it("leaves of noise what the integral over τ says, to first order in a", () => {
    const modes = [1, 0.3, 0.05].map((l) => ({ l, n: l + 0.2, rho: l }));
    const gap = (T: number) => {
      // τ_T = 4: the smaller a, the nearer
      const a = (t: number) => (4 / T) * (1 + 0.5 * Math.cos((Math.PI * (t + 0.5)) / T));
      const rho = modes.map((mode) => mode.rho);
      const total = modes.reduce((sum, { rho: x }) => sum + x, 0);
      let [integral, tau] = [0, 0];
      for (let t = 0; t < T; t++) {
        const P = rho.reduce((sum, x) => sum + x, 0);
        const [rate, middle] = [a(t), tau + a(t) / 2];
        const kernel = modes.reduce((sum, { l, n }) => sum + l * n * Math.exp(-2 * l * (4 - middle)), 0);
        integral += rate * rate * (Math.PI ** 2 / 4) * kernel * P;
        modes.forEach(({ l, n }, i) => {
          rho[i] = (1 - rate * l) ** 2 * rho[i]! + (Math.PI / 2) ** 2 * rate * rate * P * l * n;
        });
        tau += rate;
      }
      expect(tau).toBeCloseTo(4, 10);
      const F = modes.reduce((sum, { l, rho: x }) => sum + x * Math.exp(-2 * l * 4), 0);
      return (rho.reduce((sum, x) => sum + x, 0) - F - integral) / total;
    };
    const [coarse, fine] = [gap(2000), gap(8000)];
    expect(Math.abs(fine)).toBeLessThan(2e-4);
    expect(coarse / fine).toBeCloseTo(4, 0);
  });
});
