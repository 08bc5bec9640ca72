// Which kernels are used when the caller does not say: the WebAssembly core, instantiated at the first call, or those set once by
// `useKernels`. Plain TypeScript takes the core's place only where it is asked for: a library of half the size, and none that
// is ten times slower without a word.

import type { Kernels } from "./kernels.ts";
import { coreModule } from "./wasm/core.ts";
import { wasmKernels } from "./wasm/wasm.ts";

let shared: Kernels | undefined;
let own = false;

/**
 * The kernels that compute where none are given: the WebAssembly core, or those set by `useKernels`.
 * @throws Error with the remedy, where this engine has no WebAssembly SIMD and no others are set
 */
export function defaultKernels(): Kernels {
  shared ??= instantiate();
  return shared;
}

/**
 * Sets the kernels of every later call in this thread that is not given its own. undefined: the WebAssembly core, instantiated
 * anew at the next call, for the memory of an instance grows and never shrinks.
 */
export function useKernels(kernels: Kernels | undefined): void {
  shared = kernels;
  own = kernels !== undefined;
}

/** The compiled core for kernels in other threads; undefined where others are set here. */
export const sharedModule = (): WebAssembly.Module | undefined => (own ? undefined : coreModule());

function instantiate(): Kernels {
  try {
    return wasmKernels();
  } catch (error) {
    if (typeof WebAssembly !== "undefined" && !(error instanceof WebAssembly.CompileError)) throw error;
    throw new Error(
      "this engine has no WebAssembly SIMD: call useKernels(referenceKernels) once for plain TypeScript, some ten times slower",
    );
  }
}
