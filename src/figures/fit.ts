// Runs and what was made of them (docs/theory.md, §10): loss over model size at each budget with the fit, the best N and D over
// compute with their intervals, residuals, and where the measured exponents lie among the phases of the solvable model.

import type { FitResult } from "../fitting/fit.ts";
import type { Forecaster } from "../fitting/laws/predict.ts";
import { isLaw, type Plan } from "../fitting/plan.ts";
import { powerOfTen } from "../numbers.ts";
import type { Figure } from "./figure.ts";
import { approaches } from "./fit/approaches.ts";
import { frontiers, missed, type Reference } from "./fit/best.ts";
import { overCompute } from "./fit/forecast.ts";
import { alongLine, losses } from "./fit/losses.ts";
import { phasePlane } from "./fit/phase-plane.ts";
import { profiles, residuals } from "./fit/residuals.ts";

export interface FitFigureData {
  readonly result: FitResult;
  /** Budgets to mark, in flops. */
  readonly budgets: ArrayLike<number>;
  /** Laws stacked on the same runs, for bands of forecasts. */
  readonly forecaster?: Forecaster | null;
  /** Published laws to compare with: their best sizes and tokens. Default: none. */
  readonly references?: readonly Reference[];
}

/** Runs with the laws fitted to them, a panel for each thing they tell. */
export function fitFigure({ result, budgets, forecaster = null, references = [] }: FitFigureData): Figure {
  const { runs, parametric, ray } = result;
  const marked = Float64Array.from(budgets);
  const panels = [losses(result), ...frontiers(result, marked, forecaster, references)];
  if (parametric || forecaster) panels.splice(1, 0, overCompute(result, marked, forecaster));
  if (parametric) panels.push(residuals(result));
  if (parametric && parametric.profiles.length > 0) panels.push(profiles(result));
  const bridge = (parametric ?? result.isoflop ?? result.envelope)?.bridge;
  if (bridge) panels.push(phasePlane(bridge));
  if (ray) panels.push(alongLine(result));
  const exponent = approaches(result)
    .map(
      ({ name, model }) =>
        `${name}: N^{*} ∝ C^{${(isLaw(model) ? model.beta / (model.alpha + model.beta) : model.size.exponent).toFixed(3)}}`,
    )
    .join("; ");
  return {
    id: "fit",
    title: "Training runs and their scaling law",
    subtitle:
      exponent || (ray ? `along the line of these runs L = ${ray.E.toFixed(3)} + K C^{−${ray.eta.toFixed(3)}}` : ""),
    caption: `${runs.n} rows of training runs with the fitted law, the best model size and tokens at each budget, and residuals. ${exponent}`,
    width: panels.length > 4 ? 1320 : 960,
    height: panels.length > 6 ? 1180 : panels.length > 2 ? 800 : 460,
    columns: Math.min(panels.length, panels.length > 4 ? 3 : 2),
    panels,
    table: {
      N: runs.N,
      D: runs.D,
      flops: runs.C,
      loss: runs.loss,
      ...(parametric && { residual: parametric.fit.residuals }),
    },
  };
}

/** One plan or several, with the runs they rest on. */
export function planFigure({
  result,
  plans,
  forecaster = null,
}: {
  readonly result: FitResult;
  readonly plans: readonly Plan[];
  /** Laws stacked on the same runs. */
  readonly forecaster?: Forecaster | null;
}): Figure {
  const budgets = Float64Array.from(plans, (p) => p.flops);
  const panels = [overCompute(result, budgets, forecaster), ...frontiers(result, budgets, forecaster)];
  const cost = missed(result, plans[0]!);
  if (cost) panels.push(cost);
  return {
    id: "plan",
    title: "What to train",
    subtitle: plans
      .slice(0, 3)
      .map(
        (p) =>
          `C = ${powerOfTen(p.flops, 2)}: N = ${powerOfTen(p.N)}, D = ${powerOfTen(p.D)}, loss ${p.loss.toFixed(3)}`,
      )
      .join("; "),
    caption:
      "The best model size and number of tokens over compute, with intervals, and the loss of models off the best size.",
    width: 960,
    height: panels.length > 2 ? 800 : 460,
    columns: 2,
    panels,
    table: {
      flops: plans.map((p) => p.flops),
      N: plans.map((p) => p.N),
      D: plans.map((p) => p.D),
      loss: plans.map((p) => p.loss),
    },
  };
}
