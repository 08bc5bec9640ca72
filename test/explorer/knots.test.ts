// A schedule as knots: what is written comes back, hands cannot break it, and hostile addresses are refused.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELDS } from "../../src/explorer/fields.ts";
import { added, type Knots, MOST_KNOTS, moved, multipleAt, onSteps, removed } from "../../src/explorer/knots.ts";
import { read, write } from "../../src/explorer/state.ts";
import { type KnotsInput, knots as knotsJob, STARTS } from "../../src/explorer/work/schedules.ts";
import { compared, optimal, piecewise, plrf, powerLaw, sgd } from "../../src/index.ts";

const { schedules } = FIELDS;
const field = schedules.knots;

describe("knots", () => {
  it("stay a schedule that the address brings back, whatever is done to them", () => {
    const act = fc.record({
      what: fc.constantFrom("move", "add", "remove"),
      i: fc.nat(30),
      share: fc.double({ min: -2, max: 3, noNaN: true }),
      multiple: fc.double({ min: -5, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.constantFrom(10, 1000, 1e8), (acts, T) => {
        let knots: Knots = field.initial;
        for (const { what, i, share, multiple } of acts) {
          const k = i % knots.length;
          if (what === "move") knots = moved(knots, k, share, multiple, T);
          else if (what === "add") knots = added(knots, share, multiple, T).knots;
          else knots = removed(knots, k);
          const steps = onSteps(knots, T);
          expect(steps).toHaveLength(knots.length);
          expect(() => piecewise(steps)).not.toThrow();
        }
        expect(knots.length).toBeLessThanOrEqual(MOST_KNOTS);
        // six digits are kept: at 1e8 steps knots a step apart may be one
        if (T > 1000) return;
        const address = write(schedules, { ...read(schedules, "").values, knots });
        expect(address).not.toContain("%");
        const { values, problems } = read(schedules, `?${address}`);
        expect(problems).toEqual([]);
        expect(onSteps(values.knots, T)).toEqual(onSteps(knots, T));
      }),
    );
  });

  it("are joined by straight lines", () => {
    const knots: Knots = [
      [0, 1],
      [0.5, 2],
      [1, 0],
    ];
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => multipleAt(knots, share))).toEqual([1, 1.5, 2, 1, 0]);
  });

  it.each([
    "",
    "0*1",
    "0*1_1",
    "0*1_1*1_1*0",
    "0*1_0.5*NaN_1*0",
    "0*1_0.5*1e309_1*0",
    "0*1_0.5*-1_1*0",
    "0*1_2*1",
    "0.1*1_1*1",
    "0*0_1*0",
    "0*5_1*0",
    "<script>alert(1)</script>",
    Array.from({ length: 30 }, (_, i) => `${i / 29}*1`).join("_"),
  ])("%s is refused", (text) => {
    expect(() => field.parse(text)).toThrow(/must be 2 to 24 knots/);
  });
});

describe("shapes to start from", () => {
  const input: Omit<KnotsInput, "start"> = {
    ...{ alpha: 0.7, beta: 1.2, d: 1000, ratio: 4, step: 0.75, batch: 1, noise: 0, steps: 20000 },
    ...{ optimizer: "sgd", mu: 0.9, delta: 8, strength: 1 },
  };
  const start = async (name: KnotsInput["start"]): Promise<Knots> => {
    let found: Knots = [];
    await knotsJob({ ...input, start: name }, { emit: (knots) => (found = knots), pause: async () => {} });
    return found;
  };

  it.each(STARTS)("%s as knots may stand in an address", async (name) => {
    const knots = await start(name);
    expect(field.format(field.parse(field.format(knots)))).toBe(field.format(knots));
  });

  it("the optimal one loses less than 1 % by being drawn with straight lines", async () => {
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), d: 1000, stepFraction: 0.75 });
    const loss = (schedule: ReturnType<typeof piecewise>) =>
      compared(model, "", { optimizer: sgd({ schedule }), horizon: 20000 }).loss;
    const ratio = loss(piecewise(onSteps(await start("optimal"), 20000))) / loss(optimal());
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
  });
});
