// Tapes on both backends: against the same formula in plain arithmetic, and derivatives by differences.

import { expect, it } from "vitest";
import { parseFormula } from "../../src/fitting/laws/formula.ts";
import { compile, evaluate } from "../../src/fitting/laws/tape.ts";
import { tapeKernelsOf } from "../../src/kernels/laws/of.ts";
import { onEachBackend } from "../backends.ts";
import { random } from "../fitting/laws.ts";

const FORMULAS: readonly (readonly [text: string, plain: (x: number, y: number, a: number, b: number) => number])[] = [
  ["a + b", (_x, _y, a, b) => a + b],
  ["x", (x) => x],
  ["a - b - x", (x, _y, a, b) => a - b - x],
  ["-x^2*a", (x, _y, a) => -(x ** 2) * a],
  ["2^-a^2", (_x, _y, a) => 2 ** -(a ** 2)],
  ["a/x/y", (x, y, a) => a / x / y],
  ["(a/x^b + b/y^a)^0.7 + 1", (x, y, a, b) => (a / x ** b + b / y ** a) ** 0.7 + 1],
  ["a*a + a/a - b*x*b", (x, _y, a, b) => a * a + 1 - b * x * b],
  ["exp(-a*x) + log(b + y)", (x, y, a, b) => Math.exp(-a * x) + Math.log(b + y)],
  ["min(a*x, b*y, 1)", (x, y, a, b) => Math.min(a * x, b * y, 1)],
  ["max(a*x, b*y) - min(x, y)", (x, y, a, b) => Math.max(a * x, b * y) - Math.min(x, y)],
  ["sigmoid((x - a)/b)", (x, _y, a, b) => 1 / (1 + Math.exp(-(x - a) / b))],
  ["expm1(a*x - b) + b", (x, _y, a, b) => Math.expm1(a * x - b) + b],
  ["log(x/y)*a^b", (x, y, a, b) => Math.log(x / y) * a ** b],
];

onEachBackend((others) => {
  const kernels = tapeKernelsOf(others);
  // 131 rows are two whole blocks of the core, a part of one, and no multiple of its lanes
  const n = 131;
  const { uniform } = random(3);
  const x = Float64Array.from({ length: n }, () => uniform(0.1, 3));
  const y = Float64Array.from({ length: n }, () => uniform(0.1, 3));
  const p = Float64Array.of(0.83, 1.37);

  it.each(FORMULAS)("%s: values and derivatives", (text, plain) => {
    const { tape, columns } = compile(parseFormula(text).tree, ["a", "b"]);
    const rows = columns.length > 0 ? columns : [{ kind: "name", name: "x" } as const];
    const values = Float64Array.from(
      rows.flatMap((tree) => Array.from(x, (_, i) => evaluate(tree, (name) => (name === "x" ? x : y)[i]!))),
    );
    const code = columns.length > 0 ? tape.code : tape.code.map((slot, i) => (i % 3 === 0 ? slot : slot + 1));
    const whole = { ...tape, code, columns: rows.length };
    const found = kernels.runTape(whole, values, p, true);
    expect(kernels.runTape(whole, values, p, false)).toEqual({ values: found.values, jacobian: new Float64Array() });
    for (let i = 0; i < n; i++) {
      const at = (a: number, b: number) => plain(x[i]!, y[i]!, a, b);
      const truth = at(p[0]!, p[1]!);
      expect(Math.abs(found.values[i]! - truth)).toBeLessThanOrEqual(4e-15 * (1 + Math.abs(truth)));
      const h = 1e-5;
      const slopes = [
        (at(p[0]! + h, p[1]!) - at(p[0]! - h, p[1]!)) / (2 * h),
        (at(p[0]!, p[1]! + h) - at(p[0]!, p[1]! - h)) / (2 * h),
      ];
      slopes.forEach((slope, j) => {
        expect(Math.abs(found.jacobian[j * n + i]! - slope)).toBeLessThan(1e-8 * (1 + Math.abs(slope)));
      });
    }
  });

  it("has no value where a logarithm or a division has none, and bounds exponents", () => {
    const run = (text: string, values: number[]) => {
      const { tape } = compile(parseFormula(text).tree, ["a"]);
      return Array.from(
        kernels.runTape({ ...tape, columns: 1 }, Float64Array.from(values), Float64Array.of(1), true).values,
      );
    };
    expect(run("log(a*x)", [-1, 0, 1, Number.POSITIVE_INFINITY, Number.NaN, 1e-300])).toEqual([
      Number.NaN,
      Number.NaN,
      0,
      Number.NaN,
      Number.NaN,
      expect.closeTo(-690.7755278982137, 10),
    ]);
    expect(run("a/(x - a)", [1, 2])).toEqual([Number.POSITIVE_INFINITY, 1]);
    // what 1 - exp(-x) loses to rounding
    expect(run("expm1(a*x)", [1e-12, -1e-20, 0, 0.1, -40])).toEqual([
      expect.closeTo(1.0000000000005e-12, 27),
      -1e-20,
      0,
      expect.closeTo(0.10517091807564763, 15),
      -1,
    ]);
    expect(run("exp(a*x)", [1e4, -1e4])).toEqual([
      expect.closeTo(1.0142320547350045e304, -292),
      expect.closeTo(9.85967654375977e-305, 310),
    ]);
  });
});
