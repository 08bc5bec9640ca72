// One-point functions on a contour (docs/theory.md, eqs. 8.4–8.6): κ(z), then
//
//   R1 = 1 − D/P,   R3 = 1 − D/N,   z = κ R1 R3,   Φ = (G + σ²/κ)/R3
//
// Of R1 and R3 the smaller is taken from z/κ: at late times 1 − D/min(N, P) would be all rounding.

import type { OnePoint, Shared } from "../../kernels/dynamics.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type ComplexArray, complexArray } from "../../kernels/resolvent.ts";
import { add, type Complex, complex, div, exp, expm1, log1p, mul, scale, sqrt, sub } from "../../math/complex.ts";
import { cos, exp as expOf, hypot, log, sin } from "../../math/elementary.ts";
import { isDiscrete, momentum } from "../training/optimizer.ts";
import { type Contour, keyhole, roots, type Variant } from "./contours.ts";
import { compressed, type DynamicsModel } from "./problem.ts";
import { noiseOf } from "./sgd-stability.ts";

export interface Solution {
  readonly contour: Contour;
  readonly nodes: OnePoint;
  /** Φ at the nodes: (8.6). */
  readonly phi: ComplexArray;
  readonly data: ReturnType<typeof compressed>["data"];
  readonly target: ReturnType<typeof compressed>["target"];
  /** How many nodes of the contour the walk of κ reached. */
  readonly reached: number;
  readonly summed: boolean;
}

export interface Accuracy {
  /** Gauss–Legendre nodes a panel. */
  readonly panel: number;
  /** Gauss points a bin of the compressed spectrum. */
  readonly points: number;
  /** Pair sums free of cancellation at every time, not only where late times ask for them. */
  readonly summed: boolean;
}

/** Divided differences lose digits like κ t: beyond this, pairs are summed over the modes. */
const LATE = 1e6;

/** log of what is left out of p_t. */
const NOTHING = -100;

export const entry = ({ re, im }: ComplexArray, i: number): Complex => ({ re: re[i]!, im: im[i]! });

export function mapComplex(n: number, value: (i: number) => Complex): ComplexArray {
  const out = complexArray(n);
  for (let i = 0; i < n; i++) {
    const { re, im } = value(i);
    out.re[i] = re;
    out.im[i] = im;
  }
  return out;
}

/** The contour for a model and its longest time. */
function contourFor(model: DynamicsModel, tmax: number, panel: number, variant: Variant): Contour {
  const { rule, xmax } = model;
  const longest = Math.max(tmax, 1e-3);
  if (!isDiscrete(rule)) return keyhole(xmax, Math.max(longest, 1e-3 / xmax), panel, 1.6, 0, variant);
  const steps = Math.max(longest, 1);
  const mu = momentum(rule);
  if (rule.kind === "sgd") {
    const { eta, share } = noiseOf(model);
    const wide = eta * (1 + share);
    // a(x, x̄) = 1 − (1 − |1 − η̄x|²)/(1+s) must not pass 1 anywhere; a^t moves like (1 − ηx)^{2t}
    if (wide * 1.6 * xmax < 1.2) return keyhole(xmax, 2 * eta * steps, panel, 1.6, wide, variant);
    return roots(wide, 0, xmax, 2 * steps, panel, variant);
  }
  const { eta } = rule;
  if (mu === 0 && eta * 1.6 * xmax < 1.4) return keyhole(xmax, eta * steps, panel, 1.6, eta, variant);
  return roots(eta, mu, xmax, steps, panel, variant);
}

export function solve(
  kernels: Kernels,
  model: DynamicsModel,
  tmax: number,
  accuracy: Accuracy,
  variant: Variant = "first",
): Solution {
  const contour = contourFor(model, tmax, accuracy.panel, variant);
  const { z } = contour;
  const n = z.re.length;
  const radii = Array.from({ length: n }, (_, i) => hypot(z.re[i]!, z.im[i]!));
  const nearest = Math.min(...radii);
  const { data, target } = compressed(model, accuracy.points, nearest / 4, contour.aperture);
  const [invN, invP] = [1 / model.N, 1 / model.P];

  // from far out on the real axis, where κ ≈ z + Tr Λ (1/N + 1/P), to the first node and along
  const far = 2 * model.xmax;
  const path = { re: Float64Array.of(far, ...z.re), im: Float64Array.of(0, ...z.im) };
  const walk = kernels.walkKappa(data, invN, invP, path, far + model.trace * (invN + invP));
  const kappa = { re: walk.kappa.re.slice(1), im: walk.kappa.im.slice(1) };
  const D = kernels.measureSums(data, kappa).value;
  const G = kernels.measureSums(target, kappa).value;
  const one = complex(1);
  const [R1, R3] = [complexArray(n), complexArray(n)];
  for (let i = 0; i < n; i++) {
    const whole = div(entry(z, i), entry(kappa, i));
    let r1 = sub(one, scale(invP, entry(D, i)));
    let r3 = sub(one, scale(invN, entry(D, i)));
    if (invN === invP) r1 = r3 = invN === 0 ? one : sqrt(whole);
    else if (invP > invN) r1 = div(whole, r3);
    else r3 = div(whole, r1);
    [R1.re[i], R1.im[i], R3.re[i], R3.im[i]] = [r1.re, r1.im, r3.re, r3.im];
  }
  const variance = model.noise;
  const phi = mapComplex(n, (i) => div(add(entry(G, i), div(complex(variance), entry(kappa, i))), entry(R3, i)));
  const late = hypot(kappa.re[0]!, kappa.im[0]!) / nearest > LATE;
  return {
    contour,
    nodes: { z, kappa, R1, R3, D, G },
    phi,
    data,
    target,
    reached: walk.reached - 1,
    summed: accuracy.summed || late,
  };
}

/** The quadratic forms of the two-time functions asked for. */
export function formsOf(kernels: Kernels, model: DynamicsModel, solution: Solution, shared: readonly Shared[]) {
  return kernels.pairForms(solution.nodes, {
    data: solution.data,
    target: solution.target,
    invN: 1 / model.N,
    invP: 1 / model.P,
    variance: model.noise,
    shared,
    summed: solution.summed,
  });
}

/**
 * p_t(−z) dz/2πi at every node, one row (Re, Im, Re, …) a time: eqs. (8.15)–(8.17). Under SGD, that of its mean over samples:
 * gradient descent.
 */
export function timeWeights(model: DynamicsModel, { contour }: Solution, times: Float64Array): Float64Array {
  const { z, weight, logRoot } = contour;
  const n = z.re.length;
  const out = new Float64Array(2 * n * times.length);
  const { rule } = model;
  const mu = momentum(rule);
  const exponent = (i: number): Complex => {
    // the contour of SGD is made for another step than its own
    if (rule.kind === "sgd") return log1p(scale(rule.eta, entry(z, i)));
    return entry(isDiscrete(rule) ? logRoot : z, i);
  };
  for (let i = 0; i < n; i++) {
    const [wr, wi] = [weight.re[i]!, weight.im[i]!];
    const { re, im } = exponent(i);
    const ball = mu > 0 ? heavyBall(mu, entry(logRoot, i)) : null;
    times.forEach((t, row) => {
      // beside the loss, which ends above 1e-20 of its first value, it is nothing
      if (re * t < NOTHING && !ball) return;
      const size = expOf(re * t);
      let [pr, pi] = [size * cos(im * t), size * sin(im * t)];
      if (ball) ({ re: pr, im: pi } = ball(t, { re: pr, im: pi }));
      const at = 2 * (row * n + i);
      out[at] = wr * pr - wi * pi;
      out[at + 1] = wr * pi + wi * pr;
    });
  }
  return out;
}

/** p_t = [(r − μ) rᵗ − μ(1/r − 1)(μ/r)ᵗ] / (r − μ/r), from log r and rᵗ. */
function heavyBall(mu: number, logRoot: Complex): (t: number, power: Complex) => Complex {
  const r = exp(logRoot);
  const other = scale(mu, exp(scale(-1, logRoot)));
  const difference = sub(r, other);
  const first = div(sub(r, complex(mu)), difference);
  const second = div(scale(-mu, expm1(scale(-1, logRoot))), difference);
  const logOther = complex(log(mu) - logRoot.re, -logRoot.im);
  return (t, power) => add(mul(first, power), mul(second, exp(scale(t, logOther))));
}
