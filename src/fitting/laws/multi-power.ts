// The loss over a schedule of the learning rate η_t (Luo et al. 2025, arXiv 2503.12811):
//
//   L(t) = L₀ + A S(t)^−α − B Σ_{k ≤ t} (η_{k−1} − η_k) G(η_k^−γ S_k(t)),   G(x) = 1 − (1 + Cx)^−β
//
// S(t) the sum of the rates up to t, S_k(t) that from k on; both sums begin with the warm-up, which raises the loss. A schedule is known at a curve's rows: between them it is
// taken as linear, in PIECES steps, or as a jump at the later row where it is level on both sides.

import { exp, log, pow } from "../../math/elementary.ts";
import { type LossFunction, rhoOf } from "./losses.ts";
import { type Effort, type Minimum, type Model, minimise, objectiveAt } from "./minimise.ts";

/** A training curve: steps, the rate at each, and the loss. */
export interface Curve {
  readonly steps: Float64Array;
  readonly rate: Float64Array;
  readonly loss: Float64Array;
  /** Steps of linear warm-up, to the rate of the first row, where that stays until then. */
  readonly warmup: number;
}

/** The parameters of the multi-power law, in their order. */
export const MULTI_POWER = ["L0", "A", "alpha", "B", "C", "beta", "gamma"] as const;

/** Steps that a change of the rate between two rows is taken in, at most. */
const PIECES = 8;
/** Pieces that the warm-up is taken in. */
const RAMP = 64;

/** What a curve's predictions need of its schedule. */
interface Prepared {
  /** S(t) at every row. */
  readonly sum: Float64Array;
  /** Changes η_{k−1} − η_k in order, the rate after each, the sum of rates before it, and the first row that sees it. */
  readonly drop: Float64Array;
  readonly after: Float64Array;
  readonly before: Float64Array;
  readonly row: Int32Array;
  /** The rows whose loss is asked for: every so many, and the last. */
  readonly asked: Int32Array;
}

function prepared({ steps, rate, warmup }: Curve, every: number): Prepared {
  const n = steps.length;
  const sum = new Float64Array(n);
  sum[0] = rate[0]! * (steps[0]! - warmup / 2 + 0.5);
  const [drop, after, before, row]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let j = 0; j < (warmup > 0 ? RAMP : 0); j++) {
    const share = (j + 0.5) / RAMP;
    drop.push(-rate[0]! / RAMP);
    after.push(share * rate[0]!);
    before.push((rate[0]! * warmup * share * share) / 2);
    row.push(0);
  }
  for (let i = 1; i < n; i++) {
    const [from, to] = [rate[i - 1]!, rate[i]!];
    const width = steps[i]! - steps[i - 1]!;
    const level = (i < 2 || rate[i - 2] === from) && (i === n - 1 || rate[i + 1] === to);
    const pieces = from === to ? 0 : level ? 1 : Math.min(PIECES, width);
    // a jump at the row: all steps but the last at the old rate
    sum[i] = sum[i - 1]! + (level ? from * (width - 1) + to : (width * (from + to)) / 2 + (to - from) / 2);
    for (let j = 0; j < pieces; j++) {
      const share = level ? 1 : (j + 0.5) / pieces;
      drop.push((from - to) / pieces);
      after.push(from + share * (to - from));
      const part = share * width;
      before.push(level ? sum[i]! - to : sum[i - 1]! + part * from + (part * share * (to - from)) / 2);
      row.push(i);
    }
  }
  return {
    sum,
    drop: Float64Array.from(drop),
    after: Float64Array.from(after),
    before: Float64Array.from(before),
    row: Int32Array.from(row),
    asked: rowsOf(n, every),
  };
}

const rowsOf = (n: number, every: number): Int32Array =>
  Int32Array.from(Array.from({ length: n }, (_, i) => i).filter((i) => i % every === 0 || i === n - 1));

/** The law on curves, its parameters in the order of MULTI_POWER, all positive. */
function modelOf(curves: readonly Curve[], every = 1): Model & { readonly plain: Model["run"] } {
  const all = curves.map((curve) => prepared(curve, every));
  const n = all.reduce((total, { asked }) => total + asked.length, 0);
  const plain: Model["run"] = (p, derivatives) => {
    const [L0, A, alpha, B, C, beta, gamma] = p as unknown as [number, number, number, number, number, number, number];
    const values = new Float64Array(n);
    const jacobian = new Float64Array(derivatives ? 7 * n : 0);
    let first = 0;
    for (const { sum, drop, after, before, row, asked } of all) {
      const scaled = after.map((rate) => C * pow(rate, -gamma));
      const logs = after.map(log);
      for (const [place, i] of asked.entries()) {
        let [drops, byC, byBeta, byGamma] = [0, 0, 0, 0];
        for (let k = 0; k < drop.length && row[k]! <= i; k++) {
          // a row between the pieces of its own interval sees those before it
          const x = scaled[k]! * Math.max(0, sum[i]! - before[k]!);
          const bent = log(1 + x);
          const left = exp(-beta * bent);
          drops += drop[k]! * (1 - left);
          if (!derivatives) continue;
          const slope = (drop[k]! * beta * left * x) / (1 + x);
          byC += slope;
          byBeta += drop[k]! * left * bent;
          byGamma -= slope * logs[k]!;
        }
        const power = A * pow(sum[i]!, -alpha);
        const at = first + place;
        values[at] = L0 + power - B * drops;
        if (!derivatives) continue;
        const slopes = [1, power / A, -power * log(sum[i]!), -drops, (-B * byC) / C, -B * byBeta, -B * byGamma];
        slopes.forEach((slope, j) => {
          jacobian[j * n + at] = slope;
        });
      }
      first += asked.length;
    }
    return { values, jacobian };
  };
  return {
    parameters: MULTI_POWER,
    bounds: MULTI_POWER.map(() => [0, Infinity] as const),
    plain,
    run: (p, derivatives) => {
      const { values, jacobian } = plain(p, derivatives);
      jacobian.forEach((slope, at) => {
        jacobian[at] = slope / values[at % n]!;
      });
      return { values: values.map((v) => (v > 0 ? log(v) : Number.NaN)), jacobian };
    },
  };
}

/** L(t) at every row of a curve. */
export const multiPowerLoss = (curve: Curve, p: Float64Array): Float64Array => modelOf([curve]).plain(p, false).values;

const measuredOf = (curves: readonly Curve[], every = 1) => {
  const measured = Float64Array.from(
    curves.flatMap(({ loss }) => Array.from(rowsOf(loss.length, every), (i) => log(loss[i]!))),
  );
  return { measured, weights: new Float64Array(measured.length).fill(1) };
};

/** The objective of given parameters on curves. @param options - δ of Huber's loss is needed */
export function multiPowerObjective(
  curves: readonly Curve[],
  p: Float64Array,
  options: LossFunction & { delta: number },
): number {
  return objectiveAt(modelOf(curves), measuredOf(curves), rhoOf(options, options.delta), p);
}

/**
 * Fits the law to curves.
 * @param starts - of the parameters; the lowest minimum is taken
 * @param every - only every so many rows are asked
 * @param effort - of each start
 */
export function fitMultiPower(
  curves: readonly Curve[],
  starts: readonly Float64Array[],
  options: LossFunction & { delta: number },
  every = 1,
  effort: Effort = {},
): Minimum {
  const model = modelOf(curves, every);
  const measured = measuredOf(curves, every);
  const found = starts.map((start) => minimise(model, measured, rhoOf(options, options.delta), start, effort));
  return found.reduce((best, other) => (other.objective < best.objective ? other : best));
}
