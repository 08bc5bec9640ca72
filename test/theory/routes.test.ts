// Three routes to P(r) that share nothing but the sums over modes.
import fc from "fast-check";
import { expect, it } from "vitest";
import { logspace, loss } from "../../src/index.ts";
import { onEachBackend } from "../backends.ts";
import { anyModel, build, goldenModels } from "../models.ts";

onEachBackend((kernels) => {
  it.each(goldenModels("plrf.csv").map(({ model, rows }) => [JSON.stringify(model.spectrum), model, rows] as const))(
    "modes and direct agree with plrf.csv: %s",
    (_, model, group) => {
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
