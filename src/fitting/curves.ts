// Loss curves: the rows of one model size (or one run) in order of C, read at any C by interpolation in log C and log L.

import { log } from "../math/elementary.ts";
import type { Runs } from "./runs.ts";

export interface RunCurve {
  readonly N: number;
  /** log C, increasing, and log L. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** log D. */
  readonly z: Float64Array;
}

/**
 * One curve per run and size that have several rows; rows of runs with a single one are joined by their N, which is how a table of final
 * losses holds curves. Curves of fewer than two points are left out.
 */
export function curvesOf(runs: Runs, weights?: Float64Array): RunCurve[] {
  const size = new Map<number, number>();
  for (const r of runs.run) size.set(r, (size.get(r) ?? 0) + 1);
  const groups = new Map<string, number[]>();
  for (let i = 0; i < runs.n; i++) {
    if (weights && weights[i] === 0) continue;
    const key = size.get(runs.run[i]!)! > 1 ? `run ${runs.run[i]} ${runs.N[i]}` : `N ${runs.N[i]}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()].map((rows) => curve(runs, rows)).filter((c) => c.x.length > 1);
}

function curve(runs: Runs, rows: number[]): RunCurve {
  const sorted = rows.slice().sort((i, j) => runs.C[i]! - runs.C[j]!);
  // rows at the same C count once, with their mean
  const x: number[] = [];
  const y: number[] = [];
  const z: number[] = [];
  let count = 1;
  for (const i of sorted) {
    const [c, l] = [log(runs.C[i]!), log(runs.loss[i]!)];
    if (x.length > 0 && c - x.at(-1)! < 1e-9) {
      count++;
      y[y.length - 1]! += (l - y.at(-1)!) / count;
    } else {
      x.push(c);
      y.push(l);
      z.push(log(runs.D[i]!));
      count = 1;
    }
  }
  return { N: runs.N[sorted[0]!]!, x: Float64Array.from(x), y: Float64Array.from(y), z: Float64Array.from(z) };
}

/** log L at log C = c; NaN outside the curve. */
export const read = ({ x, y }: RunCurve, c: number): number => between(x, y, c);

/** log D there. */
export const readTokens = ({ x, z }: RunCurve, c: number): number => between(x, z, c);

function between(x: Float64Array, y: Float64Array, c: number): number {
  const last = x.length - 1;
  if (!(c >= x[0]! && c <= x[last]!)) return Number.NaN;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= c) low = middle;
    else high = middle;
  }
  return y[low]! + ((y[high]! - y[low]!) * (c - x[low]!)) / (x[high]! - x[low]!);
}
