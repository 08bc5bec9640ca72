// reproduce p2-real --quick: networks trained on images. What holds is what is so whatever the seed of the images; the verdict follows.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RECIPES } from "../../src/reproduce/index.ts";
import { type Claim, holds, verdict } from "../../src/reproduce/recipe.ts";
import { reproduce } from "../../src/reproduce/run.ts";

it("train on images, foretell what comes of it, and go on where they were interrupted", async () => {
  const recipe = RECIPES.find(({ id }) => id === "p2-real")!;
  const out = mkdtempSync(join(tmpdir(), "isoflop-real-"));
  try {
    const control = new AbortController();
    const half = reproduce([recipe], {
      ...{ out, quick: true, threads: 2, signal: control.signal },
      onProgress: (done) => done > 0.6 && control.abort(),
    });
    await expect(half).rejects.toThrow(/abort/i);
    const kept = readdirSync(out).filter((name) => name.endsWith(".checkpoint"));
    expect(kept).toContain("p2-real.quick.rich.checkpoint");
    const { signal } = new AbortController();
    const [entry] = await reproduce([recipe], { out, quick: true, threads: 2, signal });
    expect(readdirSync(out).filter((name) => name.endsWith(".checkpoint"))).toEqual([]);
    const { claims, untried, figures, remarks } = entry!;
    expect(claims).toHaveLength(15);
    // kernel, lazy limit, feature learning, reuse, ensembles, use of compute: far from their bounds
    for (const claim of claims.filter(({ what }) => !what.startsWith("width")))
      expect(holds(claim), claim.what).toBe(true);
    // the paper's own tasks are trained nowhere here
    expect(verdict(claims, untried)).not.toBe("reproduced");
    expect(verdict(claims.map((claim): Claim => ({ ...claim, measured: Number.NaN })))).toBe("not reproduced");
    expect(figures.map(({ id }) => id)).toEqual(["p2-real", "p2-real-networks"]);
    expect(remarks[0]).toContain("not trained here");
  } finally {
    rmSync(out, { recursive: true });
  }
});
