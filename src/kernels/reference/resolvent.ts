// D, G, H and the κ solve in plain TypeScript (docs/theory.md, eqs. 3.1, 3.2): the oracle for assembly/modes.ts and
// assembly/resolvent.ts.

import { abs, add, type Complex, complex, div, mul, scale, sub } from "../../math/complex.ts";
import { type ComplexArray, complexArray, type ResolventKernels } from "../resolvent.ts";

/** Steps of Newton's method after which a root counts as lost. */
const MAX_ITERATIONS = 60;
/** Newton converges quadratically: a step this small leaves an error below rounding. */
const LAST_STEP = 1e-9;

/**
 * Heights above the axis, relative to x: each a first guess for the next. On it twice: near a pole the error left by the last step
 * is seen.
 */
const HEIGHTS = [
  30, 10, 3, 1, 0.5, 0.25, 0.12, 0.06, 0.03, 0.015, 7e-3, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-8, 0, 0,
];
/** |Im κ| below this share of |κ| is none. */
const REAL = 1e-9;

/** Σ w_j/(λ_j+κ). */
export function weightedSum(lambda: Float64Array, weight: Float64Array, kappa: Complex): Complex {
  let [re, im] = [0, 0];
  for (let j = 0; j < lambda.length; j++) {
    const p = lambda[j]! + kappa.re;
    const q = weight[j]! / (p * p + kappa.im * kappa.im);
    re += p * q;
    im -= kappa.im * q;
  }
  return { re, im };
}

/** −Σ w_j/(λ_j+κ)², the derivative of the sum above. */
export function weightedSlope(lambda: Float64Array, weight: Float64Array, kappa: Complex): Complex {
  const y = kappa.im;
  let [re, im] = [0, 0];
  for (let j = 0; j < lambda.length; j++) {
    const p = lambda[j]! + kappa.re;
    const q = 1 / (p * p + y * y);
    const w = weight[j]! * q * q;
    re -= w * (p * p - y * y);
    im += w * 2 * p * y;
  }
  return { re, im };
}

/** Newton's method for κ, from a guess; null where it fails. `slope` is dζ/dκ. */
export function newtonKappa(
  lambda: Float64Array,
  trace: Float64Array,
  invN: number,
  invP: number,
  zeta: Complex,
  guess: Complex,
): { root: Complex; slope: Complex } | null {
  let kappa = guess;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const D = weightedSum(lambda, trace, kappa);
    const R3 = sub(complex(1), scale(invN, D));
    const R1 = sub(complex(1), scale(invP, D));
    const S = mul(R1, R3);
    // f = κ R1 R3 − ζ;  f′ = R1 R3 − κ D′ (R3/P + R1/N)
    const f = sub(mul(kappa, S), zeta);
    const shrink = mul(weightedSlope(lambda, trace, kappa), add(scale(invP, R3), scale(invN, R1)));
    const slope = sub(S, mul(kappa, shrink));
    const step = div(f, slope);
    const size = abs(step) / abs(kappa);
    kappa = sub(kappa, scale(size > 0.5 ? 0.5 / size : 1, step));
    // the conjugate or another sheet is no answer
    if (size < LAST_STEP) return kappa.im * zeta.im < 0 ? null : { root: kappa, slope };
  }
  return null;
}

export const resolventReference: ResolventKernels = {
  modeSums(modes, kappa) {
    const at = (weight: Float64Array): ComplexArray => {
      const out = complexArray(kappa.re.length);
      for (let i = 0; i < kappa.re.length; i++) {
        const sum = weightedSum(modes.lambda, weight, { re: kappa.re[i]!, im: kappa.im[i]! });
        out.re[i] = sum.re;
        out.im[i] = sum.im;
      }
      return out;
    };
    return { D: at(modes.trace), G: at(modes.energy), H: at(modes.ratio) };
  },

  solveKappa({ lambda, trace }, invN, invP, zeta, kappa) {
    let failed = 0;
    for (let i = 0; i < zeta.re.length; i++) {
      const target = complex(zeta.re[i]!, zeta.im[i]!);
      const solved = newtonKappa(lambda, trace, invN, invP, target, complex(kappa.re[i]!, kappa.im[i]!));
      kappa.re[i] = solved ? solved.root.re : Number.NaN;
      kappa.im[i] = solved ? solved.root.im : Number.NaN;
      if (!solved) failed++;
    }
    return failed;
  },
  // every point by itself, straight down from where κ is near κ₀ + ζ
  axisKappa({ lambda, trace }, invN, kappa0, x) {
    const out = complexArray(x.length);
    x.forEach((value, i) => {
      let root: Complex | null = complex(kappa0 - value, HEIGHTS[0]! * value);
      for (const height of HEIGHTS) {
        const solved = newtonKappa(lambda, trace, invN, 0, complex(-value, height * value), root);
        if (solved) root = solved.root;
        else if (height > 1e-4) {
          root = null;
          break;
        } else if (height === 0) root = complex(root.re);
      }
      out.re[i] = root?.re ?? Number.NaN;
      out.im[i] = !root ? Number.NaN : Math.abs(root.im) > REAL * abs(root) ? Math.abs(root.im) : 0;
    });
    return out;
  },
};
