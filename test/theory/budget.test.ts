import { describe, expect, it } from "vitest";
import { bestAtBudget, defaultKernels, loss, plrf, powerLaw, sgd, stability } from "../../src/index.ts";
import { finalLoss } from "../../src/theory/training/final-loss.ts";

describe("the best use of a budget", () => {
  // γ_max = 0.75/Tr D is itself unstable here
  it.each([1.7, 2, 3])("is found below an unstable γ_max: α = %f", (alpha) => {
    const spectrum = powerLaw({ alpha, beta: 1.2 });
    const best = bestAtBudget({ spectrum, flops: 1e8, family: "constant" });
    expect(() => plrf({ spectrum, d: best.d, stepFraction: 0.75 })).toThrow(/largest stable/);
    // by contour, and at other steps
    const at = (multiple: number) => {
      const model = plrf({ spectrum, d: best.d, stepFraction: 0.75 * multiple });
      return loss(model, { steps: [best.steps] }).loss[0]!;
    };
    expect(Math.abs(best.loss / at(best.multiple) - 1)).toBeLessThan(1e-3);
    for (const factor of [0.7, 1.25]) expect(at(factor * best.multiple)).toBeGreaterThan(best.loss);
  });

  it("fails with the reason where every step tried is unstable", () => {
    const options = { spectrum: powerLaw({ alpha: 2, beta: 1.2 }), flops: 1e6, family: "optimal" } as const;
    expect(() => bestAtBudget(options)).toThrow(
      /at flops = 1e6: the step at r = .* largest stable.*lower stepFraction/,
    );
    expect(bestAtBudget({ ...options, stepFraction: 0.5 }).loss).toBeGreaterThan(0);
  });
});

it("the best multiple of a step that is itself unstable is found below its limit", () => {
  const kernels = defaultKernels();
  const model = plrf({ spectrum: powerLaw({ alpha: 2, beta: 1.2 }), d: 30, stepFraction: 3, force: true });
  const { multiple, loss: best } = finalLoss(kernels, model, 200, { optimizer: sgd(), tuned: true });
  const limit = stability(model.modes, model.d, 1).maxGamma / model.gamma;
  expect(limit).toBeLessThan(1);
  expect(multiple).toBeLessThan(limit);
  // to the precision of the search for it, as low as any of a fine scan
  for (let k = 1; k < 60; k++) {
    const gamma = limit * model.gamma * 10 ** (-k / 20);
    const [value] = loss({ ...model, gamma }, { steps: [200], method: "modes" }).loss;
    expect(best).toBeLessThan(value! * (1 + 1e-3));
  }
});
