import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  expected,
  fitRuns,
  plrf,
  powerLaw,
  runs,
  sampleSpectrum,
  simulate,
  simulateDynamics,
  sourceCapacity,
} from "../src/index.ts";
import { shareOut } from "../src/share-out.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("shareOut", () => {
  it("does each piece once, in order of beginning, with no lane at two at a time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 40 }),
        fc.infiniteStream(fc.nat(3)),
        async (lanes, n, turns) => {
          const begun: number[] = [];
          const busy = new Set<number>();
          const told: number[] = [];
          const names = Array.from({ length: lanes }, (_, i) => i);
          await shareOut(
            names,
            n,
            async (i, lane) => {
              expect(busy.has(lane)).toBe(false);
              busy.add(lane);
              begun.push(i);
              for (let k = turns.next().value as number; k > 0; k--) await turn();
              busy.delete(lane);
            },
            { onProgress: (done, of) => told.push(done, of) },
          );
          expect(begun).toEqual(Array.from({ length: n }, (_, i) => i));
          expect(told).toEqual(Array.from({ length: 2 * n }, (_, i) => (i % 2 ? n : i / 2 + 1)));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("ends with the signal while its lanes are still at work, and begins nothing more", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const begun: number[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const all = shareOut(
      [0, 1],
      9,
      (i) => {
        begun.push(i);
        return held;
      },
      { signal },
    );
    controller.abort(new Error("enough"));
    await expect(all).rejects.toThrow("enough");
    release();
    await turn();
    expect(begun).toEqual([0, 1]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await expect(shareOut([0], 1, async () => {}, { signal })).rejects.toThrow("enough");
  });

  it("fails with the first error, and begins nothing more", async () => {
    const begun: number[] = [];
    const work = async (i: number) => {
      begun.push(i);
      await turn();
      if (i === 2) throw new RangeError("piece 2");
    };
    await expect(shareOut([0, 1], 100, work)).rejects.toThrow("piece 2");
    await turn();
    await turn();
    expect(begun.length).toBeLessThan(6);
  });
});

/** Each would take minutes to hours; what is seen is how long after its signal it ends. */
describe("a signal ends", () => {
  const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 400, v: 1600 });
  const student = { spectrum: sourceCapacity({ a: 1.5, b: 1.25 }), N: 60, P: 60, modes: 200 };
  const table = runs({
    N: Array.from({ length: 60 }, (_, i) => 1e7 * 2 ** (i % 8)),
    D: Array.from({ length: 60 }, (_, i) => 1e9 * 3 ** (i % 5) * (1 + i / 60)),
    loss: Array.from({ length: 60 }, (_, i) => 2 + 1 / (1 + (i % 8)) + 1 / (1 + (i % 5)) + 0.01 * Math.sin(i)),
  });
  const long: Record<string, (signal: AbortSignal, threads: number) => Promise<unknown>> = {
    simulate: (signal, threads) => simulate(model, { steps: 1e8, members: 8, draws: 1, signal, threads }),
    "simulate, dense": (signal, threads) =>
      simulate(model, { steps: 1e7, members: 8, draws: 1, method: "dense", signal, threads }),
    expected: (signal, threads) => expected(model, { steps: 1e9, draws: 4, signal, threads }),
    sampleSpectrum: (signal, threads) => sampleSpectrum(model, { draws: 5e4, signal, threads }),
    simulateDynamics: (signal, threads) => simulateDynamics(student, { times: [1, 10], draws: 1e5, signal, threads }),
    fitRuns: (signal, threads) => fitRuns(table, { draws: 1e6, signal, threads: Math.max(1, threads) }),
  };
  it.each(Object.keys(long).flatMap((name) => [0, 2].map((threads) => [name, threads] as const)))(
    "%s on %d threads",
    async (name, threads) => {
      const controller = new AbortController();
      const call = long[name]!(controller.signal, threads);
      let aborted = Number.NaN;
      setTimeout(() => {
        aborted = performance.now();
        controller.abort(new Error("enough"));
      }, 400);
      await expect(call).rejects.toThrow("enough");
      // a second where the machine is free; a hang, or the work itself, is minutes
      expect(performance.now() - aborted).toBeLessThan(20_000);
    },
  );
});
