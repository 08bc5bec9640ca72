// What an optimiser is (docs/theory.md, eqs. 8.15–8.17, 9.2, 9.10): a value of plain data that names its kind, and one definition a
// kind, which says everything that is particular to it. An optimiser is added by its file, its line in `optimizer.ts` and its test.
//
// Steps have two units: γ multiplies the sum of a batch's gradients, η = γB its mean.

import { counted, finite, integer, oneOf, positive, whole } from "../../../check.ts";
import type { Spectrum } from "../../measure/spectrum.ts";
import type { Momentum } from "../momentum.ts";
import { constant, type Schedule } from "../schedule.ts";

/** Samples a step: a number, or a ramp [[0, B], [step, B], …] of the steps from which there are so many. */
export type Batch = number | readonly (readonly [step: number, batch: number])[];

/** What every optimiser that takes steps has. */
export interface Common {
  /** Multiples of the step over training. Default: constant. */
  readonly schedule: Schedule;
  /** γ, instead of the model's. */
  readonly gamma?: number;
  /** η = γB, instead of γ. */
  readonly eta?: number;
  /** Samples a step, instead of the model's. */
  readonly batch?: Batch;
}
export type CommonOptions = Partial<Common>;

export function common({ schedule = constant(), gamma, eta, batch }: CommonOptions): Common {
  if (gamma !== undefined) positive("gamma", gamma);
  if (eta !== undefined) positive("eta", eta);
  if (gamma !== undefined && eta !== undefined)
    throw new RangeError(`a step is gamma or eta = gamma·batch, not both: got gamma ${gamma} and eta ${eta}`);
  if (typeof batch === "number") whole("batch", batch);
  else if (batch !== undefined) {
    counted("knots", "batch", batch).forEach((pair, i) => {
      if (!Array.isArray(pair) || pair.length !== 2)
        throw new TypeError(`batch[${i}] must be a pair of a step and the samples from it on, got ${String(pair)}`);
      const [step, size] = pair;
      integer(`batch[${i}] step`, step, i === 0 ? 0 : batch[i - 1]![0] + 1);
      whole("batch", size, `batch[${i}] size`);
    });
    if (batch.length === 0 || batch[0]![0] !== 0) throw new RangeError("a batch ramp must begin at step 0");
  }
  return {
    schedule,
    ...(gamma === undefined ? {} : { gamma }),
    ...(eta === undefined ? {} : { eta }),
    ...(batch === undefined ? {} : { batch }),
  };
}

/** μ in [0, 1). */
export const momentumOf = (momentum: number): number => {
  if (finite("momentum", momentum, 0) >= 1) throw new RangeError(`momentum must be below 1, got ${momentum}`);
  return momentum;
};

/** The coefficients (9.2) of a step, but for the batch. */
export type Coefficients = Omit<Momentum, "batch">;

/** What coefficients may depend on besides the optimiser. */
export interface Setting {
  readonly spectrum: Spectrum;
  readonly d: number;
  readonly trace: number;
  readonly P0: number;
  readonly noise: number;
}

/** The numbers a person may set besides the step, as choosers name them. */
export interface Free {
  readonly momentum?: number;
  readonly delta?: number;
  readonly strength?: number;
}

/** One line of a chooser of optimisers: each is a definition, or one variant of it. */
export interface Choice<O> {
  readonly name: string;
  /** For people: "heavy ball". */
  readonly label: string;
  readonly free: readonly (keyof Free)[];
  readonly make: (options: Free & CommonOptions) => O;
}

/** Everything that is particular to steps on fresh samples. */
export interface Steps<O> {
  /** The recursion of the loss: (2.1), (9.3) of the momentum family, or (12.1) of sign SGD. */
  readonly recursion: "sgd" | "momentum" | "sign";
  /** Whether a y goes along with θ. Default: where the recursion is momentum's. */
  readonly memory?: (optimizer: O) => boolean;
  /** From step r and its γ to (9.2). @throws RangeError where the setting does not fix them */
  readonly coefficients: (optimizer: O, setting: Setting) => (r: number, gamma: number) => Coefficients;
  /** As the command line writes it: "heavy-ball:μ". */
  readonly usage: string;
  /** From what follows the colon. */
  readonly parse: (rest: string, options: CommonOptions) => O;
  readonly choices: readonly Choice<O>[];
  /** γ on the summed gradient that η on the mean of B samples stands for. */
  readonly gamma: (optimizer: O, eta: number, batch: number) => number;
  readonly words: (optimizer: O) => string;
  /** Whether one run costs so much that a frontier looks for size and step together. Default false. */
  readonly dear?: boolean;
  /** What a setting may leave to be desired, in words. Default: nothing. */
  readonly warnings?: (optimizer: O, spectrum: Spectrum, d: number) => string[];
}

/** Everything that is particular to training on samples that are kept, or on all data: the dynamical model's rules. */
export interface LinearRule<R> {
  /** The same value with every number checked and nothing left open; messages name `rule.…`. */
  readonly check: (value: Readonly<Record<string, unknown>>) => R;
  /** Whether time counts steps. */
  readonly discrete: boolean;
  /** p_t(x) for x ≥ 0, p_0 = 1: what is left of the residual along an eigenvalue x; of its mean, where batches make noise. */
  readonly factor: (rule: R, x: number, t: number) => number;
  /** μ, 0 without momentum. */
  readonly momentum: (rule: R) => number;
  /** In a chooser. */
  readonly label: string;
  /** For people, with its step; `fresh` where no sample is seen twice. */
  readonly words: (rule: R, fresh: boolean) => string;
}

export interface Definition<O extends { readonly kind: string }, R = never> {
  readonly kind: O["kind"];
  readonly steps?: Steps<O>;
  readonly rule?: LinearRule<R>;
}

/** η of a rule, given as eta or as gamma on a known batch. */
export function ruleEta(value: Readonly<Record<string, unknown>>, batch?: number): number {
  if (value.eta === undefined && value.gamma !== undefined && batch !== undefined)
    return positive("rule.gamma", value.gamma) * batch;
  return positive("rule.eta", value.eta);
}

/** Rules take one step for ever. */
export function constantRule({ schedule }: Readonly<Record<string, unknown>>): void {
  const kind = typeof schedule === "object" && schedule !== null ? (schedule as { kind: unknown }).kind : schedule;
  if (kind !== undefined) oneOf("rule.schedule", kind, ["constant"]);
}
