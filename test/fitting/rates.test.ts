// Laws of the learning rate: over a schedule, against the sum over every step as it is written; and of the best rate and batch, on
// bowls whose bottoms are known.

import { describe, expect, it } from "vitest";
import {
  type Curve,
  fitMultiPower,
  fitSchedules,
  lrBatchLaws,
  MULTI_POWER,
  multiPowerLoss,
  multiPowerObjective,
  type Sweep,
} from "../../src/fitting/laws/index.ts";
import { random } from "./laws.ts";

const P = Float64Array.of(2.4, 0.65, 0.43, 520, 2, 0.6, 0.63);
const [WARMUP, EVERY] = [200, 32];

/** L(t) by its definition, one term a step. */
function direct(rate: (t: number) => number, t: number): number {
  const [L0, A, alpha, B, C, beta, gamma] = P as unknown as [number, number, number, number, number, number, number];
  const eta = Array.from({ length: t + 1 }, (_, k) => rate(k));
  const sums = [0];
  for (let k = 1; k <= t; k++) sums.push(sums[k - 1]! + eta[k]!);
  let drop = 0;
  for (let k = 1; k <= t; k++) {
    const x = C * eta[k]! ** -gamma * (sums[t]! - sums[k - 1]!);
    drop += (eta[k - 1]! - eta[k]!) * (1 - (1 + x) ** -beta);
  }
  return L0 + A * sums[t]! ** -alpha - B * drop;
}

const warm = (after: (t: number) => number) => (t: number) => (t < WARMUP ? (3e-4 * t) / WARMUP : after(t));

const SCHEDULES: Record<string, (t: number) => number> = {
  constant: warm(() => 3e-4),
  "a jump": warm((t) => (t >= 968 ? 9e-5 : 3e-4)),
  "a cosine": warm((t) => 3e-5 + 1.35e-4 * (1 + Math.cos((Math.PI * (t - WARMUP)) / (2400 - WARMUP)))),
  "a linear end": warm((t) => (t <= 1608 ? 3e-4 : 3e-4 - (2.7e-4 * (t - 1608)) / 800)),
};

function curveOf(rate: (t: number) => number, loss: (t: number) => number): Curve {
  const steps = Float64Array.from({ length: 69 }, (_, i) => WARMUP + EVERY * i);
  return { steps, rate: steps.map(rate), loss: steps.map(loss), warmup: WARMUP };
}

describe("the law over a schedule", () => {
  it.each(Object.entries(SCHEDULES))("is its sum over all steps: %s", (_, rate) => {
    const curve = curveOf(rate, () => 3);
    multiPowerLoss(curve, P).forEach((loss, i) => {
      // steps of a smooth schedule are taken eight to a row, and 64 in the warm-up
      expect(Math.abs(loss - direct(rate, curve.steps[i]!)), `step ${curve.steps[i]}`).toBeLessThan(2e-4);
    });
  });

  it("finds what made its curves, from parameters off by a third", () => {
    const curves = Object.values(SCHEDULES).map((rate) => curveOf(rate, () => 1));
    const made = curves.map((curve) => ({ ...curve, loss: multiPowerLoss(curve, P) }));
    const start = P.map((v, i) => v * (i === 0 ? 0.95 : i % 2 === 0 ? 1.3 : 0.75));
    const fit = fitMultiPower(made, [start], { delta: 1e-3 });
    expect(fit.objective).toBeLessThan(1e-9);
    expect(multiPowerObjective(made, P, { delta: 1e-3 })).toBeLessThan(1e-25);
    expect(multiPowerObjective(made, start, { delta: 1e-3 })).toBeGreaterThan(1e-3);
    MULTI_POWER.forEach((name, i) => {
      expect(fit.p[i]! / P[i]!, name).toBeCloseTo(1, 1);
    });
  });
});

describe("the law over schedules, from starts of its own", () => {
  it("finds what made its curves, and foretells each from the others", () => {
    const { normal } = random(3);
    const curves = Object.values(SCHEDULES).map((rate) => {
      const made = curveOf(rate, () => 1);
      return { ...made, loss: multiPowerLoss(made, P).map((l) => l * Math.exp(3e-4 * normal())) };
    });
    const { parameters, stderr, rms, leftOut, half, converged } = fitSchedules(curves);
    expect(converged).toBe(true);
    for (const r of rms) expect(Math.abs(r / 3e-4 - 1)).toBeLessThan(0.3);
    for (const [name, i] of [
      ["L0", 0],
      ["A", 1],
      ["alpha", 2],
    ] as const)
      expect(Math.abs(parameters[name] - P[i]!)).toBeLessThan(4 * stderr![name]);
    // three of Student's degrees
    const mean = Math.sqrt(leftOut!.reduce((sum, e) => sum + e * e, 0) / 4);
    expect(half! / mean).toBeCloseTo(3.18245, 4);
    expect(mean).toBeLessThan(4e-3);
  });

  it("needs curves that say something", () => {
    const good = curveOf(SCHEDULES["a cosine"]!, () => 3);
    expect(() => fitSchedules([])).toThrow("needs a curve with losses");
    expect(() =>
      fitSchedules([
        curveOf(
          () => 1e-4,
          () => 3,
        ),
      ]),
    ).toThrow("every rate is the same");
    expect(() => fitSchedules([good, { ...good, warmup: 1e6 }])).toThrow("curves[1] must begin after its warm-up");
    expect(() => fitSchedules([{ ...good, rate: good.rate.map(() => 0) }])).toThrow(
      "curves[0].rate[0] must be greater than 0",
    );
    expect(() => fitSchedules([{ ...good, steps: good.steps.toReversed() }])).toThrow("curves[0].steps must grow");
    expect(() => fitSchedules([{ ...good, loss: good.loss.fill(-1) }])).toThrow(
      "curves[0].loss[0] must be greater than 0",
    );
  });
});

/** Losses of bowls about rate = 2 N^−.7 D^.2, batch = .5 D^.6. */
function bowls(noise: number): Sweep {
  const { normal } = random(4);
  const columns: Record<keyof Sweep, number[]> = { N: [], D: [], rate: [], batch: [], loss: [] };
  for (const N of [5e7, 2e8, 1e9])
    for (const D of [1e9, 8e9, 6e10])
      for (let i = -4; i <= 4; i++)
        for (let j = -4; j <= 4; j++) {
          const [x, y] = [0.35 * i + 0.1, 0.35 * j - 0.05];
          columns.N.push(N);
          columns.D.push(D);
          columns.rate.push(2 * N ** -0.7 * D ** 0.2 * Math.exp(x));
          columns.batch.push(0.5 * D ** 0.6 * Math.exp(y));
          columns.loss.push(2.5 * Math.exp(0.01 * (x * x + 0.3 * x * y + 0.6 * y * y) + noise * normal()));
        }
  return Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, Float64Array.from(v)])) as unknown as Sweep;
}

describe("the best rate and batch", () => {
  it("are the bottoms of bowls, and power laws of N and D", () => {
    const { rate, batch, optima } = lrBatchLaws(bowls(0));
    expect(optima.length).toBe(9);
    expect([rate.N.value, rate.D.value, batch.D.value].map((v) => +v.toFixed(6))).toEqual([-0.7, 0.2, 0.6]);
    expect(rate.coefficient).toBeCloseTo(2, 6);
    expect(batch.coefficient).toBeCloseTo(0.5, 6);
    const there = lrBatchLaws(bowls(0)).at(7e9, 1e12);
    expect(there.rate.value / (2 * 7e9 ** -0.7 * 1e12 ** 0.2)).toBeCloseTo(1, 6);
    expect(there.batch.value / (0.5 * 1e12 ** 0.6)).toBeCloseTo(1, 6);
  });

  it("are within a few standard errors of them under noise, by bowls and by the rows near each best", () => {
    for (const by of ["bowl", "near"] as const) {
      const { rate, batch } = lrBatchLaws(bowls(3e-4), by);
      for (const [{ value, stderr }, truth] of [
        [rate.N, -0.7],
        [rate.D, 0.2],
        [batch.D, 0.6],
      ] as const) {
        expect(stderr).toBeGreaterThan(0);
        expect(Math.abs(value - truth)).toBeLessThan(4 * stderr);
      }
      const there = lrBatchLaws(bowls(3e-4), by).at(2e9, 1e11);
      expect(there.rate.low).toBeLessThan(2 * 2e9 ** -0.7 * 1e11 ** 0.2);
      expect(there.rate.high).toBeGreaterThan(2 * 2e9 ** -0.7 * 1e11 ** 0.2);
    }
  });

  it("need four pairs of N and D that vary apart", () => {
    const all = bowls(0);
    const only = (keep: (i: number) => boolean): Sweep =>
      Object.fromEntries(
        Object.entries(all).map(([k, v]) => [k, v.filter((_: number, i: number) => keep(i))]),
      ) as unknown as Sweep;
    expect(() => lrBatchLaws(only((i) => all.N[i]! < 1e8))).toThrow("4 pairs of N and D with a best, got 3");
  });
});
