// Marshals assembly/huber.ts.

import { type Arena, Core, compiled, once, padded } from "../wasm/core.ts";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import { type HuberData, type HuberKernels, PARAMETERS } from "./kernels.ts";

function putData(arena: Arena, { x, y, l, w }: HuberData) {
  const n = padded(x.length);
  return [n, arena.put(x, n), arena.put(y, n), arena.put(l, n), arena.put(w, n)] as const;
}

/** The points that count: a resample leaves out a third of them. */
function counted(data: HuberData): HuberData {
  const { x, y, l, w } = data;
  if (!w.includes(0)) return data;
  const kept = (values: Float64Array) => values.filter((_, i) => w[i] !== 0);
  return { x: kept(x), y: kept(y), l: kept(l), w: kept(w) };
}

/** The kernels on one instance, made at the first call. */
export const huberKernels: () => HuberKernels = /* @__PURE__ */ once(() =>
  kernelsOn(new Core<Exports>(compiled(bytes, size))),
);

export function kernelsOn(core: Core<Exports>): HuberKernels {
  return {
    huber(data, delta, theta) {
      const arena = core.arena();
      const points = putData(arena, data);
      const at = arena.put(theta);
      const gradient = arena.space(PARAMETERS);
      const value = core.run.huber(...points, delta, at, gradient, arena.space(core.run.huberScratch()));
      return { value, gradient: arena.take(gradient, PARAMETERS) };
    },

    minimiseHuber(data, delta, starts, { fixed = 0, near = false, tolerance = 1e-8, maxIterations = 500 } = {}) {
      const arena = core.arena();
      const points = putData(arena, counted(data));
      const m = starts.length / PARAMETERS;
      const theta = arena.put(starts);
      const value = arena.space(m);
      const info = arena.space(2 * m);
      const scratch = arena.space(core.run.minimiseHuberScratch(points[0], near));
      const failed = core.run.minimiseHuber(
        ...points,
        delta,
        m,
        theta,
        fixed,
        near,
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

    projectionGains({ n, count, values }, weights) {
      const arena = core.arena();
      const N = padded(n);
      const m = weights.length / n;
      const rows = (from: Float64Array, k: number) => {
        const pointer = arena.space(k * N);
        const view = arena.view(pointer, k * N);
        for (let i = 0; i < k; i++) {
          view.set(from.subarray(i * n, i * n + n), i * N);
          view.fill(0, i * N + n, i * N + N);
        }
        return pointer;
      };
      const columns = rows(values, 2 * count + 1);
      const w = rows(weights, m);
      const gains = arena.space(m * count * count);
      const scratch = arena.space(core.run.projectionGainsScratch(N, count));
      core.run.projectionGains(N, count, columns, m, w, gains, scratch);
      return arena.take(gains, m * count * count);
    },

    logs(values) {
      const arena = core.arena();
      const n = padded(values.length);
      const x = arena.put(values, n, 1);
      const out = arena.space(n);
      core.run.logs(n, x, out);
      return arena.take(out, values.length);
    },
  };
}
