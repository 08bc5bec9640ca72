// The loss by time-stepping (docs/theory.md, §2, §5): the two routes that know nothing of the generating function.
//
//   modes    recursion (2.1) on a node rule, step by step, and in growing steps where the run is long: takes any schedule
//   direct   the Volterra sum (2.2), O(T²): the oracle

import type { Kernels } from "../../kernels/kernels.ts";
import type { MomentumDrive } from "../../kernels/momentum.ts";
import type { ComplexArray } from "../../kernels/resolvent.ts";
import { type Drive, growth, type Nodes } from "../../kernels/volterra.ts";
import { complex, exp, log1p, scale } from "../../math/complex.ts";
import { exp as expOf, hypot, log1p as log1pOf, log as logOf, pow } from "../../math/elementary.ts";
import { NODES } from "../../math/radau.ts";
import { complexNodes, type NodeModel, type NodeRule, PRECISION } from "../measure/nodes.ts";
import { amplification } from "../measure/stability.ts";
import type { Momentum } from "./momentum.ts";

/** What drives a run, as functions of the step r; growing steps ask between whole steps too. */
export interface Program {
  /** γ, Δ and B of step r. */
  readonly at: (r: number) => Momentum;
  /** Whether that is plain SGD throughout: γ1 = γ3 = 0. */
  readonly plain: boolean;
  /** Another recursion than (2.1) and (9.3). */
  readonly stepper?: () => Stepper;
  /** σ²: variance of the label noise. */
  readonly noise: number;
  /** Steps, besides 0, after which a hyperparameter changes form: whole numbers in increasing order. */
  readonly breaks: readonly number[];
  /** Steps towards which γ changes on an ever shorter scale, as where it ends at 0. */
  readonly ends: readonly number[];
  /** Where only a higher derivative of γ jumps: no growing step goes across. Default: nowhere. */
  readonly knots?: readonly number[];
  /** Known only step by step: no growing steps. */
  readonly stepwise?: boolean;
  /** The step from which gradient noise is left out. Default: never. */
  readonly quietFrom?: number;
  /** Weights w of a second output Re Σ w_k ρ_k at the steps asked for. Plain SGD only. Default: none. */
  readonly observe?: ComplexArray;
}

/** The same γ and B for ever. */
export function constantProgram(gamma: number, batch: number, noise = 0): Program {
  const momentum = { gamma1: 0, gamma2: gamma, gamma3: 0, delta: 1, batch };
  return { at: () => momentum, plain: true, noise, breaks: [], ends: [] };
}

export interface Pace {
  /** Relative error to aim at where steps grow; Infinity: one run, whose error is left unknown (Infinity). Default 1e-9. */
  readonly tolerance?: number;
  /** Whole steps after the start and every break, and before every end; growing steps elsewhere. Default 2048. */
  readonly exact?: number;
  /** Growing steps a decade. Default 24. Both are doubled until the tolerance is met. */
  readonly perDecade?: number;
}

export interface Evolution {
  /** P at each step asked for. */
  readonly loss: Float64Array;
  /** Estimated relative error of each: of the node rule, of rounding, of growing steps. */
  readonly error: Float64Array;
  /** The program's second output at each step asked for; zeros without one. */
  readonly observed: Float64Array;
  /** Whole and growing steps taken. */
  readonly wholeSteps: number;
  readonly growingSteps: number;
  /** The coarser of the last two paces: one run at it differs from these values by no more than `error`. */
  readonly pace: Required<Pace>;
}

/** Whole steps handed to the kernel at a time. */
const CHUNK = 16384;

/** How often whole steps and the pace of growing ones are doubled at most. */
const DOUBLINGS = 5;

/**
 * P at `steps` (whole numbers, increasing) by recursion (2.1) on a node rule. Growing steps leave an error of order 5 in
 * their length, and one of order 2 in the inverse of the time since the last break, for the loss is not quite linear over a
 * whole step. Both are measured by doubling pace and whole steps together; the second also where the whole steps end.
 */
export function evolve(
  kernels: Kernels,
  nodes: Nodes & { readonly error?: number },
  program: Program,
  steps: Float64Array,
  { tolerance = 1e-9, exact = 2048, perDecade = 24 }: Pace = {},
): Evolution {
  const end = steps[steps.length - 1]!;
  if (tolerance === Infinity) {
    const { rounding, ...once } = run(kernels, nodes, program, steps, program.stepwise ? end : exact, perDecade);
    return {
      ...once,
      error: once.growingSteps > 0 ? rounding.fill(Infinity) : rounding,
      pace: { tolerance, exact, perDecade },
    };
  }
  // where only the coarser of two runs takes growing steps, as near to the start, a break or an end as it does
  const edges = (reach: number) =>
    [reach, ...program.breaks.map((b) => b + reach), ...program.ends.map((e) => e - Math.round(0.75 * reach))].filter(
      (r) => r > 0 && r < end,
    );
  const reaches = Array.from({ length: DOUBLINGS }, (_, k) => exact * pow(2, k + 1));
  const asked = Float64Array.from(new Set([...steps, ...reaches.flatMap(edges)])).sort();
  const place = new Map(Array.from(asked, (r, i) => [r, i]));
  const at = (r: number) => place.get(r)!;
  const index = steps.map(at);
  let fine = run(kernels, nodes, program, asked, program.stepwise ? end : exact, perDecade);
  let doubled = 0;
  let error = index.map(() => 0);
  let differences = index.map(() => 0);
  for (let k = 0, coarse = fine; fine.growingSteps > 0 && k < DOUBLINGS; k++, coarse = fine) {
    const reach = reaches[k]!;
    doubled = k;
    fine = run(kernels, nodes, program, asked, reach, perDecade, pow(2, k + 1));
    const difference = (i: number) => {
      const [was, is] = [coarse.observed[i]!, fine.observed[i]!];
      return Math.max(Math.abs(coarse.loss[i]! / fine.loss[i]! - 1), is === 0 ? 0 : Math.abs(was / is - 1));
    };
    const edge = Math.max(...edges(reach).map((r) => difference(at(r))), 0);
    // two runs may agree by chance: the difference before counts too, by what a doubling takes from it at least
    const before = differences;
    differences = index.map(difference);
    error = differences.map(
      (now, j) => Math.max(now, before[j]! / 4) + (edge * reach) / distance(program, steps[j]!, reach),
    );
    if (error.every((e, j) => e <= Math.max(tolerance, fine.rounding[index[j]!]!))) break;
  }
  return {
    loss: index.map((i) => fine.loss[i]!),
    observed: index.map((i) => fine.observed[i]!),
    error: error.map((e, j) => e + fine.rounding[index[j]!]! + (nodes.error ?? 0)),
    wholeSteps: fine.wholeSteps,
    growingSteps: fine.growingSteps,
    pace: { tolerance: Infinity, exact: exact * pow(2, doubled), perDecade: perDecade * pow(2, doubled) },
  };
}

/** How far a growing step at r is from the nearest break or end; a whole step, from the start (Infinity: none has grown). */
function distance({ breaks, ends }: Program, r: number, reach: number): number {
  if (r <= reach) return Infinity;
  const near = Math.min(
    r,
    ...[...breaks.filter((b) => b < r), ...ends.filter((e) => e > r)].map((x) => Math.abs(r - x)),
  );
  return near <= reach ? r : near;
}

function run(
  kernels: Kernels,
  nodes: Nodes,
  program: Program,
  steps: Float64Array,
  exact: number,
  perDecade: number,
  split = 1,
) {
  const loss = new Float64Array(steps.length);
  const rounding = new Float64Array(steps.length);
  const observed = new Float64Array(steps.length);
  const { observe } = program;
  const end = steps[steps.length - 1]!;
  const runner = program.stepper
    ? program.stepper()
    : program.plain
      ? plainRunner(kernels, nodes, program)
      : momentumRunner(kernels, nodes, program);
  const quietFrom = program.quietFrom ?? Infinity;
  let [wholeSteps, growingSteps, next, lost] = [0, 0, 0, 0];
  // what cancels in P = rest + Re Σ ρ_k, at the worst so far
  const measure = () => {
    lost = Math.max(lost, runner.size() / Math.abs(runner.loss()));
  };
  const save = (r: number, value: number, seen?: number) => {
    loss[next] = value;
    if (observe) observed[next] = seen ?? runner.observed(observe);
    rounding[next++] = Number.EPSILON * lost * (4 + Math.sqrt(r));
  };
  measure();
  for (const { from, to, whole } of zones(program, end, exact).flatMap((zone) => cut(zone, quietFrom))) {
    if (from >= quietFrom) runner.quiet();
    if (!whole) {
      if (steps[next] === from) save(from, runner.loss());
      const grid = growing(program, from, to, steps.subarray(next), perDecade, split);
      const seen = new Float64Array(observe ? grid.ends.length : 0);
      const losses = runner.grow(grid, seen);
      growingSteps += losses.length;
      grid.ends.forEach((t, i) => {
        if (t === steps[next] && t < to) save(t, losses[i]!, seen[i]);
      });
      measure();
    }
    // chunks double at first: what cancels is measured as often
    else
      for (let r = from, n = 0, measured = r / 2; r < to; r += n) {
        n = Math.min(to - r, Math.max(64, Math.min(r, CHUNK)));
        if (observe) {
          if (steps[next] === r) save(r, runner.loss());
          n = Math.min(n, steps[next]! - r);
        }
        const losses = runner.step(Float64Array.from({ length: n }, (_, i) => r + i));
        wholeSteps += n;
        if (r + n >= Math.min(2 * measured, to, measured + CHUNK)) {
          measure();
          measured = r + n;
        }
        while (steps[next]! < r + n) save(steps[next]!, losses[steps[next]! - r]!);
      }
  }
  save(end, runner.loss());
  return { loss, rounding, observed, wholeSteps, growingSteps };
}

/** A state on its way. */
export interface Stepper {
  /** Whole steps r; P before each. */
  step(r: Float64Array): Float64Array;
  /** Growing steps; P after each, and into `seen`, unless it is empty, the program's second output. */
  grow(grid: Grid, seen: Float64Array): Float64Array;
  /** P now, and Σ|ρ_k|. */
  loss(): number;
  size(): number;
  /** Re Σ w_k ρ_k. */
  observed(weights: ComplexArray): number;
  /** No more sources from here on. */
  quiet(): void;
}

function plainRunner(kernels: Kernels, given: Nodes, { at, noise, observe }: Program): Stepper {
  let nodes = given;
  const state = { re: nodes.forcing.re.slice(), im: nodes.forcing.im.slice() };
  const drive = (r: Float64Array): Drive => ({
    gamma: r.map((t) => at(t).gamma2),
    batch: r.map((t) => at(t).batch),
    noise,
  });
  const slope = (t: number) => (at(t + 0.25).gamma2 - at(t - 0.25).gamma2) / (0.5 * at(t).gamma2) || 0;
  return {
    step: (r) => kernels.stepModes(nodes, state, drive(r)),
    grow: (grid, values) =>
      kernels.growModes(
        nodes,
        state,
        { ...drive(grid.at), time: grid.time, slope: grid.at.map(slope) },
        observe && values.length > 0 ? { weight: observe, values } : undefined,
      ),
    loss: () => total(nodes, state),
    size: () => size(state),
    observed: (w) => state.re.reduce((sum, x, k) => sum + x * w.re[k]! - state.im[k]! * w.im[k]!, 0),
    quiet: () => {
      nodes = withoutSource(nodes);
    },
  };
}

function momentumRunner(kernels: Kernels, given: Nodes, { at, noise }: Program): Stepper {
  let nodes = given;
  const R = nodes.forcing.re.slice();
  const state = { R, C: R.map(() => 0), Y: R.map(() => 0) };
  const drive = (r: Float64Array): MomentumDrive => {
    const values = Array.from(r, at);
    const column = (name: keyof Momentum) => Float64Array.from(values, (v) => v[name]);
    return {
      gamma1: column("gamma1"),
      gamma2: column("gamma2"),
      gamma3: column("gamma3"),
      delta: column("delta"),
      batch: column("batch"),
      noise,
    };
  };
  return {
    step: (r) => kernels.stepMomentum(nodes, state, drive(r)),
    grow: (grid) => kernels.growMomentum(nodes, state, { ...drive(grid.at), time: grid.time }),
    loss: () => R.reduce((sum, x) => sum + x, nodes.rest),
    size: () => R.reduce((sum, x) => sum + Math.abs(x), 0),
    observed: ({ re }) => R.reduce((sum, x, k) => sum + x * re[k]!, 0),
    quiet: () => {
      nodes = withoutSource(nodes);
    },
  };
}

export const size = ({ re, im }: ComplexArray): number => re.reduce((sum, x, k) => sum + hypot(x, im[k]!), 0);
export const total = ({ rest }: Pick<Nodes, "rest">, { re }: ComplexArray): number =>
  re.reduce((sum, x) => sum + x, rest);

/** The same nodes, with the gradient noise left out. */
const withoutSource = <T extends Nodes>(nodes: T): T => ({
  ...nodes,
  source: { re: nodes.source.re.map(() => 0), im: nodes.source.im.map(() => 0) },
});

/** A zone in two where r is inside it. */
const cut = (zone: Zone, r: number): Zone[] =>
  zone.from < r && r < zone.to
    ? [
        { ...zone, to: r },
        { ...zone, from: r },
      ]
    : [zone];

interface Zone {
  from: number;
  to: number;
  whole: boolean;
}

/** [0, end] in order: whole steps after 0 and each break and before each end, growing steps between. */
function zones({ breaks, ends }: Program, end: number, exact: number): Zone[] {
  const near = [...[0, ...breaks].map((b) => [b, b + exact]), ...ends.map((e) => [e - exact, e])]
    .map(([from, to]) => ({ from: Math.max(0, from!), to: Math.min(to!, end), whole: true }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  const list: typeof near = [];
  let reached = 0;
  for (const zone of [...near, { from: end, to: end, whole: true }]) {
    if (zone.from > reached) list.push({ from: reached, to: zone.from, whole: false });
    if (zone.to > reached) list.push({ ...zone, from: Math.max(zone.from, reached) });
    reached = Math.max(reached, zone.to);
  }
  return list;
}

/** Growing steps: h dt/ds and the step r that is asked for at every stage, and where each step ends. */
export interface Grid {
  readonly time: Float64Array;
  readonly at: Float64Array;
  readonly ends: number[];
}

/**
 * Steps from `from` to `to` that grow with the distance from the last break, shrink with that from the next end, and meet
 * every knot and every wanted step.
 */
function growing(
  program: Program,
  from: number,
  to: number,
  wanted: Float64Array,
  perDecade: number,
  split: number,
): Grid {
  const { breaks, ends, knots = [] } = program;
  const start = breaks.reduce((latest, b) => (b <= from ? b : latest), 0);
  const finish = ends.find((e) => e >= to) ?? Infinity;
  const middle = (start + finish) / 2;
  // step r is the map from t = r to r + 1: its hyperparameters are those of t = r + ½
  const stops = [...[...wanted, ...knots.map((r) => r + 0.5)].filter((t) => t > from && t < to), to];
  if (middle > from && middle < to) stops.push(middle);
  stops.sort((a, b) => a - b);
  const [time, at, landed]: number[][] = [[], [], []];
  let left = from;
  for (const right of stops) {
    if (right === left) continue;
    // t = start + a e^s, or finish − a e^s
    const [origin, sign] = left < middle ? [start, 1] : [finish, -1];
    // from the distance at `left`: stops far out may be near each other
    const near = sign * (left - origin);
    const share = (sign * (right - left)) / near;
    const range = Math.abs(share) < 0.5 ? log1pOf(share) : logOf((sign * (right - origin)) / near);
    // between near stops, too, twice the pace is half the step
    const count = split * Math.max(1, Math.ceil((Math.abs(range) / Math.LN10) * perDecade));
    const h = range / count;
    for (let k = 0; k < count; k++) {
      for (const c of NODES) {
        const distance = near * expOf((k + c) * h);
        time!.push(sign * distance * h);
        at!.push(origin + sign * distance - 0.5);
      }
      landed!.push(k === count - 1 ? right : origin + sign * near * expOf((k + 1) * h));
    }
    left = right;
  }
  return { time: Float64Array.from(time!), at: Float64Array.from(at!), ends: landed! };
}

/** What a model needs for both routes. */
export interface ConstantStep extends NodeModel {
  readonly gamma: number;
  readonly batch: number;
}

export interface Route {
  /** P(r), F(r), K(r) at the steps asked for. */
  readonly loss: Float64Array;
  readonly forcing: Float64Array;
  readonly kernel: Float64Array;
  /** Estimated absolute errors. */
  readonly error: { readonly P: Float64Array; readonly F: Float64Array; readonly K: Float64Array };
  readonly nodes: NodeRule;
}

/** P, F and K at `steps` (whole numbers, increasing) by time-stepping. */
export function byModes(kernels: Kernels, model: ConstantStep, steps: Float64Array, pace?: Pace): Route {
  const nodes = nodesFor(kernels, model, steps);
  const { loss, error } = evolve(kernels, nodes, constantProgram(model.gamma, model.batch), steps, pace);
  return route(model, nodes, steps, loss, error);
}

/** P, F and K at `steps` (whole numbers, increasing) by the Volterra sum: O(T²) in the last step T. */
export function byVolterra(kernels: Kernels, model: ConstantStep, steps: Float64Array): Route {
  const nodes = nodesFor(kernels, model, steps);
  const { forcing, kernel } = kernels.powers(nodes, model.gamma, model.batch, steps[steps.length - 1]! + 1);
  const P = kernels.volterra(forcing, kernel);
  const pick = (values: Float64Array) => steps.map((r) => values[r]!);
  const lost = size(nodes.forcing) / Math.abs(total(nodes, nodes.forcing));
  const error = steps.map((r) => nodes.error + Number.EPSILON * lost * (4 + Math.sqrt(r)));
  return { ...route(model, nodes, steps, pick(P), error), forcing: pick(forcing), kernel: pick(kernel) };
}

/** The smallest number with all its digits: what is less is known to no better. */
const LEAST_NORMAL = 2.2250738585072014e-308;

/** F and K beside P, whose relative error is known but for what 1/(1 − ‖K‖) makes of it. */
function route(
  model: ConstantStep,
  nodes: NodeRule,
  steps: Float64Array,
  loss: Float64Array,
  error: Float64Array,
): Route {
  const { forcing, kernel, sizes } = powersAt(nodes, model.gamma, model.batch, steps);
  const grown = amplification(model);
  // a sum over nodes is good to rounding, and to what the rule was made for: F and P as they are, K beside the sizes of its terms
  const within = (sum: Float64Array) =>
    steps.map((r, i) => (nodes.error + PRECISION + Number.EPSILON * (4 + Math.sqrt(r))) * sum[i]! + LEAST_NORMAL);
  return {
    ...{ loss, forcing, kernel, nodes },
    error: {
      P: loss.map((P, i) => (error[i]! + PRECISION) * grown(steps[i]!) * Math.abs(P) + LEAST_NORMAL),
      F: forcing.map((F, i) => (error[i]! + PRECISION) * Math.abs(F) + LEAST_NORMAL),
      K: within(sizes.kernel),
    },
  };
}

function nodesFor(kernels: Kernels, model: ConstantStep, steps: Float64Array): NodeRule {
  const time = model.gamma * model.batch * Math.max(1, steps[steps.length - 1]!);
  return complexNodes(kernels, model, { step: model.gamma * (model.batch + 1), time });
}

/** F(r) and K(r) at any r ≥ 0, from g^r = e^{r log g}; `sizes` is the sum of the moduli of what K adds up. */
export function powersAt(
  { z, forcing, source, rest }: Nodes,
  gamma: number,
  batch: number,
  steps: Float64Array,
): { forcing: Float64Array; kernel: Float64Array; sizes: { kernel: Float64Array } } {
  const sizeK = new Float64Array(steps.length);
  const F = new Float64Array(steps.length).fill(rest);
  const K = new Float64Array(steps.length);
  for (let k = 0; k < z.re.length; k++) {
    const log = log1p(growth(gamma, batch, complex(z.re[k]!, z.im[k]!)));
    const weight = gamma * gamma * batch * hypot(source.re[k]!, source.im[k]!);
    steps.forEach((r, i) => {
      const { re, im } = exp(scale(r, log));
      sizeK[i]! += weight * expOf(r * log.re);
      F[i]! += forcing.re[k]! * re - forcing.im[k]! * im;
      K[i]! += gamma * gamma * batch * (source.re[k]! * re - source.im[k]! * im);
    });
  }
  return { forcing: F, kernel: K, sizes: { kernel: sizeK } };
}
