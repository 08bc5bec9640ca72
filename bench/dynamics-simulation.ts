// Finite networks against the theory: relative deviation of the mean test loss, in standard errors beside it, at sizes that
// double. It halves where it stands out of the noise: the theory is the leading order in 1/N and 1/P.
// Run: npx tsx bench/dynamics-simulation.ts
import { type DynamicsProblem, simulateDynamics, sourceCapacity } from "../src/index.ts";

const settings: [string, number[], (n: number) => DynamicsProblem][] = [
  [
    "a = 1.8, b = 1.4, σ = 0.2, gradient flow, N = n, P = 2n",
    [1, 5, 25, 125, 500],
    (n) => ({ spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), modes: 300, N: n, P: 2 * n, noise: 0.04 }),
  ],
  [
    "a = 3, b = 1.5, gradient descent η = 0.3, N = 2n, P = n",
    [1, 5, 25, 125, 500],
    (n) => ({
      spectrum: sourceCapacity({ a: 3, b: 1.5 }),
      modes: 300,
      N: 2 * n,
      P: n,
      rule: { kind: "gradient-descent", eta: 0.3 },
    }),
  ],
  [
    "a = 1.8, b = 1.4, one-pass SGD η = 0.1, B = 2, N = n",
    [1, 4, 16, 64, 200],
    (n) => ({
      spectrum: sourceCapacity({ a: 1.8, b: 1.4 }),
      modes: 300,
      N: n,
      noise: 0.01,
      rule: { kind: "sgd", eta: 0.1, batch: 2 },
    }),
  ],
];

for (const [name, times, problem] of settings) {
  console.log(name);
  for (const n of [16, 32, 64, 128]) {
    const { test } = await simulateDynamics(problem(n), { times, draws: 200, seed: 7 });
    const cells = times.map((t, i) => {
      const percent = 100 * (test.mean[i]! / test.theory[i]! - 1);
      return `t = ${t}: ${percent.toFixed(2)} % (${test.deviation[i]!.toFixed(1)} s.e.)`;
    });
    console.log(`  n = ${String(n).padStart(3)}   ${cells.join("   ")}`);
  }
}
