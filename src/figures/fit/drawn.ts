// How much of runs and draws is drawn, and the axis that most panels share.

/** Runs drawn at most: a million dots show no more than these. */
const MOST_DRAWN = 4000;
/** Draws of the bootstrap that bands are made from: enough for a line's width. */
export const DRAWS = 400;
export const COMPUTE = "compute C (flops)";

/** Rows that are drawn. */
export function someRows(n: number): number[] {
  const every = Math.max(1, Math.ceil(n / MOST_DRAWN));
  return Array.from({ length: Math.floor((n - 1) / every) + 1 }, (_, i) => i * every);
}
