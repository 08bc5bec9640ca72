// What batches are worth (docs/theory.md, §11): S(B, L), the fewest steps in which SGD on batches of B fresh samples comes down to a
// loss L, its step η tuned, and the samples B·S that takes.
//
//   S_min = S(∞, L), of gradient descent on the population;   E_min = min_B B·S(B, L);   critical batch B_c = E_min/S_min   (11.11)
//
// where steps and samples are both about twice their least (McCandlish et al. 2018: (S/S_min − 1)(E/E_min − 1) ≈ 1).

import { counted, increasing, numbers, positive, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { LIMITS } from "../../limits.ts";
import { exp, log } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import { fitPowerLaw, type PowerFit } from "../../math/power-fit.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import { gradientDescent, sgd } from "../training/optimizer.ts";
import { staticLosses } from "./limits.ts";
import { onePass } from "./one-pass.ts";
import { type DynamicsModel, dynamicsModel, refuseSigma } from "./problem.ts";
import { largestEta } from "./sgd-stability.ts";

export interface BatchOptions {
  readonly spectrum: Spectrum;
  /** Test losses to come down to, σ² included; falling. Default: 0.3, 0.1, 0.03 and 0.01 of what training can take off. */
  readonly losses?: ArrayLike<number>;
  /** B, samples a step; increasing. Default 1, 4, 16, …, 4096. */
  readonly batches?: ArrayLike<number>;
  /** Features of the student. Default Infinity. */
  readonly N?: number;
  /** Variance σ² ≥ 0 of the label noise. Default 0. */
  readonly noise?: number;
  /** η on the mean gradient, of every batch. Default: the best of each batch and loss. */
  readonly eta?: number;
  /** Features of the data, as in `dynamics`. */
  readonly modes?: number;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface BatchTradeoff {
  readonly losses: Float64Array;
  readonly batches: Float64Array;
  /** S(B, L), one row a loss; not whole: between two steps by their losses. Infinity where a given η never comes so low. */
  readonly steps: Float64Array[];
  /** B·S. */
  readonly samples: Float64Array[];
  /** η, one row a loss. */
  readonly eta: Float64Array[];
  /** S_min of each loss. */
  readonly leastSteps: Float64Array;
  /** E_min of each loss, over the batches. */
  readonly leastSamples: Float64Array;
  /** B_c = E_min/S_min. */
  readonly critical: Float64Array;
  /** What no training takes off: the loss of N features after ever so many, ever smaller steps. */
  readonly floor: number;
  /** Power laws of L less its floor; absent below three losses or where one is not finite. */
  readonly fit?: { readonly steps: PowerFit; readonly samples: PowerFit; readonly critical: PowerFit };
  readonly made: Provenance;
}

/** The first step tried, in units of the largest stable one, and from one to the next. */
const FIRST = 0.95;
const RATIO = 0.7;
/** Steps tried at most: down to 1e-15 of the largest. */
const TRIED = 100;
/** Steps that must be worse in turn before smaller ones are not tried. */
const WORSE = 2;
/** To which log η is found: the steps taken are flat there. */
const NEAR = 0.02;
/** log S of what never comes so low. */
const NEVER = 100;

/**
 * Steps and samples to each loss with each batch, and the critical batch of each loss.
 * @throws RangeError, TypeError on bad numbers, losses that no training reaches, or a step that is not stable
 */
export function batchTradeoff(options: BatchOptions): BatchTradeoff {
  refuseSigma(options);
  const { spectrum, N = Infinity, noise = 0, signal, onProgress } = options;
  const kernels = options.kernels ?? defaultKernels();
  const modes = options.modes === undefined ? {} : { modes: options.modes };
  const batches = increasing(
    "batches",
    counted("sizes", "batches", options.batches ?? [1, 4, 16, 64, 256, 1024, 4096]),
    1,
  );
  for (const [i, B] of batches.entries()) within("batch", B, `batches[${i}]`);
  const problem = { spectrum, N, noise, ...modes };
  const still = dynamicsModel(problem);
  const floor = staticLosses(still).test;
  const start = still.energy + noise;
  const parts = [0.3, 0.1, 0.03, 0.01].map((part) => floor + part * (start - floor));
  const losses = numbers("losses", counted("sizes", "losses", options.losses ?? parts));
  losses.forEach((L, i) => {
    if (!(L > floor && L < start))
      throw new RangeError(
        `losses[${i}] must be between ${floor.toPrecision(4)}, which no training is below, and ${start.toPrecision(4)}, before any, got ${L}`,
      );
  });
  const fixed = options.eta === undefined ? undefined : positive("eta", options.eta);

  const best = (B: number) => {
    const found = atBatch(B, { problem, still, losses, kernels, fixed, signal });
    onProgress?.(B === Infinity ? batches.length + 1 : batches.indexOf(B) + 1, batches.length + 1);
    return found;
  };
  const columns = Array.from(batches, best);
  const infinite = best(Infinity);
  const row = (pick: (column: ReturnType<typeof best>, j: number) => number) =>
    Array.from(losses, (_, i) => Float64Array.from(columns, (column, j) => pick(column, j * losses.length + i)));
  const steps = row((column, at) => column[at % losses.length]!.steps);
  const samples = steps.map((values) => values.map((S, j) => S * batches[j]!));
  const leastSteps = Float64Array.from(infinite, ({ steps: S }) => S);
  const leastSamples = Float64Array.from(samples, (values) => Math.min(...values));
  const critical = leastSamples.map((E, i) => E / leastSteps[i]!);
  const excess = losses.map((L) => L - floor);
  const known = losses.length >= 3 && critical.every((B) => Number.isFinite(B) && B > 0);
  return {
    losses,
    batches,
    steps,
    samples,
    eta: row((column, at) => column[at % losses.length]!.eta),
    leastSteps,
    leastSamples,
    critical,
    floor,
    ...(known && {
      fit: {
        steps: fitPowerLaw(excess, leastSteps),
        samples: fitPowerLaw(excess, leastSamples),
        critical: fitPowerLaw(excess, critical),
      },
    }),
    made: provenance("batchTradeoff", {
      ...{ spectrum, N, noise, ...modes, losses: [...losses], batches: [...batches] },
      ...(fixed !== undefined && { eta: fixed }),
    }),
  };
}

interface Setting {
  readonly problem: {
    readonly spectrum: Spectrum;
    readonly N: number;
    readonly noise: number;
    readonly modes?: number;
  };
  readonly still: DynamicsModel;
  readonly losses: Float64Array;
  readonly kernels: Kernels;
  readonly fixed: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The fewest steps to each loss with batches of B, and their η. */
function atBatch(
  B: number,
  { problem, still, losses, kernels, fixed, signal }: Setting,
): { steps: number; eta: number }[] {
  const stepsOf = (eta: number, wanted: ArrayLike<number>) => {
    signal?.throwIfAborted();
    if (fixed === undefined && eta * still.xmax < LIMITS.eta.least) {
      const least = losses.indexOf(Math.min(...losses));
      throw new RangeError(
        `losses[${least}] must be larger, got ${losses[least]}: batches of ${B} come down to it by steps too small to be told from gradient flow`,
      );
    }
    const rule = B === Infinity ? gradientDescent({ eta }) : sgd({ eta, batch: B });
    return onePass(dynamicsModel({ ...problem, rule }), kernels, Array.from(wanted));
  };
  if (fixed !== undefined) {
    const passes = stepsOf(fixed, losses);
    return Array.from(losses, (L) => ({ steps: passes(L), eta: fixed }));
  }
  const largest = B === Infinity ? 2 / still.xmax : largestEta(still.short.data, 1 / still.N, 0, 1 / B);
  const scanned: ((L: number) => number)[] = [];
  const eta = (k: number) => largest * FIRST * exp(k * log(RATIO));
  const scan = (k: number, L: number) => {
    scanned[k] ??= stepsOf(eta(k), losses);
    return scanned[k](L);
  };
  return Array.from(losses, (L) => {
    let [least, steps] = [0, Infinity];
    for (let k = 0; k < TRIED; k++) {
      const S = scan(k, L);
      if (S < steps) [least, steps] = [k, S];
      else if (steps < Infinity && k - least >= WORSE) break;
    }
    if (steps === Infinity) return { steps, eta: eta(0) };
    const size = (u: number) => {
      const S = stepsOf(exp(u), [L])(L);
      return S === Infinity ? NEVER : log(S);
    };
    const found = brent(size, log(eta(least + 1)), least === 0 ? log(largest * 0.999) : log(eta(least - 1)), NEAR);
    return exp(found.value) < steps ? { steps: exp(found.value), eta: exp(found.x) } : { steps, eta: eta(least) };
  });
}
