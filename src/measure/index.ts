// The entry isoflop/measure: spectra of real data. Re-exports only.

export type { LearningKernels, RidgePath } from "../kernels/learning/kernels.ts";
export { referenceLearningKernels } from "../kernels/learning/reference.ts";
export { learningKernels } from "../kernels/learning/wasm.ts";
export { type Forecast, regressionLoss } from "./curve.ts";
export type { Atoms, Debiased } from "./debias.ts";
export { checkMatrix, pick } from "./features.ts";
export { KERNEL_USAGE, type Kernel, kernelInWords, parseKernel } from "./kernel.ts";
export { cost, type Measurement, type MeasureOptions, MOST_SAMPLES, measure } from "./measure.ts";
export { type ModeList, modeList } from "./modes.ts";
export { isNpy, type Matrix, parseNpy } from "./npy.ts";
export type { SampleCurve } from "./sample.ts";
export { type Checked, type Verification, verify } from "./verify.ts";
