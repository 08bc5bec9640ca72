import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brief, fixed, percent, powerOfTen, raised, readable, scientific, scripted, signed } from "../src/numbers.ts";

/** The value that a text of numbers.ts states. */
const value = (text: string): number =>
  Number(
    text
      .replaceAll("−", "-")
      .replace(/(?:^|(?<=-))10\^\{(-?\d+)\}/, "1e$1")
      .replace(/×10\^\{(-?\d+)\}/, "e$1"),
  );

describe("numbers for people", () => {
  it("rounds before it chooses the power of ten", () => {
    expect([powerOfTen(9.997e9), powerOfTen(9.994e9), powerOfTen(1e10), powerOfTen(2.5e-7)]).toEqual([
      "10^{10}",
      "9.99×10^{9}",
      "10^{10}",
      "2.5×10^{−7}",
    ]);
    expect([brief(9999.9999), brief(0.0009999999), brief(99999.99)]).toEqual(["1e4", "0.001", "1e5"]);
    expect([readable(9.9999), readable(99999.9), readable(0.00099999)]).toEqual(["10.00", "1.000e5", "0.0010"]);
    expect(scripted(99_999)).toBe("10^{5}");
  });

  it("never writes a raw power of ten in a figure", () => {
    expect([scripted(3e-7), scripted(-3e-7), scripted(0), scripted(0.7), scripted(1600), scripted(-1600)]).toEqual([
      "3×10^{−7}",
      "−3×10^{−7}",
      "0",
      "0.7",
      "1600",
      "−1600",
    ]);
    expect(raised("d = 1.5e8, f = 1e20, γ = 2e-7")).toBe("d = 1.5×10^{8}, f = 10^{20}, γ = 2×10^{−7}");
  });

  it("writes what is no number, and zero without a sign", () => {
    for (const write of [brief, readable, scientific, scripted, fixed])
      expect([write(Number.NaN), write(Infinity), write(-Infinity)]).toEqual(["–", "∞", "−∞"]);
    expect([fixed(-0.00001), signed(-0.00001, 4), signed(0, 1), signed(-1.25, 1), percent(0.0123)]).toEqual([
      "0.0000",
      "+0.0000",
      "+0.0",
      "−1.3",
      "1.23 %",
    ]);
  });

  it("states the value to the digits asked for, whatever it is", () => {
    const double = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((x) => x === 0 || (Math.abs(x) > 1e-300 && Math.abs(x) < 1e300));
    fc.assert(
      fc.property(double, fc.integer({ min: 1, max: 8 }), (x, digits) => {
        const bound = 0.5000001 * 10 ** (1 - digits) * Math.abs(x);
        expect(Math.abs(value(brief(x, digits)) - x)).toBeLessThanOrEqual(bound);
        expect(Math.abs(value(scripted(x, digits)) - x)).toBeLessThanOrEqual(bound);
        if (x > 0) expect(Math.abs(value(powerOfTen(x, digits)) - x)).toBeLessThanOrEqual(bound);
        if (x > 0) expect(powerOfTen(x, digits)).not.toMatch(/^10×/);
      }),
    );
  });
});
