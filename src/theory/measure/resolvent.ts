// The deterministic equivalent at one point (docs/theory.md, eqs. 3.1–3.3): κ, S = D/d, m and the sums at any z off the support.
//
//   ζ = −z = κ (1 − S(κ)),   m = ζ/κ,   Φ(z) = G(κ)/m                                            (3.1, 3.2)

import type { Kernels } from "../../kernels/kernels.ts";
import { type ComplexArray, complexArray, type Modes } from "../../kernels/resolvent.ts";
import { abs, type Complex } from "../../math/complex.ts";
import { atan2, cos, exp, log, sin } from "../../math/elementary.ts";

export interface Resolvent {
  readonly kappa: Complex;
  /** D(κ), G(κ), H(κ) of docs/theory.md, eq. 3.2. */
  readonly D: Complex;
  readonly G: Complex;
  readonly H: Complex;
}

/** How far, in log ζ, one solve may guess from the last on a walk. */
const STRIDE = 0.3;

/**
 * κ and the sums over modes at every ζ = −z, in either half plane.
 * @param width N: the number of features (d of PLRF); Infinity for none
 * @param kappa0 the root at ζ = 0, from `kappaAtZero`
 * @returns one entry per ζ; NaN where no root was found
 */
export function resolvents(
  kernels: Kernels,
  modes: Modes,
  width: number,
  kappa0: number,
  zeta: readonly Complex[],
): Resolvent[] {
  const n = zeta.length;
  // the lower half plane is the mirror image of the upper
  const target = complexArray(n);
  const kappa = complexArray(n);
  for (let i = 0; i < n; i++) {
    target.re[i] = zeta[i]!.re;
    target.im[i] = Math.abs(zeta[i]!.im);
    kappa.re[i] = kappa0 + target.re[i]!;
    kappa.im[i] = target.im[i]!;
  }
  if (kernels.solveKappa(modes, 1 / width, 0, target, kappa) > 0)
    walkWhereFailed(kernels, modes, width, kappa0, target, kappa);
  const { D, G, H } = kernels.modeSums(modes, kappa);
  return zeta.map(({ im }, i) => {
    const sign = im < 0 ? -1 : 1;
    return {
      kappa: { re: kappa.re[i]!, im: sign * kappa.im[i]! },
      D: { re: D.re[i]!, im: sign * D.im[i]! },
      G: { re: G.re[i]!, im: sign * G.im[i]! },
      H: { re: H.re[i]!, im: sign * H.im[i]! },
    };
  });
}

/** Fills in the roots that a solve left NaN. */
export function walkWhereFailed(
  kernels: Kernels,
  modes: Modes,
  width: number,
  kappa0: number,
  zeta: ComplexArray,
  kappa: ComplexArray,
): void {
  for (let i = 0; i < zeta.re.length; i++) {
    if (!Number.isNaN(kappa.re[i]!)) continue;
    const root = walk(kernels, modes, width, kappa0, { re: zeta.re[i]!, im: zeta.im[i]! });
    kappa.re[i] = root.re;
    kappa.im[i] = root.im;
  }
}

/** κ(ζ) by a walk at constant |ζ| from the positive real axis, where the solve is safe. */
function walk(kernels: Kernels, modes: Modes, width: number, kappa0: number, zeta: Complex): Complex {
  const radius = abs(zeta);
  const angle = atan2(zeta.im, zeta.re);
  const steps = Math.ceil(angle / STRIDE) + 1;
  const kappa = { re: Float64Array.of(kappa0 + radius), im: Float64Array.of(0) };
  for (let k = 0; k <= steps; k++) {
    const phi = (angle * k) / steps;
    const target = { re: Float64Array.of(radius * cos(phi)), im: Float64Array.of(radius * sin(phi)) };
    if (k > 0) {
      // rotate the last root along
      const [c, s] = [cos(angle / steps), sin(angle / steps)];
      [kappa.re[0], kappa.im[0]] = [kappa.re[0]! * c - kappa.im[0]! * s, kappa.re[0]! * s + kappa.im[0]! * c];
    }
    if (kernels.solveKappa(modes, 1 / width, 0, target, kappa) > 0) break;
  }
  return { re: kappa.re[0]!, im: kappa.im[0]! };
}

/** Σ w_j / (λ_j + x) for real x. */
export function realSum(modes: Pick<Modes, "lambda">, weight: Float64Array, x: number): number {
  let sum = 0;
  for (let j = 0; j < weight.length; j++) sum += weight[j]! / (modes.lambda[j]! + x);
  return sum;
}

/** Σ w_j / (λ_j + x)² for real x. */
export function realSum2(modes: Pick<Modes, "lambda">, weight: Float64Array, x: number): number {
  let sum = 0;
  for (let j = 0; j < weight.length; j++) {
    const q = 1 / (modes.lambda[j]! + x);
    sum += weight[j]! * q * q;
  }
  return sum;
}

/** Σ a_j λ_j / (λ_j + x)² for real x. */
export function traceSum2({ lambda, trace }: Pick<Modes, "lambda" | "trace">, x: number): number {
  let sum = 0;
  for (let j = 0; j < lambda.length; j++) {
    const q = 1 / (lambda[j]! + x);
    sum += trace[j]! * lambda[j]! * q * q;
  }
  return sum;
}

/** Σ values. */
export function total(values: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < values.length; j++) sum += values[j]!;
  return sum;
}

/** The least of values, ∞ of none. */
export function leastOf(values: Float64Array): number {
  let least = Infinity;
  for (let j = 0; j < values.length; j++) if (values[j]! < least) least = values[j]!;
  return least;
}

/**
 * κ₀ ≥ 0 with D(κ₀) = width (docs/theory.md, eq. 3.4): the root at ζ = 0, to a tolerance in log κ₀. It is 0 where there are no more
 * modes than features.
 */
export function kappaAtZero(
  modes: Pick<Modes, "lambda" | "trace">,
  width: number,
  v: number,
  tolerance = 1e-15,
): number {
  if (v <= width) return 0;
  const trace = total(modes.trace);
  // λ_min (v/N − 1) ≤ κ₀ ≤ Tr D/N; between, Newton on log D against log κ, guarded by bisection
  let low = log(leastOf(modes.lambda) * Math.min(v / width - 1, 1)) - 1;
  let high = log(trace / width);
  let u = high - 1;
  for (let iteration = 0; iteration < 200; iteration++) {
    const kappa = exp(u);
    let D = 0;
    let D1 = 0;
    for (let j = 0; j < modes.lambda.length; j++) {
      const q = 1 / (modes.lambda[j]! + kappa);
      const term = modes.trace[j]! * q;
      D += term;
      D1 -= term * q;
    }
    const slope = (kappa * D1) / D;
    if (D > width) low = u;
    else high = u;
    const step = -log(D / width) / slope;
    const inside = u + step > low && u + step < high;
    // at rounding a converged u is itself an end of the bracket
    if (Math.abs(step) < tolerance * Math.max(1, Math.abs(u))) break;
    u = inside ? u + step : (low + high) / 2;
    if (high - low < 1e-15) break;
  }
  return exp(u);
}
