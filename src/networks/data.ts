// Features and targets made ready to train on: less the training rows' mean, features of unit norm, in f32.

import { checkMatrix, means, prepared } from "../measure/features.ts";
import type { Matrix } from "../measure/npy.ts";

export interface TrainingData {
  readonly features: Matrix;
  readonly targets: Matrix;
}

/** Rows ready to train on. */
export interface ReadyRows {
  readonly rows: number;
  readonly X: Float32Array;
  readonly Y: Float32Array;
}

export interface ReadyData {
  readonly inputs: number;
  readonly outputs: number;
  readonly train: ReadyRows;
  readonly test: ReadyRows;
  /** The training rows' targets, by column: their means, which squared error takes off. */
  readonly targetMeans: readonly number[];
}

/** f32 that other threads see without a copy, where the platform has such memory. */
export function shared(values: Float64Array): Float32Array {
  const bytes = 4 * values.length;
  const out = new Float32Array(
    typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes),
  );
  out.set(values);
  return out;
}

/**
 * Rows to train on and rows to test on, both less the means of the former; with cross-entropy the targets are probabilities and stay.
 * @throws RangeError, TypeError naming the row of what is no number, a target that is constant, sizes that do not match
 */
export function readyData(train: TrainingData, test: TrainingData, loss: "squared" | "entropy"): ReadyData {
  for (const [name, { features, targets }] of [
    ["", train],
    ["test ", test],
  ] as const) {
    checkMatrix(`${name}features`, features);
    checkMatrix(`${name}targets`, targets);
    if (features.rows !== targets.rows)
      throw new RangeError(
        `${name}targets must have as many rows as ${name}features (${features.rows}), got ${targets.rows}`,
      );
  }
  const [inputs, outputs] = [train.features.columns, train.targets.columns];
  if (test.features.columns !== inputs || test.targets.columns !== outputs)
    throw new RangeError(
      `test rows must have as many columns as the training rows (${inputs} and ${outputs}), got ${test.features.columns} and ${test.targets.columns}`,
    );
  const targetMeans = [...means(train.targets)];
  for (let t = 0; t < outputs; t++) {
    const first = train.targets.data[t]!;
    let varies = false;
    for (let i = 1; i < train.targets.rows && !varies; i++) varies = train.targets.data[i * outputs + t] !== first;
    if (!varies && loss === "squared")
      throw new RangeError(`targets must vary, got ${first} in every training row of column ${t + 1}`);
  }
  if (loss === "entropy") checkProbabilities(train.targets);
  if (loss === "entropy") checkProbabilities(test.targets);
  const centre = means(train.features);
  const ready = ({ features, targets }: TrainingData): ReadyRows => ({
    rows: features.rows,
    X: shared(prepared(features, centre, true).data),
    Y: shared(loss === "squared" ? targets.data.map((y, at) => y - targetMeans[at % outputs]!) : targets.data),
  });
  return { inputs, outputs, train: ready(train), test: ready(test), targetMeans };
}

/** How far from 1 the probabilities of a row may sum. */
const ROUNDING = 1e-6;

function checkProbabilities({ data, rows, columns }: Matrix): void {
  if (columns < 2)
    throw new RangeError(`targets must have a column for each class (2 or more) for cross-entropy, got ${columns}`);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    const sum = row.reduce((total, p) => total + p, 0);
    if (row.some((p) => p < 0) || Math.abs(sum - 1) > ROUNDING)
      throw new RangeError(
        `targets must be probabilities for cross-entropy, one column a class, got a row that sums to ${sum} (row ${i + 1})`,
      );
  }
}
