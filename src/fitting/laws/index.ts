// isoflop/fitting: laws as values, fitted to any runs and stacked into forecasts.

export { fitLaw, type LawFit } from "./fit-law.ts";
export type { ScalingLaw } from "./law.ts";
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
