// Sign SGD where it takes seconds: frontiers.
import { describe, expect, it } from "vitest";
import { frontier, powerLaw, sgd, signSgd, warmupStableDecay } from "../../src/index.ts";

describe("the frontier", () => {
  it("passes SGD's in phase III, near the note's values", () => {
    const problem = { spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), flops: [1e5, 1e6], points: 3, tuned: true };
    const bySign = frontier({ ...problem, optimizer: signSgd({ schedule: warmupStableDecay({ decay: 0.2 }) }) });
    const bySgd = frontier({ ...problem, optimizer: sgd() });
    // with sizes and steps of a grid: 3.56e-3 and 6.41e-4
    expect(bySign.loss[0]).toBeGreaterThan(0.95 * 3.56e-3);
    expect(bySign.loss[0]).toBeLessThan(3.56e-3);
    expect(bySign.loss[2]).toBeGreaterThan(0.95 * 6.41e-4);
    expect(bySign.loss[2]).toBeLessThan(6.41e-4);
    expect(bySign.loss[0]).toBeGreaterThan(bySgd.loss[0]!);
    expect(bySign.loss[2]).toBeLessThan(bySgd.loss[2]!);
  });
});
