// The optimisers there are, and what all share (docs/theory.md, eqs. 9.2, 9.10): a model, a schedule and a horizon become the
// hyperparameters of every step. A step that is not given is the model's γ. All that is particular to an optimiser is in its file.

import { oneOf, shown, within } from "../../check.ts";
import type { Momentum } from "./momentum.ts";
import { type Dana, danaDefinition } from "./optimizers/dana.ts";
import type { Batch, Choice, CommonOptions, Definition, LinearRule, Setting, Steps } from "./optimizers/definition.ts";
import {
  type GradientDescent,
  type GradientFlow,
  gradientDescentDefinition,
  gradientFlow,
  gradientFlowDefinition,
} from "./optimizers/full-batch.ts";
import {
  type HeavyBall,
  type HeavyBallRule,
  heavyBallDefinition,
  type Nesterov,
  nesterovDefinition,
} from "./optimizers/heavy-ball.ts";
import { type Sgd, type SgdRule, sgdDefinition } from "./optimizers/sgd.ts";
import { type SignSgd, signDefinition } from "./optimizers/sign.ts";
import type { Shape } from "./schedule.ts";

export { type Dana, dana } from "./optimizers/dana.ts";
export type { Batch, Choice, Free } from "./optimizers/definition.ts";
export { type GradientDescent, type GradientFlow, gradientDescent, gradientFlow } from "./optimizers/full-batch.ts";
export { type HeavyBall, heavyBall, type Nesterov, nesterov } from "./optimizers/heavy-ball.ts";
export { SAMPLINGS, type Sampling, type Sgd, sgd } from "./optimizers/sgd.ts";
export type { SignSgd } from "./optimizers/sign.ts";

/** All of them, in the order in which people see them. */
const DEFINITIONS = [
  gradientFlowDefinition,
  gradientDescentDefinition,
  sgdDefinition,
  heavyBallDefinition,
  nesterovDefinition,
  danaDefinition,
  signDefinition,
] as const;

/** What takes steps on samples: every optimiser whose definition has `steps`. */
export type Optimizer = Sgd | HeavyBall | Nesterov | Dana | SignSgd;
/** A rule of the dynamical model, checked: every optimiser whose definition has `rule`. */
export type Rule = GradientFlow | GradientDescent | SgdRule | HeavyBallRule;
/** What the dynamical model takes for a rule. */
export type RuleInput = Rule | Sgd | HeavyBall;

// one table for values of different types: each value meets the definition of its own kind only
const ALL = DEFINITIONS as unknown as readonly Definition<Optimizer | Rule, Rule>[];
const byKind = new Map(ALL.map((definition) => [definition.kind, definition]));
const definitionOf = ({ kind }: Optimizer | Rule) => byKind.get(kind)!;

const STEPPED = ALL.flatMap(({ steps }) => (steps ? [steps as unknown as Steps<Optimizer>] : []));
const stepsOf = (optimizer: Optimizer) => definitionOf(optimizer).steps as unknown as Steps<Optimizer>;
const ruleOf = (rule: Rule) => definitionOf(rule).rule as LinearRule<Rule>;

/** The kinds that the dynamical model takes. */
export const RULES = ALL.flatMap(({ kind, rule }) => (rule ? [kind] : [])) as readonly Rule["kind"][];
/** The same with what choosers call them. */
export const RULE_LABELS = Object.fromEntries(RULES.map((kind) => [kind, byKind.get(kind)!.rule!.label])) as Readonly<
  Record<Rule["kind"], string>
>;
/** How the command line writes the optimisers that take steps. */
export const OPTIMIZER_USAGE: readonly string[] = STEPPED.map(({ usage }) => usage);
/** The same as lines of a chooser. */
export const OPTIMIZER_CHOICES: readonly Choice<Optimizer>[] = STEPPED.flatMap(({ choices }) => choices);

/** An optimiser by its name on the command line: "sgd", "heavy-ball:0.9", "nesterov:0.9", "dana:decaying,delta=8". */
export function parseOptimizer(text: string, common: CommonOptions = {}): Optimizer {
  const [name, rest = ""] = text.trim().split(/:(.*)/s) as [string, string?];
  const steps = ALL.find(({ kind }) => kind === name)?.steps;
  if (!steps) {
    const usage = `${OPTIMIZER_USAGE.slice(0, -1).join(", ")} or ${OPTIMIZER_USAGE.at(-1)}`;
    throw new RangeError(`an optimizer is ${usage}, got ${shown(text)}`);
  }
  return (steps as unknown as Steps<Optimizer>).parse(rest, common);
}

/** An optimiser for people: "heavy ball μ = 0.9". */
export const optimizerInWords = (optimizer: Optimizer): string => stepsOf(optimizer).words(optimizer);

/**
 * Samples seen before step r ≥ 0.
 * @throws RangeError where r or the size of a batch is out of its range
 */
export function samplesBefore(batch: Batch, r: number): number {
  within("steps", r, "r");
  if (typeof batch === "number") return within("batch", batch) * r;
  return batch.reduce(
    (sum, [step, size], i) => sum + size * Math.max(0, Math.min(r, batch[i + 1]?.[0] ?? r) - step),
    0,
  );
}

/** The hyperparameters of every step. */
export interface Hyperparameters {
  readonly at: (r: number) => Momentum;
  readonly breaks: readonly number[];
  readonly ends: readonly number[];
  readonly knots: readonly number[];
  readonly stepwise: boolean;
}

interface Model extends Setting {
  readonly gamma: number;
  readonly batch: number;
}

const sizesOf = ({ batch }: Optimizer, model: { readonly batch: number }) =>
  typeof batch === "object" ? batch : [[0, batch ?? model.batch] as const];

/** γ of the first step, before any schedule: the optimiser's own, from its η, or the model's. */
export function gammaOf(optimizer: Optimizer, model: { readonly gamma: number; readonly batch: number }): number {
  if (optimizer.eta === undefined) return optimizer.gamma ?? model.gamma;
  return stepsOf(optimizer).gamma(optimizer, optimizer.eta, sizesOf(optimizer, model)[0]![1]);
}

/** The same optimiser with all its steps times `multiple`. */
export function withStep<O extends Optimizer>(optimizer: O, model: { readonly gamma: number }, multiple: number): O {
  return optimizer.eta === undefined
    ? { ...optimizer, gamma: multiple * (optimizer.gamma ?? model.gamma) }
    : { ...optimizer, eta: multiple * optimizer.eta };
}

/** @throws RangeError where the model does not fix a coefficient, as of DANA-decaying on a measured spectrum */
export function hyperparameters(model: Model, optimizer: Optimizer, shape: Shape): Hyperparameters {
  const sizes = sizesOf(optimizer, model);
  const first = sizes[0]![1];
  const batch = (r: number) =>
    sizes.length === 1 ? first : (sizes.findLast(([step]) => step <= Math.max(r, 0))?.[1] ?? first);
  const { eta } = optimizer;
  const definition = stepsOf(optimizer);
  const own = gammaOf(optimizer, model);
  const gamma = (size: number) =>
    eta === undefined || sizes.length === 1 ? own : definition.gamma(optimizer, eta, size);
  const coefficients = definition.coefficients(optimizer, model);
  return {
    at: (r) => {
      const size = batch(r);
      return { ...coefficients(r, gamma(size) * shape.at(r)), batch: size };
    },
    breaks: [...new Set([...shape.breaks, ...sizes.slice(1).map(([step]) => step)])].sort((a, b) => a - b),
    ends: shape.ends,
    knots: shape.knots ?? [],
    stepwise: shape.stepwise ?? false,
  };
}

/** Which recursion the loss obeys: (2.1), (9.3) of the momentum family, or (12.1) of sign SGD. */
export const recursionOf = (optimizer: Optimizer) => stepsOf(optimizer).recursion;

/** Whether a y goes along with θ. */
export function hasMemory(optimizer: Optimizer): boolean {
  const { recursion, memory } = stepsOf(optimizer);
  return memory?.(optimizer) ?? recursion === "momentum";
}

/** Whether one run costs so much that a frontier looks for size and step together. */
export const isDear = (optimizer: Optimizer): boolean => stepsOf(optimizer).dear ?? false;

/** What a setting may leave to be desired, in words. */
export const warningsOf = (optimizer: Optimizer, { spectrum, d }: Pick<Setting, "spectrum" | "d">): string[] =>
  stepsOf(optimizer).warnings?.(optimizer, spectrum, d) ?? [];

/** A rule with every number checked; gradient flow where none is given. @throws RangeError, TypeError */
export function checkRule(rule: unknown): Rule {
  if (rule === undefined) return gradientFlow();
  if (typeof rule !== "object" || rule === null)
    throw new TypeError(`rule must be an optimiser such as gradientDescent({ eta: 0.1 }), got ${shown(rule)}`);
  const value = rule as Readonly<Record<string, unknown>>;
  return byKind.get(oneOf("rule.kind", value.kind, RULES))!.rule!.check(value);
}

/** μ of a rule, 0 without momentum. */
export const momentum = (rule: Rule): number => ruleOf(rule).momentum(rule);

/** Whether time is a number of steps. */
export const isDiscrete = (rule: Rule): rule is Exclude<Rule, GradientFlow> => ruleOf(rule).discrete;

/** p_t(x) of a rule for x ≥ 0 (8.15–8.17); under SGD, that of its mean. */
export const factor = (rule: Rule, x: number, t: number): number => ruleOf(rule).factor(rule, x, t);

/** A rule for people: "one-pass SGD, η = 0.1, B = 32" where the `samples` P are infinitely many. */
export const ruleInWords = (rule: Rule, samples = Infinity): string => ruleOf(rule).words(rule, samples === Infinity);
