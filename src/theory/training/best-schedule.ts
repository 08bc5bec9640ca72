// The best schedule to leading order (docs/theory.md, eqs. 9.11–9.13). In intrinsic time τ = Σ γB the loss at the end is
//
//   P(T) ≈ F(τ_T) + ∫ γ w dτ,   w(τ) = 𝒦(τ_T−τ) (F(τ)+σ²),   𝒦(u) = ∫ λ² e^{−2λu},   T = ∫ dτ/(γB),
//
// so among the schedules that reach τ_T in T steps with γ ≤ γ_max the best is γ(τ) = min(γ_max, C/√w(τ)): warm up like
// F^−½, decay like 𝒦^−½. C follows from T, by bisection, and τ_T from a scan.

import type { Nodes } from "../../kernels/volterra.ts";
import { cos, exp, log10, log as logOf, pow, sin } from "../../math/elementary.ts";
import type { Shape } from "./schedule.ts";

/** What a best schedule is for. */
export interface Budget {
  /** γ_max and B. */
  readonly gamma: number;
  readonly batch: number;
  /** T, whole. */
  readonly horizon: number;
  /** σ² */
  readonly noise: number;
}

export interface BestSchedule {
  /** Multiples of γ_max. */
  readonly shape: Shape;
  /** τ_T. */
  readonly time: number;
  /** F(τ_T) and ∫γw dτ: what no schedule removes, and what this one leaves of the noise. */
  readonly forcing: number;
  readonly noise: number;
}

/** Points a decade of τ and of τ_T−τ, and of the tables of F and 𝒦. */
const DENSITY = 16;
/** τ_T tried a decade, and to what it is refined: the loss is flat there. */
const SCAN = 8;
const PRECISION = 0.003;
/** log C is found to this: the schedule is scaled to take exactly T. */
const ROOT = 1e-5;

/** The best schedule for a node rule of the model. */
export function bestSchedule(nodes: Nodes, { gamma, batch, horizon, noise }: Budget): BestSchedule {
  const most = gamma * batch * horizon;
  const first = 0.1 * Math.min(gamma * batch, most);
  const [F, K] = tabulated(nodes, first, most);
  const solve = (time: number): PlannedPath => {
    const tau = twoEnded(first, time);
    const weight = tau.map(([t, u]) => K(u) * (F(t) + noise));
    const root = weight.map(Math.sqrt);
    const steps = (C: number) => integral(tau, (i) => 1 / (Math.min(gamma, C / root[i]!) * batch));
    // log C: steps(C) falls; at C = γ_max √max w the step is γ_max throughout
    let high = logOf(gamma * Math.max(...root));
    let low = high - 1;
    while (steps(exp(low)) < horizon) [low, high] = [low - 2 * (high - low), low];
    while (high - low > ROOT) {
      const middle = (low + high) / 2;
      if (steps(exp(middle)) > horizon) low = middle;
      else high = middle;
    }
    const step = root.map((w) => Math.min(gamma, exp(high) / w));
    return { time, tau, step, forcing: F(time), noise: integral(tau, (i) => step[i]! * weight[i]!) };
  };
  const value = ({ forcing, noise }: PlannedPath) => forcing + noise;
  let best = solve(most);
  const attempt = (time: number): boolean => {
    const plan = solve(time);
    if (!(value(plan) < value(best))) return false;
    best = plan;
    return true;
  };
  // from γ_max throughout to ever shorter times, until a decade brings nothing
  for (let k = 1, idle = 0; k <= 12 * SCAN && idle < SCAN; k++)
    idle = attempt(most * pow(10, -k / SCAN)) ? 0 : idle + 1;
  for (let ratio = pow(10, 0.5 / SCAN); ratio > 1 + PRECISION; ratio = Math.sqrt(ratio))
    for (const time of [best.time / ratio, Math.min(best.time * ratio, most)]) attempt(time);
  return {
    shape: shapeOf(best, { gamma, batch, horizon }),
    time: best.time,
    forcing: best.forcing,
    noise: best.noise,
  };
}

interface PlannedPath {
  readonly time: number;
  /** τ and τ_T − τ at each point. */
  readonly tau: [number, number][];
  readonly step: number[];
  readonly forcing: number;
  readonly noise: number;
}

/** γ as a function of r: from the plan's points, in log r up to the middle and in log(T−r) after it. */
function shapeOf(
  { tau, step }: PlannedPath,
  { gamma, batch, horizon }: { gamma: number; batch: number; horizon: number },
): Shape {
  const last = tau.length - 1;
  const spent = tau.map((_, i) => (i === 0 ? 0 : panel(tau, i, (k) => 1 / (step[k]! * batch))));
  // r from the start and T − r from the end, neither by a difference
  const r = [...spent];
  for (let i = 1; i <= last; i++) r[i]! += r[i - 1]!;
  const left = [...spent.slice(1), 0];
  for (let i = last - 1; i >= 0; i--) left[i]! += left[i + 1]!;
  // the bisection leaves a rounding's worth of T
  const stretch = horizon / r[last]!;
  const scale = logOf(stretch);
  const inner = step.slice(1, -1).map((x) => logOf(x / gamma));
  const rising = smooth(
    r.slice(1, -1).map((x) => logOf(x) + scale),
    inner,
  );
  const falling = smooth(
    left.slice(1, -1).map((x) => -logOf(x) - scale),
    inner,
  );
  const at = (t: number) => (2 * t < horizon ? rising(logOf(t)) : falling(-logOf(horizon - t)));
  const knots = r.map((t, i) => (2 * t < r[last]! ? stretch * t : horizon - stretch * left[i]!));
  // where γ(r) begins to bend towards γ_max, a point early for the slope that both sides share, or leaves it
  const bends = knots.filter((_, i) =>
    i < last && step[i]! < gamma ? step[i + 1]! < gamma && step[i + 2]! === gamma : step[i + 1]! < gamma,
  );
  // whole steps: r = 0 and the last have no logarithm of their own
  return {
    at: (t) => exp(Math.min(0, at(Math.min(Math.max(t, 0.1), horizon - 0.1)))),
    breaks: bends.map(Math.floor).filter((t) => t > 0),
    ends: [horizon],
    knots,
  };
}

/** Points from 0 to `time`, dense in the logarithm at both ends: each with its distances from them. */
function twoEnded(first: number, time: number): [number, number][] {
  const half = time / 2;
  const n = Math.max(2, Math.ceil(log10(half / first) * DENSITY));
  const side = Array.from({ length: n + 1 }, (_, i) => first * pow(half / first, i / n));
  return [
    [0, time],
    ...side.map((t): [number, number] => [t, time - t]),
    ...side
      .slice(0, -1)
      .reverse()
      .map((u): [number, number] => [time - u, u]),
    [time, 0],
  ];
}

/** The trapezoid rule, in logarithms where the integrand is a power law: ∫ between points i−1 and i. */
function panel(tau: [number, number][], i: number, f: (i: number) => number): number {
  return (
    ((tau[i]![0] < tau[i]![1] ? tau[i]![0] - tau[i - 1]![0] : tau[i - 1]![1] - tau[i]![1]) * (f(i) + f(i - 1))) / 2
  );
}

function integral(tau: [number, number][], f: (i: number) => number): number {
  let sum = 0;
  for (let i = 1; i < tau.length; i++) sum += panel(tau, i, f);
  return sum;
}

/** F and 𝒦 from their values on a grid of log t; constant before the first. */
function tabulated({ z, rest, forcing, source }: Nodes, first: number, last: number) {
  const n = Math.max(4, Math.ceil(log10(last / first) * DENSITY));
  const x = Array.from({ length: n + 1 }, (_, i) => logOf(first) + (logOf(last / first) * i) / n);
  const rows = x.map((s) => {
    const t = -2 * exp(s);
    let [F, K] = [rest, 0];
    for (let k = 0; k < z.re.length; k++) {
      const e = exp(t * z.re[k]!);
      const [c, q] = [e * cos(t * z.im[k]!), e * sin(t * z.im[k]!)];
      F += forcing.re[k]! * c - forcing.im[k]! * q;
      K += source.re[k]! * c - source.im[k]! * q;
    }
    return [F, K] as const;
  });
  return [0, 1].map((column) => {
    const log = smooth(
      x,
      rows.map((row) => logOf(Math.max(row[column]!, Number.MIN_VALUE))),
    );
    return (t: number) => exp(log(logOf(Math.max(t, first))));
  }) as [(t: number) => number, (u: number) => number];
}

/**
 * Cubic interpolation with slopes from neighbouring points, constant outside. Slopes are limited as Fritsch and Carlson do,
 * so that it overshoots nowhere: a schedule that reaches γ_max does so without a kink.
 */
export function smooth(x: number[], y: number[]): (t: number) => number {
  const n = x.length;
  const secant = (a: number, b: number) => (y[b]! - y[a]!) / (x[b]! - x[a]!);
  const slope = x.map((_, i) => {
    if (i === 0) return secant(0, 1);
    if (i === n - 1) return secant(i - 1, i);
    const [before, after] = [secant(i - 1, i), secant(i, i + 1)];
    if (before * after <= 0) return 0;
    const most = 3 * Math.min(Math.abs(before), Math.abs(after));
    return Math.sign(before) * Math.min(Math.abs(secant(i - 1, i + 1)), most);
  });
  return (t) => {
    if (!(t > x[0]!)) return y[0]!;
    if (t >= x[n - 1]!) return y[n - 1]!;
    let [low, high] = [0, n - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (x[middle]! <= t) low = middle;
      else high = middle;
    }
    const h = x[high]! - x[low]!;
    const s = (t - x[low]!) / h;
    const [m0, m1] = [h * slope[low]!, h * slope[high]!];
    const [y0, y1] = [y[low]!, y[high]!];
    return y0 + s * (m0 + s * (3 * (y1 - y0) - 2 * m0 - m1 + s * (2 * (y0 - y1) + m0 + m1)));
  };
}
