// The exports of the fourth module, build/laws.wasm: formulas as laws, loaded only where they are fitted (src/kernels/laws/). As of
// the core's, every argument is a pointer or a count, and nothing is allocated.

export { heapBase } from "./memory";
export { runTape, runTapeScratch } from "./tape";
