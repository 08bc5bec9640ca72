// D, G, H and the κ solve in plain TypeScript (docs/theory.md, eqs. 3.1, 3.2): the oracle for assembly/modes.ts and
// assembly/resolvent.ts.

import { type ComplexArray, complexArray, type Modes, type ResolventKernels } from "../resolvent.ts";

const MAX_ITERATIONS = 60;
/** Newton converges quadratically: a step this small leaves an error below rounding. */
const LAST_STEP = 1e-9;

/** Σ w_j/(λ_j+κ). */
function sum(lambda: Float64Array, weight: Float64Array, x: number, y: number): [number, number] {
  let re = 0;
  let im = 0;
  for (let j = 0; j < lambda.length; j++) {
    const p = lambda[j]! + x;
    const q = weight[j]! / (p * p + y * y);
    re += p * q;
    im -= y * q;
  }
  return [re, im];
}

/** −Σ w_j/(λ_j+κ)², the derivative of the sum above. */
function derivative(lambda: Float64Array, weight: Float64Array, x: number, y: number): [number, number] {
  let re = 0;
  let im = 0;
  for (let j = 0; j < lambda.length; j++) {
    const p = lambda[j]! + x;
    const q = 1 / (p * p + y * y);
    const w = weight[j]! * q * q;
    re -= w * (p * p - y * y);
    im += w * 2 * p * y;
  }
  return [re, im];
}

function newton(
  modes: Modes,
  invN: number,
  invP: number,
  zx: number,
  zy: number,
  x: number,
  y: number,
): [number, number] {
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const [Dx, Dy] = sum(modes.lambda, modes.trace, x, y);
    const [Ex, Ey] = derivative(modes.lambda, modes.trace, x, y);
    const [R3x, R3y] = [1 - Dx * invN, -Dy * invN];
    const [R1x, R1y] = [1 - Dx * invP, -Dy * invP];
    const [Sx, Sy] = [R1x * R3x - R1y * R3y, R1x * R3y + R1y * R3x];
    // f = κ R1 R3 − ζ;  f′ = R1 R3 − κ D′ (R3/P + R1/N)
    const [fx, fy] = [x * Sx - y * Sy - zx, x * Sy + y * Sx - zy];
    const [cx, cy] = [R3x * invP + R1x * invN, R3y * invP + R1y * invN];
    const [ex, ey] = [Ex * cx - Ey * cy, Ex * cy + Ey * cx];
    const [gx, gy] = [Sx - x * ex + y * ey, Sy - x * ey - y * ex];
    const g2 = gx * gx + gy * gy;
    let [dx, dy] = [(fx * gx + fy * gy) / g2, (fy * gx - fx * gy) / g2];
    const size = Math.hypot(dx, dy) / Math.hypot(x, y);
    if (size > 0.5) [dx, dy] = [(dx * 0.5) / size, (dy * 0.5) / size];
    x -= dx;
    y -= dy;
    if (size < LAST_STEP) return y * zy < 0 ? [Number.NaN, Number.NaN] : [x, y];
  }
  return [Number.NaN, Number.NaN];
}

export const resolventReference: ResolventKernels = {
  modeSums(modes, kappa) {
    const at = (weight: Float64Array): ComplexArray => {
      const out = complexArray(kappa.re.length);
      for (let i = 0; i < kappa.re.length; i++)
        [out.re[i], out.im[i]] = sum(modes.lambda, weight, kappa.re[i]!, kappa.im[i]!);
      return out;
    };
    return { D: at(modes.trace), G: at(modes.energy), H: at(modes.ratio) };
  },

  solveKappa(modes, invN, invP, zeta, kappa) {
    let failed = 0;
    for (let i = 0; i < zeta.re.length; i++) {
      const root = newton(modes, invN, invP, zeta.re[i]!, zeta.im[i]!, kappa.re[i]!, kappa.im[i]!);
      [kappa.re[i], kappa.im[i]] = root;
      if (Number.isNaN(root[0])) failed++;
    }
    return failed;
  },
};
