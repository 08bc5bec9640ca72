// The exports of the second module, build/learning.wasm: kernels for real data, loaded only where they are used
// (src/kernels/learning/). As of the core's, every argument is a pointer or a count, and nothing is allocated.

export { basis, basisScratch } from "./basis";
export { cholesky, choleskySolve } from "./cholesky";
export { crossProduct, strips } from "./cross-product";
export { heapBase } from "./memory";
export { ridgePath, ridgePathScratch } from "./ridge-path";
export { rationalQL, tridiagonalize, tridiagonalizeScratch } from "./tridiagonal";
