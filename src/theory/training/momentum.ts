// When momentum converges (docs/theory.md, eqs. 9.4–9.6). At constant hyperparameters every mode of the recursion
//
//   y ← (1−Δ) y + γ1 G,   δ ← δ − γ2 G − γ3 y,   G = Σ_batch e φ                                                 (9.2)
//
// is an ARMA(2,1) process driven by the gradient noise; V is its variance for unit noise, and q = Bλ²V what one unit of loss
// returns through the mode. The loss converges iff every mode is stable, every q < 1, and ‖K‖ = Σ q/(1−q) < 1.

/** The momentum family (9.2): SGD is γ1 = γ3 = 0. */
export interface Momentum {
  readonly gamma1: number;
  readonly gamma2: number;
  readonly gamma3: number;
  /** Δ in (0, 1]: 1 − μ of heavy ball. */
  readonly delta: number;
  readonly batch: number;
}

/**
 * q/(1−q) of one mode (9.5); Infinity where the mode alone is unstable. With a = 1−Δ, Γ = γ2+γ1γ3, M = Bλ, a2 = −a(1−γ2M):
 *   q = λ [(1−a2)(Γ−aγ2) + 2aΓγ2M] / [(1+a2)(2(1+a) − (Γ+aγ2)M)],  stable iff |a2| < 1 and 2(1+a) > (Γ+aγ2)M.
 */
export function modeReturn({ gamma1, gamma2, gamma3, delta, batch }: Momentum, lambda: number): number {
  const a = 1 - delta;
  const G = gamma2 + gamma1 * gamma3;
  const M = batch * lambda;
  const lag = delta * gamma2 + gamma1 * gamma3;
  const low = delta + a * gamma2 * M;
  const high = 2 * (1 + a) - (G + a * gamma2) * M;
  if (!(low > 0 && low < 2 && lag > 0 && high > 0)) return Infinity;
  const q = (lambda * ((2 - low) * lag + 2 * a * G * gamma2 * M)) / (low * high);
  return q < 1 ? q / (1 - q) : Infinity;
}

/** ‖K‖ of modes λ that stand for `multiplicity` each: the loss converges iff it is below 1. Infinity where a mode is unstable. */
export function momentumNorm(momentum: Momentum, lambda: ArrayLike<number>, multiplicity: ArrayLike<number>): number {
  let norm = 0;
  for (let i = 0; i < lambda.length; i++) norm += multiplicity[i]! * modeReturn(momentum, lambda[i]!);
  return norm;
}
