// Ensembles of one-pass SGD runs over seeds and draws of W, and the exact expected loss for the same W (docs/theory.md, §7).
//
// Member k trains on draw k mod `draws` of W. Every number it meets is a function of (seed, k, step), so an ensemble of 64
// begins with the ensemble of 32, and neither threads nor interruptions change a bit.

import { finite, integer, oneOf, whole } from "../check.ts";
import { type Distribution, PRECISIONS, type Precision } from "../kernels/simulation.ts";
import { type Provenance, provenance } from "../provenance.ts";
import type { Plrf } from "../theory/measure/plrf.ts";
import type { SampledSpectrum } from "./eigenvalues.ts";
import type { ThreadOptions } from "./lanes.ts";
import { Run, type RunOptions, type RunStats, type Task } from "./run.ts";
import { type Summary, summarise } from "./statistics.ts";

export { PRECISIONS, type Precision, type RunOptions, type RunStats };

/** How SGD is run: in the eigenbasis, or by its definition. */
export const SIMULATION_METHODS = ["spectral", "dense"] as const;
export type SimulationMethod = (typeof SIMULATION_METHODS)[number];

export interface SimulationOptions extends RunOptions {
  /** Runs of SGD, ≥ 1. Default 32. */
  readonly members?: number;
  /** Draws of W that the members share out, ≥ 1. Default: one for each member. */
  readonly draws?: number;
  /** "spectral" (Gaussian data, O(B·d) a step) or "dense" (the definition, O(B·v·d) a step). Default "spectral". */
  readonly method?: SimulationMethod;
  /** Law of the data z_j, for "dense": mean 0, variance 1. Default "normal". */
  readonly distribution?: Distribution;
  /**
   * For "dense": "f32" rounds W and the data and multiplies them in f32; θ, errors, labels and losses stay in f64. On the same
   * random numbers that moves a member's loss P by c·2⁻²⁴ √(P(0)/P) of itself, no more after many steps than after few. Measured
   * for d = 50…400, up to 30,000 steps, at three (α, β), with momentum and noise: c is 0.5 in the median, below 9 in 99 %, 29 at
   * most (after a rare large sample, which multiplies every error); that is 10⁻⁷ to 3·10⁻⁵ of P, far below an ensemble's
   * standard error. Whole runs take 0.7 of the time at d = 100, where drawing the data counts, 0.55 from d = 200 on; W takes half
   * the memory.
   * Default "f64".
   */
  readonly precision?: Precision;
  /** Compute the exact expected loss for the same draws of W as well (Gaussian data). Default false. */
  readonly expected?: boolean;
}

interface EnsembleCurve extends Summary {
  /** Recorded numbers of steps r. */
  readonly steps: Float64Array;
  /** f = B·d·r. */
  readonly flops: Float64Array;
  readonly draws: number;
  readonly stats: RunStats;
  readonly made: Provenance;
}

export interface Simulation extends EnsembleCurve {
  readonly members: number;
  /** Each member's loss P(θ_r) at the recorded steps. */
  readonly curves: readonly Float64Array[];
  /** With `expected`: the exact expected loss, over the members' draws of W. */
  readonly expected?: Float64Array;
  /** With `expected`: the mean's deviation from it in standard errors of the difference, W by W. */
  readonly deviation?: Float64Array;
}

export interface ExpectedLoss extends EnsembleCurve {
  /** The exact expected loss for each draw of W. */
  readonly curves: readonly Float64Array[];
}

/** Members of dense SGD that share a pass over W. */
const TOGETHER = 4;
/** Entries of W, in f64, that take half of the memory WebAssembly has. */
const MOST_ENTRIES = 2 ** 28;

/**
 * Runs `members` of one-pass SGD. Rejects with the signal's reason where that aborts (the checkpoint is written first).
 * @throws TypeError, RangeError where an option is not what it should be, d or v is not whole, or a checkpoint is another run's
 */
export async function simulate(model: Plrf, options: SimulationOptions): Promise<Simulation> {
  const run = new Run(model, options);
  const members = whole("members", options.members ?? 32);
  const draws = integer("draws", whole("draws", options.draws ?? members), 1, members);
  run.checkSize(members, draws);
  const method = oneOf("method", options.method ?? "spectral", SIMULATION_METHODS);
  const distribution = lawOf(options.distribution ?? "normal");
  const gaussian = distribution === "normal";
  if (method === "spectral" && !gaussian)
    throw new RangeError(
      `distribution must be "normal" for the spectral method, got ${JSON.stringify(distribution)}: use dense`,
    );
  if (method === "spectral" && run.sign)
    throw new RangeError('method must be "dense" for sign SGD, whose steps depend on the coordinates, got "spectral"');
  const precision = oneOf("precision", options.precision ?? "f64", PRECISIONS);
  const single = precision === "f32";
  if (single && method === "spectral")
    throw new RangeError('precision must be "f64" for the spectral method, got "f32": use dense, or leave it out');
  if (single) checkRange(model);
  if (options.expected && !gaussian)
    throw new RangeError(
      `expected must be left out unless distribution is "normal", got ${JSON.stringify(distribution)}`,
    );

  const { d, v } = model;
  const most = single ? 2 * MOST_ENTRIES : MOST_ENTRIES;
  if (method === "dense" && v * d > most)
    throw new RangeError(
      `v·d must be at most ${most} for the dense method in ${precision}, got ${v * d}: use spectral`,
    );
  const parameters: Record<string, unknown> = { ...run.parameters, members, draws, method, distribution };
  parameters.expected = options.expected ?? false;
  if (single) parameters.precision = precision;
  const tasks: Task[] = [];
  const drawOf = (member: number) => member % draws;
  for (let draw = 0; draw < draws; draw++) {
    if (options.expected) tasks.push(run.expectedTask(draw));
    if (method === "spectral")
      for (let member = draw; member < members; member += draws) tasks.push(run.spectralTask(draw, member));
    else
      for (let member = draw; member < members; member += TOGETHER * draws) {
        const together = Math.min(TOGETHER, Math.ceil((members - member) / draws));
        tasks.push(run.denseTask(draw, { member, members: together, apart: draws }, { distribution, precision }));
      }
  }
  const results = await run.all(tasks, parameters);

  const curves: Float64Array[] = [];
  const ends: number[] = [];
  const expected: Float64Array[] = [];
  tasks.forEach((task, i) => {
    const { losses, diverged } = results[i]!;
    if (task.members.length === 0) expected[task.draw] = losses;
    task.members.forEach((member, q) => {
      curves[member] = losses.slice(q * run.record.length, (q + 1) * run.record.length);
      ends.push(diverged[q]!);
    });
  });
  const summary = summarise(curves, drawOf);
  return {
    ...run.curve(parameters),
    ...summary,
    members,
    draws,
    curves,
    ...(options.expected ? compare(curves, expected, drawOf) : {}),
    stats: run.stats(ends),
  };
}

/**
 * The exact expected loss of Gaussian data for `draws` draws of W (docs/theory.md, eq. 2.1), and its mean over them. The same
 * seed gives the draws of `simulate`. Arguments and errors as there.
 */
export async function expected(
  model: Plrf,
  options: RunOptions & { /** Default 1. */ readonly draws?: number },
): Promise<ExpectedLoss> {
  const run = new Run(model, options);
  const draws = whole("draws", options.draws ?? 1);
  run.checkSize(draws, draws);
  const parameters = { ...run.parameters, draws, method: "expected" };
  const tasks = Array.from({ length: draws }, (_, draw) => run.expectedTask(draw));
  const curves = (await run.all(tasks, parameters)).map(({ losses }) => losses);
  return {
    ...run.curve(parameters),
    ...summarise(curves, (draw) => draw),
    draws,
    curves,
    stats: run.stats([]),
  };
}

export interface SampleOptions extends ThreadOptions {
  /** Draws of W, ≥ 1. Default 1. */
  readonly draws?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called with the fraction done, 0 … 1, and an estimate of the seconds left. */
  readonly onProgress?: (done: number, secondsLeft: number) => void;
}

/** The spectra of `draws` draws of W: eigenvalues of K̂ and the target's energy in each. The same draws as in `simulate`. */
export async function sampleSpectrum(
  model: Plrf,
  options: SampleOptions = {},
): Promise<{ readonly draws: readonly SampledSpectrum[]; readonly made: Provenance }> {
  const run = new Run(model, { ...options, steps: 1 });
  const draws = whole("draws", options.draws ?? 1);
  run.checkSize(draws, draws);
  const parameters = { ...model.spectrum, d: model.d, v: model.v, draws };
  const spectra = await run.spectra(draws);
  return { draws: spectra, made: provenance("sampleSpectrum", parameters, run.seed) };
}

/** The mean of the expectations the members had, and how far, in standard errors, the members' mean is from it. */
function compare(curves: readonly Float64Array[], expected: readonly Float64Array[], drawOf: (k: number) => number) {
  const differences = curves.map((curve, k) => curve.map((x, i) => x - expected[drawOf(k)]![i]!));
  // given their W, members are independent
  const { mean, stderr } = summarise(differences, (k) => k);
  const average = curves[0]!.map(
    (_, i) => curves.reduce((sum, _c, k) => sum + expected[drawOf(k)]![i]!, 0) / curves.length,
  );
  return { expected: average, deviation: mean.map((x, i) => (x === 0 ? 0 : x / stderr[i]!)) };
}

/** The data in f32 neither vanish nor overflow. */
function checkRange({ spectrum }: Plrf): void {
  const top = spectrum.kind === "measured" ? spectrum.eigenvalues[0]! : 1;
  if (top < 1e-20 || top > 1e20)
    throw new RangeError(
      `precision "f32" serves spectra whose largest eigenvalue is between 1e-20 and 1e20, got ${top}: scale the spectrum, or use "f64"`,
    );
}

function lawOf(distribution: Distribution): Distribution {
  if (typeof distribution === "object" && distribution !== null) {
    const nu = finite("distribution.student", distribution.student);
    if (nu <= 2) throw new RangeError(`distribution.student must be above 2 (finite variance), got ${nu}`);
    return { student: nu };
  }
  return oneOf("distribution", distribution, ["normal", "rademacher", "uniform"] as const);
}
