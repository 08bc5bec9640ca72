// The exports of the third module, build/sign.wasm: kernels of sign SGD, loaded only where it is used (src/kernels/sign/). As of the
// core's, every argument is a pointer or a count, and nothing is allocated.

export { heapBase } from "./memory";
export { growSign, growSignScratch, rowSums, rowSumsScratch, stepSign } from "./sign";
