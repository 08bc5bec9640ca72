// One suite, every backend: `onEachBackend((kernels) => { … })`.
import { describe } from "vitest";
import type { Kernels } from "../src/kernels/kernels.ts";
import { referenceKernels } from "../src/kernels/reference/reference.ts";
import { wasmKernels } from "../src/kernels/wasm/wasm.ts";

export function onEachBackend(suite: (kernels: Kernels) => void): void {
  describe.each([wasmKernels(), referenceKernels])("$name", suite);
}
