// The search for the best size: what its coarse scan may be off by.
import { expect, it } from "vitest";
import { defaultKernels, logspace, plrf, powerLaw } from "../../src/index.ts";
import { contourValues, talbotLosses } from "../../src/theory/plrf/contour.ts";

it("scans losses within the error that it tells, which is small", () => {
  const kernels = defaultKernels();
  const errors: number[] = [];
  for (const [alpha, beta] of [
    [0.2, 0.9],
    [0.45, 0.3],
    [0.7, 0.7],
    [1.3, 0.1],
    [2, 5],
  ] as const)
    for (const [d, batch, stepFraction] of [
      [1, 1, 0.1],
      [30, 1, 0.3],
      [30, 8, 0.1],
      [1e5, 1, 0.3],
      [1e9, 4, 1e-3],
    ] as const) {
      const model = plrf({ spectrum: powerLaw({ alpha, beta }), d, batch, stepFraction });
      const steps = logspace(64, 1e12, 40);
      const truth = contourValues(kernels, model, "P", steps);
      const { values, error } = talbotLosses(kernels, model, steps, 4);
      truth.values.forEach((P, i) => {
        const off = Math.abs(values[i]! - P);
        expect(off, `${alpha}, ${beta}, d = ${d}, B = ${batch}, r = ${steps[i]}`).toBeLessThan(
          error[i]! + truth.error[i]!,
        );
        errors.push(error[i]! / P);
      });
    }
  errors.sort((a, b) => a - b);
  expect(errors[Math.round(0.9 * errors.length)]).toBeLessThan(0.01);
});
