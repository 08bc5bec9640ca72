// Where pieces of runs are computed: in the calling thread, or in worker threads (Node) and Web Workers (browsers). A lane does
// one piece at a time and keeps its worker, and so its last W.

import { shown } from "../check.ts";
import { defaultKernels, sharedModule } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { openPool, workerScript } from "../pool.ts";
import { type Job, type Result, SegmentRunner } from "./segments.ts";

export interface ThreadOptions {
  /** Worker threads. 0: in the calling thread, which gives way to events between pieces of work. Default 0. */
  readonly threads?: number;
  /**
   * Where the worker is, for threads > 0: by default, beside this file. A bundler needs
   * `import worker from "isoflop/worker?worker&url"`, given as new URL(worker, location.href).
   */
  readonly worker?: URL;
  /** The kernels of the calling thread. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface Lane {
  run<J extends Job>(job: J): Promise<Result<J>>;
  /** Ends the lane, whatever it is doing. */
  close(): Promise<void>;
}

/** Opens the lanes that `options` asks for: at least one, and no more than there are pieces of work. */
export async function openLanes({ threads = 0, worker, kernels }: ThreadOptions, pieces: number): Promise<Lane[]> {
  if (threads === 0) return [inline(new SegmentRunner(kernels ?? defaultKernels()))];
  if (kernels) throw new RangeError(`kernels must be left out where threads > 0 (workers make their own)`);
  if (worker !== undefined && !(worker instanceof URL))
    throw new TypeError(`worker must be a URL, got ${shown(worker)}`);
  const script = worker ?? workerScript("simulation/worker");
  const module = sharedModule();
  return Promise.all(
    Array.from({ length: Math.max(1, Math.min(threads, pieces)) }, async () => {
      const pool = await openPool(script, 1);
      // the thread starts now, and its jobs wait for it
      const begun = pool.run<void>("begin", [module]);
      begun.catch(() => {});
      return {
        run: async <J extends Job>(job: J) => {
          await begun;
          return pool.run<Result<J>>("run", [job]);
        },
        close: pool.close,
      };
    }),
  );
}

function inline(runner: SegmentRunner): Lane {
  return {
    async run(job) {
      await new Promise((resolve) => setTimeout(resolve));
      return runner.run(job);
    },
    async close() {},
  };
}
