// The worker of lanes.ts, exported as isoflop/worker: does jobs on kernels of its own.

import workerpool from "workerpool";
import { defaultKernels } from "../kernels/default.ts";
import { type Job, Runner } from "./segments.ts";

const runner = new Runner(defaultKernels());

workerpool.worker({ run: (job: Job) => runner.run(job) });
