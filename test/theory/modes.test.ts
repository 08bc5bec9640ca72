// The short measure of a power law: its sums against sums over every mode, whatever was asked of the spectrum before.

import { describe, expect, it } from "vitest";
import { modesOf } from "../../src/theory/measure/modes.ts";
import { powerLaw } from "../../src/theory/measure/spectrum.ts";

describe("modesOf", () => {
  it.each([
    [0.3, 0.2],
    [0.7, 0.7],
    [1.2, 0.4],
  ])("stands for all modes at (%s, %s)", (alpha, beta) => {
    const v = 1e6;
    const x = 1e-5;
    let [trace, energy] = [0, 0];
    for (let j = v; j >= 1; j--) {
      const lambda = j ** (-2 * alpha);
      trace += lambda / (lambda + x);
      energy += (j ** (-2 * beta) * lambda) / (lambda + x);
    }
    const modes = modesOf(powerLaw({ alpha, beta }), v);
    const sum = (weight: Float64Array) => weight.reduce((total, w, i) => total + w / (modes.lambda[i]! + x), 0);
    expect(Math.abs(sum(modes.trace) / trace - 1)).toBeLessThan(1e-12);
    expect(Math.abs(sum(modes.energy) / energy - 1)).toBeLessThan(1e-12);
  });

  it("does not depend on which v was asked for before", () => {
    const spectrum = powerLaw({ alpha: 0.7, beta: 0.5 });
    for (const v of [1e9, 2e3, Infinity, 1e15, 150, 99.5, 1e9])
      expect(modesOf(spectrum, v)).toEqual(modesOf(powerLaw({ alpha: 0.7, beta: 0.5 }), v));
  });
});
