// One-pass SGD on the mean gradient of B samples (docs/theory.md, eqs. 8.20, 8.21): with
// a(x) = 1 − 2ηx + η²(1+1/B)x²,
//
//   L_t = F(t) + Σ_{s<t} K(t−1−s) L_s,   F(t) = (1/2πi)∮ a(−z)^t Φ dz,   K(s) = (η²/B)(1/2πi)∮ (−z) a(−z)^s D(κ(z)) dz
//
// On the nodes of a contour both are sums of exponentials a_j^t, so a step costs one multiplication a node. With
// η̄ = η(1+1/B), 1 − a(x) = (1 − (1−η̄x)²) B/(B+1): a is small exactly where gradient descent of step η̄ contracts.

import type { Kernels } from "../../kernels/kernels.ts";
import { add, complex, mul, scale, sub } from "../../math/complex.ts";
import type { DynamicsModel } from "./problem.ts";
import { entry, mapComplex, type Solution } from "./solution.ts";

/** Steps are taken one by one: some seconds for this many. The generating function of §4 has no such limit. */
export const MOST_SGD_STEPS = 1e7;

/** L at each of `times` (steps). */
export function sgdLoss(kernels: Kernels, model: DynamicsModel, solution: Solution, times: Float64Array): Float64Array {
  const { rule } = model;
  if (rule.kind !== "sgd") throw new TypeError(`the rule must be sgd, got ${rule.kind}`);
  const { contour, nodes, phi } = solution;
  const n = contour.z.re.length;
  const { eta, batch } = rule;
  const a = mapComplex(n, (j) => {
    const x = scale(-eta, entry(contour.z, j));
    return add(complex(1), mul(x, sub(scale(1 + 1 / batch, x), complex(2))));
  });
  const forcing = mapComplex(n, (j) => mul(entry(contour.weight, j), entry(phi, j)));
  const kernel = mapComplex(n, (j) =>
    scale(-(eta * eta) / batch, mul(entry(contour.weight, j), mul(entry(contour.z, j), entry(nodes.D, j)))),
  );
  return kernels.forcedSums(a, kernel, forcing, times);
}
