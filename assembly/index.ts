// The core's exports, and nothing else. Every kernel takes pointers into linear memory and allocates nothing: the caller
// owns the memory from heapBase() up (src/kernels/wasm/core.ts).

export { contourSums, transforms } from "./contour";
export { measureSums, pairDifferences, pairForm, pairSums, quadraticForms, stepForcedSums } from "./dynamics";
export { indexPowers } from "./elementary";
export { drawStrips, gram } from "./gram";
export { huber, logs, minimiseHuber } from "./huber";
export { growModes } from "./growing-steps";
export { growMomentum } from "./growing-momentum";
export { heapBase } from "./memory";
export { modeSums } from "./modes";
export { stepMomentum } from "./momentum";
export { projectionGains } from "./projection";
export { fill, philox } from "./random";
export { axisKappa, solveKappa, walkKappa } from "./resolvent";
export { denseLoss, denseSteps, spectralSteps } from "./sgd";
export { drawSingleStrips, singleLoss } from "./single";
export { rationalQL, tridiagonalize } from "./tridiagonal";
export { powers, stepModes, stepRealModes, volterra } from "./volterra";
