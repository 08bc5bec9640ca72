// SGD on batches drawn from P samples, fixed or, at P = ∞, ever fresh ones (docs/theory.md, eq. 8.20, §11). The noise of a batch has the
// covariance s (L̂ H + g gᵀ): H the Hessian, g the gradient and L̂ the loss on the samples, s = 1/B with replacement and
// (P−B)/((P−1)B) where the samples of a batch differ. With
//
//   a(x, x′) = 1 − η(x + x′) + η²(1+s) x x′,   a(x) = a(x, x)                                                     (11.1)
//
// the loss on the samples drives both:
//
//   L̂_t = F̂(t) + Σ_{u<t} K̂(t−1−u) L̂_u,   L_t = F(t) + Σ_{u<t} K(t−1−u) L̂_u                                    (11.2)
//   F̂(t) = (1/2πi) ∮ a(−z)^t Φ dz,          F(t) = (1/2πi)² ∮∮ a(−z, −z′)^t C(z, z′) dz dz′                       (11.3)
//   K̂(t) = η²s (1/2πi) ∮ (−z) a(−z)^t D dz, K(t) = the same with D/R1                                             (11.4)
//
// On the nodes of a contour K̂ and K are sums of the same exponentials, driven by the same L̂: their states differ by the
// factor 1/R1 alone, and one recursion, (8.21), which is that of (2.1) with γ = ηs and B = 1/s, gives both losses, in whole
// steps and in growing ones, also where η_r and s_r are different at each, and a^t a product over them (11.13). At P = ∞, R1 = 1 and the two are one.

import type { Kernels } from "../../kernels/kernels.ts";
import type { ComplexArray } from "../../kernels/resolvent.ts";
import { complex, div, log1p, mul, scale } from "../../math/complex.ts";
import { constantProgram, evolve, type Pace, type Program } from "../training/time-stepping.ts";
import type { DynamicsModel } from "./problem.ts";
import { noiseOf } from "./sgd-stability.ts";
import type { Steps } from "./sgd-steps.ts";
import { entry, forcingOf, mapComplex, nodeProducts, powerSums, type Solution } from "./solution.ts";

export interface SgdLosses {
  readonly test: Float64Array;
  readonly train: Float64Array;
  /** The same without what the noise of batches feeds back: F and F̂. */
  readonly forcing: { readonly test: Float64Array; readonly train: Float64Array };
  /** Estimated error of growing steps, relative to the train loss. */
  readonly error: Float64Array;
  /** One run at this pace differs by no more. */
  readonly pace: Pace;
}

/** What comes to 1e-9 on most problems at the first doubling. */
const PACE: Pace = { exact: 8192, perDecade: 48 };

/** Both losses and their forcing at each of `times` (steps). */
export function sgdLosses(
  kernels: Kernels,
  model: DynamicsModel,
  solution: Solution,
  times: Float64Array,
  pace: Pace = PACE,
  points?: number,
): SgdLosses {
  const { contour, nodes, phi } = solution;
  const n = contour.z.re.length;
  const x = mapComplex(n, (j) => scale(-1, entry(contour.z, j)));
  // twice the real part: the other half of the contour
  const weight = (j: number) => scale(2, entry(contour.weight, j));
  const forcing = mapComplex(n, (j) => mul(weight(j), entry(phi, j)));
  const source = mapComplex(n, (j) => mul(weight(j), mul(entry(x, j), entry(nodes.D, j))));
  const { program, powers } = model.steps
    ? { program: programOf(model.steps), powers: productsOf(model, model.steps, x, points) }
    : constantSteps(kernels, model, x);
  if (model.P === Infinity) {
    const { loss, error, pace: last } = evolve(kernels, { z: x, forcing, source, rest: 0 }, program, times, pace);
    const fresh = powers([forcing, forcing], times)[0];
    return { test: loss, train: loss.slice(), forcing: { test: fresh, train: fresh.slice() }, error, pace: last };
  }
  const response = mapComplex(n, (j) => div(complex(1), entry(nodes.R1, j)));
  const {
    loss,
    observed,
    error,
    pace: last,
  } = evolve(kernels, { z: x, forcing, source, rest: 0 }, { ...program, observe: response }, times, pace);
  // the states less what the forcing alone would have left of them: what the noise drives
  const seen = mapComplex(n, (j) => mul(entry(forcing, j), entry(response, j)));
  const [undriven, train] = powers([seen, forcing], times);
  const test = forcingOf(kernels, model, solution, times, points);
  return {
    test: test.map((F, i) => F + (observed[i]! - undriven[i]!)),
    train: loss,
    forcing: { test, train },
    error,
    pace: last,
  };
}

/** Re Σ w_j ∏_{r<t} a_r(x_j) of two weights. */
type Powers = (weights: readonly [ComplexArray, ComplexArray], times: Float64Array) => [Float64Array, Float64Array];

/** The same step for ever. */
function constantSteps(kernels: Kernels, model: DynamicsModel, x: ComplexArray): { program: Program; powers: Powers } {
  const { eta, share } = noiseOf(model);
  // log a(x)
  const rate = mapComplex(x.re.length, (j) => {
    const at = scale(eta, entry(x, j));
    return log1p(mul(at, { re: (1 + share) * at.re - 2, im: (1 + share) * at.im }));
  });
  return {
    program: constantProgram(eta * share, 1 / share),
    powers: (weights, times) => powerSums(kernels, rate, weights, times),
  };
}

/** Batches of all samples, s = 0, as ones of almost no noise: γ = ηs and B = 1/s are finite then. */
const NO_NOISE = 1e-60;

const programOf = ({ at, breaks, ends, stepwise }: Steps): Program => ({
  at: (r) => {
    const { eta, share } = at(r);
    const least = Math.max(share, NO_NOISE);
    return { gamma1: 0, gamma2: eta * least, gamma3: 0, delta: 1, batch: 1 / least };
  },
  plain: true,
  noise: 0,
  breaks,
  ends,
  stepwise,
});

const productsOf =
  (model: DynamicsModel, steps: Steps, x: ComplexArray, points?: number): Powers =>
  (weights, times) =>
    nodeProducts(model, steps, x, weights, times, points) as [Float64Array, Float64Array];
