// Marshals assembly/huber.ts.

import { type HuberData, type HuberKernels, PARAMETERS } from "../huber.ts";
import type { Arena, Core } from "./core.ts";

/** Four points at a time: some of weight 0 fill up. */
const padded = (n: number): number => Math.ceil(n / 4) * 4;

function putData(arena: Arena, data: HuberData) {
  const n = padded(data.x.length);
  return [n, arena.put(data.x, n), arena.put(data.y, n), arena.put(data.l, n), arena.put(data.w, n)] as const;
}

export function huberKernels(core: Core): HuberKernels {
  return {
    huber(data, delta, theta) {
      const arena = core.arena();
      const points = putData(arena, data);
      const at = arena.put(theta);
      const gradient = arena.space(PARAMETERS);
      const value = core.call("huber", ...points, delta, at, gradient, arena.space(4));
      return { value, gradient: arena.take(gradient, PARAMETERS) };
    },

    minimiseHuber(data, delta, starts, { fixed = 0, tolerance = 1e-8, maxIterations = 500 } = {}) {
      const arena = core.arena();
      const points = putData(arena, data);
      const m = starts.length / PARAMETERS;
      const theta = arena.put(starts);
      const value = arena.space(m);
      const info = arena.space(2 * m);
      const scratch = arena.space(60);
      const failed = core.call(
        "minimiseHuber",
        ...points,
        delta,
        m,
        theta,
        fixed,
        tolerance,
        maxIterations,
        value,
        info,
        scratch,
      );
      const pairs = arena.take(info, 2 * m);
      return {
        theta: arena.take(theta, PARAMETERS * m),
        value: arena.take(value, m),
        evaluations: Float64Array.from({ length: m }, (_, i) => pairs[2 * i]!),
        slope: Float64Array.from({ length: m }, (_, i) => pairs[2 * i + 1]!),
        failed,
      };
    },

    logs(values) {
      const arena = core.arena();
      const n = padded(values.length);
      const x = arena.put(values, n, 1);
      const out = arena.space(n);
      core.call("logs", n, x, out);
      return arena.take(out, values.length);
    },
  };
}
