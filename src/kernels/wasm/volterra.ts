// Marshals assembly/volterra.ts and assembly/growing-steps.ts.

import type { ComplexArray } from "../resolvent.ts";
import { growth, type Nodes, type VolterraKernels } from "../volterra.ts";
import { type Arena, type Core, padded } from "./core.ts";

function putComplex(arena: Arena, { re, im }: ComplexArray, n: number): [re: number, im: number] {
  return [arena.put(re, n), arena.put(im, n)];
}

function take(arena: Arena, [re, im]: readonly [number, number], into: ComplexArray): void {
  into.re.set(arena.view(re, into.re.length));
  into.im.set(arena.view(im, into.im.length));
}

const isReal = ({ z, forcing, source }: Nodes, state: ComplexArray): boolean =>
  [z, forcing, source, state].every(({ im }) => im.every((y) => y === 0));

export function volterraKernels(core: Core): VolterraKernels {
  return {
    stepModes(nodes, state, { gamma, batch, noise }) {
      const arena = core.arena();
      const n = padded(nodes.z.re.length);
      const steps = gamma.length;
      const g = arena.put(gamma);
      const b = arena.put(batch);
      const out = arena.space(steps);
      if (isReal(nodes, state)) {
        const z = arena.put(nodes.z.re, n);
        const s = arena.put(nodes.source.re, n);
        const rho = arena.put(state.re, n);
        core.run.stepRealModes(
          n,
          z,
          s,
          nodes.rest,
          rho,
          steps,
          g,
          b,
          noise,
          out,
          arena.space(core.run.stepRealModesScratch(n)),
        );
        state.re.set(arena.view(rho, state.re.length));
      } else {
        const z = putComplex(arena, nodes.z, n);
        const s = putComplex(arena, nodes.source, n);
        const rho = putComplex(arena, state, n);
        core.run.stepModes(
          n,
          ...z,
          ...s,
          nodes.rest,
          ...rho,
          steps,
          g,
          b,
          noise,
          out,
          arena.space(core.run.stepModesScratch(n)),
        );
        take(arena, rho, state);
      }
      return arena.take(out, steps);
    },

    growModes(nodes, state, { gamma, batch, slope, time, noise }, observe) {
      const arena = core.arena();
      const n = padded(nodes.z.re.length);
      const steps = gamma.length / 3;
      const z = putComplex(arena, nodes.z, n);
      const s = putComplex(arena, nodes.source, n);
      const rho = putComplex(arena, state, n);
      const drive = arena.putAll([time, gamma, batch, slope]);
      const out = arena.space(steps);
      const scratch = arena.space(core.run.growModesScratch(n));
      const [wr, wi] = observe ? putComplex(arena, observe.weight, n) : [0, 0];
      const seen = observe ? arena.space(steps) : 0;
      core.run.growModes(n, ...z, ...s, nodes.rest, ...rho, steps, ...drive, noise, out, scratch, wr, wi, seen);
      take(arena, rho, state);
      observe?.values.set(arena.view(seen, steps));
      return arena.take(out, steps);
    },

    powers({ z, forcing, source, rest }, gamma, batch, count) {
      const arena = core.arena();
      const n = padded(z.re.length);
      const g = Array.from(z.re, (re, k) => growth(gamma, batch, { re, im: z.im[k]! }));
      const growths = putComplex(
        arena,
        { re: Float64Array.from(g, ({ re }) => re), im: Float64Array.from(g, ({ im }) => im) },
        n,
      );
      const q = gamma * gamma * batch;
      const out = arena.space(count);
      core.run.powers(n, ...growths, ...putComplex(arena, forcing, n), rest, count, out);
      const F = arena.take(out, count);
      const scaled = { re: source.re.map((x) => q * x), im: source.im.map((y) => q * y) };
      core.run.powers(n, ...growths, ...putComplex(arena, scaled, n), 0, count, out);
      return { forcing: F, kernel: arena.take(out, count) };
    },

    volterra(forcing, kernel) {
      const arena = core.arena();
      const n = forcing.length;
      // eight rows at a time
      const room = padded(n, 8);
      const F = arena.put(forcing, room);
      const reversed = new Float64Array(room + 8);
      for (let i = 0; i < n; i++) reversed[n + 7 - i] = kernel[i]!;
      const K = arena.put(reversed);
      const P = arena.space(room);
      core.run.volterra(n, F, K, P);
      return arena.take(P, n);
    },
  };
}
