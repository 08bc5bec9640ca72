import { expect, it } from "vitest";
import type { HuberData } from "../../src/kernels/huber/kernels.ts";
import { huberKernelsOf } from "../../src/kernels/huber/of.ts";
import { referenceKernels } from "../../src/kernels/reference/reference.ts";
import { onEachBackend } from "../backends.ts";
import { random } from "../fitting/laws.ts";

/** θ = (a, b, e, α, β) that made the points, and 5 % of noise. */
const TRUTH = Float64Array.of(0.3, -0.2, 0.5, 0.4, 0.7);

function points(n: number, noise: number): HuberData {
  const { uniform, normal } = random(7);
  const x = Float64Array.from({ length: n }, () => uniform(-3, 3));
  const y = Float64Array.from({ length: n }, () => uniform(-3, 3));
  const [a, b, e, alpha, beta] = TRUTH as unknown as [number, number, number, number, number];
  const l = x.map(
    (u, i) => Math.log(Math.exp(a - alpha * u) + Math.exp(b - beta * y[i]!) + Math.exp(e)) + noise * normal(),
  );
  return { x, y, l, w: Float64Array.from({ length: n }, (_, i) => i % 3) };
}

onEachBackend((kernels) => {
  it("is the log-sum-exp form of the objective", () => {
    // 37 is no multiple of the lanes
    const data = points(37, 0.05);
    const theta = Float64Array.of(0.2, -0.1, 0.4, 0.5, 0.6);
    const delta = 0.02;
    let sum = 0;
    for (let i = 0; i < 37; i++) {
      const terms = [theta[0]! - theta[3]! * data.x[i]!, theta[1]! - theta[4]! * data.y[i]!, theta[2]!];
      const top = Math.max(...terms);
      const r = Math.abs(top + Math.log(terms.reduce((s, t) => s + Math.exp(t - top), 0)) - data.l[i]!);
      sum += data.w[i]! * (r <= delta ? (r * r) / 2 : delta * (r - delta / 2));
    }
    expect(huberKernelsOf(kernels).huber(data, delta, theta).value).toBeCloseTo(sum, 13);
  });

  it("has the gradient of its differences", () => {
    const data = points(50, 0.05);
    const theta = Float64Array.of(0.2, -0.1, 0.4, 0.5, 0.6);
    const { gradient } = huberKernelsOf(kernels).huber(data, 0.3, theta);
    gradient.forEach((g, k) => {
      const at = (h: number) => huberKernelsOf(kernels).huber(data, 0.3, theta.with(k, theta[k]! + h)).value;
      // fourth order
      const h = 1e-3;
      const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(slope - g)).toBeLessThan(1e-8);
    });
  });

  it("finds the law that made the points, from far away, and says so", () => {
    const minima = huberKernelsOf(kernels).minimiseHuber(
      points(60, 0),
      1e-3,
      Float64Array.of(0, 0, 0, 1, 1, 2, -1, 0, 0.1, 0.2),
    );
    expect(minima.failed).toBe(0);
    for (let k = 0; k < 10; k++) expect(minima.theta[k]! - TRUTH[k % 5]!).toBeCloseTo(0, 5);
    expect(Math.max(...minima.slope)).toBeLessThan(1e-8);
    expect(Math.max(...minima.value)).toBeLessThan(1e-13);
  });

  it("keeps fixed parameters where they are, and minimises over the others", () => {
    const data = points(60, 0.02);
    const start = Float64Array.of(0, 0, 0, 0.55, 0.7);
    const { theta, value } = huberKernelsOf(kernels).minimiseHuber(data, 1e-2, start, { fixed: 8 });
    expect(theta[3]).toBe(0.55);
    const { gradient } = huberKernelsOf(kernels).huber(data, 1e-2, theta);
    for (const k of [0, 1, 2, 4]) expect(Math.abs(gradient[k]!)).toBeLessThan(1e-7);
    expect(Math.abs(gradient[3]!)).toBeGreaterThan(1e-4);
    expect(huberKernelsOf(kernels).minimiseHuber(data, 1e-2, start).value[0]).toBeLessThan(value[0]!);
  });

  it("goes to the same minimum by the way for near starts, with and without fixed parameters", () => {
    const data = points(60, 0.02);
    const starts = Float64Array.of(0.2, -0.1, 0.6, 0.45, 0.65, 0.5, -0.4, 0.3, 0.3, 0.9);
    for (const fixed of [0, 8]) {
      for (const delta of [1e-4, 1e-3, 1e-1]) {
        const near = huberKernelsOf(kernels).minimiseHuber(data, delta, starts, { near: true, fixed, tolerance: 1e-9 });
        // fixed at the starts' own α, else free
        const far = huberKernelsOf(referenceKernels).minimiseHuber(data, delta, starts, { fixed, tolerance: 1e-9 });
        near.value.forEach((value, i) => {
          expect(Math.abs(value / far.value[i]! - 1)).toBeLessThan(1e-10);
        });
        near.theta.forEach((t, k) => {
          expect(Math.abs(t - far.theta[k]!)).toBeLessThan(1e-5);
        });
        if (fixed) for (const k of [3, 8]) expect(near.theta[k]).toBe(starts[k]);
      }
    }
    expect(huberKernelsOf(kernels).minimiseHuber(data, 1e-3, starts.fill(Number.NaN), { near: true }).failed).toBe(2);
  });

  it("finds by how much columns of exponents lower a misfit", () => {
    // 37 is no multiple of the lanes; every third point has weight 0
    const { x, y, l, w } = points(37, 0);
    const exponents = [0.1, TRUTH[3]!, 0.9, TRUTH[4]!];
    const s = l.map((v) => Math.exp(-v));
    const powers = (at: Float64Array) => exponents.flatMap((k) => Array.from(s, (v, i) => v * Math.exp(-k * at[i]!)));
    const columns = { n: 37, count: 4, values: Float64Array.from([...powers(x), ...powers(y), ...s]) };
    const weights = Float64Array.from([...w, ...w.map((v) => 2 - v)]);
    const gains = huberKernelsOf(kernels).projectionGains(columns, weights);
    const mass = w.reduce((sum, v) => sum + v, 0);
    // the cell of the exponents that made the points leaves nothing; the second row of weights has a maximum of its own there
    expect(gains[4 + 3]! / mass).toBeCloseTo(1, 12);
    expect(gains[16 + 4 + 3]! / (74 - mass)).toBeCloseTo(1, 12);
    for (let cell = 0; cell < 16; cell++) if (cell !== 7) expect(gains[cell]! / mass).toBeLessThan(1 - 1e-6);
    huberKernelsOf(referenceKernels)
      .projectionGains(columns, weights)
      .forEach((gain, i) => {
        expect(gains[i]! / gain).toBeCloseTo(1, 10);
      });
  });

  it("leaves no NaN unreported", () => {
    const data = points(20, 0);
    const { failed, slope } = huberKernelsOf(kernels).minimiseHuber(
      data,
      1e-3,
      Float64Array.of(Number.NaN, 0, 0, 1, 1),
    );
    expect(failed).toBe(1);
    expect(slope[0]).toBeNaN();
    // too few iterations are told too
    const start = Float64Array.of(0, 0, 0, 1, 1);
    expect(huberKernelsOf(kernels).minimiseHuber(data, 1e-3, start, { maxIterations: 2 }).failed).toBe(1);
  });

  it("agrees with the reference", () => {
    const data = points(101, 0.05);
    const theta = Float64Array.of(0.2, -0.1, 0.4, 0.5, 0.6);
    const [mine, theirs] = [
      huberKernelsOf(kernels).huber(data, 0.02, theta),
      huberKernelsOf(referenceKernels).huber(data, 0.02, theta),
    ];
    expect(mine.value / theirs.value - 1).toBeCloseTo(0, 13);
    mine.gradient.forEach((g, k) => {
      expect(g - theirs.gradient[k]!).toBeCloseTo(0, 13);
    });
  });

  it("takes logs to the last digits", () => {
    const values = Float64Array.from({ length: 301 }, (_, i) => 10 ** (i / 4 - 40));
    huberKernelsOf(kernels)
      .logs(values)
      .forEach((y, i) => {
        expect(Math.abs(y - Math.log(values[i]!))).toBeLessThanOrEqual(3e-16 * Math.max(1, Math.abs(y)));
      });
  });
});
