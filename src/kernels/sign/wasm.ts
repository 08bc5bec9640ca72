// Marshals assembly/sign.ts.

import type { ComplexArray } from "../resolvent.ts";
import { type Arena, Core, compiled, once, padded } from "../wasm/core.ts";
import { bytes, size } from "./bytes.ts";
import type { Exports } from "./exports.ts";
import type { SignKernels, SignNodes } from "./kernels.ts";

/** Nodes and state: the kernels' first arguments, and what brings the state back. */
function put(arena: Arena, { z, source, rest, spread, shape }: SignNodes, state: ComplexArray) {
  const n = padded(z.re.length);
  const [rr, ri] = arena.putAll([state.re, state.im], n);
  const [most, ...coefficients] = shape;
  const nodes = [n, ...arena.putAll([z.re, z.im, source.re, source.im], n), rest, rr, ri] as const;
  const closure = [spread, arena.put(Float64Array.of(most!, coefficients.length, ...coefficients))] as const;
  const takeState = () => {
    state.re.set(arena.view(rr, state.re.length));
    state.im.set(arena.view(ri, state.im.length));
  };
  return { n, nodes, closure, takeState };
}

/** The kernels on one instance, made at the first call. */
export const signKernels: () => SignKernels = /* @__PURE__ */ once(() =>
  kernelsOn(new Core<Exports>(compiled(bytes, size))),
);

export function kernelsOn(core: Core<Exports>): SignKernels {
  return {
    rowSums({ root, weights, heads, scale }, { lambda, trace, energy }, d, zeta, guess) {
      const arena = core.arena();
      const n = padded(root.length);
      const rows = weights.length / root.length;
      const table = new Float64Array(rows * n);
      for (let k = 0; k < rows; k++) table.set(weights.subarray(k * root.length, (k + 1) * root.length), k * n);
      const m = padded(lambda.length);
      const x = lambda.map((l) => l / scale);
      const multiplicity = trace.map((a, j) => a / lambda[j]!);
      const law = [n, arena.put(root, n, 1), rows, arena.put(table), heads] as const;
      const modes = [m, arena.put(lambda, m, 1), ...arena.putAll([x, multiplicity, energy], m), d] as const;
      const count = zeta.re.length;
      const path = [count, ...arena.putAll([zeta.re, zeta.im]), guess] as const;
      const out = arena.space(6 * count);
      core.run.rowSums(...law, ...modes, ...path, out, arena.space(core.run.rowSumsScratch(n, rows, m)));
      const [y, T, E] = [0, 2, 4].map((i) => ({
        re: arena.take(out + 8 * i * count, count),
        im: arena.take(out + 8 * (i + 1) * count, count),
      }));
      return { y: y!, trace: T!, energy: E! };
    },

    stepSign(nodes, state, { eta, rates, given, noise }) {
      const arena = core.arena();
      const steps = eta.length;
      const own = put(arena, nodes, state);
      const [h, a, out] = [arena.put(eta), arena.put(rates), arena.space(steps)];
      core.run.stepSign(...own.nodes, steps, h, noise, ...own.closure, a, given, out);
      own.takeState();
      rates.set(arena.view(a, steps));
      return arena.take(out, steps);
    },

    growSign(nodes, state, { eta, rates, given, noise, time, slope, before, settled }) {
      const arena = core.arena();
      const steps = eta.length / 3;
      const own = put(arena, nodes, state);
      const drive = arena.putAll([time, eta, slope]);
      const [a, out] = [arena.put(rates), arena.space(steps)];
      const scratch = arena.space(core.run.growSignScratch(own.n));
      core.run.growSign(...own.nodes, steps, ...drive, noise, ...own.closure, a, given, before, settled, out, scratch);
      own.takeState();
      rates.set(arena.view(a, 3 * steps));
      return arena.take(out, steps);
    },
  };
}
