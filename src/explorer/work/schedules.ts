// What a drawn schedule does to the loss of one model, beside named schedules: step, loss over training, and the parts of the
// loss at the end. The named ones are kept while only the drawing changes.

import type { CurvesData, SchedulesData } from "../../figures/index.ts";
import {
  type Compared,
  compared,
  constant,
  cosine,
  linear,
  OPTIMIZER_CHOICES,
  type Optimizer,
  optimal,
  optimalSchedule,
  optimizerInWords,
  type Plrf,
  piecewise,
  plrf,
  power,
  powerLaw,
  type Schedule,
  sgd,
  shapeOf,
  stableMultiple,
  stepsToCompare,
  warmupStableDecay,
} from "../../index.ts";
import { scripted } from "../../numbers.ts";
import { type Knot, type Knots, MOST_KNOTS, onSteps } from "../knots.ts";
import type { Context } from "./context.ts";
import { words } from "./model-settings.ts";

export interface ModelInput {
  readonly alpha: number;
  readonly beta: number;
  readonly d: number;
  readonly ratio: number;
  readonly step: number;
  readonly batch: number;
  readonly noise: number;
  readonly steps: number;
  /** A name of OPTIMIZER_CHOICES. */
  readonly optimizer: string;
  readonly mu: number;
  readonly delta: number;
  readonly strength: number;
}

export interface SchedulesInput extends ModelInput {
  readonly knots: Knots;
  /** Whether the named shapes and the limit are wanted too: they stay while only the drawing changes. */
  readonly withShapes: boolean;
  readonly detail: "coarse" | "fine";
  /** What is wanted; losses and parts come together. */
  readonly parts: readonly Exclude<SchedulesPart["kind"], "shapes">[];
}

export interface Shapes {
  readonly setting: string;
  /** Step numbers from 1. */
  readonly steps: Float64Array;
  readonly schedules: readonly { readonly name: string; readonly multiple: Float64Array; readonly category: number }[];
  readonly limit: Float64Array;
}

/** The first step at which the drawing is too large. */
export interface Offence {
  readonly step: number;
  readonly multiple: number;
  readonly limit: number;
}

export interface SchedulesAnswer {
  readonly rows: readonly Row[];
  readonly noise: number;
  readonly offence: Offence | undefined;
  /** Largest estimated relative error of a loss at the end; Infinity where it was not looked at. */
  readonly error: number;
}
export type Row = Pick<Compared, "name" | "loss" | "F0" | "bias" | "early" | "late"> & {
  /** Σγ_r/(γT). */
  readonly spent: number;
};

export type SchedulesPart =
  | { readonly kind: "shapes"; readonly data: Shapes }
  | { readonly kind: "losses"; readonly data: CurvesData }
  | { readonly kind: "parts"; readonly data: SchedulesData; readonly outcome: SchedulesAnswer }
  /** `unstable`: those left out. */
  | { readonly kind: "optimizers"; readonly data: CurvesData; readonly unstable: readonly string[] };

export const OWN = "yours";
const NAMED: readonly { readonly name: string; readonly schedule: Schedule }[] = [
  { name: "constant", schedule: constant() },
  { name: "cosine", schedule: cosine() },
  { name: "wsd", schedule: warmupStableDecay() },
  { name: "optimal", schedule: optimal() },
];
/** The same drawing under SGD, where another optimiser is chosen. */
const PLAIN = { name: "yours, by SGD", category: 4 };

const DETAIL = {
  // one run, whose error is not looked at: about 1e-4
  coarse: { points: 32, pace: { tolerance: Infinity, exact: 64, perDecade: 6, cells: 4 } },
  fine: { points: 120, pace: { tolerance: 1e-4, exact: 512, perDecade: 12 } },
};
/** Steps at which the limit is drawn and the drawing looked at, a side. */
const LOOKED = 200;

interface Named extends Compared {
  readonly category: number;
}
interface Known {
  readonly model: Plrf;
  readonly steps: Float64Array;
  readonly named: readonly Named[];
  readonly limit: (r: number) => number;
}
const known = new Map<string, Known>();
const KEPT = 4;

export async function schedules(input: SchedulesInput, { emit, pause }: Context<SchedulesPart>): Promise<void> {
  const { knots, detail, steps: horizon, noise, parts } = input;
  // while something is dragged an answer is never given up for the next: the page would wait for ever
  const letMessagesIn = detail === "fine" ? pause : async () => {};
  const found = await knownFor(input, letMessagesIn);
  if (parts.length > 0 && parts.every((part) => part === "optimizers")) return emit(await besides(input, found, pause));
  const { model, steps, named, limit } = found;
  const { pace } = DETAIL[detail];
  const schedule = piecewise(onSteps(knots, horizon));
  const offence = firstOffence(shape(schedule, horizon), limit, onSteps(knots, horizon), horizon);
  const optimizer = optimizerOf(input, schedule);
  const own: Named[] = offence
    ? []
    : [{ ...compared(model, OWN, { optimizer, horizon, steps, force: true, ...pace }), category: -1 }];
  await letMessagesIn();
  if (optimizer.kind !== "sgd" && !offence) {
    const plain = sgd({ schedule });
    const stable = stableMultiple(model, plain);
    if (!firstOffence(shape(schedule, horizon), stable, onSteps(knots, horizon), horizon))
      own.push({
        ...compared(model, PLAIN.name, { optimizer: plain, horizon, steps, force: true, ...pace }),
        category: PLAIN.category,
      });
  }
  const all = [...own, ...named];
  const setting = inWords(input);
  if (input.withShapes)
    emit({
      kind: "shapes",
      data: {
        setting,
        steps: steps.map((r) => Math.min(r + 1, horizon)),
        schedules: named.map(({ name, multiple, category }) => ({ name, multiple, category })),
        limit: steps.map((r) => limit(r)),
      },
    });
  emit({ kind: "losses", data: losses(all, steps, setting, noise) });
  emit({
    kind: "parts",
    data: { setting, steps, schedules: all },
    outcome: {
      rows: all.map(({ name, loss, F0, bias, early, late, time }) => ({
        ...{ name, loss, F0, bias, early, late },
        spent: time / (model.gamma * model.batch * horizon),
      })),
      noise,
      offence,
      error: Math.max(...all.map(({ error }) => error), 0),
    },
  });
  if (detail === "fine" && parts.includes("optimizers")) emit(await besides(input, found, pause));
}

/** The same drawing under several optimisers, on one axis. */
const BESIDE = ["sgd", "heavy-ball", "sign"];

async function besides(input: SchedulesInput, { model, steps }: Known, pause: () => Promise<void>) {
  const { knots, steps: horizon } = input;
  const schedule = piecewise(onSteps(knots, horizon));
  const unstable: string[] = [];
  const curves: (Compared & { readonly category: number })[] = [];
  for (const [category, name] of BESIDE.entries()) {
    await pause();
    const optimizer = optimizerOf({ ...input, optimizer: name }, schedule);
    const words = optimizerInWords(optimizer);
    if (firstOffence(shape(schedule, horizon), stableMultiple(model, optimizer), onSteps(knots, horizon), horizon))
      unstable.push(words);
    else
      curves.push({
        category,
        ...compared(model, words, { optimizer, horizon, steps, force: true, ...DETAIL.fine.pace }),
      });
  }
  const series = (y: (curve: Float64Array) => Float64Array) =>
    curves.map(({ name, curve, category }) => ({ label: name, x: steps, y: y(curve), category }));
  const plain = curves[0]?.curve;
  const x = { label: "steps r", log: true };
  const data: CurvesData = {
    id: "optimizers",
    title: "Optimisers side by side",
    setting: inWords({ ...input, optimizer: "sgd" }).replace(/, SGD$|, SGD(?=, σ)/, ""),
    caption:
      "The excess loss over steps of SGD, of the heavy ball and of sign SGD under one drawn schedule, and over that of SGD.",
    panels: [
      { title: "Excess loss P", x, y: { label: "excess loss P", log: true }, series: series((curve) => curve) },
      ...(plain && curves.length > 1
        ? [
            {
              title: `Over that of ${curves[0]!.name}`,
              x,
              y: { label: "ratio of excess losses", log: true },
              series: series((curve) => curve.map((P, i) => P / plain[i]!)),
            },
          ]
        : []),
    ],
  };
  return { kind: "optimizers" as const, data, unstable };
}

/** The named schedules and the limit of this model. */
async function knownFor(input: SchedulesInput, letMessagesIn: () => Promise<void>): Promise<Known> {
  const { knots: _, withShapes: __, ...rest } = input;
  const key = JSON.stringify(rest);
  const before = known.get(key);
  if (before) return before;
  const { steps: horizon, detail } = input;
  const { points, pace } = DETAIL[detail];
  const model = modelOf(input);
  // both ends in the logarithm, and evenly between
  const evenly = Array.from({ length: points / 2 }, (_, i) => Math.round((2 * i * horizon) / points));
  const steps = Float64Array.from(new Set([...stepsToCompare(horizon, points), ...evenly])).sort();
  const limit = stableMultiple(model, optimizerOf(input, constant()));
  const largest = memo(limit, steps);
  const named: Named[] = [];
  // every named shape reaches γ: where γ itself is too large only the drawing is left
  if (steps.every((r) => largest(r) > 1))
    for (const [category, { name, schedule }] of NAMED.entries()) {
      const optimizer = optimizerOf(input, schedule);
      named.push({ ...compared(model, name, { optimizer, horizon, steps, force: true, ...pace }), category });
      await letMessagesIn();
    }
  const made = { model, steps, named, limit: largest };
  if (known.size >= KEPT) known.delete(known.keys().next().value!);
  known.set(key, made);
  return made;
}

/** A limit at any step, from those at some: exact where it is the same throughout, else by straight lines in the logarithms. */
function memo(limit: (r: number) => number, steps: Float64Array): (r: number) => number {
  const values = steps.map(limit);
  if (values.every((value) => value === values[0])) return () => values[0]!;
  return (r) => {
    const after = steps.findIndex((step) => step >= r);
    if (after <= 0) return values[after === 0 ? 0 : values.length - 1]!;
    const at = (step: number) => Math.log1p(step);
    const share = (at(r) - at(steps[after - 1]!)) / (at(steps[after]!) - at(steps[after - 1]!));
    return values[after - 1]! * (values[after]! / values[after - 1]!) ** share;
  };
}

function firstOffence(
  multiple: (r: number) => number,
  limit: (r: number) => number,
  knots: readonly (readonly [number, number])[],
  horizon: number,
): Offence | undefined {
  const looked = new Set([0, ...stepsToCompare(horizon, LOOKED), ...knots.flatMap(([r]) => [r - 1, r])]);
  const sorted = Float64Array.from(looked)
    .filter((r) => r >= 0 && r < horizon)
    .sort();
  const isOver = (r: number) => multiple(r) >= limit(r);
  const at = sorted.findIndex(isOver);
  if (at < 0) return undefined;
  let [low, high] = [at > 0 ? sorted[at - 1]! : -1, sorted[at]!];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isOver(middle)) high = middle;
    else low = middle;
  }
  return { step: high, multiple: multiple(high), limit: limit(high) };
}

const shape = (schedule: Schedule, horizon: number): ((r: number) => number) =>
  shapeOf(schedule as Parameters<typeof shapeOf>[0], horizon).at;

function modelOf({ alpha, beta, d, ratio, step, batch, noise }: ModelInput): Plrf {
  return plrf({ spectrum: powerLaw({ alpha, beta }), d, v: ratio * d, stepFraction: step, batch, noise, force: true });
}

function optimizerOf({ optimizer, mu, delta, strength }: ModelInput, schedule: Schedule): Optimizer {
  const chosen = OPTIMIZER_CHOICES.find(({ name }) => name === optimizer)!;
  return chosen.make({ momentum: mu, delta, strength, schedule });
}

function inWords(input: ModelInput): string {
  const { d, noise, steps } = input;
  const by = optimizerInWords(optimizerOf(input, constant()));
  return `d = ${scripted(d)}, ${words(input)}, T = ${scripted(steps)}, ${by}${noise > 0 ? `, σ^{2} = ${scripted(noise)}` : ""}`;
}

/** Where linear time begins, as a share of the training. */
const START = 0.01;

function losses(all: readonly Named[], steps: Float64Array, setting: string, noise: number): CurvesData {
  const reference = all.find(({ name }) => name === "constant");
  const series = (y: (curve: Named) => Float64Array, from = 0) => {
    const shown = steps.findIndex((r) => r >= from);
    // the drawing last, over the others
    return [...all.filter(({ category }) => category >= 0), ...all.filter(({ category }) => category < 0)].map(
      (curve) => ({
        label: curve.name,
        x: steps.subarray(shown),
        y: y(curve).subarray(shown),
        ...(curve.category < 0 ? { role: "accent" as const } : { category: curve.category }),
      }),
    );
  };
  // the first steps of all would take the whole height
  const late = START * steps.at(-1)!;
  const right =
    noise > 0
      ? {
          title: "Loss with noise, P + σ^{2}",
          y: { label: "loss with noise P + σ^{2}", log: true },
          series: series(({ curve }) => curve.map((P) => P + noise), late),
        }
      : reference
        ? {
            title: "Against the constant step",
            y: { label: "excess loss P / P of constant", log: true },
            series: series(({ curve }) => curve.map((P, i) => P / reference.curve[i]!), late),
          }
        : {
            title: "Excess loss, time linear",
            y: { label: "excess loss P", log: true },
            series: series(({ curve }) => curve, late),
          };
  return {
    id: "schedule-losses",
    title: "Loss over training",
    setting,
    caption:
      "Left, the excess loss P over steps for the drawn schedule and the named ones, both axes logarithmic; " +
      `right, over linear time, ${noise > 0 ? "the loss with noise P + σ²" : "the excess loss as a multiple of the constant step's"}.`,
    panels: [
      {
        title: "Excess loss P",
        x: { label: "steps r", log: true },
        y: { label: "excess loss P", log: true },
        series: series(({ curve }) => curve),
      },
      { x: { label: "steps r" }, ...right },
    ],
  };
}

/** Shapes to start a drawing from. */
export const STARTS = ["constant", "power", "cosine", "linear", "wsd", "optimal"] as const;

export interface KnotsInput extends ModelInput {
  readonly start: (typeof STARTS)[number];
}

/** Where straight lines are as good as the shape: this share of the multiple, and no better than this share of γ. */
const FIT = 0.01;
const FLOOR = 0.01;
const START_KNOTS = 16;

/** A named shape as knots. */
export async function knots({ start, ...input }: KnotsInput, { emit }: Context<Knots>): Promise<void> {
  const { steps: horizon } = input;
  const named = {
    constant: constant(),
    power: power(0.5),
    cosine: cosine(),
    linear: linear(),
    wsd: warmupStableDecay({ warmup: Math.max(1, Math.round(horizon / 100)) }),
  };
  const of = start === "optimal" ? optimalSchedule(modelOf(input), horizon).shape.at : shape(named[start], horizon);
  const end = start === "constant" ? 1 : start === "power" ? of(horizon) : 0;
  emit(fitted((r) => (r < horizon ? of(r) : end), horizon));
}

/** Knots on a shape, each added where the lines so far are furthest from it. */
function fitted(of: (r: number) => number, horizon: number): Knots {
  const steps = [0, ...stepsToCompare(horizon, LOOKED)];
  const values = steps.map(of);
  const chosen = [0, steps.length - 1];
  const miss = (i: number) => {
    const after = chosen.findIndex((c) => c >= i);
    if (chosen[after] === i) return 0;
    const [a, b] = [chosen[after - 1]!, chosen[after]!];
    const line = values[a]! + ((steps[i]! - steps[a]!) / (steps[b]! - steps[a]!)) * (values[b]! - values[a]!);
    return Math.abs(line - values[i]!) / (Math.max(line, values[i]!) + FLOOR);
  };
  while (chosen.length < Math.min(START_KNOTS, MOST_KNOTS)) {
    const misses = steps.map((_, i) => miss(i));
    const worst = misses.indexOf(Math.max(...misses));
    if (misses[worst]! < FIT) break;
    chosen.push(worst);
    chosen.sort((a, b) => a - b);
  }
  return chosen.map((i): Knot => [steps[i]! / horizon, +values[i]!.toPrecision(3)]);
}
