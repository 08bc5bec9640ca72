// The core's exports, and nothing else. Every kernel takes pointers into linear memory and allocates nothing: the caller
// owns the memory from heapBase() up (src/kernels/wasm/core.ts).

export { contourSums, transforms } from "./contour";
export { measureSums, pairDifferences, pairForm, pairSums, quadraticForms, stepForcedSums } from "./dynamics";
export { leapModes } from "./leap";
export { heapBase } from "./memory";
export { modeSums } from "./modes";
export { solveKappa, walkKappa } from "./resolvent";
export { powers, stepModes, stepRealModes, volterra } from "./volterra";
