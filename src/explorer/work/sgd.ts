// Real runs of one-pass SGD, one after the other, over the theory's curve. Run k has the seed s + k and a draw of W of its own.

import type { CurvesData } from "../../figures/index.ts";
import { logspace, loss, plrf, powerLaw, simulate } from "../../index.ts";
import type { Context } from "./context.ts";
import { type ModelSettings, words } from "./model-settings.ts";

export interface SgdInput extends ModelSettings {
  readonly seed: number;
  readonly members: number;
}

export interface SgdPart {
  /** Runs done. */
  readonly done: number;
  readonly data: CurvesData;
}

/** The largest model simulated here: a draw of W costs d³. */
export const MOST_SGD = 512;
/** Components updated in one run: a fraction of a second. */
const WORK = 5e7;
const RECORDS = 60;
const ERRORS = 2;

export async function sgd(input: SgdInput, { emit, pause }: Context<SgdPart>): Promise<void> {
  const { alpha, beta, d, ratio, step, batch, flops, seed, members } = input;
  if (d > MOST_SGD) throw new RangeError(`d must be at most ${MOST_SGD} here, got ${d}`);
  if (ratio === Infinity) throw new RangeError("SGD needs finite data: set v/d to a number");
  const model = plrf({
    spectrum: powerLaw({ alpha, beta }),
    d,
    v: Math.round(ratio * d),
    stepFraction: step,
    batch,
  });
  const steps = Math.floor(Math.max(10, Math.min(flops[1] / (batch * d), WORK / (batch * d))));
  const record = Float64Array.from(new Set([0, ...logspace(1, steps, RECORDS).map(Math.round)]));
  const theory = loss(model, { steps: record }).loss;
  const x = record.map((r) => batch * d * r);
  const curves: Float64Array[] = [];
  for (let k = 0; k < members; k++) {
    await pause();
    const { mean, stats } = await simulate(model, { steps, record, members: 1, seed: seed + k });
    if (!stats.converged) throw new Error(`the run of seed ${seed + k} diverged: choose a smaller step`);
    curves.push(mean);
    emit({ done: k + 1, data: figure(input, d, x, curves, theory) });
  }
}

function figure(
  input: SgdInput,
  d: number,
  x: Float64Array,
  curves: readonly Float64Array[],
  theory: Float64Array,
): CurvesData {
  const n = curves.length;
  const mean = theory.map((_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / n);
  const error = mean.map((value, i) =>
    Math.sqrt(curves.reduce((sum, curve) => sum + (curve[i]! - value) ** 2, 0) / (n * Math.max(1, n - 1))),
  );
  const of = (sign: number) => mean.map((value, i) => (value + sign * ERRORS * error[i]!) / theory[i]!);
  const compute = { label: "compute f = B·d·r (flops)", log: true };
  return {
    id: "sgd",
    title: "One-pass SGD against the theory",
    setting: `d = ${d}, ${words(input)}, seeds ${input.seed} to ${input.seed + n - 1}`,
    caption: `${n} runs of SGD, each with its own random features, their mean, and the theory's expected loss over compute.`,
    panels: [
      {
        title: "Loss P",
        x: compute,
        y: { label: "loss P", log: true },
        series: [
          ...curves.map((y, k) => ({ ...(k === 0 ? { label: "a run" } : {}), x, y, role: "muted" as const })),
          { label: `mean of ${n}`, x, y: mean, role: "accent" },
          { label: "theory", x, y: theory, mark: "dashed", role: "ink" },
        ],
      },
      {
        title: `Mean over theory${n > 1 ? `, with ${ERRORS} standard errors` : ""}`,
        x: compute,
        y: { label: "mean / theory" },
        series: [
          {
            x,
            y: mean.map((value, i) => value / theory[i]!),
            ...(n > 1 ? { low: of(-1), high: of(1) } : {}),
            role: "accent",
          },
        ],
        at: { y: [1] },
      },
    ],
  };
}
