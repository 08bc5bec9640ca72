// isoflop/fitting: laws as values, fitted to any runs and stacked into forecasts.

export { missingInput } from "./bind.ts";
export { fitLaw, type LawFit, type LawOptions } from "./fit-law.ts";
export { type Formula, namesIn, parseFormula, type Tree } from "./formula.ts";
export { type Input, lawAt, lawFrom, type ScalingLaw } from "./law.ts";
export { LAWS, lawNamed } from "./list.ts";
export {
  CUTS,
  type Forecaster,
  forecaster,
  type HeldOut,
  heldOut,
  type PointForecast,
  type Stacked,
} from "./predict.ts";
