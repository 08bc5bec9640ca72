// Shapes of a step over training, as multiples of γ (docs/theory.md, eq. 9.10). With horizon T:
//
//   constant 1 · power (1+r)^−p · cosine (1+cos(πr/T))/2 · linear 1−r/T
//   warmup–stable–decay min(1, (r+1)/warmup) · min(1, (T−r)/(decay·T))
//
// A schedule is plain data, or a function of r.

import { counted, finite, integer, numbers, positive, shown, whole } from "../../check.ts";
import { pow, sin } from "../../math/elementary.ts";

export type Schedule =
  | { readonly kind: "constant" }
  | { readonly kind: "power"; readonly exponent: number }
  | { readonly kind: "cosine" }
  | { readonly kind: "linear" }
  | { readonly kind: "wsd"; readonly warmup: number; readonly decay: number }
  | { readonly kind: "piecewise"; readonly steps: Float64Array; readonly values: Float64Array }
  | { readonly kind: "table"; readonly values: Float64Array }
  | { readonly kind: "optimal" }
  | ((r: number) => number);

/** A schedule over a known horizon. */
export interface Shape {
  /** The multiple of γ at r, whole or not. */
  readonly at: (r: number) => number;
  /** Whole steps after which the shape changes form, and steps towards which it changes on an ever shorter scale. */
  readonly breaks: readonly number[];
  readonly ends: readonly number[];
  /** Where only a higher derivative jumps: no growing step goes across. Default: nowhere. */
  readonly knots?: readonly number[];
  /** Known only step by step: no growing steps. */
  readonly stepwise?: boolean;
}

/** γ_r = γ throughout. */
export const constant = (): Schedule => ({ kind: "constant" });
/** (1+r)^−p, p ≥ 0. */
export const power = (exponent: number): Schedule => ({ kind: "power", exponent: finite("exponent", exponent, 0) });
/** (1 + cos(πr/T))/2. */
export const cosine = (): Schedule => ({ kind: "cosine" });
/** 1 − r/T. */
export const linear = (): Schedule => ({ kind: "linear" });
/** Rising over `warmup` steps, flat, and falling to 0 over the last share `decay` of the horizon. */
export const warmupStableDecay = ({ warmup = 1, decay = 0.2 }: { warmup?: number; decay?: number } = {}): Schedule => ({
  kind: "wsd",
  warmup: integer("warmup", warmup, 1),
  decay: positive("decay", finite("decay", decay, 0, 1)),
});
/** Straight lines between knots (whole steps from 0 on, increasing; multiples ≥ 0), constant after the last. */
export function piecewise(knots: readonly (readonly [step: number, value: number])[]): Schedule {
  counted("knots", "knots", knots);
  const steps = Float64Array.from(knots, ([step], i) => integer(`knots[${i}] step`, step, 0));
  const values = Float64Array.from(knots, ([, value], i) => finite(`knots[${i}] value`, value, 0));
  if (knots.length === 0 || steps[0] !== 0) throw new RangeError("knots must begin at step 0");
  for (let i = 1; i < steps.length; i++)
    if (!(steps[i]! > steps[i - 1]!))
      throw new RangeError(`knots must increase in step, got ${steps[i - 1]} then ${steps[i]}`);
  return { kind: "piecewise", steps, values };
}
/** One multiple ≥ 0 for every step. */
export const table = (values: ArrayLike<number>): Schedule => ({ kind: "table", values: numbers("table", values, 0) });
/** The best schedule for the model to leading order (docs/theory.md, eq. 9.12): made when the model is known. */
export const optimal = (): Schedule => ({ kind: "optimal" });

/**
 * A schedule as multiples of γ over so many steps.
 * @throws RangeError where the horizon is not a whole number ≥ 1 that the schedule can fill
 */
export function shapeOf(schedule: Exclude<Schedule, { kind: "optimal" }>, horizon: number): Shape {
  const T = whole("horizon", horizon);
  if (typeof schedule === "function") {
    const at = (r: number) => finite(`the schedule at step ${r}`, schedule(r), 0);
    return { at, breaks: [], ends: [], stepwise: true };
  }
  switch (schedule.kind) {
    case "constant":
      return { at: () => 1, breaks: [], ends: [] };
    case "power":
      return { at: (r) => pow(1 + r, -schedule.exponent), breaks: [], ends: [] };
    case "cosine":
      // written about its end, where it is small
      return { at: (r) => (r < T ? pow(sin((Math.PI * (T - r)) / (2 * T)), 2) : 0), breaks: [], ends: [T] };
    case "linear":
      return { at: (r) => Math.max(0, (T - r) / T), breaks: [], ends: [T] };
    case "wsd": {
      const { warmup, decay } = schedule;
      const falls = Math.ceil(T * (1 - decay) - 1e-9);
      return {
        at: (r) => Math.min(1, (r + 1) / warmup) * Math.min(1, Math.max(0, T - r) / (decay * T)),
        breaks: [warmup - 1, falls].filter((r) => r > 0 && r < T),
        ends: [T],
      };
    }
    case "piecewise":
      return {
        at: (r) => between(schedule.steps, schedule.values, r),
        breaks: [...schedule.steps].filter((r) => r > 0 && r < T),
        ends: [...schedule.steps].filter((r, i) => r > 0 && schedule.values[i] === 0),
      };
    case "table": {
      const { values } = schedule;
      if (values.length !== T)
        throw new RangeError(
          `the schedule's table must have one entry per step of the horizon, ${T}, got ${values.length}`,
        );
      return { at: (r) => values[Math.min(Math.max(Math.floor(r), 0), T - 1)]!, breaks: [], ends: [], stepwise: true };
    }
  }
}

function between(steps: Float64Array, values: Float64Array, r: number): number {
  // not findLastIndex: this is asked at every step
  let i = steps.length - 1;
  while (i >= 0 && steps[i]! > r) i--;
  if (i === steps.length - 1) return values[i]!;
  i = Math.max(i, 0);
  const share = (r - steps[i]!) / (steps[i + 1]! - steps[i]!);
  return Math.max(0, values[i]! + share * (values[i + 1]! - values[i]!));
}

/** A schedule by its name on the command line: "power:0.3", "wsd:warmup=100,decay=0.2". */
export function parseSchedule(text: string): Schedule {
  const [name, rest = ""] = text.trim().split(/:(.*)/s) as [string, string?];
  switch (name) {
    case "constant":
      return constant();
    case "cosine":
      return cosine();
    case "linear":
      return linear();
    case "optimal":
      return optimal();
    case "power":
      return power(Number(rest || "0.5"));
    case "wsd": {
      const options = Object.fromEntries(
        rest
          .split(",")
          .filter(Boolean)
          .map((part) => part.split("=")),
      ) as Record<string, string>;
      const unknown = Object.keys(options).find((key) => key !== "warmup" && key !== "decay");
      if (unknown !== undefined) throw new RangeError(`wsd takes warmup and decay, got ${shown(unknown)}`);
      return warmupStableDecay({
        ...(options.warmup === undefined ? {} : { warmup: Number(options.warmup) }),
        ...(options.decay === undefined ? {} : { decay: Number(options.decay) }),
      });
    }
    default:
      throw new RangeError(
        `a schedule is constant, power:P, cosine, linear, wsd:warmup=N,decay=SHARE or optimal, got ${shown(text)}`,
      );
  }
}
