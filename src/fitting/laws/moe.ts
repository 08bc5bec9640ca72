// Routed networks, N the parameters of the dense model they grow from, X experts:
//
//   log L = a log N + b log X̂ + c log N log X̂ + d,   1/X̂ = 1/(X − 1 + 1/(1/s − 1/m)) + 1/m
//
// logarithms to base 10; X̂ runs from s for one expert to m for infinitely many.

import { law } from "./law.ts";

const any = [-Infinity, Infinity] as const;
const effective = "log(1/(1/(X - 1 + 1/(1/s - 1/m)) + 1/m))/log(10)";
const size = "log(N)/log(10)";

export const moe = law({
  name: "moe",
  form: "10^(a log N + b log X̂ + c log N log X̂ + d), 1/X̂ = 1/(X − 1 + 1/(1/s − 1/m)) + 1/m",
  formula: `10^(a*${size} + b*${effective} + c*${size}*${effective} + d)`,
  source: "Clark et al. 2022, arXiv 2202.01169",
  parameters: ["a", "b", "c", "d", "s", "m"],
  inputs: [
    { name: "N", unit: "parameters of the dense model" },
    { name: "X", unit: "experts", columns: ["num_experts", "experts", "n_experts", "X"] },
  ],
  bounds: { a: any, b: any, c: any, d: any, s: [1, 1e3], m: [1, 1e6] },
  ranges: { a: [-0.2, 0], b: [-0.3, 0], c: [-0.02, 0.04], d: [0.5, 2], s: [1.1, 10], m: [30, 3000] },
});
