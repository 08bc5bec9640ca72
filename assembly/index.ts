// The core's exports, and nothing else. Every kernel takes pointers into linear memory and allocates nothing: the caller
// owns the memory from heapBase() up (src/kernels/wasm/core.ts).

export { contourSums, contourSumsScratch, transforms, transformsScratch } from "./contour";
export {
  measureSums,
  pairDifferences,
  pairForm,
  pairSums,
  pairSumsRoom,
  pairSumsScratch,
  powerRows,
  powerRowsScratch,
  quadraticForms,
  quadraticFormsScratch,
} from "./dynamics";
export { indexPowers } from "./elementary";
export { drawStrips, gram, gramScratch } from "./gram";
export { growModes, growModesScratch } from "./growing-steps";
export { growMomentum, growMomentumScratch } from "./growing-momentum";
export { heapBase } from "./memory";
export { modeSums } from "./modes";
export { stepMomentum } from "./momentum";
export { fill, philox } from "./random";
export { axisKappa, kappaScratch, solveKappa, walkKappa } from "./resolvent";
export { denseLoss, denseLossScratch, denseSteps, denseStepsScratch, spectralSteps } from "./sgd";
export { drawSingleStrips, singleLoss } from "./single";
export { powerModes, sizeLosses, sizeLossesScratch } from "./sizes";
export { rationalQL, tridiagonalize, tridiagonalizeScratch } from "./tridiagonal";
export { powers, stepModes, stepModesScratch, stepRealModes, stepRealModesScratch, volterra } from "./volterra";
