// The public API: re-exports only.

export {
  type Allocation,
  allocate,
  allocateSize,
  budgetFor,
  type Miss,
  missBy,
} from "./fitting/allocation.ts";
export { type Bootstrap, type BootstrapOptions, bootstrap, type Refit } from "./fitting/bootstrap.ts";
export {
  type Bridge,
  type BridgeOptions,
  bridge,
  bridgeSpectrum,
  type Forecast,
  forecast,
  type Gaussian2,
  gaussian,
  type Marginal,
  type SpectrumBridge,
  type SpectrumBridgeOptions,
} from "./fitting/bridge.ts";
export { type Decimal, parseNumber } from "./fitting/cells.ts";
export { type Quantity, type Recognised, recognise } from "./fitting/columns.ts";
export { type EnvelopeFit, type EnvelopeOptions, fitEnvelope } from "./fitting/envelope.ts";
export { type FitOptions, type FitResult, type Fitted, fitRuns, frontierExponents } from "./fitting/fit.ts";
export {
  type ModelPoints,
  parseColumns,
  parseUnits,
  parseWhere,
  pointsFromTable,
  runsFromTable,
  type TableOptions,
} from "./fitting/from-table.ts";
export { type Identifiability, identifiability } from "./fitting/identifiability.ts";
export { fitIsoflop, type IsoflopFit, type IsoflopOptions, type Slice } from "./fitting/isoflop.ts";
export type { Needs, Target } from "./fitting/needs.ts";
export { fitParametric, type ParametricFit, type ParametricOptions } from "./fitting/parametric.ts";
export { isLaw, type Model, type Plan, type PlanOptions, plan } from "./fitting/plan.ts";
export { type Law, lossAt } from "./fitting/points.ts";
export {
  allocateByLines,
  fitOptima,
  type Optima,
  type OptimaFit,
  type PowerLine,
  type SaturatingLaw,
} from "./fitting/powerlaws.ts";
export { type Profile, type ProfileOptions, profile } from "./fitting/profile.ts";
export { type Format, formatOf, formatOfContent, readTable } from "./fitting/read.ts";
export { dropHighestLoss, type RunColumns, type Runs, runCount, runs, select } from "./fitting/runs.ts";
export { type Rollout, rollouts, type Sensitivity, type SensitivityRow, sensitivity } from "./fitting/sensitivity.ts";
export { isSpectrum, spectrumFromTable, type Table } from "./fitting/table.ts";
export { defaultKernels, useKernels } from "./kernels/default.ts";
export type { Kernels } from "./kernels/kernels.ts";
export { referenceKernels } from "./kernels/reference/reference.ts";
export type { Modes } from "./kernels/resolvent.ts";
export type { Distribution } from "./kernels/simulation.ts";
export { wasmKernels } from "./kernels/wasm/wasm.ts";
export { logspace } from "./math/grid.ts";
export * from "./math/power-fit.ts";
export { type Interval, interval, quantile } from "./math/quantiles.ts";
export { availableThreads } from "./pool.ts";
export { type Provenance, version } from "./provenance.ts";
export { type CheckpointStore, fileCheckpoint } from "./simulation/checkpoint.ts";
export {
  type DynamicsSimulation,
  type DynamicsSimulationOptions,
  type SimulatedLoss,
  simulateDynamics,
} from "./simulation/dynamics.ts";
export type { SampledSpectrum } from "./simulation/eigenvalues.ts";
export * from "./simulation/ensemble.ts";
export type { ThreadOptions } from "./simulation/lanes.ts";
export { type BatchOptions, type BatchTradeoff, batchTradeoff } from "./theory/dynamics/batch.ts";
export {
  type Bottleneck,
  bottleneck,
  computeOptimal,
  type OptimalCurve,
  type OptimalOptions,
  type Resource,
} from "./theory/dynamics/compute-optimal.ts";
export {
  type Decomposition,
  type DynamicsCurve,
  type DynamicsOptions,
  type DynamicsStats,
  dynamics,
  type Ensemble,
} from "./theory/dynamics/dynamics.ts";
export {
  type EpochsPlane,
  type EpochsPlaneOptions,
  type EpochsPlaneRow,
  epochsPlane,
  epochsPlaneRow,
  type Helps,
  type PlaneFit,
} from "./theory/dynamics/epochs-plane.ts";
export * from "./theory/dynamics/exponents.ts";
export type { StaticLosses } from "./theory/dynamics/limits.ts";
export {
  type DynamicsModel,
  type DynamicsProblem,
  dynamicsModel,
  sourceCapacity,
} from "./theory/dynamics/problem.ts";
export { type ResponseOptions, type Responses, responses } from "./theory/dynamics/response.ts";
export { type Reuse, type ReuseOptions, reuse } from "./theory/dynamics/reuse.ts";
export { type EarlyStopping, earlyStopping } from "./theory/dynamics/stopping.ts";
export { type UniqueOptimum, type UniqueOptions, uniqueOptimal } from "./theory/dynamics/unique.ts";
export {
  BOUNDARIES,
  type Component,
  minimisedExponents,
  type Phase,
  type PhaseName,
  type Point,
  phase,
} from "./theory/exponents/phases.ts";
export { type Exponents, trainedExponents } from "./theory/exponents/trained-exponents.ts";
export { type Plrf, type PlrfOptions, plrf } from "./theory/measure/plrf.ts";
export { type Measured, measured, type PowerLaw, powerLaw, type Spectrum } from "./theory/measure/spectrum.ts";
export { kernelNorm, type Stability, stability } from "./theory/measure/stability.ts";
export { type TailFit, type TailOptions, tailFit } from "./theory/measure/tail.ts";
export * from "./theory/plrf/components.ts";
export * from "./theory/plrf/density.ts";
export { type Diagram, type DiagramOptions, diagram } from "./theory/plrf/diagram.ts";
export * from "./theory/plrf/frontier.ts";
export * from "./theory/plrf/loss.ts";
export type { BestSchedule } from "./theory/training/best-schedule.ts";
export * from "./theory/training/budget.ts";
export {
  type Compared,
  type ComparedOptions,
  type Comparison,
  compared,
  compareSchedules,
  stepsToCompare,
} from "./theory/training/compare.ts";
export { type Momentum, momentumNorm } from "./theory/training/momentum.ts";
export {
  type Batch,
  type Choice,
  type Dana,
  dana,
  type Free,
  type GradientDescent,
  type GradientFlow,
  gradientDescent,
  gradientFlow,
  type HeavyBall,
  heavyBall,
  type Nesterov,
  nesterov,
  OPTIMIZER_USAGE,
  type Optimizer,
  optimizerInWords,
  RULE_LABELS,
  RULES,
  type Rule,
  type RuleInput,
  ruleInWords,
  SAMPLINGS,
  type Sampling,
  type Sgd,
  type SignSgd,
  samplesBefore,
  sgd,
} from "./theory/training/optimizer.ts";
export * from "./theory/training/schedule.ts";
export { OPTIMIZER_CHOICES, parseOptimizer, signSgd } from "./theory/training/sign.ts";
export { optimalSchedule, type Parts, stableMultiple } from "./theory/training/training.ts";
export { UnstableStep } from "./theory/training/unstable.ts";
