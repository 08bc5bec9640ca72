// Training on all samples at every moment (docs/theory.md, eqs. 8.15, 8.16): gradient flow p_t(x) = e^{−xt}, time in units of 1/λ, and
// gradient descent p_t(x) = (1 − ηx)^t, time in steps.

import { exp, pow } from "../../../math/elementary.ts";
import { type CommonOptions, common, constantRule, type Definition, ruleEta } from "./definition.ts";

/** dw/dt = −∇. */
export interface GradientFlow {
  readonly kind: "gradient-flow";
}
/** Steps of size η on the mean gradient of all samples. */
export interface GradientDescent {
  readonly kind: "gradient-descent";
  readonly eta: number;
}

/** Gradient flow: time has the unit of 1/λ. */
export const gradientFlow = (): GradientFlow => ({ kind: "gradient-flow" });

/** Gradient descent on all samples, with step η > 0. */
export function gradientDescent({ eta }: { readonly eta: number } & Pick<CommonOptions, "eta">): GradientDescent {
  common({ eta });
  return { kind: "gradient-descent", eta };
}

export const gradientFlowDefinition: Definition<GradientFlow, GradientFlow> = {
  kind: "gradient-flow",
  rule: {
    label: "gradient flow",
    check: gradientFlow,
    discrete: false,
    factor: (_, x, t) => exp(-x * t),
    momentum: () => 0,
    words: () => "gradient flow",
  },
};

export const gradientDescentDefinition: Definition<GradientDescent, GradientDescent> = {
  kind: "gradient-descent",
  rule: {
    label: "gradient descent",
    check(value) {
      constantRule(value);
      return { kind: "gradient-descent", eta: ruleEta(value) };
    },
    discrete: true,
    factor: ({ eta }, x, t) => pow(1 - eta * x, t),
    momentum: () => 0,
    words: ({ eta }) => `gradient descent, η = ${eta}`,
  },
};
