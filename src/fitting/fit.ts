// Everything that can be said of a table of runs: the three approaches, their intervals, what is not identifiable and what the
// solvable model makes of it.

import { integer, positive, shown } from "../check.ts";
import { defaultKernels } from "../kernels/default.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { LIMITS } from "../limits.ts";
import { type Interval, interval } from "../math/quantiles.ts";
import { brief } from "../numbers.ts";
import { availableThreads, openPool, type Pool, workerScript } from "../pool.ts";
import { type Provenance, provenance } from "../provenance.ts";
import { biasInWords, contradictions, type IsoflopBias, isoflopBias } from "./agreement.ts";
import { type Bootstrap, bootstrap, type Refit } from "./bootstrap.ts";
import { type Bridge, type BridgeOptions, bridge, type Forecast, gaussian } from "./bridge.ts";
import { clustered } from "./clusters.ts";
import { type EnvelopeFit, type EnvelopeOptions, fitEnvelope } from "./envelope.ts";
import { type Anchor, foretellJointly } from "./foretell.ts";
import { checkFit, type Identifiability, identifiability } from "./identifiability.ts";
import { fitIsoflop, type IsoflopFit, type IsoflopOptions } from "./isoflop.ts";
import { fitParametric, type ParametricFit } from "./parametric.ts";
import { isLaw, type Model, plan } from "./plan.ts";
import type { Law } from "./points.ts";
import { doubtful, type OptimaFit, type SaturatingLaw, saturating } from "./powerlaws.ts";
import { type Profile, profile } from "./profile.ts";
import { design, resample } from "./resample.ts";
import { type Runs, runCount } from "./runs.ts";

export interface FitOptions {
  /** Approaches to fit: 1 envelope, 2 isoFLOP, 3 parametric. Default [3]. */
  readonly methods?: readonly (1 | 2 | 3)[];
  /** Huber δ on log L. Default 1e-3. */
  readonly delta?: number;
  /** Starts of approach 3. Default "grid", the published 4,500 and those of variable projection. */
  readonly starts?: "grid" | "projection";
  readonly isoflop?: Omit<IsoflopOptions, "weights">;
  readonly envelope?: Omit<EnvelopeOptions, "weights">;
  /** Bootstrap draws; 0 for none. Default 1000. */
  readonly draws?: number;
  /** Default "auto": by run where runs have several rows, else by case. */
  readonly by?: "auto" | "case" | "run";
  /** Default 1. */
  readonly seed?: number;
  /** Threads of the bootstrap. Default: as many as the machine has. 1 uses none. */
  readonly threads?: number;
  /**
   * Where the script of those threads is: by default, beside this file. Where a bundler has moved it there is one thread, and a
   * warning; give `new Worker`'s URL of "isoflop/fit-worker" to have them all.
   */
  readonly worker?: URL;
  /** Of the bridge to the theory. */
  readonly bridge?: BridgeOptions;
  /** What computes. Default: the WebAssembly core. */
  readonly kernels?: Kernels;
  /** Aborting it rejects the call with its reason, as soon as the piece of work under way is done. */
  readonly signal?: AbortSignal;
  /** Called with the share done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** One approach: its fit, draws and intervals of 95 % (null without draws). */
export interface Fitted<F, M extends Model> {
  readonly fit: F;
  readonly bootstrap: Bootstrap<M> | null;
  readonly ci: Readonly<Record<string, Interval>> | null;
  /** ξ = a and η of the compute-optimal frontier as the solvable model sees them; null without draws. */
  readonly bridge: Bridge | null;
  /** What that model then says of the three decades after the largest run; null without draws. */
  readonly forecast: Forecast | null;
}

export interface FitResult {
  readonly runs: Runs;
  readonly identifiability: Identifiability;
  /**
   * Approach 3; null where it was not asked for, or α and β are not identifiable. No profiles above 20,000 rows, or where rows of one run share
   * an error: they take rows for independent. */
  readonly parametric: (Fitted<ParametricFit, Law> & { readonly profiles: readonly Profile[] }) | null;
  /** Approach 2. */
  readonly isoflop: Fitted<IsoflopFit, OptimaFit> | null;
  /** What approach 2 makes of a law's exact losses at these N and D; null without approach 2, or a law. */
  readonly isoflopBias: IsoflopBias | null;
  /** Approach 1. */
  readonly envelope: Fitted<EnvelopeFit, OptimaFit> | null;
  /** Where D is a function of N: the loss along that line, E + K C^−η, which is all there is to see. */
  readonly ray: (SaturatingLaw & { readonly ci: Readonly<Record<keyof SaturatingLaw, Interval>> | null }) | null;
  /** Approaches asked for that the data do not allow, and why. */
  readonly unavailable: readonly { readonly method: 1 | 2 | 3; readonly reason: string }[];
  readonly warnings: readonly string[];
  readonly made: Provenance;
}

/**
 * Fits runs by any of Chinchilla's approaches, with bootstrap intervals, profiles and identifiability.
 * What cannot be fitted is reported in `unavailable`, not thrown.
 * @throws RangeError, TypeError where an option is out of range
 */
export async function fitRuns(runs: Runs, options: FitOptions = {}): Promise<FitResult> {
  const methods = [...new Set(options.methods ?? [3])];
  for (const method of methods) integer("methods", method, 1, 3);
  const delta = positive("delta", options.delta ?? 1e-3);
  const draws = integer("draws", options.draws ?? 1000, 0, LIMITS.resamples.most);
  const threads = integer("threads", options.threads ?? availableThreads(), 1, 1024);
  const seed = integer("seed", options.seed ?? 1, 0);
  if (options.worker !== undefined && !(options.worker instanceof URL))
    throw new TypeError(`worker must be a URL, got ${shown(options.worker)}`);
  const kernels = options.kernels ?? defaultKernels();
  const warnings = [...runs.warnings];
  const unavailable: { method: 1 | 2 | 3; reason: string }[] = [];
  let known = identifiability(runs);
  let pool: Pool | undefined;
  let finished = 0;

  /** The fit, or why there is none. */
  const attempt = <F>(method: 1 | 2 | 3, make: () => F): F | null => {
    if (!methods.includes(method)) return null;
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      unavailable.push({ method, reason: error.message });
      return null;
    }
  };
  let alone = false;
  /** Threads, or none with a note: they save time and change no number. */
  const opened = async (): Promise<Pool | undefined> => {
    try {
      return await openPool(options.worker ?? workerScript("fitting/thread"), threads);
    } catch (error) {
      alone = true;
      warnings.push(
        `one thread was used: ${(error as Error).message}${options.worker ? "" : "; in a bundle give worker, the URL of isoflop/fit-worker"}`,
      );
      return undefined;
    }
  };
  let resampled = runs;
  const again = async (refit: Refit): Promise<Bootstrap<Model> | null> => {
    if (draws === 0) return null;
    if (threads > 1 && draws >= 200 && !alone) pool ??= await opened();
    const result = await bootstrap(resampled, refit, {
      draws,
      by: options.by ?? "auto",
      seed,
      pool,
      kernels,
      signal: options.signal,
      onProgress: (done) => options.onProgress?.((finished + done) / methods.length),
    });
    finished++;
    if (result.failed > 0.05 * draws)
      warnings.push(
        `approach ${METHOD[refit.method]}: ${result.failed} of ${draws} resamples had no fit, so its intervals are too narrow`,
      );
    return result;
  };

  try {
    const law = attempt(3, () => {
      if (!known.identifiable) throw new RangeError(known.reason!);
      const fit = fitParametric(runs, { delta, starts: options.starts ?? "grid", kernels });
      known = checkFit(runs, fit, known);
      if (!known.identifiable) throw new RangeError(known.reason!);
      return fit;
    });
    const isoflop = attempt(2, () => fitIsoflop(runs, options.isoflop));
    const envelope = attempt(1, () => fitEnvelope(runs, options.envelope));
    warnings.push(...known.warnings);
    for (const slice of isoflop?.slices ?? [])
      if (slice.problem) warnings.push(`approach 2: ${slice.problem}: left out`);
    for (const [method, along, asked] of [
      [2, isoflop?.loss, options.isoflop?.irreducible],
      [1, envelope?.loss, options.envelope?.irreducible],
    ] as const) {
      const doubt = along && asked !== "zero" ? doubtful(along) : null;
      if (doubt) warnings.push(`approach ${method}: ${doubt}`);
    }
    const together = law && (options.by ?? "auto") === "auto" ? clustered(runs, law.residuals) : null;
    if (together) {
      resampled = together.runs;
      warnings.push(
        `the residuals of one size go together (F = ${brief(together.F, 2)}), as those of one run's checkpoints do: ` +
          "sizes are resampled, not rows; by case if their runs are separate",
      );
    }
    // hundreds of minimisations each: on a million rows that is an hour for what the bootstrap tells as well; and they take rows
    // for independent
    const correlated = together !== null || (options.by !== "case" && runCount(runs) < runs.n);
    const profiled = runs.n > 20_000 || correlated ? [] : (["alpha", "beta"] as const);
    const parametric = law && {
      ...summary(law, await again({ method: "parametric", law, delta }), runs, options.bridge),
      profiles: profiled.map((parameter) => profile(runs, law, parameter, { kernels })),
    };
    const slices =
      isoflop &&
      summary(isoflop, await again({ method: "isoflop", options: options.isoflop ?? {} }), runs, options.bridge);
    const edge =
      envelope &&
      summary(envelope, await again({ method: "envelope", options: options.envelope ?? {} }), runs, options.bridge);
    const bias = isoflop && isoflopBias(runs, isoflop, options.isoflop, law);
    if (bias) warnings.push(...biasInWords(bias));
    const told = ([3, 2, 1] as const).flatMap((approach, i) => {
      const of = [parametric, slices, edge][i];
      return of?.ci ? [{ approach, a: frontierExponents(of.fit).xi, ci: of.ci.a! }] : [];
    });
    warnings.push(...contradictions(told));
    const ray = known.line && known.points >= 4 && spans(runs) ? alongRay(runs, draws, seed) : null;
    const doubt = ray && doubtful(ray, "these runs");
    if (doubt) warnings.push(doubt);
    return {
      runs,
      identifiability: known,
      parametric: parametric as FitResult["parametric"],
      isoflop: slices as FitResult["isoflop"],
      envelope: edge as FitResult["envelope"],
      isoflopBias: bias,
      // what a floor alone describes has no exponent
      ray: ray?.K === 0 ? null : ray,
      unavailable,
      warnings,
      made: provenance(
        "fit",
        { methods, delta, draws, by: options.by ?? "auto", rows: runs.n, runs: runCount(runs) },
        seed,
      ),
    };
  } finally {
    await pool?.close();
  }
}

/** The numbers by which the approaches are known (Hoffmann et al. 2022, §3). */
const METHOD = { envelope: 1, isoflop: 2, parametric: 3 } as const;

/** ξ and η of the frontier. */
export function frontierExponents(model: Model): { xi: number; eta: number } {
  if (!isLaw(model)) return { xi: model.size.exponent, eta: model.loss.eta };
  const { alpha, beta } = model;
  return { xi: beta / (alpha + beta), eta: (alpha * beta) / (alpha + beta) };
}

function summary<F extends Model>(
  fit: F,
  draws: Bootstrap<Model> | null,
  runs: Runs,
  options?: BridgeOptions,
): Fitted<F, Model> {
  if (!draws || draws.draws.length < 20) return { fit, bootstrap: draws, ci: null, bridge: null, forecast: null };
  const over = (of: (model: Model) => number) => interval(draws.draws.map(of));
  const frontier = draws.draws.map(frontierExponents);
  const ci: Record<string, Interval> = isLaw(fit)
    ? Object.fromEntries(
        (["E", "A", "B", "alpha", "beta"] as const).map((name) => [name, over((m) => (m as Law)[name])]),
      )
    : {
        b: over((m) => (m as OptimaFit).tokens.exponent),
        E: over((m) => (m as OptimaFit).loss.E),
        K: over((m) => (m as OptimaFit).loss.K),
      };
  ci.a = interval(frontier.map(({ xi }) => xi));
  ci.eta = interval(frontier.map(({ eta }) => eta));
  const { covariance } = gaussian(
    frontier.map(({ xi }) => xi),
    frontier.map(({ eta }) => eta),
  );
  const { xi, eta } = frontierExponents(fit);
  const found = bridge({ mean: [xi, eta], covariance }, options);
  const largest = runs.C.reduce((most, C) => Math.max(most, C), 0);
  const anchors = draws.draws.map((draw, k): Anchor => {
    const { N, loss } = plan(draw, { flops: largest }, { flopsPerToken: runs.flopsPerToken });
    return { N, loss, E: isLaw(draw) ? draw.E : draw.loss.E, ...frontier[k]! };
  });
  const forecast = foretellJointly(found, largest, anchors, options?.finiteSize);
  return { fit, bootstrap: draws, ci, bridge: found, forecast };
}

/** Factor of compute below which three numbers along it are anything. */
const SPAN = 2;
const spans = ({ C }: Runs): boolean => {
  const [low, high] = C.reduce(([a, b], c) => [Math.min(a, c), Math.max(b, c)], [Infinity, 0]);
  return high > SPAN * low;
};

/** E + K C^−η along the line of the data, with intervals by cases. */
function alongRay(runs: Runs, draws: number, seed: number): FitResult["ray"] {
  const fit = saturating(runs.C, runs.loss);
  if (draws === 0) return { ...fit, ci: null };
  const rows = design(Int32Array.from({ length: runs.n }, (_, i) => i));
  const samples = Array.from({ length: Math.min(draws, 1000) }, (_, k) => {
    const drawn = Array.from(resample(rows, seed, k)).flatMap((count, i) => new Array<number>(count).fill(i));
    return new Set(drawn).size < 4
      ? null
      : saturating(
          Float64Array.from(drawn, (i) => runs.C[i]!),
          Float64Array.from(drawn, (i) => runs.loss[i]!),
        );
  }).filter((sample) => sample !== null);
  const over = (of: (s: SaturatingLaw) => number) => interval(samples.map(of));
  return { ...fit, ci: { E: over((s) => s.E), K: over((s) => s.K), eta: over((s) => s.eta) } };
}
