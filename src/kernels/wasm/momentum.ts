// Marshals assembly/momentum.ts and assembly/growing-momentum.ts.

import type { MomentumKernels, MomentumState } from "../momentum.ts";
import type { Nodes } from "../volterra.ts";
import { type Arena, type Core, padded } from "./core.ts";

function putNodes(arena: Arena, { z, source }: Nodes, { R, C, Y }: MomentumState) {
  const n = padded(R.length);
  return { n, nodes: arena.putAll([z.re, source.re], n), state: arena.putAll([R, C, Y], n) };
}

function takeState(arena: Arena, [R, C, Y]: readonly [number, number, number], state: MomentumState): void {
  state.R.set(arena.view(R, state.R.length));
  state.C.set(arena.view(C, state.C.length));
  state.Y.set(arena.view(Y, state.Y.length));
}

export function momentumKernels(core: Core): MomentumKernels {
  return {
    stepMomentum(nodes, state, { gamma1, gamma2, gamma3, delta, batch, noise }) {
      const arena = core.arena();
      const put = putNodes(arena, nodes, state);
      const drive = arena.putAll([gamma1, gamma2, gamma3, delta, batch]);
      const steps = gamma2.length;
      const out = arena.space(steps);
      core.run.stepMomentum(put.n, ...put.nodes, nodes.rest, ...put.state, steps, ...drive, noise, out);
      takeState(arena, put.state, state);
      return arena.take(out, steps);
    },

    growMomentum(nodes, state, { gamma1, gamma2, gamma3, delta, batch, time, noise }) {
      const arena = core.arena();
      const put = putNodes(arena, nodes, state);
      const drive = arena.putAll([time, gamma1, gamma2, gamma3, delta, batch]);
      const steps = time.length / 3;
      const out = arena.space(steps);
      const scratch = arena.space(core.run.growMomentumScratch(put.n));
      core.run.growMomentum(put.n, ...put.nodes, nodes.rest, ...put.state, steps, ...drive, noise, out, scratch);
      takeState(arena, put.state, state);
      return arena.take(out, steps);
    },
  };
}
