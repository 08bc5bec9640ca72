// Plain TypeScript as Kernels.

import type { Kernels } from "../kernels.ts";
import { contourReference } from "./contour.ts";
import { dynamicsReference } from "./dynamics.ts";
import { momentumReference } from "./momentum.ts";
import { resolventReference } from "./resolvent.ts";
import { simulationReference } from "./simulation.ts";
import { sizeReference } from "./sizes.ts";
import { volterraReference } from "./volterra.ts";

/** Made by a call that is pure, so that a bundle that does not ask for it leaves it out. */
export const referenceKernels: Kernels = /* @__PURE__ */ (() => ({
  name: "reference",
  ...resolventReference,
  ...contourReference,
  ...sizeReference,
  ...volterraReference,
  ...momentumReference,
  ...dynamicsReference,
  ...simulationReference,
}))();
