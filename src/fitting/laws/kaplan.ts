// L = (A N^−α + B/D)^β, no floor (Kaplan et al. 2020, their (1.5): A = N_c^α, B = D_c, α = α_N/α_D, β = α_D).

import { bestOfTwo, law } from "./law.ts";

export const kaplan = law({
  name: "kaplan",
  formula: "(A/N^alpha + B/D)^beta",
  source: "Kaplan et al. 2020, arXiv 2001.08361, their (1.5)",
  parameters: ["A", "B", "alpha", "beta"],
  optimum: ({ A, B, alpha }, product) => bestOfTwo(A!, B!, alpha!, 1, product),
});
