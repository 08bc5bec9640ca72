// A law as plain data, for a file, and back. A law of the list is its name; any other, a formula or one with parameters fixed, tied or
// of their own in groups, is its formula with what it takes and the ends of its parameters.

import { finite, shown } from "../../check.ts";
import { namesIn, parseFormula, type Tree } from "./formula.ts";
import { COMMON, type ScalingLaw } from "./law.ts";
import { lawNamed, REGISTRY } from "./list.ts";

export interface WrittenLaw {
  readonly name: string;
  readonly form: string;
  readonly formula: string;
  readonly source: string;
  readonly target: string;
  readonly inputs: ScalingLaw["inputs"];
  readonly parameters: readonly string[];
  /** null for an end that is infinite. */
  readonly bounds: Readonly<Record<string, readonly [low: number | null, high: number | null]>>;
}

/** Of a formula in a file: one with twenty groups is long. */
const MOST_CHARACTERS = 100_000;
const MOST_PARAMETERS = 500;

const LEVEL: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 3 };

/** A tree as `parseFormula` reads it. @throws RangeError for a name that holds a backquote */
export function written(tree: Tree): string {
  if (tree.kind === "number") return tree.value < 0 ? `(${tree.value})` : String(tree.value);
  if (tree.kind === "name") {
    if (tree.name.includes("`")) throw new RangeError(`${shown(tree.name)} cannot be written: rename it without \``);
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(tree.name) ? tree.name : `\`${tree.name}\``;
  }
  const level = LEVEL[tree.operation];
  if (level === undefined) return `${tree.operation}(${tree.of.map(written).join(", ")})`;
  const [x, y] = tree.of as [Tree, Tree];
  const below = (part: Tree, least: number) =>
    part.kind === "call" && (LEVEL[part.operation] ?? 4) < least ? `(${written(part)})` : written(part);
  // the left part of a row of one level needs no brackets, so that long sums are not nested
  const [left, right] = level === 3 ? [4, 4] : [level, level + 1];
  return `${below(x, left)} ${tree.operation} ${below(y, right)}`;
}

/** A law for a file. @throws RangeError */
export function writtenLaw(law: ScalingLaw): string | WrittenLaw {
  if (REGISTRY.includes(law)) return law.name;
  const { name, form, source, target, inputs, parameters, bounds, tree } = law;
  const end = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    ...{ name, form, source, target, inputs, parameters, formula: written(tree) },
    bounds: Object.fromEntries(
      parameters.map((parameter) => {
        const [low, high] = bounds[parameter]!;
        return [parameter, [end(low), end(high)] as const];
      }),
    ),
  };
}

/**
 * Reads what `writtenLaw` made.
 * @param where - the field, for what is told of it
 * @throws TypeError, RangeError
 */
export function readLaw(where: string, value: unknown): ScalingLaw {
  if (typeof value === "string") return lawNamed(value);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${where} must be a law's name, or a law, got ${shown(value)}`);
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (name: string, of: unknown): string => {
    if (typeof of !== "string" || of.length > MOST_CHARACTERS)
      throw new TypeError(`${where}.${name} must be a text, got ${shown(of)}`);
    return of;
  };
  const list = (name: string): readonly unknown[] => {
    const of = fields[name];
    if (!Array.isArray(of) || of.length === 0 || of.length > MOST_PARAMETERS)
      throw new TypeError(`${where}.${name} must be an array of 1 to ${MOST_PARAMETERS} entries, got ${shown(of)}`);
    return of;
  };
  const { tree } = parseFormula(text("formula", fields.formula), MOST_CHARACTERS);
  const target = text("target", fields.target);
  const parameters = list("parameters").map((name, j) => text(`parameters[${j}]`, name));
  const ends = fields.bounds as Readonly<Record<string, unknown>> | null;
  const bounds = parameters.map((name): [string, readonly [number, number]] => {
    const pair: unknown =
      typeof ends === "object" && ends !== null && Object.hasOwn(ends, name) ? ends[name] : undefined;
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new TypeError(`${where}.bounds.${name} must be [low, high], got ${shown(pair)}`);
    const end = (i: number, open: number) =>
      pair[i] === null ? open : finite(`${where}.bounds.${name}[${i}]`, pair[i]);
    return [name, [end(0, -Infinity), end(1, Infinity)]];
  });
  const inputs = list("inputs").map((entry, j) => {
    const { name, unit, columns } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const at = `inputs[${j}]`;
    return {
      name: text(`${at}.name`, name),
      unit: text(`${at}.unit`, unit),
      ...(Array.isArray(columns) && { columns: columns.map((column, i) => text(`${at}.columns[${i}]`, column)) }),
    };
  });
  const known = new Set([...parameters, ...COMMON, ...inputs.map(({ name }) => name)]);
  const unknown = [...namesIn(tree)].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new RangeError(`${where}.formula names ${shown(unknown)}, which is neither a parameter nor an input`);
  return {
    ...{ name: text("name", fields.name), form: text("form", fields.form), source: text("source", fields.source) },
    ...{ target, tree, parameters, inputs, bounds: Object.fromEntries(bounds), ranges: {} },
  };
}
