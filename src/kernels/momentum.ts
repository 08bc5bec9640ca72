// Stepping the loss under momentum (docs/theory.md, eqs. 9.2–9.3, 9.8): three second moments a node.

import type { Nodes } from "./volterra.ts";

/** R = λEδ², C = λEδy and Y = λEy² of every node. */
export interface MomentumState {
  readonly R: Float64Array;
  readonly C: Float64Array;
  readonly Y: Float64Array;
}

/** What drives n consecutive steps: n of each. */
export interface MomentumDrive {
  readonly gamma1: Float64Array;
  readonly gamma2: Float64Array;
  readonly gamma3: Float64Array;
  /** Δ */
  readonly delta: Float64Array;
  readonly batch: Float64Array;
  /** σ²: variance of the label noise. */
  readonly noise: number;
}

/** The three stages of n growing time steps: 3n of each, stage by stage. */
export interface MomentumStages extends MomentumDrive {
  /** h dt/ds at each stage. */
  readonly time: Float64Array;
}

export interface MomentumKernels {
  /** Steps (9.3) on real nodes. The state is left at the end of the last step. Returns P before each step. */
  stepMomentum(nodes: Nodes, state: MomentumState, drive: MomentumDrive): Float64Array;
  /** As `stepMomentum` in growing steps, by Radau IIA of order 5 (docs/theory.md, eq. 9.8). Returns P after each step. */
  growMomentum(nodes: Nodes, state: MomentumState, stages: MomentumStages): Float64Array;
}
