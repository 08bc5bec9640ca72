// Generated from assembly/ by npm run build.
/** The kernels of the module: pointers and counts are numbers. */
export interface Exports {
  basis(size: number, n: number, G: number, taus: number, Q: number, scratch: number): void;
  basisScratch(n: number): number;
  cholesky(n: number, G: number, L: number, block: number): number;
  choleskySolve(n: number, L: number, b: number): void;
  crossProduct(m: number, n: number, k: number, A: number, B: number, C: number, lower: boolean): void;
  strips(n: number, k: number, rows: number, to: number): void;
  heapBase(): number;
  ridgePath(size: number, n: number, diagonal: number, below: number, Q: number, count: number, ridges: number, targets: number, projections: number, inverse: number, solutions: number, scratch: number): void;
  ridgePathScratch(n: number, targets: number): number;
  rationalQL(n: number, d: number, e: number, z: number): number;
  tridiagonalize(size: number, n: number, G: number, h: number, diagonal: number, below: number, scratch: number, taus: number): number;
  tridiagonalizeScratch(n: number): number;
}
