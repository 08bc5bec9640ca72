// What training does to each mode, and what the student remembers of its data and features (docs/theory.md, eqs. 8.4, 8.5):
//
//   ⟨v_k(t)⟩/w_k = (1/2πi) ∮ p_t(−z) (κ/z)/(κ+λ_k) dz
//   R1(z) = 1 − D/P,  R3(z) = 1 − D/N:  in time, δ(t) less (1/P) m(t) and (1/N) m(t),  m(t) = (1/2πi) ∮ p_t(−z) D dz

import { integer, numbers } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { add, complex, div, mul } from "../../math/complex.ts";
import { pow } from "../../math/elementary.ts";
import { factor } from "../training/optimizer.ts";
import { ACCURACY, checkTimes } from "./dynamics.ts";
import { type DynamicsModel, type DynamicsProblem, dynamicsModel } from "./problem.ts";
import { entry, mapComplex, type Solution, solve, timeWeights } from "./solution.ts";

export interface ResponseOptions {
  /** Training times ≥ 0, increasing. */
  readonly times: ArrayLike<number>;
  /** Which modes, counted from 1. */
  readonly modes: ArrayLike<number>;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface Responses {
  readonly times: Float64Array;
  /** k, from 1. */
  readonly modes: Float64Array;
  /** λ_k. */
  readonly eigenvalues: Float64Array;
  /** H_k(t): what is left on average of the residual in mode k, one curve a mode. */
  readonly transfer: Float64Array[];
  /** m(t)/P, the memory of the data: R1 less its δ(t), sign reversed. */
  readonly dataResponse: Float64Array;
  /** m(t)/N, the memory of the features. */
  readonly featureResponse: Float64Array;
}

/**
 * Transfer and response functions at `times`, by the reference quadrature. Under one-pass SGD they are those of gradient
 * descent on the population, its mean.
 * @throws RangeError, TypeError on bad numbers
 */
export function responses(problem: DynamicsProblem, options: ResponseOptions): Responses {
  const model = dynamicsModel(problem);
  const times = checkTimes(model.rule, options.times);
  const modes = numbers("modes", options.modes, 1);
  modes.forEach((k, i) => {
    integer(`modes[${i}]`, k, 1, model.modes === Infinity ? Number.MAX_SAFE_INTEGER : model.modes);
  });
  const eigenvalues = modes.map((k) => eigenvalue(model, k));
  const { N, P } = model;
  if (N === Infinity && P === Infinity)
    return {
      times,
      modes,
      eigenvalues,
      transfer: Array.from(eigenvalues, (lambda) => times.map((t) => factor(model.rule, lambda, t))),
      dataResponse: new Float64Array(times.length),
      featureResponse: new Float64Array(times.length),
    };
  const solution = solve(options.kernels ?? defaultKernels(), model, times.at(-1)!, ACCURACY.reference);
  const weights = timeWeights(model, solution, times);
  const { z, kappa, D } = solution.nodes;
  const n = z.re.length;
  const transfer = Array.from(eigenvalues, (lambda) =>
    integrate(
      solution,
      weights,
      mapComplex(n, (j) => {
        const k = entry(kappa, j);
        return div(k, mul(entry(z, j), add(k, complex(lambda))));
      }),
    ),
  );
  const memory = integrate(solution, weights, D);
  return {
    times,
    modes,
    eigenvalues,
    transfer,
    dataResponse: memory.map((m) => m / P),
    featureResponse: memory.map((m) => m / N),
  };
}

function eigenvalue({ spectrum }: DynamicsModel, k: number): number {
  return spectrum.kind === "measured" ? spectrum.eigenvalues[k - 1]! : pow(k, -2 * spectrum.alpha);
}

/** (1/2πi) ∮ p_t(−z) f dz for every row of time weights. */
function integrate({ contour }: Solution, weights: Float64Array, f: { re: Float64Array; im: Float64Array }) {
  const n = contour.z.re.length;
  return Float64Array.from({ length: weights.length / (2 * n) }, (_, t) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += weights[2 * (t * n + j)]! * f.re[j]! - weights[2 * (t * n + j) + 1]! * f.im[j]!;
    return 2 * sum;
  });
}
