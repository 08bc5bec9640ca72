// Paper 2, the loss over training time for several widths and several amounts of data: power laws in time, then plateaus.

import { curvesFigure } from "../figures/index.ts";
import {
  type DynamicsCurve,
  type DynamicsSimulation,
  dynamics,
  dynamicsExponents,
  fitPowerLaw,
  logspace,
  simulateDynamics,
  sourceCapacity,
} from "../index.ts";
import { log10 } from "../math/elementary.ts";
import { atLeast, atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const A = 1.5;
const CAPACITIES = [1.25, 1.5, 2];
const WIDTHS = [16, 64, 256, 512, 2048, 8192];

export const dynamicLosses: Recipe = {
  id: "p2-dynamics",
  title: "Test loss over time: power laws and plateaus",
  settings:
    "a = 1.5, b = 1.25, 1.5 and 2, P = 1000 and P = 128 are the paper's; the widths, gradient flow without label noise and infinitely many modes are ours. Trained networks: P = 128, N = 16, 64 and 256, 1024 modes.",
  async run({ quick, threads, signal, onProgress }) {
    const times = logspace(0.1, 1e7, quick ? 40 : 120);
    const claims: Claim[] = [];
    const overTime = (title: string, of: (n: number) => { N?: number; P?: number }, name: string, b = 1.25) => {
      const curves = WIDTHS.map((n) => dynamics({ spectrum: sourceCapacity({ a: A, b }), ...of(n) }, { times }));
      return {
        curves,
        panel: {
          title,
          x: { label: "time t", log: true },
          y: { label: "test loss L", log: true },
          series: curves.map(({ test }, i) => ({
            label: `${name} = ${WIDTHS[i]}`,
            x: times,
            y: test,
            shade: i / WIDTHS.length,
          })),
        },
      };
    };
    const many = overTime("P = 1000", (N) => ({ N, P: 1000 }), "N");
    const few = overTime("P = 128", (N) => ({ N, P: 128 }), "N");
    const samples = overTime("N = 1000", (P) => ({ N: 1000, P }), "P");
    // finite networks, trained as defined: features, samples and labels drawn at random
    const at = logspace(0.1, 1e4, 9);
    const trainable = logspace(0.1, 1e4, 60);
    const networks: { N: number; trained: DynamicsSimulation; fine: DynamicsCurve }[] = [];
    for (const [i, N] of [16, 64, 256].entries()) {
      const problem = { spectrum: sourceCapacity({ a: A, b: 1.25 }), N, P: 128, modes: 1024 };
      const draws = quick ? 8 : 32;
      const trained = await simulateDynamics(problem, {
        ...{ times: at, draws, seed: 6, threads, signal },
        onProgress: (done, of) => onProgress((0.7 * (i + done / of)) / 3),
      });
      networks.push({ N, trained, fine: dynamics(problem, { times: trainable }) });
    }
    const finite = Math.max(
      ...networks.flatMap(({ N, trained }) => {
        // the theory is the leading order in 1/N and 1/P
        const allowed = 3 / N + 3 / 128;
        const { mean, theory, stderr } = trained.test;
        return [...mean].map((L, i) => (Math.abs(L - theory[i]!) - allowed * theory[i]!) / stderr[i]!);
      }),
    );
    claims.push(
      atMost("P = 128: trained networks beyond 3/N + 3/P of the theory, in standard errors: the farthest", 4, {
        measured: finite,
      }),
    );
    onProgress(0.7);
    const last = (curve: { test: Float64Array }) => curve.test.at(-1)!;
    claims.push(
      atMost("P = 128: L(N = 8192) over L(N = 2048) at the end, no longer limited by width", 1, {
        measured: last(few.curves[5]!) / last(few.curves[4]!),
      }),
      atLeast("P = 128: that ratio is above", 0.9, { measured: last(few.curves[5]!) / last(few.curves[4]!) }),
      atLeast("P = 1000: L(N = 16) over L(N = 256) at the end, limited by width", 2, {
        measured: last(many.curves[0]!) / last(many.curves[2]!),
      }),
    );
    // by themselves: time, then the plateau of width, then that of data
    const exponentPanels = CAPACITIES.map((b, i) => {
      onProgress(0.7 + (0.3 * i) / CAPACITIES.length);
      const spectrum = sourceCapacity({ a: A, b });
      const predicted = dynamicsExponents({ a: A, b });
      const sizes = logspace(100, 1e5, 4);
      const curves = Array.from(sizes, (N) => dynamics({ spectrum, N }, { times }));
      const late = times.filter((t) => t >= 1e3);
      const slope = (x: ArrayLike<number>, y: ArrayLike<number>) => {
        const { value, stderr } = fitPowerLaw(x, y).exponent;
        return { measured: value, uncertainty: stderr };
      };
      const free = dynamics({ spectrum }, { times });
      const plateaus = (resource: "N" | "P") =>
        Array.from(sizes, (n) => dynamics({ spectrum, [resource]: n }, { times: [1] }).limit.test);
      claims.push(
        equals(
          `b = ${b}: exponent of the power law in t`,
          -predicted.time,
          0.01,
          slope(late, free.test.slice(-late.length)),
        ),
        equals(
          `b = ${b}: exponent of the plateaus in N`,
          -predicted.featuresPublished,
          0.01,
          slope(sizes, plateaus("N")),
        ),
        equals(`b = ${b}: exponent of the plateaus in P`, -predicted.data, 0.01, slope(sizes, plateaus("P"))),
      );
      return {
        title: `b = ${b}: t^{−${predicted.time.toFixed(2)}}, N^{−${predicted.features}}`,
        x: { label: "time t", log: true },
        y: { label: "test loss L", log: true },
        series: [
          ...curves.map(({ test }, k) => ({
            label: `N = 10^{${Math.round(log10(sizes[k]!))}}`,
            x: times,
            y: test,
            shade: k / sizes.length,
          })),
          { label: "N = ∞", x: times, y: free.test, mark: "dashed" as const, role: "ink" as const },
        ],
      };
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-dynamics",
          title: "Loss over time at finite width and data",
          setting: `a = ${A}, b = 1.25, gradient flow, no label noise`,
          caption:
            "Each loss follows a power law in time until width or data ends it. Near N = P the loss rises again late: double descent in time.",
          panels: [many.panel, few.panel, samples.panel],
        }),
        curvesFigure({
          id: "p2-dynamics-networks",
          title: "Trained networks beside the theory",
          setting: `a = ${A}, b = 1.25, P = 128, 1024 modes, gradient flow, ${networks[0]!.trained.draws} networks a size`,
          caption: "Curves, theory; dots, mean of the networks with two standard errors, none of the theory in them.",
          panels: (["test", "train"] as const).map((kind) => ({
            title: `${kind} loss`,
            x: { label: "time t", log: true },
            y: { label: `${kind} loss`, log: true },
            series: networks.flatMap(({ N, trained, fine }, k) => {
              const { mean, stderr } = trained[kind];
              const shown = (values: Float64Array) => values.map((L) => (L > 1e-3 ? L : Number.NaN));
              return [
                { label: `N = ${N}`, x: trainable, y: shown(fine[kind]), shade: k / networks.length },
                {
                  x: at,
                  y: shown(mean),
                  low: mean.map((L, i) => (L > 1e-3 ? Math.max(L - 2 * stderr[i]!, L / 2) : Number.NaN)),
                  high: mean.map((L, i) => (L > 1e-3 ? L + 2 * stderr[i]! : Number.NaN)),
                  mark: "dot" as const,
                  shade: k / networks.length,
                },
              ];
            }),
          })),
        }),
        curvesFigure({
          id: "p2-dynamics-plateaus",
          title: "Plateaus of width",
          setting: `a = ${A}, P = ∞, gradient flow`,
          caption: "Plateaus and the power law in time that leads to them.",
          panels: exponentPanels,
        }),
      ],
      remarks: ["The exponent of the plateaus is a − 1 for every b here; that of time is (a − 1)/b."],
    };
  },
};
