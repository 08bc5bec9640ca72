// A thread that measures rows of the plane of phases.

import { type Diagram, diagram } from "../index.ts";
import { serve } from "../web-pool.ts";

serve({
  row: (alpha: number[], beta: number, flops: [number, number]): Diagram => diagram({ alpha, beta: [beta], flops }),
});
