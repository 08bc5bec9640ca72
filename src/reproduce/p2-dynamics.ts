// Paper 2, the loss over training time for several widths and several amounts of data: power laws in time, then plateaus.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, dynamicsExponents, fitPowerLaw, logspace, sourceCapacity } from "../index.ts";
import { atLeast, atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const A = 1.5;
const CAPACITIES = [1.25, 1.5, 2];
const WIDTHS = [16, 64, 256, 512, 2048, 8192];

export const dynamicLosses: Recipe = {
  id: "p2-dynamics",
  title: "Test loss over time: power laws and plateaus",
  settings:
    "a = 1.5, b = 1.25, 1.5 and 2, P = 1000 and P = 128 are the paper's; the widths, gradient flow without label noise and infinitely many modes are ours.",
  run({ quick, onProgress }) {
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
    onProgress(0.3);
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
      onProgress(0.3 + (0.7 * i) / CAPACITIES.length);
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
            label: `N = 10^{${Math.round(Math.log10(sizes[k]!))}}`,
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
