// The best way to spend one budget f = B·d·T: model size, largest step and the schedule's own parameters together.

import { finite, whole, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log } from "../../math/elementary.ts";
import { simplex } from "../../math/simplex.ts";
import { brief } from "../../numbers.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { plrf } from "../measure/plrf.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import { finalLoss } from "./final-loss.ts";
import { sgd } from "./optimizer.ts";
import { constant, cosine, linear, optimal, power, type Schedule, warmupStableDecay } from "./schedule.ts";

/** Families of schedules, with what is free in each besides the model size. */
export const FAMILIES = ["constant", "power", "cosine", "linear", "wsd", "optimal"] as const;
export type Family = (typeof FAMILIES)[number];

export interface BudgetOptions {
  readonly spectrum: Spectrum;
  /** f = B·d·T. */
  readonly flops: number;
  readonly family: Family;
  /** γ_max·Tr D; γ is tuned below it. Default 0.75. */
  readonly stepFraction?: number;
  readonly batch?: number;
  /** σ². Default 0. */
  readonly noise?: number;
  /** v/d. Default 4. */
  readonly dataRatio?: number;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface BestAtBudget {
  readonly d: number;
  /** T. */
  readonly steps: number;
  /** P(T), excess loss. */
  readonly loss: number;
  /** The multiple of γ_max taken. */
  readonly multiple: number;
  readonly schedule: Schedule;
  /** The schedule in words. */
  readonly name: string;
  readonly stats: {
    readonly evaluations: number;
    /** Losses that were asked for and refused, as unstable, and why, of the last. */
    readonly refused: number;
    readonly reason: string | null;
  };
  readonly made: Provenance;
}

/** No run is given fewer steps. */
const FEWEST_STEPS = 64;
/** Losses that one search evaluates at most. */
const MOST_EVALUATIONS = 120;

/** What is free in a family: first values and steps, and the schedule they make for T steps. */
interface Form {
  readonly start: readonly number[];
  readonly sizes: readonly number[];
  readonly make: (free: readonly number[], T: number) => { schedule: Schedule; name: string };
}

/** (0, 1) ↔ the real line. */
const share = (x: number): number => 1 / (1 + exp(-x));

const FORMS: Record<Family, Form> = {
  constant: plain(constant(), "constant"),
  cosine: plain(cosine(), "cosine"),
  linear: plain(linear(), "linear"),
  optimal: plain(optimal(), "optimal"),
  power: {
    start: [-2],
    sizes: [1],
    make: ([x]) => {
      const exponent = share(x!);
      return { schedule: power(exponent), name: `power:${exponent.toPrecision(3)}` };
    },
  },
  wsd: {
    start: [-6, 0],
    sizes: [2, 1],
    make: ([x, y], T) => {
      const [warmup, decay] = [Math.max(1, Math.round(T * share(x!))), share(y!)];
      return {
        schedule: warmupStableDecay({ warmup, decay }),
        name: `wsd:warmup=${warmup},decay=${decay.toPrecision(3)}`,
      };
    },
  },
};

function plain(schedule: Schedule, name: string): Form {
  return { start: [], sizes: [], make: () => ({ schedule, name }) };
}

/**
 * Minimises P(T) over d, the multiple of γ_max and the parameters of a family of schedules, by the simplex method from
 * d = √f and two steps: a local search.
 * @throws RangeError where the budget is too small for 64 steps of a model of 4 parameters, or every step tried is unstable
 */
export function bestAtBudget(options: BudgetOptions): BestAtBudget {
  const { spectrum, family } = options;
  const batch = whole("batch", options.batch ?? 1);
  const flops = finite("flops", within("flops", options.flops), 4 * FEWEST_STEPS * batch);
  const stepFraction = within("stepFraction", options.stepFraction ?? 0.75);
  const noise = within("noise", options.noise ?? 0);
  const dataRatio = within("dataRatio", options.dataRatio ?? 4);
  const kernels = options.kernels ?? defaultKernels();
  const form = FORMS[family];
  const tuned = family !== "optimal";
  const largest = spectrum.kind === "measured" ? spectrum.eigenvalues.length : Infinity;
  const fewest = Math.ceil(flops / (batch * largest));
  const at = (x: readonly number[]) => {
    const [u, s = 0] = tuned ? x : [x[0], 0];
    // beyond the largest size the loss is that of the largest
    const T = Math.max(FEWEST_STEPS, fewest, Math.round(flops / (batch * exp(u!))));
    const d = flops / (batch * T);
    // beyond γ_max the loss is that at γ_max
    const multiple = exp(Math.min(0, s));
    return { T, d, multiple, ...form.make(x.slice(tuned ? 2 : 1), T) };
  };
  let reason: RangeError | undefined;
  let refused = 0;
  const loss = (x: readonly number[]) => {
    const { T, d, multiple, schedule } = at(x);
    if (d < 1) return Infinity;
    try {
      const model = plrf({
        spectrum,
        d,
        ...(spectrum.kind === "measured" ? {} : { v: dataRatio * d }),
        stepFraction,
        batch,
        noise,
        // γ_max itself may be unstable: the step taken is looked at
        force: true,
      });
      const optimizer = sgd({ schedule, gamma: multiple * model.gamma });
      return log(finalLoss(kernels, model, T, { optimizer }).loss);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      reason = error;
      refused++;
      return Infinity;
    }
  };
  const size = log(Math.min(Math.sqrt(flops / batch), largest));
  // large steps and small ones can be minima of their own
  const found = (tuned ? [[-0.1], [-3]] : [[]])
    .map((step) =>
      simplex(loss, [size, ...step, ...form.start], [0.7, ...step.map(() => -1), ...form.sizes], {
        tolerance: 0.01,
        most: MOST_EVALUATIONS,
      }),
    )
    .reduce((best, other) => ({
      ...(other.value < best.value ? other : best),
      evaluations: best.evaluations + other.evaluations,
    }));
  if (!Number.isFinite(found.value))
    throw new RangeError(
      `no ${family} schedule tried has a finite loss at flops = ${brief(flops)}: ${reason?.message ?? "none is defined"}; ` +
        `lower stepFraction, now ${brief(stepFraction)}`,
      { cause: reason },
    );
  const { T, d, multiple, schedule, name } = at(found.x);
  return {
    d,
    steps: T,
    loss: exp(found.value),
    multiple,
    schedule,
    name,
    stats: { evaluations: found.evaluations, refused, reason: reason?.message ?? null },
    made: provenance("budget", { spectrum, flops, family, stepFraction, batch, noise, dataRatio }),
  };
}
