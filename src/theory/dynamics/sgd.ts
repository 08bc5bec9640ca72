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
// steps and in growing ones. At P = ∞, R1 = 1 and the two are one.

import type { Kernels } from "../../kernels/kernels.ts";
import type { ComplexArray } from "../../kernels/resolvent.ts";
import { complex, div, exp, log1p, mul, scale, sub } from "../../math/complex.ts";
import { constantProgram, evolve, type Pace } from "../training/time-stepping.ts";
import type { DynamicsModel } from "./problem.ts";
import { noiseOf } from "./sgd-stability.ts";
import { entry, formsOf, mapComplex, type Solution } from "./solution.ts";

export interface SgdLosses {
  readonly test: Float64Array;
  readonly train: Float64Array;
  /** The same without what the noise of batches feeds back: F and F̂. */
  readonly forcing: { readonly test: Float64Array; readonly train: Float64Array };
  /** Estimated error of growing steps, relative to the train loss. */
  readonly error: Float64Array;
}

/** Both losses and their forcing at each of `times` (steps). */
export function sgdLosses(
  kernels: Kernels,
  model: DynamicsModel,
  solution: Solution,
  times: Float64Array,
  pace?: Pace,
): SgdLosses {
  const { contour, nodes, phi } = solution;
  const { eta, share } = noiseOf(model);
  const n = contour.z.re.length;
  const x = mapComplex(n, (j) => scale(-1, entry(contour.z, j)));
  // twice the real part: the other half of the contour
  const weight = (j: number) => scale(2, entry(contour.weight, j));
  const forcing = mapComplex(n, (j) => mul(weight(j), entry(phi, j)));
  const source = mapComplex(n, (j) => mul(weight(j), mul(entry(x, j), entry(nodes.D, j))));
  const constant = constantProgram(eta * share, 1 / share);
  if (model.P === Infinity) {
    const { loss, error } = evolve(kernels, { z: x, forcing, source, rest: 0 }, constant, times, pace);
    const fresh = powers(x, [forcing], { eta, share }, times)[0]!;
    return { test: loss, train: loss.slice(), forcing: { test: fresh, train: fresh.slice() }, error };
  }
  const response = mapComplex(n, (j) => div(complex(1), entry(nodes.R1, j)));
  const program = { ...constant, observe: response };
  const { loss, observed, error } = evolve(kernels, { z: x, forcing, source, rest: 0 }, program, times, pace);
  // the states less what the forcing alone would have left of them: what the noise drives
  const seen = mapComplex(n, (j) => mul(entry(forcing, j), entry(response, j)));
  const [undriven, train] = powers(x, [seen, forcing], { eta, share }, times) as [Float64Array, Float64Array];
  const test = testForcing(kernels, model, solution, times);
  return {
    test: test.map((F, i) => F + (observed[i]! - undriven[i]!)),
    train: loss,
    forcing: { test, train },
    error,
  };
}

/** Re Σ weight_j a(x_j)^t of each of several weights. */
function powers(
  x: ComplexArray,
  weights: readonly ComplexArray[],
  { eta, share }: { readonly eta: number; readonly share: number },
  times: Float64Array,
): Float64Array[] {
  const out = weights.map(() => new Float64Array(times.length));
  for (let j = 0; j < x.re.length; j++) {
    const at = scale(eta, entry(x, j));
    const rate = log1p(mul(at, { re: (1 + share) * at.re - 2, im: (1 + share) * at.im }));
    times.forEach((t, i) => {
      const p = exp(scale(t, rate));
      weights.forEach(({ re, im }, k) => {
        out[k]![i]! += re[j]! * p.re - im[j]! * p.im;
      });
    });
  }
  return out;
}

/** What is below this, squared, in units of the whole, is left out of (11.5). */
const NEGLIGIBLE = 1e-24;
/** Rows that room is made for at first; doubled as it fills. */
const FIRST_ROWS = 64;

/**
 * F by (11.3): with u = 1 − ηx, a(x, x′) = u u′ + s ηx ηx′ is a sum of two products, and its power the sum of as many as count,
 *
 *   a(x, x′)^t = Σ_k C(t, k) s^k [(ηx)^k u^{t−k}] [(ηx′)^k u′^{t−k}]                                              (11.5)
 *
 * each a quadratic form. On the contour they fall like the probabilities of a binomial distribution of mean ≲ s/t·(log)².
 */
function testForcing(kernels: Kernels, model: DynamicsModel, solution: Solution, times: Float64Array): Float64Array {
  const { contour } = solution;
  const { eta, share } = noiseOf(model);
  const n = contour.z.re.length;
  const form = formsOf(kernels, model, solution, ["both"])[0]!;
  const rate = Array.from({ length: n }, (_, j) => log1p(scale(eta, entry(contour.z, j))));
  // from one term to the next: √s ηx/u, and what depends on t and k
  const ratio = mapComplex(n, (j) => {
    const z = scale(-eta, entry(contour.z, j));
    return div(scale(Math.sqrt(share), z), sub(complex(1), z));
  });
  const weight = contour.weight;
  const squares = weight.re.map((x, j) => x * x + weight.im[j]! * weight.im[j]!);
  const width = 2 * n;
  /** Row after row, and the time each belongs to. */
  let vectors = new Float64Array(width * Math.max(FIRST_ROWS, 2 * times.length));
  const owner: number[] = [];
  const place = (i: number): number => {
    const at = width * owner.push(i) - width;
    if (at + width > vectors.length) {
      const larger = new Float64Array(2 * vectors.length);
      larger.set(vectors);
      vectors = larger;
    }
    return at;
  };
  times.forEach((t, i) => {
    let before = Infinity;
    let row = place(i);
    // not the variable of the closure, which would be looked up at every entry
    let all = vectors;
    for (let j = 0; j < n; j++) {
      const { re, im } = mul(entry(weight, j), exp(scale(t, rate[j]!)));
      all[row + 2 * j] = re;
      all[row + 2 * j + 1] = im;
    }
    for (let k = 0; ; k++) {
      let most = 0;
      for (let j = 0; j < n; j++) {
        const x = all[row + 2 * j]!;
        const y = all[row + 2 * j + 1]!;
        const size = (x * x + y * y) / squares[j]!;
        if (size > most) most = size;
      }
      if (k === t || (most < NEGLIGIBLE && most < before)) break;
      before = most;
      const grown = Math.sqrt((t - k) / (k + 1));
      const next = place(i);
      all = vectors;
      for (let j = 0; j < n; j++) {
        const re = ratio.re[j]!;
        const im = ratio.im[j]!;
        const x = all[row + 2 * j]! * grown;
        const y = all[row + 2 * j + 1]! * grown;
        all[next + 2 * j] = x * re - y * im;
        all[next + 2 * j + 1] = x * im + y * re;
      }
      row = next;
    }
  });
  const out = new Float64Array(times.length);
  kernels.quadraticForms(form, width, vectors.subarray(0, width * owner.length)).forEach((value, r) => {
    out[owner[r]!]! += value;
  });
  return out;
}
