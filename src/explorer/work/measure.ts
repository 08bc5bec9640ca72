// Exponents measured on the exact frontier over the plane, row by row.

import { type Diagram, diagram } from "../../index.ts";
import type { Context } from "./context.ts";

export interface MeasureInput {
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  readonly flops: readonly [number, number];
}

export interface Row {
  /** Its place in beta. */
  readonly row: number;
  readonly xi: Float64Array;
  readonly eta: Float64Array;
}

export async function measure({ alpha, beta, flops }: MeasureInput, { emit, pause }: Context<Row>): Promise<void> {
  for (const [row, b] of beta.entries()) {
    const cells: Diagram[] = [];
    for (const a of alpha) {
      cells.push(diagram({ alpha: [a], beta: [b], flops }));
      await pause();
    }
    const pick = (which: "xi" | "eta") => Float64Array.from(cells, (cell) => cell[which][0]![0]!);
    emit({ row, xi: pick("xi"), eta: pick("eta") });
  }
}
