// Marshals assembly/contour.ts.

import type { ContourKernels, Transform } from "../contour.ts";
import type { ComplexArray } from "../resolvent.ts";
import { type Core, padded } from "./core.ts";
import { putModes } from "./resolvent.ts";

/** Of Newton's method: what it leaves is below rounding. */
const LAST_STEP = 1e-9;

export function contourKernels(core: Core): ContourKernels {
  return {
    transforms({ modes, d, gamma, batch, kappa0, lastStep = LAST_STEP }, s) {
      const arena = core.arena();
      const { n, lambda, trace, energy, ratio } = putModes(arena, modes);
      const count = s.re.length;
      // two at a time: the last again fills them up
      const m = padded(count, 2);
      const points = [arena.put(s.re, m, s.re[count - 1]), arena.put(s.im, m, s.im[count - 1])] as const;
      const out = arena.space(12 * m);
      const scratch = arena.space(core.run.transformsScratch(m));
      const sizes = [d, gamma, batch, kappa0, lastStep] as const;
      const failed = core.run.transforms(n, lambda, trace, energy, ratio, ...sizes, m, ...points, out, scratch);
      const taken = arena.take(out, 12 * m);
      const column = (c: number): ComplexArray => ({
        re: taken.subarray(2 * c * m, 2 * c * m + count),
        im: taken.subarray((2 * c + 1) * m, (2 * c + 1) * m + count),
      });
      // as they are asked for
      const from = (first: number): Transform => ({
        get F() {
          return column(first);
        },
        get K() {
          return column(first + 1);
        },
        get P() {
          return column(first + 2);
        },
      });
      return { whole: from(0), singular: from(3), failed: Math.min(failed, count) };
    },

    contourSums({ s, ds }, f, g, steps) {
      const arena = core.arena();
      // two at a time: where ds = 0 fills them up, nothing is added
      const m = padded(s.re.length, 2);
      const nodes = arena.putAll([s.re, s.im, ds.re, ds.im, f.re, f.im, g.re, g.im], m);
      const r = arena.put(steps);
      const count = steps.length;
      const out = arena.space(4 * count);
      core.run.contourSums(m, ...nodes, count, r, out, arena.space(core.run.contourSumsScratch(m)));
      const column = (c: number) => arena.take(out + 8 * c * count, count);
      return [
        { value: column(0), size: column(1) },
        { value: column(2), size: column(3) },
      ];
    },
  };
}
