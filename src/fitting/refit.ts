// Approach 3 again on many resamples of the same points (docs/theory.md, eqs. 10.4, 10.5). Every resample is searched anew: from the
// law of all points, and from the two best minima of variable projection on the resample itself. Such starts are near, so each
// goes by Newton's method; BFGS takes over where that does not arrive, and starts over from them all where they end in
// different minima. The lowest minimum wins.

import { type Minima, PARAMETERS } from "../kernels/huber/kernels.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { bestOf } from "./parametric.ts";
import { concatenated, type Law, type Points, thetaOf } from "./points.ts";
import { projectedResamples } from "./projection.ts";

/** Minima whose objectives are this close, relatively, are one: rounding is far below, the next minimum far above. */
const SAME = 1e-9;
/** The gradient at a minimum over δ Σw: Newton's last step takes it from well above to well below. */
const TOLERANCE = 1e-7;

/** θ of the law that best fits each of `count` resamples; weightsOf(i) are the weights of resample i, made when they are wanted. */
export function refits(
  points: Points,
  { law, delta }: { readonly law: Law; readonly delta: number },
  count: number,
  weightsOf: (i: number) => Float64Array,
  kernels: Kernels,
): Float64Array[] {
  const fitted = thetaOf(law, points);
  const projected = projectedResamples(points, count, weightsOf, 2, kernels);
  return projected.map((others, i) => {
    const data = { ...points, w: weightsOf(i) };
    const starts = concatenated([fitted, others]);
    const near = huberKernelsOf(kernels).minimiseHuber(data, delta, starts, { near: true, tolerance: TOLERANCE });
    const lowest = near.value[bestOf(near)]!;
    if (near.value.every((value) => value <= lowest * (1 + SAME))) return thetaAt(near);
    const far = huberKernelsOf(kernels).minimiseHuber(data, delta, starts, { tolerance: TOLERANCE });
    return thetaAt(far.value[bestOf(far)]! < lowest ? far : near);
  });
}

function thetaAt(minima: Minima): Float64Array {
  const at = PARAMETERS * bestOf(minima);
  return minima.theta.subarray(at, at + PARAMETERS);
}
