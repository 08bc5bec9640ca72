// The exports of the module of networks, build/networks.wasm (src/kernels/networks/), loaded only where one is trained. As of the
// core's, every argument is a pointer or a count, and nothing is allocated.

export { heapBase } from "./memory";
export { outputs, outputsScratch, train, trainScratch } from "./network";
export { multiply, panelsOf, stripsOf, turn } from "./panels";
