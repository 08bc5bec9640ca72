// The steps of SGD under a schedule and a ramp of batches (docs/theory.md, §11): η_r and the variance s_r of a batch's mean at every
// step, what a contour must know of them, and blocks of them over which sums are taken by few.
//
// A sum over n consecutive steps of a smooth function is n times its mean, by the Gauss rule of n equal weights on 0 … n−1: the zeros
// of the discrete Chebyshev polynomials (Gauss–Legendre as n grows), whose recurrence is (Szegő 1939, §2.8)
//
//   t_{k+1} = (r − (n−1)/2) t_k − β_k t_{k−1},   β_k = k²(n² − k²)/(4(4k² − 1))                                   (11.14)

import { oneOf, whole } from "../../check.ts";
import { tridiagonalEigen } from "../../math/tridiagonal.ts";
import { brief } from "../../numbers.ts";
import { compress } from "../measure/compress.ts";
import type { Rule } from "../training/optimizer.ts";
import { stepAt } from "../training/optimizers/sgd.ts";
import { type Shape, shapeOf } from "../training/schedule.ts";
import { MOST_STEPWISE, stepsToLookAt } from "../training/training.ts";
import { UnstableStep } from "../training/unstable.ts";
import { shareOf } from "./sgd-stability.ts";

type SgdRule = Extract<Rule, { kind: "sgd" }>;

/** One step: η, B and s. */
export interface Step {
  readonly eta: number;
  readonly batch: number;
  readonly share: number;
}

/** What steps are, where they are not all alike. */
export interface Steps {
  /** At r, whole or not. */
  readonly at: (r: number) => Step;
  /** As a program's (time-stepping.ts). */
  readonly breaks: readonly number[];
  readonly ends: readonly number[];
  readonly stepwise: boolean;
  /** T. */
  readonly horizon: number;
  /** The largest η(1+s) and η there are. */
  readonly wide: number;
  readonly most: number;
}

/** The schedules there are, but for the best one: that is known for one pass alone. */
const KINDS = ["constant", "power", "cosine", "linear", "wsd", "piecewise", "table"] as const;

/** Whether a rule's steps differ from each other. */
export const isScheduled = ({ schedule, batch }: SgdRule): boolean =>
  schedule !== undefined || typeof batch === "object";

/**
 * The steps of a rule over a horizon, and beyond it up to step `last`.
 * @param limit the largest stable step of batches with the variance s
 * @throws RangeError naming the first step that is not stable
 */
export function stepsOf(
  rule: SgdRule,
  P: number,
  { horizon, last }: { readonly horizon: number; readonly last: number },
  limit: (share: number) => number,
): Steps {
  whole("horizon", horizon);
  const { schedule = { kind: "constant" }, batch } = rule;
  if (typeof schedule !== "function") oneOf("rule.schedule", (schedule as { kind?: unknown } | null)?.kind, KINDS);
  // knots may lie beyond the horizon
  const knotted = typeof schedule === "object" && schedule.kind === "piecewise";
  const shape: Shape = shapeOf(schedule, knotted ? Math.max(horizon, Math.ceil(last)) : horizon);
  const stepwise = shape.stepwise ?? false;
  if (stepwise && Math.max(horizon, last) > MOST_STEPWISE)
    throw new RangeError(
      `horizon and times must be at most ${MOST_STEPWISE} for a schedule given as a function or a table, got ${Math.max(horizon, last)}: use piecewise`,
    );
  const ramp = typeof batch === "object" ? batch : [];
  const breaks = [...new Set([...shape.breaks, ...ramp.slice(1).map(([step]) => step)])].sort((a, b) => a - b);
  const of = stepAt(rule);
  const shares = new Map<number, number>();
  const at = (r: number): Step => {
    const step = of(r, shape);
    let share = shares.get(step.batch);
    if (share === undefined) {
      share = shareOf(step.batch, rule.sampling, P);
      shares.set(step.batch, share);
    }
    return { ...step, share };
  };
  const limits = new Map<number, number>();
  let [wide, most] = [0, 0];
  for (const r of stepsToLookAt({ breaks, stepwise }, Math.max(1, horizon, last))) {
    const { eta, share } = at(r);
    if (!limits.has(share)) limits.set(share, limit(share));
    const stable = limits.get(share)!;
    if (eta >= stable)
      throw new UnstableStep(
        `rule.eta times the schedule must be below ${stable.toPrecision(6)} at step ${r}, the largest stable step there, got ${brief(eta)}`,
        stable / eta,
      );
    wide = Math.max(wide, eta * (1 + share));
    most = Math.max(most, eta);
  }
  if (!(most > 0)) throw new RangeError("rule.schedule must be above 0 at some step");
  return { at, breaks, ends: shape.ends, stepwise, horizon, wide, most };
}

/** Steps from ≤ r < to, all of one s. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly share: number;
  /** Σ_r f(η_r) = Σ_q weight_q f(eta_q). */
  readonly eta: Float64Array;
  readonly weight: Float64Array;
  /** The largest η. */
  readonly most: number;
}

/** Steps of a schedule known one by one that are taken together at most. */
const LONGEST_LISTED = 2 ** 14;

/** All steps from ≤ r < to in blocks, none across a break, each no longer than half of the time since the last one. */
export function* blocks(steps: Steps, from: number, to: number, points: number): Generator<Block> {
  const { at, breaks, ends, stepwise } = steps;
  const stops = [...breaks, ...ends, to].filter((r) => r > from && r <= to).sort((a, b) => a - b);
  let begun = [0, ...breaks, ...ends].reduce((latest, r) => (r <= from && r > latest ? r : latest), 0);
  for (let r = from; r < to; ) {
    const room = Math.max(points, Math.floor((r - begun) / 2));
    const end = Math.min(stops[0]!, r + (stepwise ? Math.min(room, LONGEST_LISTED) : room));
    const n = end - r;
    const { share } = at(r);
    const list = (offsets: ArrayLike<number>) => Float64Array.from(offsets, (k) => at(r + k).eta);
    const both = [at(r).eta, at(end - 1).eta];
    if (n <= points || stepwise) {
      const each = list(Array.from({ length: n }, (_, k) => k));
      const most = each.reduce((x, y) => Math.max(x, y), 0);
      const used = each.filter((eta) => eta > 0);
      const ones = used.map(() => 1);
      const short =
        used.length > points
          ? compress({ lambda: used, weight: ones }, { points, ratio: 4, floor: 0 })
          : { lambda: used, weight: ones };
      yield { from: r, to: end, share, eta: short.lambda, weight: short.weight, most };
    } else {
      const rule = stepRule(n, points);
      const eta = list(rule.nodes);
      const most = Math.max(...both, ...eta);
      if (Math.min(...both, ...eta) === most)
        yield { from: r, to: end, share, eta: Float64Array.of(most), weight: Float64Array.of(n), most };
      else yield { from: r, to: end, share, eta, weight: rule.weights, most };
    }
    r = end;
    if (r === stops[0]) {
      if (r < to) begun = r;
      stops.shift();
      while (stops[0] === r) stops.shift();
    }
  }
}

/** Σ_{r<t} η_r. */
export function elapsed(steps: Steps, t: number): number {
  let sum = 0;
  for (const { eta, weight } of blocks(steps, 0, t, 8))
    for (let q = 0; q < eta.length; q++) sum += weight[q]! * eta[q]!;
  return sum;
}

/** The m-point Gauss rule of Σ_{r=0}^{n−1}, m < n. */
export function stepRule(n: number, m: number): { nodes: Float64Array; weights: Float64Array } {
  // in units of n, whatever its size
  const nodes = new Float64Array(m).fill((1 - 1 / n) / 2);
  const off = Float64Array.from({ length: m }, (_, i) => {
    const k = i + 1;
    return 0.5 * k * Math.sqrt(((1 - k / n) * (1 + k / n)) / (4 * k * k - 1));
  });
  const first = new Float64Array(m);
  first[0] = 1;
  tridiagonalEigen(nodes, off, [first]);
  return { nodes: nodes.map((x) => n * x), weights: first.map((v) => n * v * v) };
}
