// The spectrum behind a sample: modes λ_k and energies c_k whose D(κ) and h(κ) are the sample's (sample.ts) where the sample knows
// them, and a power law beyond.
//
//   λ_k = λ̂_k e^{S(ln k)} for k < w,  λ_w (k/w)^{−b} from w on;    c_k = ĉ_k e^{R(ln k)},  c_w (k/w)^{−a};    and σ²
//
// S and R are straight between knots. The sample knows κ where its members are alike (spread ≤ SPREAD) and D ≤ n/2: the last mode
// known is D there, and the law is fitted from an eighth of it on. Nothing below that κ can tell Σ_k c_k of later modes from σ².

import { exp, log, pow } from "../math/elementary.ts";
import { leastSquares } from "../math/levenberg-marquardt.ts";
import type { SampleCurve } from "./sample.ts";

/** The largest spread of [(K + δ)⁻¹]_ii at which the equations of Gaussian features are taken at their word. */
const SPREAD = 0.15;
/** Parts of the sample, each left out once, for standard errors. */
const PARTS = 10;
/** The law is fitted to modes from last/window on. */
const WINDOWS = [8, 4, 16] as const;
const KNOTS = 6;

/** Modes with how often each stands, largest λ first: a tail needs few. */
export interface Atoms {
  readonly lambda: Float64Array;
  readonly count: Float64Array;
}

export interface Estimate {
  readonly value: number;
  readonly stderr: number;
}

export interface Debiased {
  readonly atoms: Atoms;
  /** The energy of all modes of an atom together, for each target. */
  readonly energies: readonly Float64Array[];
  /** σ² of each target: what no mode carries, noise or energy of modes that the sample cannot see. */
  readonly noise: readonly Estimate[];
  /** λ_k ∝ k^−b from the window's first mode on; NaN where there is no tail. */
  readonly b: Estimate;
  /** c_k ∝ k^−a, for each target. */
  readonly a: readonly Estimate[];
  /** First and last mode that the exponents were fitted to. */
  readonly window: readonly [number, number];
  /** Number of modes, where it is finite: the rank of the features. */
  readonly rank: number;
  /** The smallest κ that was used. */
  readonly kappa: number;
  /** The same again with another window, or without a part of the sample: what forecasts are uncertain by. */
  readonly others: { readonly windows: readonly Debiased[]; readonly parts: readonly Debiased[] };
}

/** @throws RangeError where the sample is too small or its members too unlike */
export function debias(curve: SampleCurve): Debiased {
  const first = one(curve, WINDOWS[0]);
  const windows = WINDOWS.slice(1).map((window) => one(curve, window));
  const parts = Array.from({ length: PARTS }, (_, part) => one(curve, WINDOWS[0], part, first));
  const error = (of: (d: Debiased) => number): number => {
    const values = parts.map(of);
    const mean = values.reduce((sum, x) => sum + x, 0) / PARTS;
    const jackknife = ((PARTS - 1) / PARTS) * values.reduce((sum, x) => sum + pow(x - mean, 2), 0);
    const between = windows.reduce((most, d) => Math.max(most, Math.abs(of(d) - of(first))), 0);
    return Math.sqrt(jackknife + between * between);
  };
  const withErrors = (name: "a" | "noise") =>
    first[name].map(({ value }, t) => ({ value, stderr: error((d) => d[name][t]!.value) }));
  return {
    ...first,
    a: withErrors("a"),
    noise: withErrors("noise"),
    b: {
      value: first.b.value,
      stderr: Math.max(
        first.b.stderr,
        error((d) => d.b.value),
      ),
    },
    others: { windows, parts },
  };
}

const NONE = { windows: [], parts: [] };

/** With one window, and without one part of the sample: then the modes are those of `whole`. */
function one(curve: SampleCurve, divisor: number, part?: number, whole?: Debiased): Debiased {
  const { samples: n, eigenvalues } = curve;
  const used = Array.from(curve.kappa.keys()).filter((r) => curve.spread[r]! <= SPREAD && curve.modes[r]! <= n / 2);
  const rank = eigenvalues.findIndex((x) => x <= 1e-9 * eigenvalues[0]!);
  const finite = rank > 0 && rank < 0.9 * n ? rank : Infinity;
  const last = Math.floor(Math.min(curve.modes[used[0] ?? 0]!, finite));
  if (used.length < 12 || last < 16)
    throw new RangeError(
      `this sample of ${n} shows ${Math.max(0, last)} modes: at least 16 are needed for a law of the others, take more samples`,
    );
  const start = Math.max(4, Math.round(last / divisor));
  const tail = tailOf(start, Math.min(finite, 1e5 * n));
  const knots = Array.from({ length: KNOTS }, (_, i) => (log(start) * i) / (KNOTS - 1));
  const modes = whole
    ? { atoms: whole.atoms, b: whole.b }
    : spectrum(curve, used, start, tail, knots, Number.isFinite(finite));
  const fitted = curve.leftOut.map((_, t) =>
    energies(curve, t, used, modes.atoms, start, tail, knots, Number.isFinite(finite), part),
  );
  return {
    ...modes,
    energies: fitted.map(({ energy }) => energy),
    noise: fitted.map(({ noise }) => ({ value: noise, stderr: 0 })),
    a: fitted.map(({ a }) => ({ value: a, stderr: 0 })),
    window: [start, last],
    rank: finite,
    kappa: curve.kappa[used[0]!]!,
    others: NONE,
  };
}

interface Tail {
  /** The mode that stands for a group, over the first of the tail. */
  readonly ratio: Float64Array;
  readonly count: Float64Array;
}

/** Modes start…most in groups of five per cent. */
function tailOf(start: number, most: number): Tail {
  const [ratio, count]: [number[], number[]] = [[], []];
  for (let k = start; k <= most; ) {
    const next = Math.min(most + 1, Math.max(k + 1, Math.floor(1.05 * k)));
    ratio.push(Math.sqrt((k - 0.5) * (next - 0.5)) / start);
    count.push(next - k);
    k = next;
  }
  ratio[0] = 1;
  return { ratio: Float64Array.from(ratio), count: Float64Array.from(count) };
}

/** A line between knots, at ln k. */
function between(knots: readonly number[], values: ArrayLike<number>, x: number): number {
  let i = 0;
  while (i < knots.length - 2 && x > knots[i + 1]!) i++;
  const share = (x - knots[i]!) / (knots[i + 1]! - knots[i]! || 1);
  return values[i]! + share * (values[i + 1]! - values[i]!);
}

/** The mean of the logarithms of what is around mode k, ± a quarter of k. */
function around(values: Float64Array, k: number): number {
  const [from, to] = [Math.max(0, Math.floor(0.75 * k) - 1), Math.min(values.length, Math.ceil(1.25 * k))];
  const part = values.subarray(from, to).filter((x) => x > 0);
  return log(part.reduce((sum, x) => sum + x, 0) / Math.max(1, part.length));
}

/** How far S and R may go from the sample's own before that costs as much as a residual of one. */
const FREEDOM = 0.5;
/** So does an exponent as large, where the modes are finitely many. */
const STEEPEST = 5;
/** A per cent counts as one. */
const PRECISION = 0.01;

function spectrum(
  curve: SampleCurve,
  used: readonly number[],
  start: number,
  tail: Tail,
  knots: readonly number[],
  finite: boolean,
): { atoms: Atoms; b: Estimate } {
  const { eigenvalues, trace } = curve;
  const own = eigenvalues.subarray(0, start - 1);
  const level = around(eigenvalues, start);
  const logs = own.map((x) => log(x));
  const count = Float64Array.from([...own.map(() => 1), ...tail.count]);
  const atomsOf = (theta: Float64Array): Float64Array => {
    const b = exp(theta[KNOTS]!) + (finite ? 0 : 1);
    const top = level + theta[KNOTS - 1]!;
    const lambda = new Float64Array(count.length);
    for (let i = 0; i < own.length; i++) lambda[i] = exp(logs[i]! + between(knots, theta, log(i + 1)));
    for (let i = 0; i < tail.ratio.length; i++) lambda[own.length + i] = exp(top - b * log(tail.ratio[i]!));
    return lambda;
  };
  const residuals = (theta: Float64Array): Float64Array => {
    const lambda = atomsOf(theta);
    const out = used.map((r) => {
      const kappa = curve.kappa[r]!;
      let D = 0;
      for (let i = 0; i < lambda.length; i++) D += (count[i]! * lambda[i]!) / (kappa + lambda[i]!);
      return log(D / curve.modes[r]!) / PRECISION;
    });
    const sum = lambda.reduce((total, x, i) => total + count[i]! * x, 0);
    const bends = knots.map((_, i) => (i === 0 ? theta[0]! : theta[i]! - theta[i - 1]!) / FREEDOM);
    return Float64Array.from([...out, log(sum / trace) / PRECISION, ...bends]);
  };
  const begin = new Float64Array(KNOTS + 1);
  begin[KNOTS] = log(0.5);
  const fit = leastSquares(residuals, begin);
  const b = exp(fit.parameters[KNOTS]!) + (finite ? 0 : 1);
  const scatter = fit.residuals.reduce((sum, x) => sum + x * x, 0) / Math.max(1, used.length - KNOTS);
  const stderr =
    exp(fit.parameters[KNOTS]!) * Math.sqrt(Math.max(0, scatter * fit.inverse[(KNOTS + 1) * (KNOTS + 1) - 1]!));
  return { atoms: { lambda: atomsOf(fit.parameters), count }, b: { value: b, stderr } };
}

function energies(
  curve: SampleCurve,
  target: number,
  used: readonly number[],
  atoms: Atoms,
  start: number,
  tail: Tail,
  knots: readonly number[],
  finite: boolean,
  part: number | undefined,
): { energy: Float64Array; noise: number; a: number } {
  const n = curve.samples;
  const own = curve.energies[target]!;
  const variance = own.reduce((sum, x) => sum + x, 0);
  const kept = (i: number) => part === undefined || i % PARTS !== part;
  const h = used.map((r) => {
    let [sum, m] = [0, 0];
    const loss = curve.leftOut[target]![r]!;
    for (let i = 0; i < n; i++)
      if (kept(i)) {
        sum += loss[i]!;
        m++;
      }
    return (sum / m) * (1 - curve.modes2[r]! / n);
  });
  const level = around(own, start);
  // a mode that happens to have no energy here is taken to have a little
  const logs = Float64Array.from({ length: start - 1 }, (_, i) =>
    log(Math.max(own[i]!, 0.01 * exp(around(own, i + 1)))),
  );
  // endless energies have a sum: a > 1; those of finitely many modes may fall as slowly as they like
  const aOf = (theta: Float64Array) => (finite ? theta[KNOTS]! : 1 + exp(theta[KNOTS]!));
  const energyOf = (theta: Float64Array): Float64Array => {
    const a = aOf(theta);
    const top = level + theta[KNOTS - 1]!;
    const c = new Float64Array(atoms.lambda.length);
    for (let i = 0; i < logs.length; i++) c[i] = exp(logs[i]! + between(knots, theta, log(i + 1)));
    for (let i = 0; i < tail.ratio.length; i++)
      c[logs.length + i] = tail.count[i]! * exp(top - a * log(tail.ratio[i]!));
    return c;
  };
  // (κ/(κ + λ))² of every atom at every κ
  const shares = used.map((r) =>
    atoms.lambda.map((lambda) => {
      const share = curve.kappa[r]! / (curve.kappa[r]! + lambda);
      return share * share;
    }),
  );
  const noiseOf = (theta: Float64Array) => variance * pow(theta[KNOTS + 1]!, 2);
  const residuals = (theta: Float64Array): Float64Array => {
    const c = energyOf(theta);
    const noise = noiseOf(theta);
    const out = shares.map((share, at) => {
      let sum = noise;
      for (let i = 0; i < c.length; i++) sum += c[i]! * share[i]!;
      return log(sum / h[at]!) / PRECISION;
    });
    const total = c.reduce((sum, x) => sum + x, 0) + noise;
    const bends = knots.map((_, i) => (i === 0 ? theta[0]! : theta[i]! - theta[i - 1]!) / FREEDOM);
    // where the last modes hold next to nothing, no exponent is better than another
    const held = finite ? [theta[KNOTS]! / STEEPEST] : [];
    return Float64Array.from([...out, log(total / variance) / PRECISION, ...bends, ...held]);
  };
  const begin = new Float64Array(KNOTS + 2);
  begin[KNOTS] = finite ? 1.5 : log(0.5);
  begin[KNOTS + 1] = 0.1;
  const { parameters } = leastSquares(residuals, begin);
  const energy = energyOf(parameters);
  const noise = noiseOf(parameters);
  // energies and σ² sum to the target's variance
  const scale = variance / (energy.reduce((sum, x) => sum + x, 0) + noise);
  return { energy: energy.map((x) => scale * x), noise: scale * noise, a: aOf(parameters) };
}
