// The self-consistent equation ζ = κ (1 − D(κ)/N)(1 − D(κ)/P), solved for κ by Newton's method (docs/theory.md, eq. 3.1).
// PLRF is P = ∞, N = d, ζ = −z. In the upper half plane the physical root keeps 0 ≤ arg κ ≤ arg ζ.

import { traceSums } from "./modes";

const MAX_ITERATIONS: i32 = 60;
/** Newton converges quadratically: a step this small leaves an error below rounding. */
const LAST_STEP: f64 = 1e-9;

/**
 * Solves for m values of ζ. κ holds the first guesses on entry and the roots on return.
 * scratch: 4 f64. Returns how many did not converge (their κ is set to NaN).
 */
export function solveKappa(
  n: i32,
  lambda: usize,
  a: usize,
  invN: f64,
  invP: f64,
  m: i32,
  zr: usize,
  zi: usize,
  kr: usize,
  ki: usize,
  scratch: usize,
): i32 {
  let failed = 0;
  for (let i: usize = 0, last = (<usize>m) << 3; i < last; i += 8) {
    const zx = load<f64>(zr + i),
      zy = load<f64>(zi + i);
    let x = load<f64>(kr + i),
      y = load<f64>(ki + i);
    let converged = false;
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      traceSums(n, lambda, a, x, y, scratch);
      const Dx = load<f64>(scratch),
        Dy = load<f64>(scratch, 8);
      const Ex = load<f64>(scratch, 16),
        Ey = load<f64>(scratch, 24);
      const R3x = 1 - Dx * invN,
        R3y = -Dy * invN;
      const R1x = 1 - Dx * invP,
        R1y = -Dy * invP;
      const Sx = R1x * R3x - R1y * R3y,
        Sy = R1x * R3y + R1y * R3x;
      // f = κ R1 R3 − ζ;  f′ = R1 R3 − κ D′ (R3/P + R1/N)
      const fx = x * Sx - y * Sy - zx,
        fy = x * Sy + y * Sx - zy;
      const cx = R3x * invP + R1x * invN,
        cy = R3y * invP + R1y * invN;
      const ex = Ex * cx - Ey * cy,
        ey = Ex * cy + Ey * cx;
      const gx = Sx + x * ex - y * ey,
        gy = Sy + x * ey + y * ex;
      const g2 = gx * gx + gy * gy;
      let dx = (fx * gx + fy * gy) / g2,
        dy = (fy * gx - fx * gy) / g2;
      const size = Math.sqrt((dx * dx + dy * dy) / (x * x + y * y));
      if (size > 0.5) {
        dx *= 0.5 / size;
        dy *= 0.5 / size;
      }
      x -= dx;
      y -= dy;
      if (size < LAST_STEP) {
        converged = true;
        break;
      }
    }
    // the conjugate or another sheet is no answer
    if (!converged || y * zy < 0) {
      failed++;
      x = NaN;
      y = NaN;
    }
    store<f64>(kr + i, x);
    store<f64>(ki + i, y);
  }
  return failed;
}
