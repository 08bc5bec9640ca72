// Plain TypeScript as Kernels.

import type { Kernels } from "../kernels.ts";
import { resolventReference } from "./resolvent.ts";

export const referenceKernels: Kernels = { name: "reference", ...resolventReference };
