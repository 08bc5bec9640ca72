// What a misfit costs: Σ w ρ(r), r = log L̂ − log L (or L̂ − L), with
//
//   ρ(r) = s(r) h(r),   h = Huber_δ (½r², beyond δ δ(|r| − ½δ)), ½r² or |r|,   s = c above (r > 0), 1 below
//
// A quantile τ is |r| with 1 − τ above and τ below: c = (1 − τ)/τ. Where |r| bends it is rounded off within a small δ while it is
// being minimised, and told as it is.

import { finite, oneOf, positive } from "../../check.ts";

/** What a fit minimises over the residuals of log L. */
export const LOSSES = ["huber", "squares", "absolute", "quantile"] as const;

export interface LossFunction {
  /** Default "huber". */
  readonly kind?: (typeof LOSSES)[number];
  /** Huber's δ. Default 1.345 times the spread of the residuals (their median absolute value over .6745). */
  readonly delta?: number;
  /** τ of a quantile: the share of the runs below the law. Default ½. */
  readonly quantile?: number;
  /** What a law above the measurement costs, times one below. Default 1. */
  readonly overestimatePenalty?: number;
  /** Residuals of the logarithm, or as they are. Default "log". */
  readonly scale?: "log" | "linear";
}

/** A loss function with all its numbers. */
export interface Rho {
  readonly kind: (typeof LOSSES)[number];
  readonly scale: "log" | "linear";
  /** Factors above and below the measurements. */
  readonly above: number;
  readonly below: number;
  /** Huber's δ; where h = |r| the width of its rounding. */
  readonly delta: number;
}

/** @throws TypeError, RangeError */
export function rhoOf(loss: LossFunction, delta: number): Rho {
  const kind = oneOf("loss", loss.kind ?? "huber", LOSSES);
  const scale = oneOf("scale", loss.scale ?? "log", ["log", "linear"]);
  const penalty = positive("overestimatePenalty", loss.overestimatePenalty ?? 1);
  const tau = finite("quantile", loss.quantile ?? 0.5);
  if (!(tau > 0 && tau < 1)) throw new RangeError(`quantile must be between 0 and 1, got ${tau}`);
  const [above, below] = kind === "quantile" ? [1 - tau, tau] : [1, 1];
  return { kind, scale, above: above * penalty, below, delta: kind === "squares" ? Infinity : delta };
}

/** Whether δ is no part of the function, but rounds its bend. */
export const bends = ({ kind }: Rho): boolean => kind === "absolute" || kind === "quantile";

/** Σ w ρ(r). */
export function total(rho: Rho, residuals: Float64Array, weights: Float64Array): number {
  const { delta, above, below } = rho;
  const unit = bends(rho) ? 1 / delta : 1;
  let sum = 0;
  for (let i = 0; i < residuals.length; i++) {
    const r = residuals[i]!;
    const size = Math.abs(r);
    const side = weights[i]! * (r > 0 ? above : below);
    sum += side * (size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta));
  }
  return unit * sum;
}

/** Weights w ρ′(r)/r of iterated least squares. */
export function weightsOf(rho: Rho, residuals: Float64Array, weights: Float64Array): Float64Array {
  const { delta, above, below } = rho;
  const unit = bends(rho) ? 1 / delta : 1;
  const made = new Float64Array(residuals.length);
  for (let i = 0; i < made.length; i++) {
    const r = residuals[i]!;
    const size = Math.abs(r);
    made[i] = unit * weights[i]! * (r > 0 ? above : below) * (size <= delta ? 1 : delta / size);
  }
  return made;
}

/** Σ w ρ(r) without rounding. */
export function exactTotal(rho: Rho, residuals: Float64Array, weights: Float64Array): number {
  if (!bends(rho)) return total(rho, residuals, weights);
  return residuals.reduce((sum, r, i) => sum + weights[i]! * (r > 0 ? rho.above : rho.below) * Math.abs(r), 0);
}
