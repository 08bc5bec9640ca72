// Exponents measured on the exact frontier over the plane: few cells first, then many. Along a part of a row each search begins
// where that of the cell before ended.

import { diagram } from "../../index.ts";
import { centres } from "../../math/grid.ts";
import type { Context } from "./context.ts";

export interface MeasureInput {
  /** Where the plane begins and ends. */
  readonly alpha: readonly [number, number];
  readonly beta: readonly [number, number];
  /** Cells a side, first and at last. */
  readonly sides: readonly number[];
  readonly flops: readonly [number, number];
}

/** Exponents of all cells, rows from the lowest β on. */
export interface MeasuredPlane {
  readonly alpha: readonly [number, number];
  readonly beta: readonly [number, number];
  /** Cells a side. */
  readonly side: number;
  readonly xi: readonly Float64Array[];
  readonly eta: readonly Float64Array[];
}

export type MeasurePart = { readonly plane: MeasuredPlane } | { readonly progress: number };

/** Cells between two looks at what else is asked. */
const AT_ONCE = 8;

export async function measure(
  { alpha, beta, sides, flops }: MeasureInput,
  { emit, pause }: Context<MeasurePart>,
): Promise<void> {
  const all = sides.reduce((sum, side) => sum + side * side, 0);
  let done = 0;
  for (const side of sides) {
    const [across, up] = [centres(alpha, side), centres(beta, side)];
    const xi: Float64Array[] = [];
    const eta: Float64Array[] = [];
    for (const b of up) {
      const row = { xi: new Float64Array(side), eta: new Float64Array(side) };
      for (let from = 0; from < side; from += AT_ONCE) {
        const part = diagram({ alpha: across.slice(from, from + AT_ONCE), beta: [b], flops });
        row.xi.set(part.xi[0]!, from);
        row.eta.set(part.eta[0]!, from);
        await pause();
      }
      xi.push(row.xi);
      eta.push(row.eta);
      done += side;
      emit({ progress: done / all });
    }
    emit({ plane: { alpha, beta, side, xi, eta } });
  }
}
