// A table of training runs, read and fitted. Bootstrap and all stay in this worker.

import { type FitResult, fitRuns, formatOf, readTable, runsFromTable, type Slice } from "../../index.ts";
import type { Context } from "./protocol.ts";

export interface FitInput {
  /** The file's name: its ending says what it is. */
  readonly name: string;
  readonly content: string | ArrayBuffer;
  readonly methods: readonly (1 | 2 | 3)[];
  readonly seed: number;
}

export type FitPart = { readonly progress: number } | { readonly result: FitResult; readonly slices: Sampled[] };

/** The fitted curve of an isoFLOP slice at evenly spaced log N: a function cannot be sent. */
interface Sampled {
  readonly from: number;
  readonly step: number;
  readonly values: Float64Array;
}
const SAMPLES = 60;

/** Enough for intervals to two digits. */
const DRAWS = 500;

export async function fit({ name, content, methods, seed }: FitInput, { emit }: Context<FitPart>): Promise<void> {
  const format = formatOf(name);
  const runs = runsFromTable(await readTable(content, format));
  let last = 0;
  const result = await fitRuns(runs, {
    methods,
    seed,
    draws: DRAWS,
    starts: "projection",
    threads: 1,
    onProgress(progress) {
      if (progress - last < 0.01) return;
      last = progress;
      emit({ progress });
    },
  });
  const slices = result.isoflop?.fit.slices ?? [];
  emit({ result: withSlices(result, () => undefined), slices: slices.map(sample) });
}

function sample({ N, fitted }: Slice): Sampled {
  const from = Math.log(N[0]!);
  const step = (Math.log(N.at(-1)!) - from) / SAMPLES || 1;
  return { from, step, values: Float64Array.from({ length: SAMPLES + 1 }, (_, i) => fitted(from + i * step)) };
}

/** The result with its slices' curves again, linear between samples. */
export function received(result: FitResult, slices: readonly Sampled[]): FitResult {
  return withSlices(result, (i) => (logN: number) => {
    const { from, step, values } = slices[i]!;
    const at = Math.min(Math.max((logN - from) / step, 0), SAMPLES);
    const k = Math.min(Math.floor(at), SAMPLES - 1);
    return values[k]! + (at - k) * (values[k + 1]! - values[k]!);
  });
}

function withSlices(result: FitResult, fitted: (i: number) => Slice["fitted"] | undefined): FitResult {
  if (!result.isoflop) return result;
  const { fit } = result.isoflop;
  const slices = fit.slices.map((slice, i) => ({ ...slice, fitted: fitted(i)! }));
  return { ...result, isoflop: { ...result.isoflop, fit: { ...fit, slices } } };
}
