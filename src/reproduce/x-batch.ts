// Beyond the papers: what batches are worth. Steps against samples to a loss, and how the critical batch grows as the loss falls.

import { curvesFigure } from "../figures/index.ts";
import { batchTradeoff, sourceCapacity } from "../index.ts";
import { type Claim, equals, type Recipe } from "./recipe.ts";

/** Target, spectrum and label noise. */
const CASES = [
  { a: 1.8, b: 1.4, noise: 0 },
  { a: 1.8, b: 1.4, noise: 1 },
  { a: 2.2, b: 1.5, noise: 0 },
  { a: 2.2, b: 1.5, noise: 1 },
] as const;
const BATCHES = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536];
/** Excess losses to come down to, and those of a first look: what takes less than a dozen steps has no power yet. */
const LOSSES = [3e-2, 1e-2, 3e-3, 1e-3];
const FEW = [3e-2, 5e-3, 1e-3];

export const batch: Recipe = {
  id: "x-batch",
  title: "Beyond the papers: steps against samples",
  settings: "All ours: N = ∞, fresh samples, the step tuned at every batch and loss; label noise 0 and 1.",
  run({ quick, signal, onProgress }) {
    const claims: Claim[] = [];
    const remarks: string[] = [];
    const losses = quick ? FEW : LOSSES;
    const panels = CASES.map(({ a, b, noise }, i) => {
      onProgress(i / CASES.length);
      const spectrum = sourceCapacity({ a, b });
      const found = batchTradeoff({ spectrum, noise, batches: BATCHES, losses: losses.map((L) => noise + L), signal });
      const { steps, samples, critical } = found.fit!;
      const at = `a = ${a}, b = ${b}, σ² = ${noise}`;
      const exponent = (what: string, value: number, { exponent: { value: slope, stderr } }: typeof steps) =>
        claims.push(equals(`${at}: ${what}`, value, 0.06, { measured: -slope, uncertainty: stderr, source: "theory" }));
      // bias alone; its power, and with noise one more of the loss: the noise is averaged over the samples
      exponent("S_min ∝ (L − σ²)^−x, x", b / (a - 1), steps);
      exponent("E_min ∝ (L − σ²)^−x, x", b / (a - 1) + (noise > 0 ? 1 : 0), samples);
      exponent("critical batch ∝ (L − σ²)^−x, x", noise > 0 ? 1 : 0, critical);
      remarks.push(`${at}: critical batch ${Array.from(found.critical, (B) => B.toPrecision(3)).join(", ")}.`);
      return {
        title: at,
        x: { label: "samples E over E_{min}", log: true },
        y: { label: "steps S over S_{min}", log: true },
        at: { x: [2], y: [2] },
        series: losses.map((L, k) => ({
          label: `L − σ² = ${L}`,
          x: found.samples[k]!.map((E) => E / found.leastSamples[k]!),
          y: found.steps[k]!.map((S) => S / found.leastSteps[k]!),
          shade: k / (losses.length - 1),
        })),
      };
    });
    return {
      claims,
      figures: [
        curvesFigure({
          id: "x-batch",
          title: "Steps against samples to reach a loss",
          setting: "N = ∞, fresh samples, the step tuned",
          caption:
            "Batches from 1 to 65,536. Without label noise the critical batch is the same at every loss; with it, it grows as one over the excess loss.",
          columns: 2,
          panels,
        }),
      ],
      remarks,
    };
  },
};
