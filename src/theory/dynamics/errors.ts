// What is not known of the losses: the same integrals on another contour, at a few times. The train loss is a single integral (8.9),
// in which e^{2zt} cancels to ever more where it falls exponentially: it costs little, and where the error asks for it is taken from
// panels with more nodes.

import type { Kernels } from "../../kernels/kernels.ts";
import type { DynamicsModel } from "./problem.ts";
import { type SgdLosses, sgdLosses } from "./sgd.ts";
import { type Accuracy, curvesOf, solve, trainLoss } from "./solution.ts";

/** The error that is aimed at, relative to max(L, TEST_FLOOR L(0)) and max(L̂, TRAIN_FLOOR L(0)). */
export const GOAL = 1e-9;
export const TEST_FLOOR = 1e-10;
/** The train loss may fall exponentially, below any quadrature. */
export const TRAIN_FLOOR = 1e-6;

/** Losses less certain than this, relative to max(L, 1e-6 L(0)), are said not to have converged. */
const RESOLVED = 1e-3;
/** Times at which errors are estimated. */
const CHECKED = 12;
/** Nodes a panel, in units of those before, of a finer train loss. */
const FINER = 1.5;
/** Points of the rule of a block of unlike steps, for its error. */
const FINER_BLOCKS = 10;

export interface LossErrors {
  readonly error: number;
  readonly trainError: number;
  /** Whether the test loss is known to three digits. */
  readonly resolved: boolean;
}

interface Found {
  readonly test: Float64Array;
  readonly train: Float64Array;
}

/** Where along `times` errors are estimated, and how differences there become one number. */
function checked(model: DynamicsModel, times: Float64Array) {
  const picked = Array.from({ length: CHECKED }, (_, i) => Math.round((i * (times.length - 1)) / (CHECKED - 1)));
  const places = [...new Set(picked)];
  const scale = model.energy + model.noise;
  const worst = (values: Float64Array, again: Float64Array, floor: number) =>
    Math.max(...places.map((i, k) => Math.abs(again[k]! - values[i]!) / Math.max(values[i]!, floor * scale)));
  return { some: Float64Array.from(places, (i) => times[i]!), worst, scale };
}

/** Of rules without noise of their own: against the second contour. */
export function contourErrors(
  kernels: Kernels,
  model: DynamicsModel,
  accuracy: Accuracy,
  times: Float64Array,
  { test, train }: Found,
): LossErrors {
  const { some, worst } = checked(model, times);
  const solution = solve(kernels, model, some.at(-1)!, accuracy, "second");
  const again = curvesOf(kernels, model, solution, ["both"], some)[0]!;
  return {
    error: worst(test, again, TEST_FLOOR),
    trainError: worst(train, trainLoss(kernels, model, solution, some), TRAIN_FLOOR),
    resolved: worst(test, again, 1e-6) < RESOLVED,
  };
}

/** Of SGD: the same, and what growing steps leave. */
export function sgdErrors(
  kernels: Kernels,
  model: DynamicsModel,
  accuracy: Accuracy,
  times: Float64Array,
  { test, train, error: own, pace }: SgdLosses,
): LossErrors {
  const { some, worst, scale } = checked(model, times);
  const finer = { ...accuracy, panel: accuracy.panel + 2 };
  const again = sgdLosses(
    kernels,
    model,
    solve(kernels, model, some.at(-1)!, finer, "second"),
    some,
    pace,
    FINER_BLOCKS,
  );
  // growing steps err in the train loss, which drives the other
  const growing = Math.max(...own.map((e, i) => (e * Math.abs(train[i]!)) / Math.max(train[i]!, TRAIN_FLOOR * scale)));
  return {
    error: worst(test, again.test, TEST_FLOOR) + growing,
    trainError: worst(train, again.train, TRAIN_FLOOR) + growing,
    resolved: worst(test, again.test, 1e-6) + growing < RESOLVED,
  };
}

/** The train loss of rules without noise from contours with more nodes, and its error. */
export function finerTrain(
  kernels: Kernels,
  model: DynamicsModel,
  { panel, ...accuracy }: Accuracy,
  times: Float64Array,
): { train: Float64Array; trainError: number } {
  const finer = { ...accuracy, panel: Math.round(FINER * panel) };
  const { some, worst } = checked(model, times);
  const on = (at: Float64Array, variant: "first" | "second") => {
    const solution = solve(kernels, model, times.at(-1)!, finer, variant);
    return trainLoss(kernels, model, solution, at);
  };
  const train = on(times, "first");
  return { train, trainError: worst(train, on(some, "second"), TRAIN_FLOOR) };
}
