import { expect, it } from "vitest";
import { complexArray, type Modes } from "../../src/kernels/resolvent.ts";
import { onEachBackend } from "../backends.ts";

const modes = (lambda: number[], multiplicity: number[], energy: number[]): Modes => ({
  lambda: Float64Array.from(lambda),
  trace: Float64Array.from(lambda, (l, j) => l * multiplicity[j]!),
  energy: Float64Array.from(energy),
  ratio: Float64Array.from(energy, (t, j) => t / lambda[j]!),
});

onEachBackend((kernels) => {
  const spectrum = modes([3, 1, 0.2, 0.05, 0.01], [1, 1, 2, 3, 4], [1, 0.5, 0.3, 0.2, 0.1]);

  const rootAt = (N: number) => {
    let [low, high] = [0, 10];
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      const D = spectrum.trace.reduce((s, a, j) => s + a / (spectrum.lambda[j]! + middle), 0);
      if (D > N) low = middle;
      else high = middle;
    }
    return low;
  };

  it("sums 1/(λ+κ) with each weight", () => {
    // by hand: λ = 1 + 2i away from each entry
    const kappa = { re: Float64Array.of(0), im: Float64Array.of(1) };
    const { G } = kernels.modeSums(modes([1], [1], [1]), kappa);
    expect(G.re[0]).toBeCloseTo(0.5, 15);
    expect(G.im[0]).toBeCloseTo(-0.5, 15);
    const { D, G: G5, H } = kernels.modeSums(spectrum, kappa);
    const sum = (w: Float64Array) =>
      w.reduce((s, x, j) => s + (x * spectrum.lambda[j]!) / (spectrum.lambda[j]! ** 2 + 1), 0);
    expect(D.re[0]).toBeCloseTo(sum(spectrum.trace), 14);
    expect(G5.re[0]).toBeCloseTo(sum(spectrum.energy), 14);
    expect(H.re[0]).toBeCloseTo(sum(spectrum.ratio), 13);
  });

  it("solves ζ = κ R1 R3 to rounding, off the cut", () => {
    const zeta = complexArray(60);
    for (let i = 0; i < 60; i++) {
      const radius = 10 ** ((i % 10) - 6);
      const angle = (Math.PI * 0.9 * Math.floor(i / 10)) / 5;
      zeta.re[i] = radius * Math.cos(angle);
      zeta.im[i] = radius * Math.sin(angle);
    }
    // the guess κ₀ + ζ, with κ₀ the root at ζ = 0: D(κ₀) = min(N, P)
    for (const [invN, invP, kappa0] of [
      [1 / 6, 0, rootAt(6)],
      [0, 1 / 6, rootAt(6)],
      [1 / 12, 0, 0],
      [0, 0, 0],
    ] as const) {
      const kappa = { re: zeta.re.map((x) => x + kappa0), im: zeta.im.slice() };
      expect(kernels.solveKappa(spectrum, invN, invP, zeta, kappa)).toBe(0);
      const { D } = kernels.modeSums(spectrum, kappa);
      for (let i = 0; i < 60; i++) {
        const R3 = [1 - D.re[i]! * invN, -D.im[i]! * invN] as const;
        const R1 = [1 - D.re[i]! * invP, -D.im[i]! * invP] as const;
        const S = [R1[0] * R3[0] - R1[1] * R3[1], R1[0] * R3[1] + R1[1] * R3[0]] as const;
        const [x, y] = [kappa.re[i]!, kappa.im[i]!];
        const error = Math.hypot(x * S[0] - y * S[1] - zeta.re[i]!, x * S[1] + y * S[0] - zeta.im[i]!);
        expect(error).toBeLessThan(1e-14 * (Math.hypot(x, y) + Math.hypot(zeta.re[i]!, zeta.im[i]!)));
      }
    }
  });

  it("finds κ above the cut, and none outside the support, whatever point came before", () => {
    // up and down through five bands and the gaps between them
    const up = Float64Array.from({ length: 400 }, (_, i) => 1e-4 * 10 ** (i / 80));
    const x = Float64Array.of(...up, ...up.toReversed(), 0.3, 1e3, 1e-3, 3);
    const N = 40;
    const kappa = kernels.axisKappa(spectrum, 1 / N, 0, x);
    const { D } = kernels.modeSums(spectrum, kappa);
    let inside = 0;
    x.forEach((value, i) => {
      const [re, im] = [kappa.re[i]!, kappa.im[i]!];
      const [Sx, Sy] = [1 - D.re[i]! / N, -D.im[i]! / N];
      const size = value + Math.hypot(re, im);
      expect(Math.hypot(re * Sx - im * Sy + value, re * Sy + im * Sx)).toBeLessThan(1e-13 * size);
      expect(im).toBeGreaterThanOrEqual(0);
      if (im > 0) {
        inside++;
        return;
      }
      // dζ/dκ = 1 − (1/N) Σ a_j λ_j/(λ_j+κ)² > 0 holds on one real root outside the support, and on none inside
      const slope = spectrum.trace.reduce(
        (s, a, j) => s - (a * spectrum.lambda[j]!) / (spectrum.lambda[j]! + re) ** 2,
        N,
      );
      expect(slope).toBeGreaterThan(0);
    });
    expect(inside).toBeGreaterThan(300);
    expect(inside).toBeLessThan(600);
    for (let i = 0; i < 400; i++) expect(kappa.im[i]! > 0).toBe(kappa.im[799 - i]! > 0);
  });

  it("starts from a root near by where one is given", () => {
    const x = Float64Array.of(0.95);
    const { re, im } = kernels.axisKappa(spectrum, 1 / 40, 0, x);
    expect(im[0]).toBeGreaterThan(0);
    const again = kernels.axisKappa(spectrum, 1 / 40, 0, x, { re: 1.1 * re[0]!, im: 0.9 * im[0]! });
    expect(again.re[0]).toBeCloseTo(re[0]!, 14);
    expect(again.im[0]).toBeCloseTo(im[0]!, 14);
  });

  it("reports what does not converge as NaN", () => {
    const zeta = { re: Float64Array.of(Number.NaN, 1), im: Float64Array.of(0, 1) };
    const kappa = { re: Float64Array.of(1, 1), im: Float64Array.of(0, 1) };
    expect(kernels.solveKappa(spectrum, 0.1, 0, zeta, kappa)).toBe(1);
    expect(kappa.re[0]).toBeNaN();
    expect(kappa.re[1]).not.toBeNaN();
    const onAxis = kernels.axisKappa(spectrum, 0.1, 0, Float64Array.of(Number.NaN, 1));
    expect(onAxis.re[0]).toBeNaN();
    expect(onAxis.re[1]).not.toBeNaN();
  });
});
