// A formula's tree compiled to a tape (src/kernels/laws/): what holds columns alone is worked out once a row and becomes a
// column of its own, equal subtrees one slot, x^y is e^{y log x}, and a sigmoid 1/(1 + e^{−x}).

import { OPERATIONS, type Tape } from "../../kernels/laws/kernels.ts";
import { exp, expm1, log, pow } from "../../math/elementary.ts";
import { call, namesIn, type Tree } from "./formula.ts";

export interface Compiled {
  readonly tape: Omit<Tape, "columns">;
  /** The trees of its columns. */
  readonly columns: readonly Tree[];
}

/** Compiles a tree in which every name that is not a parameter is a column. */
export function compile(tree: Tree, parameters: readonly string[]): Compiled {
  const columns = new Map<string, { tree: Tree; at: number }>();
  const constants: number[] = [];
  const operations: [code: number, a: Slot, b: Slot][] = [];
  const known = new Map<string, Slot>();

  const constant = (value: number): Slot => {
    const at = constants.findIndex((other) => Object.is(other, value));
    return { kind: "constant", at: at >= 0 ? at : constants.push(value) - 1 };
  };
  const column = (part: Tree): Slot => {
    const key = JSON.stringify(part);
    if (!columns.has(key)) columns.set(key, { tree: part, at: columns.size });
    return { kind: "column", at: columns.get(key)!.at };
  };
  const emit = (name: (typeof OPERATIONS)[number], a: Slot, b: Slot = a): Slot => {
    const key = [name, a.kind, a.at, b.kind, b.at].join();
    const before = known.get(key);
    if (before) return before;
    const slot: Slot = { kind: "operation", at: operations.push([OPERATIONS.indexOf(name), a, b]) - 1 };
    known.set(key, slot);
    return slot;
  };
  const visit = (part: Tree): Slot => {
    if (part.kind === "number") return constant(part.value);
    if (part.kind === "name" && parameters.includes(part.name))
      return { kind: "parameter", at: parameters.indexOf(part.name) };
    const names = [...namesIn(part)];
    if (names.length === 0) return constant(evaluate(part, () => Number.NaN));
    if (!names.some((name) => parameters.includes(name))) return column(part);
    const { operation, of } = part as Extract<Tree, { kind: "call" }>;
    if (operation === "^") return power(of[0]!, of[1]!);
    if (operation === "sigmoid") {
      const one = constant(1);
      return emit("/", one, emit("+", one, emit("exp", emit("-", constant(0), visit(of[0]!)))));
    }
    return operation === "exp" || operation === "expm1" || operation === "log"
      ? emit(operation, visit(of[0]!))
      : emit(operation, visit(of[0]!), visit(of[1]!));
  };
  const power = (x: Tree, y: Tree): Slot => {
    if (y.kind === "number" && y.value === 1) return visit(x);
    if (y.kind === "number" && y.value === 2) return emit("*", visit(x));
    return emit("exp", emit("*", visit(y), visit(call("log", x))));
  };
  const result = visit(tree);
  // the last operation gives the value
  if (result.kind !== "operation" || result.at !== operations.length - 1)
    operations.push([OPERATIONS.indexOf("+"), result, constant(0)]);
  const before = { column: 0, parameter: columns.size, constant: columns.size + parameters.length };
  const place = ({ kind, at }: Slot): number =>
    at + (kind === "operation" ? columns.size + parameters.length + constants.length : before[kind]);
  return {
    tape: {
      parameters: parameters.length,
      constants: Float64Array.from(constants),
      code: Int32Array.from(operations.flatMap(([code, a, b]) => [code, place(a), place(b)])),
    },
    columns: Array.from(columns.values(), (entry) => entry.tree),
  };
}

interface Slot {
  readonly kind: "column" | "parameter" | "constant" | "operation";
  readonly at: number;
}

/** A tree's value, name by name. */
export function evaluate(tree: Tree, worth: (name: string) => number): number {
  if (tree.kind === "number") return tree.value;
  if (tree.kind === "name") return worth(tree.name);
  const [x, y] = tree.of.map((part) => evaluate(part, worth)) as [number, number];
  return APPLY[tree.operation](x, y);
}

const APPLY: Readonly<Record<Extract<Tree, { kind: "call" }>["operation"], (x: number, y: number) => number>> = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  "^": (x, y) => (y === 2 ? x * x : pow(x, y)),
  exp,
  expm1,
  log: (x) => (x > 0 ? log(x) : Number.NaN),
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  sigmoid: (x) => 1 / (1 + exp(-x)),
};

/**
 * The parameters in which a tree is linear, all at once: L = c₀ + Σ p_j f_j where no f_j holds any of them.
 * @param candidates - those that may be
 */
export function linearIn(tree: Tree, candidates: readonly string[]): string[] {
  const named = namesIn(tree);
  let free = candidates.filter((name) => named.has(name));
  for (;;) {
    const bent = new Set<string>();
    const bend = (part: Tree) => {
      for (const name of namesIn(part)) if (free.includes(name)) bent.add(name);
    };
    const has = (part: Tree) => [...namesIn(part)].some((name) => free.includes(name));
    const visit = (part: Tree): void => {
      if (part.kind !== "call") return;
      const [x, y] = part.of as [Tree, Tree];
      if (part.operation === "+" || part.operation === "-") {
        visit(x);
        visit(y);
      } else if (part.operation === "*") {
        // of two factors the simpler keeps its parameters
        if (has(x) && has(y)) bend(namesIn(x).size > namesIn(y).size ? x : y);
        else {
          visit(x);
          visit(y);
        }
      } else if (part.operation === "/") {
        visit(x);
        bend(y);
      } else bend(part);
    };
    visit(tree);
    if (bent.size === 0) return free;
    free = free.filter((name) => !bent.has(name));
  }
}
