// The published laws on their own tables, where these are beside the project.

import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { published } from "../../src/reproduce/published.ts";
import { holds, verdict } from "../../src/reproduce/recipe.ts";
import { file, present } from "../fitting/data.ts";

describe.skipIf(!present)("published runs (skipped where ../shared/data is absent)", () => {
  it("reproduce every published number, but for those that are disputed with their evidence", async () => {
    const { claims } = await published.run({
      ...{ quick: true, threads: 1, signal: new AbortController().signal, onProgress: () => undefined },
      data: dirname(file("chinchilla-extracted.csv")),
    });
    expect(claims.filter((claim) => !holds(claim) && claim.disputed === undefined)).toEqual([]);
    expect(verdict(claims)).toBe("contradicted");
    expect(claims.filter((claim) => !holds(claim)).length).toBe(8);
    expect(claims.length).toBe(35);
  }, 300_000);
});
