// A thread that computes rows of planes: of phases, and of compute and distinct samples.

import { type Diagram, diagram, type EpochsPlaneOptions, type EpochsPlaneRow, epochsPlaneRow } from "../index.ts";
import { serve } from "../web-pool.ts";

serve({
  row: (alpha: number[], beta: number, flops: [number, number]): Diagram => diagram({ alpha, beta: [beta], flops }),
  epochs: (problem: Parameters<typeof epochsPlaneRow>[0], options: EpochsPlaneOptions, i: number): EpochsPlaneRow =>
    epochsPlaneRow(problem, options, i),
});
