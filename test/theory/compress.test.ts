import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compress } from "../../src/theory/measure/compress.ts";
import { modesOf } from "../../src/theory/measure/modes.ts";
import { measured, powerLaw } from "../../src/theory/measure/spectrum.ts";
import { tailFit } from "../../src/theory/measure/tail.ts";

/** Σ w/(κ+λ) at complex κ. */
function sum({ lambda, weight }: { lambda: Float64Array; weight: Float64Array }, x: number, y: number) {
  let [re, im] = [0, 0];
  lambda.forEach((l, j) => {
    const p = l + x;
    const q = weight[j]! / (p * p + y * y);
    re += p * q;
    im -= y * q;
  });
  return [re, im] as const;
}

describe("compress", () => {
  it("keeps every sum off the spectrum, of any measure", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -12, max: 1, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (logs, seed) => {
          const lambda = Float64Array.from(logs, (x) => 10 ** x);
          const weight = lambda.map((l, j) => l * (1 + Math.sin(seed + j)) + 1e-30);
          const short = compress({ lambda, weight }, { points: 12, ratio: 2, floor: 0 });
          expect(short.lambda.length).toBeLessThanOrEqual(lambda.length);
          for (let e = -10; e <= 2; e++)
            for (const angle of [0, 1.5, (3 * Math.PI) / 4]) {
              const [x, y] = [10 ** e * Math.cos(angle), 10 ** e * Math.sin(angle)];
              const [a, b] = [sum({ lambda, weight }, x, y), sum(short, x, y)];
              expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1e-11 * Math.hypot(...a));
            }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });

  it("gains a digit or more a point", () => {
    const { lambda, trace } = modesOf(powerLaw({ alpha: 0.7, beta: 0.2 }), 1e5);
    const whole = { lambda, weight: trace };
    const errors = [2, 4, 6, 8].map((points) => {
      const [a, b] = [sum(whole, -1e-3, 1e-3), sum(compress(whole, { points, ratio: 2, floor: 0 }), -1e-3, 1e-3)];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    });
    for (let i = 1; i < errors.length; i++) expect(errors[i]! / errors[i - 1]!).toBeLessThan(0.03);
  });

  it("shares one bin below the floor", () => {
    const lambda = Float64Array.from({ length: 2000 }, (_, k) => (k + 1) ** -2);
    const short = compress({ lambda, weight: lambda }, { points: 10, ratio: 2, floor: 1e-5 });
    expect(short.lambda.filter((l) => l < 1e-5).length).toBeLessThanOrEqual(10);
    const [a, b] = [sum({ lambda, weight: lambda }, 1e-4, 0)[0], sum(short, 1e-4, 0)[0]];
    expect(Math.abs(a - b)).toBeLessThan(1e-12 * a);
  });
});

describe("tail fits", () => {
  const spectrum = (n: number, noise: number) =>
    measured({
      eigenvalues: Array.from({ length: n }, (_, k) => (k + 1) ** -1.3),
      energies: Array.from({ length: n }, (_, k) => (k + 1) ** -1.9 * (1 + noise * Math.sin(k * k))),
    });

  it("find the exponents, and say how well", () => {
    const exact = tailFit(spectrum(2000, 0));
    expect(exact.b.value).toBeCloseTo(1.3, 2);
    expect(exact.a.value).toBeCloseTo(1.9, 2);
    const noisy = tailFit(spectrum(2000, 0.9));
    expect(Math.abs(noisy.a.value - 1.9)).toBeLessThan(4 * noisy.a.stderr);
    expect(noisy.a.stderr).toBeGreaterThan(exact.a.stderr);
    expect(tailFit(spectrum(2000, 0), { window: [50, 500] }).window).toEqual([50, 500]);
  });

  it("need enough modes with energy", () => {
    expect(() => tailFit(spectrum(20, 0), { window: [3, 8] })).toThrow("at least 8 modes");
    expect(() => tailFit(spectrum(20, 0), { window: [3, 40] })).toThrow("window[1] must be at most 20");
    const flat = measured({ eigenvalues: Array(40).fill(1), energies: [1, ...Array(39).fill(0)] });
    expect(() => tailFit(flat)).toThrow("modes with energy");
  });
});
