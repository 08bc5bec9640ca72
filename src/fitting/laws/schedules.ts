// The multi-power law (multi-power.ts) fitted to curves from starts of its own, first on every eighth row, and how well it does on a
// curve that it has not seen: each left out in turn. The standard errors are those of the jackknife over curves,
//
//   s² = (k − 1)/k Σ_j (p_(j) − p̄)²,   p_(j) without curve j of k                                                (Quenouille 1956)

import { finite, positive } from "../../check.ts";
import { studentPoint } from "../../math/beta.ts";
import { log, pow } from "../../math/elementary.ts";
import { type Curve, fitMultiPower, MULTI_POWER, multiPowerLoss } from "./multi-power.ts";

export interface ScheduleFit {
  readonly parameters: Readonly<Record<(typeof MULTI_POWER)[number], number>>;
  /** In the order of MULTI_POWER. */
  readonly p: Float64Array;
  readonly objective: number;
  readonly converged: boolean;
  /** Of each curve: the root mean square of log L̂ − log L, fitted to all, and fitted to the others; null for one curve alone. */
  readonly rms: Float64Array;
  readonly leftOut: Float64Array | null;
  /** Half of the 95 % interval, in log L, of a curve not seen: Student's t times the root mean square of `leftOut`; null for one curve. */
  readonly half: number | null;
  /** Standard errors by name; null for fewer than 3 curves. */
  readonly stderr: Readonly<Record<(typeof MULTI_POWER)[number], number>> | null;
}

/** Huber's δ on log L, as published. */
const DELTA = 1e-3;
/** Rows that the search begins on: every so many. */
const THIN = 8;
/** Curves of at least so many rows, and of at most so many together: the work goes with the square of a curve's. */
const FEWEST = 10;
const MOST_ROWS = 5000;

/**
 * The multi-power law of the loss along schedules, fitted to curves of loss over steps.
 * @throws TypeError, RangeError: one line that names the curve by its place, and the row
 */
export function fitSchedules(curves: readonly Curve[]): ScheduleFit {
  if (curves.length === 0) throw new RangeError("a law over schedules needs a curve with losses");
  const total = curves.reduce((sum, { loss }) => sum + loss.length, 0);
  if (total > MOST_ROWS)
    throw new RangeError(
      `the curves have ${total} rows, more than ${MOST_ROWS}: keep every ${Math.ceil(total / MOST_ROWS)}th`,
    );
  curves.forEach(checkedCurve);
  const distinct = new Set(curves.flatMap(({ rate }) => [...rate])).size;
  if (distinct < 2) throw new RangeError("every rate is the same: the curves say nothing of what changing it does");
  const whole = followed(curves, startOf(curves));
  const off = (curve: Curve, p: Float64Array) => {
    const sum = multiPowerLoss(curve, p).reduce((total, value, i) => total + pow(log(value / curve.loss[i]!), 2), 0);
    return Math.sqrt(sum / curve.loss.length);
  };
  const others =
    curves.length < 2
      ? []
      : curves.map((_, j) => fitMultiPower(curves.toSpliced(j, 1), [whole.p], { delta: DELTA }, THIN, NEAR));
  const k = curves.length;
  const spread = (i: number) => {
    const mean = others.reduce((sum, { p }) => sum + p[i]! / k, 0);
    return Math.sqrt(((k - 1) / k) * others.reduce((sum, { p }) => sum + pow(p[i]! - mean, 2), 0));
  };
  const named = (of: (i: number) => number) =>
    Object.fromEntries(MULTI_POWER.map((name, i) => [name, of(i)])) as ScheduleFit["parameters"];
  const leftOut = others.length === 0 ? null : Float64Array.from(curves, (curve, j) => off(curve, others[j]!.p));
  return {
    ...{ p: whole.p, objective: whole.objective, converged: whole.converged, parameters: named((i) => whole.p[i]!) },
    rms: Float64Array.from(curves, (curve) => off(curve, whole.p)),
    leftOut,
    // few curves, of which each tried the law of the others
    half: leftOut && studentPoint(k - 1) * Math.sqrt(leftOut.reduce((sum, e) => sum + pow(e, 2) / k, 0)),
    stderr: k < 3 ? null : named(spread),
  };
}

/** What a curve must be, its losses apart. */
export function checkedSchedule({ steps, rate, warmup }: Omit<Curve, "loss">, j: number): void {
  finite(`curves[${j}].warmup`, warmup, 0);
  steps.forEach((step, i) => {
    positive(`curves[${j}].steps[${i}]`, step);
    positive(`curves[${j}].rate[${i}]`, rate[i]);
    if (i > 0 && !(step > steps[i - 1]!))
      throw new RangeError(`curves[${j}].steps must grow, got ${step} after ${steps[i - 1]}`);
  });
  if (steps.length === 0 || steps[0]! < warmup)
    throw new RangeError(`curves[${j}] must begin after its warm-up of ${warmup} steps, got step ${steps[0]}`);
}

function checkedCurve(curve: Curve, j: number): void {
  checkedSchedule(curve, j);
  if (curve.steps.length < FEWEST)
    throw new RangeError(`curves[${j}] must have ${FEWEST} rows or more, got ${curve.steps.length}`);
  curve.loss.forEach((loss, i) => {
    positive(`curves[${j}].loss[${i}]`, loss);
  });
}

/** A floor of nine tenths of the least loss, what is above it a power of the steps, and the other exponents as published. */
function startOf(curves: readonly Curve[]): Float64Array {
  const least = curves.reduce((low, { loss }) => loss.reduce((a, b) => Math.min(a, b), low), Infinity);
  const [first] = curves as [Curve];
  const sum = first.steps.at(-1)! * first.rate.reduce((a, b) => a + b / first.rate.length, 0);
  // B ΔR is a few per cent of the loss
  const most = first.rate.reduce((a, b) => Math.max(a, b), 0);
  return Float64Array.of(0.9 * least, 0.1 * least * pow(sum, 0.5), 0.5, (0.05 * least) / most, 1, 0.5, 0.6);
}

/** Steps of Levenberg and Marquardt from near the minimum. */
const NEAR = { steps: 60, polish: false };

function followed(curves: readonly Curve[], from: Float64Array) {
  const rough = fitMultiPower(curves, [from], { delta: DELTA }, THIN);
  return fitMultiPower(curves, [rough.p], { delta: DELTA }, 1, NEAR);
}
