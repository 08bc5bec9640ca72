// The dynamical model's curves: time beside error, and how they grow. Run: npx tsx bench/dynamics.ts
// All in one process, one model: N = 1000, P = 3000, a = 1.8, b = 1.4, 100 times in 1…1e7, unless a line says otherwise.
import { Bench } from "tinybench";
import { type DynamicsProblem, dynamics, logspace, measured, sourceCapacity } from "../src/index.ts";

const problem = { spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), modes: 1e5, N: 1000, P: 3000, noise: 0.01 };
const times = logspace(1, 1e7, 100);

/** The same M modes as data, for the compression to find. */
function listed(M: number) {
  const k = Array.from({ length: M }, (_, i) => i + 1);
  return measured({ eigenvalues: k.map((j) => j ** -1.4), energies: k.map((j) => j ** -1.8) });
}

const cases: [string, DynamicsProblem, Parameters<typeof dynamics>[1]][] = [
  ["fast", problem, { times }],
  ["reference", problem, { times, accuracy: "reference" }],
  ["fast, bias and variances", problem, { times, decompose: true }],
  ...[1e3, 1e4, 1e5].map((M): [string, DynamicsProblem, { times: Float64Array }] => [
    `fast, ${M} measured modes`,
    { ...problem, modes: M, spectrum: listed(M) },
    { times },
  ]),
  ...[1, 10, 1000].map((n): [string, DynamicsProblem, { times: Float64Array }] => [
    `fast, ${n} times`,
    problem,
    { times: n === 1 ? Float64Array.of(1e7) : logspace(1, 1e7, n) },
  ]),
  ...[1e3, 1e10].map((t): [string, DynamicsProblem, { times: Float64Array }] => [
    `fast, times to ${t.toExponential(0)}`,
    problem,
    { times: logspace(1, t, 100) },
  ]),
  [
    "fast, heavy ball μ = 0.9, steps to 1e5",
    { ...problem, rule: { kind: "heavy-ball", eta: 0.5, momentum: 0.9 } },
    { times: Float64Array.from(new Set(logspace(1, 1e5, 100).map(Math.round))) },
  ],
  [
    "fast, one-pass SGD, steps to 1e5",
    { ...problem, P: Infinity, rule: { kind: "sgd", eta: 0.1, batch: 1 } },
    { times: Float64Array.from(new Set(logspace(1, 1e5, 100).map(Math.round))) },
  ],
  [
    "fast, SGD on N = P = 1e6 samples, M = ∞, 100 times to 1e9",
    {
      ...{ spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), modes: Infinity, N: 1e6, P: 1e6 },
      rule: { kind: "sgd", eta: 0.2, batch: 1 },
    },
    { times: Float64Array.from(new Set(logspace(1, 1e9, 100).map(Math.round))) },
  ],
];

const bench = new Bench({ time: 400, warmupTime: 200 });
let sink = 0;
for (const [name, model, options] of cases)
  bench.add(name, () => {
    sink += dynamics(model, options).test[0]!;
  });
const cold = performance.now();
dynamics({ ...problem, spectrum: listed(1e5) }, { times });
const first = performance.now() - cold;
await bench.run();
console.table(
  bench.tasks.map((task, i) => {
    const [name, model, options] = cases[i]!;
    const { stats } = dynamics(model, options);
    const time = "latency" in task.result ? task.result.latency.p50 : Number.NaN;
    return { name, "ms (median)": +time.toFixed(3), "stated error": stats.error.toExponential(1), ...stats };
  }),
  ["name", "ms (median)", "stated error", "nodes", "modes"],
);
console.log(`first call with 1e5 measured modes, compression and all: ${first.toFixed(0)} ms`);
if (Number.isNaN(sink)) process.exitCode = 1;
