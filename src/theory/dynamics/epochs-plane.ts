// The plane of compute C and distinct samples U (docs/theory.md, §11): L*(C, U) = min_N L(t = C/(N B); N, P = U) over all of it. One
// loss curve of each U and N has the losses of all budgets, at t = C/(N B), not whole: between two steps. Between sizes, evenly spaced
// in log N, log L is the polynomial through those about its least. How fast L* falls says what helps more,
//
//   −∂ log L*/∂ log U  >  −∂ log L*/∂ log C:   more samples than more epochs, or more parameters, which gain alike at the best N
//   ∂ log N*/∂ log C   >  ½:                   more compute goes to parameters first, else to epochs
//
// and where two laws meet, L* ∝ C^{−ξ} of ever fresh samples and the sample's own floor U^{−δ}, samples begin to count:
//
//   C ∝ U^{δ/ξ},   e ∝ U^{τδ/ξ−1} with t* ∝ C^τ                                                                  (11.12)

import { counted, finite, increasing, integer, within } from "../../check.ts";
import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { exp, log } from "../../math/elementary.ts";
import { brent } from "../../math/minimise.ts";
import { fitPowerLaw, type PowerFit } from "../../math/power-fit.ts";
import { provenance } from "../../provenance.ts";
import { sgd } from "../training/optimizer.ts";
import { testLoss } from "./dynamics.ts";
import { dynamicsExponents } from "./exponents.ts";
import { type FewSamples, falls, fewSamples } from "./few-samples.ts";
import { staticLosses } from "./limits.ts";
import { type DynamicsProblem, dynamicsModel } from "./problem.ts";
import type { UniqueOptimum } from "./unique.ts";

/** At least three U, and as many C. */
export interface EpochsPlaneOptions extends FewSamples {
  /** C = N·B·t, increasing; each at least minN·B. */
  readonly compute: ArrayLike<number>;
  /** Smallest N tried. Default 10. */
  readonly minN?: number;
  /** Rows of `epochsPlaneRow` at hand, one a U: nothing is left to compute. */
  readonly rows?: readonly EpochsPlaneRow[];
  readonly kernels?: Kernels;
  readonly signal?: AbortSignal;
  /** Called after each U. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Of one U, a value a C. */
export interface EpochsPlaneRow {
  readonly N: Float64Array;
  readonly loss: Float64Array;
  /** Relative, of the loss: what polynomials through more and fewer sizes differ by. */
  readonly error: Float64Array;
}

/** What helps most: more distinct samples, or more compute, which goes first to parameters or to epochs. */
export type Helps = "samples" | "parameters" | "epochs";

/** A power law through cells of the plane, and what the balance of two laws gives for its exponent: null where there is none. */
export interface PlaneFit {
  readonly fit: PowerFit;
  readonly predicted: number | null;
}

/** One row a U, one column a C; t = C/(N B) is not whole. */
export interface EpochsPlane extends UniqueOptimum {
  /** The largest of all relative errors of the loss. */
  readonly error: number;
  readonly helps: Helps[][];
  /** Where the two are equal: C of each U, NaN where they are nowhere in view; and the epochs there. */
  readonly boundary: { readonly compute: Float64Array; readonly epochs: Float64Array };
  /** Absent below three cells that lie well within. */
  readonly fits: {
    /** L* − σ² over C at the most samples, in the last decades where they hardly count; and N* there. */
    readonly loss?: PlaneFit;
    readonly N?: PlaneFit;
    /** L* − σ² over U at the most compute, where compute hardly counts. */
    readonly data?: PlaneFit;
    /** The boundary's C and epochs over U, in its last decades. */
    readonly boundary?: PlaneFit;
    readonly epochs?: PlaneFit;
  };
}

/** Sizes a decade. */
const SIZES = 6;
/** Beyond this many decades in which the loss of no budget comes within `FAR` of its least, no larger size is tried. */
const FAR = 1.3;
const PATIENCE = 1;
/** Whole steps beyond which a loss between two steps is that of the nearest. */
const SMOOTH = 1e5;
/** In relaxation times of the slowest mode that is learned: training is over. */
const LONG = 1e3;
/** One of two exponents counts for nothing beside the other below this share. */
const HARDLY = 0.1;

interface Checked {
  readonly unique: Float64Array;
  readonly compute: Float64Array;
  readonly batch: number;
  readonly eta: number;
  readonly minN: number;
}

function checked(problem: Omit<DynamicsProblem, "N" | "P" | "rule">, options: EpochsPlaneOptions): Checked {
  const minN = finite("minN", options.minN ?? 10, 1);
  const { unique, batch, eta } = fewSamples(problem, options, minN);
  const compute = increasing("compute", counted("budgets", "compute", options.compute), minN * batch);
  within("cells", unique.length * compute.length, "unique times compute");
  for (const [name, { length }] of [["unique", unique] as const, ["compute", compute] as const])
    if (length < 3) throw new RangeError(`${name} must have at least 3 values for a plane, got ${length}`);
  for (const C of compute) within("compute", C);
  // what is stable there is stable at more of either
  dynamicsModel({ ...problem, N: minN, P: unique[0]!, rule: sgd({ eta, batch }) });
  return { unique, compute, batch, eta, minN };
}

/**
 * L*(C, U) of every budget and number of distinct samples, what helps most there, and the exponents of each regime.
 * @throws RangeError, TypeError on bad numbers or a step that is not stable; AbortError when `signal` says so
 */
export function epochsPlane(
  problem: Omit<DynamicsProblem, "N" | "P" | "rule">,
  options: EpochsPlaneOptions,
): EpochsPlane {
  const { unique, compute, batch, eta, minN } = checked(problem, options);
  const rows =
    options.rows ??
    Array.from(unique, (_, i) => {
      const row = rowOf(problem, options, i);
      options.onProgress?.(i + 1, unique.length);
      return row;
    });
  if (rows.length !== unique.length) throw new RangeError(`rows must be ${unique.length}, one a U, got ${rows.length}`);
  const noise = problem.noise ?? 0;
  const N = rows.map((row) => row.N);
  const loss = rows.map((row) => row.loss);
  const steps = N.map((row) => row.map((n, j) => compute[j]! / (n * batch)));
  const epochs = steps.map((row, i) => row.map((t) => (t * batch) / unique[i]!));
  const excess = loss.map((row) => row.map((L) => log(L - noise)));
  const sizes = N.map((row) => row.map(log));
  const byCompute = excess.map((row) => row.map((_, j) => falls(compute, j, (k) => row[k]!)));
  const byData = excess.map((row, i) => row.map((_, j) => falls(unique, i, (k) => excess[k]![j]!)));
  const share = sizes.map((row) => row.map((_, j) => -falls(compute, j, (k) => row[k]!)));
  const helps = byData.map((row, i) =>
    Array.from(
      row,
      (data, j): Helps => (data > byCompute[i]![j]! ? "samples" : share[i]![j]! > 0.5 ? "parameters" : "epochs"),
    ),
  );
  const logC = compute.map(log);
  const boundary = {
    compute: unique.map((_, i) => exp(crossing(logC, byCompute[i]!, byData[i]!))),
    epochs: new Float64Array(unique.length),
  };
  boundary.epochs = unique.map((_, i) => exp(between(logC, epochs[i]!.map(log), log(boundary.compute[i]!))));
  return {
    ...{ unique, compute, batch, eta, N, steps, epochs, loss, byCompute, byData, helps, boundary },
    error: Math.max(...rows.flatMap((row) => [...row.error])),
    fits: fitsOf(problem, { unique, compute, N, loss, byCompute, byData, boundary }),
    made: provenance("epochsPlane", { ...problem, unique: [...unique], compute: [...compute], batch, eta, minN }),
  };
}

/** The row of `options.unique[i]`, for threads that share a plane out. @throws as `epochsPlane` */
export function epochsPlaneRow(
  problem: Omit<DynamicsProblem, "N" | "P" | "rule">,
  options: EpochsPlaneOptions,
  i: number,
): EpochsPlaneRow {
  integer("i", i, 0, options.unique.length - 1);
  return rowOf(problem, options, i);
}

function rowOf(
  problem: Omit<DynamicsProblem, "N" | "P" | "rule">,
  options: EpochsPlaneOptions,
  i: number,
): EpochsPlaneRow {
  const { unique, compute, batch, eta, minN } = checked(problem, options);
  const kernels = options.kernels ?? defaultKernels();
  const P = unique[i]!;
  const rule = sgd({ eta, batch });
  const most = compute.at(-1)! / batch;
  const ratio = log(10) / SIZES;
  /** log L at every size and budget, NaN where the budget is less than one step. */
  const table: Float64Array[] = [];
  const least = compute.map(() => Infinity);
  let [high, k] = [0, 0];
  for (; minN * exp(k * ratio) <= most && high <= PATIENCE * SIZES; k++) {
    options.signal?.throwIfAborted();
    const N = minN * exp(k * ratio);
    const model = dynamicsModel({ ...problem, N, P, rule });
    const { kappa, test } = staticLosses(model);
    const times = compute.map((C) => C / (N * batch));
    const over = (t: number) => t * eta * kappa > LONG && Number.isFinite(test);
    const asked = [...times].filter((t) => t >= 1 && !over(t));
    const whole = Float64Array.from(
      new Set(asked.flatMap((t) => (t > SMOOTH ? [Math.round(t)] : [Math.floor(t), Math.floor(t) + 1]))),
    ).sort();
    const curve = whole.length > 0 ? testLoss(model, whole.at(-1)!, kernels)(whole) : whole;
    const place = new Map(Array.from(whole, (t, at) => [t, at]));
    const lossAt = (t: number) => log(curve[place.get(t)!]!);
    const row = times.map((t) => {
      if (t < 1) return Number.NaN;
      if (over(t)) return log(test);
      if (t > SMOOTH) return lossAt(Math.round(t));
      const before = Math.floor(t);
      const part = log(t / before) / log((before + 1) / before);
      return (1 - part) * lossAt(before) + part * lossAt(before + 1);
    });
    table.push(row);
    let near = false;
    row.forEach((L, j) => {
      least[j] = Math.min(least[j]!, L || Infinity);
      // a budget whose sizes have hardly begun is not over
      if (L < least[j]! + log(FAR)) near = true;
    });
    high = near ? 0 : high + 1;
  }
  const best = compute.map((_, j) => {
    let at = 0;
    for (let size = 0; size < table.length; size++) if (table[size]![j]! < table[at]![j]!) at = size;
    return at;
  });
  const found = Array.from(best, (at, j) => {
    const column = table.map((row) => row[j]!).filter((L) => !Number.isNaN(L));
    return bottom(column, at);
  });
  return {
    N: Float64Array.from(found, ({ x }) => minN * exp(x * ratio)),
    loss: Float64Array.from(found, ({ value }) => exp(value)),
    error: Float64Array.from(found, ({ error }) => error),
  };
}

/** The least of the polynomial through the values about place `at`, in units of places, and what one through fewer differs by. */
function bottom(values: readonly number[], at: number): { x: number; value: number; error: number } {
  const through = (reach: number) => {
    const last = Math.max(0, Math.min(at - reach, values.length - 1 - 2 * reach));
    const places = Array.from({ length: Math.min(values.length, 2 * reach + 1) }, (_, k) => last + k);
    return brent((x) => lagrange(places, values, x), Math.max(0, at - 1), Math.min(values.length - 1, at + 1), 1e-6);
  };
  if (values.length === 1) return { x: 0, value: values[0]!, error: Number.NaN };
  const [wide, narrow] = [through(3), through(2)];
  // at an end brent stops just short of it
  const best = values[at]! <= wide.value ? { x: at, value: values[at]! } : wide;
  return { ...best, error: Math.abs(wide.value - narrow.value) };
}

/** The polynomial through values at whole places. */
function lagrange(places: readonly number[], values: readonly number[], x: number): number {
  return places.reduce((sum, p) => {
    const base = places.reduce((product, q) => (q === p ? product : (product * (x - q)) / (p - q)), 1);
    return sum + base * values[p]!;
  }, 0);
}

/** The last x at which `first` comes down to `second`; NaN where it does not. */
function crossing(x: Float64Array, first: Float64Array, second: Float64Array): number {
  for (let j = x.length - 1; j > 0; j--) {
    const [before, after] = [first[j - 1]! - second[j - 1]!, first[j]! - second[j]!];
    if (before > 0 && after <= 0) return x[j - 1]! + ((x[j]! - x[j - 1]!) * before) / (before - after);
  }
  return Number.NaN;
}

/** y at `at`, linear between neighbours. */
function between(x: Float64Array, y: Float64Array, at: number): number {
  const j = x.findIndex((value) => value >= at);
  if (j < 1) return Number.NaN;
  return y[j - 1]! + ((y[j]! - y[j - 1]!) * (at - x[j - 1]!)) / (x[j]! - x[j - 1]!);
}

function fitsOf(
  { spectrum, noise = 0 }: Omit<DynamicsProblem, "N" | "P" | "rule">,
  plane: Pick<EpochsPlane, "unique" | "compute" | "N" | "loss" | "byCompute" | "byData" | "boundary">,
): EpochsPlane["fits"] {
  const { unique, compute, N, loss, byCompute, byData, boundary } = plane;
  const b = spectrum.kind === "power-law" ? 2 * spectrum.alpha : 0;
  const a = spectrum.kind === "power-law" ? b + 2 * spectrum.beta : 0;
  const laws = a > 1 && b > 1 ? dynamicsExponents({ a, b, sgd: true }) : null;
  const meet = laws && laws.data / laws.optimal.loss;
  const [lastU, lastC] = [unique.length - 1, compute.length - 1];
  const power = (x: Float64Array, y: Float64Array, keep: (k: number) => boolean, predicted: number | null) => {
    const kept = Array.from(x.keys()).filter((k) => keep(k) && y[k]! > 0 && Number.isFinite(y[k]!));
    if (kept.length < 3) return undefined;
    const pick = (values: Float64Array) => Float64Array.from(kept, (k) => values[k]!);
    return { fit: fitPowerLaw(pick(x), pick(y)), predicted };
  };
  // the upper half of those cells, on the logarithm: what is early is not yet a power law
  const upper = (x: Float64Array, kept: (k: number) => boolean) => {
    const all = Array.from(x.keys()).filter(kept);
    const middle = all.length > 0 ? Math.sqrt(x[all[0]!]! * x[all.at(-1)!]!) : 0;
    return (k: number) => kept(k) && x[k]! >= middle;
  };
  const early = upper(compute, (j) => Math.abs(byData[lastU]![j]!) < HARDLY * byCompute[lastU]![j]!);
  const late = upper(unique, (i) => Math.abs(byCompute[i]![lastC]!) < HARDLY * byData[i]![lastC]!);
  // at both ends of U the difference is one-sided
  const meets = upper(unique, (i) => i > 0 && i < lastU && Number.isFinite(boundary.compute[i]!));
  const known = <K extends string>(entries: Record<K, PlaneFit | undefined>) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
  const fresh = (value: number | undefined) => (value === undefined ? null : value);
  return known({
    loss: power(
      compute,
      loss[lastU]!.map((L) => L - noise),
      early,
      laws && -laws.optimal.loss,
    ),
    N: power(compute, N[lastU]!, early, fresh(laws?.optimal.N)),
    // label noise adds σ² U^{-1} or so to what samples leave
    data: power(
      unique,
      Float64Array.from(loss, (row) => row[lastC]! - noise),
      late,
      noise > 0 ? null : laws && -laws.data,
    ),
    boundary: power(unique, boundary.compute, meets, noise > 0 ? null : meet),
    epochs: power(unique, boundary.epochs, meets, noise > 0 || !laws || !meet ? null : laws.optimal.t * meet - 1),
  });
}
