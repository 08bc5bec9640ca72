// The kernels of sign SGD that go with others: the same backend.

import type { Kernels } from "../kernels.ts";
import type { SignKernels } from "./kernels.ts";
import { signReference } from "./reference.ts";
import { signKernels } from "./wasm.ts";

export const signKernelsOf = ({ name }: Pick<Kernels, "name">): SignKernels =>
  name === "wasm" ? signKernels() : signReference;
