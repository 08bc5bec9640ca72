// Settings in the markup of figures.

import type { Rule } from "../../index.ts";
import type { ModelSettings } from "./scaling.ts";

/** The setting as figures say it. */
export function words({ alpha, beta, ratio, step, batch }: Omit<ModelSettings, "d" | "flops">): string {
  const v = ratio === Infinity ? "∞" : `${ratio}d`;
  return `α = ${alpha}, β = ${beta}, v = ${v}, γ = ${step}/Tr D, B = ${batch}`;
}

export function ruleInWords(rule: Rule): string {
  if (rule.name === "gradient-flow") return "gradient flow";
  if (rule.name === "gradient-descent") return `gradient descent, η = ${rule.eta}`;
  if (rule.name === "heavy-ball") return `heavy ball, η = ${rule.eta}, μ = ${rule.mu}`;
  return `one-pass SGD, η = ${rule.eta}, B = ${rule.batch}`;
}
