// The largest eigenvalue of the training dynamics (docs/theory.md, eq. 8.7). To the left of the spectrum κ = −u, u > λ₁,
//
//   x(u) = u (1 + g/N)(1 + g/P),   g(u) = Σ a/(u − λ):   x falls and then rises; x_max is its least value.

import type { Measure } from "../../kernels/dynamics.ts";
import { exp } from "../../math/elementary.ts";

export function spectralEdge({ lambda, weight }: Measure, invN: number, invP: number): number {
  const first = lambda.reduce((most, l) => Math.max(most, l), 0);
  if (invN === 0 && invP === 0) return first;
  const at = (u: number) => {
    let [g, slope] = [0, 0];
    for (let j = 0; j < lambda.length; j++) {
      const q = 1 / (u - lambda[j]!);
      g += weight[j]! * q;
      slope -= weight[j]! * q * q;
    }
    const [R3, R1] = [1 + g * invN, 1 + g * invP];
    return { x: u * R1 * R3, rises: R1 * R3 + u * slope * (R3 * invP + R1 * invN) > 0 };
  };
  // bisection on log(u/λ₁ − 1)
  let [low, high] = [-30, 10];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (at(first * (1 + exp(middle))).rises) high = middle;
    else low = middle;
  }
  return at(first * (1 + exp((low + high) / 2))).x;
}
