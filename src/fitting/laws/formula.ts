// Formulas as people write them, loss = E + (A/N^a + B/D^b)^g, as trees. Recursive descent:
//
//   formula:  [column =] sum             sum: product {(+|−) product}       product: sign {(*|/) sign}
//   sign:     − sign | power             power: atom [^ sign]               atom: number | name | function(sum, …) | (sum)
//
// Nothing is ever evaluated as code: a name is a column of the table, or a parameter.

import { shown } from "../../check.ts";

export type Operation = "+" | "-" | "*" | "/" | "^" | "exp" | "expm1" | "log" | "min" | "max" | "sigmoid";

export type Tree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly operation: Operation; readonly of: readonly Tree[] };

export interface Formula {
  /** What stands before "=", if anything. */
  readonly target: string | undefined;
  readonly tree: Tree;
}

/** The functions, and how many arguments they take. */
const FUNCTIONS: Readonly<Record<string, number>> = { exp: 1, expm1: 1, log: 1, sigmoid: 1, min: 2, max: 2 };

/** Longer or deeper formulas are no one's, and would take the stack. */
const MOST_CHARACTERS = 2000;
const MOST_NESTED = 64;

export const number = (value: number): Tree => ({ kind: "number", value });
export const named = (name: string): Tree => ({ kind: "name", name });
export const call = (operation: Operation, ...of: readonly Tree[]): Tree => ({ kind: "call", operation, of });

/**
 * Reads a formula. Names are letters (also Greek), digits and _, or anything between backquotes.
 * @param most - characters
 * @throws RangeError that says what is wrong, and where
 */
export function parseFormula(text: string, most = MOST_CHARACTERS): Formula {
  if (text.length > most) throw new RangeError(`a formula has at most ${most} characters, got ${text.length}`);
  const tokens = tokensOf(text);
  let at = 0;
  let nested = 0;
  const fail = (needed: string): never => {
    const token = tokens[at];
    throw new RangeError(
      token === undefined
        ? `the formula ${shown(text)} ends where ${needed} is needed`
        : `character ${token.at + 1} of the formula: ${needed} is needed, got ${shown(token.text)}`,
    );
  };
  const next = (...symbols: string[]): string | undefined => {
    const token = tokens[at];
    if (token?.kind !== "symbol" || !symbols.includes(token.text)) return undefined;
    at++;
    return token.text;
  };
  const need = (symbol: string) => next(symbol) ?? fail(shown(symbol));
  const deeper = (make: () => Tree): Tree => {
    if (++nested > MOST_NESTED) throw new RangeError(`the formula is nested more than ${MOST_NESTED} deep`);
    const tree = make();
    nested--;
    return tree;
  };
  const sum = (): Tree => {
    let tree = product();
    for (let sign = next("+", "-"); sign; sign = next("+", "-")) tree = call(sign as Operation, tree, product());
    return tree;
  };
  const product = (): Tree => {
    let tree = signed();
    for (let sign = next("*", "/"); sign; sign = next("*", "/")) tree = call(sign as Operation, tree, signed());
    return tree;
  };
  const signed = (): Tree => {
    if (!next("-")) return power();
    const tree = deeper(signed);
    return tree.kind === "number" ? number(-tree.value) : call("-", number(0), tree);
  };
  const power = (): Tree => {
    const base = atom();
    return next("^") ? call("^", base, deeper(signed)) : base;
  };
  const atom = (): Tree => {
    if (next("(")) {
      const tree = deeper(sum);
      need(")");
      return tree;
    }
    const token = tokens[at];
    if (!token || token.kind === "symbol") return fail("a number, a name or (");
    at++;
    if (token.kind === "number") return number(Number(token.text));
    if (token.kind === "quoted" || !next("(")) return named(token.text);
    const many = Object.hasOwn(FUNCTIONS, token.text) ? FUNCTIONS[token.text]! : 0;
    if (many === 0)
      throw new RangeError(
        `there is no function ${shown(token.text)} for formulas: ${Object.keys(FUNCTIONS).join(", ")}`,
      );
    const of = [deeper(sum)];
    while (next(",")) of.push(deeper(sum));
    if (of.length < many || (many === 1 && of.length > 1))
      throw new RangeError(`${token.text} takes ${many === 1 ? "one argument" : "two or more"}, got ${of.length}`);
    need(")");
    const operation = token.text as Operation;
    return many === 1 ? call(operation, of[0]!) : of.reduce((one, other) => call(operation, one, other));
  };
  let target: string | undefined;
  if (tokens[0] && tokens[0].kind !== "symbol" && tokens[1]?.text === "=") {
    target = tokens[0].text;
    at = 2;
  }
  const tree = sum();
  if (at < tokens.length) fail("an operator, or the end,");
  return { target, tree };
}

interface Token {
  readonly kind: "number" | "name" | "quoted" | "symbol";
  readonly text: string;
  readonly at: number;
}

function tokensOf(text: string): Token[] {
  const pattern = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|`([^`]+)`|([-+*/^(),=−×·]))/uy;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) {
      const at = from + /^\s*/.exec(text.slice(from))![0].length;
      throw new RangeError(`character ${at + 1} of the formula cannot be read: ${shown(text.slice(at, at + 12))}`);
    }
    const [whole, digits, name, quoted, symbol] = found;
    const at = from + whole.length - (digits ?? name ?? symbol ?? `\`${quoted}\``).length;
    if (digits !== undefined) tokens.push({ kind: "number", text: digits, at });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, at });
    else if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted, at });
    else tokens.push({ kind: "symbol", text: { "−": "-", "×": "*", "·": "*" }[symbol!] ?? symbol!, at });
  }
  return tokens;
}

/** The names in a tree, in the order they appear. */
export function namesIn(tree: Tree, found: Set<string> = new Set()): Set<string> {
  if (tree.kind === "name") found.add(tree.name);
  else if (tree.kind === "call") for (const part of tree.of) namesIn(part, found);
  return found;
}

/** The tree with every name that `by` knows replaced. */
export function substitute(tree: Tree, by: (name: string) => Tree | undefined): Tree {
  if (tree.kind === "name") return by(tree.name) ?? tree;
  if (tree.kind === "number") return tree;
  return { ...tree, of: tree.of.map((part) => substitute(part, by)) };
}

/** How many calls a tree has. */
export const callsIn = (tree: Tree): number =>
  tree.kind === "call" ? tree.of.reduce((sum, part) => sum + callsIn(part), 1) : 0;
