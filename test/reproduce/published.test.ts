// The published laws: what is said where their tables are absent. Their numbers are checked in test/slow/published.test.ts.

import { expect, it } from "vitest";
import { published } from "../../src/reproduce/published.ts";
import { holds } from "../../src/reproduce/recipe.ts";

it("tells of each absent table where it comes from, and claims nothing of it", async () => {
  const { claims, remarks } = await published.run({
    ...{ quick: true, threads: 1, signal: new AbortController().signal, onProgress: () => undefined },
    data: "examples",
  });
  const absent = remarks.filter((remark) => remark.includes("not tried"));
  expect(absent.length).toBe(9);
  for (const remark of absent)
    expect(remark).toMatch(
      /not tried, .*\.csv absent\. It comes from github\.com\/.+arXiv \d{4}\.\d{5}\); give its folder with --data\./,
    );
  // the broken law's points are in the recipe
  expect(new Set(claims.map(({ what }) => what.split(":")[0]))).toEqual(new Set(["Broken law"]));
  expect(claims.every(holds)).toBe(true);
});
