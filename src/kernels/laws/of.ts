// The kernels of formulas that go with others: the same backend.

import type { Kernels } from "../kernels.ts";
import type { TapeKernels } from "./kernels.ts";
import { tapeReference } from "./reference.ts";
import { tapeKernels } from "./wasm.ts";

export const tapeKernelsOf = ({ name }: Pick<Kernels, "name">): TapeKernels =>
  name === "wasm" ? tapeKernels() : tapeReference;
