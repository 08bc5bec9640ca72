// L = E + (A N^−α + B D^−β)^γ: the capacity that size and tokens lack together, raised to one more exponent; γ = 1 is the law of
// Hoffmann et al., and where the best size lies does not depend on it.

import { bestOfTwo, law } from "./law.ts";

export const coupled = law({
  name: "coupled",
  formula: "E + (A/N^alpha + B/D^beta)^gamma",
  source: "Busbridge et al. 2025, arXiv 2502.08606; γ = 1 is Hoffmann et al. 2022",
  parameters: ["E", "A", "B", "alpha", "beta", "gamma"],
  optimum: ({ A, B, alpha, beta }, product) => bestOfTwo(A!, B!, alpha!, beta!, product),
});
