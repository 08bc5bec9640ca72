// The dynamical model of Bordelon, Atanasov and Pehlevan (2024; docs/theory.md, §8): data of a given spectrum, labels with
// noise of variance σ², a student of N random features trained on P samples by a linear rule. This file checks and holds a problem.

import { finite, integer, known, within } from "../../check.ts";
import type { Measure } from "../../kernels/dynamics.ts";
import type { Modes } from "../../kernels/resolvent.ts";
import { log2, log10, pow } from "../../math/elementary.ts";
import { compress } from "../measure/compress.ts";
import { modesOf } from "../measure/modes.ts";
import { type PowerLaw, powerLaw, type Spectrum } from "../measure/spectrum.ts";
import { checkRule, isDiscrete, momentum, type Rule, type RuleInput, type Sampling } from "../training/optimizer.ts";
import { onlyBatch } from "../training/optimizers/sgd.ts";
import { UnstableStep } from "../training/unstable.ts";
import { spectralEdge } from "./edge.ts";
import { largestEta, noiseOf } from "./sgd-stability.ts";
import { isScheduled, type Steps, stepsOf } from "./sgd-steps.ts";

export interface DynamicsProblem {
  /** What the data look like. */
  readonly spectrum: Spectrum;
  /** Number of random features (parameters), in [1, ∞]; need not be whole. Default Infinity. */
  readonly N?: number;
  /** Number of training samples, in [1, ∞]. Default Infinity. */
  readonly P?: number;
  /** Variance σ² ≥ 0 of the label noise. Default 0. */
  readonly noise?: number;
  /** How the student is trained: gradientFlow(), gradientDescent({ eta }), heavyBall({ eta, momentum }) or sgd({ eta, batch }). Default gradient flow. */
  readonly rule?: RuleInput;
  /** M, the number of features of the data. Default: infinite for a power law, all of them for a measured spectrum. */
  readonly modes?: number;
}

/** A checked problem, with the sums over its spectrum at hand. */
export interface DynamicsModel {
  readonly spectrum: Spectrum;
  readonly N: number;
  readonly P: number;
  /** σ². */
  readonly noise: number;
  readonly rule: Rule;
  /** M. */
  readonly modes: number;
  /** The modes as one measure, and with the weights λ (for D) and c (for G) apart. */
  readonly all: Modes;
  readonly data: Measure;
  readonly target: Measure;
  /** The same two in few entries, for κ off the spectrum by its own size: real κ > 0. */
  readonly short: { readonly data: Measure; readonly target: Measure };
  /** Σ c_k: the loss of the untrained student, less σ². */
  readonly energy: number;
  /** Tr Λ = Σ λ_k. */
  readonly trace: number;
  /** Largest eigenvalue of the training dynamics. */
  readonly xmax: number;
  /** The steps of SGD, where they differ from each other. */
  readonly steps?: Steps;
}

/** How long a training is: what its schedule is drawn for, and the last step that is looked at. */
export interface Span {
  readonly horizon: number;
  readonly last: number;
}

/**
 * The power law of the dynamical model's papers: λ_k = k^{−b}, c_k = λ_k w_k² = k^{−a}.
 * @param options a: the target's exponent, > 1; b: the capacity exponent, > 0, and > 1 for an infinite number of modes
 * @throws RangeError, TypeError where a ≤ 1, b ≤ 0 or either is no number
 */
export function sourceCapacity({ a, b }: { a: number; b: number }): PowerLaw {
  if (finite("a", a) <= 1) throw new RangeError(`a must be greater than 1 (the target's energy is Σ k^-a), got ${a}`);
  if (finite("b", b) <= 0) throw new RangeError(`b must be greater than 0, got ${b}`);
  return powerLaw({ alpha: b / 2, beta: (a - b) / 2 });
}

/** The same, checked; schedules and ramps are refused without a span. @throws RangeError, TypeError */
export function dynamicsModel(problem: DynamicsProblem, span?: Span): DynamicsModel {
  const { spectrum } = problem;
  const N = extent("N", problem.N);
  const P = extent("P", problem.P);
  refuseSigma(problem);
  known("problem", problem, ["spectrum", "N", "P", "noise", "rule", "modes"]);
  const noise = within("noise", problem.noise ?? 0);
  const rule = checkRule(problem.rule);
  if (problem.rule) known("rule", problem.rule, RULE_FIELDS);
  const modes = dataModes(spectrum, problem.modes);
  const sums = measures(spectrum, modes);
  const xmax = spectralEdge(sums.short.data, 1 / N, 1 / P);
  if (rule.kind === "sgd") {
    const sizes = typeof rule.batch === "number" ? [rule.batch] : rule.batch.map(([, size]) => size);
    for (const size of sizes) checkBatch(within("batch", size, "rule.batch"), rule.sampling, P);
  }
  if (rule.kind === "sgd" && isScheduled(rule)) {
    if (!span) onlyBatch(rule);
    within("eta", rule.eta * xmax, "rule.eta times the largest eigenvalue");
    const limit = (share: number) => largestEta(sums.short.data, 1 / N, 1 / P, share);
    return { spectrum, N, P, noise, rule, modes, ...sums, xmax, steps: stepsOf(rule, P, span!, limit) };
  }
  if (isDiscrete(rule)) {
    const limit =
      rule.kind === "sgd"
        ? largestEta(sums.short.data, 1 / N, 1 / P, noiseOf({ rule, P }).share)
        : (2 * (1 + momentum(rule))) / xmax;
    if (rule.eta >= limit)
      throw new UnstableStep(
        `rule.eta must be below ${limit.toPrecision(6)}, the largest stable step here, got ${rule.eta}`,
        limit / rule.eta,
      );
    within("eta", rule.eta * xmax, "rule.eta times the largest eigenvalue");
  }
  return { spectrum, N, P, noise, rule, modes, ...sums, xmax };
}

/** Of all rules together. */
const RULE_FIELDS = ["kind", "eta", "gamma", "batch", "sampling", "schedule", "momentum"];

/** Noise was given by its standard deviation once: told rather than left out. */
export function refuseSigma(options: object): void {
  if ("sigma" in options) throw new TypeError("sigma is no longer an option: give noise, the variance σ²");
}

function checkBatch(batch: number, sampling: Sampling | undefined, P: number): void {
  if (sampling !== "batch" && sampling !== "shuffle") return;
  if (batch > P) throw new RangeError(`rule.batch must be at most P = ${P} without replacement, got ${batch}`);
}

/** A number from 1, or Infinity. */
const extent = (name: "N" | "P", value: number | undefined): number =>
  value === undefined || value === Infinity ? Infinity : within(name, value);

function dataModes(spectrum: Spectrum, modes: number | undefined): number {
  if (spectrum.kind === "measured") {
    const available = spectrum.eigenvalues.length;
    return modes === undefined || modes === Infinity ? available : integer("modes", modes, 1, available);
  }
  const { alpha, beta } = powerLaw(spectrum); // it may come as plain data
  const b = 2 * alpha;
  const a = b + 2 * beta;
  if (modes !== undefined && modes !== Infinity) return within("M", modes, "modes");
  if (b <= 1)
    throw new RangeError(`modes must be finite where b ≤ 1 (Σ λ diverges), got b = ${b} and modes = Infinity`);
  if (a <= 1)
    throw new RangeError(`modes must be finite where a ≤ 1 (Σ c diverges), got a = ${a} and modes = Infinity`);
  return Infinity;
}

interface Measures {
  readonly all: Modes;
  readonly data: Measure;
  readonly target: Measure;
  readonly short: DynamicsModel["short"];
  readonly energy: number;
  readonly trace: number;
}

/** Kept for as long as the spectrum: a sweep over N and P makes many models of one. */
const kept = new WeakMap<Spectrum, Map<string, unknown>>();

function remember<T>(spectrum: Spectrum, key: string, make: () => T): T {
  const entries = kept.get(spectrum) ?? new Map<string, unknown>();
  kept.set(spectrum, entries);
  if (!entries.has(key)) entries.set(key, make());
  return entries.get(key) as T;
}

function measures(spectrum: Spectrum, modes: number): Measures {
  return remember(spectrum, `${modes}`, () => {
    const all = modesOf(spectrum, modes);
    const total = (weight: Float64Array) => weight.reduce((sum, w) => sum + w, 0);
    const data = used(all.lambda, all.trace);
    const target = used(all.lambda, all.energy);
    const options = { points: 14, ratio: 2, floor: 0 };
    return {
      all,
      data,
      target,
      short: { data: compress(data, options), target: compress(target, options) },
      energy: total(all.energy),
      trace: total(all.trace),
    };
  });
}

/** A measure without its empty entries. */
function used(lambda: Float64Array, weight: Float64Array): Measure {
  return { lambda: lambda.filter((_, i) => weight[i] !== 0), weight: weight.filter((w) => w !== 0) };
}

/**
 * The model's measures, compressed for |κ| ≥ `floor` and a contour of the given aperture.
 * @param points Gauss points a bin
 */
export function compressed(model: DynamicsModel, points: number, floor: number, aperture: number) {
  // whole decades and octaves, so that neighbouring problems share the work
  const decade = Math.floor(log10(floor)) - 1;
  const ratio = 1 + pow(2, Math.floor(log2(Math.SQRT2 * aperture)));
  const options = { points, ratio, floor: pow(10, decade) };
  return remember(model.spectrum, `${model.modes} ${points} ${decade} ${ratio}`, () => ({
    data: compress(model.data, options),
    target: compress(model.target, options),
  }));
}
