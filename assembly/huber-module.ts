// The exports of build/huber.wasm: fits of approach 3, loaded only where runs are fitted (src/kernels/huber/). As of the core's, every
// argument is a pointer or a count, and nothing is allocated.

export { huber, huberScratch, logs, minimiseHuber, minimiseHuberScratch } from "./huber";
export { heapBase } from "./memory";
export { projectionGains, projectionGainsScratch } from "./projection";
