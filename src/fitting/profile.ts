// The profile of the objective in one exponent: the minimum over the other four parameters with that one held. Its interval of
// 95 % is where it rises by no more than the drop test allows (docs/theory.md, eq. 10.11); it need not be closed.

import { integer, oneOf } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import { huberKernelsOf } from "../kernels/huber/of.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Interval } from "../math/quantiles.ts";
import { allowedRise } from "./inference.ts";
import { bestOf, type ParametricFit } from "./parametric.ts";
import { concatenated, pointsOf, thetaOf } from "./points.ts";
import { projectedStarts } from "./projection.ts";
import type { Runs } from "./runs.ts";

export interface ProfileOptions {
  /** Points on each side of the minimum. Default 20. */
  readonly points?: number;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
}

export interface Profile {
  readonly parameter: "alpha" | "beta";
  /** Values of the exponent, increasing, and the objective minimised over all else. */
  readonly value: Float64Array;
  readonly objective: Float64Array;
  /** The objective at the ends of the interval. */
  readonly threshold: number;
  /** 95 %; −Infinity or Infinity where the profile never reaches the threshold. */
  readonly interval: Interval;
}

/** Exponents searched for the ends of the interval. */
const LEAST = 1e-3;
const LARGEST = 5;

/**
 * Profiles α or β about a fit of the same runs.
 * @throws RangeError where the parameter is neither
 */
export function profile(
  runs: Runs,
  fit: ParametricFit,
  parameter: "alpha" | "beta",
  options: ProfileOptions = {},
): Profile {
  oneOf("parameter", parameter, ["alpha", "beta"]);
  const count = integer("points", options.points ?? 20, 2, 10_000);
  const kernels = options.kernels ?? defaultKernels();
  const points = pointsOf(runs, kernels);
  const at = parameter === "alpha" ? 3 : 4;
  const centre = thetaOf(fit, points);
  const other = projectedStarts(points, 2, kernels);
  let last = centre;
  /** The objective with the exponent held, from the last minimum, the overall one and the projected ones. */
  const held = (value: number): number => {
    const starts = concatenated([last, centre, other]);
    for (let i = at; i < starts.length; i += 5) starts[i] = value;
    const minima = huberKernelsOf(kernels).minimiseHuber(points, fit.delta, starts, {
      fixed: 1 << at,
      near: true,
      tolerance: 1e-6,
    });
    const best = bestOf(minima);
    last = minima.theta.slice(5 * best, 5 * best + 5);
    return minima.value[best]!;
  };
  const threshold = fit.objective + allowedRise(fit.residuals, fit.delta);
  const end = (limit: number): number => {
    last = centre;
    // outwards in growing steps, then bisection
    let [inside, outside] = [fit[parameter], fit[parameter]];
    const direction = Math.sign(limit - inside);
    for (let step = 0.02 * Math.abs(inside); ; step *= 1.6) {
      outside = direction * Math.min(direction * limit, direction * (inside + direction * step));
      if (held(outside) > threshold) break;
      inside = outside;
      if (outside === limit) return direction * Infinity;
    }
    for (let k = 0; k < 30 && Math.abs(outside - inside) > 1e-6; k++) {
      const middle = (inside + outside) / 2;
      if (held(middle) > threshold) outside = middle;
      else inside = middle;
    }
    return (inside + outside) / 2;
  };
  const interval: Interval = [end(LEAST), end(LARGEST)];
  const reach = (limit: number, bound: number) =>
    Math.abs(limit) === Infinity ? bound : fit[parameter] + 1.6 * (limit - fit[parameter]);
  const [from, to] = [Math.max(LEAST, reach(interval[0], LEAST)), reach(interval[1], LARGEST)];
  const side = (limit: number): [number, number][] => {
    last = centre;
    return Array.from({ length: count }, (_, i) => {
      const value = fit[parameter] + ((limit - fit[parameter]) * (i + 1)) / count;
      return [value, held(value)];
    });
  };
  const curve = [...side(from).reverse(), [fit[parameter], fit.objective] as const, ...side(to)];
  return {
    parameter,
    value: Float64Array.from(curve, (p) => p[0]),
    objective: Float64Array.from(curve, (p) => p[1]),
    threshold,
    interval,
  };
}
