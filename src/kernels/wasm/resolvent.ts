// Marshals assembly/modes.ts and assembly/resolvent.ts.

import type { Modes, ResolventKernels } from "../resolvent.ts";
import { type Arena, type Core, padded } from "./core.ts";

export function putModes(arena: Arena, modes: Modes) {
  const n = padded(modes.lambda.length);
  return {
    n,
    lambda: arena.put(modes.lambda, n, 1),
    trace: arena.put(modes.trace, n),
    energy: arena.put(modes.energy, n),
    ratio: arena.put(modes.ratio, n),
  };
}

export function resolventKernels(core: Core): ResolventKernels {
  return {
    modeSums(modes, kappa) {
      const arena = core.arena();
      const { n, lambda, trace, energy, ratio } = putModes(arena, modes);
      const m = kappa.re.length;
      const kr = arena.put(kappa.re);
      const ki = arena.put(kappa.im);
      const room = () => arena.space(m);
      const out = [room(), room(), room(), room(), room(), room()] as const;
      core.run.modeSums(n, lambda, trace, energy, ratio, m, kr, ki, ...out);
      const [D, G, H] = [0, 2, 4].map((i) => ({ re: arena.take(out[i]!, m), im: arena.take(out[i + 1]!, m) }));
      return { D: D!, G: G!, H: H! };
    },

    solveKappa(modes, invN, invP, zeta, kappa) {
      const arena = core.arena();
      // only these two of the modes: a call for a single κ costs as much as its marshalling
      const n = padded(modes.lambda.length);
      const lambda = arena.put(modes.lambda, n, 1);
      const trace = arena.put(modes.trace, n);
      const m = zeta.re.length;
      const zr = arena.put(zeta.re);
      const zi = arena.put(zeta.im);
      const kr = arena.put(kappa.re);
      const ki = arena.put(kappa.im);
      const scratch = arena.space(core.run.kappaScratch());
      const failed = core.run.solveKappa(n, lambda, trace, invN, invP, m, zr, zi, kr, ki, scratch);
      kappa.re.set(arena.view(kr, m));
      kappa.im.set(arena.view(ki, m));
      return failed;
    },

    axisKappa(modes, invN, kappa0, x, near) {
      const arena = core.arena();
      const n = padded(modes.lambda.length);
      const lambda = arena.put(modes.lambda, n, 1);
      const trace = arena.put(modes.trace, n);
      const m = x.length;
      const at = arena.put(x);
      const kr = arena.put(Float64Array.of(near?.re ?? Number.NaN), Math.max(1, m));
      const ki = arena.put(Float64Array.of(near?.im ?? Number.NaN), Math.max(1, m));
      core.run.axisKappa(n, lambda, trace, invN, kappa0, m, at, kr, ki, arena.space(core.run.kappaScratch()));
      return { re: arena.take(kr, m), im: arena.take(ki, m) };
    },
  };
}
