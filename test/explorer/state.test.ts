// The state in the address: what is written comes back, and what cannot be is told and replaced.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELDS } from "../../src/explorer/fields.ts";
import { PRESETS } from "../../src/explorer/presets.ts";
import { read, type Values, write } from "../../src/explorer/state.ts";

const { phases } = FIELDS;
type Phases = Values<typeof phases>;

describe("the state in the address", () => {
  it("comes back from its own link", () => {
    const values = fc.record({
      alpha: fc.double({ min: 0.05, max: 3, noNaN: true }),
      beta: fc.double({ min: -1, max: 3, noNaN: true }),
      d: fc.integer({ min: 10, max: 1e9 }),
      ratio: fc.oneof(fc.double({ min: 1, max: 1e4, noNaN: true }), fc.constant(Infinity)),
      from: fc.double({ min: 1e3, max: 1e28, noNaN: true }),
      color: fc.constantFrom(...phases.color.choices),
    });
    fc.assert(
      fc.property(values, (given) => {
        const all: Phases = { ...read(phases, "").values, ...given };
        const { values: back, problems } = read(phases, `?${write(phases, all)}`);
        expect(problems).toEqual([]);
        // six digits are kept
        for (const name of ["alpha", "beta", "ratio", "from"] as const) {
          if (Number.isFinite(all[name]))
            expect(Math.abs(back[name] - all[name])).toBeLessThanOrEqual(1e-5 * Math.abs(all[name]) + 1e-9);
          else expect(back[name]).toBe(all[name]);
        }
        expect(back.color).toBe(all.color);
        // a second round changes nothing
        expect(write(phases, back)).toBe(write(phases, all));
      }),
    );
  });

  it("survives any address, with values in their limits", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        const search = `?${encodeURIComponent(name)}=${value}&alpha=${encodeURIComponent(value)}&d=${value}`;
        const { values } = read(phases, search);
        expect(values.alpha).toBeGreaterThanOrEqual(0.05);
        expect(values.alpha).toBeLessThanOrEqual(3);
        expect(Number.isInteger(values.d)).toBe(true);
      }),
    );
  });

  it.each([
    ["alpha=NaN", "alpha must be a number from 0.05 to 3, the link says “NaN”: using 0.7."],
    ["alpha=1e309", "alpha must be a number from 0.05 to 3, the link says “1e309”: using 0.7."],
    ["alpha=0x1", "alpha must be a number from 0.05 to 3, the link says “0x1”: using 0.7."],
    ["d=12.5", "d must be a whole number from 10 to 1e9, the link says “12.5”: using 1000."],
    ["ratio=-inf", "ratio must be a number from 1 to 10000, or inf, the link says “-inf”: using 4."],
    [
      `color=${"x".repeat(99)}`,
      `color must be one of xi, eta, measured-xi, measured-eta, the link says “${"x".repeat(30)}…”: using xi.`,
    ],
  ])("%s is told in one line", (search, problem) => {
    expect(read(phases, search).problems).toEqual([problem]);
  });

  it("is empty for the defaults", () => {
    expect(write(phases, read(phases, "").values)).toBe("");
  });

  it("opens every example without complaint", () => {
    for (const { search: address } of PRESETS.flatMap(({ items }) => items)) {
      const { search } = new URL(address, "http://localhost/");
      const given = new URLSearchParams(search);
      const fields = FIELDS[(given.get("view") ?? "phases") as keyof typeof FIELDS];
      expect(read(fields, search).problems, search).toEqual([]);
      for (const name of given.keys()) if (name !== "view") expect(fields, search).toHaveProperty(name);
    }
  });
});
