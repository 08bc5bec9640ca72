// docs/theory.md against the code: every equation cited exists, every equation is cited, and they stand in order.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const theory = readFileSync(join(root, "docs/theory.md"), "utf8");

/** Equations, numbered by \tag, and tables, by "Table 6.5:". */
const equations = [...theory.matchAll(/\\tag\{(\d+\.\d+)\}/g)].map(([, number]) => number!);
const tables = [...theory.matchAll(/^Table (\d+\.\d+):/gm)].map(([, number]) => number!);
const sections = [...theory.matchAll(/^##+ (\d+(?:\.\d+)?)/gm)].map(([, number]) => number!);

const sources = ["src", "assembly", "test"].flatMap((folder) =>
  (readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }) as string[])
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(root, folder, name), "utf8") })),
);

/** The numbers in the comments of one file, ranges and lists written out: "eqs. 5.2–5.4, 5.7", "(4.4)". */
function cited(text: string): string[] {
  const found: string[] = [];
  const comments = [...text.matchAll(/\/\/.*|\/\*[\s\S]*?\*\//g)]
    .map(([comment]) => comment)
    .join("\n")
    .replace(/\n\s*(?:\/\/|\*)\s*/g, " ");
  const list = /(?:\beqs?\.|\btables?|\()\s*\(?((?:\d+\.\d+)(?:(?:\)?\s*(?:,|–|and|;)\s*\(?)\d+\.\d+)*)\)?/g;
  for (const [, numbers] of comments.matchAll(list)) {
    for (const [, from, to] of numbers!.matchAll(/(\d+\.\d+)(?:\)?\s*–\s*\(?(\d+\.\d+))?/g)) {
      found.push(from!);
      if (to === undefined) continue;
      const [chapter, first] = from!.split(".").map(Number) as [number, number];
      for (let n = first + 1; n <= Number(to.split(".")[1]); n++) found.push(`${chapter}.${n}`);
    }
  }
  return found;
}

/** Those of docs/theory.md: chapters 1 to the last, not 0.5 or 1.96 of some comment. */
const known = new Set([...equations, ...tables]);

describe("docs/theory.md", () => {
  it("numbers its equations in order, each once", () => {
    const order = equations.map((number) => number.split(".").map(Number) as [number, number]);
    for (let i = 1; i < order.length; i++)
      expect(order[i]![0] * 1000 + order[i]![1], `${equations[i]} after ${equations[i - 1]}`).toBeGreaterThan(
        order[i - 1]![0] * 1000 + order[i - 1]![1],
      );
  });

  it("has every equation and section that the code cites", () => {
    const missing: string[] = [];
    for (const { name, text } of sources) {
      for (const [, list] of text.matchAll(/(?:eqs?\.|tables?) \(?(\d+\.\d+)/g))
        if (!known.has(list!)) missing.push(`${name}: ${list}`);
      for (const [, section] of text.matchAll(/theory\.md, §(\d+(?:\.\d+)?)/g))
        if (!sections.includes(section!)) missing.push(`${name}: §${section}`);
    }
    expect(missing).toEqual([]);
  });

  it("has no equation that nothing cites", () => {
    const all = new Set(sources.flatMap(({ text }) => cited(text)));
    expect([...known].filter((number) => !all.has(number))).toEqual([]);
  });
});
