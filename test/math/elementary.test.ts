// The elementary functions against values to 1,300 bits (mpmath: the nearest double and what it lacks), and the rule that keeps
// engines' own out of results.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import * as elementary from "../../src/math/elementary.ts";

type Name = keyof typeof elementary;
const functions: Record<string, (...x: number[]) => number> = { ...elementary };
const call = (name: Name, ...x: number[]) => functions[name]!(...x);
const lines = readFileSync("test/fixtures/elementary.csv", "utf8").trim().split("\n").slice(1);

describe("elementary functions", () => {
  it.each(Object.keys(elementary) as Name[])("%s is within an ulp of the truth", (name) => {
    const cases = lines.map((line) => line.split(",")).filter(([f]) => f === name);
    expect(cases.length).toBeGreaterThan(40);
    for (const [, x, y, value, rest] of cases) {
      const truth = Number(value);
      const ulp = 2 ** (Math.floor(Math.log2(Math.abs(truth))) - 52);
      const got = y === "" ? call(name, Number(x)) : call(name, Number(x), Number(y));
      expect(Math.abs(got - truth - Number(rest)) / ulp, `${name}(${x}, ${y})`).toBeLessThan(1);
    }
  });

  it("are whole where the truth is", () => {
    for (let k = -1074; k < 1024; k++) expect(elementary.log2(elementary.pow(2, k))).toBe(k);
    for (let k = 0; k <= 22; k++) expect(elementary.pow(10, k)).toBe(Number(`1e${k}`));
    for (let k = -307; k <= 308; k++) expect(elementary.log10(Number(`1e${k}`))).toBe(k);
    for (let a = 2; a < 200; a++)
      for (let k = 1, p = a; p <= 2 ** 53; k++, p *= a) expect(elementary.pow(-a, k)).toBe(k % 2 ? -p : p);
  });

  it("treat zeros, infinities, NaN and the ends of the range as Math does", () => {
    const hard = [0, -0, 1, -1, 2, -3, 0.5, 5e-324, -1e-310, 1e160, -1e-160, Number.MAX_VALUE, 710, -746, 2 ** 53];
    hard.push(Infinity, -Infinity, NaN);
    for (const name of Object.keys(elementary) as Name[])
      for (const x of hard)
        for (const y of ["pow", "hypot", "atan2"].includes(name) ? hard : [0]) {
          const [got, engine] = [call(name, x, y), (Math[name] as (...x: number[]) => number)(x, y)];
          const close = Math.abs(got - engine) <= 4.5e-16 * Math.abs(engine) + (engine === 0 ? 0 : 1e-323);
          expect(close || Object.is(got, engine), `${name}(${x}, ${y}) = ${got}, not ${engine}`).toBe(true);
          if (engine === 0) expect(Object.is(got, engine), `${name}(${x}, ${y})`).toBe(true);
        }
  });
});

/** What the language rounds exactly; and 2 to a literal power. */
const EXACT = new Set(
  "abs floor ceil trunc round sign min max sqrt fround imul clz32 E PI LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2".split(" "),
);

/** The places in a program where the engine's own functions are used. */
function engineOwn(text: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    // biome-ignore lint/suspicious/noExplicitAny: any node of the tree
    const at = node as any;
    const where = () => `${file}:${text.slice(0, at.start).split("\n").length} ${text.slice(at.start, at.end)}`;
    if (at.type === "MemberExpression" && at.object.name === "Math" && !EXACT.has(at.property.name))
      found.push(where());
    if (at.type === "VariableDeclarator" && at.init?.name === "Math")
      for (const { key } of at.id.properties ?? [{ key: at.id }]) if (!EXACT.has(key?.name)) found.push(where());
    if (at.operator === "**" && !(at.left.value === 2 && Number.isInteger(at.right.value))) found.push(where());
    if (at.operator === "**=") found.push(where());
    for (const child of Object.values(at)) visit(child);
  };
  visit(parseAst(text, { lang: "ts" }));
  return found;
}

describe("what reaches a result", () => {
  it("uses no function that differs between engines", () => {
    // Figures and the page store nothing; the plain kernels are the oracle.
    const free = /^(?:figures|explorer|kernels\/reference)\/|^kernels\/\w+\/reference\.ts$/;
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !free.test(file.replaceAll("\\", "/")) && !file.endsWith("bytes.ts"),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => engineOwn(readFileSync(join("src", file), "utf8"), file))).toEqual([]);
  });

  it("is told from what does not", () => {
    const found = engineOwn("const { exp } = Math; x ** 2; 2 ** 32; 2 ** n; y **= 3; Math.max(Math.log(1));", "a");
    expect(found).toHaveLength(5);
  });
});
