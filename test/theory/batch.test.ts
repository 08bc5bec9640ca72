// Steps against samples: one mode has a closed form, and what is found is what the curves of `dynamics` do.

import { describe, expect, it } from "vitest";
import { batchTradeoff } from "../../src/theory/dynamics/batch.ts";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { sgd } from "../../src/theory/training/optimizer.ts";

const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });

describe("steps against samples", () => {
  it("of one mode are in closed form", () => {
    // L falls by 1 − 2η + η²(1 + 2/B) a step, at best by 2/(B+2), at η = B/(B+2)
    const losses = [1e-3, 1e-6, 1e-9];
    const batches = [1, 2, 8];
    const found = batchTradeoff({ spectrum, modes: 1, losses, batches });
    losses.forEach((L, i) => {
      batches.forEach((B, j) => {
        const wanted = Math.log(L) / Math.log(2 / (B + 2));
        expect(found.steps[i]![j]! / wanted).toBeCloseTo(1, 2);
        expect(found.samples[i]![j]!).toBe(B * found.steps[i]![j]!);
        expect(found.eta[i]![j]! / (B / (B + 2))).toBeGreaterThan(0.9);
        expect(found.eta[i]![j]! / (B / (B + 2))).toBeLessThan(1.1);
      });
      // the fewest samples: ln(1/L) min_B B/ln((B+2)/2)
      expect(found.leastSamples[i]! / (Math.log(1 / L) / Math.log(1.5))).toBeCloseTo(1, 2);
    });
  });

  it("are what the curves take, and fall to S_min as samples rise from E_min", () => {
    const [noise, N] = [0.01, 300];
    const found = batchTradeoff({ spectrum, N, noise, batches: [1, 16, 256, 65536], losses: [0.3, 0.1, 0.075] });
    found.losses.forEach((L, i) => {
      found.batches.forEach((batch, j) => {
        const [S, eta] = [found.steps[i]![j]!, found.eta[i]![j]!];
        const around = [Math.floor(S * 0.995) - 1, Math.ceil(S * 1.005) + 1].filter((t) => t >= 0);
        const { test } = dynamics({ spectrum, N, noise, rule: sgd({ eta, batch }) }, { times: around });
        expect(test.at(-1)!).toBeLessThan(L);
        if (around.length > 1) expect(test[0]!).toBeGreaterThan(L);
        // no other step does better
        for (const other of [eta / 1.3, eta * 1.3]) {
          const rival = batchTradeoff({ spectrum, N, noise, batches: [batch], losses: [L], eta: Math.min(other, 1) });
          expect(rival.steps[0]![0]!).toBeGreaterThan(S * 0.998);
        }
      });
      const row = [...found.steps[i]!];
      expect(row).toEqual([...row].sort((x, y) => y - x));
      expect(row.at(-1)! / found.leastSteps[i]!).toBeCloseTo(1, 1);
      expect([...found.samples[i]!]).toEqual([...found.samples[i]!].sort((x, y) => x - y));
      expect(found.critical[i]!).toBe(found.leastSamples[i]! / found.leastSteps[i]!);
    });
    // lower losses can use larger batches
    expect([...found.critical]).toEqual([...found.critical].sort((x, y) => x - y));
  });

  it("have the exponent of gradient descent for S_min, b/(a − 1)", () => {
    const { fit } = batchTradeoff({ spectrum, batches: [1], losses: [1e-2, 1e-3, 1e-4] });
    expect(Math.abs(fit!.steps.exponent.value + 1.4 / 0.8)).toBeLessThan(0.1);
    expect(fit!.critical.exponent.value).toBeCloseTo(fit!.samples.exponent.value - fit!.steps.exponent.value, 9);
  });

  it("need larger batches under label noise", () => {
    const critical = (noise: number) => batchTradeoff({ spectrum, noise, losses: [noise + 0.03] }).critical[0]!;
    expect(critical(1)).toBeGreaterThan(5 * critical(0));
  });

  it.each([
    [{ losses: [0] }, "losses[0] must be between 0.000, which no training is below"],
    [{ losses: [3] }, "losses[0] must be between"],
    [{ noise: 0.5, losses: [0.4] }, "losses[0] must be between 0.5000"],
    [
      { spectrum: sourceCapacity({ a: 1.5, b: 2 }), noise: 1, losses: [1.2, 1.001], batches: [1] },
      "losses[1] must be larger, got 1.001: batches of 1 come down to it by",
    ],
    [{ batches: [0.5] }, "batches[0] must be at least 1"],
    [{ batches: [4, 2] }, "batches must increase"],
    [{ eta: -1 }, "eta must be greater than 0"],
    [{ eta: 3 }, "rule.eta must be below"],
  ])("refuse %o", (options, message) => {
    expect(() => batchTradeoff({ spectrum, ...options })).toThrow(message);
  });
});
