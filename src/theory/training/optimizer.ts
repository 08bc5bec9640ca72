// Optimisers as values (docs/theory.md, eqs. 9.2, 9.10): what turns a model, a schedule and a horizon into the
// hyperparameters of every step. A step that is not given is the model's γ, and the effective step of heavy ball and
// Nesterov, γ/(1−μ) of what multiplies the gradient, is that too.

import { finite, integer, positive, shown } from "../../check.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import type { Momentum } from "./momentum.ts";
import { constant, type Schedule, type Shape } from "./schedule.ts";

/** Samples a step: a number, or a ramp [[0, B], [step, B], …] of the steps from which there are so many. */
export type Batch = number | readonly (readonly [step: number, batch: number])[];

interface Common {
  /** Multiples of γ over training. Default: constant. */
  readonly schedule: Schedule;
  /** γ, instead of the model's. */
  readonly gamma?: number;
  /** Samples a step, instead of the model's. */
  readonly batch?: Batch;
}
export interface Sgd extends Common {
  readonly kind: "sgd";
}
export interface HeavyBall extends Common {
  readonly kind: "heavy-ball" | "nesterov";
  /** μ in [0, 1). */
  readonly momentum: number;
}
export interface Dana extends Common {
  readonly kind: "dana";
  readonly variant: "constant" | "decaying";
  /** δ of Δ(r) = δ/(δ+r). */
  readonly delta: number;
  /** γ3 = strength γ2/d, or strength γ2 (1+r)^−exponent. */
  readonly strength: number;
  /** Default 1/2α of a power law. */
  readonly exponent?: number;
}
export type Optimizer = Sgd | HeavyBall | Dana;

type CommonOptions = Partial<Common>;

function common({ schedule = constant(), gamma, batch }: CommonOptions): Common {
  if (gamma !== undefined) positive("gamma", gamma);
  if (typeof batch === "number") integer("batch", batch, 1);
  else if (batch !== undefined) {
    batch.forEach(([step, size], i) => {
      integer(`batch[${i}] step`, step, i === 0 ? 0 : batch[i - 1]![0] + 1);
      integer(`batch[${i}] size`, size, 1);
    });
    if (batch.length === 0 || batch[0]![0] !== 0) throw new RangeError("a batch ramp must begin at step 0");
  }
  return { schedule, ...(gamma === undefined ? {} : { gamma }), ...(batch === undefined ? {} : { batch }) };
}

/** Stochastic gradient descent: θ ← θ − γ_r Σ gradient. */
export const sgd = (options: CommonOptions = {}): Sgd => ({ kind: "sgd", ...common(options) });

const mu = (momentum: number): number => {
  if (finite("momentum", momentum, 0) >= 1) throw new RangeError(`momentum must be below 1, got ${momentum}`);
  return momentum;
};

/** Heavy ball: y ← μy + gradient, θ ← θ − (1−μ)γ y, so that γ is the effective step. */
export const heavyBall = ({ momentum = 0.9, ...rest }: { momentum?: number } & CommonOptions = {}): HeavyBall => ({
  kind: "heavy-ball",
  momentum: mu(momentum),
  ...common(rest),
});

/** Nesterov's momentum in look-ahead form, with effective step γ as for `heavyBall`. */
export const nesterov = ({ momentum = 0.9, ...rest }: { momentum?: number } & CommonOptions = {}): HeavyBall => ({
  kind: "nesterov",
  momentum: mu(momentum),
  ...common(rest),
});

/**
 * Dimension-adapted momentum (Ferbach, Everett, Gidel, E. & C. Paquette 2025): γ2 = γ, Δ = δ/(δ+r), and γ3 = strength γ/d
 * (constant) or strength γ (1+r)^{−1/2α} (decaying).
 */
export function dana({
  variant = "constant",
  delta = 8,
  strength = variant === "constant" ? 1 : 0.2,
  exponent,
  ...rest
}: {
  variant?: "constant" | "decaying";
  delta?: number;
  strength?: number;
  exponent?: number;
} & CommonOptions = {}): Dana {
  return {
    kind: "dana",
    variant,
    delta: positive("delta", delta),
    strength: finite("strength", strength, 0),
    ...(exponent === undefined ? {} : { exponent: finite("exponent", exponent, 0) }),
    ...common(rest),
  };
}

/** Samples seen before step r. */
export function samplesBefore(batch: Batch, r: number): number {
  if (typeof batch === "number") return batch * r;
  return batch.reduce(
    (sum, [step, size], i) => sum + size * Math.max(0, Math.min(r, batch[i + 1]?.[0] ?? r) - step),
    0,
  );
}

/** An optimiser by its name on the command line: "sgd", "heavy-ball:0.9", "nesterov:0.9", "dana:decaying,delta=8". */
export function parseOptimizer(text: string, common: CommonOptions = {}): Optimizer {
  const [name, rest = ""] = text.trim().split(/:(.*)/s) as [string, string?];
  const momentum = rest === "" ? {} : { momentum: Number(rest) };
  switch (name) {
    case "sgd":
      return sgd(common);
    case "heavy-ball":
      return heavyBall({ ...momentum, ...common });
    case "nesterov":
      return nesterov({ ...momentum, ...common });
    case "dana": {
      const words = rest.split(",").filter(Boolean);
      const given = Object.fromEntries(words.filter((w) => w.includes("=")).map((w) => w.split("=")));
      const variant = words.find((w) => !w.includes("=")) ?? "constant";
      const unknown = Object.keys(given).find((key) => key !== "delta" && key !== "strength");
      if ((variant !== "constant" && variant !== "decaying") || unknown !== undefined)
        throw new RangeError(`dana takes constant or decaying, delta and strength, got ${unknown ?? variant}`);
      return dana({
        variant,
        ...(given.delta === undefined ? {} : { delta: Number(given.delta) }),
        ...(given.strength === undefined ? {} : { strength: Number(given.strength) }),
        ...common,
      });
    }
    default:
      throw new RangeError(`an optimizer is sgd, heavy-ball:μ, nesterov:μ or dana:VARIANT, got ${shown(text)}`);
  }
}

/** The hyperparameters of every step. */
export interface Hyperparameters {
  readonly at: (r: number) => Momentum;
  readonly breaks: readonly number[];
  readonly ends: readonly number[];
  readonly knots: readonly number[];
  readonly stepwise: boolean;
}

export interface Setting {
  readonly spectrum: Spectrum;
  readonly d: number;
  readonly gamma: number;
  readonly batch: number;
}

/** @throws RangeError where DANA-decaying has no exponent to take */
export function hyperparameters(model: Setting, optimizer: Optimizer, shape: Shape): Hyperparameters {
  const gamma = optimizer.gamma ?? model.gamma;
  const sizes = typeof optimizer.batch === "object" ? optimizer.batch : [[0, optimizer.batch ?? model.batch] as const];
  const first = sizes[0]![1];
  const batch = (r: number) =>
    sizes.length === 1 ? first : (sizes.findLast(([step]) => step <= Math.max(r, 0))?.[1] ?? first);
  const timing = {
    breaks: [...new Set([...shape.breaks, ...sizes.slice(1).map(([step]) => step)])].sort((a, b) => a - b),
    ends: shape.ends,
    knots: shape.knots ?? [],
    stepwise: shape.stepwise ?? false,
  };
  const step = (r: number) => gamma * shape.at(r);
  switch (optimizer.kind) {
    case "sgd":
      return {
        at: (r) => ({ gamma1: 0, gamma2: step(r), gamma3: 0, delta: 1, batch: batch(r) }),
        ...timing,
      };
    case "heavy-ball":
    case "nesterov": {
      const { momentum, kind } = optimizer;
      return {
        at: (r) => {
          const small = (1 - momentum) * step(r);
          return {
            gamma1: 1,
            gamma2: kind === "nesterov" ? small : 0,
            gamma3: kind === "nesterov" ? momentum * small : small,
            delta: 1 - momentum,
            batch: batch(r),
          };
        },
        ...timing,
      };
    }
    case "dana": {
      const { variant, delta, strength } = optimizer;
      const exponent = variant === "constant" ? 0 : (optimizer.exponent ?? decay(model.spectrum));
      const share = (r: number) => strength * (variant === "constant" ? 1 / model.d : (1 + r) ** -exponent);
      return {
        at: (r) => ({
          gamma1: 1,
          gamma2: step(r),
          gamma3: share(r) * step(r),
          delta: delta / (delta + r),
          batch: batch(r),
        }),
        ...timing,
      };
    }
  }
}

function decay(spectrum: Spectrum): number {
  if (spectrum.kind === "power-law") return 1 / (2 * spectrum.alpha);
  throw new RangeError("exponent must be given for the decaying variant on a measured spectrum");
}

/** What a setting may leave to be desired: δ should exceed twice the decay exponents of the loss (docs/theory.md, §9). */
export function warningsOf(optimizer: Optimizer, spectrum: Spectrum): string[] {
  if (optimizer.kind !== "dana" || spectrum.kind !== "power-law") return [];
  const { alpha, beta } = spectrum;
  const least = Math.max((2 * alpha + 2 * beta - 1) / alpha, 4 - 1 / alpha);
  return optimizer.delta > least
    ? []
    : [`delta should exceed ${least.toPrecision(3)} for the loss to reach its exponents here, got ${optimizer.delta}`];
}
