// Formulas: what they mean, by the rules of arithmetic, and what is refused, in one line.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsIn, namesIn, parseFormula, type Tree } from "../../src/fitting/laws/formula.ts";
import { lawFrom, type ScalingLaw } from "../../src/fitting/laws/law.ts";
import { lawNamed } from "../../src/fitting/laws/list.ts";
import { fixed, tiedTo } from "../../src/fitting/laws/modify.ts";
import { evaluate, linearIn } from "../../src/fitting/laws/tape.ts";
import { readLaw, written, writtenLaw } from "../../src/fitting/laws/written.ts";

const value = (text: string, names: Record<string, number> = {}): number =>
  evaluate(parseFormula(text).tree, (name) => names[name]!);

/** Every bracket written. */
const bracketed = (tree: Tree): string =>
  tree.kind === "number"
    ? `(${tree.value})`
    : tree.kind === "name"
      ? tree.name
      : tree.of.length === 1 || /^m/.test(tree.operation)
        ? `${tree.operation}(${tree.of.map(bracketed).join(", ")})`
        : `(${tree.of.map(bracketed).join(` ${tree.operation} `)})`;

describe("a formula", () => {
  it.each([
    ["1 + 2*3", 7],
    ["2*3 - 4/2/2", 5],
    ["7 - 2 - 1", 4],
    ["2^3^2", 512],
    ["-2^2", -4],
    ["2^-1", 0.5],
    ["(1 + 2)*3", 9],
    ["--3", 3],
    ["2*-3", -6],
    ["1.5e1 + .5", 15.5],
    ["min(3, 1, 2) + max(1, 2)", 3],
    ["exp(log(5))", 5],
    ["sigmoid(0)", 0.5],
    ["6 − 2 × 3 · 1", 0],
  ])("%s is %d", (text, is) => expect(value(text)).toBeCloseTo(is, 14));

  it("names columns and parameters, Greek or between backquotes, and its target", () => {
    const { target, tree } = parseFormula("`final loss` = E + A/`Model Size`^α + A*D_1");
    expect(target).toBe("final loss");
    expect([...namesIn(tree)]).toEqual(["E", "A", "Model Size", "α", "D_1"]);
    expect(callsIn(tree)).toBe(5);
  });

  it("reads back as it is written with every bracket", () => {
    const leaf = fc.oneof(
      fc.nat(99).map((n): Tree => ({ kind: "number", value: n / 8 })),
      fc.constantFrom("N", "D", "a", "β").map((name): Tree => ({ kind: "name", name })),
    );
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(fc.constantFrom("+", "-", "*", "/", "^", "min", "max"), tie("tree"), tie("tree"))
          .map(([operation, x, y]): Tree => ({ kind: "call", operation: operation as "+", of: [x, y] })),
        fc
          .tuple(fc.constantFrom("exp", "log", "sigmoid"), tie("tree"))
          .map(([operation, x]): Tree => ({ kind: "call", operation: operation as "exp", of: [x] })),
      ),
    }));
    fc.assert(
      fc.property(tree, (made) => {
        fc.pre(bracketed(made).length <= 2000);
        expect(parseFormula(bracketed(made)).tree).toEqual(made);
        // and with no more than are needed
        expect(parseFormula(written(made)).tree).toEqual(made);
        expect(written(made).length).toBeLessThanOrEqual(bracketed(made).length);
      }),
    );
  });

  it.each([
    ["", 'the formula "" ends where a number, a name or ( is needed'],
    ["1 +", 'the formula "1 +" ends where a number, a name or ( is needed'],
    ["(1", 'the formula "(1" ends where ")" is needed'],
    ["1 2", 'character 3 of the formula: an operator, or the end, is needed, got "2"'],
    ["a $ b", 'character 3 of the formula cannot be read: "$ b"'],
    ["sin(a)", 'there is no function "sin" for formulas: exp, expm1, log, sigmoid, min, max'],
    ["constructor(a)", 'there is no function "constructor"'],
    ["exp(a, b)", "exp takes one argument, got 2"],
    ["min(a)", "min takes two or more, got 1"],
    ["a = b = c", 'character 7 of the formula: an operator, or the end, is needed, got "="'],
    ["(".repeat(1000), "nested more than 64 deep"],
    ["-".repeat(1000), "nested more than 64 deep"],
    ["(".repeat(10_000), "a formula has at most 2000 characters, got 10000"],
    ["E + A/N^`", "character 9 of the formula cannot be read"],
  ])("case %# is refused", (text, message) => expect(() => parseFormula(text)).toThrow(message));

  it("never runs longer than its length, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom(..."()+-*/^=,. 1eaNEexplog`αmin") }), (text) => {
        try {
          parseFormula(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).not.toContain("\n");
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a law from a formula", () => {
  it("takes what the table does not name for parameters", () => {
    const law = lawFrom("loss = E + (A/N^a + B/unique^b)^g", ["unique"]);
    expect(law.parameters).toEqual(["E", "A", "a", "B", "b", "g"]);
    expect(law.inputs.map(({ name }) => name)).toEqual(["N", "unique"]);
    expect(law.bounds).toMatchObject({ E: [0, Infinity], A: [0, Infinity], a: [-Infinity, Infinity] });
  });

  it.each([
    ["L = E + A/N^a", 'the formula gives "L", which is no column: N, D, C, loss'],
    ["loss = E + loss", 'the formula of "loss" must not use "loss" itself'],
    ["loss = 3 + N", "has no parameter to fit"],
    [
      `loss = ${Array.from({ length: 25 }, (_, i) => `p${i}`).join("+")}`,
      "a formula has at most 24 parameters, got 25",
    ],
  ])("%s is refused", (text, message) => expect(() => lawFrom(text, [])).toThrow(message));

  it.each([
    ["E + A/N^a + B*exp(b)", ["E", "A", "B"]],
    ["E + (A/N^a + B)^g", ["E"]],
    ["(E + A*N)/(1 + B*D)", ["E", "A"]],
    ["E*A + B*log(N)", ["E", "B"]],
    ["exp(E) - A*(B - N)", ["A"]],
    ["E*E + A", ["A"]],
  ])("%s is linear in %j", (text, linear) => {
    const tree = parseFormula(text).tree;
    expect(linearIn(tree, ["E", "A", "B"])).toEqual(linear);
  });
});

describe("a law in a file", () => {
  const back = (law: ScalingLaw) => readLaw("law", JSON.parse(JSON.stringify(writtenLaw(law))));

  it("is its name, or its formula with ends and columns", () => {
    expect(writtenLaw(lawNamed("moe"))).toBe("moe");
    expect(back(lawNamed("moe"))).toBe(lawNamed("moe"));
    const laws = [
      lawFrom("loss = E + (A/N^a + B/`unique tokens`^b)^g", ["unique tokens"]),
      fixed(lawNamed("bnsl"), { f: 0.5, c0: -0.25 }),
      tiedTo(lawNamed("coupled"), { alpha: "beta" }),
    ];
    for (const law of laws) {
      const { optimum: _, ...kept } = law;
      expect(back(law)).toEqual({
        ...kept,
        bounds: Object.fromEntries(law.parameters.map((name) => [name, [...law.bounds[name]!]])),
        ranges: {},
      });
    }
  });

  it.each([
    [{ formula: "E + A/N^q" }, 'law.formula names "q", which is neither a parameter nor an input'],
    [{ formula: "(".repeat(500) }, "nested more than 64 deep"],
    [{ formula: 7 }, "law.formula must be a text, got 7"],
    [{ parameters: [] }, "law.parameters must be an array of 1 to 500 entries"],
    [{ bounds: { E: [0, "x"], A: [0, null], a: [0, null] } }, "law.bounds.E[1] must be a number"],
    [{ bounds: null }, "law.bounds.E must be [low, high]"],
    [{ inputs: [null] }, "law.inputs[0].name must be a text"],
  ])("case %# is refused", (change, message) => {
    const good = writtenLaw(lawFrom("loss = E + A/N^a", [])) as object;
    expect(() => readLaw("law", { ...good, ...change })).toThrow(message);
    expect(() => readLaw("law", ["chinchilla"])).toThrow("law must be a law's name, or a law");
  });
});
