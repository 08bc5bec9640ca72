// Beyond the papers: what the schedule of the step does to the frontier. No exponent here is published; all are ours.

import { curvesFigure } from "../figures/index.ts";
import {
  compareSchedules,
  constant,
  cosine,
  frontier,
  linear,
  optimal,
  phase,
  plrf,
  powerLaw,
  sgd,
  warmupStableDecay,
} from "../index.ts";
import { atMost, type Claim, equals, type Recipe } from "./recipe.ts";

const CASES = [
  { alpha: 0.7, beta: 1.2, flops: [1e10, 1e14] },
  { alpha: 0.4, beta: 0.9, flops: [1e14, 1e18] },
];
const FAMILIES = [
  { name: "constant", schedule: constant() },
  { name: "cosine", schedule: cosine() },
  { name: "optimal", schedule: optimal() },
];

export const schedules: Recipe = {
  id: "x-schedules",
  title: "Beyond the papers: schedules and the exponents they change",
  settings: "All ours: (0.7, 1.2) in phase III and (0.4, 0.9) in IVa, v = 4d, largest step ¾/Tr D, no label noise.",
  run({ quick, signal, onProgress }) {
    const claims: Claim[] = [];
    const panels = CASES.map(({ alpha, beta, flops }, i) => {
      const spectrum = powerLaw({ alpha, beta });
      const found = FAMILIES.map(({ name, schedule }, k) => {
        onProgress((i + k / FAMILIES.length) / CASES.length);
        const optimizer = sgd({ schedule });
        const front = frontier({ spectrum, flops, points: quick ? 3 : 7, stepFraction: 0.75, optimizer, signal });
        claims.push(
          equals(`(${alpha}, ${beta}), ${name}: η`, front.predicted!.eta, 0.02, {
            measured: front.fit.eta.value,
            uncertainty: front.fit.eta.stderr,
            source: "theory",
          }),
        );
        return { name, front };
      });
      return {
        title: `phase ${phase({ alpha, beta }).phase}, (${alpha}, ${beta})`,
        x: { label: "compute f (flops)", log: true },
        y: { label: "P^{*}(f)", log: true },
        series: found.map(({ name, front }, k) => ({
          label: `${name}, η = ${front.fit.eta.value.toFixed(3)}`,
          x: front.flops,
          y: front.loss,
          category: k,
        })),
      };
    });
    const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), d: 1e5, stepFraction: 0.75 });
    const shapes = [
      ...FAMILIES,
      { name: "linear", schedule: linear() },
      { name: "wsd", schedule: warmupStableDecay() },
    ];
    const { steps, schedules: runs } = compareSchedules(model, shapes, quick ? 1e4 : 1e5);
    const left = (name: string) => {
      const { loss, F0, bias } = runs.find((run) => run.name === name)!;
      return loss / (F0 + bias);
    };
    claims.push(
      atMost("(0.7, 1.2), d = 10⁵: noise left by the optimal schedule over that of a constant step", 0.5, {
        measured: (left("optimal") - 1) / (left("constant") - 1),
        source: "theory",
      }),
    );
    const curve = (of: (run: (typeof runs)[number]) => Float64Array) =>
      runs.map((run, k) => ({ label: run.name, x: steps, y: of(run), category: k }));
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-schedules",
          title: "Frontiers with a constant step, a cosine and the best schedule",
          setting: "v = 4d, γ ≤ ¾/Tr D, B = 1, no label noise",
          caption:
            "In phases III and IV noise of early steps rules: the best schedule warms up and changes the exponent; a cosine does not.",
          panels,
        }),
        curvesFigure({
          id: "x-schedules-curves",
          title: "Schedules side by side",
          setting: `α = 0.7, β = 1.2, d = 10^{5}, v = 4d, ${steps.at(-1)!.toLocaleString("en")} steps`,
          caption: "The loss over training, and the step as a multiple of the largest.",
          panels: [
            {
              x: { label: "steps r", log: true },
              y: { label: "loss P", log: true },
              series: curve((run) => run.curve),
            },
            {
              x: { label: "steps r", log: true },
              y: { label: "γ_{r}/γ" },
              series: curve((run) => run.multiple),
            },
          ],
        }),
      ],
      remarks: ["F_pp, F_ac and F_0 depend only on the total of all steps: no schedule removes them, only the noise."],
    };
  },
};
