// Plain TypeScript as Kernels.

import type { Kernels } from "../kernels.ts";
import { contourReference } from "./contour.ts";
import { dynamicsReference } from "./dynamics.ts";
import { huberReference } from "./huber.ts";
import { momentumReference } from "./momentum.ts";
import { resolventReference } from "./resolvent.ts";
import { simulationReference } from "./simulation.ts";
import { volterraReference } from "./volterra.ts";

export const referenceKernels: Kernels = {
  name: "reference",
  ...resolventReference,
  ...contourReference,
  ...volterraReference,
  ...momentumReference,
  ...dynamicsReference,
  ...simulationReference,
  ...huberReference,
};
