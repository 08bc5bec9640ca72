// L = E + (a M^η + b M^−η) C^−η, M = D/N: how the loss rises with tokens per parameter off its best, M* = (b/a)^{1/2η}. With C = kND it
// is the law of one exponent, 2η, told in other words.

import { pow } from "../../math/elementary.ts";
import { law } from "./law.ts";

export const overtraining = law({
  name: "overtraining",
  formula: "E + (a*(D/N)^eta + b/(D/N)^eta)/C^eta",
  source: "Gadre et al. 2024, arXiv 2403.08540",
  parameters: ["E", "a", "b", "eta"],
  inputs: [
    { name: "N", unit: "parameters" },
    { name: "D", unit: "tokens" },
    { name: "C", unit: "flops" },
  ],
  optimum: ({ a, b, eta }, product) => Math.sqrt(product * pow(a! / b!, 1 / (2 * eta!))),
});
