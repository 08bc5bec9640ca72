// Beyond the papers: label noise. The loss shown is the excess; its exponents fall, and the schedule matters in every phase.

import { curvesFigure } from "../figures/index.ts";
import { constant, frontier, optimal, phase, powerLaw, sgd } from "../index.ts";
import { atLeast, type Claim, equals, type Recipe } from "./recipe.ts";

const CASES = [
  { alpha: 0.7, beta: 0.3 },
  { alpha: 0.8, beta: 0.6 },
];
const SETTINGS = [
  { name: "no noise, constant step", noise: 0, schedule: constant(), tuned: false },
  { name: "noise, best constant step", noise: 1, schedule: constant(), tuned: true },
  { name: "noise, optimal schedule", noise: 1, schedule: optimal(), tuned: false },
];

export const noise: Recipe = {
  id: "x-noise",
  title: "Beyond the papers: label noise and the exponents it changes",
  settings:
    "All ours: (0.7, 0.3) in phase Ia and (0.8, 0.6) in II, σ² = 1, f = 10¹⁰ … 10¹⁴, v = 4d, largest step ¾/Tr D. All losses are excess losses, without σ².",
  run({ quick, signal, onProgress }) {
    const claims: Claim[] = [];
    const panels = CASES.map((point, i) => {
      const found = SETTINGS.map(({ name, noise, schedule, tuned }, k) => {
        onProgress((i + k / SETTINGS.length) / CASES.length);
        const front = frontier({
          spectrum: powerLaw(point),
          flops: [1e10, 1e14],
          points: quick ? 3 : 7,
          stepFraction: 0.75,
          optimizer: sgd({ schedule }),
          noise,
          tuned,
          signal,
        });
        claims.push(
          equals(`(${point.alpha}, ${point.beta}), ${name}: η`, front.predicted!.eta, 0.02, {
            measured: front.fit.eta.value,
            uncertainty: front.fit.eta.stderr,
            source: "theory",
          }),
        );
        return { name, front };
      });
      const [, best, scheduled] = found.map(({ front }) => front);
      claims.push(
        atLeast(
          `(${point.alpha}, ${point.beta}), f = 10¹⁴: best constant step's excess loss over the optimal schedule's`,
          1,
          {
            measured: best!.loss.at(-1)! / scheduled!.loss.at(-1)!,
            source: "theory",
          },
        ),
      );
      return {
        title: `phase ${phase(point).phase}, (${point.alpha}, ${point.beta})`,
        x: { label: "compute f (flops)", log: true },
        y: { label: "excess loss P^{*}(f)", log: true },
        series: found.map(({ name, front }, k) => ({
          label: `${name}, η = ${front.fit.eta.value.toFixed(3)}`,
          x: front.flops,
          y: front.loss,
          category: k,
        })),
      };
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-noise",
          title: "Frontiers with label noise",
          setting: "σ² = 1, v = 4d, γ ≤ ¾/Tr D, B = 1",
          caption:
            "Noisy labels lower the exponent; a schedule that decays wins part of it back, a constant step does not.",
          panels,
        }),
      ],
      remarks: ["Without noise in these phases no schedule changes the exponent; with it, every one does."],
    };
  },
};
