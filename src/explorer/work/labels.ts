// Settings in the markup of figures.

import type { ModelSettings } from "./scaling.ts";

/** The setting as figures say it. */
export function words({ alpha, beta, ratio, step, batch }: Omit<ModelSettings, "d" | "flops">): string {
  const v = ratio === Infinity ? "∞" : `${ratio}d`;
  return `α = ${alpha}, β = ${beta}, v = ${v}, γ = ${step}/Tr D, B = ${batch}`;
}
