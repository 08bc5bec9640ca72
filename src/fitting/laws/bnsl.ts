// A power law that breaks once: y = a + b x^−c₀ (1 + (x/d)^{1/f})^{−c₁f}, slope −c₀ before x = d and −(c₀ + c₁) after, f the width of
// the break in log x. x is the number of tokens; for another quantity state the same as a formula.

import { law } from "./law.ts";

export const bnsl = law({
  name: "bnsl",
  formula: "a + b/D^c0*(1 + (D/d)^(1/f))^(-c1*f)",
  source: "Caballero et al. 2023, arXiv 2210.14891",
  parameters: ["a", "b", "c0", "c1", "d", "f"],
  inputs: [{ name: "D", unit: "tokens" }],
  bounds: { c0: [-Infinity, Infinity], c1: [-Infinity, Infinity], f: [1e-3, 1e3] },
  ranges: { c0: [0.01, 1], c1: [0.01, 4], f: [0.02, 2] },
});
