// The plane of phases on a grid: the exponents the table predicts (docs/theory.md, table 6.5), or those measured on the exact
// frontier over a window of compute, which near the boundaries and at finite compute are not the same.

import { numbers, whole, within } from "../../check.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { log } from "../../math/elementary.ts";
import { type Provenance, provenance } from "../../provenance.ts";
import { phase } from "../exponents/phases.ts";
import { powerLaw } from "../measure/spectrum.ts";
import { frontierNear } from "./frontier.ts";

export interface DiagramOptions {
  /** Data complexities, > 0: the columns. */
  readonly alpha: ArrayLike<number>;
  /** Target complexities: the rows. */
  readonly beta: ArrayLike<number>;
  /** Budgets [lowest, highest] to measure the exponents over. Default: they are predicted. */
  readonly flops?: readonly [number, number];
  /** Budgets in this window, ≥ 3. Default 3. */
  readonly points?: number;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface Diagram {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  /** [β][α]: the phase; the two it separates on a boundary; null where there is no power law. */
  readonly phase: (string | null)[][];
  /** [β][α]: ξ; NaN where there is none, and where it was to be measured and the optimum lies outside the window. */
  readonly xi: Float64Array[];
  /** [β][α]: η, likewise. */
  readonly eta: Float64Array[];
  readonly made: Provenance;
}

/**
 * The plane of phases on a grid of α and β.
 * @throws RangeError, TypeError where alpha or beta is empty or alpha not > 0, and for flops as `frontier`
 */
export function diagram(options: DiagramOptions): Diagram {
  const alpha = numbers("alpha", options.alpha);
  const beta = numbers("beta", options.beta);
  for (const a of alpha) within("alpha", a);
  for (const b of beta) within("beta", b);
  within("cells", alpha.length * beta.length, "the number of cells");
  const { flops, points = 3, kernels } = options;
  whole("budgets", points, "points");
  const cells = Array.from(beta, (b) => {
    // from cell to cell the search goes on where it was
    let near: Float64Array | undefined;
    return Array.from(alpha, (a) => {
      const predicted = phase({ alpha: a, beta: b });
      if (!flops || predicted.phase === null) return predicted;
      const spectrum = powerLaw({ alpha: a, beta: b });
      const { d, fit, jumps, stats } = frontierNear({ spectrum, flops, points, ...(kernels ? { kernels } : {}) }, near);
      near = jumps.length === 0 && stats.atEdge === 0 ? d.map(log) : undefined;
      const known = stats.converged ? { xi: fit.xi.value, eta: fit.eta.value } : { xi: Number.NaN, eta: Number.NaN };
      return { ...predicted, ...known };
    });
  });
  return {
    alpha,
    beta,
    phase: cells.map((row) => row.map((cell) => cell.phase)),
    xi: cells.map((row) => Float64Array.from(row, (cell) => cell.xi)),
    eta: cells.map((row) => Float64Array.from(row, (cell) => cell.eta)),
    made: flops ? provenance("diagram measured", { flops, points }) : provenance("diagram predicted", {}),
  };
}
