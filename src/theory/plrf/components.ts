// The components the loss is made of at large d and r, x = 2γBr (docs/theory.md, eqs. 6.1–6.4; Paquette et al. 2024):
//
//   F_pp = Γ(p) x^{−p}/2α, p = 1 + β/α − 1/2α        the target learned mode by mode
//   F_ac = (c_β/2αd) ∫_{d^{−2α}}^1 u^{−1/2α} e^{−xu} du     distortion of the target by the random features; 2α, 2β > 1
//   F_0                                              what no parameter can reach
//   K_pp = γ²B Γ(2−1/2α) x^{−2+1/2α}/2α              gradient noise; α > 1/4
//   P ≍ F_0 + F_pp + F_ac + K_pp/(γB)

import { counted, increasing } from "../../check.ts";
import { LIMITS } from "../../limits.ts";
import { exp, log as logOf, pow } from "../../math/elementary.ts";
import { gamma as gammaFunction } from "../../math/gamma.ts";
import { gaussLegendre } from "../../math/quadrature.ts";
import type { Plrf } from "../measure/plrf.ts";

export interface Components {
  /** r. */
  readonly steps: Float64Array;
  /** f = B·d·r. */
  readonly flops: Float64Array;
  readonly F0: number;
  readonly Fpp: Float64Array;
  /** Zero where 2α ≤ 1 or 2β ≤ 1. */
  readonly Fac: Float64Array;
  /** K_pp/(γB), as it enters the loss; zero where α ≤ 1/4. */
  readonly Kpp: Float64Array;
  /** F_0 + F_pp + F_ac + K_pp/(γB). */
  readonly sum: Float64Array;
}

/**
 * The components of a power-law model's loss.
 * @param options.steps r > 0, increasing
 * @throws RangeError for a measured spectrum, for α + β ≤ 1/2, and where steps are not increasing numbers > 0
 */
export function components(model: Plrf, options: { readonly steps: ArrayLike<number> }): Components {
  const { spectrum, d, gamma, batch, F0 } = model;
  if (spectrum.kind !== "power-law") throw new RangeError("components need a power-law spectrum, got a measured one");
  const { alpha, beta } = spectrum;
  if (alpha + beta <= 0.5)
    throw new RangeError(`components need alpha + beta > 1/2, got ${alpha} + ${beta} = ${alpha + beta}`);
  const steps = increasing("steps", counted("points", "steps", options.steps), Number.MIN_VALUE, LIMITS.steps.most);
  const x = steps.map((r) => 2 * gamma * batch * r);
  const p = 1 + beta / alpha - 1 / (2 * alpha);
  const Fpp = x.map((value) => (gammaFunction(p) * pow(value, -p)) / (2 * alpha));
  const distorted = 2 * alpha > 1 && 2 * beta > 1;
  const target = model.modes.ratio.reduce((sum, u) => sum + u, 0);
  const Fac = x.map((value) =>
    distorted ? (target / (2 * alpha * d)) * incomplete(value, 1 / (2 * alpha), pow(d, -2 * alpha)) : 0,
  );
  const q = 2 - 1 / (2 * alpha);
  const Kpp = x.map((value) => (alpha > 0.25 ? (gamma * gammaFunction(q) * pow(value, -q)) / (2 * alpha) : 0));
  return {
    steps,
    flops: steps.map((r) => batch * d * r),
    F0,
    Fpp,
    Fac,
    Kpp,
    sum: steps.map((_, i) => F0 + Fpp[i]! + Fac[i]! + Kpp[i]!),
  };
}

/** ∫_{from}^1 u^{−a} e^{−xu} du, in Gauss–Legendre panels of log u up to where the integrand has vanished. */
function incomplete(x: number, a: number, from: number): number {
  const { nodes, weights } = gaussLegendre(16);
  const start = logOf(from);
  const end = Math.min(0, logOf(from + 50 / x));
  if (end <= start) return 0;
  const panels = Math.ceil(end - start);
  const half = (end - start) / (2 * panels);
  let sum = 0;
  for (let panel = 0; panel < panels; panel++)
    for (let i = 0; i < nodes.length; i++) {
      const log = start + half * (2 * panel + 1 + nodes[i]!);
      sum += half * weights[i]! * exp((1 - a) * log - x * exp(log));
    }
  return sum;
}
