// Marshals assembly/tape.ts.

import { Core, compiled, once, padded } from "../wasm/core.ts";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import type { TapeKernels } from "./kernels.ts";

/** The kernels on one instance, made at the first call. */
export const tapeKernels: () => TapeKernels = /* @__PURE__ */ once(() =>
  kernelsOn(new Core<Exports>(compiled(bytes, size))),
);

export function kernelsOn(core: Core<Exports>): TapeKernels {
  return {
    runTape({ columns: c, parameters: k, constants, code }, columns, parameters, derivatives) {
      const arena = core.arena();
      const n = columns.length / c;
      const N = padded(n);
      const at = arena.space(c * N);
      const view = arena.view(at, c * N);
      for (let j = 0; j < c; j++) {
        view.set(columns.subarray(j * n, j * n + n), j * N);
        view.fill(1, j * N + n, j * N + N);
      }
      const fixed = new Float64Array(k + constants.length);
      fixed.set(parameters);
      fixed.set(constants, k);
      const numbers = arena.put(fixed);
      const count = code.length / 3;
      const program = arena.putWhole(code);
      const values = arena.space(N);
      const jacobian = arena.space(derivatives ? k * N : 0);
      const scratch = arena.space(core.run.runTapeScratch(fixed.length, count));
      core.run.runTape(N, c, at, k, fixed.length, numbers, count, program, values, derivatives, jacobian, scratch);
      const derivative = new Float64Array(derivatives ? k * n : 0);
      if (derivatives) for (let j = 0; j < k; j++) derivative.set(arena.view(jacobian + 8 * j * N, n), j * n);
      return { values: arena.take(values, n), jacobian: derivative };
    },
  };
}
