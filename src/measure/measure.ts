// From a sample of features and targets to the spectrum behind it, and what kernel regression on more or fewer samples will lose.

import { finite, integer } from "../check.ts";
import type { LearningKernels } from "../kernels/learning/kernels.ts";
import { learningKernels } from "../kernels/learning/wasm.ts";
import { type Forecast, forecastLoss, regression, regressionLoss } from "./curve.ts";
import { type Debiased, debias } from "./debias.ts";
import { checkMatrix, means, prepared } from "./features.ts";
import { type Kernel, kernelMatrix, ofUnitNorm } from "./kernel.ts";
import type { Matrix } from "./npy.ts";
import { type SampleCurve, sampleCurve } from "./sample.ts";

/** Most samples of one measurement: 8,000² numbers, several times, and 8,000³ operations. */
export const MOST_SAMPLES = 8000;

export interface MeasureOptions {
  /** Default: the covariance of the features. */
  readonly kernel?: Kernel;
  /** Take the features as they are: no mean is taken off. Default false. */
  readonly raw?: boolean;
  /** δ of K + δ in the curve over samples; default 1e-3 of K's mean diagonal. */
  readonly ridge?: number;
  /** Default: build/learning.wasm, instantiated for this call. */
  readonly kernels?: LearningKernels;
}

export interface Measurement {
  readonly sample: SampleCurve;
  readonly debiased: Debiased;
  readonly ridge: number;
  /**
   * By how much the left-out loss as close to interpolation as n samples are at the ridge differs from that of the debiased spectrum,
   * of the latter, for each target: how far the equations, which are of Gaussian features, hold for this data.
   */
  readonly model: readonly number[];
  /** The loss of kernel regression on P samples, of target t. */
  readonly forecast: (samples: number, target?: number) => Forecast;
  /** K of other rows with those of the sample, or K of the sample. */
  readonly kernelOf: (rows?: Matrix) => Float64Array;
  /** The same of N random features whose kernel it is in the limit, where they are known: ReLU's of the arc-cosine kernel of order 1. */
  readonly featuresOf?: (count: number, seed: number, rows?: Matrix) => Float64Array;
  /** Targets less their means. */
  readonly centred: readonly Float64Array[];
  readonly targetMeans: readonly number[];
}

/** Bytes and seconds that a measurement of n samples takes, at some two billion operations a second. */
export const cost = (n: number, columns: number): { bytes: number; seconds: number } => ({
  bytes: 8 * (5 * n * n + 3 * n * columns),
  seconds: (4 * n * n * n + n * n * columns + 64 * 8 * n * n) / 2e9,
});

/**
 * Measures the spectrum of a kernel on features, and the energy of each target in it.
 * @param features one row a sample
 * @param targets one row a sample, one column a target
 * @throws RangeError, TypeError naming the row of what is no number, a target that is constant, sizes that do not match
 */
export function measure(features: Matrix, targets: Matrix, options: MeasureOptions = {}): Measurement {
  checkMatrix("features", features);
  checkMatrix("targets", targets);
  const n = features.rows;
  if (targets.rows !== n)
    throw new RangeError(`targets must have as many rows as features (${n}), got ${targets.rows}`);
  integer("rows of features", n, 50, MOST_SAMPLES);
  const kernel = options.kernel ?? { kind: "linear" };
  const kernels = options.kernels ?? learningKernels();
  const targetMeans = [...means(targets)];
  const centred = targetMeans.map((mean, t) =>
    Float64Array.from({ length: n }, (_, i) => targets.data[i * targets.columns + t]! - mean),
  );
  centred.forEach((y, t) => {
    if (!(y.reduce((sum, x) => sum + x * x, 0) > 1e-20 * n * targetMeans[t]! * targetMeans[t]!))
      throw new RangeError(`targets must vary, got the same number in every row of column ${t + 1}`);
  });
  const centre = options.raw ? undefined : means(features);
  const ready = prepared(features, centre, ofUnitNorm(kernel));
  const K = kernelMatrix(kernels, kernel, ready);
  const sample = sampleCurve(kernels, K, centred);
  const ridge = finite("ridge", options.ridge ?? 1e-3 * sample.trace, 0);
  const debiased = debias(sample);
  // loss left out over the spectrum's, less 1, at every ridge
  const misses = centred.map((_, t) =>
    Float64Array.from(sample.ridges, (delta, r) => {
      const loo = sample.leftOut[t]![r]!.reduce((sum, x) => sum + x, 0) / n;
      return loo / regressionLoss(debiased, t, n, delta) - 1;
    }),
  );
  const miss = (t: number) => (occupancy: number) => {
    // D/n falls from ridge to ridge; beyond the ends nothing changes any more
    const r = sample.modes.findIndex((D) => D / n <= occupancy);
    if (r <= 0) return misses[t]!.at(r)!;
    const [above, below] = [sample.modes[r - 1]! / n, sample.modes[r]! / n];
    const part = (above - occupancy) / (above - below);
    return misses[t]![r - 1]! * (1 - part) + misses[t]![r]! * part;
  };
  const matrixOf = (of: Kernel, rows?: Matrix) =>
    rows
      ? kernelMatrix(kernels, of, prepared(rows, centre, ofUnitNorm(kernel)), ready)
      : kernelMatrix(kernels, of, ready);
  return {
    sample,
    debiased,
    ridge,
    model: centred.map((_, t) => miss(t)(regression(debiased, t, n, ridge).modes / n)),
    centred,
    targetMeans,
    forecast: (samples, target = 0) => forecastLoss(debiased, target, samples, ridge, miss(target)),
    kernelOf: (rows) => (rows ? matrixOf(kernel, rows) : K),
    ...(kernel.kind === "arc-cosine" && kernel.depth === 1
      ? { featuresOf: (width, seed, rows) => matrixOf({ kind: "relu", width, seed }, rows) }
      : {}),
  };
}
