// The kernels of approach 3 that go with others: the same backend.

import type { Kernels } from "../kernels.ts";
import type { HuberKernels } from "./kernels.ts";
import { huberReference } from "./reference.ts";
import { huberKernels } from "./wasm.ts";

export const huberKernelsOf = ({ name }: Pick<Kernels, "name">): HuberKernels =>
  name === "wasm" ? huberKernels() : huberReference;
