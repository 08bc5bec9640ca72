// Paper 2, one bottleneck at a time: the exponents of L(t), L(N) and L(P). For a single student with a − 1 > b the published
// exponent of L(N) is that of the bias alone; finite networks drawn at random, their best losses computed exactly, decide.

import { curvesFigure } from "../figures/index.ts";
import { dynamics, dynamicsExponents, fitPowerLaw, logspace, plrf, sampleSpectrum, sourceCapacity } from "../index.ts";
import { pow } from "../math/elementary.ts";
import { type Claim, equals, type Recipe } from "./recipe.ts";

const CASES = [
  { a: 1.5, b: 1.25 },
  { a: 2, b: 1.5 },
  { a: 3, b: 1.5 },
] as const;
/** Modes of the sampled networks. */
const M = 2048;

export const bottlenecks: Recipe = {
  id: "p2-bottlenecks",
  title: "Time, features or samples as the bottleneck",
  settings:
    "(a, b) = (1.5, 1.25) and (2, 1.5) are among the paper's, (3, 1.5) is ours: only a − 1 > b tells the exponents of L(N) apart. Gradient flow; N, P = 10⁴ … 10⁶, t = 10⁴ … 10⁷; sampled networks of N = 16 … 256 features on 2048 modes.",
  async run({ quick, threads, signal, onProgress }) {
    const claims: Claim[] = [];
    const sizes = logspace(1e4, 1e6, 5);
    const times = logspace(1e4, 1e7, 7);
    const panels = [];
    for (const [i, { a, b }] of CASES.entries()) {
      const at = `(${a}, ${b})`;
      const spectrum = sourceCapacity({ a, b });
      const predicted = dynamicsExponents({ a, b });
      const inTime = dynamics({ spectrum }, { times }).test;
      const inData = sizes.map((P) => dynamics({ spectrum, P }, { times: [1] }).limit.test);
      const inWidth = sizes.map((N) => dynamics({ spectrum, N }, { times: [1] }).limit.test);

      // the least loss of any weights, for each of many draws of the features
      const widths = quick ? [16, 32, 64, 128] : [16, 32, 64, 128, 256];
      const sampled: { mean: number; stderr: number; theory: number }[] = [];
      for (const [k, N] of widths.entries()) {
        const { draws } = await sampleSpectrum(plrf({ spectrum, d: N, v: M }), {
          draws: quick ? 20 : 100,
          seed: 8,
          threads,
          signal,
          onProgress: (done) => onProgress((i + (k + done) / widths.length) / CASES.length),
        });
        const mean = draws.reduce((sum, { floor }) => sum + floor, 0) / draws.length;
        const square = draws.reduce((sum, { floor }) => sum + pow(floor - mean, 2), 0);
        sampled.push({
          mean,
          stderr: Math.sqrt(square / (draws.length - 1) / draws.length),
          theory: dynamics({ spectrum, N, modes: M }, { times: [1] }).limit.test,
        });
      }
      const simulated = fitPowerLaw(
        widths,
        sampled.map(({ mean }) => mean),
      ).exponent;
      const deviation = Math.max(...sampled.map(({ mean, theory }) => Math.abs(mean / theory - 1)));
      const slope = (x: ArrayLike<number>, y: ArrayLike<number>) => {
        const { value, stderr } = fitPowerLaw(x, y).exponent;
        return { measured: value, uncertainty: stderr };
      };
      const width = slope(sizes, inWidth);
      claims.push(
        equals(`${at}: exponent of L(t)`, -predicted.time, 0.01, slope(times, inTime)),
        equals(`${at}: exponent of L(P)`, -predicted.data, 0.02, slope(sizes, inData)),
        equals(`${at}: exponent of L(N), min(a − 1, 2b)`, -predicted.featuresPublished, 0.02, {
          ...width,
          ...(predicted.features === predicted.featuresPublished
            ? {}
            : {
                disputed: `published −min(a − 1, 2b) = ${-predicted.featuresPublished}; theory −min(a − 1, b) = ${-predicted.features}, on its own curves ${width.measured.toFixed(3)}; ${sampled.length} sizes of sampled networks, no theory in them, ${simulated.value.toFixed(3)} ± ${simulated.stderr.toFixed(3)}. The published exponent is that of the bias: one student also has the variance of its features, which falls only like N^−b and wins where a − 1 > b. An infinite ensemble follows the published one.`,
              }),
        }),
        equals(`${at}: exponent of L(N), min(a − 1, b)`, -predicted.features, 0.02, { ...width, source: "theory" }),
        equals(`${at}: sampled networks' L over the theory's, farthest of ${sampled.length} sizes from 1`, 0, 0.1, {
          measured: deviation,
          source: "theory",
        }),
      );
      const line = (x: ArrayLike<number>, y: ArrayLike<number>, power: number) =>
        Float64Array.from(x, (value) => 0.7 * y[0]! * pow(value / x[0]!, power));
      const all = logspace(16, 1e6, 30);
      panels.push({
        title: `a = ${a}, b = ${b}`,
        x: { label: "features N or samples P", log: true },
        y: { label: "loss without the other bottlenecks", log: true },
        series: [
          {
            label: "L(N)",
            x: all,
            y: all.map((N) => dynamics({ spectrum, N }, { times: [1] }).limit.test),
            category: 0,
          },
          {
            label: "L(P)",
            x: all,
            y: all.map((P) => dynamics({ spectrum, P }, { times: [1] }).limit.test),
            category: 1,
          },
          {
            label: "sampled networks",
            x: widths,
            y: sampled.map(({ mean }) => mean),
            mark: "dot" as const,
            role: "ink" as const,
          },
          {
            label: `L(N), ${M} modes`,
            x: widths,
            y: sampled.map(({ theory }) => theory),
            mark: "dashed" as const,
            role: "ink" as const,
          },
          {
            label: `published, N^{−${predicted.featuresPublished}}`,
            x: all,
            y: line(all, [sampled[0]!.mean], -predicted.featuresPublished),
            mark: "dashed" as const,
            role: "muted" as const,
          },
        ],
      });
    }
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-bottlenecks",
          title: "The plateaus of width and of data",
          setting: "t = ∞, no label noise",
          caption:
            "Where a − 1 > b one student's loss falls more slowly in N than published; in P the published exponent holds.",
          panels,
        }),
      ],
      remarks: [
        "The best loss of a network with given features is what no weights reach: it needs neither training nor theory, only the eigenvalues of its kernel.",
      ],
    };
  },
};
