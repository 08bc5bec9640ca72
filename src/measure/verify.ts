// Forecasts against training on the same data, with rows held out to test on.
//
// Over samples: kernel regression on P of them. Over time: one pass of SGD in the kernel's own space, f ← f + η (y_i − f(x_i)) K(·, x_i),
// whose theory is that of random features without limit, N = P = ∞ (docs/theory.md, §8). Over features: the same pass, to its end, with
// N random features in the kernel's place.

import type { LearningKernels } from "../kernels/learning/kernels.ts";
import { logspace } from "../math/grid.ts";
import { dynamics } from "../theory/dynamics/dynamics.ts";
import { measured } from "../theory/measure/spectrum.ts";
import { sgd } from "../theory/training/optimizer.ts";
import type { Measurement } from "./measure.ts";
import { modeList } from "./modes.ts";
import type { Matrix } from "./npy.ts";
import { shuffled } from "./shuffled.ts";

/** A loss that was measured beside the one foretold. */
export interface Checked {
  /** Samples P, or steps t. */
  readonly at: number;
  readonly measured: number;
  /** Of the measured mean: of the rows tested on and of the subsets. */
  readonly stderr: number;
  readonly forecast: number;
  /** About 95 %; equal to the forecast where it has no interval of its own. */
  readonly low: number;
  readonly high: number;
}

export interface Verification {
  /** Kernel regression on P samples. */
  readonly samples: readonly Checked[];
  /** One pass of SGD. */
  readonly steps: readonly Checked[];
  /** One pass of SGD over all samples with N random features; none where the kernel has none that are known. */
  readonly features: readonly Checked[];
  readonly eta: number;
  readonly tested: number;
}

/** Samples trained on in all, over the subsets of one P; and most subsets. */
const SPENT = 2000;
const SUBSETS = 10;
/** Orders in which SGD passes over the sample. */
const PASSES = 8;
/** Draws of random features, each with a pass of its own; and the fewest features. */
const [DRAWN, FEWEST] = [3, 30];
/** η of one-pass SGD, of the largest stable one, 2/tr K. */
const STEP = 0.25;

/**
 * Trains on the rows measured and tests on others: what the spectrum has foretold, beside what is.
 * @param test rows that were not measured on, with their targets
 * @param target which of the targets
 */
export function verify(
  kernels: LearningKernels,
  measurement: Measurement,
  test: { readonly features: Matrix; readonly targets: Matrix },
  { target = 0, seed = 1, at }: { target?: number; seed?: number; at?: ArrayLike<number> } = {},
): Verification {
  const { sample, centred, targetMeans, ridge, debiased } = measurement;
  const n = sample.samples;
  const y = centred[target]!;
  const tested = test.features.rows;
  const truth = Float64Array.from(
    { length: tested },
    (_, i) => test.targets.data[i * test.targets.columns + target]! - targetMeans[target]!,
  );
  const K = measurement.kernelOf();
  const across = measurement.kernelOf(test.features);
  const order = (draw: number) => shuffled(n, seed, "training", { draw });
  /** Of squared errors of each run on each row tested. */
  const summary = (runs: readonly Float64Array[]) => {
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;
    const losses = Float64Array.from(runs, mean);
    const overall = mean(losses);
    const rows = Float64Array.from(
      { length: tested },
      (_, i) => runs.reduce((sum, run) => sum + run[i]!, 0) / runs.length,
    );
    const variance = (values: Float64Array) =>
      values.reduce((sum, x) => sum + (x - overall) * (x - overall), 0) /
      Math.max(1, values.length - 1) /
      values.length;
    return { measured: overall, stderr: Math.sqrt(variance(rows) + (runs.length > 1 ? variance(losses) : 0)) };
  };

  const counts = at ?? new Set(Array.from(logspace(Math.max(10, n / 128), n, 6), Math.round));
  const samples = Array.from(counts, (P) => {
    const subsets = P >= n ? 1 : Math.max(2, Math.min(SUBSETS, Math.floor(SPENT / P)));
    const runs = Array.from({ length: subsets }, (_, run) => {
      const rows = order(run).subarray(0, P);
      const own = new Float64Array(P * P);
      rows.forEach((row, i) => {
        for (let j = 0; j < P; j++) own[i * P + j] = K[row * n + rows[j]!]!;
      });
      const [x] = kernels.regress(own, [Float64Array.from(rows, (row) => y[row]!)], ridge);
      return truth.map((value, i) => {
        let f = 0;
        for (let j = 0; j < P; j++) f += across[i * n + rows[j]!]! * x![j]!;
        return (f - value) * (f - value);
      });
    });
    const { loss, low, high } = measurement.forecast(P, target);
    return { at: P, ...summary(runs), forecast: loss, low, high };
  });

  const eta = (2 * STEP) / sample.trace;
  const times = Float64Array.from(new Set(Array.from(logspace(Math.max(4, n / 128), n, 6), Math.round)));
  const passes = Array.from({ length: PASSES }, (_, pass) =>
    onePass(K, across, y, truth, order(100 + pass), eta, times),
  );
  const { eigenvalues, energies, beyond } = modeList(debiased);
  // what lies beyond the list is not learnt in n steps: it counts as noise does
  const noise = debiased.noise[target]!.value + beyond[target]!;
  const problem = {
    spectrum: measured({ eigenvalues, energies: energies[target]! }),
    noise,
    rule: sgd({ eta, batch: 1 }),
  };
  const theory = dynamics(problem, { times }).test;
  const { featuresOf } = measurement;
  const widths = featuresOf
    ? [...new Set(Array.from(logspace(FEWEST, Math.max(2 * FEWEST, n / 4), 4), Math.round))]
    : [];
  const features = widths.map((N) => {
    const runs = Array.from({ length: DRAWN }, (_, draw) => {
      const own = [featuresOf!(N, seed + draw), featuresOf!(N, seed + draw, test.features)] as const;
      return onePass(...own, y, truth, order(100 + draw), eta, Float64Array.of(n))[0]!;
    });
    const forecast = dynamics({ ...problem, N }, { times: [n] }).test[0]!;
    return { at: N, ...summary(runs), forecast, low: forecast, high: forecast };
  });
  const steps = Array.from(times, (t, i) => {
    const forecast = theory[i]!;
    return { at: t, ...summary(passes.map((pass) => pass[i]!)), forecast, low: forecast, high: forecast };
  });
  return { samples, steps, features, eta, tested };
}

/** Squared errors on the rows tested after each of `times` steps. */
function onePass(
  K: Float64Array,
  across: Float64Array,
  y: Float64Array,
  truth: Float64Array,
  order: Int32Array,
  eta: number,
  times: Float64Array,
): Float64Array[] {
  const n = y.length;
  const f = new Float64Array(n);
  const tested = new Float64Array(truth.length);
  const out: Float64Array[] = [];
  for (let t = 0, next = 0; next < times.length; t++) {
    const row = order[t]!;
    const move = eta * (y[row]! - f[row]!);
    for (let j = 0; j < n; j++) f[j]! += move * K[row * n + j]!;
    for (let i = 0; i < tested.length; i++) tested[i]! += move * across[i * n + row]!;
    if (t + 1 === times[next]) {
      out.push(truth.map((value, i) => (value - tested[i]!) * (value - tested[i]!)));
      next++;
    }
  }
  return out;
}
