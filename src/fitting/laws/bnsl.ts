// A power law that breaks once: y = a + b D^−c₀ (1 + (D/d)^{1/f})^{−c₁f}, slope −c₀ before D = d and −(c₀ + c₁) after, f the width of
// the break in log D; for another quantity than tokens state the same as a formula. With x = log D/d its last factor is e^{−c₁s},
//
//   s = f log(1 + e^{x/f}) = max(x, 0) + f log(1 + e^{−|x|/f}),
//
// as it is computed: (D/d)^{1/f} itself is beyond all numbers where the break is sharp.

import { law } from "./law.ts";

const x = "log(D/d)";

export const bnsl = law({
  name: "bnsl",
  form: "a + b/D^c0*(1 + (D/d)^(1/f))^(-c1*f)",
  formula: `a + b/D^c0*exp(-c1*(max(${x}, 0) + f*log(1 + exp(-max(${x}, -${x})/f))))`,
  source: "Caballero et al. 2023, arXiv 2210.14891",
  parameters: ["a", "b", "c0", "c1", "d", "f"],
  inputs: [{ name: "D", unit: "tokens" }],
  bounds: { c0: [-Infinity, Infinity], c1: [-Infinity, Infinity], f: [1e-3, 1e3] },
  ranges: { c0: [0.01, 1], c1: [0.01, 4], f: [0.02, 2] },
});
