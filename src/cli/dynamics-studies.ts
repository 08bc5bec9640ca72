// The numbers behind the panels of isoflop dynamics.

import type { DynamicsFigureData } from "../figures/index.ts";
import {
  computeOptimal,
  type DynamicsCurve,
  type DynamicsProblem,
  type DynamicsSimulation,
  dynamics,
  dynamicsExponents,
  fitPowerLaw,
  logspace,
} from "../index.ts";
import { brief } from "../numbers.ts";

export const STUDIES = ["loss", "gap", "sizes", "width", "optimal", "ensembles"] as const;
export type Study = (typeof STUDIES)[number];

export interface StudyOptions {
  readonly show: readonly Study[];
  /** Without N and P. */
  readonly problem: DynamicsProblem;
  readonly sizes: readonly { readonly N: number; readonly P: number }[];
  readonly times: Float64Array;
  /** The curves of all sizes at other times. */
  readonly solve: (times: Float64Array) => DynamicsCurve[];
  readonly exponents: { readonly a: number; readonly b: number };
  /** Finite networks at each size, at `times`. */
  readonly networks?: readonly DynamicsSimulation[] | undefined;
  readonly onProgress: (fraction: number) => void;
}

type Studies = Omit<DynamicsFigureData, "setting" | "time" | "table">;

export function studies(options: StudyOptions): Studies {
  const { show, problem, sizes, exponents } = options;
  const { a, b } = exponents;
  const known = a > 1 && b > 1 ? dynamicsExponents({ a, b, sgd: problem.rule?.kind === "sgd" }) : undefined;
  // budgets are spent on N and t: data are limited where one P was asked for
  const limited = new Set(sizes.map(({ P }) => P)).size === 1 ? { ...problem, P: sizes[0]!.P } : problem;
  const make: { readonly [name in Study]: () => Studies } = {
    loss: () => ({ loss: losses(options) }),
    gap: () => ({ gap: gaps(options, known?.gap) }),
    sizes: () => ({ sizes: floors(problem, known) }),
    width: () => ({ width: convergence(problem, options.times) }),
    optimal: () => ({ optimal: optimum(limited, known?.optimal) }),
    ensembles: () => ({ ensembles: ensembles(limited) }),
  };
  return Object.assign(
    {},
    ...show.map((name, i) => {
      options.onProgress(i / show.length);
      return make[name]();
    }),
  );
}

/** As smooth as it is, however few times were asked for. */
function fine(times: Float64Array, whole: boolean): Float64Array {
  const last = times.at(-1)!;
  const first = times.find((t) => t > 0) ?? 1;
  const all = logspace(Math.min(first, last / 10), last, 160);
  return whole ? Float64Array.from(new Set(all.map(Math.round).filter((t) => t > 0))) : all;
}

const discrete = ({ rule }: DynamicsProblem) => rule !== undefined && rule.kind !== "gradient-flow";

function label({ N, P }: { readonly N: number; readonly P: number }): string {
  return `N = ${brief(N)}, P = ${brief(P)}`;
}

function losses({ times, solve, problem, sizes, networks }: StudyOptions): NonNullable<Studies["loss"]> {
  const at = fine(times, discrete(problem));
  const curves = solve(at).map(({ test, train }, i) => ({ label: label(sizes[i]!), test, train }));
  const infinite = problem.rule?.kind === "sgd" ? undefined : dynamics(problem, { times: at }).test;
  const simulated = networks?.map(({ times, draws, test, train }) => ({ times, draws, test, train }));
  return { times: at, curves, infinite, simulated };
}

function gaps({ times, solve, problem, sizes }: StudyOptions, exponent?: number): NonNullable<Studies["gap"]> {
  const finite = sizes.flatMap(({ P }, i) => (P < Infinity ? [i] : []));
  const at = fine(times, discrete(problem));
  const solved = solve(at);
  const curves = finite.map((i) => ({
    label: label(sizes[i]!),
    gap: solved[i]!.test.map((L, t) => L - solved[i]!.train[t]!),
  }));
  return { times: at, curves, exponent: (problem.noise ?? 0) > 0 ? undefined : exponent };
}

/** Sizes that a spectrum has room for. */
function sizesFor(problem: DynamicsProblem, most: number): Float64Array {
  const modes =
    problem.spectrum.kind === "measured" ? problem.spectrum.eigenvalues.length : (problem.modes ?? Infinity);
  return logspace(10, Math.max(20, Math.min(most, modes / 4)), 16);
}

function floors(problem: DynamicsProblem, known?: ReturnType<typeof dynamicsExponents>): NonNullable<Studies["sizes"]> {
  const sizes = sizesFor(problem, 1e5);
  const quiet = { ...problem, noise: 0 };
  const late = sizes.slice(Math.floor(sizes.length / 2));
  const at = (size: { N?: number; P?: number }) => dynamics({ ...quiet, ...size }, { times: [1] }).limit.test;
  const features = sizes.map((N) => at({ N }));
  const data = problem.rule?.kind === "sgd" ? undefined : sizes.map((P) => at({ P }));
  const slope = (values: Float64Array) => fitPowerLaw(late, values.slice(-late.length)).exponent.value;
  const differs = known && Math.abs(known.features - known.featuresPublished) > 1e-9;
  return {
    sizes,
    features,
    fit: slope(features),
    ...(data && { data: { loss: data, fit: slope(data) } }),
    published: differs ? known.featuresPublished : undefined,
  };
}

function convergence(problem: DynamicsProblem, times: Float64Array): NonNullable<Studies["width"]> {
  const sizes = sizesFor(problem, 1e4);
  const last = times.at(-1)!;
  // early ones, where the distance is 1/N, to late ones
  const chosen = last > 100 ? logspace(1, last / 100, 3) : Float64Array.of(last);
  const at = Float64Array.from(chosen, (t) => (discrete(problem) ? Math.max(1, Math.round(t)) : t));
  const loss = (N: number) => dynamics({ ...problem, N }, { times: at, accuracy: "reference" });
  const infinite = loss(Infinity);
  const solved = Array.from(sizes, loss);
  const late = Float64Array.from(solved, ({ limit }) => limit.test - infinite.limit.test);
  const half = Math.floor(sizes.length / 2);
  return {
    sizes,
    curves: Array.from(at, (t, i) => ({
      label: `t = ${brief(t, 2)}`,
      difference: Float64Array.from(solved, ({ test }) => test[i]! - infinite.test[i]!),
    })),
    late,
    lateExponent: fitPowerLaw(sizes.slice(half), late.slice(half)).exponent.value,
  };
}

function optimum(
  problem: DynamicsProblem,
  known?: { loss: number; lossPublished: number },
): NonNullable<Studies["optimal"]> {
  const compute = logspace(1e2, 1e8, 25);
  const { loss, N, fit } = computeOptimal(problem, { compute });
  const noise = problem.noise ?? 0;
  const sizes = logspace(N[0]!, N.at(-1)!, 6);
  const curves = Array.from(sizes, (size) => {
    const all = compute.map((C) => C / size).map((t) => (discrete(problem) ? Math.round(t) : t));
    const from = all.findIndex((t, i) => t >= 1 && (i === 0 || t > all[i - 1]!));
    const times = Float64Array.from(new Set(all.slice(from)));
    const { test } = dynamics({ ...problem, N: size }, { times });
    return {
      label: `N = ${brief(size, 2)}`,
      compute: times.map((t) => t * size),
      loss: test.map((L) => L - noise),
    };
  });
  const P = problem.P ?? Infinity;
  const clean = noise === 0 && P === Infinity;
  const differs = known && Math.abs(known.loss - known.lossPublished) > 1e-9;
  return {
    compute,
    ...(P < Infinity && { samples: brief(P) }),
    loss: loss.map((L) => L - noise),
    curves,
    fit: fit?.loss.exponent.value,
    predicted: clean ? known?.loss : undefined,
    published: clean && differs ? known.lossPublished : undefined,
  };
}

function ensembles(problem: DynamicsProblem): NonNullable<Studies["ensembles"]> {
  const compute = logspace(1e3, 1e7, 13);
  const noise = problem.noise ?? 0;
  const best = (students: number) => computeOptimal(problem, { compute, students }).loss.map((L) => L - noise);
  const one = best(1);
  return {
    compute,
    curves: [1, 2, 4, 8].map((students) => {
      const many = students === 1 ? one : best(students);
      return { students, ratio: many.map((L, i) => L / one[i]!) };
    }),
  };
}
