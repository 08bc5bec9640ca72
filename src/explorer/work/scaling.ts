// What the phase plane's figures show at one point: a fan of loss curves with their frontier, the parts of one loss, and the
// spectrum. Coarse answers are for while the point is being dragged.

import type { FrontierData, LossData, SpectrumData } from "../../figures/index.ts";
import {
  components,
  frontier,
  logspace,
  loss,
  type Plrf,
  phase,
  plrf,
  powerLaw,
  spectralDensity,
  support,
} from "../../index.ts";
import { fixed, scripted } from "../../numbers.ts";
import type { Context } from "./context.ts";
import { type Limits, stableLimits } from "./limits.ts";
import { type ModelSettings, words } from "./model-settings.ts";

export type Name = "frontier" | "loss" | "spectrum";

export interface Input extends ModelSettings {
  readonly detail: "coarse" | "fine";
  /** What is wanted. */
  readonly parts: readonly Name[];
}

/** A setting that would do, and what to call it. */
export interface Remedy {
  readonly label: string;
  readonly set: { readonly step: number } | { readonly ratio: number };
}

export type Part =
  | { readonly kind: "frontier"; readonly data: FrontierData }
  /** A figure that there is not here, why, and what would do. */
  | { readonly kind: "none"; readonly of: Name; readonly reason: string; readonly remedy?: Remedy }
  | ({ readonly kind: "limits" } & Limits)
  | { readonly kind: "loss"; readonly data: LossData }
  | { readonly kind: "spectrum"; readonly data: SpectrumData };

const DETAIL = {
  coarse: { budgets: 25, sizes: 6, steps: 12, curve: 16, eigenvalues: 40 },
  fine: { budgets: 25, sizes: 12, steps: 80, curve: 120, eigenvalues: 0 },
};

/** A step is made smaller than the largest stable one by this factor. */
const WELL_BELOW = 0.8;
/** A finite v/d in place of ∞. */
const MANY = 100;

export async function scaling(input: Input, { emit, pause }: Context<Part>): Promise<void> {
  const { alpha, beta, flops, batch, step, ratio, d, parts } = input;
  const detail = DETAIL[input.detail];
  const setting = words(input);
  const spectrum = powerLaw({ alpha, beta });
  const none = (reason: string, remedy?: Remedy, of: readonly Name[] = parts) => {
    for (const name of of)
      if (parts.includes(name)) emit({ kind: "none", of: name, reason, ...(remedy ? { remedy } : {}) });
  };
  const finite: Remedy = { label: `Set v/d to ${MANY}`, set: { ratio: MANY } };
  if (ratio === Infinity && alpha <= 0.5)
    return none(
      "Infinite data, v/d = inf, need α > ½: below it the eigenvalues of the data have no finite sum.",
      finite,
    );
  if (ratio === Infinity && alpha + beta <= 0.5)
    return none("Infinite data, v/d = inf, need α + β > ½: below it the target has no finite energy.", finite);
  const limits = stableLimits(input);
  emit({ kind: "limits", ...limits });
  if (step >= limits.step) {
    const fits = +(WELL_BELOW * limits.step).toPrecision(2);
    return none(
      `γ·Tr D = ${step} is too large a step for B = ${batch}: from ${fixed(limits.step, 3)}, the largest stable step, the loss of these models grows.`,
      { label: `Lower γ·Tr D to ${fits}`, set: { step: fits } },
    );
  }
  const model = plrf({ spectrum, d, v: ratio * d, stepFraction: step, batch });
  if (parts.includes("frontier")) {
    if (ratio === Infinity)
      none("The best size is searched among models with finite data: give v/d a number.", finite, ["frontier"]);
    else emit(await frontierPart(input, setting, pause));
    await pause();
  }
  if (parts.includes("loss")) {
    // from the first step on
    const curve = curveOf(model, [batch * d, flops[1]], detail.curve);
    if (curve)
      emit({
        kind: "loss",
        data: {
          setting: `d = ${scripted(d)}, ${setting}`,
          steps: curve.steps,
          flops: curve.flops,
          loss: curve.loss,
          F0: model.F0,
          components: alpha + beta > 0.5 ? components(model, { steps: curve.steps }) : undefined,
        },
      });
    await pause();
  }
  if (parts.includes("spectrum"))
    emit({ kind: "spectrum", data: spectrumOf(model, `d = ${scripted(d)}, ${setting}`, detail.eigenvalues) });
}

async function frontierPart(input: Input, setting: string, pause: () => Promise<void>): Promise<Part> {
  const { alpha, beta, flops, batch, step, ratio } = input;
  if (phase({ alpha, beta }).phase === null)
    return {
      kind: "none",
      of: "frontier",
      reason:
        "Here α + β ≤ ½: the loss of an infinite target is no power law of compute, and no model size is the best.",
    };
  const detail = DETAIL[input.detail];
  const spectrum = powerLaw({ alpha, beta });
  const front = frontier({ spectrum, flops, points: detail.budgets, dataRatio: ratio, stepFraction: step, batch });
  await pause();
  const sizes = logspace(Math.max(front.d[0]! / 4, 4), front.d.at(-1)! * 2, detail.sizes);
  const curves = [];
  for (const size of sizes) {
    const curve = curveOf(plrf({ spectrum, d: size, v: ratio * size, stepFraction: step, batch }), flops, detail.steps);
    if (curve) curves.push({ d: size, flops: curve.flops, loss: curve.loss });
    if (input.detail === "fine") await pause();
  }
  const { d: best, loss: lowest, fit, fitRange, jumps, slopes, predicted } = front;
  return {
    kind: "frontier",
    data: { setting, flops: front.flops, d: best, loss: lowest, fit, fitRange, jumps, slopes, predicted, curves },
  };
}

/** The loss where the window of compute lies within whole steps from 1 on. */
function curveOf(model: Plrf, [lo, hi]: readonly [number, number], points: number) {
  const cost = model.batch * model.d;
  const most = Math.min(hi / cost, Number.MAX_SAFE_INTEGER);
  const least = Math.max(lo / cost, 1);
  if (most < least * 2) return undefined;
  return loss(model, { steps: Float64Array.from(new Set(logspace(least, most, points).map(Math.round))) });
}

function spectrumOf(model: Plrf, setting: string, points: number): SpectrumData {
  const [left, right] = support(model);
  const few = points > 0 && left > 0 ? { lambda: logspace(left * 0.9, right * 1.1, points) } : {};
  const { lambda, density, weighted } = spectralDensity(model, few);
  return { setting, lambda, density, weighted };
}
