// Compute-optimal exponents beyond constant-step SGD (docs/theory.md, tables 9.14, 9.15): what a schedule, label noise or
// dimension-adapted momentum make of ξ and η.

import type { Optimizer } from "../training/optimizer.ts";
import { type Point, phase } from "./phases.ts";

export interface Exponents {
  /** d* ~ f^ξ */
  readonly xi: number;
  /** P* ~ f^−η */
  readonly eta: number;
}

export interface TrainedSetting {
  readonly optimizer: Optimizer;
  /** σ² > 0, and fixed as f grows. */
  readonly noise: boolean;
  /** Whether γ is tuned at each budget, below its largest. */
  readonly tuned: boolean;
}

/** The exponents of a point of the plane under an optimiser, or null where none are known. */
export function trainedExponents(point: Point, { optimizer, noise, tuned }: TrainedSetting): Exponents | null {
  const plain = phase(point);
  if (plain.phase === null) return null;
  // on a boundary the exponents of either side
  const name = plain.phase.split("–")[0]!;
  const row: Exponents = { xi: plain.xi, eta: plain.eta };
  if (optimizer.kind === "dana") return noise ? null : danaExponents(name, point, optimizer.variant);
  const { schedule } = optimizer;
  const kind = typeof schedule === "function" ? "function" : schedule.kind;
  if (optimizer.kind === "sign") {
    // its drift warms up by itself: with a final decay phase III has the best schedule's exponents; of others no more is known
    const ends = kind === "wsd" || kind === "linear" || kind === "cosine" || kind === "optimal";
    return name === "III" && ends && (tuned || kind === "optimal") && !noise ? best(name, point, row) : null;
  }
  // heavy ball and Nesterov have SGD's exponents
  if (kind === "optimal") return noise ? bestWithNoise(name, point) : best(name, point, row);
  // a shape that keeps a share of the time at γ changes constants only; where noise is the floor its end counts
  const decays = kind === "linear" || kind === "cosine";
  if (kind !== "constant" && kind !== "wsd" && !decays) return null;
  if (!noise) return tuned && kind === "constant" ? (smallerStep(name, point) ?? row) : row;
  if (!tuned) return null;
  if (decays) return point.alpha < (kind === "linear" ? 1 : 1.5) ? bestWithNoise(name, point) : null;
  return kind === "constant" ? constantWithNoise(name, point) : null;
}

const rise = ({ alpha, beta }: Point): number => 2 * alpha + 2 * beta - 1;
/** p of F_pp ~ τ^−p. */
const decay = ({ alpha, beta }: Point): number => 1 + beta / alpha - 1 / (2 * alpha);

function best(name: string, point: Point, row: Exponents): Exponents | null {
  const { alpha, beta } = point;
  if (name === "III")
    return beta <= 2 * alpha
      ? { xi: beta / (alpha + beta), eta: rise(point) / (2 * (alpha + beta)) }
      : { xi: 2 / 3, eta: 1 - 1 / (6 * alpha) };
  if (name !== "IVa" && name !== "IVb") return row;
  if (decay(point) > (6 * alpha - 1) / (4 * alpha - 1)) return null;
  // phase Ic's
  const n = 3 * alpha + 2 * beta - 1 - 2 * alpha * beta;
  return { xi: rise(point) / (2 * n), eta: (alpha * rise(point)) / n };
}

function bestWithNoise(name: string, point: Point): Exponents | null {
  const { alpha, beta } = point;
  const e = rise(point);
  if (name === "Ia") return { xi: 1 / (e + 2), eta: e / (e + 2) };
  if (name === "II" || name === "III") return { xi: beta / (alpha + 2 * beta), eta: e / (2 * (alpha + 2 * beta)) };
  if (name === "IVa") {
    const xi = 1 / (1 + 2 * alpha + 1 / decay(point));
    return { xi, eta: 2 * alpha * xi };
  }
  return null;
}

function constantWithNoise(name: string, point: Point): Exponents | null {
  const { alpha, beta } = point;
  const e = rise(point);
  if (name === "Ia") return { xi: 1 / (4 * alpha + 2 * beta), eta: e / (4 * alpha + 2 * beta) };
  if (name === "II") return { xi: (2 * beta) / (4 * alpha + 4 * beta - 1), eta: e / (4 * alpha + 4 * beta - 1) };
  return null;
}

/** The best constant step of phase IV is smaller than the largest: γ = d^−g. */
function smallerStep(name: string, point: Point): Exponents | null {
  if (name !== "IVa" && name !== "IVb") return null;
  const { alpha } = point;
  const p = decay(point);
  const g = Math.max(1 - 2 * alpha, 2 * alpha - (4 * alpha - 1) / p);
  const xi = 1 / (1 + (2 * alpha) / p + g);
  return { xi, eta: 2 * alpha * xi };
}

function danaExponents(name: string, point: Point, variant: "constant" | "decaying"): Exponents | null {
  const { alpha, beta } = point;
  const e = rise(point);
  const q = 4 * alpha - 1;
  // d* at the vertex F_ac = F_0 ~ d^−2α
  const floor = variant === "constant" ? (2 * alpha) / (alpha + 1.5) : (2 * alpha * q) / (4 * alpha * alpha + q);
  const better = (eta: number, xi: number): Exponents =>
    eta >= floor ? { xi, eta } : { xi: floor / (2 * alpha), eta: floor };
  if (name === "Ia") {
    const eta = variant === "constant" ? e / (alpha + 1.5) : (e * q) / (4 * alpha * alpha + q);
    return { xi: eta / e, eta };
  }
  if (name === "II") {
    const eta =
      variant === "constant" ? e / (3 * beta + alpha) : (e * q) / (2 * (2 * alpha * alpha + 4 * alpha * beta - beta));
    return better(eta, (2 * beta * eta) / e);
  }
  if (name === "III") {
    const eta = variant === "constant" ? 1 - 1 / (4 * alpha) : (q * q) / (2 * alpha * (6 * alpha - 1));
    return better(eta, eta / (2 - 1 / (2 * alpha)));
  }
  return null;
}
