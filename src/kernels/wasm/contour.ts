// Marshals assembly/contour.ts.

import type { ContourKernels } from "../contour.ts";
import type { ComplexArray } from "../resolvent.ts";
import type { Core } from "./core.ts";
import { putModes } from "./resolvent.ts";

export function contourKernels(core: Core): ContourKernels {
  return {
    transforms({ modes, d, gamma, batch, kappa0 }, s) {
      const arena = core.arena();
      const { n, lambda, trace, energy, ratio } = putModes(arena, modes);
      const m = s.re.length;
      const points = [arena.put(s.re), arena.put(s.im)] as const;
      const out = arena.space(12 * m);
      const scratch = arena.space(26 * m + 8);
      const sizes = [d, gamma, batch, kappa0] as const;
      const failed = core.call("transforms", n, lambda, trace, energy, ratio, ...sizes, m, ...points, out, scratch);
      const column = (c: number): ComplexArray => ({
        re: arena.take(out + 16 * c * m, m),
        im: arena.take(out + 16 * c * m + 8 * m, m),
      });
      return {
        whole: { F: column(0), K: column(1), P: column(2) },
        singular: { F: column(3), K: column(4), P: column(5) },
        failed,
      };
    },

    contourSums({ s, ds }, f, g, steps) {
      const arena = core.arena();
      const m = s.re.length;
      const nodes = [s, ds, f, g].flatMap(({ re, im }) => [arena.put(re), arena.put(im)]);
      const r = arena.put(steps);
      const count = steps.length;
      const out = arena.space(4 * count);
      core.call("contourSums", m, ...nodes, count, r, out, arena.space(6 * m));
      const column = (c: number) => arena.take(out + 8 * c * count, count);
      return [
        { value: column(0), size: column(1) },
        { value: column(2), size: column(3) },
      ];
    },
  };
}
