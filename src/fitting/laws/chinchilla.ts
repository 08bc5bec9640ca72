// L = E + A N^−α + B D^−β (Hoffmann et al. 2022), and with one exponent for both                                (10.2)

import { bestOfTwo, law } from "./law.ts";

export const chinchilla = law({
  name: "chinchilla",
  formula: "E + A/N^alpha + B/D^beta",
  source: "Hoffmann et al. 2022, arXiv 2203.15556",
  parameters: ["E", "A", "B", "alpha", "beta"],
  optimum: ({ A, B, alpha, beta }, product) => bestOfTwo(A!, B!, alpha!, beta!, product),
});

export const tied = law({
  name: "tied",
  formula: "E + A/N^alpha + B/D^alpha",
  source: "Muennighoff et al. 2023, arXiv 2305.16264",
  parameters: ["E", "A", "B", "alpha"],
  optimum: ({ A, B, alpha }, product) => bestOfTwo(A!, B!, alpha!, alpha!, product),
});
