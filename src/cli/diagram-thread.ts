// A thread that measures rows of the plane of phases.

import workerpool from "workerpool";
import { type Diagram, diagram } from "../index.ts";

workerpool.worker({
  row: (alpha: number[], beta: number, flops: [number, number]): Diagram => diagram({ alpha, beta: [beta], flops }),
});
