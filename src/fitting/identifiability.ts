// Whether the runs can tell α from β at all, to be asked before either is printed (docs/theory.md, §10.4). The design alone says
// much: where D is a function of N — a fixed number of tokens per parameter, say — A N^−α and B D^−β are two powers of one
// variable, and only their sum is seen.

import { PARAMETERS } from "../kernels/huber/kernels.ts";
import { exp, log, pow } from "../math/elementary.ts";
import { percent } from "../numbers.ts";
import { standardErrors } from "./inference.ts";
import type { ParametricFit } from "./parametric.ts";
import type { Runs } from "./runs.ts";

export interface Identifiability {
  /** Whether α and β can be told apart. */
  readonly identifiable: boolean;
  /** Why not; null where they can. */
  readonly reason: string | null;
  /** Whether D is a function of N: the runs lie along one line, and so does all they can say. */
  readonly line: boolean;
  /** What to be careful about. */
  readonly warnings: readonly string[];
  /** Standard deviation of log D about its straight line in log N, and of log N about its in log D: the smaller. */
  readonly spread: number;
  /** Different (N, D). */
  readonly points: number;
}

/** Below this, D is a function of N to within rounding and bookkeeping. */
const FUNCTION = 0.03;
/** Below this, α and β are told apart only by how little D strays from a power of N. */
const NARROW = 0.3;

/** What the design says, before any fit. */
export function identifiability(runs: Runs): Identifiability {
  // numbers as keys: strings would take seconds for a million rows
  const seen = new Map<number, Set<number>>();
  runs.N.forEach((N, i) => {
    seen.set(N, (seen.get(N) ?? new Set()).add(runs.D[i]!));
  });
  const points = [...seen.values()].reduce((sum, { size }) => sum + size, 0);
  const x = runs.N.map(log);
  const y = runs.D.map(log);
  const { xx, yy, xy } = moments(x, y);
  const determinant = Math.max(0, xx * yy - xy * xy);
  const spread = Math.sqrt(Math.min(xx > 0 ? determinant / xx : 0, yy > 0 ? determinant / yy : 0));
  const ratio = x.map((u, i) => y[i]! - u);
  const [least, most] = range(ratio);
  const reason =
    points <= PARAMETERS
      ? `${points} different (N, D) cannot determine 5 parameters: at least 6 are needed`
      : most - least < 3 * FUNCTION
        ? `every run has D/N ≈ ${exp((least + most) / 2).toPrecision(3)}: α and β are not identifiable from a fixed D/N ratio; ` +
          "vary D at fixed N, or N at fixed D"
        : xx < FUNCTION * FUNCTION
          ? "all runs have the same N: α is not identifiable; vary N"
          : yy < FUNCTION * FUNCTION
            ? "all runs have the same D: β is not identifiable; vary D"
            : spread < FUNCTION
              ? "D is a function of N in these runs: α and β are not identifiable; vary D at fixed N"
              : null;
  const warnings =
    reason === null && spread < NARROW
      ? [`D nearly follows N (a power of it, scattered by ${percent(spread, 0)}): α and β are told apart weakly`]
      : [];
  return { identifiable: reason === null, reason, line: spread < FUNCTION, warnings, spread, points };
}

/** What the fit adds: exponents that the data leave open, terms that vanish. */
export function checkFit(runs: Runs, fit: ParametricFit, design: Identifiability): Identifiability {
  if (!design.identifiable) return design;
  const warnings = [...design.warnings];
  const share = (term: Float64Array) => term.reduce((sum, t, i) => sum + t / runs.loss[i]!, 0) / runs.n;
  if (fit.E < 1e-3 * range(runs.loss)[0]) warnings.push("E ran to 0: these runs do not show an irreducible loss");
  const lost = [
    share(runs.N.map((N) => fit.A * pow(N, -fit.alpha))) < 1e-4 && "A N^−α",
    share(runs.D.map((D) => fit.B * pow(D, -fit.beta))) < 1e-4 && "B D^−β",
  ].find(Boolean);
  const errors = standardErrors(fit, runs, fit.residuals, fit.delta);
  // an exponent known to no better than its own size is not known
  const open = [errors.alpha > Math.abs(fit.alpha) && "α", errors.beta > Math.abs(fit.beta) && "β"].filter(Boolean);
  const reason = lost
    ? `the term ${lost} vanishes in the best fit: its exponent is not identifiable from these runs`
    : open.length > 0
      ? `the runs leave ${open.join(" and ")} open (standard error above its value): vary N and D more widely, and apart`
      : null;
  for (const [name, value, error] of [
    ["α", fit.alpha, errors.alpha],
    ["β", fit.beta, errors.beta],
  ] as const)
    if (reason === null && error > 0.25 * Math.abs(value))
      warnings.push(`${name} is known to ±${((100 * error) / Math.abs(value)).toFixed(0)} % only`);
  if (!fit.stats.converged)
    warnings.push(`the fit did not converge: gradient ${fit.stats.slope.toExponential(1)} left`);
  return { ...design, identifiable: reason === null, reason, warnings };
}

function moments(x: Float64Array, y: Float64Array) {
  const n = x.length;
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += pow(x[i]! - mx, 2) / n;
    yy += pow(y[i]! - my, 2) / n;
    xy += ((x[i]! - mx) * (y[i]! - my)) / n;
  }
  return { xx, yy, xy };
}

/** Least and largest, for arrays too long to spread. */
function range(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}
