import { describe, expect, it } from "vitest";
import { isoflop, json } from "./run.ts";

describe("isoflop epochs", () => {
  it("gives its fields", () => {
    const found = json("epochs --a 1.8 --b 1.4 --unique 100,300,1000 --eta 0.2");
    expect(found.unique).toEqual([100, 300, 1000]);
    expect(found.epochs).toEqual([1, 2, 4, 8, 16, 32, 64]);
    // 0.86 and 4.91 with the sum over modes cut at 1e8; a little less without
    expect(found.reuse[0][0]).toBeCloseTo(0.858, 2);
    expect(found.plateau[2]).toBeCloseTo(12.6, 1);
    expect(found.fit.plateau.exponent.value).toBeCloseTo(found.predicted, 1);
    expect(found.halfLife).toHaveLength(3);
  });

  it("refuses what is no epoch in one line", () => {
    const { status, error } = isoflop("epochs --a 1.8 --b 1.4 --unique 10 --epochs 0.01");
    expect(status).not.toBe(0);
    expect(error.trim().split("\n")).toHaveLength(1);
    expect(error).toContain("epochs must be at least one step");
  });
});
