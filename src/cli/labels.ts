// How a problem is put in words on a terminal.

import { brief, readable } from "../numbers.ts";

/** α = β = 0.7, or α = 0.7, β = 0.3. */
export function pointInWords({ alpha, beta }: { readonly alpha: number; readonly beta: number }): string {
  return alpha === beta ? `α = β = ${brief(alpha)}` : `α = ${brief(alpha)}, β = ${brief(beta)}`;
}

/** The step size as it was given. */
export function stepInWords({
  gamma,
  stepFraction,
  eta,
}: {
  readonly gamma?: number;
  readonly stepFraction?: number;
  readonly eta?: number;
}): string {
  if (eta !== undefined) return `η = ${readable(eta)}`;
  return gamma === undefined ? `γ = ${stepFraction ?? 0.5}/Tr D` : `γ = ${readable(gamma)}`;
}
