// What isoflop epochs --compute says of the best use of compute at few samples, as a table or as a plane.

import type { UniqueOptimum } from "../index.ts";
import { brief } from "../numbers.ts";
import type { Common } from "./options.ts";

export interface EpochsOptions extends Common {
  readonly a: number;
  readonly b: number;
  readonly unique: Float64Array;
  readonly noise: number;
  readonly eta?: number;
  readonly batch: number;
  readonly minN: number;
  readonly threads?: number;
}

export const settingOf = ({ a, b, noise, batch }: EpochsOptions, eta: number): string =>
  [`a = ${a}, b = ${b}`, ...(noise > 0 ? [`σ² = ${noise}`] : []), `η = ${brief(eta)}, B = ${batch}`].join(", ");

/** The columns of a file: one row a number of samples and budget. */
export function columnsOf(found: UniqueOptimum) {
  const { unique, compute } = found;
  const long = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);
  return {
    unique: [...unique].flatMap((U) => [...compute].map(() => U)),
    compute: [...unique].flatMap(() => [...compute]),
    N: long(found.N),
    steps: long(found.steps),
    epochs: long(found.epochs),
    loss: long(found.loss),
    byCompute: long(found.byCompute),
    byData: long(found.byData),
  };
}
