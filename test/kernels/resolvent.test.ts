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

  it("reports what does not converge as NaN", () => {
    const zeta = { re: Float64Array.of(Number.NaN, 1), im: Float64Array.of(0, 1) };
    const kappa = { re: Float64Array.of(1, 1), im: Float64Array.of(0, 1) };
    expect(kernels.solveKappa(spectrum, 0.1, 0, zeta, kappa)).toBe(1);
    expect(kappa.re[0]).toBeNaN();
    expect(kappa.re[1]).not.toBeNaN();
  });
});
