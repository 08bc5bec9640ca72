// The numerical kernels behind everything else, as one interface with two implementations: wasm/ (the AssemblyScript core)
// and reference/ (plain TypeScript: the oracle in tests, and what takes its place where WebAssembly SIMD is missing).

import type { ContourKernels } from "./contour.ts";
import type { DynamicsKernels } from "./dynamics.ts";
import type { MomentumKernels } from "./momentum.ts";
import type { ResolventKernels } from "./resolvent.ts";
import type { SimulationKernels } from "./simulation.ts";
import type { SizeKernels } from "./sizes.ts";
import type { VolterraKernels } from "./volterra.ts";

export interface Kernels
  extends ResolventKernels,
    ContourKernels,
    SizeKernels,
    VolterraKernels,
    MomentumKernels,
    DynamicsKernels,
    SimulationKernels {
  readonly name: "wasm" | "reference";
}
