import { expect, it } from "vitest";
import { momentumNorm } from "../../src/theory/training/momentum.ts";
import { readFixture } from "../fixtures.ts";

const lambda = Float64Array.from({ length: 24 }, (_, i) => (i + 1) ** -1.4);
const ones = lambda.map(() => 1);

it("‖K‖ and stability as schedules-stability.csv, the spectral radius of the whole 72 × 72 map", () => {
  for (const { g1, g2, g3, Delta, B, K, rho } of readFixture("schedules-stability.csv")) {
    const momentum = { gamma1: g1!, gamma2: g2!, gamma3: g3!, delta: Delta!, batch: B! };
    const norm = momentumNorm(momentum, lambda, ones);
    if (Number.isFinite(K!)) expect(Math.abs(norm / K! - 1)).toBeLessThan(1e-10);
    else expect(norm).toBe(Infinity);
    expect(norm < 1).toBe(rho! < 1);
  }
});

it("is SGD's at Δ = 1 and heavy ball's closed form", () => {
  const [gamma, batch, mu] = [0.2, 3, 0.8];
  const sgd = { gamma1: 0, gamma2: gamma, gamma3: 0, delta: 1, batch };
  const expected = lambda.reduce((sum, l) => sum + (gamma * l) / (2 - gamma * (batch + 1) * l), 0);
  expect(momentumNorm(sgd, lambda, ones)).toBeCloseTo(expected, 14);
  // Σ γλ/[2(1−μ) − γλ(1 + B(1−μ)/(1+μ))]
  const step = 0.02;
  const ball = { gamma1: 1, gamma2: 0, gamma3: step, delta: 1 - mu, batch };
  const closed = lambda.reduce(
    (sum, l) => sum + (step * l) / (2 * (1 - mu) - step * l * (1 + (batch * (1 - mu)) / (1 + mu))),
    0,
  );
  expect(momentumNorm(ball, lambda, ones)).toBeCloseTo(closed, 14);
});

it("is infinite where one mode is unstable on its own", () => {
  expect(momentumNorm({ gamma1: 0, gamma2: 2, gamma3: 0, delta: 1, batch: 1 }, lambda, ones)).toBe(Infinity);
  expect(momentumNorm({ gamma1: 1, gamma2: 0, gamma3: 4.5, delta: 0.1, batch: 1 }, lambda, ones)).toBe(Infinity);
});
