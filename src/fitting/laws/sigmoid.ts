// The accuracy of a task from its loss: b + a/(1 + e^{k(L − L₀)}), from a + b at no loss down to b. The second of two steps: the first
// is any law of the loss. For other columns state the same as a formula, fitted with --residuals linear.

import { law } from "./law.ts";

export const sigmoid = law({
  name: "sigmoid",
  formula: "b + a*sigmoid(k*(L0 - loss))",
  source: "Llama 3 team 2024, arXiv 2407.21783; Bhagia et al. 2024, arXiv 2412.04403",
  parameters: ["a", "b", "k", "L0"],
  target: "accuracy",
  targetColumns: ["accuracy", "acc"],
  inputs: [{ name: "loss", unit: "as measured" }],
  bounds: { L0: [-Infinity, Infinity] },
  ranges: { k: [0.3, 30] },
});
