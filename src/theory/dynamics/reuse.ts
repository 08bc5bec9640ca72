// What samples seen again are worth (docs/theory.md, eqs. 11.9, 11.10): E(e, U) is the number of fresh samples, in units of U, that one
// pass of the same SGD needs to come as low as e epochs over U samples. Sampling is with replacement: one epoch is worth a little
// less than one pass.
//
//   plateau   E(∞, U) ∝ U^{b min(a−1, 2b)/min(a−1, 2b−1) − 1}                (power laws, N = ∞, σ² = 0)
//   R*        of the law fitted to language models, D′ = U + U R* (1 − e^{−(e−1)/R*}) (Muennighoff et al. 2023), by least
//             squares of log E

import { counted, finite, increasing, positive } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, expm1, log, pow } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import { fitPowerLaw, type PowerFit } from "../../math/power-fit.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import type { Spectrum } from "../measure/spectrum.ts";
import { sgd } from "../training/optimizer.ts";
import { testLoss } from "./dynamics.ts";
import { staticLosses } from "./limits.ts";
import { onePass } from "./one-pass.ts";
import { type DynamicsModel, dynamicsModel, refuseSigma } from "./problem.ts";
import { largestEta } from "./sgd-stability.ts";
import { earlyStopping } from "./stopping.ts";

export interface ReuseOptions {
  readonly spectrum: Spectrum;
  /** U, distinct samples, each ≥ 1; increasing. */
  readonly unique: ArrayLike<number>;
  /** e, epochs over them, each at least one step; increasing. Default 1, 2, 4, …, 64. */
  readonly epochs?: ArrayLike<number>;
  /** Features of the student. Default Infinity. */
  readonly N?: number;
  /** Variance σ² ≥ 0 of the label noise. Default 0. */
  readonly noise?: number;
  /** η on the mean gradient. Default: half of the largest stable step at the fewest samples. */
  readonly eta?: number;
  /** B. Default 1. */
  readonly batch?: number;
  /** Features of the data, as in `dynamics`. */
  readonly modes?: number;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  readonly signal?: AbortSignal;
  /** Called after each U. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Reuse {
  readonly unique: Float64Array;
  readonly epochs: Float64Array;
  readonly eta: number;
  readonly batch: number;
  /** L after e epochs over U samples, one row a U. */
  readonly loss: Float64Array[];
  /** E(e, U), one row a U. Infinity where no number of fresh samples comes as low at this step. */
  readonly reuse: Float64Array[];
  /** E(∞, U). */
  readonly plateau: Float64Array;
  /** R* of each U; NaN where E is not finite or has no more than two values. */
  readonly halfLife: Float64Array;
  /** The number of epochs with the least test loss; Infinity where more never hurt. */
  readonly bestEpochs: Float64Array;
  /** The loss there. */
  readonly bestLoss: Float64Array;
  /** Power laws over U; absent below three U or where one is not finite. */
  readonly fit: { readonly plateau?: PowerFit; readonly halfLife?: PowerFit };
  /** The plateau's exponent by balance; null of measured spectra, finite N or with label noise. */
  readonly predicted: number | null;
  readonly made: Provenance;
}

/**
 * What samples seen again are worth in fresh ones, for each number of distinct samples and of epochs.
 * @throws RangeError, TypeError on bad numbers, a step that is not stable, or epochs of less than one step
 */
export function reuse(options: ReuseOptions): Reuse {
  refuseSigma(options);
  const { spectrum, N = Infinity, noise = 0, signal, onProgress } = options;
  const unique = increasing("unique", counted("sizes", "unique", options.unique), 1);
  const epochs = increasing(
    "epochs",
    counted("times", "epochs", options.epochs ?? [1, 2, 4, 8, 16, 32, 64]),
    Number.MIN_VALUE,
  );
  const batch = options.batch ?? 1;
  const kernels = options.kernels ?? defaultKernels();
  const modes = options.modes === undefined ? {} : { modes: options.modes };
  const still = dynamicsModel({ spectrum, N, P: unique[0]!, noise, ...modes });
  const eta = options.eta ?? largestEta(still.short.data, 1 / N, 1 / unique[0]!, 1 / finite("batch", batch, 1)) / 2;
  const rule = sgd({ eta: positive("eta", eta), batch });
  if (epochs[0]! * unique[0]! < batch)
    throw new RangeError(
      `epochs must be at least one step of ${batch} samples: ${batch / unique[0]!} at unique = ${unique[0]}, got ${epochs[0]}`,
    );
  const model = (P: number) => dynamicsModel({ spectrum, N, P, noise, rule, ...modes });
  const steps = (e: number, U: number) => Math.max(1, Math.round((e * U) / batch));
  const models = Array.from(unique, model);
  const limits = models.map(staticLosses);
  const loss = models.map((one, i) => {
    signal?.throwIfAborted();
    const at = epochs.map((e) => steps(e, unique[i]!));
    const once = Float64Array.from(new Set(at));
    const values = testLoss(one, at.at(-1)!, kernels)(once);
    return at.map((t) => values[once.indexOf(t)]!);
  });
  const passes = onePass(model(Infinity), kernels, [
    ...loss.flatMap((row) => [...row]),
    ...limits.map(({ test }) => test),
  ]);
  const worth = (L: number, U: number) => (passes(L) * batch) / U;
  const rows = loss.map((row, i) => row.map((L) => worth(L, unique[i]!)));
  const plateau = unique.map((U, i) => worth(limits[i]!.test, U));
  const stops = models.map((one, i) => {
    signal?.throwIfAborted();
    const stop = best(one, kernels);
    onProgress?.(i + 1, models.length);
    return stop;
  });
  const halfLife = Float64Array.from(rows, (row) => halfLifeOf(epochs, row));
  const power = (values: Float64Array) =>
    unique.length >= 3 && values.every((x) => Number.isFinite(x) && x > 0) ? fitPowerLaw(unique, values) : undefined;
  const [plateauFit, halfLifeFit] = [power(plateau), power(halfLife)];
  return {
    unique,
    epochs,
    eta,
    batch,
    loss,
    reuse: rows,
    plateau,
    halfLife,
    bestEpochs: Float64Array.from(stops, ({ time }, i) => (time * batch) / unique[i]!),
    bestLoss: Float64Array.from(stops, ({ loss: L }) => L),
    fit: { ...(plateauFit && { plateau: plateauFit }), ...(halfLifeFit && { halfLife: halfLifeFit }) },
    predicted: spectrum.kind === "power-law" && N === Infinity && noise === 0 ? plateauExponent(spectrum) : null,
    made: provenance("reuse", { spectrum, N, noise, eta, batch, ...modes, unique: [...unique], epochs: [...epochs] }),
  };
}

/** b min(a−1, 2b)/min(a−1, 2b−1) − 1: of the sample's floor, and of one pass, which SGD's own noise holds up where a > 2b. */
function plateauExponent({ alpha, beta }: { readonly alpha: number; readonly beta: number }): number {
  const b = 2 * alpha;
  const a = b + 2 * beta;
  return (b * Math.min(a - 1, 2 * b)) / Math.min(a - 1, 2 * b - 1) - 1;
}

/** The best time to stop; where nothing hurts, the limit. */
function best(model: DynamicsModel, kernels: Kernels): { time: number; loss: number } {
  const { spectrum, N, P, noise, rule, modes } = model;
  if (noise === 0) return { time: Infinity, loss: staticLosses(model).test };
  return earlyStopping({ spectrum, N, P, noise, rule, modes }, { kernels });
}

/** R* of E = 1 + R* (1 − e^{−(e−1)/R*}). */
function halfLifeOf(epochs: Float64Array, worth: Float64Array): number {
  const used = [...epochs].map((e, i) => [e, worth[i]!] as const).filter(([e]) => e > 1);
  if (used.length < 2 || used.some(([, E]) => !Number.isFinite(E) || E <= 0)) return Number.NaN;
  const misses = (u: number) => {
    const R = exp(u);
    return used.reduce((sum, [e, E]) => sum + pow(log(E / (1 - R * expm1((1 - e) / R))), 2), 0);
  };
  return exp(brent(misses, log(1e-2), log(1e6), 1e-8).x);
}
