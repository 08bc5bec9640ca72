// The kernels of the contour method: generating functions on its nodes and the sums back to steps (docs/theory.md, §4).

import type { ComplexArray, Modes } from "./resolvent.ts";

/** What the generating functions depend on. */
export interface Recursion {
  readonly modes: Modes;
  /** The number of features. */
  readonly d: number;
  readonly gamma: number;
  readonly batch: number;
  /** The root κ at ζ = 0. */
  readonly kappa0: number;
  /** Newton's method for κ ends with a relative step below this, whose square is left. Default 1e-9: rounding. */
  readonly lastStep?: number;
}

/** F̃, K̃, P̃ at every s. */
export interface Transform {
  readonly F: ComplexArray;
  readonly K: ComplexArray;
  readonly P: ComplexArray;
}

export interface Transforms {
  /** eqs. 4.2, 4.3 */
  readonly whole: Transform;
  /** The same less what is analytic near s = 0, eq. 4.5. */
  readonly singular: Transform;
  /** Points at which κ was not found: what depends on them is NaN. */
  readonly failed: number;
}

/** The upper half of a contour: an even number of nodes, Re s not increasing. */
export interface Path {
  readonly s: ComplexArray;
  readonly ds: ComplexArray;
}

export interface ContourSum {
  /** (1/π) Im Σ f e^{rs} ds at every step r. */
  readonly value: Float64Array;
  /** (1/π) Σ |f e^{rs} ds|: what its rounding is relative to. */
  readonly size: Float64Array;
}

export interface ContourKernels {
  /** The generating functions at an even number of s, 0 ≤ Im s ≤ π. */
  transforms(recursion: Recursion, s: ComplexArray): Transforms;
  /** Two integrands on one path, at every step. */
  contourSums(path: Path, f: ComplexArray, g: ComplexArray, steps: Float64Array): [ContourSum, ContourSum];
}
