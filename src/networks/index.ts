// The entry isoflop/networks: networks trained on real data. Re-exports only.

export type { NetworkKernels, NetworkShape, TrainOptions } from "../kernels/networks/kernels.ts";
export { networkKernels } from "../kernels/networks/wasm.ts";
export { type ReadyData, readyData, type TrainingData } from "./data.ts";
export {
  deviationExponent,
  type Exponent,
  meanWithInterval,
  timeExponent,
  type WidthExponent,
  widthExponent,
} from "./exponents.ts";
export {
  type Architecture,
  type Network,
  networkOf,
  PARAMETRISATIONS,
  type Parametrisation,
  startOf,
} from "./network.ts";
export {
  type NetworkTraining,
  type TrainedNetworks,
  type TrainingCost,
  trainingCost,
  trainNetworks,
  type WidthCurves,
} from "./train.ts";
