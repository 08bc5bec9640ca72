// Parameters that several jobs share.

import { type PowerLaw, powerLaw } from "../../theory/measure/spectrum.ts";
import { OPTIMIZER_USAGE, type Optimizer } from "../../theory/training/optimizer.ts";
import { parseSchedule } from "../../theory/training/schedule.ts";
import { parseOptimizer } from "../../theory/training/sign.ts";
import type { Parameter, Parameters } from "./kind.ts";

export const spectrumParameters = {
  alpha: { type: "number", about: "data complexity α: λ_j = j^(−2α)", above: 0 },
  beta: { type: "number", about: "target complexity β: b_j = j^(−β)" },
} as const satisfies Record<string, Parameter>;

export const stepParameters = {
  gamma: { type: "number", about: "step γ; by default stepFraction/Tr D", above: 0, default: null },
  stepFraction: { type: "number", about: "γ·Tr D, instead of gamma; by default 0.5", above: 0, default: null },
  batch: { type: "integer", about: "samples a step", least: 1, default: 1 },
} as const satisfies Record<string, Parameter>;

/** How a model is trained beyond SGD at a constant step, as the command line names it. */
export const trainingParameters = {
  schedule: {
    type: "text",
    about: "multiples of γ: constant, power:P, cosine, linear, wsd:warmup=N,decay=SHARE or optimal",
    default: null,
    check: (value) => void parseSchedule(value as string),
  },
  optimizer: {
    type: "text",
    about: `${OPTIMIZER_USAGE.join(", ")}; by default sgd`,
    default: null,
    check: (value) => void parseOptimizer(value as string),
  },
  noise: { type: "number", about: "variance σ² of the label noise, which losses leave out", least: 0, default: 0 },
} as const satisfies Record<string, Parameter>;

/** { optimizer }, or nothing where SGD at a constant step is left as it is. */
export function trainingOf({ schedule, optimizer }: Parameters): { optimizer?: Optimizer } {
  if (schedule === null && optimizer === null) return {};
  const shape = schedule === null ? {} : { schedule: parseSchedule(schedule as string) };
  return { optimizer: parseOptimizer((optimizer as string | null) ?? "sgd", shape) };
}

export const number = (p: Parameters, name: string): number => p[name] as number;

export const spectrumOf = (p: Parameters): PowerLaw => powerLaw({ alpha: number(p, "alpha"), beta: number(p, "beta") });

/** The parameters named, without those left open. */
export function given<T>(p: Parameters, ...names: string[]): T {
  return Object.fromEntries(names.filter((name) => p[name] !== null).map((name) => [name, p[name]])) as T;
}
