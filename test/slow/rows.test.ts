import { expect, it } from "vitest";
import { runsFromTable } from "../../src/fitting/from-table.ts";
import { readTable } from "../../src/fitting/read.ts";

it("a million rows of runs are read to the last", async () => {
  const text = `params,tokens,loss\n${Array.from({ length: 1e6 }, (_, i) => `${1e8 + i},2e9,3`).join("\n")}`;
  const found = runsFromTable(await readTable(text, "csv"));
  expect(found.n).toBe(1e6);
  expect(found.N[999_999]).toBe(1e8 + 999_999);
});
