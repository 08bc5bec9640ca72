// The losses of one size: both backends against what the slower routes of the library make of the same model.
import { describe, expect, it } from "vitest";
import { logspace, measured, plrf, powerLaw, referenceKernels, wasmKernels } from "../../src/index.ts";
import type { Size } from "../../src/kernels/sizes.ts";
import { EXACT, modesOf, NODES, ruleOf } from "../../src/theory/measure/modes.ts";
import { safeGamma } from "../../src/theory/measure/stability.ts";
import { contourValues, talbotLosses } from "../../src/theory/plrf/contour.ts";
import { onEachBackend } from "../backends.ts";

const RULE = { exact: EXACT, nodes: NODES };
const spectra = [
  ...[
    [0.2, 0.9],
    [0.7, 0.7],
    [1.3, 0.1],
    [2, 20],
  ].map(([alpha, beta]) => powerLaw({ alpha: alpha!, beta: beta! })),
  measured({ eigenvalues: [1, 0.4, 0.3, 0.11, 0.02], energies: [0.2, 0.3, 0, 0.1, 0.1] }),
];

const cases = spectra.flatMap((spectrum) =>
  (spectrum.kind === "measured" ? [1, 3] : [50, 1e4, 1e9]).map((d) => ({ spectrum, d })),
);

function sizeOf({ spectrum, d }: (typeof cases)[number], batch: number): Size {
  const v = spectrum.kind === "measured" ? 5 : 4 * d;
  const step = { share: 0.05 };
  return { modes: ruleOf(spectrum, v, RULE), d, surplus: v / d - 1, batch, step, tolerance: 1e-12, lastStep: 1e-9 };
}

onEachBackend((kernels) => {
  it.each(cases)("makes the losses of a size as those of its model: $spectrum, d = $d", ({ spectrum, d }) => {
    for (const batch of [1, 8]) {
      const model = plrf({ spectrum, d, batch, stepFraction: 0.05 });
      const steps = logspace(100, 1e7, 9);
      const modes = () => model.modes;
      const {
        model: made,
        values,
        error,
      } = talbotLosses(kernels, sizeOf({ spectrum, d }, batch), modes, steps, { contour: 14, rule: 0 });
      for (const key of ["trace", "P0", "gamma", "kappa0", "F0"] as const)
        expect(made[key] / model[key], key).toBeCloseTo(1, 10);
      expect(made.safe / safeGamma(model.modes, d, batch)).toBeCloseTo(1, 10);
      const truth = contourValues(kernels, model, "P", steps);
      values.forEach((P, i) => {
        expect(Math.abs(P - truth.values[i]!), `r = ${steps[i]}`).toBeLessThan(error[i]! + truth.error[i]! + 1e-11 * P);
      });
    }
  });
});

describe("the core's losses of a size", () => {
  const [core, plain] = [wasmKernels(), referenceKernels];
  it.each(cases)("are those of the reference: $spectrum, d = $d", ({ spectrum, d }) => {
    const contour = {
      s: { re: [3, 1, -2, -9], im: [0.5, 2, 4, 5] },
      weight: { re: [1, -2, 1, 0], im: [3, 1, 0.1, 1] },
    };
    const of = ({ re, im }: { re: number[]; im: number[] }) => ({
      re: Float64Array.from(re),
      im: Float64Array.from(im),
    });
    const unit = { s: of(contour.s), weight: of(contour.weight) };
    const steps = Float64Array.of(70, 1e3, 1e5);
    for (const far of [1.3, 1 + 1e-6]) {
      const [a, b] = [core, plain].map((kernels) => kernels.sizeLosses(sizeOf({ spectrum, d }, 2), unit, steps, far));
      for (const key of ["trace", "P0", "gamma", "kappa0", "F0", "safe"] as const)
        expect(a![key] / b![key], key).toBeCloseTo(1, 10);
      // u is found to three digits, whose square is left
      expect(a!.open / b!.open).toBeCloseTo(1, 4);
      for (const part of ["whole", "singular"] as const) {
        const { value, size } = b![part];
        a![part].value.forEach((x, i) => {
          expect(Math.abs(x - value[i]!)).toBeLessThan(1e-11 * size[i]!);
        });
        a![part].size.forEach((x, i) => {
          expect(x / size[i]!).toBeCloseTo(1, 9);
        });
      }
    }
  });

  it("tell a z₂ within the support, as the reference does", () => {
    const unit = { s: { re: new Float64Array(2).fill(1), im: new Float64Array(2).fill(1) } };
    const contour = { ...unit, weight: unit.s };
    const size = { ...sizeOf(cases[3]!, 1), step: { share: 1.9 } };
    for (const kernels of [core, plain])
      expect(kernels.sizeLosses(size, contour, Float64Array.of(100), 1.9).open).toBeNaN();
  });

  it("stand on the modes of the rule: their sums are those of modesOf", () => {
    const spectrum = powerLaw({ alpha: 0.6, beta: 0.4 });
    for (const v of [100.5, 1234.5, 1e12]) {
      const modes = modesOf(spectrum, v);
      const size = { ...sizeOf({ spectrum, d: 20 }, 1), modes: ruleOf(spectrum, v, RULE), surplus: v / 20 - 1 };
      const { weight } = { weight: { re: new Float64Array(2), im: new Float64Array(2) } };
      const { trace, P0 } = core.sizeLosses(size, { s: weight, weight }, new Float64Array(), 2);
      expect(trace / modes.trace.reduce((x, y) => x + y)).toBeCloseTo(1, 12);
      expect(P0 / modes.energy.reduce((x, y) => x + y)).toBeCloseTo(1, 12);
    }
  });
});
