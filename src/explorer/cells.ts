/** The centres of n equal cells. */
export function centres([lo, hi]: readonly [number, number], n: number): number[] {
  return Array.from({ length: n }, (_, i) => lo + ((i + 0.5) * (hi - lo)) / n);
}
