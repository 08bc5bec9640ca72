import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RECIPES } from "../../src/reproduce/index.ts";
import { atLeast, atMost, type Claim, equals, type Recipe, verdict } from "../../src/reproduce/recipe.ts";
import { report } from "../../src/reproduce/report.ts";
import { reproduce } from "../../src/reproduce/run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-reproduce-"));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const run = (recipes: readonly Recipe[], options = {}) =>
  reproduce(recipes, { out: folder, quick: true, threads: 1, signal, ...options });

describe("verdict", () => {
  it("follows from the numbers", () => {
    const good = equals("η", 0.643, 0.01, { measured: 0.64 });
    const wrong = equals("η", 0.5, 0.01, { measured: 0.64 });
    const disputed = equals("η", 0.5, 0.01, { measured: 0.64, disputed: "simulation says otherwise" });
    expect(verdict([good])).toBe("reproduced");
    expect(verdict([good, wrong])).toBe("not reproduced");
    expect(verdict([good, disputed])).toBe("contradicted");
    expect(verdict([atMost("x", 4, { measured: 4.1 })])).toBe("not reproduced");
    expect(verdict([atLeast("x", 4, { measured: 4.1 })])).toBe("reproduced");
    expect(verdict([equals("x", 1, 1, { measured: Number.NaN })])).toBe("not reproduced");
  });

  it("fails a recipe whose prediction is wrong", async () => {
    const recipe = RECIPES.find(({ id }) => id === "p1-tables")!;
    const { claims } = await recipe.run({ quick: true, threads: 1, signal, onProgress: () => {} });
    expect(verdict(claims)).toBe("reproduced");
    const shifted = claims.map(
      (claim): Claim => ({ ...claim, expected: [claim.expected[0] + 0.3, claim.expected[1] + 0.3] }),
    );
    expect(verdict(shifted)).toBe("not reproduced");
  });
});

describe("reproduce", () => {
  const counted = (id: string, runs: string[]): Recipe => ({
    id,
    title: "<b>Counted</b>",
    settings: "ours",
    run: () => {
      runs.push(id);
      return { claims: [equals("one & only", 1, 0, { measured: 1 })], figures: [], remarks: ["<script>"] };
    },
  });

  it("keeps what is finished, and computes again what another version made or a cut left half", async () => {
    const runs: string[] = [];
    const recipes = [counted("a", runs), counted("b", runs)];
    await run(recipes);
    await run(recipes);
    expect(runs).toEqual(["a", "b"]);
    await run(recipes, { quick: false });
    expect(runs).toEqual(["a", "b", "a", "b"]);
    await run(recipes, { quick: false, fresh: true });
    expect(runs).toHaveLength(6);
  });

  it("writes text as text", async () => {
    const html = readFileSync(join(folder, "index.html"), "utf8");
    expect(html).toContain("&lt;script&gt;");
    expect(html).toContain("&lt;b&gt;Counted");
    expect(html).not.toContain("<script>");
    expect(html).toContain("one &amp; only");
  });

  it("says what was not tried, and calls the rest partly reproduced", async () => {
    const claims = [equals("x", 1, 0, { measured: 1 })];
    const untried = ["<width>"];
    const half = {
      id: "d",
      title: "half",
      settings: "ours",
      run: () => ({ claims, untried, figures: [], remarks: [] }),
    };
    for (const _ of ["computed", "kept"]) {
      const html = report(await run([half]), { made: "isoflop" });
      expect(html).toContain("◐ 1 partly reproduced");
      expect(html).toContain("Not tried: &lt;width&gt;.");
    }
  });

  it("stops when told to", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(run([counted("c", [])], { signal: stop.signal })).rejects.toThrow(/abort/i);
  });

  it("shows all that the folder holds, whichever ids are run", async () => {
    const order = ["c", "b", "a"];
    await run([counted("c", [])], { order });
    const html = readFileSync(join(folder, "index.html"), "utf8");
    const found = [...html.matchAll(/<section id="(.)"/g)].map(([, id]) => id);
    expect(found).toEqual(order);
    expect(html.match(/Made by isoflop [\d.]+\./g)).toHaveLength(2);
  });

  it("makes a report of figures with their data beside", async () => {
    const entries = await run(RECIPES.filter(({ id }) => id === "p1-windows"));
    expect(existsSync(join(folder, "p1-windows.csv"))).toBe(true);
    expect(readFileSync(join(folder, "p1-windows.csv"), "utf8")).toMatch(/^panel,series,x,y\n/);
    const html = report(entries, { made: "isoflop" });
    expect(html).toContain("<svg");
    expect(html).toContain("✓ 1 reproduced");
    expect(html).not.toMatch(/src="http|href="http/);
  });
});

describe("recipes", () => {
  const cheap = ["p2-early-late", "p2-gap", "p2-transfer"];

  it.each(cheap)("%s holds, and would not with other predictions", async (id) => {
    const recipe = RECIPES.find((one) => one.id === id)!;
    const { claims, figures } = await recipe.run({ quick: true, threads: 1, signal, onProgress: () => {} });
    expect(verdict(claims)).toBe("reproduced");
    expect(claims.every(({ measured }) => Number.isFinite(measured))).toBe(true);
    expect(figures.length).toBeGreaterThan(0);
    const wrong = claims.map((claim): Claim => ({ ...claim, measured: claim.measured * 1.5 + 1 }));
    expect(verdict(wrong)).toBe("not reproduced");
  });

  it("contradict a published exponent with what sampled networks show", async () => {
    const recipe = RECIPES.find(({ id }) => id === "p2-bottlenecks")!;
    const { claims } = await recipe.run({ quick: true, threads: 1, signal, onProgress: () => {} });
    expect(verdict(claims)).toBe("contradicted");
    const disputed = claims.filter((claim) => claim.disputed);
    expect(disputed).toHaveLength(1);
    expect(disputed[0]!.disputed).toMatch(/sampled networks, no theory in them, -1\.[345]/);
    // without the evidence the same numbers fail
    expect(verdict(claims.map(({ disputed: _, ...claim }) => claim))).toBe("not reproduced");
  });

  it("claim nothing where nothing is claimed", () => {
    expect(verdict([])).toBe("not tried");
    expect(verdict([], ["width"])).toBe("not tried");
  });

  it("takes a spectrum or a table of runs, and says what cannot be told from it", async () => {
    const recipe = RECIPES.find(({ id }) => id === "p2-real")!;
    const given = async (name: string, text: string) => {
      const data = join(folder, name);
      writeFileSync(data, text);
      return recipe.run({ quick: true, threads: 1, signal, onProgress: () => {}, data });
    };
    const spectrum = Array.from({ length: 400 }, (_, i) => `${(i + 1) ** -1.4},${(i + 1) ** -1.8}`);
    const own = await given("spectrum.csv", ["eigenvalue,energy", ...spectrum].join("\n"));
    expect(verdict(own.claims)).toBe("reproduced");
    expect(own.remarks[0]).toContain("not trained here");
    const ray = [1e7, 3e7, 1e8, 3e8].map((N) => `${N},${20 * N},${2 + 400 / N ** 0.34 + 1000 / (20 * N) ** 0.3}`);
    const runs = await given("runs.csv", ["params,tokens,loss", ...ray].join("\n"));
    expect(verdict(runs.claims)).toBe("not reproduced");
    expect(runs.remarks.join(" ")).toContain("No fit");
    await expect(given("bad.csv", "a,b\n1,2\n")).rejects.toThrow(/no column holds the loss/);
  });
});
