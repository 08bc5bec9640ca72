// L = E + A/N′^α + B/D′^β where what is seen again counts less: of D tokens, U of them unique,
//
//   D′ = U + U R_D (1 − e^{−(D/U − 1)/R_D}),   N′ = V + V R_N (1 − e^{−(N/V − 1)/R_N}),   V = min(N, (αA/(βB))^{1/α} U^{β/α})
//
// V the size for which U tokens are the best. With R_D constant, as published; or growing as R_D (U/10⁹)^ρ, which is what the model of
// random features says of samples seen again (docs/theory.md, §9: the plateau of what they are worth is a power of U).

import { type Input, law } from "./law.ts";

const INPUTS: readonly Input[] = [
  { name: "N", unit: "parameters" },
  { name: "D", unit: "tokens" },
  { name: "U", unit: "tokens", columns: ["unique_tokens", "unique", "U", "tokens_unique"] },
];

/** (x/base − 1) repetitions of base, as what they are worth: all of it as R → ∞, where 1 − e^{−x/R} would be lost to rounding. */
const worth = (x: string, base: string, R: string) => `(${base}*(1 - ${R}*expm1(-(${x}/${base} - 1)/${R})))`;

const formula = (R: string) =>
  `E + A/${worth("N", "min(N, (alpha*A/(beta*B))^(1/alpha)*U^(beta/alpha))", "RN")}^alpha + B/${worth("D", "min(U, D)", R)}^beta`;

const PARAMETERS = ["E", "A", "B", "alpha", "beta", "RD", "RN"];
const FORM = "E + A/N′^α + B/D′^β, D′ = U(1 + R_D(1 − e^{−(D/U − 1)/R_D}))";
const RANGES: Record<string, readonly [number, number]> = {
  A: [30, 3e4],
  B: [300, 3e5],
  alpha: [0.15, 0.6],
  beta: [0.15, 0.6],
  RD: [1, 300],
  RN: [0.5, 300],
};

export const dataConstrained = law({
  name: "data-constrained",
  form: FORM,
  formula: formula("RD"),
  source: "Muennighoff et al. 2023, arXiv 2305.16264",
  parameters: PARAMETERS,
  inputs: INPUTS,
  ranges: RANGES,
});

export const dataConstrainedGrowing = law({
  name: "data-constrained-growing",
  form: `${FORM}, R_D (U/10⁹)^ρ for R_D`,
  formula: formula("(RD*(U/1e9)^rho)"),
  source: "Muennighoff et al. 2023, arXiv 2305.16264, with the growth that the model of random features has",
  parameters: [...PARAMETERS, "rho"],
  inputs: INPUTS,
  bounds: { rho: [-2, 2] },
  ranges: { ...RANGES, rho: [-0.5, 1] },
});
