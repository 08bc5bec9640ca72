// Plans under needs against closed forms where there are none, and against a search by brute force where there are.

import { describe, expect, it } from "vitest";
import { allocate, allocateSize, budgetFor, missBy } from "../../src/fitting/allocation.ts";
import { meet, missUnder, type Needs } from "../../src/fitting/needs.ts";
import { plan } from "../../src/fitting/plan.ts";
import { type Law, lossAt } from "../../src/fitting/points.ts";
import { logspace } from "../../src/math/grid.ts";

const LAW: Law = { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 };

/** D′, written anew. */
const worth = (D: number, U: number, R: number) => (D <= U ? D : U + U * R * (1 - Math.exp(-(D / U - 1) / R)));

describe("without needs", () => {
  it("the closed forms, whatever is known", () => {
    for (const flops of [1e19, 1e22, 1e25]) {
      const best = allocate(LAW, flops, 6);
      expect(meet(LAW, { flops }, 6).N / best.N).toBeCloseTo(1, 6);
      expect(meet(LAW, { flops }, 6).loss).toBeCloseTo(best.loss, 12);
      expect(meet(LAW, { loss: best.loss }, 6).flops / budgetFor(LAW, best.loss, 6)).toBeCloseTo(1, 9);
      expect(meet(LAW, { N: best.N }, 6).flops / allocateSize(LAW, best.N, 6).flops).toBeCloseTo(1, 5);
      expect(meet(LAW, { D: best.D }, 6).flops / flops).toBeCloseTo(1, 5);
      for (const factor of [0.5, 2]) {
        const [found, wanted] = [missUnder(LAW, best, 6, factor, {}), missBy(LAW, flops, 6, factor)];
        expect([found.excess, found.wasted]).toEqual([
          expect.closeTo(wanted.excess, 9),
          expect.closeTo(wanted.wasted, 7),
        ]);
      }
    }
  });
});

describe("with needs", () => {
  it.each<Needs>([
    { serve: 1e13 },
    { unique: 1e10 },
    { most: 3e9 },
    { serve: 3e12, unique: 2e10, reuse: 6, most: 8e9 },
  ])("no other model is better at the compute, none cheaper at the loss: %j", (needs) => {
    const { serve = 0, unique = Infinity, reuse = 15.387756, most = Infinity } = needs;
    for (const flops of [3e22, 1e24]) {
      const found = meet(LAW, { flops }, 6, needs);
      expect(found.N).toBeLessThanOrEqual(most);
      expect((6 * found.N * found.D + 2 * found.N * serve) / flops).toBeCloseTo(1, 9);
      const losses = Array.from(logspace(1e7, Math.min(most, 1e13), 4000), (N) => {
        const D = (flops / N - 2 * serve) / 6;
        return D > 0 ? lossAt(LAW, N, worth(D, unique, reuse)) : Infinity;
      });
      expect(found.loss).toBeLessThanOrEqual(Math.min(...losses) + 1e-12);
      expect(found.loss).toBeGreaterThan(Math.min(...losses) - 1e-5);
      const back = meet(LAW, { loss: found.loss }, 6, needs);
      // a hundred epochs on, more compute changes no digit of the loss
      if (found.D > 100 * unique) expect(back.flops).toBeLessThan(flops);
      else expect(back.flops / flops).toBeCloseTo(1, 6);
      if (most === Infinity) expect(meet(LAW, { D: found.D }, 6, needs).flops / flops).toBeCloseTo(1, 3);
    }
  });

  it("serving makes models smaller, few tokens make them larger; what cannot be reached is refused", () => {
    const plain = plan(LAW, { flops: 1e24 });
    const served = plan(LAW, { flops: 1e24 }, { needs: { serve: 1e13 } });
    expect(served.N).toBeLessThan(0.9 * plain.N);
    expect(served.trainingFlops).toBeLessThan(served.flops);
    const repeated = plan(LAW, { flops: 1e24 }, { needs: { unique: 1e10 }, draws: [LAW, { ...LAW, E: 1.9 }] });
    expect(repeated.N).toBeGreaterThan(2 * plain.N);
    expect(repeated.epochs).toBeCloseTo(repeated.D / 1e10, 9);
    expect(repeated.ci!.loss[1]).toBeGreaterThan(repeated.ci!.loss[0]);
    expect(repeated.misses!.every(({ excess, wasted }) => excess > 0 && wasted > 0 && wasted < 1)).toBe(true);
    const capped = plan(LAW, { flops: 1e24 }, { needs: { most: 1e9 }, draws: [LAW, { ...LAW, A: 500 }] });
    expect([capped.N, capped.misses!.map(({ factor }) => factor)]).toEqual([1e9, [0.5]]);
    expect(plan(LAW, { flops: 1e22 }, { needs: { most: 1e15 } }).misses).toHaveLength(2);
    const given = plan(LAW, { D: 1e11 }, { draws: [LAW, { ...LAW, A: 500 }] });
    expect([given.D, given.ci!.D, given.flops / (6 * given.N * 1e11)]).toEqual([1e11, [1e11, 1e11], 1]);
    expect(() => plan(LAW, { loss: 1.7 })).toThrow(/no plan reaches loss = 1.7/);
    expect(() => plan(LAW, { loss: 1.9 }, { needs: { unique: 1e9 } })).toThrow(/no plan reaches/);
    expect(() => plan(LAW, { N: 1e10 }, { needs: { most: 1e9 } })).toThrow(/no plan reaches/);
    expect(() => plan(LAW, { flops: 1e22, N: 1e9 })).toThrow(/give one of flops, N, D and loss/);
    expect(() => plan(LAW, { flops: 1e22 }, { needs: { unique: 0 } })).toThrow(/unique must be greater than 0/);
  });
});
