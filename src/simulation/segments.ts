// Pieces of runs as pure functions from a state to the next: what worker threads are asked to do. Cutting a run elsewhere, or
// doing its pieces elsewhere, changes no bit of it. All must be plain data.

import type { Kernels } from "../kernels/kernels.ts";
import { signKernelsOf } from "../kernels/sign/of.ts";
import {
  type Distribution,
  type PerStep,
  type Precision,
  padded,
  type Roots,
  type Strips,
} from "../kernels/simulation.ts";
import { bussgang } from "../theory/measure/sign-nodes.ts";
import type { Spectrum } from "../theory/measure/spectrum.ts";
import type { Rule } from "../theory/training/optimizer.ts";
import { rootsOf, type SampledSpectrum, sample } from "./eigenvalues.ts";
import { type Losses, type Normals, type StepList, trainNetwork } from "./network.ts";

/** The data and the embedding of one draw of W. */
export interface DrawnModel {
  readonly spectrum: Spectrum;
  readonly v: number;
  readonly d: number;
  readonly seed: number;
  readonly draw: number;
}

/** Steps first … first+count−1, and after which of these numbers of steps the loss is wanted. */
export interface Span {
  readonly first: number;
  readonly count: number;
  /** In increasing order, within (first, first+count]. */
  readonly record: readonly number[];
  readonly drive: StepDrive;
}

/** The hyperparameters of a span's steps (docs/theory.md, eq. 9.2). */
export interface StepDrive {
  readonly batch: PerStep;
  /** γ; with momentum, γ2. */
  readonly gamma: PerStep;
  /** Default: plain SGD. */
  readonly momentum?: { readonly gamma1: PerStep; readonly gamma3: PerStep; readonly delta: PerStep };
  /** Steps of the sign of the gradient, or of y; γ is η. Default false. */
  readonly sign?: boolean;
}

export interface SampleJob {
  readonly kind: "sample";
  /** Of Q^½KQ^½, in which sign SGD is diagonal (docs/theory.md, §12), in place of K. */
  readonly byNorms?: boolean;
  readonly problem: DrawnModel;
}

/** Spectral SGD of one member (docs/theory.md, eq. 7.3). state: u, and with momentum y. */
export interface SpectralJob {
  readonly kind: "spectral";
  readonly problem: DrawnModel;
  readonly sampled: SampledSpectrum;
  readonly state: Float64Array;
  readonly member: number;
  readonly span: Span;
  readonly limit: number;
}

/** Dense SGD of members that share one W (eq. 1.4). state: θ of each, and with momentum y of each. */
export interface DenseJob {
  readonly kind: "dense";
  readonly problem: DrawnModel;
  readonly state: Float64Array;
  readonly member: number;
  readonly members: number;
  readonly apart: number;
  readonly distribution: Distribution;
  readonly precision: Precision;
  /** σ² */
  readonly noise: number;
  readonly span: Span;
  readonly limit: number;
}

/** The exact expected loss given W (eqs. 2.1, 9.3), of sign SGD the recursion (12.1) with (12.2), (12.3). state: ρ_i; with momentum R_i, C_i, Y_i. */
export interface ExpectedJob {
  readonly kind: "expected";
  readonly sampled: SampledSpectrum;
  readonly state: Float64Array;
  /** σ² */
  readonly noise: number;
  readonly span: Span;
}

/** One finite network of random features (docs/theory.md, §8.1). */
export interface NetworkJob {
  readonly kind: "network";
  readonly spectrum: Spectrum;
  readonly modes: number;
  readonly N: number;
  readonly P: number;
  /** σ² */
  readonly noise: number;
  readonly rule: Rule;
  readonly list?: StepList;
  readonly times: Float64Array;
  readonly seed: number;
  readonly draw: number;
}

export type RunJob = SpectralJob | DenseJob | ExpectedJob;
export type Job = SampleJob | RunJob | NetworkJob;

export interface Segment {
  readonly state: Float64Array;
  /** The loss at each recorded step: member by member. A member that diverged has Infinity from there on. */
  readonly losses: Float64Array;
  /** The step at which each member diverged, or Infinity. */
  readonly diverged: Float64Array;
}

export type Result<J extends Job> = J extends SampleJob ? SampledSpectrum : J extends NetworkJob ? Losses : Segment;

/** u at the start: √c_i, then √(P_⊥ + σ²) in the mode of eigenvalue 0. */
export function spectralStart({ energies, floor }: SampledSpectrum, noise: number, momentum = false): Float64Array {
  const u = new Float64Array((momentum ? 2 : 1) * (energies.length + 1));
  u.set(energies.map(Math.sqrt));
  u[energies.length] = Math.sqrt(floor + noise);
  return u;
}

export const denseStart = (d: number, members: number, momentum = false): Float64Array =>
  new Float64Array((momentum ? 2 : 1) * members * padded(d));

export function expectedStart({ energies }: SampledSpectrum, momentum = false): Float64Array {
  const state = new Float64Array((momentum ? 3 : 1) * energies.length);
  state.set(energies);
  return state;
}

/** Does jobs on one set of kernels, keeping the last W for the next. */
export class SegmentRunner {
  readonly #kernels: Kernels;
  #embedding: { key: string; roots: Roots; strips: Strips } | undefined;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  run<J extends Job>(job: J): Result<J>;
  run(job: Job): SampledSpectrum | Losses | Segment {
    switch (job.kind) {
      case "sample": {
        const { spectrum, v, d, seed, draw } = job.problem;
        const roots = rootsOf(this.#kernels, spectrum, v);
        return sample(this.#kernels, roots, { d, seed, draw }, job.byNorms);
      }
      case "network": {
        const { spectrum, modes, N, P, noise, rule, list, times, seed, draw: member } = job;
        const roots = rootsOf(this.#kernels, spectrum, modes);
        const normals: Normals = (stream, step, n) =>
          this.#kernels.random({ seed, stream, member, step }, stream === "batch" ? "uniform" : "normal", n);
        return trainNetwork({ N, P, noise, roots }, rule, times, normals, list);
      }
      case "spectral":
        return this.#spectral(job);
      case "dense":
        return this.#dense(job);
      case "expected":
        return this.#expected(job);
    }
  }

  #spectral({ problem, sampled, state: given, member, span, limit }: SpectralJob): Segment {
    const state = given.slice();
    const { eigenvalues } = sampled;
    const d = eigenvalues.length;
    const u = state.subarray(0, d + 1);
    let diverged = Infinity;
    const losses = eachPart(span, (first, count, drive) => {
      if (diverged < Infinity) return [Infinity];
      const steps = { seed: problem.seed, first, count, ...stepped(drive, state, d + 1), limit, member, eigenvalues };
      const done = this.#kernels.spectralSteps(u, steps);
      if (done < count) {
        diverged = first + done;
        return [Infinity];
      }
      let loss = sampled.floor;
      for (let i = 0; i < d; i++) loss += u[i]! * u[i]!;
      return [loss];
    });
    return { state, losses: losses[0]!, diverged: Float64Array.of(diverged) };
  }

  #dense(job: DenseJob): Segment {
    const { problem, member, members, apart, distribution, precision, noise, span, limit } = job;
    const { roots, strips } = this.#embed(problem, precision);
    const state = job.state.slice();
    const size = members * padded(problem.d);
    const theta = state.subarray(0, size);
    const diverged = new Float64Array(members).fill(Infinity);
    const losses = eachPart(span, (first, count, drive) => {
      const common = { seed: problem.seed, first, count, ...stepped(drive, state, size), limit };
      const run = { ...common, member, members, apart, distribution, noise };
      this.#kernels.denseSteps(theta, strips, roots, run).forEach((done, q) => {
        if (done < count) diverged[q] = Math.min(diverged[q]!, first + done);
      });
      return this.#kernels
        .denseLoss(theta, strips, roots, members)
        .map((loss, q) => (diverged[q]! < Infinity ? Infinity : loss));
    });
    return { state, losses: concatenate(losses), diverged };
  }

  #embed(problem: DrawnModel, precision: Precision): { roots: Roots; strips: Strips } {
    const { spectrum, v, d, seed, draw } = problem;
    const key = JSON.stringify([spectrum, v, d, seed, draw, precision]);
    if (this.#embedding?.key !== key)
      this.#embedding = {
        key,
        roots: rootsOf(this.#kernels, spectrum, v),
        strips: this.#kernels.embedding(v, { seed, draw, d }, precision),
      };
    return this.#embedding;
  }

  #expected({ sampled, state: given, noise, span }: ExpectedJob): Segment {
    const { eigenvalues, energies, floor } = sampled;
    const state = given.slice();
    const d = eigenvalues.length;
    const [rho, C, Y] = [0, d, 2 * d].map((at) => state.subarray(at, at + d)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const none = new Float64Array(d);
    const nodes = {
      z: { re: eigenvalues, im: none },
      forcing: { re: energies, im: none },
      source: { re: eigenvalues.map((x) => x * x), im: none },
      rest: floor,
    };
    const losses = eachPart(span, (_, count, { batch, gamma, momentum, sign }) => {
      const each = (values: PerStep) => (typeof values === "number" ? new Float64Array(count).fill(values) : values);
      const common = { batch: each(batch), noise };
      if (sign) {
        const { meanRoot, meanInverse } = sampled.rows!;
        const source = eigenvalues.map((l) => (2 / Math.PI) * l * (l + (Math.PI / 2 - 1) * meanRoot));
        const closure = { source: { re: source, im: none }, spread: meanInverse / d, shape: bussgang() };
        const drive = { eta: each(gamma), rates: new Float64Array(count), given: false, noise };
        signKernelsOf(this.#kernels).stepSign({ ...nodes, ...closure }, { re: rho, im: none.slice() }, drive);
      } else if (momentum) {
        const { gamma1, gamma3, delta } = momentum;
        const drive = {
          ...common,
          gamma1: each(gamma1),
          gamma2: each(gamma),
          gamma3: each(gamma3),
          delta: each(delta),
        };
        this.#kernels.stepMomentum(nodes, { R: rho, C, Y }, drive);
      } else this.#kernels.stepModes(nodes, { re: rho, im: none.slice() }, { ...common, gamma: each(gamma) });
      const loss = rho.reduce((sum, x) => sum + x, floor);
      return [Number.isNaN(loss) ? Infinity : loss];
    });
    return { state, losses: losses[0]!, diverged: Float64Array.of(Infinity) };
  }
}

/** A drive as the kernels take it, with the y that follows the first `size` numbers of the state. */
const stepped = ({ momentum, ...rest }: StepDrive, state: Float64Array, size: number) => ({
  ...rest,
  ...(momentum ? { momentum: { ...momentum, y: state.subarray(size) } } : {}),
});

/** The most steps a kernel is given at once. */
const SEGMENT_STEPS = 1 << 16;

/**
 * Runs a span from record to record: `part` does steps first … first+count−1 and returns each member's loss after them.
 * Returns each member's losses.
 */
function eachPart(
  { first, count, record, drive }: Span,
  part: (first: number, count: number, drive: StepDrive) => ArrayLike<number>,
): Float64Array[] {
  const losses: Float64Array[] = [];
  const end = first + count;
  let at = first;
  const advance = (to: number) => {
    const some = (values: PerStep) => (typeof values === "number" ? values : values.subarray(at - first, to - first));
    const result = part(at, to - at, mapDrive(drive, some));
    at = to;
    return result;
  };
  [...record, end].forEach((to, i) => {
    while (to - at > SEGMENT_STEPS) advance(at + SEGMENT_STEPS);
    if (i === record.length && to === at) return;
    const result = advance(to);
    if (losses.length === 0)
      losses.push(...Array.from({ length: result.length }, () => new Float64Array(record.length)));
    if (i < record.length)
      losses.forEach((own, q) => {
        own[i] = result[q]!;
      });
  });
  return losses;
}

/** The same done to every hyperparameter. */
export const mapDrive = (
  { batch, gamma, momentum, sign }: StepDrive,
  change: (values: PerStep) => PerStep,
): StepDrive => ({
  ...(sign ? { sign } : {}),
  batch: change(batch),
  gamma: change(gamma),
  ...(momentum && {
    momentum: {
      gamma1: change(momentum.gamma1),
      gamma3: change(momentum.gamma3),
      delta: change(momentum.delta),
    },
  }),
});

function concatenate(arrays: readonly Float64Array[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => [...array]));
}
