// Published results on published runs.

import { describe, expect, it } from "vitest";
import { bootstrap } from "../../src/fitting/bootstrap.ts";
import { fitRuns } from "../../src/fitting/fit.ts";
import { runsFromTable } from "../../src/fitting/from-table.ts";
import { fitIsoflop } from "../../src/fitting/isoflop.ts";
import { BESIROGLU } from "../../src/fitting/laws/published.ts";
import { fitParametric } from "../../src/fitting/parametric.ts";
import type { Law } from "../../src/fitting/points.ts";
import { dropHighestLoss } from "../../src/fitting/runs.ts";
import { interval } from "../../src/math/quantiles.ts";
import { present, published, publishedTable } from "./data.ts";

describe.skipIf(!present)("Chinchilla's runs, as extracted by Besiroglu et al. (2024)", () => {
  it("give their optimum: 5 digits of the objective, 4 of the parameters", async () => {
    const runs = dropHighestLoss(await published("chinchilla-extracted.csv"), 5);
    expect(runs.n).toBe(240);
    const fit = fitParametric(runs, { starts: "projection" });
    expect(Math.abs(fit.objective / 0.00101827402 - 1)).toBeLessThan(1e-8);
    for (const [value, theirs] of [
      [fit.E, BESIROGLU.law.E],
      [fit.A, BESIROGLU.law.A],
      [fit.B, BESIROGLU.law.B],
      [fit.alpha, BESIROGLU.law.alpha],
      [fit.beta, BESIROGLU.law.beta],
      [fit.a, 0.5139],
    ] as const)
      expect(Math.abs(value / theirs - 1)).toBeLessThan(2e-4);
    expect(fit.stats.converged).toBe(true);
  });

  it("reach it from the published grid of 4,500 starts, and nothing lower", async () => {
    const runs = dropHighestLoss(await published("chinchilla-extracted.csv"), 5);
    const best = fitParametric(runs, { starts: "projection" });
    const { stats, objective } = fitParametric(runs, { starts: "grid" });
    expect(stats.starts).toBeGreaterThanOrEqual(4501);
    expect(objective / best.objective).toBeCloseTo(1, 9);
    expect(stats.atBest).toBeGreaterThan(1000);
  });

  it("with all 245 rows give the other optimum", async () => {
    const fit = fitParametric(await published("chinchilla-extracted.csv"), { starts: "projection" });
    expect(fit.E).toBeCloseTo(1.8913, 4);
    expect(fit.beta).toBeCloseTo(0.453, 3);
    expect(fit.B / 12846).toBeCloseTo(1, 3);
  });

  it("have the published bootstrap intervals, within Monte-Carlo error", async () => {
    const runs = dropHighestLoss(await published("chinchilla-extracted.csv"), 5);
    const fit = fitParametric(runs, { starts: "projection" });
    const draws = 1000;
    const made = await bootstrap(runs, { method: "parametric", law: fit, delta: fit.delta }, { draws, by: "case" });
    expect(made.failed).toBe(0);
    const theirs = { E: [1.769, 1.871], A: [285, 744], B: [1042, 5810], alpha: [0.317, 0.373], beta: [0.331, 0.415] };
    for (const [name, [low, high]] of Object.entries(theirs) as [keyof Law, [number, number]][]) {
      const values = made.draws.map((law) => (law as Law)[name]).sort((p, q) => p - q);
      const mine = interval(values);
      // the standard error of a 2.5 % point, both sides counted: order statistics ± 1.6 √(n p q) of ours and of their 4000
      const ranks = 3 * Math.sqrt(draws * 0.025 * 0.975 * (1 + draws / 4000));
      const at = (rank: number) => values[Math.max(0, Math.min(draws - 1, Math.round(rank)))]!;
      expect(low, name).toBeGreaterThanOrEqual(at(0.025 * draws - ranks) * (1 - 5e-4));
      expect(low, name).toBeLessThanOrEqual(at(0.025 * draws + ranks) * (1 + 5e-4));
      expect(high, name).toBeGreaterThanOrEqual(at(0.975 * draws - ranks) * (1 - 5e-4));
      expect(high, name).toBeLessThanOrEqual(at(0.975 * draws + ranks) * (1 + 5e-4));
      expect(mine[0]).toBeLessThan(fit[name]);
    }
  });
});

describe.skipIf(!present)("Gemstones", () => {
  it("have the better optima that were missed: δ = 1e-4", async () => {
    const slim = fitParametric(await published("gemstones-slim.csv"), { delta: 1e-4, starts: "projection" });
    expect(slim.objective).toBeLessThanOrEqual(1.30364e-5);
    expect(slim.alpha).toBeCloseTo(0.20113, 4);
    expect(slim.beta).toBeCloseTo(0.52348, 4);
    const runs = await published("gemstones-hot.csv");
    expect(runs.n).toBe(220);
    expect(new Set(runs.run).size).toBe(22);
    const hot = fitParametric(runs, { delta: 1e-4, starts: "projection" });
    expect(hot.objective).toBeLessThanOrEqual(2.0751e-4);
    expect(hot.alpha).toBeCloseTo(0.2928, 4);
    expect(hot.beta).toBeCloseTo(0.7289, 4);
  });
});

describe.skipIf(!present)("Porian et al. (2024)", () => {
  it("all fifteen exponents lie within their intervals, by Akima splines", async () => {
    const [points, fits] = [
      await publishedTable("porian-isoflops.csv"),
      await publishedTable("porian-power-law-fits.csv"),
    ];
    const column = (name: string) => fits.cells[fits.columns.indexOf(name)] as string[];
    const keys = ["file", "dataset", "hparams", "warmup", "decay", "param_count", "val"];
    const name = (i: number) => keys.map((key) => column(key)[i]).join();
    const value = (i: number, kind: string) =>
      column("n_exponent")[column("kind").findIndex((k, j) => k === kind && name(j) === name(i))]!;
    let seen = 0;
    column("kind").forEach((kind, i) => {
      if (kind !== "basic") return;
      const where = Object.fromEntries(keys.map((key) => [key, column(key)[i]!]));
      const fit = fitIsoflop(runsFromTable(points, { where }), { curve: "akima" });
      const [low, high] = value(i, "bootstrap_weighted_ci95").split(";").map(Number);
      expect(fit.a, name(i)).toBeGreaterThan(low!);
      expect(fit.a, name(i)).toBeLessThan(high!);
      expect(fit.a, name(i)).toBeCloseTo(Number(value(i, "basic")), 2);
      seen++;
    });
    expect(seen).toBe(15);
  });
});

describe.skipIf(!present)("runs at a fixed 20 tokens a parameter", () => {
  it("do not identify α and β, and are told so; what can be had is", async () => {
    const result = await fitRuns(await published("degenerate-20x.csv"), { methods: [3], draws: 200 });
    expect(result.parametric).toBeNull();
    expect(result.unavailable[0]!.reason).toMatch(/D\/N ≈ 20\.0: α and β are not identifiable from a fixed D\/N ratio/);
    expect(result.ray!.E).toBeGreaterThan(0);
    expect(result.ray!.ci!.eta[0]).toBeLessThan(result.ray!.eta);
    expect(result.ray!.ci!.eta[1]).toBeGreaterThan(result.ray!.eta);
  });
});
