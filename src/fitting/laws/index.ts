// isoflop/fitting: laws as values, fitted to any runs and stacked into forecasts.

export { type Better, bestAt, clearlyBetter, heldOutBy } from "./assess.ts";
export { missingInput } from "./bind.ts";
export { type Design, type DesignedRun, type DesignOptions, designRuns } from "./design.ts";
export { fitLaw, type LawFit, type LawOptions, objectiveOf } from "./fit-law.ts";
export { type Formula, namesIn, parseFormula, type Tree } from "./formula.ts";
export { type Goodness, goodness, type Trend } from "./goodness.ts";
export { type Input, lawAt, lawFrom, type ScalingLaw } from "./law.ts";
export { LAWS, lawNamed, REGISTRY } from "./list.ts";
export { LOSSES, type LossFunction } from "./losses.ts";
export { type Estimate, type LrBatchLaws, lrBatchLaws, type Optimum, type Sweep } from "./lr-batch.ts";
export { byGroup, fixed, tiedTo } from "./modify.ts";
export { type Curve, fitMultiPower, MULTI_POWER, multiPowerLoss, multiPowerObjective } from "./multi-power.ts";
export {
  CUTS,
  type Forecaster,
  forecaster,
  type HeldOut,
  heldOut,
  type PointForecast,
  type Stacked,
} from "./predict.ts";
export { type Resampled, resampled } from "./resampled.ts";
export {
  FORMAT,
  isSavedLaw,
  type ReadLaw,
  readSavedLaw,
  type SavedLaw,
  saved,
  savedStack,
} from "./saved.ts";
export { checkedSchedule, fitSchedules, type ScheduleFit } from "./schedules.ts";
export type { Stack, StackOptions } from "./stack.ts";
export { readLaw, type WrittenLaw, written, writtenLaw } from "./written.ts";
