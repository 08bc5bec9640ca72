// The AssemblyScript core as Kernels.

import type { Kernels } from "../kernels.ts";
import { contourKernels } from "./contour.ts";
import { Core } from "./core.ts";
import { dynamicsKernels } from "./dynamics.ts";
import { momentumKernels } from "./momentum.ts";
import { resolventKernels } from "./resolvent.ts";
import { simulationKernels } from "./simulation.ts";
import { sizeKernels } from "./sizes.ts";
import { volterraKernels } from "./volterra.ts";

/** Kernels on a WebAssembly instance of their own. `module` defaults to the bytes embedded in the library. */
export function wasmKernels(module?: BufferSource | WebAssembly.Module): Kernels {
  return kernelsOn(new Core(module));
}

export function kernelsOn(core: Core): Kernels {
  return {
    name: "wasm",
    ...resolventKernels(core),
    ...contourKernels(core),
    ...sizeKernels(core),
    ...volterraKernels(core),
    ...momentumKernels(core),
    ...dynamicsKernels(core),
    ...simulationKernels(core),
  };
}
