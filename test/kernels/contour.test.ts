import { expect, it } from "vitest";
import { complexArray, type Modes } from "../../src/kernels/resolvent.ts";
import { add, type Complex, complex, div, exp, mul, scale, sub } from "../../src/math/complex.ts";
import { onEachBackend } from "../backends.ts";

const lambda = [1, 0.3, 0.02, 1e-4];
const energy = [1, 0.5, 0.2, 0.1];
const modes: Modes = {
  lambda: Float64Array.from(lambda),
  trace: Float64Array.from(lambda),
  energy: Float64Array.from(energy),
  ratio: Float64Array.from(energy, (t, j) => t / lambda[j]!),
};
const [gamma, batch] = [0.2, 3];
const g = (l: number) => 1 - 2 * gamma * batch * l + gamma ** 2 * batch * (batch + 1) * l * l;
const ONE = complex(1);

onEachBackend((kernels) => {
  // with infinitely many features K̂ is D itself, and the sums over r are geometric
  it("makes the generating functions of a known recursion", () => {
    const s = complexArray(40);
    for (let i = 0; i < 40; i++) {
      const radius = 10 ** (-6 + (i % 8));
      s.re[i] = Math.min(radius, 3) * Math.cos((Math.PI * i) / 53);
      s.im[i] = Math.min(radius, 3) * Math.sin((Math.PI * i) / 53);
    }
    const { whole, failed } = kernels.transforms({ modes, d: Infinity, gamma, batch, kappa0: 0 }, s);
    expect(failed).toBe(0);
    for (let i = 0; i < 40; i++) {
      const w = exp(complex(-s.re[i]!, -s.im[i]!));
      let [F, K, size] = [complex(0), complex(0), 0];
      lambda.forEach((l, j) => {
        const sum = div(ONE, sub(ONE, scale(g(l), w)));
        F = add(F, scale(energy[j]!, sum));
        K = add(K, scale(gamma ** 2 * batch * l * l, sum));
        size += energy[j]! * Math.hypot(sum.re, sum.im);
      });
      const P = div(F, sub(ONE, mul(w, K)));
      // e^{−s} is known to rounding, which the poles near s = 0 magnify
      const close = (got: { re: Float64Array; im: Float64Array }, want: Complex, scale: number) =>
        expect(Math.hypot(got.re[i]! - want.re, got.im[i]! - want.im) / scale).toBeLessThan(1e-12);
      const conditioning = 1 + 1e-3 / Math.hypot(s.re[i]!, s.im[i]!);
      close(whole.F, F, size * conditioning);
      close(whole.K, K, size * conditioning);
      close(whole.P, P, size * conditioning);
    }
  });

  it("brings a generating function back to its coefficients", () => {
    const [M, rho] = [256, 0.9];
    const path = { s: complexArray(M / 2), ds: complexArray(M / 2) };
    path.s.re.fill(-Math.log(rho));
    path.s.im.set(path.s.im.map((_, k) => ((k + 0.5) * 2 * Math.PI) / M));
    path.ds.im.fill((2 * Math.PI) / M);
    const series = (ratio: number) => {
      const f = complexArray(M / 2);
      for (let k = 0; k < M / 2; k++) {
        const value = div(ONE, sub(ONE, scale(ratio, exp(complex(-path.s.re[k]!, -path.s.im[k]!)))));
        [f.re[k], f.im[k]] = [value.re, value.im];
      }
      return f;
    };
    const steps = Float64Array.of(0, 1, 7, 40);
    const [f, h] = kernels.contourSums(path, series(0.8), series(-0.5), steps);
    steps.forEach((r, i) => {
      expect(Math.abs(f.value[i]! - 0.8 ** r)).toBeLessThan(1e-15 * f.size[i]! + 2 * rho ** M);
      expect(Math.abs(h.value[i]! - (-0.5) ** r)).toBeLessThan(1e-15 * h.size[i]! + 2 * rho ** M);
      expect(f.size[i]!).toBeGreaterThan(Math.abs(f.value[i]!));
    });
  });

  it("leaves out nodes where the exponential has vanished", () => {
    const path = {
      s: { re: Float64Array.of(-1, -1e3), im: Float64Array.of(0, 1) },
      ds: { re: new Float64Array(2), im: Float64Array.of(Math.PI, 1) },
    };
    const f = { re: Float64Array.of(1, 1e6), im: new Float64Array(2) };
    const [{ value, size }] = kernels.contourSums(path, f, f, Float64Array.of(0.5, 3));
    expect(value[0]).toBeCloseTo(Math.exp(-0.5), 15);
    expect(size[1]).toBeCloseTo(Math.exp(-3), 15);
  });
});
