// Marshals assembly/sizes.ts.

import type { Modes } from "../resolvent.ts";
import { type PowerRule, panelsOf, type SizeKernels } from "../sizes.ts";
import { type Arena, type Core, padded } from "./core.ts";

/** n, λ, a, t, u: a search asks for no κ where the λ that fill them up have a pole. */
function putModes(arena: Arena, { lambda, trace, energy, ratio }: Modes) {
  const n = padded(lambda.length);
  return [n, arena.put(lambda, n, lambda[0]), ...arena.putAll([trace, energy, ratio], n)] as const;
}

function makeModes({ run }: Core, arena: Arena, rule: PowerRule) {
  const { alpha, beta, log, multiplicity, panel, start, length, end } = rule;
  const [given, per, panels] = [log.length, panel.nodes.length, panelsOf(rule)];
  const n = padded(given + per * panels);
  const modes = [n, arena.put(log, n), arena.put(multiplicity, n), arena.space(n), arena.space(n)] as const;
  const nodes = arena.putAll([panel.nodes, panel.weights]);
  const [, ...arrays] = modes;
  run.powerModes(n, alpha, beta, given, panels, start, length, end, per, ...nodes, ...arrays);
  return modes;
}

export function sizeKernels(core: Core): SizeKernels {
  return {
    sizeLosses({ modes, d, surplus, batch, step, tolerance, lastStep }, { s, weight }, steps, far) {
      const arena = core.arena();
      const points = "lambda" in modes ? putModes(arena, modes) : makeModes(core, arena, modes);
      const [share, gamma] = "share" in step ? [true, step.share] : [false, step.gamma];
      const [m, count] = [s.re.length, steps.length];
      const contour = arena.putAll([s.re, s.im, weight.re, weight.im]);
      const at = arena.put(steps);
      const out = arena.space(7 + 4 * count);
      const scratch = arena.space(core.run.sizeLossesScratch(m * count));
      const size = [d, surplus, batch, gamma, share, tolerance, lastStep, far] as const;
      core.run.sizeLosses(...points, ...size, m, ...contour, count, at, out, scratch);
      const told = arena.take(out, 7 + 4 * count);
      const column = (k: number) => told.subarray(7 + k * count, 7 + (k + 1) * count);
      return {
        trace: told[0]!,
        P0: told[1]!,
        gamma: told[2]!,
        kappa0: told[3]!,
        F0: told[4]!,
        safe: told[5]!,
        open: told[6]!,
        whole: { value: column(0), size: column(1) },
        singular: { value: column(2), size: column(3) },
      };
    },
  };
}
