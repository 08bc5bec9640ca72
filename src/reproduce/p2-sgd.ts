// Paper 2, other rules: one-pass SGD and the noise of its batches, discrete steps, momentum.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, logspace, plrf, type Simulation, simulate, sourceCapacity } from "../index.ts";
import { atLeast, atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const [A, B] = [1.5, 1.25];
const WIDTHS = [32, 64, 128, 256];
const BATCHES = [4, 16, 64];
const [ETA, MODES, STEPS] = [0.2, 1024, 2000];

export const sgd: Recipe = {
  id: "p2-sgd",
  title: "Batch noise, discrete steps and momentum",
  settings:
    "B = 32 for several N and N = 256 for several B are the paper's; (a, b) = (1.5, 1.25), η = 0.2, 1024 modes and 32 runs of SGD a curve are ours.",
  async run({ quick, threads, signal, onProgress }) {
    const spectrum = sourceCapacity({ a: A, b: B });
    const whole = (points: number) => Float64Array.from(new Set(logspace(1, STEPS, points).map(Math.round)));
    const times = whole(60);
    const record = whole(quick ? 7 : 13);
    const settings = [...WIDTHS.map((N) => ({ N, batch: 32 })), ...BATCHES.map((batch) => ({ N: 256, batch }))];
    const found: { N: number; batch: number; test: Float64Array; runs: Simulation; deviation: number }[] = [];
    for (const [i, { N, batch }] of settings.entries()) {
      const problem = { spectrum, N, modes: MODES, rule: { kind: "sgd" as const, eta: ETA, batch } };
      const runs = await simulate(plrf({ spectrum, d: N, v: MODES, gamma: ETA / batch, batch }), {
        steps: STEPS,
        record,
        members: quick ? 8 : 32,
        seed: 8,
        threads,
        signal,
        onProgress: (done) => onProgress((i + done) / settings.length),
      });
      const { test } = dynamics(problem, { times: record });
      // the theory is the leading order in 1/N
      const deviation = runs.mean.map((L, k) => (Math.abs(L - test[k]!) - (3 * L) / N) / runs.stderr[k]!);
      found.push({ N, batch, test: dynamics(problem, { times }).test, runs, deviation: Math.max(...deviation) });
    }
    const flow = { spectrum, N: 256, modes: MODES };
    const descent = dynamics({ ...flow, rule: { kind: "gradient-descent", eta: ETA } }, { times });
    const noise = found.slice(WIDTHS.length).map(({ test }) => test.map((L, k) => L - descent.test[k]!));
    const middle = times.findIndex((t) => t >= 100);
    const mu = 0.9;
    const ball = dynamics({ ...flow, rule: { kind: "heavy-ball", eta: ETA / 4, momentum: mu } }, { times });
    const matched = (speed: number) => dynamics(flow, { times: times.map((t) => speed * t) }).test;
    const late = times.findIndex((t) => t >= 1000);
    const claims: Claim[] = [
      atMost("SGD's mean beyond 3 L/N of the theory, in standard errors: the farthest of all curves", 4, {
        measured: Math.max(...found.map(({ deviation }) => deviation)),
      }),
      atLeast("N = 256, t = 100: noise of batches added at B = 4 over that at B = 16", 4, {
        measured: noise[0]![middle]! / noise[1]![middle]!,
        source: "theory",
      }),
      atLeast("N = 256: SGD over gradient descent, B = 64, at every t", 1, {
        measured: Math.min(...found.at(-1)!.test.map((L, k) => L / descent.test[k]!)),
      }),
      equals("gradient descent at t ≥ 1000 over gradient flow at η t", 1, 0.01, {
        measured: descent.test[late]! / matched(ETA)[late]!,
        source: "theory",
      }),
      equals("heavy ball (μ = 0.9, η = 0.05) at t ≥ 1000 over gradient flow at η t/(1 − μ)", 1, 0.01, {
        measured: ball.test[late]! / matched(ETA / 4 / (1 - mu))[late]!,
        source: "theory",
      }),
    ];
    const panel = (title: string, name: (of: (typeof found)[number]) => string, some: typeof found) => ({
      title,
      x: { label: "steps t", log: true },
      y: { label: "loss", log: true },
      series: some.flatMap((curve, k) => {
        const shade = k / some.length;
        return [
          { label: name(curve), x: times, y: curve.test, shade },
          {
            x: record,
            y: curve.runs.mean,
            low: curve.runs.mean.map((L, r) => L - 2 * curve.runs.stderr[r]!),
            high: curve.runs.mean.map((L, r) => L + 2 * curve.runs.stderr[r]!),
            mark: "dot" as const,
            shade,
          },
        ];
      }),
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-sgd",
          title: "One-pass SGD, discrete steps and momentum",
          setting: `a = ${A}, b = ${B}, η = ${ETA}, ${MODES} modes`,
          caption: "Curves, theory; dots, means of SGD runs with two standard errors.",
          panels: [
            panel("B = 32", ({ N }) => `N = ${N}`, found.slice(0, WIDTHS.length)),
            panel("N = 256", ({ batch }) => `B = ${batch}`, found.slice(WIDTHS.length)),
            {
              title: "N = 256, full batch",
              x: { label: "steps t", log: true },
              y: { label: "loss", log: true },
              series: [
                { label: "gradient descent, η = 0.2", x: times, y: descent.test, category: 0 },
                { label: "heavy ball, η = 0.05, μ = 0.9", x: times, y: ball.test, category: 1 },
                {
                  label: "gradient flow at the same speed",
                  x: times,
                  y: matched(ETA),
                  mark: "dashed" as const,
                  role: "ink" as const,
                },
                {
                  x: times,
                  y: matched(ETA / 4 / (1 - mu)),
                  mark: "dashed" as const,
                  role: "ink" as const,
                },
              ],
            },
          ],
        }),
      ],
      remarks: [
        "The variance of a batch feeds back through the loss: halving the batch more than doubles what it adds. Discrete steps and momentum change the start; late in training they are gradient flow at another speed.",
      ],
    };
  },
};
