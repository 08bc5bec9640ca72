// Parameters that several jobs share.

import { type PowerLaw, powerLaw } from "../../theory/spectrum.ts";
import type { Parameter, Parameters } from "../jobs.ts";

export const spectrumParameters = {
  alpha: { type: "number", about: "data complexity α: λ_j = j^(−2α)", above: 0 },
  beta: { type: "number", about: "target complexity β: b_j = j^(−β)" },
} as const satisfies Record<string, Parameter>;

export const stepParameters = {
  gamma: { type: "number", about: "step γ; by default stepFraction/Tr D", above: 0, default: null },
  stepFraction: { type: "number", about: "γ·Tr D, instead of gamma; by default 0.5", above: 0, default: null },
  batch: { type: "integer", about: "samples a step", least: 1, default: 1 },
} as const satisfies Record<string, Parameter>;

export const number = (p: Parameters, name: string): number => p[name] as number;

export const spectrumOf = (p: Parameters): PowerLaw => powerLaw({ alpha: number(p, "alpha"), beta: number(p, "beta") });

/** The parameters named, without those left open. */
export function given<T>(p: Parameters, ...names: string[]): T {
  return Object.fromEntries(names.filter((name) => p[name] !== null).map((name) => [name, p[name]])) as T;
}
