// L = (A N^−α + B/D)^β, no floor (Kaplan et al. 2020, their (1.5): A = N_c^α, B = D_c, α = α_N/α_D, β = α_D).

import { exp, log, pow } from "../../math/elementary.ts";
import type { ScalingLaw } from "./law.ts";

export const kaplan: ScalingLaw = {
  name: "kaplan",
  form: "(A/N^α + B/D)^β",
  source: "Kaplan et al. 2020, arXiv 2001.08361, their (1.5)",
  parameters: ["A", "B", "alpha", "beta"],
  predict(p, x, y, gradient) {
    const a = p[0]! * exp(-p[2]! * x);
    const b = p[1]! * exp(-y);
    const sum = a + b;
    const power = pow(sum, p[3]!);
    const slope = (p[3]! * power) / sum;
    gradient[0] = slope * a;
    gradient[1] = slope * b;
    gradient[2] = -p[2]! * x * slope * a;
    gradient[3] = p[3]! * log(sum) * power;
    return power;
  },
  starts: (least, most) =>
    [0.05, 0.1, 0.2].flatMap((beta) =>
      [0.5, 1].map((alpha) => {
        const half = pow((least + most) / 2, 1 / beta) / 2;
        return [half, half, alpha, beta];
      }),
    ),
  inUnits: ([A, B, alpha, beta], x0, y0) => [A! * exp(alpha! * x0), B! * exp(y0), alpha!, beta!],
};
