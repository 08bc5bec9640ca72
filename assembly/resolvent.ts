// The self-consistent equation ζ = κ (1 − D(κ)/N)(1 − D(κ)/P), solved for κ by Newton's method (docs/theory.md, eq. 3.1).
// PLRF is P = ∞, N = d, ζ = −z. In the upper half plane the physical root keeps 0 ≤ arg κ ≤ arg ζ.

import { traceSums } from "./modes";

/** Steps of Newton's method after which a root counts as lost. */
const MAX_ITERATIONS: i32 = 60;
/** Newton converges quadratically: a step this small leaves an error below rounding. */
export const LAST_STEP: f64 = 1e-9;

/** f64 of scratch that each of the kernels below takes. */
export function kappaScratch(): i32 {
  return 8;
}

/**
 * One solve, from the guess in `scratch` (x, y), which the root replaces where Newton's method converges to the physical one: after a
 * step below `last`, relative.
 * scratch: 8 f64 — the root; the derivative dζ/dκ beside it; and room for the sums. Returns whether it did.
 */
export function newtonKappa(
  n: i32,
  lambda: usize,
  a: usize,
  invN: f64,
  invP: f64,
  zx: f64,
  zy: f64,
  scratch: usize,
  last: f64 = LAST_STEP,
): bool {
  const sums = scratch + 32;
  let x = load<f64>(scratch),
    y = load<f64>(scratch, 8);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    traceSums(n, lambda, a, x, y, sums);
    const Dx = load<f64>(sums),
      Dy = load<f64>(sums, 8);
    const Ex = load<f64>(sums, 16),
      Ey = load<f64>(sums, 24);
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
    if (size < last) {
      // the conjugate or another sheet is no answer
      if (y * zy < 0) return false;
      store<f64>(scratch, x);
      store<f64>(scratch, y, 8);
      store<f64>(scratch, gx, 16);
      store<f64>(scratch, gy, 24);
      return true;
    }
  }
  return false;
}

/**
 * Solves for m values of ζ. κ holds the first guesses on entry and the roots on return.
 * scratch: 8 f64. Returns how many did not converge (their κ is set to NaN).
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
    store<f64>(scratch, load<f64>(kr + i));
    store<f64>(scratch, load<f64>(ki + i), 8);
    const converged = newtonKappa(n, lambda, a, invN, invP, load<f64>(zr + i), load<f64>(zi + i), scratch);
    if (!converged) failed++;
    store<f64>(kr + i, converged ? load<f64>(scratch) : NaN);
    store<f64>(ki + i, converged ? load<f64>(scratch, 8) : NaN);
  }
  return failed;
}

/**
 * Follows the root along a path of m values of ζ, each near the last on a log scale: every solve starts from the last root plus
 * Δζ/(dζ/dκ). (kr, ki)[0] holds the first guess. scratch: 8 f64. Returns how many of the m are reached; the rest are NaN.
 */
export function walkKappa(
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
  const end = (<usize>m) << 3;
  let i: usize = 0,
    fromX = load<f64>(zr),
    fromY = load<f64>(zi);
  start(load<f64>(kr), load<f64>(ki), scratch);
  for (; i < end; i += 8) {
    const x = load<f64>(zr + i),
      y = load<f64>(zi + i);
    if (!advance(n, lambda, a, invN, invP, x, y, x - fromX, y - fromY, scratch)) break;
    store<f64>(kr + i, load<f64>(scratch));
    store<f64>(ki + i, load<f64>(scratch, 8));
    fromX = x;
    fromY = y;
  }
  const reached = <i32>(i >> 3);
  for (; i < end; i += 8) {
    store<f64>(kr + i, NaN);
    store<f64>(ki + i, NaN);
  }
  return reached;
}

/** A first guess, to be taken as it is. */
// @ts-ignore: decorator
@inline
function start(x: f64, y: f64, scratch: usize): void {
  store<f64>(scratch, x);
  store<f64>(scratch, y, 8);
  store<f64>(scratch, 1, 16);
  store<f64>(scratch, 0, 24);
}

/** κ += Δζ/(dζ/dκ), by at most |κ|/2. */
function predict(dzx: f64, dzy: f64, scratch: usize): void {
  const x = load<f64>(scratch),
    y = load<f64>(scratch, 8),
    gx = load<f64>(scratch, 16),
    gy = load<f64>(scratch, 24);
  const g2 = gx * gx + gy * gy;
  let dx = (dzx * gx + dzy * gy) / g2,
    dy = (dzy * gx - dzx * gy) / g2;
  const size = Math.sqrt((dx * dx + dy * dy) / (x * x + y * y));
  if (size > 0.5) {
    dx *= 0.5 / size;
    dy *= 0.5 / size;
  }
  store<f64>(scratch, x + dx);
  store<f64>(scratch, y + dy, 8);
}

/** From the root and dζ/dκ in `scratch` to the root at ζ = (zx, zy), which is Δζ = (dx, dy) on; without one, `scratch` stays as it is. */
function advance(
  n: i32,
  lambda: usize,
  a: usize,
  invN: f64,
  invP: f64,
  zx: f64,
  zy: f64,
  dx: f64,
  dy: f64,
  scratch: usize,
): bool {
  const x = load<f64>(scratch),
    y = load<f64>(scratch, 8);
  predict(dx, dy, scratch);
  if (newtonKappa(n, lambda, a, invN, invP, zx, zy, scratch)) return true;
  store<f64>(scratch, x);
  store<f64>(scratch, y, 8);
  return false;
}

/** |Im κ/Re κ| below this is none; below the next, a pole is so near that the error left by the last step is seen. */
const REAL: f64 = 1e-9,
  NEAR: f64 = 1e-3;

/**
 * κ(−x + i0) at m points x > 0, for P = ∞; Im κ = 0 outside the support of K̂, NaN where it was not found. (kr, ki)[0] holds a
 * root near by, or NaN. scratch: 8 f64.
 */
export function axisKappa(
  n: i32,
  lambda: usize,
  a: usize,
  invN: f64,
  kappa0: f64,
  m: i32,
  x: usize,
  kr: usize,
  ki: usize,
  scratch: usize,
): void {
  let last = load<f64>(x);
  start(load<f64>(kr), load<f64>(ki), scratch);
  let found = load<f64>(kr) == load<f64>(kr);
  for (let i: usize = 0, end = (<usize>m) << 3; i < end; i += 8) {
    const at = load<f64>(x + i);
    found =
      (found && advance(n, lambda, a, invN, 0, -at, 0, last - at, 0, scratch) && certain(scratch)) ||
      descend(n, lambda, a, invN, kappa0, at, scratch);
    last = at;
    if (found && slant(scratch) < NEAR) newtonKappa(n, lambda, a, invN, 0, -at, 0, scratch);
    store<f64>(kr + i, found ? load<f64>(scratch) : NaN);
    store<f64>(ki + i, !found ? NaN : slant(scratch) > REAL ? Math.abs(load<f64>(scratch, 8)) : 0);
  }
}

/**
 * Whether the root at ζ < 0 can be no other: ζ(κ) has at most one root above the axis, and a real one with dζ/dκ > 0 only outside
 * the support (Silverstein and Choi 1995).
 */
function certain(scratch: usize): bool {
  return slant(scratch) > REAL || load<f64>(scratch, 16) > 0;
}

/** |Im κ/Re κ| of the root in `scratch`. */
// @ts-ignore: decorator
@inline
function slant(scratch: usize): f64 {
  return Math.abs(load<f64>(scratch, 8) / load<f64>(scratch));
}

/** The root at −x + i0 by way of those above it, from where κ is near κ₀ + ζ. Returns whether they were found. */
function descend(n: i32, lambda: usize, a: usize, invN: f64, kappa0: f64, x: f64, scratch: usize): bool {
  // the height above the axis, relative to x
  let height = 32.0;
  store<f64>(scratch, kappa0 - x);
  store<f64>(scratch, height * x, 8);
  if (!newtonKappa(n, lambda, a, invN, 0, -x, height * x, scratch)) return false;
  while (height > 0) {
    const next = height > 1e-3 ? height / 2 : height > 1e-8 ? height / 10 : 0;
    if (!advance(n, lambda, a, invN, 0, -x, next * x, 0, (next - height) * x, scratch)) {
      if (next > 1e-4) return false;
      // just outside the support Newton's method may miss the real root from above: the limit is that close
      if (next == 0) store<f64>(scratch, 0, 8);
    }
    height = next;
  }
  return true;
}
