// Pieces of runs as pure functions from a state to the next: what worker threads are asked to do. Cutting a run elsewhere, or
// doing its pieces elsewhere, changes no bit of it. All must be plain data.

import type { Kernels } from "../kernels/kernels.ts";
import { type Distribution, padded, type Roots } from "../kernels/simulation.ts";
import type { Rule } from "../theory/dynamics/rule.ts";
import type { Spectrum } from "../theory/spectrum.ts";
import { rootsOf, type SampledSpectrum, sample } from "./eigenvalues.ts";
import { type Losses, trainNetwork } from "./network.ts";

/** The data and the embedding of one draw of W. */
export interface Problem {
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
  readonly batch: number;
  /** γ of every step, or of each of the span. */
  readonly gamma: number | Float64Array;
}

export interface SampleJob {
  readonly kind: "sample";
  readonly problem: Problem;
}

/** Spectral SGD of one member (docs/theory.md, eq. 7.3). state: y. */
export interface SpectralJob {
  readonly kind: "spectral";
  readonly problem: Problem;
  readonly sampled: SampledSpectrum;
  readonly state: Float64Array;
  readonly member: number;
  readonly span: Span;
  readonly limit: number;
}

/** Dense SGD of members that share one W (eq. 1.4). state: θ of each. */
export interface DenseJob {
  readonly kind: "dense";
  readonly problem: Problem;
  readonly state: Float64Array;
  readonly member: number;
  readonly members: number;
  readonly apart: number;
  readonly distribution: Distribution;
  /** σ */
  readonly noise: number;
  readonly span: Span;
  readonly limit: number;
}

/** The exact expected loss given W (eq. 2.1). state: ρ_i. */
export interface ExpectedJob {
  readonly kind: "expected";
  readonly sampled: SampledSpectrum;
  readonly state: Float64Array;
  /** σ */
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
  readonly sigma: number;
  readonly rule: Rule;
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

/** y at the start: √c_i, then √(P_⊥ + σ²) in the mode of eigenvalue 0. */
export function spectralStart({ energies, floor }: SampledSpectrum, noise: number): Float64Array {
  const y = new Float64Array(energies.length + 1);
  y.set(energies.map(Math.sqrt));
  y[energies.length] = Math.sqrt(floor + noise * noise);
  return y;
}

export const denseStart = (d: number, members: number): Float64Array => new Float64Array(members * padded(d));

/** Does jobs on one set of kernels, keeping the last W for the next. */
export class Runner {
  readonly #kernels: Kernels;
  #embedding: { key: string; roots: Roots; strips: Float64Array } | undefined;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  run<J extends Job>(job: J): Result<J>;
  run(job: Job): SampledSpectrum | Losses | Segment {
    switch (job.kind) {
      case "sample": {
        const { spectrum, v, d, seed, draw } = job.problem;
        return sample(this.#kernels, rootsOf(this.#kernels, spectrum, v), { d, seed, draw });
      }
      case "network": {
        const { spectrum, modes, N, P, sigma, rule, times, seed, draw: member } = job;
        const roots = rootsOf(this.#kernels, spectrum, modes);
        return trainNetwork({ N, P, sigma, roots }, rule, times, (stream, step, n) =>
          this.#kernels.random({ seed, stream, member, step }, "normal", n),
        );
      }
      case "spectral":
        return this.#spectral(job);
      case "dense":
        return this.#dense(job);
      case "expected":
        return this.#expected(job);
    }
  }

  #spectral({ problem, sampled, state, member, span, limit }: SpectralJob): Segment {
    const y = state.slice();
    const d = sampled.eigenvalues.length;
    let diverged = Infinity;
    const losses = eachPart(span, (first, count, gamma) => {
      if (diverged < Infinity) return [Infinity];
      const { eigenvalues } = sampled;
      const steps = { seed: problem.seed, first, count, batch: span.batch, gamma, limit, member, eigenvalues };
      const done = this.#kernels.spectralSteps(y, steps);
      if (done < count) {
        diverged = first + done;
        return [Infinity];
      }
      let loss = sampled.floor;
      for (let i = 0; i < d; i++) loss += y[i]! * y[i]!;
      return [loss];
    });
    return { state: y, losses: losses[0]!, diverged: Float64Array.of(diverged) };
  }

  #dense(job: DenseJob): Segment {
    const { problem, member, members, apart, distribution, noise, span, limit } = job;
    const { roots, strips } = this.#embed(problem);
    const theta = job.state.slice();
    const diverged = new Float64Array(members).fill(Infinity);
    const losses = eachPart(span, (first, count, gamma) => {
      const common = { seed: problem.seed, first, count, batch: span.batch, gamma, limit };
      const run = { ...common, member, members, apart, distribution, noise };
      this.#kernels.denseSteps(theta, strips, roots, run).forEach((done, q) => {
        if (done < count) diverged[q] = Math.min(diverged[q]!, first + done);
      });
      return this.#kernels
        .denseLoss(theta, strips, roots, members)
        .map((loss, q) => (diverged[q]! < Infinity ? Infinity : loss));
    });
    return { state: theta, losses: concatenate(losses), diverged };
  }

  #embed(problem: Problem): { roots: Roots; strips: Float64Array } {
    const { spectrum, v, d, seed, draw } = problem;
    const key = JSON.stringify([spectrum, v, d, seed, draw]);
    if (this.#embedding?.key !== key)
      this.#embedding = {
        key,
        roots: rootsOf(this.#kernels, spectrum, v),
        strips: this.#kernels.embedding(v, { seed, draw, d }),
      };
    return this.#embedding;
  }

  #expected({ sampled, state, noise, span }: ExpectedJob): Segment {
    const { eigenvalues, energies, floor } = sampled;
    const none = new Float64Array(eigenvalues.length);
    const nodes = {
      z: { re: eigenvalues, im: none },
      forcing: { re: energies, im: none },
      source: { re: eigenvalues.map((x) => x * x), im: none },
      rest: floor,
    };
    const rho = { re: state.slice(), im: none.slice() };
    const losses = eachPart(span, (_, count, gamma) => {
      const drive = {
        gamma: typeof gamma === "number" ? new Float64Array(count).fill(gamma) : gamma,
        batch: new Float64Array(count).fill(span.batch),
        noise: noise * noise,
      };
      this.#kernels.stepModes(nodes, rho, drive);
      const loss = rho.re.reduce((sum, x) => sum + x, floor);
      return [Number.isNaN(loss) ? Infinity : loss];
    });
    return { state: rho.re, losses: losses[0]!, diverged: Float64Array.of(Infinity) };
  }
}

/** The most steps a kernel is given at once. */
const MOST = 1 << 16;

/**
 * Runs a span from record to record: `part` does steps first … first+count−1 and returns each member's loss after them.
 * Returns each member's losses.
 */
function eachPart(
  { first, count, record, gamma }: Span,
  part: (first: number, count: number, gamma: number | Float64Array) => ArrayLike<number>,
): Float64Array[] {
  const losses: Float64Array[] = [];
  const end = first + count;
  let at = first;
  const advance = (to: number) => {
    const some = typeof gamma === "number" ? gamma : gamma.subarray(at - first, to - first);
    const result = part(at, to - at, some);
    at = to;
    return result;
  };
  [...record, end].forEach((to, i) => {
    while (to - at > MOST) advance(at + MOST);
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

function concatenate(arrays: readonly Float64Array[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => [...array]));
}
