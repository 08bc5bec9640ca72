import { describe, expect, it } from "vitest";
import { defaultKernels } from "../../src/kernels/default.ts";
import { symmetricEigen } from "../../src/math/eigen.ts";
import { fitPowerLaw } from "../../src/math/power-fit.ts";
import { type DynamicsSimulationOptions, simulateDynamics } from "../../src/simulation/dynamics.ts";
import { batches, type Normals, trainNetwork } from "../../src/simulation/network.ts";
import { dynamics } from "../../src/theory/dynamics/dynamics.ts";
import { type DynamicsProblem, sourceCapacity } from "../../src/theory/dynamics/problem.ts";
import { type Sampling, sgd } from "../../src/theory/training/optimizer.ts";
import { linear, shapeOf, table, warmupStableDecay } from "../../src/theory/training/schedule.ts";
import { groupBy, readTable } from "../fixtures.ts";

const modes = 120;
const exponents = { a: 1.8, b: 1.4 };
const spectrum = sourceCapacity(exponents);

/** The exact mean of the test loss after one step of gradient descent: docs/theory.md, eq. 8.25. */
function afterOneStep(N: number, P: number, noise: number, eta: number): number {
  const { a, b } = exponents;
  const sum = (f: (lambda: number, c: number) => number) =>
    Array.from({ length: modes }, (_, k) => f((k + 1) ** -b, (k + 1) ** -a)).reduce((total, x) => total + x, 0);
  const [T, T2, C] = [sum((l) => l), sum((l) => l * l), sum((_, c) => c)];
  const [aP, aN] = [1 + 1 / P, 1 + 1 / N];
  return (
    noise +
    sum((l, c) => c * (1 - 2 * eta * l)) +
    eta ** 2 * (aP * sum((l, c) => c * l * (l * aN + T / N)) + (1 / P) * (C + noise) * (aN * T2 + T ** 2 / N))
  );
}

describe("networks of random features", () => {
  it("lose after one step exactly what they should, on average", async () => {
    for (const [N, P, noise, eta] of [
      [16, 24, 0.09, 0.4],
      [24, 16, 0, 0.8],
    ] as const) {
      const rule = { kind: "gradient-descent", eta } as const;
      const { test } = await simulateDynamics(
        { spectrum, modes, N, P, noise, rule },
        { times: [1], draws: 500, seed: 3 },
      );
      expect(Math.abs(test.mean[0]! - afterOneStep(N, P, noise, eta))).toBeLessThan(4 * test.stderr[0]!);
    }
  });

  const settings: [string, DynamicsProblem, number[]][] = [
    ["gradient flow, N < P", { spectrum, modes, N: 48, P: 96, noise: 0.04 }, [1, 5, 25, 125, 1000]],
    [
      "gradient descent, P < N",
      {
        spectrum: sourceCapacity({ a: 2.5, b: 1.5 }),
        modes,
        N: 64,
        P: 32,
        rule: { kind: "gradient-descent", eta: 0.3 },
      },
      [1, 4, 16, 64, 256],
    ],
    [
      "one-pass SGD",
      { spectrum, modes, N: 48, noise: 0.01, rule: { kind: "sgd", eta: 0.1, batch: 2 } },
      [1, 4, 16, 50, 100],
    ],
    [
      "one-pass SGD, a falling step",
      { spectrum, modes, N: 48, noise: 0.01, rule: sgd({ eta: 0.2, batch: [[0, 1], [30, 4]], schedule: linear() }) }, // biome-ignore format: one line
      [1, 4, 16, 50, 100],
    ],
    [
      "SGD on a sample, warm-up and decay, batches that grow",
      {
        spectrum,
        modes,
        N: 60,
        P: 90,
        noise: 0.04,
        rule: sgd({
          gamma: 0.15,
          batch: [[0, 2], [60, 6]], // biome-ignore format: one line
          schedule: warmupStableDecay({ warmup: 20, decay: 0.4 }),
          sampling: "batch",
        }),
      },
      [5, 20, 60, 110, 150],
    ],
  ];
  it.each(settings)("agree with the theory: %s", async (_, problem, times) => {
    const { test, train } = await simulateDynamics(problem, { times, draws: 120, seed: 11 });
    const finite = 3 / problem.N! + 3 / (problem.P ?? Infinity);
    for (const { mean, stderr, theory } of [test, train])
      mean.forEach((x, i) => {
        expect(Math.abs(x - theory[i]!)).toBeLessThan(4 * stderr[i]! + finite * theory[i]!);
      });
  });

  it("take the steps that a schedule says, to the bit", async () => {
    const [T, at] = [24, [3, 11, 24]];
    const falling = linear();
    const shape = shapeOf({ kind: "linear" }, T);
    const of = async (P: number, rule: DynamicsProblem["rule"], horizon = T) => {
      const { test, train } = await simulateDynamics(
        { spectrum, modes, N: 12, P, noise: 0.1, rule: rule! },
        { times: at, draws: 3, seed: 7, horizon },
      );
      return [test.mean, train.mean];
    };
    for (const P of [20, Infinity]) {
      const constant = await of(P, sgd({ eta: 0.2, batch: 3 }));
      expect(await of(P, sgd({ eta: 0.2, batch: 3, schedule: () => 1 }))).toEqual(constant);
      // batches of one size in one go or after a change of nothing
      expect(await of(P, sgd({ gamma: 0.2 / 3, batch: [[0, 3], [9, 3]] }))).toEqual(constant); // biome-ignore format: one line
      const linearly = await of(P, sgd({ eta: 0.2, batch: 3, schedule: falling }));
      const listed = table(Array.from({ length: T }, (_, r) => shape.at(r)));
      expect(await of(P, sgd({ eta: 0.2, batch: 3, schedule: listed }))).toEqual(linearly);
      expect(linearly).not.toEqual(constant);
      // drawn for twice as long it falls half as fast
      const half = await of(P, sgd({ eta: 0.2, batch: 3, schedule: falling }), 2 * T);
      expect(await of(P, sgd({ eta: 0.2, batch: 3, schedule: (r) => (2 * T - r) / (2 * T) }))).toEqual(half);
    }
  });

  it("draw the batches that a rule says", () => {
    const kernels = defaultKernels();
    const normals: Normals = (stream, step, n) =>
      kernels.random({ seed: 9, stream, member: 0, step }, stream === "batch" ? "uniform" : "normal", n);
    const drawn = (sampling: Sampling, B: number, P: number, steps: number) => {
      const of = batches({ kind: "sgd", eta: 1, batch: B, sampling }, P, normals);
      return Array.from({ length: steps }, (_, r) => Array.from(of(r)));
    };
    for (const batch of drawn("batch", 5, 7, 50)) expect(new Set(batch).size).toBe(5);
    // an epoch takes every sample once, batches across its end included
    const order = drawn("shuffle", 3, 7, 14).flat();
    for (let epoch = 0; epoch < 6; epoch++)
      expect([...order.slice(7 * epoch, 7 * epoch + 7)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(order.slice(0, 7)).not.toEqual(order.slice(7, 14));
    // each sample as likely: 4 standard errors of a binomial count
    for (const sampling of ["replacement", "batch"] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const k of drawn(sampling, 4, 10, 2000).flat()) counts[k]!++;
      for (const count of counts) expect(Math.abs(count - 800)).toBeLessThan(4 * Math.sqrt(800 * 0.9));
    }
  });

  // multi-epoch-simulated.csv: 400 dense runs of a NumPy program
  const simulated = groupBy(readTable("multi-epoch-simulated.csv"), ["N", "P", "batch", "sampling"]).filter(
    ([row]) => row!.N === "100",
  );
  it.each(simulated.map((rows) => [rows[0]!.sampling!, rows] as const))(
    "train on a sample as another program's do, sampling %s",
    async (sampling, all) => {
      const rows = all.filter(({ t }) => Number(t) <= 300);
      const { N, P, batch, eta, sigma, M, a, b } = rows[0]!;
      const rule = sgd({ eta: Number(eta), batch: Number(batch), sampling: sampling as Sampling });
      const problem = {
        spectrum: sourceCapacity({ a: Number(a), b: Number(b) }),
        modes: Number(M),
        N: Number(N),
        P: Number(P),
        noise: Number(sigma) ** 2,
        rule,
      };
      const times = rows.map(({ t }) => Number(t));
      const result = await simulateDynamics(problem, { times, draws: 40, seed: 23 });
      expect(result.covered).toBe(sampling !== "shuffle");
      for (const kind of ["test", "train"] as const)
        rows.forEach((row, i) => {
          const { mean, stderr, theory } = result[kind];
          const other = Math.hypot(stderr[i]!, Number(row[`${kind}_se`]));
          expect(Math.abs(mean[i]! - Number(row[`${kind}_sim`]))).toBeLessThan(4 * other);
          if (result.covered) expect(Math.abs(mean[i]! - theory[i]!)).toBeLessThan(4 * stderr[i]!);
        });
      if (sampling === "shuffle") {
        // a first epoch of shuffled samples is one pass over fresh ones
        const fresh = dynamics(
          { ...problem, P: Infinity, rule: sgd({ eta: rule.eta!, batch: Number(batch) }) },
          { times },
        );
        times.forEach((t, i) => {
          if (t * Number(batch) > Number(P)) return;
          expect(Math.abs(result.test.mean[i]! - fresh.test[i]!)).toBeLessThan(4 * result.test.stderr[i]!);
        });
      }
    },
  );

  it("miss the theory by 1/N", async () => {
    // one step at ηλ₁ = 1, where the theory misses most: the exact mean says by how much
    const rule = { kind: "gradient-descent", eta: 1 } as const;
    const off: number[] = [];
    for (const N of [20, 50]) {
      const { test } = await simulateDynamics(
        { spectrum, modes, N, P: 2 * N, rule },
        { times: [1], draws: 300, seed: 5 },
      );
      expect(Math.abs(test.mean[0]! - afterOneStep(N, 2 * N, 0, 1))).toBeLessThan(4 * test.stderr[0]!);
      off.push((test.mean[0]! - test.theory[0]!) * N);
      expect(test.deviation[0]!).toBeGreaterThan(3);
    }
    expect(off[1]! / off[0]!).toBeGreaterThan(0.6);
    expect(off[1]! / off[0]!).toBeLessThan(1.6);
  });

  it("end at N^−b where a − 1 > b, not at the exponent often quoted", async () => {
    // P = ∞ and t = ∞: what N features cannot reach. Quoted: min(a−1, 2b) = 3
    const sizes = [16, 32, 64];
    const power = sourceCapacity({ a: 5, b: 1.5 });
    const floors: number[] = [];
    for (const N of sizes) {
      const { test } = await simulateDynamics({ spectrum: power, modes: 500, N }, { times: [1e9], draws: 40, seed: 2 });
      expect(Math.abs(test.deviation[0]!)).toBeLessThan(4);
      floors.push(test.mean[0]!);
    }
    const { value } = fitPowerLaw(sizes, floors).exponent;
    expect(value).toBeGreaterThan(-1.9);
    expect(value).toBeLessThan(-1.2);
  });

  it("train alike by diagonalisation and by small steps", () => {
    let state = 1;
    const normals = (stream: string, index: number, n: number) =>
      Float64Array.from(
        { length: n },
        (_, k) => Math.sin(1 + stream.length * 7.3 + index * 12.9898 + k * 78.233 + state) * 2,
      );
    state = 2;
    const roots = {
      root: Float64Array.from({ length: 30 }, (_, k) => (k + 1) ** -0.7),
      target: Float64Array.from({ length: 30 }, (_, k) => (k + 1) ** -0.9),
    };
    const network = { N: 6, P: 9, noise: 0.01, roots };
    const flow = trainNetwork(network, { kind: "gradient-flow" }, Float64Array.of(2), normals);
    const steps = trainNetwork(network, { kind: "gradient-descent", eta: 2e-4 }, Float64Array.of(1e4), normals);
    expect(steps.test[0]! / flow.test[0]!).toBeCloseTo(1, 3);
    expect(steps.train[0]! / flow.train[0]!).toBeCloseTo(1, 3);
  });

  it("are the same draws whatever the number, and stop at a signal", async () => {
    const problem = { spectrum, modes, N: 8, P: 12 };
    const options: DynamicsSimulationOptions = { times: [1, 10], seed: 9 };
    const some = await simulateDynamics(problem, { ...options, draws: 3 });
    const more = await simulateDynamics(problem, { ...options, draws: 5 });
    expect(more.test.curves.slice(0, 3)).toEqual(some.test.curves);
    await expect(
      simulateDynamics(problem, { ...options, draws: 1e6, signal: AbortSignal.timeout(50) }),
    ).rejects.toThrow();
  });

  it.each([
    ["N must be finite", { spectrum, modes, P: 3 }],
    ["modes must be finite", { spectrum, N: 3, P: 3 }],
    ["P must be a whole number", { spectrum, modes, N: 3, P: 3.5 }],
  ])("say: %s", async (message, problem) => {
    await expect(simulateDynamics(problem, { times: [1] })).rejects.toThrow(message);
  });
});

it("diagonalises a symmetric matrix", () => {
  const n = 17;
  const matrix = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => Math.cos(i * j) + Math.cos(j * i)),
  );
  const { values, rows } = symmetricEigen(matrix.map((row) => row.slice()));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const rebuilt = values.reduce((sum, x, k) => sum + x * rows[i]![k]! * rows[j]![k]!, 0);
      expect(rebuilt).toBeCloseTo(matrix[i]![j]!, 12);
      expect(rows[i]!.reduce((sum, x, k) => sum + x * rows[j]![k]!, 0)).toBeCloseTo(i === j ? 1 : 0, 12);
    }
});

it("diagonalises a matrix of low rank", () => {
  const [n, rank] = [100, 30];
  let state = 1;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const factors = Array.from({ length: n }, () => Float64Array.from({ length: rank }, random));
  const matrix = factors.map((x) =>
    Float64Array.from(factors, (y) => x.reduce((sum, value, k) => sum + value * y[k]!, 0)),
  );
  const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  const { values } = symmetricEigen(matrix);
  expect(values.reduce((sum, x) => sum + x, 0)).toBeCloseTo(trace, 10);
  expect(values.filter((x) => Math.abs(x) < 1e-13 * trace)).toHaveLength(n - rank);
});
