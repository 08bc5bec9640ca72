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
import { scripted } from "../../numbers.ts";
import { words } from "./labels.ts";
import type { Context } from "./protocol.ts";

export interface ModelSettings {
  readonly alpha: number;
  readonly beta: number;
  readonly d: number;
  /** γ·Tr D. */
  readonly step: number;
  readonly batch: number;
  /** v/d. */
  readonly ratio: number;
  readonly flops: readonly [number, number];
}

export interface Input extends ModelSettings {
  readonly detail: "coarse" | "fine";
  /** What is wanted. */
  readonly parts: readonly ("frontier" | "loss" | "spectrum")[];
}

export type Part =
  | { readonly kind: "frontier"; readonly data: FrontierData }
  /** Loss curves where there is no frontier, and why. */
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "loss"; readonly data: LossData }
  | { readonly kind: "spectrum"; readonly data: SpectrumData };

const DETAIL = {
  coarse: { budgets: 3, sizes: 5, steps: 12, curve: 16, eigenvalues: 40 },
  fine: { budgets: 25, sizes: 12, steps: 80, curve: 120, eigenvalues: 0 },
};

export async function scaling(input: Input, { emit, pause }: Context<Part>): Promise<void> {
  const { alpha, beta, flops, batch, step, ratio, d, parts } = input;
  const detail = DETAIL[input.detail];
  const setting = words(input);
  const spectrum = powerLaw({ alpha, beta });
  const model = plrf({ spectrum, d, v: ratio * d, stepFraction: step, batch });
  if (parts.includes("frontier")) {
    emit(await frontierPart(input, setting, pause));
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
  const { d: best, loss: lowest, fit, slopes, predicted } = front;
  return {
    kind: "frontier",
    data: { setting, flops: front.flops, d: best, loss: lowest, fit, slopes, predicted, curves },
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
