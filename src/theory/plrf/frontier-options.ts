// What a frontier is asked for, and what its search tells of sizes that it could not use.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import type { Optimizer } from "../training/optimizer.ts";

/** How the best size is found: over continuous d, or on a grid of sizes as with real runs. */
export const FRONTIER_METHODS = ["exact", "envelope", "isoflop"] as const;
export type FrontierMethod = (typeof FRONTIER_METHODS)[number];

export interface FrontierOptions {
  readonly spectrum: Spectrum;
  /** [lowest, highest] budget, in f = B·d·r; at least a factor of 10 apart. */
  readonly flops: ArrayLike<number>;
  /** Budgets, evenly spaced in log f, 3 … 10,000. Default 25. */
  readonly points?: number;
  /** Default "exact". */
  readonly method?: FrontierMethod;
  /** γ·Tr D, the same at every d. Default 0.5. */
  readonly stepFraction?: number;
  /** γ, the same at every d, instead of stepFraction. */
  readonly gamma?: number;
  readonly batch?: number;
  /** v/d. Default 4. */
  readonly dataRatio?: number;
  /** Model sizes for envelope and isoflop. Default: 12 a decade around the optimum. */
  readonly sizes?: ArrayLike<number>;
  /** Schedule and momentum of every run, drawn for its own number of steps. Default: SGD at a constant step. */
  readonly optimizer?: Optimizer;
  /** σ²: variance of the label noise. Default 0. */
  readonly noise?: number;
  /** Whether each run takes the best multiple ≤ 1 of its γ. Default false. */
  readonly tuned?: boolean;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called with the share done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What a search could not use. */
export interface Refused {
  readonly count: number;
  /** The smallest and the largest size refused. */
  readonly sizes: readonly [least: number, most: number];
  /** Why, of the last. */
  readonly reason: string;
}
