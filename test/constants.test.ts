// Every number that is named says what it stands for: a comment above it, or above the group of constants it stands in.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** A constant of capitals that is a number, or holds numbers. */
const CONSTANT = /^(?:export )?const [A-Z][A-Z0-9_]*(?:: [^=]+)? = (?:-?[\d.]|2 \*\*|Number|[[{(][^A-Za-z"']*-?\d)/;

/** Settings of figures have the paper's symbols for names; the page has its pixels. */
const FREE = /^(?:reproduce|explorer)\/|__tests__/;

function undocumented(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !FREE.test(file),
  );
  return files.flatMap((file) => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    return lines.flatMap((line, i) => {
      if (!CONSTANT.test(line) || line.includes("//")) return [];
      let above = i - 1;
      while (above >= 0 && /^(?:export )?const [A-Z]/.test(lines[above]!)) above--;
      return /\*\/\s*$|^\/\/ /.test(lines[above] ?? "") ? [] : [`${file}:${i + 1}: ${line}`];
    });
  });
}

it.each(["src", "assembly"])("every named number of %s is documented", (folder) => {
  expect(undocumented(folder)).toEqual([]);
});
