// Gauss–Legendre nodes on [−1, 1], by Newton's method on P_n from Tricomi's first guesses.

import { cos } from "./elementary.ts";

export interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const rules = new Map<number, Rule>();

/** The n-point Gauss–Legendre rule on [−1, 1]: exact for polynomials of degree 2n − 1. Made once for each n. */
export function gaussLegendre(n: number): Rule {
  let rule = rules.get(n);
  if (!rule) {
    rule = compute(n);
    rules.set(n, rule);
  }
  return rule;
}

function compute(n: number): Rule {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0, j = n - 1; i <= j; i++, j--) {
    let x = -cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 50; iteration++) {
      // P_n and P_{n−1} by the three-term recurrence
      let p = x;
      let previous = 1;
      for (let k = 2; k <= n; k++) {
        const next = ((2 * k - 1) * x * p - (k - 1) * previous) / k;
        previous = p;
        p = next;
      }
      slope = (n * (x * p - previous)) / (x * x - 1);
      const step = p / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    nodes[i] = x;
    nodes[j] = -x;
    weights[i] = weights[j] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
