import { describe, expect, it } from "vitest";
import { type OnePoint, SHARED } from "../../src/kernels/dynamics.ts";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import { complexArray } from "../../src/kernels/resolvent.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm.ts";
import { abs, add, type Complex, complex, conj, div, mul, scale, sub } from "../../src/math/complex.ts";
import { onEachBackend } from "../backends.ts";

const lambda = Float64Array.from({ length: 30 }, (_, k) => (k + 1) ** -1.5);
const data = { lambda, weight: lambda };
const target = { lambda, weight: lambda.map((_, k) => (k + 1) ** -2.2) };
const [N, P, variance] = [9, 14, 0.3];

/** A few points z = κ R1 R3 in the upper half plane, κ chosen. */
const nodes = ((): OnePoint => {
  const m = 5;
  const points = { z: complexArray(m), kappa: complexArray(m), R1: complexArray(m), R3: complexArray(m) };
  const kappa = {
    re: Float64Array.of(0.4, 0.1, -0.02, -0.3, -1.9),
    im: Float64Array.of(0.05, 0.2, 0.1, 0.6, 0.4),
  };
  const D = referenceKernels.measureSums(data, kappa).value;
  const G = referenceKernels.measureSums(target, kappa).value;
  for (let i = 0; i < m; i++) {
    const d = complex(D.re[i]!, D.im[i]!);
    const [R1, R3] = [sub(complex(1), scale(1 / P, d)), sub(complex(1), scale(1 / N, d))];
    const z = mul(complex(kappa.re[i]!, kappa.im[i]!), mul(R1, R3));
    for (const [name, value] of Object.entries({ z, R1, R3 }) as [keyof typeof points, Complex][])
      [points[name].re[i], points[name].im[i]] = [value.re, value.im];
  }
  return { ...points, kappa, D, G };
})();
const at = (name: keyof OnePoint, i: number): Complex => complex(nodes[name].re[i]!, nodes[name].im[i]!);

/** x with A x = y, by elimination with pivots. */
function solve(A: Complex[][], y: Complex[]): Complex[] {
  const rows = A.map((row, i) => [...row, y[i]!]);
  const n = rows.length;
  for (let c = 0; c < n; c++) {
    const pivot = rows.slice(c).reduce((best, row, i) => (abs(row[c]!) > abs(rows[best]![c]!) ? c + i : best), c);
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    for (let r = 0; r < n; r++)
      if (r !== c) {
        const f = div(rows[r]![c]!, rows[c]![c]!);
        rows[r] = rows[r]!.map((value, k) => sub(value, mul(f, rows[c]![k]!)));
      }
  }
  return rows.map((row, i) => div(row[n]!, row[i]!));
}

/** C0 + σ²/(zz′) from the linear system of the two-time fields, with nothing eliminated. */
function rawTest(i: number, j: number, conjugate: boolean): Complex {
  const flip = (a: Complex) => (conjugate ? conj(a) : a);
  const [z, R1, R3, zp, R1p, R3p] = [
    at("z", i),
    at("R1", i),
    at("R3", i),
    flip(at("z", j)),
    flip(at("R1", j)),
    flip(at("R3", j)),
  ];
  const [S, Sp] = [mul(R1, R3), mul(R1p, R3p)];
  const zz = mul(z, zp);
  let [s0, s1, s2, t1, t2] = Array.from({ length: 5 }, () => complex(0)) as [
    Complex,
    Complex,
    Complex,
    Complex,
    Complex,
  ];
  lambda.forEach((l, k) => {
    const HH = div(complex(1), mul(add(z, scale(l, S)), add(zp, scale(l, Sp))));
    const w2 = target.weight[k]! / l;
    s0 = add(s0, scale(l, HH));
    s1 = add(s1, scale(l * l, HH));
    s2 = add(s2, scale(l * w2, HH));
    t1 = add(t1, scale(l * l * w2, HH));
    t2 = t1;
  });
  const one = complex(1);
  const zero = complex(0);
  // unknowns C0, C1, C2, C4
  const RR1 = mul(R1, R1p);
  const RR3 = mul(R3, R3p);
  const A = [
    [one, scale(-1 / P, mul(RR3, s1)), zero, scale(-1, s0)],
    [scale(-1, RR1), one, zero, zero],
    [zero, scale(-1 / P, mul(zz, s0)), one, scale(-1, mul(RR1, s1))],
    [zero, zero, scale(-1 / N, RR3), one],
  ];
  const noise = div(complex(variance), zz);
  const [C0] = solve(A, [s2, mul(RR1, noise), mul(RR1, t2), zero]);
  return add(C0!, noise);
}

onEachBackend((kernels) => {
  it.each([true, false])("the pair kernel solves the two-time equations (summed: %s)", (summed) => {
    const m = nodes.z.re.length;
    const [form] = kernels.pairForms(nodes, {
      data,
      target,
      invN: 1 / N,
      invP: 1 / P,
      variance,
      shared: ["both"],
      summed,
    });
    // u at two nodes at a time picks single pairs out of the form
    for (let i = 0; i < m; i++)
      for (let j = 0; j <= i; j++) {
        const u = Array.from({ length: m }, (_, k) => (k === i || k === j ? complex(1 + k, 0.3 - k) : complex(0)));
        let expected = 0;
        for (const p of new Set([i, j]))
          for (const q of new Set([i, j])) {
            expected += 2 * mul(mul(u[p]!, u[q]!), rawTest(p, q, false)).re;
            expected += 2 * mul(mul(u[p]!, conj(u[q]!)), rawTest(p, q, true)).re;
          }
        const w = Float64Array.from(u.flatMap(({ re, im }) => [re, im]));
        const [value] = kernels.quadraticForms(form!, 2 * m, w);
        expect(Math.abs(value! - expected)).toBeLessThan(1e-11 * Math.abs(expected));
      }
  });

  it("follows κ along a path to rounding", () => {
    const zeta = complexArray(40);
    for (let i = 0; i < 40; i++) {
      const [radius, angle] = [10 ** (1 - i / 8), (0.9 * Math.PI * i) / 39];
      zeta.re[i] = radius * Math.cos(angle);
      zeta.im[i] = radius * Math.sin(angle);
    }
    const { kappa, reached } = kernels.walkKappa(data, 1 / N, 1 / P, zeta, 10);
    expect(reached).toBe(40);
    const D = kernels.measureSums(data, kappa).value;
    for (let i = 0; i < 40; i++) {
      const d = complex(D.re[i]!, D.im[i]!);
      const k = complex(kappa.re[i]!, kappa.im[i]!);
      const z = mul(k, mul(sub(complex(1), scale(1 / P, d)), sub(complex(1), scale(1 / N, d))));
      expect(abs(sub(z, complex(zeta.re[i]!, zeta.im[i]!)))).toBeLessThan(1e-14 * (abs(k) + abs(z)));
    }
  });

  it("says where a path is lost", () => {
    const zeta = { re: Float64Array.of(1, Number.NaN, 2), im: Float64Array.of(0, 1, 1) };
    const { kappa, reached } = kernels.walkKappa(data, 1 / N, 0, zeta, 1);
    expect(reached).toBe(1);
    expect(Array.from(kappa.re, Number.isNaN)).toEqual([false, true, true]);
  });
});

describe("both backends", () => {
  const wasm = wasmKernels();
  it.each([true, false])("give the same forms (summed: %s)", (summed) => {
    const options = { data, target, invN: 1 / N, invP: 1 / P, variance, shared: SHARED, summed };
    const [a, b] = [wasm.pairForms(nodes, options), referenceKernels.pairForms(nodes, options)];
    a.forEach((form, kind) => {
      const size = form.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      form.forEach((x, i) => {
        expect(Math.abs(x - b[kind]![i]!)).toBeLessThan(1e-13 * size);
      });
    });
  });

  it("give the same curves, of one form a time and of the many of SGD", () => {
    const options = { data, target, invN: 1 / N, invP: 1 / P, variance, shared: SHARED, summed: false } as const;
    const m = nodes.z.re.length;
    const complexes = (re: (i: number) => number, im: (i: number) => number) => ({
      re: Float64Array.from({ length: m }, (_, i) => re(i)),
      im: Float64Array.from({ length: m }, (_, i) => im(i)),
    });
    const weight = complexes((i) => 1 + i, Math.cos);
    const rate = complexes((i) => -0.003 * (1 + i), Math.sin);
    // terms like those of a binomial distribution: at t = 3000 more than are held at a time
    const ratio = complexes(
      (i) => 0.5 + 0.02 * i,
      (i) => 0.1 * i,
    );
    for (const rows of [
      { weight, rate, times: Float64Array.of(0, 0.3, 10, 1e3, 4e4) },
      {
        weight,
        rate: { re: rate.re.map((x) => x - 0.3), im: rate.im },
        ratio,
        times: Float64Array.of(0, 1, 2, 40, 3000),
      },
    ]) {
      const [a, b] = [wasm.pairCurves(nodes, options, rows), referenceKernels.pairCurves(nodes, options, rows)];
      a.forEach((curve, kind) => {
        const size = curve.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        curve.forEach((x, i) => {
          expect(Math.abs(x - b[kind]![i]!)).toBeLessThan(1e-12 * Math.max(Math.abs(x), 1e-10 * size));
        });
      });
    }
  });

  it("leave out zeros at both ends of a quadratic form", () => {
    const n = 22;
    const form = Float64Array.from({ length: n * n }, (_, i) => (i % n <= i / n ? Math.sin(i) : 0));
    const vectors = Float64Array.from({ length: 4 * n }, (_, i) => (i % n >= 5 && i % n < 17 ? Math.cos(3 * i) : -0));
    const [a, b] = [wasm.quadraticForms(form, n, vectors), referenceKernels.quadraticForms(form, n, vectors)];
    a.forEach((x, i) => {
      expect(x).toBeCloseTo(b[i]!, 12);
    });
    expect(
      wasm.quadraticForms(
        form,
        n,
        vectors.map(() => -0),
      ),
    ).toEqual(new Float64Array(4));
  });

  it("sum the same quadratic forms over many times", () => {
    const n = 6;
    const form = Float64Array.from({ length: n * n }, (_, i) => (i % n <= i / n ? Math.sin(i) : 0));
    const vectors = Float64Array.from({ length: 7 * n }, (_, i) => Math.cos(3 * i));
    const [a, b] = [wasm.quadraticForms(form, n, vectors), referenceKernels.quadraticForms(form, n, vectors)];
    expect(a.length).toBe(7);
    a.forEach((x, i) => {
      expect(x).toBeCloseTo(b[i]!, 13);
    });
  });
});
