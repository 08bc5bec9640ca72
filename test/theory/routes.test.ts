// Three routes to P(r) that share nothing but the sums over modes.
import fc from "fast-check";
import { expect, it } from "vitest";
import { logspace, loss, plrf, powerLaw } from "../../src/index.ts";
import { onEachBackend } from "../backends.ts";
import { groupBy, readFixture } from "../fixtures.ts";
import { anyModel, build } from "../models.ts";

onEachBackend((kernels) => {
  const rows = readFixture("plrf.csv") as {
    alpha: number;
    beta: number;
    d: number;
    v: number;
    gamma: number;
    batch: number;
    r: number;
    P: number;
  }[];
  it.each(groupBy(rows, ["alpha", "beta"]).map((group) => [group[0]!.alpha, group[0]!.beta, group] as const))(
    "modes and direct agree with plrf.csv at (%f, %f)",
    (alpha, beta, group) => {
      const model = plrf({ spectrum: powerLaw({ alpha, beta }), ...group[0]! });
      const small = group.filter(({ r }) => r <= 4096);
      const P = loss(model, { steps: small.map(({ r }) => r), method: "direct", kernels }).loss;
      small.forEach((row, i) => {
        expect(Math.abs(P[i]! / row.P - 1), `direct at r = ${row.r}`).toBeLessThan(1e-9);
      });
      const stepped = loss(model, { steps: group.map(({ r }) => r), method: "modes", kernels });
      group.forEach((row, i) => {
        expect(Math.abs(stepped.loss[i]! - row.P), `modes at r = ${row.r}`).toBeLessThan(
          1e-9 * row.P + stepped.stats.error[i]!,
        );
        expect(stepped.stats.error[i]! / row.P).toBeLessThan(1e-6);
      });
    },
  );
});

it("contour and direct agree to 1e-9 up to r = 4096", () => {
  fc.assert(
    fc.property(anyModel, (parameters) => {
      const model = build(parameters);
      const steps = [0, 1, 2, 7, 30, 63, 64, 65, 100, 333, 1000, 4096];
      const contour = loss(model, { steps });
      const direct = loss(model, { steps, method: "direct" });
      contour.loss.forEach((value, i) => {
        const gap = Math.abs(direct.loss[i]! - value);
        expect(gap, `r = ${steps[i]}`).toBeLessThan(1e-9 * value);
        expect(gap, `estimate at r = ${steps[i]}`).toBeLessThan(contour.stats.error[i]! + direct.stats.error[i]!);
      });
    }),
    { numRuns: 100, seed: 11 },
  );
});

it("contour and modes agree to 1e-6 up to r = 1e6", () => {
  fc.assert(
    fc.property(anyModel, (parameters) => {
      const model = build(parameters);
      const steps = logspace(1e3, 1e6, 7);
      const contour = loss(model, { steps });
      const modes = loss(model, { steps, method: "modes" });
      contour.loss.forEach((value, i) => {
        const gap = Math.abs(modes.loss[i]! - value);
        expect(gap, `r = ${steps[i]}`).toBeLessThan(1e-6 * value + modes.stats.error[i]!);
      });
    }),
    { numRuns: 40, seed: 12 },
  );
});
