// Momentum that forgets at a fixed rate μ (docs/theory.md, eqs. 9.2, 9.10). On samples, with γ the effective step:
//
//   heavy ball  y ← μy + G,  θ ← θ − (1−μ)γ y            Nesterov  the same, looking ahead
//
// In the dynamical model η is what multiplies the gradient in the velocity, so that η = (1−μ)γB there, and
//
//   p_{t+1} = (1 + μ − ηx) p_t − μ p_{t−1}:  with ηx = 1 + μ − r − μ/r,  p_t = [(r − μ) r^t − μ(1/r − 1)(μ/r)^t] / (r − μ/r)    (8.17)

import { positive } from "../../../check.ts";
import { atan2, cos, expm1, log, pow, sin } from "../../../math/elementary.ts";
import {
  type Common,
  type CommonOptions,
  common,
  constantRule,
  type Definition,
  type LinearRule,
  momentumOf,
  ruleEta,
} from "./definition.ts";

export interface HeavyBall extends Common {
  readonly kind: "heavy-ball";
  /** μ in [0, 1). */
  readonly momentum: number;
}
export interface Nesterov extends Common {
  readonly kind: "nesterov";
  /** μ in [0, 1). */
  readonly momentum: number;
}
export interface HeavyBallRule {
  readonly kind: "heavy-ball";
  readonly eta: number;
  readonly momentum: number;
}

type Options = { readonly momentum?: number } & CommonOptions;

/** Heavy ball: y ← μy + gradient, θ ← θ − (1−μ)γ y, so that γ is the effective step; η = (1−μ)γB multiplies the mean gradient. */
export const heavyBall = ({ momentum = 0.9, ...rest }: Options = {}): HeavyBall => ({
  kind: "heavy-ball",
  momentum: momentumOf(momentum),
  ...common(rest),
});

/** Nesterov's momentum in look-ahead form, with effective step γ as for `heavyBall`. */
export const nesterov = ({ momentum = 0.9, ...rest }: Options = {}): Nesterov => ({
  kind: "nesterov",
  momentum: momentumOf(momentum),
  ...common(rest),
});

const given = (rest: string): Options => (rest === "" ? {} : { momentum: Number(rest) });
const gamma = ({ momentum }: { readonly momentum: number }, eta: number, batch: number) =>
  eta / ((1 - momentum) * batch);

const rule: LinearRule<HeavyBallRule> = {
  label: "heavy ball (momentum)",
  discrete: true,
  check(value) {
    constantRule(value);
    const momentum = positive("rule.momentum", value.momentum);
    if (momentum >= 1) throw new RangeError(`rule.momentum must be below 1, got ${momentum}`);
    return { kind: "heavy-ball", eta: ruleEta(value), momentum };
  },
  momentum: ({ momentum }) => momentum,
  words: ({ eta, momentum }) => `heavy ball, η = ${eta}, μ = ${momentum}`,
  factor({ eta, momentum: mu }, x, t) {
    // p_t = (r₁ᵗ + r₂ᵗ)/2 + (p_1 − b/2) (r₁ᵗ − r₂ᵗ)/(r₁ − r₂), with r₁ + r₂ = b and r₁ r₂ = μ
    const y = eta * x;
    const b = 1 + mu - y;
    const slope = 1 - y - b / 2;
    const d = b * b - 4 * mu;
    if (d < 0) {
      const root = b < 0 ? -Math.sqrt(mu) : Math.sqrt(mu);
      const phi = atan2(Math.sqrt(-d), Math.abs(b));
      return pow(root, t) * cos(t * phi) + (slope * pow(root, t - 1) * sin(t * phi)) / sin(phi);
    }
    const r = (b + (b < 0 ? -1 : 1) * Math.sqrt(d)) / 2;
    const logRatio = log(mu / (r * r));
    const quotient = logRatio === 0 ? t : expm1(t * logRatio) / expm1(logRatio);
    return (pow(r, t) + pow(mu / r, t)) / 2 + slope * pow(r, t - 1) * quotient;
  },
};

export const heavyBallDefinition: Definition<HeavyBall, HeavyBallRule> = {
  kind: "heavy-ball",
  steps: {
    gamma,
    words: ({ momentum }) => `heavy ball μ = ${momentum}`,
    recursion: "momentum",
    coefficients:
      ({ momentum }) =>
      (_, step) => ({
        gamma1: 1,
        gamma2: 0,
        gamma3: (1 - momentum) * step,
        delta: 1 - momentum,
      }),
    usage: "heavy-ball:μ",
    parse: (rest, options) => heavyBall({ ...given(rest), ...options }),
    choices: [{ name: "heavy-ball", label: "heavy ball", free: ["momentum"], make: heavyBall }],
  },
  rule,
};

export const nesterovDefinition: Definition<Nesterov> = {
  kind: "nesterov",
  steps: {
    gamma,
    words: ({ momentum }) => `Nesterov μ = ${momentum}`,
    recursion: "momentum",
    coefficients:
      ({ momentum }) =>
      (_, step) => {
        const small = (1 - momentum) * step;
        return { gamma1: 1, gamma2: small, gamma3: momentum * small, delta: 1 - momentum };
      },
    usage: "nesterov:μ",
    parse: (rest, options) => nesterov({ ...given(rest), ...options }),
    choices: [{ name: "nesterov", label: "Nesterov", free: ["momentum"], make: nesterov }],
  },
};
