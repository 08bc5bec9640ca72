// The kernel of a search over sizes: modes, γ, κ₀ and the losses at many steps of one model size, in one call
// (docs/theory.md, eqs. 3.4, 4.4, 5.1).

import type { ComplexArray, Modes } from "./resolvent.ts";

/** Modes of λ_j = j^−2α and u_j = j^−2β by points: some as they are, then panels in log j. */
export interface PowerRule {
  readonly alpha: number;
  readonly beta: number;
  /** log j of the points that come first, and how many modes each stands for. */
  readonly log: Float64Array;
  readonly multiplicity: Float64Array;
  /** An even number of nodes and weights on [−1, 1] for every panel. */
  readonly panel: { readonly nodes: Float64Array; readonly weights: Float64Array };
  /** Panels go from log j = start to end, each `length` long, the last as far as is left. */
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/** One size, and how finely it is looked at. */
export interface Size {
  readonly modes: Modes | PowerRule;
  readonly d: number;
  /** v/d − 1. */
  readonly surplus: number;
  readonly batch: number;
  /** γ, or γ·Tr D. */
  readonly step: { readonly gamma: number } | { readonly share: number };
  /** Of κ₀, relative. */
  readonly tolerance: number;
  /** Newton's method for κ ends with a relative step below this, whose square is left. */
  readonly lastStep: number;
}

/** The nodes of a Talbot contour for r = 1, an even number, and the weights e^s ds/π there. */
export interface UnitContour {
  readonly s: ComplexArray;
  readonly weight: ComplexArray;
}

/** Im Σ f w over the nodes, and Σ |f| |w|, each at every step: r times a value, and what its rounding is relative to. */
export interface Weighed {
  readonly value: Float64Array;
  readonly size: Float64Array;
}

export interface SizeLosses {
  readonly trace: number;
  readonly P0: number;
  readonly gamma: number;
  readonly kappa0: number;
  readonly F0: number;
  /** A γ that is surely stable. */
  readonly safe: number;
  /** 1 − w K_s(w) at w = far (eq. 4.6); NaN where z₂ has met the support. */
  readonly open: number;
  /** r P(r), eq. 4.3. */
  readonly whole: Weighed;
  /** The same less what is analytic near s = 0, eq. 4.5. */
  readonly singular: Weighed;
}

export interface SizeKernels {
  /** The losses of one size at increasing steps; `far` > 1. */
  sizeLosses(size: Size, contour: UnitContour, steps: Float64Array, far: number): SizeLosses;
}

/** How many panels a rule has. */
export const panelsOf = ({ start, end, length }: PowerRule): number =>
  end > start ? Math.max(1, Math.ceil((end - start) / length)) : 0;
