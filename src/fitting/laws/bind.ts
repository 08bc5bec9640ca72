// A law on a table of runs: its columns found, what they make worked out once, its tape ready to run over all rows.

import { defaultKernels } from "../../kernels/default.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { tapeKernelsOf } from "../../kernels/laws/of.ts";
import { log } from "../../math/elementary.ts";
import { plain as bare } from "../columns.ts";
import { type Runs, select } from "../runs.ts";
import { call, type Tree } from "./formula.ts";
import { COMMON, type ScalingLaw } from "./law.ts";
import type { Measured, Model } from "./minimise.ts";
import { compile, evaluate } from "./tape.ts";

export interface Bound extends Model, Measured {
  readonly law: ScalingLaw;
  readonly n: number;
  /** The column that the law gives. */
  readonly target: Float64Array;
  /** L̂ itself, where `run` gives its logarithm. */
  readonly plain: Model["run"];
  /** The law's inputs, row by row. */
  readonly inputs: Readonly<Record<string, Float64Array>>;
  /** Why the law has no value, where it has none at any start. */
  readonly failure: () => string;
  /** Every so many rows of it. */
  readonly some: (every: number) => Bound;
}

const columnsOf = (law: ScalingLaw, name: string) => law.inputs.find((input) => input.name === name)?.columns;

/** A column of runs by its name in a law; undefined where there is none. */
export function columnOf(runs: Runs, law: ScalingLaw, name: string): Float64Array | undefined {
  if (COMMON.includes(name)) return runs[name as "N"];
  const names = (name === law.target ? law.targetColumns : columnsOf(law, name)) ?? [name];
  const known = Object.keys(runs.more ?? {});
  for (const one of names) {
    const found = known.find((other) => other === one) ?? known.find((other) => bare(other) === bare(one));
    if (found !== undefined) return runs.more![found];
  }
  return undefined;
}

/** The first input of a law that runs do not have. */
export const missingInput = (runs: Runs, law: ScalingLaw): string | undefined =>
  [law.target, ...law.inputs.map(({ name }) => name)].find((name) => columnOf(runs, law, name) === undefined);

export interface BindOptions {
  /** Default 1. */
  readonly weights?: Float64Array | undefined;
  /** Default "log". */
  readonly scale?: "log" | "linear" | undefined;
  /** Default: the WebAssembly core. */
  readonly kernels?: Kernels | undefined;
}

/**
 * @throws RangeError naming the column that is missing, or the row where it has no value
 */
export function bind(
  law: ScalingLaw,
  runs: Runs,
  { weights, scale = "log", kernels = defaultKernels() }: BindOptions = {},
): Bound {
  const missing = missingInput(runs, law);
  if (missing !== undefined) {
    const names = missing === law.target ? law.targetColumns : columnsOf(law, missing);
    throw new RangeError(`the law ${law.name} needs a column of ${names ? names.join(" or ") : missing}`);
  }
  const inputs = Object.fromEntries(law.inputs.map(({ name }) => [name, columnOf(runs, law, name)!]));
  const n = runs.n;
  const target = columnOf(runs, law, law.target)!;
  const prepare = (tree: Tree): Model["run"] => {
    const { tape, columns } = compile(tree, law.parameters);
    const values = new Float64Array(columns.length * n);
    columns.forEach((tree, j) => {
      for (let i = 0; i < n; i++) {
        const value = evaluate(tree, (name) => inputs[name]![i]!);
        if (!Number.isFinite(value)) throw new RangeError(noValue(law, inputs, i, runs.row[i]!));
        values[j * n + i] = value;
      }
    });
    // a tape reads at least one column, so that it knows its rows
    const rows = columns.length > 0 ? values : new Float64Array(n);
    const whole = columns.length > 0 ? { ...tape, columns: columns.length } : { ...shifted(tape), columns: 1 };
    const { runTape } = tapeKernelsOf(kernels);
    return (p, derivatives) => runTape(whole, rows, p, derivatives);
  };
  const plain = prepare(law.tree);
  return {
    ...{
      law,
      n,
      inputs,
      target,
      plain,
      parameters: law.parameters,
      bounds: law.parameters.map((name) => law.bounds[name]!),
    },
    measured: scale === "log" ? target.map(log) : target,
    weights: weights ?? new Float64Array(n).fill(1),
    run: scale === "log" ? prepare(call("log", law.tree)) : plain,
    failure: () => {
      const { values } = plain(new Float64Array(law.parameters.length).fill(1), false);
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) return noValue(law, inputs, at, runs.row[at]!);
      return `the law ${law.name} has no value above 0 at any of its starts, as logarithms need: --residuals linear takes any`;
    },
    some: (every) =>
      bind(
        law,
        select(runs, (i) => i % every === 0),
        { scale, kernels, ...(weights && { weights: weights.filter((_, i) => i % every === 0) }) },
      ),
  };
}

/** The same tape with a column before its slots. */
const shifted = <T extends { readonly code: Int32Array }>(tape: T): T => ({
  ...tape,
  code: tape.code.map((slot, i) => (i % 3 === 0 ? slot : slot + 1)),
});

function noValue(law: ScalingLaw, inputs: Readonly<Record<string, Float64Array>>, i: number, row: number): string {
  const at = Object.entries(inputs).map(([name, column]) => `${name} = ${column[i]}`);
  return `the law ${law.name} has no value at row ${row}, where ${at.join(", ")}`;
}
