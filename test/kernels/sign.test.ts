// Sign SGD's kernels: the equivalent against golden values, steps against (12.1) by hand, growing steps against whole ones.
import { expect, it } from "vitest";
import { complexArray } from "../../src/kernels/resolvent.ts";
import type { SignNodes } from "../../src/kernels/sign/kernels.ts";
import { signKernelsOf } from "../../src/kernels/sign/of.ts";
import { NODES } from "../../src/math/radau.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
import { signEquivalent } from "../../src/theory/measure/sign-nodes.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";
import { onEachBackend } from "../backends.ts";
import { readFixture } from "../fixtures.ts";

/** f = 1 + s²/2 for s² ≤ 0.4. */
const shape = Float64Array.of(0.4, 1.1, 0.1);
const real = (...re: number[]) => ({ re: Float64Array.from(re), im: new Float64Array(re.length) });
const nodes: SignNodes = {
  z: { re: Float64Array.of(0.9, 0.1, 0.003), im: Float64Array.of(0.05, -0.02, 0) },
  forcing: real(0.5, 0.3, 0.1),
  source: { re: Float64Array.of(2, 1, 0.3), im: Float64Array.of(0.1, 0.2, 0) },
  rest: 0.02,
  spread: 0.3,
  shape,
};
const start = () => ({ re: nodes.forcing.re.slice(), im: nodes.forcing.im.slice() });
const etaOf = (t: number) => 0.02 / (1 + t / 3000);

onEachBackend((plain) => {
  const kernels = signKernelsOf(plain);
  it("solves the equivalent along a path, to the golden values' own error", () => {
    const table = readFixture("sign-equivalent.csv");
    let looked = 0;
    for (const row of table) {
      const [alpha, beta, d, v] = ["alpha", "beta", "d", "v"].map((name) => row[name]!) as [
        number,
        number,
        number,
        number,
      ];
      // the reference takes its time
      if (plain.name === "reference" && looked++ % 9 !== 0) continue;
      const equivalent = signEquivalent(plrf({ spectrum: powerLaw({ alpha, beta }), d, v }));
      const [x, y] = [row.zeta_re!, row.zeta_im!];
      const [radius, angle] = [Math.hypot(x, y), Math.atan2(y, x)];
      const count = 1 + Math.ceil(angle / 0.1);
      const zeta = complexArray(count);
      for (let k = 0; k < count; k++) {
        const phi = count === 1 ? 0 : (angle * k) / (count - 1);
        zeta.re[k] = (radius * Math.cos(phi)) / Math.sqrt(d);
        zeta.im[k] = (radius * Math.sin(phi)) / Math.sqrt(d);
      }
      const { trace, energy } = kernels.rowSums(equivalent.rows, equivalent.modes, d, zeta, 1);
      const last = count - 1;
      const error = (re: number, im: number, name: string) => {
        const [a, b] = [row[`${name}_re`]!, row[`${name}_im`]!];
        return Math.hypot(re - a, im - b) / Math.hypot(a, b);
      };
      // its error is that of a rule half as fine: seen up to 1.6 times
      const stated = 2 * row.rel_err!;
      expect(error(trace.re[last]!, trace.im[last]!, "df")).toBeLessThan(stated);
      expect(error(energy.re[last]! / Math.sqrt(d), energy.im[last]! / Math.sqrt(d), "Phi")).toBeLessThan(stated);
      expect(Math.abs(equivalent.meanRoot / row.mean_root! - 1)).toBeLessThan(stated);
      expect(Math.abs(equivalent.meanInverse / row.mean_q! - 1)).toBeLessThan(stated);
    }
  });

  it("is that of PLRF where all rows have one norm", () => {
    // (12.5) with √s = m, A = h: κ = ζ (m+y) and D(κ) = d y/(m+y) solve (3.1)
    const { modes } = plrf({ spectrum: powerLaw({ alpha: 0.8, beta: 0.4 }), d: 50, v: 200 });
    const m = 1.3;
    const rows = { root: Float64Array.of(m), weights: Float64Array.of(1, 0), heads: 0, scale: 1 };
    const zeta = complexArray(6);
    for (let k = 0; k < 6; k++) [zeta.re[k], zeta.im[k]] = [0.03 * Math.cos(0.4 * k), 0.03 * Math.sin(0.4 * k)];
    const { y, trace, energy } = kernels.rowSums(rows, modes, 50, zeta, 1);
    const kappa = complexArray(6);
    const target = { re: zeta.re.map((x) => x * m), im: zeta.im.map((x) => x * m) };
    kappa.re.set(target.re);
    kappa.im.set(target.im);
    expect(plain.solveKappa(modes, 1 / 50, 0, target, kappa)).toBe(0);
    const { D, G } = plain.modeSums(modes, kappa);
    for (let k = 0; k < 6; k++) {
      // κ/(m+y) = ζ
      const [a, b] = [m + y.re[k]!, y.im[k]!];
      const found = [zeta.re[k]! * a - zeta.im[k]! * b, zeta.re[k]! * b + zeta.im[k]! * a];
      expect(Math.hypot(found[0]! - kappa.re[k]!, found[1]! - kappa.im[k]!)).toBeLessThan(
        1e-12 * Math.hypot(kappa.re[k]!, kappa.im[k]!),
      );
      expect(Math.hypot(trace.re[k]! - D.re[k]!, trace.im[k]! - D.im[k]!)).toBeLessThan(
        1e-12 * Math.hypot(D.re[k]!, D.im[k]!),
      );
      // Σ t/(λA+ζ) = (m+y) G(κ)
      const phi = [a * G.re[k]! - b * G.im[k]!, a * G.im[k]! + b * G.re[k]!];
      expect(Math.hypot(energy.re[k]! - phi[0]!, energy.im[k]! - phi[1]!)).toBeLessThan(1e-12 * Math.hypot(...phi));
    }
  });

  it("leaves NaN where Newton's method fails", () => {
    const { modes } = plrf({ spectrum: powerLaw({ alpha: 0.8, beta: 0.4 }), d: 50, v: 200 });
    const rows = { root: Float64Array.of(1.3), weights: Float64Array.of(1, 0), heads: 0, scale: 1 };
    const { y } = kernels.rowSums(rows, modes, 50, real(0.1, Number.NaN, 0.1), 1);
    expect([...y.re].map(Number.isNaN)).toEqual([false, true, true]);
  });

  it("steps (12.1) with the rates of (12.3), or with rates given", () => {
    const state = start();
    const eta = Float64Array.of(0.1, 0.05, 0.2);
    const rates = new Float64Array(3);
    const P = kernels.stepSign(nodes, state, { eta, rates, given: false, noise: 0.1 });
    let rho = [...nodes.forcing.re].map((re) => [re, 0] as [number, number]);
    for (let r = 0; r < 3; r++) {
      const loss = 0.02 + rho.reduce((sum, [x]) => sum + x, 0);
      expect(P[r]).toBeCloseTo(loss, 14);
      const square =
        (0.3 * rho.reduce((sum, [x, y], k) => sum + x * nodes.z.re[k]! - y * nodes.z.im[k]!, 0)) / (loss + 0.1);
      const a = ((2 / Math.PI) * eta[r]! * (1 + square / 2)) / Math.sqrt(loss + 0.1);
      expect(rates[r]).toBeCloseTo(a, 14);
      rho = rho.map(([x, y], k) => {
        const [u, v] = [1 - a * nodes.z.re[k]!, -a * nodes.z.im[k]!];
        const [g, h] = [u * u - v * v, 2 * u * v];
        const push = eta[r]! ** 2;
        return [g * x - h * y + push * nodes.source.re[k]!, g * y + h * x + push * nodes.source.im[k]!];
      });
    }
    rho.forEach(([x, y], k) => {
      expect(state.re[k]).toBeCloseTo(x, 14);
      expect(state.im[k]).toBeCloseTo(y, 14);
    });
    const again = start();
    expect(kernels.stepSign(nodes, again, { eta, rates, given: true, noise: 77 })).toEqual(P);
    expect(again).toEqual(state);
  });

  it("grows its steps to what whole steps give, closer the later they begin and the finer they are", () => {
    const errors = [
      [500, 8],
      [500, 16],
      [2000, 16],
    ].map(([from, count]) => {
      const [state, whole] = [start(), start()];
      const steps = (first: number, n: number) => Float64Array.from({ length: n }, (_, i) => etaOf(first + i));
      const rates = new Float64Array(from!);
      kernels.stepSign(nodes, state, { eta: steps(0, from!), rates, given: false, noise: 0 });
      kernels.stepSign(nodes, whole, {
        eta: steps(0, 4 * from!),
        rates: new Float64Array(4 * from!),
        given: false,
        noise: 0,
      });
      const h = Math.log(4) / count!;
      const times = Array.from({ length: count! }, (_, i) => NODES.map((c) => from! * Math.exp((i + c) * h))).flat();
      const stages = {
        eta: Float64Array.from(times, (t) => etaOf(t - 0.5)),
        rates: new Float64Array(times.length),
        given: false,
        noise: 0,
        time: Float64Array.from(times, (t) => t * h),
        slope: Float64Array.from(times, (t) => -1 / (3000 + t - 0.5)),
        before: rates[from! - 1]!,
        settled: 1e-10,
      };
      const before = { re: state.re.slice(), im: state.im.slice() };
      const P = kernels.growSign(nodes, state, stages);
      // the rates it found, given, lead to the same
      expect(kernels.growSign(nodes, before, { ...stages, given: true })).toEqual(P);
      const exact = 0.02 + whole.re.reduce((sum, x) => sum + x, 0);
      return Math.abs(P[count! - 1]! / exact - 1);
    });
    expect(errors[0]).toBeLessThan(1e-6);
    expect(errors[1]).toBeLessThan(2e-8);
    expect(errors[2]).toBeLessThan(2e-9);
  });

  it("tells that no rate settles by NaN", () => {
    const stages = {
      ...{ eta: Float64Array.of(1, 1, 1), rates: new Float64Array(3), given: false, noise: 0 },
      ...{ time: Float64Array.of(1, 1, 1), slope: new Float64Array(3), before: 0.1, settled: 1e-10 },
    };
    expect(kernels.growSign({ ...nodes, rest: -5 }, start(), stages)[0]).toBeNaN();
  });
});
