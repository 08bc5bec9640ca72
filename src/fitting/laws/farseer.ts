// L = e^{a₃N^γ + b₃} + e^{a₂N^β + b₂} D^{−e^{a₁N^α + b₁}}: the logarithms of the floor, of the weight and of the exponent of tokens are each
// a power of the size and a constant. As they stand, a and b run off to ∞ together where the power is flat; here each logarithm is told
// by its value and its slope in log N at N = 10⁹, and by how it bends,
//
//   aN^γ + b = log E + e (n^γ − 1)/γ,   n = N/10⁹,   a = e/(γ 10^{9γ}),   b = log E − e/γ

import { law } from "./law.ts";

const any = [-Infinity, Infinity] as const;
/** (n^γ − 1)/γ, which is log n at γ = 0. */
const bent = (power: string) => `expm1(${power}*log(N/1e9))/${power}`;

export const farseer = law({
  name: "farseer",
  form: "E exp(e z_γ) + B exp(b z_β)/D^{t exp(a z_α)}, z_γ = ((N/10⁹)^γ − 1)/γ",
  formula: `E*exp(e*${bent("gamma")}) + B*exp(b*${bent("beta")})/D^(t*exp(a*${bent("alpha")}))`,
  source: "Li et al. 2025, arXiv 2506.10972",
  parameters: ["E", "e", "gamma", "B", "b", "beta", "t", "a", "alpha"],
  bounds: { e: any, b: any, a: any, alpha: [-1, 1], beta: [-1, 1], gamma: [-1, 1] },
  ranges: {
    ...{ alpha: [-0.6, 0.6], beta: [-0.6, 0.6], gamma: [-0.6, 0.6] },
    ...{ e: [-0.4, 0.1], b: [-2, 1], a: [-0.4, 0.2], t: [0.1, 1] },
  },
});
