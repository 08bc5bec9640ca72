// Stochastic gradient descent: θ ← θ − γ_r Σ_batch gradient, (9.1). On fresh samples its loss obeys (2.1); on a stock of P samples
// (docs/theory.md, §11) the batches are drawn from it.

import { integer, oneOf } from "../../../check.ts";
import { pow } from "../../../math/elementary.ts";
import {
  type Common,
  type CommonOptions,
  common,
  constantRule,
  type Definition,
  type LinearRule,
  ruleEta,
} from "./definition.ts";

/**
 * How a batch is drawn from a finite stock of samples: each sample anew from all ("replacement"); different ones within a batch
 * ("batch"); or by going through the stock in a new order each epoch ("shuffle"), which only simulations know.
 */
export const SAMPLINGS = ["replacement", "batch", "shuffle"] as const;
export type Sampling = (typeof SAMPLINGS)[number];

export interface Sgd extends Common {
  readonly kind: "sgd";
  /** Default "replacement". Fresh samples need none. */
  readonly sampling?: Sampling;
}

/** SGD as the dynamical model takes it. */
export interface SgdRule {
  readonly kind: "sgd";
  readonly eta: number;
  readonly batch: number;
  readonly sampling?: Sampling;
}

/** Stochastic gradient descent: θ ← θ − γ_r Σ gradient. */
export const sgd = ({ sampling, ...rest }: { readonly sampling?: Sampling } & CommonOptions = {}): Sgd => ({
  kind: "sgd",
  ...common(rest),
  ...(sampling === undefined ? {} : { sampling: oneOf("sampling", sampling, SAMPLINGS) }),
});

const DRAWN: Readonly<Record<Sampling, string>> = {
  replacement: "with replacement",
  batch: "batches without repetition",
  shuffle: "shuffled epochs",
};

const rule: LinearRule<SgdRule> = {
  label: "one-pass SGD",
  discrete: true,
  check(value) {
    constantRule(value);
    const batch = integer("rule.batch", value.batch ?? 1, 1);
    const sampling =
      value.sampling === undefined ? {} : { sampling: oneOf("rule.sampling", value.sampling, SAMPLINGS) };
    return { kind: "sgd", eta: ruleEta(value, batch), batch, ...sampling };
  },
  factor: ({ eta }, x, t) => pow(1 - eta * x, t),
  momentum: () => 0,
  words: ({ eta, batch, sampling = "replacement" }, fresh) =>
    fresh ? `one-pass SGD, η = ${eta}, B = ${batch}` : `SGD, η = ${eta}, B = ${batch}, ${DRAWN[sampling]}`,
};

export const sgdDefinition: Definition<Sgd, SgdRule> = {
  kind: "sgd",
  steps: {
    gamma: (_, eta, batch) => eta / batch,
    words: () => "SGD",
    recursion: "sgd",
    coefficients: () => (_, gamma) => ({ gamma1: 0, gamma2: gamma, gamma3: 0, delta: 1 }),
    usage: "sgd",
    parse: (_, options) => sgd(options),
    choices: [{ name: "sgd", label: "SGD", free: [], make: sgd }],
  },
  rule,
};
