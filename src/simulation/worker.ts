// The worker of lanes.ts, exported as isoflop/worker: does jobs on kernels of its own, made of a core compiled elsewhere where
// it is given one.

import { referenceKernels } from "../kernels/reference/reference.ts";
import { wasmKernels } from "../kernels/wasm/wasm.ts";
import { serve } from "../web-pool.ts";
import { type Job, SegmentRunner } from "./segments.ts";

let runner: SegmentRunner;

serve({
  begin: (module?: WebAssembly.Module) => {
    runner = new SegmentRunner(module ? wasmKernels(module) : referenceKernels);
  },
  run: (job: Job) => runner.run(job),
});
