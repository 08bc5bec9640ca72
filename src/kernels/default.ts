// Which kernels are used when the caller does not say: the WebAssembly core, instantiated at the first call, or plain
// TypeScript where the engine has no WebAssembly SIMD.

import type { Kernels } from "./kernels.ts";
import { referenceKernels } from "./reference/reference.ts";
import { coreModule } from "./wasm/core.ts";
import { wasmKernels } from "./wasm/wasm.ts";

let shared: Kernels | undefined;

export function defaultKernels(): Kernels {
  shared ??= instantiate();
  return shared;
}

/** The compiled core for kernels in other threads; undefined where this engine has none. */
export const sharedModule = (): WebAssembly.Module | undefined =>
  defaultKernels() === referenceKernels ? undefined : coreModule();

/** Lets the next call instantiate anew: the memory of an instance grows and never shrinks. */
export function forgetKernels(): void {
  shared = undefined;
}

function instantiate(): Kernels {
  try {
    return wasmKernels();
  } catch (error) {
    if (typeof WebAssembly === "undefined" || error instanceof WebAssembly.CompileError) return referenceKernels;
    throw error;
  }
}
