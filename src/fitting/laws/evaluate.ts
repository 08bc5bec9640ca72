// A law's logarithms at points, and their slopes in its parameters: log L̂ and ∂ log L̂/∂u, where u is the logarithm of a parameter
// that is positive, else the parameter itself.

import type { Runs } from "../runs.ts";
import { bind } from "./bind.ts";
import type { ScalingLaw } from "./law.ts";

/** Where a law is asked: N and D, and whatever else it takes. */
export type Points = Pick<Runs, "N" | "D" | "C" | "more">;

/** @returns log L̂ at every point, and with `slopes` ∂ log L̂/∂u as parameters × points */
export type Evaluator = (
  p: Float64Array,
  slopes?: boolean,
) => { readonly logs: Float64Array; readonly slopes: Float64Array };

const positive = ([low, high]: readonly [number, number]): boolean => low === 0 && high === Infinity;

/** Which parameters move in their logarithm. */
export const inLogarithm = ({ parameters, bounds }: ScalingLaw): boolean[] =>
  parameters.map((name) => positive(bounds[name]!));

/** A law at points, ready to be asked with many parameters. */
export function evaluator(law: ScalingLaw, points: Points): Evaluator {
  const n = points.N.length;
  const asRuns: Runs = {
    ...{ n, flopsPerToken: 6, warnings: [], loss: new Float64Array(n).fill(1) },
    ...{ run: new Int32Array(n), row: Int32Array.from({ length: n }, (_, i) => i + 1) },
    ...points,
  };
  const { run } = bind(law, asRuns);
  const logarithmic = inLogarithm(law);
  return (p, slopes = false) => {
    const { values, jacobian } = run(p, slopes);
    if (slopes)
      logarithmic.forEach((is, j) => {
        if (is) for (let i = 0; i < n; i++) jacobian[j * n + i]! *= p[j]!;
      });
    return { logs: values, slopes: jacobian };
  };
}
