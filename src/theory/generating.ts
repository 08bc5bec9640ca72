// The generating functions of the Volterra equation at w = e^{−s} (docs/theory.md, §4; beyond Paquette et al.). With g
// quadratic in λ, 1 − w g(λ) = −A(λ−z₁)(λ−z₂), and sums over r become differences of the resolvent at two points:
//
//   F̃ = Σ w^r F(r) = −[Φ(z₁) − Φ(z₂)]/q,   K̃ = Σ w^r K(r) = −γ²Bd [z₁S(κ₁) − z₂S(κ₂)]/q,   P̃ = F̃/(1 − wK̃)      (4.2, 4.3)
//
// with q = A(z₁−z₂). Near s = 0, z₂ stays beyond the support: its terms, and the constant C₀ of Φ(z₁), are analytic there and
// carry nothing of P(r) at large r, only rounding. The second set of values leaves them out (4.5).

import type { Kernels } from "../kernels/kernels.ts";
import { add, type Complex, complex, conj, div, exp, expm1, mul, scale, sqrt, sub } from "../math/complex.ts";
import type { Plrf } from "./plrf.ts";
import { resolvents } from "./resolvent.ts";

/** The three transforms at one s. */
export interface Transform {
  readonly F: Complex;
  readonly K: Complex;
  readonly P: Complex;
}

export interface Generating {
  /** F̃, K̃, P̃. */
  readonly whole: Transform;
  /** The same less what is analytic near s = 0. */
  readonly singular: Transform;
}

const ONE = complex(1);

export function generatingFunctions(kernels: Kernels, model: Plrf, s: readonly Complex[]): Generating[] {
  const { gamma, batch, d, modes, kappa0 } = model;
  const quadratics = s.map((point) => {
    const w = exp(scale(-1, point));
    const A = scale(gamma * gamma * batch * (batch + 1), w);
    const b = scale(-2 * gamma * batch, w);
    const c = expm1(scale(-1, point));
    // the root that does not cancel first
    const root = sqrt(sub(mul(b, b), scale(4, mul(A, c))));
    const q = mul(conj(b), root).re < 0 ? scale(-1, root) : root;
    const Q = scale(-0.5, add(b, q));
    return { w, q, z1: div(c, Q), z2: div(Q, A) };
  });
  const zeta = quadratics.flatMap(({ z1, z2 }) => [scale(-1, z1), scale(-1, z2)]);
  const points = resolvents(kernels, modes, d, kappa0, zeta);
  const C0 = modes.ratio.reduce((sum, u) => sum + u, 0);

  return quadratics.map(({ w, q, z1, z2 }, i) => {
    const near = points[2 * i]!;
    const far = points[2 * i + 1]!;
    // zS = z D/d at both points, scaled by γ²B d
    const source = gamma * gamma * batch;
    const Kv = scale(-source, div(mul(z1, near.D), q));
    const Ks = scale(source, div(mul(z2, far.D), q));
    // Φ = G/m, m = ζ/κ
    const m1 = div(zeta[2 * i]!, near.kappa);
    const phi1 = div(near.G, m1);
    const phi2 = div(far.G, div(zeta[2 * i + 1]!, far.kappa));
    // Φ(z₁) − C₀ = −κH + (S/m) G, free of cancellation
    const phiv = sub(scale(1 / d, div(mul(near.D, near.G), m1)), mul(near.kappa, near.H));
    const Fv = scale(-1, div(phiv, q));
    const Fs = div(sub(phi2, complex(C0)), q);

    const F = div(sub(phi2, phi1), q);
    const K = add(Ks, Kv);
    const open = sub(ONE, mul(w, K));
    const openS = sub(ONE, mul(w, Ks));
    const Pv = div(add(mul(Fv, openS), mul(Fs, mul(w, Kv))), mul(open, openS));
    return { whole: { F, K, P: div(F, open) }, singular: { F: Fv, K: Kv, P: Pv } };
  });
}
