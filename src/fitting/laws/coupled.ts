// L = E + (A N^−α + B D^−β)^γ: the capacity that size and tokens lack together, raised to one more exponent; γ = 1 is the
// law of Hoffmann et al.

import { exp, log, pow } from "../../math/elementary.ts";
import { FLOORS, type ScalingLaw } from "./law.ts";

export const coupled: ScalingLaw = {
  name: "coupled",
  form: "E + (A/N^α + B/D^β)^γ",
  source: "Busbridge et al. 2025, arXiv 2502.08606; γ = 1 is Hoffmann et al. 2022",
  parameters: ["E", "A", "B", "alpha", "beta", "gamma"],
  predict(p, x, y, gradient) {
    const a = p[1]! * exp(-p[3]! * x);
    const b = p[2]! * exp(-p[4]! * y);
    const sum = a + b;
    const power = pow(sum, p[5]!);
    const slope = (p[5]! * power) / sum;
    gradient[0] = p[0]!;
    gradient[1] = slope * a;
    gradient[2] = slope * b;
    gradient[3] = -p[3]! * x * slope * a;
    gradient[4] = -p[4]! * y * slope * b;
    gradient[5] = p[5]! * log(sum) * power;
    return p[0]! + power;
  },
  starts: (least, most) =>
    FLOORS.flatMap(([floor, exponent]) =>
      [0.5, 1].map((gamma) => {
        const rest = pow((least + most) / 2 - floor * least, 1 / gamma);
        return [floor * least, rest / 2, rest / 2, exponent, exponent, gamma];
      }),
    ),
  inUnits: ([E, A, B, alpha, beta, gamma], x0, y0) => [
    ...[E!, A! * exp(alpha! * x0), B! * exp(beta! * y0), alpha!, beta!, gamma!],
  ],
};
