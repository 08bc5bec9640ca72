// What a cell can compute: each kind of job is a pure function of its parameters and, where it is random, of a seed.
// The tables of parameters make the plan's JSON Schema and its defaults, those of results the columns of an export.

import { defaultKernels } from "../kernels/default.ts";
import { complexArray } from "../kernels/resolvent.ts";
import { modesOf } from "../theory/modes.ts";
import { powerLaw } from "../theory/spectrum.ts";

/** What a plan may give a parameter; null where it is left open. */
export type Value = number | string | null | readonly number[];
export type Parameters = Readonly<Record<string, Value>>;

export interface Parameter {
  /** "numbers" is a list of them, in a plan also a lin or log range. */
  readonly type: "number" | "integer" | "text" | "numbers";
  readonly about: string;
  /** Left out of `fixed` and `axes` it has this value; without a default it must be given. */
  readonly default?: Value;
  /** At least this. */
  readonly least?: number;
  /** More than this. */
  readonly above?: number;
  readonly most?: number;
  /** A text must be one of these. */
  readonly choices?: readonly string[];
}

/** NaN and ±Infinity are results too. */
export type Scalar = number | string | boolean | null;

export interface JobResult {
  readonly results: Readonly<Record<string, Scalar>>;
  /** How the computation went: converged, iterations, residual… */
  readonly stats?: Readonly<Record<string, Scalar>>;
  readonly curves?: Readonly<Record<string, Float64Array>>;
}

export type Column = "number" | "text" | "boolean";

export interface JobKind {
  readonly name: string;
  readonly about: string;
  /** Raised when the same parameters give other results: part of a cell's key. */
  readonly revision: number;
  /** Whether it draws random numbers; then a plan may have seeds. */
  readonly seeded: boolean;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly results: Readonly<Record<string, Column>>;
  readonly stats: Readonly<Record<string, Column>>;
  readonly curves: readonly string[];
  /** Bytes a cell holds at its largest, beyond a thread's own. */
  memory(parameters: Parameters): number;
  run(parameters: Parameters, seed: number): JobResult | Promise<JobResult>;
}

const number = (p: Parameters, name: string): number => p[name] as number;

const spectrumParameters = {
  alpha: { type: "number", about: "data complexity α: λ_j = j^(−2α)", above: 0 },
  beta: { type: "number", about: "target complexity β: b_j = j^(−β)" },
} as const satisfies Record<string, Parameter>;

/** A cell of known cost, size and outcome: what it takes to try a plan, a cluster or a retry before the real thing. */
const rehearsal: JobKind = {
  name: "rehearsal",
  about: "cells of known cost, memory and outcome, to try out a machine or a cluster",
  revision: 1,
  seeded: true,
  parameters: {
    ...spectrumParameters,
    v: { type: "integer", about: "data modes", default: 1000, least: 1 },
    repeats: { type: "integer", about: "how often the curve is computed", default: 1, least: 1 },
    megabytes: { type: "number", about: "memory held meanwhile", default: 0, least: 0 },
    outcome: { type: "text", about: "how it ends", default: "result", choices: ["result", "error", "crash"] },
    label: { type: "text", about: "any text", default: "" },
  },
  results: { sum: "number", last: "number", echo: "text" },
  stats: { converged: "boolean" },
  curves: ["kappa", "D"],
  memory: (p) => 1e6 * number(p, "megabytes"),
  run(p, seed) {
    const held = new Uint8Array(1e6 * number(p, "megabytes")).fill(1);
    if (p.outcome === "error")
      throw new RangeError(`this rehearsal was told to fail (label ${JSON.stringify(p.label)})`);
    if (p.outcome === "crash") process.exit(70);
    const modes = modesOf(powerLaw({ alpha: number(p, "alpha"), beta: number(p, "beta") }), number(p, "v"));
    const kappa = complexArray(16);
    kappa.re.forEach((_, i) => {
      kappa.re[i] = 10 ** (-i / 4) * (1 + seed / 1024);
    });
    let D = kappa.re;
    for (let i = 0; i < number(p, "repeats"); i++) D = defaultKernels().modeSums(modes, kappa).D.re;
    return {
      results: { sum: D.reduce((sum, x) => sum + x, 0), last: D.at(-1)!, echo: p.label as string },
      stats: { converged: held.every((x) => x === 1) },
      curves: { kappa: kappa.re, D },
    };
  },
};

export const jobs: ReadonlyMap<string, JobKind> = new Map([rehearsal].map((kind) => [kind.name, kind]));
