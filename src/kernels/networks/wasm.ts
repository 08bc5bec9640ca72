// Marshals assembly/networks.ts: matrices by rows here, in panels of eight columns there, filled up with zeros.

import { type Arena, Core, compiled, once, padded } from "../wasm/core.ts";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import type { NetworkKernels, NetworkShape } from "./kernels.ts";

/** The module, compiled once: other threads are given it. */
export const networkModule: () => WebAssembly.Module = /* @__PURE__ */ once(() => compiled(bytes, size));

/** Kernels on an instance of their own, whose memory goes with them. */
export function networkKernels(module: BufferSource | WebAssembly.Module = networkModule()): NetworkKernels {
  return kernelsOn(new Core<Exports>(module));
}

/** Columns of a panel, and rows of a strip (assembly/panels.ts). */
const [PANEL, STRIP] = [8, 4];

export function kernelsOn(core: Core<Exports>): NetworkKernels {
  const singles = (arena: Arena, n: number): number => arena.bytes(4 * n);

  /** m rows of n numbers as M rows of N, zero beyond. */
  const putRows = (arena: Arena, values: Float32Array, n: number, M: number, N: number): number => {
    const pointer = singles(arena, M * N);
    const view = arena.singles(pointer, M * N);
    if (n === N) {
      view.set(values);
      view.fill(0, values.length);
      return pointer;
    }
    view.fill(0);
    for (let from = 0, to = 0; from < values.length; from += n, to += N) view.set(values.subarray(from, from + n), to);
    return pointer;
  };

  /** An m × n matrix in panels of M rows. */
  const putPanels = (arena: Arena, values: Float32Array, n: number, M: number, pointer?: number): number => {
    const N = padded(n, PANEL);
    const to = pointer ?? singles(arena, M * N);
    const view = arena.singles(to, M * N);
    view.fill(0);
    for (let from = 0, i = 0; from < values.length; from += n, i++)
      for (let j = 0; j < n; j++) view[((j >> 3) * M + i) * PANEL + (j & 7)] = values[from + j]!;
    return to;
  };

  /** The same back. */
  const takePanels = (arena: Arena, pointer: number, M: number, n: number, out: Float32Array): void => {
    const view = arena.singles(pointer, M * padded(n, PANEL));
    for (let to = 0, i = 0; to < out.length; to += n, i++)
      for (let j = 0; j < n; j++) out[to + j] = view[((j >> 3) * M + i) * PANEL + (j & 7)]!;
  };

  const layout = ({ sizes, scales }: NetworkShape) => {
    const all = sizes.map((n) => padded(n, PANEL));
    const starts: number[] = [];
    let length = 0;
    for (let l = 1; l < all.length; l++) {
      starts.push(length);
      length += all[l - 1]! * all[l]!;
    }
    /** Each layer of a list of weights, with where it begins in panels. */
    const each = (visit: (l: number, from: number, count: number, start: number) => void) => {
      let from = 0;
      starts.forEach((start, l) => {
        const count = sizes[l]! * sizes[l + 1]!;
        visit(l, from, count, start);
        from += count;
      });
    };
    const put = (arena: Arena, weights: Float32Array): number => {
      const pointer = singles(arena, length);
      each((l, from, count, start) => {
        putPanels(arena, weights.subarray(from, from + count), sizes[l + 1]!, all[l]!, pointer + 4 * start);
      });
      return pointer;
    };
    const take = (arena: Arena, pointer: number, weights: Float32Array): void =>
      each((l, from, count, start) => {
        takePanels(arena, pointer + 4 * start, all[l]!, sizes[l + 1]!, weights.subarray(from, from + count));
      });
    const describe = (arena: Arena) =>
      [scales.length, arena.putWhole(Int32Array.from(all)), arena.putSingles(Float32Array.from(scales))] as const;
    return { all, length, put, take, describe };
  };

  return {
    name: "wasm",

    product(A, B, k, turned = false) {
      const arena = core.arena();
      const [m, n] = [A.length / k, B.length / k];
      const M = padded(m, PANEL);
      const N = padded(n, PANEL);
      const b = putPanels(arena, B, n, k);
      const C = singles(arena, M * N);
      let a: number;
      if (turned) a = putPanels(arena, A, m, k);
      else {
        const K = padded(k, PANEL);
        const rows = putPanels(arena, A, k, M);
        a = singles(arena, M * K);
        core.run.stripsOf(M, k, rows, a);
      }
      arena.singles(C, M * N).fill(0);
      core.run.multiply(M, N, k, a, turned, b, C);
      const out = new Float32Array(m * n);
      takePanels(arena, C, M, n, out);
      return out;
    },

    outputs(shape, weights, X) {
      const arena = core.arena();
      const { all, put, describe } = layout(shape);
      const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
      const [N, O] = [all[0]!, all.at(-1)!];
      const rows = X.length / inputs;
      const M = padded(rows, STRIP);
      const [depth, sizes, scales] = describe(arena);
      const W = put(arena, weights);
      const x = putRows(arena, X, inputs, M, N);
      const f = singles(arena, M * O);
      const scratch = arena.bytes(core.run.outputsScratch(depth, sizes, M));
      core.run.outputs(depth, sizes, scales, M, W, x, f, scratch);
      const view = arena.singles(f, M * O);
      const out = new Float32Array(rows * outputs);
      for (let i = 0; i < rows; i++) out.set(view.subarray(i * O, i * O + outputs), i * outputs);
      return out;
    },

    train(shape, weights, velocity, X, Y, origin, { loss, eta, momentum, batch, limit }) {
      const arena = core.arena();
      const { all, length, put, take, describe } = layout(shape);
      const [inputs, outputs] = [shape.sizes[0]!, shape.sizes.at(-1)!];
      const N = all[0]!;
      const steps = X.length / (batch * inputs);
      const rows = padded(batch, STRIP);
      const [depth, sizes, scales] = describe(arena);
      const W = put(arena, weights);
      const V = momentum > 0 && velocity ? put(arena, velocity) : singles(arena, length);
      const x = singles(arena, steps * rows * N);
      const view = arena.singles(x, steps * rows * N);
      view.fill(0);
      for (let step = 0, from = 0; step < steps; step++)
        for (let i = 0; i < batch; i++, from += inputs)
          view.set(X.subarray(from, from + inputs), (step * rows + i) * N);
      const y = arena.putSingles(Y);
      const f0 = arena.putSingles(origin ?? new Float32Array(Y.length));
      const scratch = arena.bytes(core.run.trainScratch(depth, sizes, rows));
      const shapes = [depth, sizes, scales, rows, batch, outputs, loss === "entropy"] as const;
      const done = core.run.train(...shapes, eta, momentum, limit, steps, x, y, f0, W, V, scratch);
      take(arena, W, weights);
      if (momentum > 0 && velocity) take(arena, V, velocity);
      return done;
    },
  };
}
