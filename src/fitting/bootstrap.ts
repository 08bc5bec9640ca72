// The bootstrap (Efron 1979) of any of the three approaches: the fit repeated on resamples of the data, by case or, where the
// checkpoints of a run are correlated, by run. Draws are numbered, and each depends on the seed and its number alone.

import { integer, oneOf, whole } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Pool } from "../pool.ts";
import { shareOut } from "../share-out.ts";
import { type EnvelopeOptions, fitEnvelope } from "./envelope.ts";
import { fitIsoflop, type IsoflopOptions, slicesOf } from "./isoflop.ts";
import { type Law, lawOf, pointsOf } from "./points.ts";
import type { OptimaFit } from "./powerlaws.ts";
import { refits } from "./refit.ts";
import { type Design, design, resample } from "./resample.ts";
import { type Runs, runCount } from "./runs.ts";

/** What is fitted again and again; plain data, so that it can go to a thread. */
export type Refit =
  | { readonly method: "parametric"; readonly law: Law; readonly delta: number }
  | { readonly method: "isoflop"; readonly options: IsoflopOptions }
  | { readonly method: "envelope"; readonly options: EnvelopeOptions };

export interface BootstrapOptions {
  /** Number of resamples. Default 1000. */
  readonly draws?: number;
  /** What is resampled. "auto": runs where some run has several rows, else cases. Default "auto". */
  readonly by?: "auto" | "case" | "run";
  /** Default 1. */
  readonly seed?: number;
  /** Threads to use, opened on the script thread.ts by the caller. Default: none, all here. */
  readonly pool?: Pool | undefined;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the share done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface Bootstrap<T> {
  /** The fits that succeeded. */
  readonly draws: readonly T[];
  /** Resamples without a fit: no minimum in too many slices, say. */
  readonly failed: number;
  readonly by: "case" | "run";
  readonly seed: number;
}

/** Draws to a task: enough to outweigh the message, few enough to show progress. */
const CHUNK = 50;

/**
 * Repeats a fit on resamples. Approach 3 searches each of them anew, from the law and from the resample's own projected minima,
 * by Newton's method; where these do not end in one minimum, or Newton's method does not arrive, by BFGS as well (refit.ts).
 * @throws RangeError where draws is not a whole number from 2 up, or there is a single run to resample
 */
export async function bootstrap(
  runs: Runs,
  refit: Refit,
  options: BootstrapOptions = {},
): Promise<Bootstrap<Law | OptimaFit>> {
  const count = whole("resamples", options.draws ?? 1000, "draws");
  const seed = integer("seed", options.seed ?? 1, 0);
  const asked = oneOf("by", options.by ?? "auto", ["auto", "case", "run"]);
  const by = asked === "auto" ? (runCount(runs) < runs.n ? "run" : "case") : asked;
  if (by === "run" && runCount(runs) < 2)
    throw new RangeError(`a bootstrap by run needs 2 runs or more, got ${runCount(runs)}: resample by case`);
  const plan = planOf(runs, refit, by);
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, i) => [
    i * CHUNK,
    Math.min(count, (i + 1) * CHUNK),
  ]);
  const { pool, signal, kernels, onProgress } = options;
  const results: (Law | OptimaFit | null)[][] = [];
  const lanes = Array.from({ length: Math.min(pool?.threads ?? 1, chunks.length) });
  let done = 0;
  const work = async (i: number) => {
    const [from, to] = chunks[i] as [number, number];
    const task = { runs, refit, plan, seed, from, to };
    if (pool) results[i] = await pool.run<(Law | OptimaFit | null)[]>("bootstrap", [task]);
    else {
      // the event loop turns before each, so that an abort can arrive
      await new Promise((resolve) => setTimeout(resolve));
      if (signal?.aborted) return;
      results[i] = bootstrapChunk(task, kernels);
    }
    done += to - from;
    onProgress?.(done / count);
  };
  await shareOut(lanes, chunks.length, work, { signal });
  const draws = results.flat().filter((draw) => draw !== null);
  return { draws, failed: count - draws.length, by, seed };
}

/** Cases of approach 2 are drawn within their slice, so that no budget is lost. */
function planOf(runs: Runs, refit: Refit, by: "case" | "run"): Design {
  if (by === "run") return design(runs.run);
  const rows = Int32Array.from({ length: runs.n }, (_, i) => i);
  if (refit.method !== "isoflop") return design(rows);
  const first = slicesOf(runs, refit.options).map((slice) => slice.from);
  const stratum = runs.C.map((C) => first.filter((from) => from <= C).length);
  return design(rows, stratum);
}

export interface BootstrapTask {
  readonly runs: Runs;
  readonly refit: Refit;
  readonly plan: Design;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** Draws from … to − 1: what a thread runs. null where a resample has no fit. */
export function bootstrapChunk(
  { runs, refit, plan, seed, from, to }: BootstrapTask,
  kernels: Kernels = defaultKernels(),
): (Law | OptimaFit | null)[] {
  const weightsOf = (i: number) => resample(plan, seed, from + i);
  if (refit.method === "parametric") {
    const points = pointsOf(runs, kernels);
    return refits(points, refit, to - from, weightsOf, kernels).map((theta) =>
      theta.every(Number.isFinite) ? lawOf(theta, points) : null,
    );
  }
  return Array.from({ length: to - from }, (_, i) => {
    const w = weightsOf(i);
    try {
      const fit =
        refit.method === "isoflop"
          ? fitIsoflop(runs, { ...refit.options, weights: w })
          : fitEnvelope(runs, { ...refit.options, weights: w });
      return { size: fit.size, tokens: fit.tokens, loss: fit.loss };
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  });
}
