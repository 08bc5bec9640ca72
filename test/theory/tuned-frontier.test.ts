// Size and step looked for together, on losses whose minima are known.
import { describe, expect, it } from "vitest";
import { type SizeAtBudget, tunedOptima } from "../../src/theory/plrf/tuned-frontier.ts";

type Surface = (f: number, u: number, s: number) => number;

/** Every size is taken as it is asked for. Counts what is evaluated. */
function problemOf(surface: Surface, flops: readonly number[]) {
  const counted = { evaluations: 0 };
  const size = (f: number, u: number): SizeAtBudget => ({
    u,
    value: (s) => {
      counted.evaluations++;
      return s > -0.1 * u ? Infinity : surface(f, u, s);
    },
  });
  const range = (f: number): [number, number] => [0, Math.log(f / 64)];
  return { counted, optima: [...tunedOptima({ flops: Float64Array.from(flops), range, size })] };
}

/** Round a bottom at u0, s0: steep towards small steps, as undertrained runs are, and towards large sizes. */
const basin = (u: number, s: number, u0: number, s0: number) => {
  const x = u - u0;
  const y = s - s0 + 0.2 * x;
  return 0.4 * (Math.exp(0.6 * x) + 2 * Math.exp(-0.3 * x) - 3) + 0.3 * (Math.exp(-y) + y - 1);
};
const budgets = Array.from({ length: 12 }, (_, i) => 10 ** (6 + i / 2));

describe("size and step together", () => {
  it("follows a minimum that moves as a power of compute, in a few evaluations a budget", () => {
    const bottom = (f: number) => ({ u: 0.6 * Math.log(f) - 1, s: -0.3 * Math.log(f) });
    const surface: Surface = (f, u, s) => {
      const { u: u0, s: s0 } = bottom(f);
      return basin(u, s, u0, s0) - 0.7 * Math.log(f);
    };
    const { optima, counted } = problemOf(surface, budgets);
    optima.forEach(({ u, s, value, edge, jump }, i) => {
      const f = budgets[i]!;
      expect(Math.abs(u - bottom(f).u)).toBeLessThan(0.01);
      expect(Math.abs(s - bottom(f).s)).toBeLessThan(0.01);
      expect(value + 0.7 * Math.log(f)).toBeLessThan(1e-4);
      expect([edge, jump]).toEqual([false, false]);
    });
    expect(counted.evaluations).toBeLessThan(45 * budgets.length);
  });

  it("jumps to another basin where that has become the deeper one", () => {
    // the second bottom is 4 e-folds further out, and deeper from f = 10^9.2 on
    const deeper = 10 ** 9.2;
    const surface: Surface = (f, u, s) => {
      const [near, far] = [0.4 * Math.log(f) - 2, 0.4 * Math.log(f) + 2];
      const lead = 0.05 * Math.log(f / deeper);
      return Math.min(basin(u, s, near, -3), basin(u, s, far, -4) - lead) - 0.5 * Math.log(f);
    };
    const { optima } = problemOf(surface, budgets);
    optima.forEach(({ u, jump }, i) => {
      const f = budgets[i]!;
      const far = f > deeper;
      expect(Math.abs(u - (0.4 * Math.log(f) + (far ? 2 : -2)))).toBeLessThan(0.05);
      expect(jump).toBe(far && budgets[i - 1]! < deeper);
    });
  });

  it("says where the best size is the smallest, or the largest", () => {
    for (const [slope, end] of [
      [1, 0],
      [-1, Math.log(1e6 / 64)],
    ] as const) {
      const { optima } = problemOf((_, u, s) => slope * u + basin(0, s, 0, -2), [1e6]);
      expect(optima[0]!.edge).toBe(true);
      expect(optima[0]!.u).toBeCloseTo(end, 12);
    }
  });

  it("takes sizes that whole steps make the same for one", () => {
    const size = (_: number, u: number): SizeAtBudget => {
      const taken = Math.round(4 * u) / 4;
      return { u: taken, value: (s) => basin(taken, s, 3.3, -2) };
    };
    const [found] = [...tunedOptima({ flops: Float64Array.of(1e6), range: () => [0, 8], size })];
    expect(found!.u).toBe(3.25);
    expect(Math.abs(found!.s + 2)).toBeLessThan(0.1);
  });
});
