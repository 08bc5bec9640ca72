// The short measure of a power law: its sums against sums over every mode, whatever was asked of the spectrum before.

import { describe, expect, it } from "vitest";
import { modesOf } from "../../src/theory/measure/modes.ts";
import { plrf } from "../../src/theory/measure/plrf.ts";
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

  // ζ(p) − ζ(p, v + 1), Hurwitz's zeta in 30 digits
  it.each([
    [0.7, 0.7, 2.5, 1.498635247233179, 1.17183302685206],
    [0.3, 0.9, 1.5, 1.354127657604816, 1.121293534307856],
    [1.1, -0.4, 2.99, 1.30620831564808, 1.592011862792098],
    [0.2, 0.25, 29.2, 11.61512463306827, 4.606989117924942],
  ])("sums to a v that is not whole: (%f, %f), v = %f", (alpha, beta, v, trace, energy) => {
    const modes = modesOf(powerLaw({ alpha, beta }), v);
    const sum = (weight: Float64Array) => weight.reduce((total, w) => total + w, 0);
    expect(Math.abs(sum(modes.trace) / trace - 1)).toBeLessThan(1e-13);
    expect(Math.abs(sum(modes.energy) / energy - 1)).toBeLessThan(1e-13);
  });

  it("is continuous and finite in v from 1 on", () => {
    for (const [alpha, beta] of [
      [0.15, 0.4],
      [0.7, 0.7],
      [1.4, 1.6],
    ] as const) {
      const at = (v: number) => {
        const model = plrf({ spectrum: powerLaw({ alpha, beta }), d: 1, v, force: true });
        return [model.trace, model.P0, model.kappa0, model.F0, model.gamma];
      };
      for (let v = 1.03; v < 130; v *= 1.03) {
        expect(
          at(v).every((x) => Number.isFinite(x) && x > 0),
          `v = ${v}`,
        ).toBe(true);
      }
      for (let v = 2; v <= 110; v += v < 6 ? 1 : 13)
        at(v).forEach((x, i) => {
          for (const other of [at(v - 1e-9)[i]!, at(v + 1e-9)[i]!]) expect(Math.abs(other / x - 1)).toBeLessThan(1e-8);
        });
    }
  });
});
