// Where the search for a law's minimum begins. Parameters in which it is linear are projected out: at any values of the others they
// are a least squares problem, solved as it stands (Golub & Pereyra 1973), non-negative where their range says so. The others are
// drawn evenly by an additive recurrence in the golden ratio of their dimension (Roberts 2018), each over a range that its place in
// the formula tells: a factor so that its term is near 1, an offset of a column over the column, any other as an exponent.

import { solveDense } from "../../math/dense.ts";
import { exp, log, pow } from "../../math/elementary.ts";
import type { Bound } from "./bind.ts";
import type { Tree } from "./formula.ts";
import { type ScalingLaw, termOf } from "./law.ts";
import type { Rho } from "./losses.ts";
import { objectiveAt } from "./minimise.ts";
import { evaluate, linearIn } from "./tape.ts";

/** The best of `draws` starts, best first. */
export function startsOf(bound: Bound, rho: Rho, draws: number, most: number): Float64Array[] {
  const { law, parameters } = bound;
  const linear = linearIn(law.tree, parameters);
  const others = parameters.filter((name) => !linear.includes(name));
  const place = placed(bound, others);
  const project = projection(bound, linear);
  const found: { p: Float64Array; objective: number }[] = [];
  const golden = plastic(others.length);
  for (let draw = 0; draw < (others.length === 0 ? 1 : draws); draw++) {
    const unit = others.map((_, j) => (0.5 + (draw + 1) * golden[j]!) % 1);
    const p = project(place(unit));
    const objective = p ? objectiveAt(bound, bound, rho, p) : Infinity;
    if (objective < Infinity) found.push({ p: p!, objective });
  }
  return found
    .sort((a, b) => a.objective - b.objective)
    .slice(0, most)
    .map(({ p }) => p);
}

/** φ^−j with φ^{d+1} = φ + 1. */
function plastic(dimension: number): number[] {
  let phi = 1.5;
  for (let i = 0; i < 60; i++) phi = pow(1 + phi, 1 / (dimension + 1));
  return Array.from({ length: dimension }, (_, j) => pow(phi, -(j + 1)) % 1);
}

/** Parameters from numbers in (0, 1), one for each of `others`; the linear ones are 1. */
function placed(
  { law, parameters, inputs, n }: Bound,
  others: readonly string[],
): (unit: readonly number[]) => Float64Array {
  // a typical row: geometric means where they exist
  const typical = Object.fromEntries(
    Object.entries(inputs).map(([name, column]) => [
      name,
      column.every((v) => v > 0)
        ? exp(column.reduce((sum, v) => sum + log(v), 0) / n)
        : column.reduce((sum, v) => sum + v, 0) / n,
    ]),
  );
  const plans = others.map((name): Plan => {
    const range = law.ranges[name];
    if (range) return { kind: range[0] > 0 ? "ratio" : "even", range };
    const offset = offsetOf(law, name, inputs, n);
    if (offset) return { kind: "even", range: offset };
    const term = termOf(law.tree, name);
    if (term) return { kind: "term", ...term };
    return { kind: law.bounds[name]![0] >= 0 ? "ratio" : "exponent", range: [0.03, 2] };
  });
  return (unit) => {
    const at: Record<string, number> = Object.fromEntries(parameters.map((name) => [name, 1]));
    // exponents first: a factor is made to suit them
    for (const pass of ["other", "term"])
      others.forEach((name, j) => {
        const plan = plans[j]!;
        if ((plan.kind === "term") !== (pass === "term")) return;
        const [low, high] = law.bounds[name]!;
        const u = unit[j]!;
        let value: number;
        if (plan.kind === "term") {
          // both signs where both are allowed
          const sign = low < 0 && u > 0.5 ? -1 : 1;
          const share = low < 0 ? (2 * u) % 1 : u;
          at[name] = 1;
          const term = evaluate(plan.term, (other) => at[other] ?? typical[other]!);
          const wanted = pow(10, 3 * share - 2);
          value = Math.abs(plan.divides ? term / wanted : wanted / term);
          value *= sign;
        } else if (plan.kind === "even") value = plan.range[0] + u * (plan.range[1] - plan.range[0]);
        else if (plan.kind === "ratio") value = plan.range[0] * pow(plan.range[1] / plan.range[0], u);
        else value = (u < 0.75 ? 1 : -1) * plan.range[0] * pow(plan.range[1] / plan.range[0], (u % 0.75) / 0.75);
        at[name] = Math.max(low, Math.min(high, Number.isFinite(value) ? value : 1));
      });
    return Float64Array.from(parameters, (name) => at[name]!);
  };
}

type Plan =
  | { readonly kind: "even" | "ratio" | "exponent"; readonly range: readonly [number, number] }
  | { readonly kind: "term"; readonly term: Tree; readonly divides: boolean };

/** The range of what a parameter is added to or taken from, where that holds columns alone. */
function offsetOf(
  { tree, parameters }: ScalingLaw,
  name: string,
  inputs: Readonly<Record<string, Float64Array>>,
  n: number,
): [number, number] | undefined {
  let range: [number, number] | undefined;
  const visit = (part: Tree): void => {
    if (part.kind !== "call") return;
    const [x, y] = part.of as [Tree, Tree];
    if (part.operation === "+" || part.operation === "-")
      for (const [one, other] of [
        [x, y],
        [y, x],
      ] as const)
        if (one.kind === "name" && one.name === name && !holds(other, parameters) && other.kind !== "number") {
          const values = Array.from({ length: n }, (_, i) => evaluate(other, (column) => inputs[column]![i]!));
          const sign = part.operation === "+" ? -1 : 1;
          const ends = [Math.min(...values) * sign, Math.max(...values) * sign];
          range = [Math.min(...ends), Math.max(...ends)];
        }
    part.of.forEach(visit);
  };
  visit(tree);
  return range;
}

const holds = (tree: Tree, names: readonly string[]): boolean =>
  tree.kind === "name" ? names.includes(tree.name) : tree.kind === "call" && tree.of.some((part) => holds(part, names));

/** Sets the linear parameters to the least squares of L̂/L − 1; undefined where the law has no value. */
function projection(bound: Bound, linear: readonly string[]): (p: Float64Array) => Float64Array | undefined {
  const { target, weights, parameters, bounds, n } = bound;
  const at = linear.map((name) => parameters.indexOf(name));
  const free = at.map((j) => bounds[j]![0] < 0);
  const scale = target.map((l, i) => Math.sqrt(weights[i]!) / l);
  return (p) => {
    if (at.length === 0) return p;
    const { values, jacobian } = bound.plain(p, true);
    const columns = at.map((j) => scale.map((s, i) => s * jacobian[j * n + i]!));
    const rest = scale.map((s, i) => s * (target[i]! - values[i]!));
    at.forEach((j, m) => {
      for (let i = 0; i < n; i++) rest[i]! += p[j]! * columns[m]![i]!;
    });
    const c = nonNegative(columns, rest, free);
    if (!c) return undefined;
    const made = p.slice();
    at.forEach((j, m) => {
      // a term that is off starts small, so that it can come back
      const size = Math.sqrt(dot(columns[m]!, columns[m]!) / n) || 1;
      made[j] = free[m] ? c[m]! : Math.max(c[m]!, 1e-3 / size);
    });
    return made;
  };
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Least squares of Σ c_m f_m = y with c ≥ 0 but for those that are free: the most negative is dropped until none is left. */
function nonNegative(f: readonly Float64Array[], y: Float64Array, free: readonly boolean[]): Float64Array | undefined {
  const c = new Float64Array(f.length);
  // a coefficient of nothing stays 0
  let kept = f.map((_, m) => m).filter((m) => f[m]!.some((v) => v !== 0));
  while (kept.length > 0) {
    const k = kept.length;
    const gram = Float64Array.from({ length: k * k }, (_, at) => dot(f[kept[Math.floor(at / k)]!]!, f[kept[at % k]!]!));
    for (let j = 0; j < k; j++) gram[j * k + j]! *= 1 + 1e-12;
    const right = Float64Array.from(kept, (m) => dot(f[m]!, y));
    solveDense(gram, right, k, 1);
    if (!right.every(Number.isFinite)) return undefined;
    const worst = kept.reduce(
      (least, m, j) => (!free[m] && right[j]! < (least < 0 ? 0 : right[least]!) ? j : least),
      -1,
    );
    if (worst < 0) {
      kept.forEach((m, j) => {
        c[m] = right[j]!;
      });
      return c;
    }
    kept = kept.filter((_, j) => j !== worst);
  }
  return c;
}
