// L = E + A N^−α + B D^−β (Hoffmann et al. 2022), and with one exponent for both                                (10.2)

import { exp } from "../../math/elementary.ts";
import { FLOORS, type ScalingLaw } from "./law.ts";

export const chinchilla: ScalingLaw = {
  name: "chinchilla",
  form: "E + A/N^α + B/D^β",
  source: "Hoffmann et al. 2022, arXiv 2203.15556",
  parameters: ["E", "A", "B", "alpha", "beta"],
  predict(p, x, y, gradient) {
    const a = p[1]! * exp(-p[3]! * x);
    const b = p[2]! * exp(-p[4]! * y);
    gradient[0] = p[0]!;
    gradient[1] = a;
    gradient[2] = b;
    gradient[3] = -p[3]! * x * a;
    gradient[4] = -p[4]! * y * b;
    return p[0]! + a + b;
  },
  starts: (least, most) =>
    FLOORS.map(([floor, exponent]) => {
      const rest = (least + most) / 2 - floor * least;
      return [floor * least, rest / 2, rest / 2, exponent, exponent];
    }),
  inUnits: ([E, A, B, alpha, beta], x0, y0) => [E!, A! * exp(alpha! * x0), B! * exp(beta! * y0), alpha!, beta!],
};

export const tied: ScalingLaw = {
  name: "tied",
  form: "E + A/N^α + B/D^α",
  source: "Muennighoff et al. 2023, arXiv 2305.16264",
  parameters: ["E", "A", "B", "alpha"],
  predict(p, x, y, gradient) {
    const a = p[1]! * exp(-p[3]! * x);
    const b = p[2]! * exp(-p[3]! * y);
    gradient[0] = p[0]!;
    gradient[1] = a;
    gradient[2] = b;
    gradient[3] = -p[3]! * (x * a + y * b);
    return p[0]! + a + b;
  },
  starts: (least, most) => chinchilla.starts(least, most).map((p) => p.slice(0, 4)),
  inUnits: ([E, A, B, alpha], x0, y0) => [E!, A! * exp(alpha! * x0), B! * exp(alpha! * y0), alpha!],
};
