// Stochastic gradient descent: θ ← θ − γ_r Σ_batch gradient, (9.1). On fresh samples its loss obeys (2.1); on a stock of P samples
// (docs/theory.md, §11) the batches are drawn from it.

import { integer, oneOf } from "../../../check.ts";
import { pow } from "../../../math/elementary.ts";
import type { Schedule, Shape } from "../schedule.ts";
import {
  type Batch,
  type Common,
  type CommonOptions,
  common,
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
  /** η of a whole step, at the first batch. */
  readonly eta: number;
  /** γ = η/B, where it is that which stays along a ramp of batches. */
  readonly gamma?: number;
  readonly batch: Batch;
  readonly sampling?: Sampling;
  /** Multiples of the step. Default: constant. */
  readonly schedule?: Exclude<Schedule, { kind: "optimal" }>;
}

/** η and B of step r, whole or not, under a shape. */
export function stepAt({ eta, gamma, batch }: SgdRule): (r: number, shape: Shape) => { eta: number; batch: number } {
  if (typeof batch === "number") return (r, shape) => ({ eta: eta * shape.at(r), batch });
  return (r, shape) => {
    const size = (batch.findLast(([step]) => step <= r) ?? batch[0]!)[1];
    return { eta: (gamma === undefined ? eta : gamma * size) * shape.at(r), batch: size };
  };
}

/** The batch of a rule that has one. @throws RangeError where it has a ramp or a schedule: those functions that take such rules say so */
export function onlyBatch({ batch, schedule }: SgdRule): number {
  if (typeof batch === "object" || schedule !== undefined)
    throw new RangeError(
      `rule.${schedule === undefined ? "batch must be one number" : "schedule must be constant"} here: dynamics and simulateDynamics take schedules and ramps`,
    );
  return batch;
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
  check({ schedule, ...value }) {
    const given = value.batch ?? 1;
    const ramp = Array.isArray(given) ? common({ batch: given as Batch }).batch : undefined;
    const batch = typeof ramp === "object" && ramp.length > 1 ? ramp : firstOf((ramp ?? given) as Batch);
    const first = integer("rule.batch", firstOf(batch), 1);
    const eta = ruleEta(value, first);
    return {
      kind: "sgd",
      eta,
      ...(batch !== first && value.gamma !== undefined && { gamma: eta / first }),
      batch,
      ...(value.sampling !== undefined && { sampling: oneOf("rule.sampling", value.sampling, SAMPLINGS) }),
      ...(schedule !== undefined && kindOf(schedule) !== "constant" && { schedule: schedule as SgdRule["schedule"] }),
    } as SgdRule;
  },
  factor: ({ eta }, x, t) => pow(1 - eta * x, t),
  momentum: () => 0,
  words: ({ eta, batch, sampling = "replacement", schedule }, fresh) =>
    `${fresh ? "one-pass SGD" : "SGD"}, η = ${eta}, B = ${typeof batch === "number" ? batch : batch.map(([r, B]) => `${B} from r = ${r}`).join(", ")}` +
    (schedule ? `, ${kindOf(schedule) ?? "given"} schedule` : "") +
    (fresh ? "" : `, ${DRAWN[sampling]}`),
};

const firstOf = (batch: Batch): number => (typeof batch === "object" ? batch[0]![1] : batch);

const kindOf = (schedule: unknown): unknown => (schedule as { kind?: unknown } | null)?.kind;

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
