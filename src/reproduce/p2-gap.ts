// Paper 2, the gap between test and train loss: it opens as the same samples are seen again.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, dynamicsExponents, fitPowerLaw, logspace, sourceCapacity } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { atLeast, atMost, equals, type Recipe } from "./recipe.ts";

const [A, B, N] = [1.5, 1.25, 512];
const SAMPLES = [64, 128, 256, 1024, 4096];

export const gap: Recipe = {
  id: "p2-gap",
  title: "Test and train loss part as data is reused",
  settings: "N = 512 and (a, b) = (1.5, 1.25) are the paper's; the values of P, gradient flow and times are ours.",
  run({ quick }) {
    const spectrum = sourceCapacity({ a: A, b: B });
    const times = logspace(0.1, 1e5, quick ? 40 : 120);
    const curves = SAMPLES.map((P) => dynamics({ spectrum, N, P }, { times }));
    // the law of the gap, where it is small: many samples, unbounded width
    const early = logspace(10, 1e3, 9);
    const many = logspace(1e6, 1e8, 5);
    const gaps = Array.from(many, (P) => {
      const { test, train } = dynamics({ spectrum, P }, { times: early, accuracy: "reference" });
      return test.map((L, i) => L - train[i]!);
    });
    const inTime = fitPowerLaw(early, gaps.at(-1)!).exponent;
    const inData = fitPowerLaw(
      many,
      gaps.map((g) => g[4]!),
    ).exponent;
    const predicted = dynamicsExponents({ a: A, b: B });
    const interpolating = curves[1]!;
    return {
      claims: [
        equals("exponent of L − L̂ in P", -1, 0.01, { measured: inData.value, uncertainty: inData.stderr }),
        equals("exponent of L − L̂ in t", -predicted.gap, 0.02, {
          measured: inTime.value,
          uncertainty: inTime.stderr,
          source: "theory",
        }),
        atMost("P = 128 < N: train loss at t = 10⁵ over the untrained loss", 1e-3, {
          measured: interpolating.train.at(-1)! / interpolating.model.energy,
        }),
        atLeast("P = 4096 > N: train loss at t = ∞ over the test loss, (1 − N/P)²", 0.76, {
          measured: curves[4]!.limit.train / curves[4]!.limit.test,
          source: "theory",
        }),
      ],
      figures: [
        curvesFigure({
          id: "p2-gap",
          title: "Test and train loss",
          setting: `a = ${A}, b = ${B}, N = ${N}, gradient flow`,
          caption: "Solid, test; dashed, train. The fewer the samples, the sooner the two part.",
          panels: [
            {
              title: "Loss",
              x: { label: "time t", log: true },
              y: { label: "loss", log: true },
              series: curves.flatMap(({ test, train }, i) => {
                const shade = i / (SAMPLES.length - 1);
                return [
                  { label: `P = ${SAMPLES[i]}`, x: times, y: test, shade },
                  {
                    x: times,
                    y: train.map((L) => (L > 1e-3 ? L : Number.NaN)),
                    mark: "dashed" as const,
                    shade,
                  },
                ];
              }),
            },
            {
              title: "Gap",
              x: { label: "time t", log: true },
              y: { label: "L − L̂", log: true },
              series: [
                ...curves.map(({ test, train }, i) => ({
                  label: `P = ${SAMPLES[i]}`,
                  x: times,
                  y: test.map((L, k) => L - train[k]!),
                  shade: i / (SAMPLES.length - 1),
                })),
                {
                  label: `t^{${(-predicted.gap).toFixed(1)}}`,
                  x: early,
                  y: early.map(
                    (t) => 0.3 * (curves[4]!.test[0]! - curves[4]!.train[0]!) * pow(t / times[0]!, -predicted.gap),
                  ),
                  mark: "dashed" as const,
                  role: "ink" as const,
                },
              ],
            },
          ],
        }),
      ],
      remarks: [
        "With P < N the train loss goes to zero while the test loss stays at the plateau of the data; with P > N both stop, train below test by (1 − N/P)².",
      ],
    };
  },
};
