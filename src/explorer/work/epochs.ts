// Samples seen again: SGD through P distinct ones for many epochs beside one pass through fresh ones, over samples drawn; and how
// many fresh ones, in units of the distinct ones, a pass needs for the loss after e epochs (docs/theory.md, eq. 11.9).

import type { CurvesData } from "../../figures/index.ts";
import { dynamics, logspace, reuse, sgd } from "../../index.ts";
import { scripted } from "../../numbers.ts";
import { type DynamicsSetting, sizesNear } from "./dynamics-setting.ts";

const EPOCHS = [1, 2, 4, 8, 16, 32, 64, 128];
/** Steps drawn over. */
const POINTS = 40;
const MOST_STEPS = 1e6;

export async function epochs(input: DynamicsSetting, pause: () => Promise<void>): Promise<CurvesData> {
  const { spectrum, words, N, P, noise, batch } = input;
  // each at least one step
  const unique = sizesNear(P, 3).filter((U) => Number.isFinite(U) && U >= batch);
  if (unique.length === 0)
    throw new RangeError(
      `An epoch of P = ${scripted(P)} samples is less than one step of B = ${batch}: make B smaller, or P larger.`,
    );
  const own = input.rule.kind === "sgd" ? { eta: input.rule.eta } : {};
  const found = reuse({ spectrum, N, noise, batch, unique, epochs: EPOCHS, ...own });
  const rule = sgd({ eta: found.eta, batch });
  await pause();
  const most = Math.min(MOST_STEPS, (unique.at(-1)! * EPOCHS.at(-1)!) / batch);
  const steps = Float64Array.from(new Set(logspace(1, most, POINTS).map(Math.round)));
  const drawn = steps.map((t) => t * batch);
  const loss = (P: number) => dynamics({ spectrum, N, P, noise, rule }, { times: steps }).test;
  const passes = [];
  for (const U of unique) {
    passes.push({ U, y: loss(U) });
    await pause();
  }
  const shade = (i: number) => (unique.length > 1 ? i / (unique.length - 1) : 0.5);
  const name = (U: number) => `P = ${scripted(U, 4)}`;
  const size = N === Infinity ? "∞" : scripted(N, 4);
  return {
    id: "epochs",
    title: "Samples seen again against fresh ones",
    setting: `${words}, N = ${size}${noise > 0 ? `, σ^{2} = ${noise}` : ""}, SGD, η = ${scripted(found.eta)}, B = ${batch}, drawn with replacement`,
    caption:
      "Left, the test loss over samples drawn, from P distinct ones again and again and from fresh ones; right, how many fresh samples, in units of P, one pass needs for the loss after so many epochs.",
    panels: [
      {
        title: "One pass and epochs",
        x: { label: "samples drawn B·t", log: true },
        y: { label: noise > 0 ? "test loss, σ^{2} included" : "test loss", log: true },
        series: [
          { label: "fresh", x: drawn, y: loss(Infinity), role: "ink", mark: "dashed" },
          ...passes.map(({ U, y }, i) => ({ label: name(U), x: drawn, y, shade: shade(i) })),
        ],
      },
      {
        title: "What e epochs are worth",
        x: { label: "epochs e", log: true },
        y: { label: "fresh samples, in units of P", log: true },
        series: [
          { label: "as good as fresh", x: EPOCHS, y: EPOCHS, role: "ink", mark: "dashed" },
          ...unique.map((U, i) => ({ label: name(U), x: EPOCHS, y: found.reuse[i]!, shade: shade(i) })),
        ],
      },
    ],
  };
}
