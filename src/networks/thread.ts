// What a thread of train.ts runs.

import { networkKernels } from "../kernels/networks/wasm.ts";
import { serve } from "../web-pool.ts";
import type { ReadyData } from "./data.ts";
import { type SegmentJob, SegmentTrainer } from "./segment.ts";

let trainer: SegmentTrainer;

serve({
  begin: (module: WebAssembly.Module, data: ReadyData) => {
    trainer = new SegmentTrainer(networkKernels(module), data);
  },
  run: (job: SegmentJob) => trainer.run(job),
});
