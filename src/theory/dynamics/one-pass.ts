// How many steps a model takes to come down to a loss: its curve turned round.

import type { Kernels } from "../../kernels/kernels.ts";
import { log, log10 } from "../../math/elementary.ts";
import { logspace } from "../../math/grid.ts";
import { testLoss } from "./dynamics.ts";
import { type StaticLosses, staticLosses } from "./limits.ts";
import type { DynamicsModel } from "./problem.ts";

/** No pass is longer than this. */
const LONGEST = 1e15;
/** Points a decade between which one pass is looked up; then it is evaluated this near on both sides. */
const LOOKED = 16;
const NEAR = 0.01;

/** Steps of one pass, not whole, after which its loss is L: log L is taken as linear in t between times near by. */
export function onePass(model: DynamicsModel, kernels: Kernels, wanted: readonly number[]): (L: number) => number {
  const limit: StaticLosses = staticLosses(model);
  const reachable = wanted.filter((L) => L > limit.test * (1 + 1e-6));
  if (reachable.length === 0) return () => Infinity;
  const least = Math.min(...reachable);
  let [end, at] = [1e3, testLoss(model, 1e3, kernels)];
  while (at(Float64Array.of(end))[0]! > least && end < LONGEST) {
    end *= 100;
    at = testLoss(model, end, kernels);
  }
  const whole = (values: Iterable<number>) => Float64Array.from(new Set(Array.from(values, Math.round))).sort();
  const coarse = whole(logspace(1, end, Math.ceil(LOOKED * log10(end))));
  const first = inverse(coarse, at(coarse));
  const around = [...reachable].map(first).filter(Number.isFinite);
  const near = whole([
    ...coarse,
    ...around.flatMap((t) => [Math.max(1, Math.floor(t * (1 - NEAR))), Math.ceil(t * (1 + NEAR))]),
  ]);
  return inverse(near, at(near));
}

/** t of L from a falling table; Infinity beyond its end. */
function inverse(times: Float64Array, losses: Float64Array): (L: number) => number {
  return (L) => {
    const i = losses.findIndex((value) => value <= L);
    if (i < 0) return Infinity;
    if (i === 0) return times[0]!;
    const [t0, t1, L0, L1] = [times[i - 1]!, times[i]!, losses[i - 1]!, losses[i]!];
    return t0 + ((t1 - t0) * log(L / L0)) / log(L1 / L0);
  };
}
