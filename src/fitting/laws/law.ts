// A law as a value: a formula L(columns; parameters), with units, bounds, where to start, and its source. Gradients come from the
// formula's tape; a new law is a file with its formula and a line in list.ts.

import { pow } from "../../math/elementary.ts";
import { namesIn, parseFormula, type Tree } from "./formula.ts";
import { evaluate, linearIn } from "./tape.ts";

export interface Input {
  /** As the formula names it. */
  readonly name: string;
  readonly unit: string;
  /** Names of the table's column that holds it, where it is none of N, D, C and loss. */
  readonly columns?: readonly string[];
}

export interface ScalingLaw {
  readonly name: string;
  /** The formula, as people write it. */
  readonly form: string;
  readonly source: string;
  /** What it gives. */
  readonly target: string;
  /** Names of the table's column that holds that, where it is not the loss. */
  readonly targetColumns?: readonly string[];
  readonly tree: Tree;
  readonly inputs: readonly Input[];
  /** In the order of their first use, or as stated. */
  readonly parameters: readonly string[];
  /** Ends of a parameter's range: [0, ∞] where not stated for a law of the list, or linear; [−∞, ∞] for others of a formula. */
  readonly bounds: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Where a parameter's starts are drawn, where its place in the formula does not say. */
  readonly ranges: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** The size of least loss at N·D = product, in closed form where there is one. */
  readonly optimum?: (parameters: Readonly<Record<string, number>>, product: number) => number;
}

/** What a law's file states. */
export interface Statement extends Pick<ScalingLaw, "name" | "source" | "optimum" | "targetColumns"> {
  readonly formula: string;
  /** What is shown in its place. */
  readonly form?: string;
  /** Its parameters, in the order they are told. */
  readonly parameters: readonly string[];
  /** Default N and D. */
  readonly inputs?: readonly Input[];
  readonly target?: string;
  readonly bounds?: ScalingLaw["bounds"];
  readonly ranges?: ScalingLaw["ranges"];
}

const ND: readonly Input[] = [
  { name: "N", unit: "parameters" },
  { name: "D", unit: "tokens" },
];

/** Columns that every table of runs has. */
export const COMMON: readonly string[] = ["N", "D", "C", "loss"];

/** A law of the list. */
export function law(statement: Statement): ScalingLaw {
  const { formula, form = greek(formula), inputs = ND, target = "loss", bounds = {}, ranges = {}, ...rest } = statement;
  const { tree } = parseFormula(formula);
  return {
    ...rest,
    ...{ tree, inputs, target, ranges, form },
    bounds: Object.fromEntries(rest.parameters.map((name) => [name, bounds[name] ?? ([0, Infinity] as const)])),
  };
}

/**
 * A law from a formula. What it names is a column where the table has one so named, else a parameter.
 * @param columns - of the table
 * @throws RangeError: what stands before = is no column, or is used after it; no parameter, or more than 24
 */
export function lawFrom(text: string, columns: readonly string[]): ScalingLaw {
  const { tree, target = "loss" } = parseFormula(text);
  const have = new Set([...COMMON, ...columns]);
  if (!have.has(target))
    throw new RangeError(`the formula gives ${JSON.stringify(target)}, which is no column: ${[...have].join(", ")}`);
  const names = [...namesIn(tree)];
  if (names.includes(target))
    throw new RangeError(`the formula of ${JSON.stringify(target)} must not use ${JSON.stringify(target)} itself`);
  const parameters = names.filter((name) => !have.has(name));
  const inputs = names.filter((name) => have.has(name));
  if (parameters.length === 0) throw new RangeError(`the formula ${JSON.stringify(text)} has no parameter to fit`);
  if (parameters.length > 24) throw new RangeError(`a formula has at most 24 parameters, got ${parameters.length}`);
  const positive = new Set([...linearIn(tree, parameters), ...parameters.filter((name) => scales(tree, name))]);
  return {
    ...{ name: "formula", form: greek(text.replace(/^[^=]*=\s*/, "")), source: "as given", target, tree, parameters },
    inputs: inputs.map((name) => ({ name, unit: "as in the table", columns: [name] })),
    bounds: Object.fromEntries(
      parameters.map((name) => [name, positive.has(name) ? [0, Infinity] : [-Infinity, Infinity]]),
    ),
    ranges: {},
  };
}

/** The size of least A N^−α + B D^−β at N·D = k: N = (αA k^β/(βB))^{1/(α+β)}. */
export const bestOfTwo = (A: number, B: number, alpha: number, beta: number, product: number): number =>
  pow(((alpha * A) / (beta * B)) * pow(product, beta), 1 / (alpha + beta));

/** Whether a parameter appears in one product only, as a factor of, or divisor in, it. */
export const scales = (tree: Tree, name: string): boolean => termOf(tree, name) !== undefined;

/** The largest product that holds a parameter as a bare factor, where it is used in no other and has a column beside it. */
export function termOf(tree: Tree, name: string): { readonly term: Tree; readonly divides: boolean } | undefined {
  const places: { term: Tree; divides: boolean }[] = [];
  const visit = (part: Tree, top: Tree | undefined, divides: boolean): void => {
    if (part.kind === "name") {
      if (part.name === name) places.push(top ? { term: top, divides } : { term: part, divides: false });
      return;
    }
    if (part.kind !== "call") return;
    if (part.operation === "*" || part.operation === "/") {
      visit(part.of[0]!, top ?? part, divides);
      visit(part.of[1]!, top ?? part, divides !== (part.operation === "/"));
    } else for (const inner of part.of) visit(inner, undefined, false);
  };
  visit(tree, undefined, false);
  const [place] = places;
  const one = new Set(places.map(({ term, divides }) => `${divides} ${JSON.stringify(term)}`)).size === 1;
  return one && place!.term.kind === "call" ? place : undefined;
}

const GREEK: Readonly<Record<string, string>> = Object.fromEntries(
  "alpha α,beta β,gamma γ,delta δ,epsilon ε,zeta ζ,eta η,theta θ,kappa κ,lambda λ,mu μ,nu ν,rho ρ,sigma σ,tau τ,phi φ,omega ω"
    .split(",")
    .map((pair) => pair.split(" ")),
);

/** Names of Greek letters as the letters. */
export const greek = (text: string): string =>
  text.replace(/\p{L}+/gu, (word) => (Object.hasOwn(GREEK, word) ? GREEK[word]! : word));

/** A law's value where all that it names is known. */
export const lawAt = (
  { tree }: ScalingLaw,
  parameters: Readonly<Record<string, number>>,
  inputs: Readonly<Record<string, number>>,
): number => evaluate(tree, (name) => parameters[name] ?? inputs[name] ?? Number.NaN);
