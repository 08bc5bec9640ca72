// Generated from assembly/ by npm run build.
/** The kernels of the module: pointers and counts are numbers. */
export interface Exports {
  heapBase(): number;
  growSign(n: number, zr: number, zi: number, sr: number, si: number, rest: number, rr: number, ri: number, steps: number, time: number, eta: number, slope: number, noise: number, spread: number, shape: number, rates: number, given: boolean, before: number, out: number, scratch: number): void;
  growSignScratch(n: number): number;
  rowSums(n: number, root: number, rows: number, weights: number, heads: number, m: number, lambda: number, x: number, multiplicity: number, energy: number, d: number, count: number, zr: number, zi: number, guess: number, out: number, scratch: number): void;
  rowSumsScratch(n: number, rows: number, m: number): number;
  stepSign(n: number, zr: number, zi: number, sr: number, si: number, rest: number, rr: number, ri: number, steps: number, eta: number, noise: number, spread: number, shape: number, rates: number, given: boolean, out: number): void;
}
