// L = e^{a₃N^γ + b₃} + e^{a₂N^β + b₂} D^{−e^{a₁N^α + b₁}}: the floor, the weight and the exponent of tokens are each a power law of
// the size in the logarithm. All nine are of either sign.

import { law } from "./law.ts";

const any = [-Infinity, Infinity] as const;
const exponent = [-0.4, 0.4] as const;

export const farseer = law({
  name: "farseer",
  formula: "exp(a3*N^gamma + b3) + exp(a2*N^beta + b2)/D^exp(a1*N^alpha + b1)",
  source: "Li et al. 2025, arXiv 2506.10972",
  parameters: ["a1", "b1", "alpha", "a2", "b2", "beta", "a3", "b3", "gamma"],
  bounds: {
    ...{ a1: any, b1: any, a2: any, b2: any, a3: any, b3: any },
    ...{ alpha: [-1, 1], beta: [-1, 1], gamma: [-1, 1] },
  },
  ranges: {
    ...{ alpha: exponent, beta: exponent, gamma: exponent },
    ...{ b1: [-2, 1], b2: [-3, 6], b3: [-2, 2] },
  },
});
