// How the student is trained (docs/theory.md, eqs. 8.15–8.17). Every linear rule leaves of the residual along an eigenvalue x of the
// training dynamics a factor p_t(x), p_t(0) = 1:
//
//   gradient flow     e^{−xt}
//   gradient descent  (1 − ηx)^t
//   heavy ball        p_{t+1} = (1 + μ − ηx) p_t − μ p_{t−1}:  with ηx = 1 + μ − r − μ/r,
//                     p_t = [(r − μ) r^t − μ(1/r − 1)(μ/r)^t] / (r − μ/r)
//
// One-pass SGD has no p_t for the loss: its noise feeds back through a Volterra equation (sgd.ts).

import { integer, oneOf, positive, shown } from "../../check.ts";

export type Rule =
  /** dw/dt = −∇: time has the unit of 1/λ. */
  | { readonly name: "gradient-flow" }
  /** Full-batch steps of size η; time counts steps, here and below. */
  | { readonly name: "gradient-descent"; readonly eta: number }
  /** Full-batch steps with momentum μ. */
  | { readonly name: "heavy-ball"; readonly eta: number; readonly mu: number }
  /** Fresh samples each step, `batch` of them, steps of size η on their mean gradient; needs P = ∞. */
  | { readonly name: "sgd"; readonly eta: number; readonly batch: number };

export const RULES = ["gradient-flow", "gradient-descent", "heavy-ball", "sgd"] as const;

/** A rule with every number checked. */
export function checkRule(rule: unknown): Rule {
  if (rule === undefined) return { name: "gradient-flow" };
  if (typeof rule !== "object" || rule === null)
    throw new TypeError(`rule must be an object such as { name: "gradient-descent", eta: 0.1 }, got ${shown(rule)}`);
  const { name, eta, mu, batch } = rule as { name: unknown; eta?: unknown; mu?: unknown; batch?: unknown };
  switch (oneOf("rule.name", name, RULES)) {
    case "gradient-flow":
      return { name: "gradient-flow" };
    case "gradient-descent":
      return { name: "gradient-descent", eta: positive("rule.eta", eta) };
    case "heavy-ball": {
      const momentum = positive("rule.mu", mu);
      if (momentum >= 1) throw new RangeError(`rule.mu must be below 1, got ${momentum}`);
      return { name: "heavy-ball", eta: positive("rule.eta", eta), mu: momentum };
    }
    case "sgd":
      return { name: "sgd", eta: positive("rule.eta", eta), batch: integer("rule.batch", batch ?? 1, 1) };
  }
}

/** μ of the heavy ball, 0 without momentum. */
export const momentum = (rule: Rule): number => (rule.name === "heavy-ball" ? rule.mu : 0);

/** Whether time is a number of steps. */
export const isDiscrete = (rule: Rule): rule is Exclude<Rule, { name: "gradient-flow" }> =>
  rule.name !== "gradient-flow";

/** p_t(x) for real x ≥ 0. */
export function factor(rule: Rule, x: number, t: number): number {
  if (rule.name === "gradient-flow") return Math.exp(-x * t);
  const y = rule.eta * x;
  const mu = momentum(rule);
  if (mu === 0) return (1 - y) ** t;
  // p_t = (r₁ᵗ + r₂ᵗ)/2 + (p_1 − b/2) (r₁ᵗ − r₂ᵗ)/(r₁ − r₂), with r₁ + r₂ = b and r₁ r₂ = μ
  const b = 1 + mu - y;
  const slope = 1 - y - b / 2;
  const d = b * b - 4 * mu;
  if (d < 0) {
    const root = b < 0 ? -Math.sqrt(mu) : Math.sqrt(mu);
    const phi = Math.atan2(Math.sqrt(-d), Math.abs(b));
    return root ** t * Math.cos(t * phi) + (slope * root ** (t - 1) * Math.sin(t * phi)) / Math.sin(phi);
  }
  const r = (b + (b < 0 ? -1 : 1) * Math.sqrt(d)) / 2;
  const logRatio = Math.log(mu / (r * r));
  const quotient = logRatio === 0 ? t : Math.expm1(t * logRatio) / Math.expm1(logRatio);
  return (r ** t + (mu / r) ** t) / 2 + slope * r ** (t - 1) * quotient;
}
