// A piece of one network's training, in the calling thread or in another: from its weights before to its weights after, with the
// losses on the way. Everything random is a function of (seed, member, epoch): which thread does a piece changes no bit.

import type { NetworkKernels, TrainOptions } from "../kernels/networks/kernels.ts";
import { exp, log } from "../math/elementary.ts";
import { shuffled } from "../measure/shuffled.ts";
import type { ReadyData, ReadyRows } from "./data.ts";
import { type Architecture, type Network, networkOf, startOf } from "./network.ts";

export interface SegmentJob extends Omit<TrainOptions, "eta"> {
  readonly architecture: Architecture;
  readonly seed: number;
  readonly member: number;
  /** η before the layers' own factor. */
  readonly eta: number;
  /** What `state` of the result before was; empty: the start. */
  readonly state: Float64Array;
  /** Steps done before, and to do. */
  readonly first: number;
  readonly count: number;
  /** Numbers of steps in (first, first + count], and 0 where nothing was done, at which losses are wanted. */
  readonly record: readonly number[];
  /** Rows of the training set that its loss is measured on. */
  readonly trainRows: number;
  /** Whether the outputs on the test rows are wanted too. */
  readonly outputs: boolean;
}

export interface SegmentResult {
  /** The bits of the weights, and of the velocity where there is momentum. */
  readonly state: Float64Array;
  /** At each recorded step: test loss, train loss and, where wanted, the outputs on the test rows. */
  readonly recorded: Float64Array;
  /** The step at which it diverged, or Infinity. */
  readonly diverged: number;
}

/** f32 that one call may hold of batches, and of hidden units while outputs are computed: 64 MB each. */
const AT_ONCE = 2 ** 24;

/** What one record takes of `recorded`. */
export const recordLength = (outputs: boolean, testRows: number, columns: number): number =>
  2 + (outputs ? testRows * columns : 0);

export class SegmentTrainer {
  readonly #kernels: NetworkKernels;
  readonly #data: ReadyData;
  /** The last order drawn, and whose it is. */
  #order: { readonly key: string; readonly rows: Int32Array } | undefined;
  /** The last network's outputs at its start. */
  #origin: { readonly key: string; readonly train: Float32Array; readonly test: Float32Array } | undefined;

  constructor(kernels: NetworkKernels, data: ReadyData) {
    this.#kernels = kernels;
    this.#data = data;
  }

  run(job: SegmentJob): SegmentResult {
    const { architecture, seed, member, momentum, batch, first, count, outputs } = job;
    const network = networkOf(architecture);
    const { parameters } = network;
    const { inputs, outputs: columns, test } = this.#data;
    const state = new Float64Array(Math.ceil(((momentum > 0 ? 2 : 1) * parameters) / 2));
    const singles = new Float32Array(state.buffer);
    if (job.state.length > 0) state.set(job.state);
    else singles.set(startOf(network, seed, member));
    const origin = this.#originOf(network, job);
    const weights = singles.subarray(0, parameters);
    const velocity = momentum > 0 ? singles.subarray(parameters, 2 * parameters) : undefined;
    const length = recordLength(outputs, test.rows, columns);
    const recorded = new Float64Array(job.record.length * length).fill(Infinity);
    const chunk = Math.max(1, Math.floor(AT_ONCE / (batch * inputs)));
    const eta = job.eta * network.rate;
    let step = first;
    for (let i = 0; i <= job.record.length; i++) {
      const end = i < job.record.length ? job.record[i]! : first + count;
      while (step < end) {
        const some = Math.min(chunk, end - step);
        const { X, Y, start } = this.#batches(job, origin.train, step, some);
        const done = this.#kernels.train(network, weights, velocity, X, Y, start, { ...job, eta });
        if (done < some) return { state, recorded, diverged: step + done + 1 };
        step += some;
      }
      if (i === job.record.length) break;
      const f = this.#outputs(network, weights, test.X, test.rows).map((x, at) => x - origin.test[at]!);
      const own = this.#outputs(network, weights, this.#data.train.X, job.trainRows);
      own.forEach((x, at) => {
        own[at] = x - origin.train[at]!;
      });
      const losses = [lossOf(f, test, columns, job.loss), lossOf(own, this.#data.train, columns, job.loss)] as const;
      if (!losses.every(Number.isFinite)) return { state, recorded, diverged: step };
      recorded.set(losses, i * length);
      if (outputs) recorded.set(f, i * length + 2);
    }
    return { state, recorded, diverged: Infinity };
  }

  /** The samples of `count` batches from step `step` on: each epoch passes over all rows in an order of its own. */
  #batches({ batch, seed, member }: SegmentJob, origin: Float32Array, step: number, count: number) {
    const { inputs, outputs, train } = this.#data;
    const X = new Float32Array(count * batch * inputs);
    const [Y, start] = [0, 0].map(() => new Float32Array(count * batch * outputs)) as [Float32Array, Float32Array];
    for (let i = 0; i < count * batch; i++) {
      const sample = step * batch + i;
      const row = this.#orderOf(seed, member, Math.floor(sample / train.rows))[sample % train.rows]!;
      X.set(train.X.subarray(row * inputs, (row + 1) * inputs), i * inputs);
      Y.set(train.Y.subarray(row * outputs, (row + 1) * outputs), i * outputs);
      start.set(origin.subarray(row * outputs, (row + 1) * outputs), i * outputs);
    }
    return { X, Y, start };
  }

  /** What the network says before it is trained, which is taken off. */
  #originOf(network: Network, { architecture, seed, member }: SegmentJob) {
    const key = JSON.stringify([architecture, seed, member]);
    if (this.#origin?.key !== key) {
      const { train, test } = this.#data;
      const weights = startOf(network, seed, member);
      const of = ({ X, rows }: ReadyRows) => this.#outputs(network, weights, X, rows);
      this.#origin = { key, train: of(train), test: of(test) };
    }
    return this.#origin;
  }

  #orderOf(seed: number, member: number, epoch: number): Int32Array {
    const key = `${seed}/${member}/${epoch}`;
    if (this.#order?.key !== key)
      this.#order = { key, rows: shuffled(this.#data.train.rows, seed, "training", { draw: member * EPOCHS + epoch }) };
    return this.#order.rows;
  }

  #outputs(network: Network, weights: Float32Array, X: Float32Array, rows: number): Float32Array {
    const { inputs, outputs } = this.#data;
    const units = network.sizes.reduce((sum, n) => sum + n, 0);
    const some = Math.max(1, Math.floor(AT_ONCE / units));
    const out = new Float32Array(rows * outputs);
    for (let from = 0; from < rows; from += some) {
      const to = Math.min(rows, from + some);
      out.set(this.#kernels.outputs(network, weights, X.subarray(from * inputs, to * inputs)), from * outputs);
    }
    return out;
  }
}

/** Most epochs: so that the orders of no two members meet. */
export const EPOCHS = 2 ** 20;

/** The mean over rows of Σ (f − y)², or of −Σ y log softmax f in nats. */
export function lossOf(
  f: ArrayLike<number>,
  { Y }: Pick<ReadyRows, "Y">,
  columns: number,
  loss: TrainOptions["loss"],
): number {
  const rows = f.length / columns;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    if (loss === "squared") {
      for (let j = 0; j < columns; j++) total += (f[at + j]! - Y[at + j]!) * (f[at + j]! - Y[at + j]!);
      continue;
    }
    let most = -Infinity;
    for (let j = 0; j < columns; j++) most = Math.max(most, f[at + j]!);
    let [sum, hit] = [0, 0];
    for (let j = 0; j < columns; j++) {
      sum += exp(f[at + j]! - most);
      hit += Y[at + j]! * (f[at + j]! - most);
    }
    total += log(sum) - hit;
  }
  return total / rows;
}
