// One-point functions on a contour (docs/theory.md, eqs. 8.4–8.6): κ(z), then
//
//   R1 = 1 − D/P,   R3 = 1 − D/N,   z = κ R1 R3,   Φ = (G + σ²/κ)/R3
//
// Of R1 and R3 the smaller is taken from z/κ: at late times 1 − D/min(N, P) would be all rounding.

import type { OnePoint, Shared } from "../../kernels/dynamics.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type ComplexArray, complexArray } from "../../kernels/resolvent.ts";
import { add, type Complex, complex, conj, div, exp, expm1, log1p, mul, scale, sqrt, sub } from "../../math/complex.ts";
import { cos, exp as expOf, hypot, log, sin } from "../../math/elementary.ts";
import { isDiscrete, momentum } from "../training/optimizer.ts";
import { type Contour, keyhole, roots, type Variant } from "./contours.ts";
import { compressed, type DynamicsModel } from "./problem.ts";
import { productSums } from "./products.ts";
import { noiseOf } from "./sgd-stability.ts";
import { elapsed, type Steps } from "./sgd-steps.ts";

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
  if (model.steps) {
    const { wide, most } = model.steps;
    const passed = Math.max(elapsed(model.steps, tmax), most);
    if (wide * 1.6 * xmax < 1.2) return keyhole(xmax, 2 * passed, panel, 1.6, wide, variant);
    return roots(wide, 0, xmax, (2 * passed) / most, panel, variant);
  }
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

const pairs = (model: DynamicsModel, { data, target, summed }: Solution, shared: readonly Shared[]) => ({
  ...{ data, target, shared, summed },
  invN: 1 / model.N,
  invP: 1 / model.P,
  variance: model.noise,
});

/** The two-time functions asked for, at each time: eqs. (8.8), (8.15)–(8.17). */
export function curvesOf(
  kernels: Kernels,
  model: DynamicsModel,
  solution: Solution,
  shared: readonly Shared[],
  times: Float64Array,
): Float64Array[] {
  const { nodes, contour } = solution;
  if (model.steps) return pairProducts(kernels, model, solution, model.steps, shared, times, { noisy: false });
  const options = pairs(model, solution, shared);
  if (momentum(model.rule) === 0)
    return kernels.pairCurves(nodes, options, { weight: contour.weight, rate: rates(model, contour), times });
  const vectors = timeWeights(model, solution, times);
  return kernels
    .pairForms(nodes, options)
    .map((form) => kernels.quadraticForms(form, 2 * contour.z.re.length, vectors));
}

/** Points of a block's rule where steps differ: the logarithms of products come to 1e-14 of themselves. */
const BLOCK_POINTS = 8;
/** What products leave out, of the first loss. */
const LEFT_OUT = 1e-22;

/** ∮∮ ∏_{r<t} a_r(−z, −z′) C dz dz′, C each of the two-time functions asked for; s = 0 but where noisy. */
function pairProducts(
  kernels: Kernels,
  model: DynamicsModel,
  solution: Solution,
  steps: Steps,
  shared: readonly Shared[],
  times: Float64Array,
  { noisy, points = BLOCK_POINTS }: { readonly noisy: boolean; readonly points?: number },
): Float64Array[] {
  const { nodes, contour } = solution;
  const m = contour.z.re.length;
  const forms = kernels.pairForms(nodes, pairs(model, solution, shared));
  const x = mapComplex(m, (j) => scale(-1, entry(contour.z, j)));
  const count = m * (m + 1);
  const terms = {
    sum: complexArray(count),
    product: complexArray(count),
    size: new Float64Array(count),
    weights: forms.map(() => complexArray(count)),
  };
  const put = (list: ComplexArray, k: number, { re, im }: Complex) => {
    list.re[k] = re;
    list.im[k] = im;
  };
  let k = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++, k += 2) {
      const [xi, xj] = [entry(x, i), entry(x, j)];
      const [wi, wj] = [entry(contour.weight, i), entry(contour.weight, j)];
      const size = Math.max(hypot(xi.re, xi.im), hypot(xj.re, xj.im));
      // 2 Re(w w′ A + w w̄′ B) is what the triangle holds of z, z′ and of z, z̄′, twice that off its diagonal
      [xj, conj(xj)].forEach((other, which) => {
        put(terms.sum, k + which, add(xi, other));
        put(terms.product, k + which, mul(xi, other));
        terms.size[k + which] = size;
      });
      forms.forEach((form, which) => {
        const at = (row: number, column: number) => form[(2 * i + row) * 2 * m + 2 * j + column]!;
        const cross = i === j ? 0 : at(0, 1);
        const [one, two] = [wj, conj(wj)].map((w) => scale(0.5, mul(wi, w))) as [Complex, Complex];
        put(terms.weights[which]!, k, mul(one, complex(at(0, 0) - at(1, 1), -(cross + at(1, 0)))));
        put(terms.weights[which]!, k + 1, mul(two, complex(at(0, 0) + at(1, 1), i === j ? 0 : cross - at(1, 0))));
      });
    }
  return productSums(steps, terms, times, { noisy, points, negligible: LEFT_OUT * (model.energy + model.noise) });
}

/** Re Σ w_j ∏_{r<t} a_r(x_j) of several weights. */
export function nodeProducts(
  model: DynamicsModel,
  steps: Steps,
  x: ComplexArray,
  weights: readonly ComplexArray[],
  times: Float64Array,
  points = BLOCK_POINTS,
): Float64Array[] {
  const n = x.re.length;
  const terms = {
    sum: mapComplex(n, (j) => scale(2, entry(x, j))),
    product: mapComplex(n, (j) => mul(entry(x, j), entry(x, j))),
    size: Float64Array.from({ length: n }, (_, j) => hypot(x.re[j]!, x.im[j]!)),
    weights,
  };
  return productSums(steps, terms, times, { noisy: true, points, negligible: LEFT_OUT * (model.energy + model.noise) });
}

/** F of (11.3) at each time, by (11.5), or (11.13) where steps differ. */
export function forcingOf(
  kernels: Kernels,
  model: DynamicsModel,
  solution: Solution,
  times: Float64Array,
  points?: number,
): Float64Array {
  const { nodes, contour } = solution;
  if (model.steps) {
    const how = { noisy: true, ...(points === undefined ? {} : { points }) };
    return pairProducts(kernels, model, solution, model.steps, ["both"], times, how)[0]!;
  }
  const { eta, share } = noiseOf(model);
  const ratio = mapComplex(contour.z.re.length, (j) => {
    const x = scale(-eta, entry(contour.z, j));
    return div(scale(Math.sqrt(share), x), sub(complex(1), x));
  });
  const rows = { weight: contour.weight, rate: rates(model, contour), ratio, times };
  return kernels.pairCurves(nodes, pairs(model, solution, ["both"]), rows)[0]!;
}

/** (1/2πi) ∮ p_t² Φ dz, the train loss (8.9), at each time; rounding may leave it below 0 where it falls exponentially. */
export function trainLoss(
  kernels: Kernels,
  model: DynamicsModel,
  { contour, phi, ...solution }: Solution,
  times: Float64Array,
): Float64Array {
  const n = contour.z.re.length;
  if (momentum(model.rule) === 0) {
    const { re, im } = rates(model, contour);
    const weighted = mapComplex(n, (j) => scale(2, mul(entry(contour.weight, j), entry(phi, j))));
    const twice = { re: re.map((x) => 2 * x), im: im.map((y) => 2 * y) };
    return powerSums(kernels, twice, [weighted, weighted], times)[0];
  }
  const vectors = timeWeights(model, { contour, phi, ...solution }, times);
  const factors = mapComplex(n, (j) => div(entry(phi, j), entry(contour.weight, j)));
  return times.map((_, t) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const [x, y] = [vectors[2 * (t * n + j)]!, vectors[2 * (t * n + j) + 1]!];
      sum += (x * x - y * y) * factors.re[j]! - 2 * x * y * factors.im[j]!;
    }
    return 2 * sum;
  });
}

/** Re Σ w_j e^{t rate_j} of two weights. */
export function powerSums(
  kernels: Kernels,
  rate: ComplexArray,
  weights: readonly [ComplexArray, ComplexArray],
  times: Float64Array,
): [Float64Array, Float64Array] {
  // contourSums takes an even number, slowest first, and adds up (1/π) Im f e^{rs} ds
  const order = Array.from(rate.re.keys()).sort((i, j) => rate.re[j]! - rate.re[i]!);
  if (order.length % 2 === 1) order.push(order.at(-1)!);
  const sorted = ({ re, im }: ComplexArray): ComplexArray => ({
    re: Float64Array.from(order, (j) => re[j]!),
    im: Float64Array.from(order, (j) => im[j]!),
  });
  const ds = complexArray(order.length);
  ds.im.fill(Math.PI, 0, rate.re.length);
  const [f, g] = kernels.contourSums({ s: sorted(rate), ds }, sorted(weights[0]), sorted(weights[1]), times);
  return [f.value, g.value];
}

/** log of what one step, or one unit of time, leaves of each node. */
function rates({ rule }: DynamicsModel, { z, logRoot }: Contour): ComplexArray {
  // the contour of SGD is made for another step than its own
  if (rule.kind === "sgd") return mapComplex(z.re.length, (i) => log1p(scale(rule.eta, entry(z, i))));
  return isDiscrete(rule) ? logRoot : z;
}

/** p_t(−z) dz/2πi at every node, one row (Re, Im, Re, …) a time. Under SGD, that of its mean over samples: gradient descent. */
export function timeWeights(model: DynamicsModel, { contour }: Solution, times: Float64Array): Float64Array {
  const { z, weight, logRoot } = contour;
  const n = z.re.length;
  const out = new Float64Array(2 * n * times.length);
  const mu = momentum(model.rule);
  const rate = rates(model, contour);
  for (let i = 0; i < n; i++) {
    const [wr, wi] = [weight.re[i]!, weight.im[i]!];
    const { re, im } = entry(rate, i);
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
