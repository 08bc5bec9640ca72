// Paper 2, the approach to infinite width and to infinite data: 1/N and 1/P early in training, another power at its end.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, dynamicsExponents, fitPowerLaw, logspace, sourceCapacity } from "../index.ts";
import { log10, pow } from "../math/elementary.ts";
import { type Claim, equals, type Recipe } from "./recipe.ts";

const [A, B] = [1.5, 1.25];
const TIMES = [1, 10, 100, 1e3, 1e4, 1e5];

export const earlyLate: Recipe = {
  id: "p2-early-late",
  title: "Early, 1/N and 1/P; late, the exponents of the plateaus",
  settings:
    "(a, b) = (1.5, 1.25) are among the paper's; gradient flow on infinitely many modes, sizes 10⁴ … 10⁷ and times are ours.",
  run({ quick, onProgress }) {
    const spectrum = sourceCapacity({ a: A, b: B });
    const predicted = dynamicsExponents({ a: A, b: B });
    const sizes = logspace(1e4, 1e7, quick ? 5 : 13);
    const infinite = dynamics({ spectrum }, { times: TIMES, accuracy: "reference" });
    const claims: Claim[] = [];
    const panels = (["N", "P"] as const).map((resource, p) => {
      const curves = Array.from(sizes, (n, i) => {
        onProgress((p + i / sizes.length) / 2);
        return dynamics({ spectrum, [resource]: n }, { times: TIMES, accuracy: "reference" });
      });
      const early = TIMES.map((_, k) => curves.map(({ test }) => test[k]! - infinite.test[k]!));
      const late = curves.map(({ limit }) => limit.test);
      // at the largest size, t = 10³ … 10⁵ is still early, and no longer the start
      const inTime = fitPowerLaw(
        TIMES.slice(3),
        early.slice(3).map((losses) => losses.at(-1)!),
      ).exponent;
      const [growth, plateau] =
        resource === "N" ? [predicted.earlyFeatures, predicted.features] : [predicted.earlyData, predicted.data];
      const slope = (losses: readonly number[]) => {
        const { value, stderr } = fitPowerLaw(sizes, losses).exponent;
        return { measured: value, uncertainty: stderr };
      };
      claims.push(
        equals(`exponent of L − L(${resource} = ∞) in ${resource} at t = 10`, -1, 0.02, slope(early[1]!)),
        equals(`exponent of L − L(${resource} = ∞) in t`, -growth, 0.03, {
          measured: inTime.value,
          uncertainty: inTime.stderr,
          source: "theory",
        }),
        equals(`exponent of L(t = ∞) in ${resource}`, -plateau, 0.01, slope(late)),
      );
      return {
        title: resource === "N" ? "Width, P = ∞" : "Data, N = ∞",
        x: { label: resource === "N" ? "features N" : "samples P", log: true },
        y: { label: `L − L(${resource} = ∞)`, log: true },
        series: [
          ...TIMES.map((t, k) => ({
            label: t < 1e3 ? `t = ${t}` : `t = 10^{${log10(t)}}`,
            x: sizes,
            y: early[k]!,
            mark: "dot" as const,
            shade: k / TIMES.length,
          })),
          { label: "t = ∞", x: sizes, y: late, mark: "dot" as const, role: "accent" as const },
          {
            label: `1/${resource}`,
            x: sizes,
            y: sizes.map((n) => (early[1]![0]! * sizes[0]!) / n),
            mark: "dashed" as const,
            role: "ink" as const,
          },
          {
            label: `${resource}^{−${plateau}}`,
            x: sizes,
            y: sizes.map((n) => late[0]! * pow(n / sizes[0]!, -plateau)),
            mark: "dashed" as const,
            role: "muted" as const,
          },
        ],
      };
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-early-late",
          title: "Convergence to infinite width and to infinite data",
          setting: `a = ${A}, b = ${B}, gradient flow`,
          caption:
            "Early in training the distance falls like 1/N; at the end the loss itself does, with its own exponent.",
          panels,
        }),
      ],
      remarks: [
        "Early on, the fluctuation of the features (or of the data) is a perturbation, of order 1/N; in time it grows until the loss is at its plateau, where width is what holds it back.",
      ],
    };
  },
};
