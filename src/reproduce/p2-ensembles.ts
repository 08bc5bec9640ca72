// Paper 2, ensembling against width at equal compute: E students of N features each, or one of E N.

import { curvesFigure } from "../figures/index.ts";
import { computeOptimal, dynamics, logspace, sourceCapacity } from "../index.ts";
import { atLeast, type Claim, type Recipe } from "./recipe.ts";

const STUDENTS = [1, 4];
const CASES = [
  { a: 1.5, b: 1.25 },
  { a: 3, b: 1.5 },
];

export const ensembles: Recipe = {
  id: "p2-ensembles",
  title: "Ensembling against width at equal compute",
  settings:
    "E = 1 and 4 and (a, b) = (1.5, 1.25) are the paper's; (3, 1.5), the label noise σ² = ¼ with P = 300 and the budgets are ours. Gradient flow.",
  run({ quick, signal, onProgress }) {
    const compute = logspace(1e3, 1e8, quick ? 4 : 11);
    const claims: Claim[] = [];
    const panels = CASES.map(({ a, b }, i) => {
      const spectrum = sourceCapacity({ a, b });
      const found = STUDENTS.map((students, k) => {
        onProgress((2 * i + k) / 8);
        return computeOptimal({ spectrum }, { compute, students, signal });
      });
      const ratios = found[1]!.loss.map((L, k) => L / found[0]!.loss[k]!);
      claims.push(
        atLeast(`(${a}, ${b}): least loss of 4 students over that of one, at every C`, 1, {
          measured: Math.min(...ratios),
        }),
      );
      return {
        title: `a = ${a}, b = ${b}`,
        x: { label: "compute C = E N t", log: true },
        y: { label: "L^{*}(C)", log: true },
        series: found.map(({ loss }, k) => ({
          label: `E = ${STUDENTS[k]}`,
          x: compute,
          y: loss,
          category: k,
          ...(k === 1 ? { mark: "dashed" as const } : {}),
        })),
      };
    });
    // over time, at the same number of features in all
    const spectrum = sourceCapacity({ a: 1.5, b: 1.25 });
    const times = logspace(0.1, 1e5, quick ? 30 : 80);
    const total = 512;
    const overTime = [
      { label: `E = 1, N = ${total}`, y: dynamics({ spectrum, N: total }, { times }).test },
      ...[4, 16].map((students) => ({
        label: `E = ${students}, N = ${total / students}`,
        y: dynamics({ spectrum, N: total / students }, { times, ensemble: { students } }).ensemble!,
      })),
    ];
    claims.push(
      atLeast("(1.5, 1.25): loss of 4 × 128 features over that of 512, at every t", 1, {
        measured: Math.min(...overTime[1]!.y.map((L, k) => L / overTime[0]!.y[k]!)),
      }),
    );
    // where width is capped, or N is near P, more students do help
    const noisy = { spectrum: sourceCapacity({ a: 1.8, b: 1.4 }), P: 300, noise: 0.25 };
    const capped = STUDENTS.map(
      (students) => computeOptimal(noisy, { compute: [1e6], students, maxN: 2000, signal }).loss[0]!,
    );
    claims.push(
      atLeast("P = 300, σ² = ¼, N ≤ 2000, C = 10⁶: least loss of one student over that of 4", 1.05, {
        measured: capped[0]! / capped[1]!,
        source: "theory",
      }),
    );
    return {
      claims,
      figures: [
        curvesFigure({
          id: "p2-ensembles",
          title: "One wide student or several narrow ones",
          setting: "gradient flow, P = ∞, no label noise",
          caption:
            "At equal compute one student is never worse: an ensemble takes off the variance, width the bias as well.",
          panels: [
            ...panels,
            {
              title: "512 features in all, a = 1.5, b = 1.25",
              x: { label: "time t", log: true },
              y: { label: "loss", log: true },
              series: overTime.map((series, k) => ({ ...series, x: times, category: k })),
            },
          ],
        }),
      ],
      remarks: [
        "Where a − 1 > b what counts at the optimum is the variance of the features, of which E students have one E-th: ensembling then is nearly neutral. It wins only where width cannot grow, as in the last row.",
      ],
    };
  },
};
