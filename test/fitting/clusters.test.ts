// Checkpoints whose run nobody wrote down: found where each run has an offset of its own, and not where rows are independent.

import { describe, expect, it } from "vitest";
import { clustered } from "../../src/fitting/clusters.ts";
import { fitRuns } from "../../src/fitting/fit.ts";
import { lossAt } from "../../src/fitting/points.ts";
import { runs } from "../../src/fitting/runs.ts";
import { logspace } from "../../src/math/grid.ts";
import { random } from "./laws.ts";

const LAW = { E: 1.75, A: 420, B: 1900, alpha: 0.34, beta: 0.36 };

function checkpoints(seed: number, offset: number) {
  const { normal } = random(seed);
  const [N, D, loss]: [number[], number[], number[]] = [[], [], []];
  for (const size of logspace(5e6, 6.4e8, 8)) {
    const own = offset * normal();
    for (const tokens of logspace(2e8, 4e10, 40)) {
      N.push(size);
      D.push(tokens);
      loss.push(lossAt(LAW, size, tokens) * Math.exp(own + 0.001 * normal()));
    }
  }
  return { N, D, loss };
}

describe("rows of one run without its label", () => {
  it("are found by their residuals, in 40 of 40 tables with offsets and in none of 200 without", () => {
    const residuals = (table: ReturnType<typeof checkpoints>) =>
      Float64Array.from(table.loss, (l, i) => Math.log(lossAt(LAW, table.N[i]!, table.D[i]!) / l));
    const found = (seed: number, offset: number) => {
      const table = checkpoints(seed, offset);
      return clustered(runs(table), residuals(table));
    };
    for (let seed = 0; seed < 40; seed++) expect(found(seed, 0.005)?.runs.run.at(-1)).toBe(7);
    for (let seed = 0; seed < 200; seed++) expect(found(seed, 0)).toBeNull();
  });

  it("are resampled together, and told; a label or --by case decides otherwise", async () => {
    const table = checkpoints(3, 0.005);
    const options = { starts: "projection", draws: 60, threads: 1 } as const;
    const width = ([low, high]: readonly [number, number]) => high - low;
    const told = await fitRuns(runs(table), options);
    const alone = await fitRuns(runs(table), { ...options, by: "case" });
    expect(told.parametric!.bootstrap!.by).toBe("run");
    expect(told.parametric!.profiles).toEqual([]);
    expect(told.warnings.join()).toMatch(/the residuals of one size go together/);
    expect(width(told.parametric!.ci!.a!)).toBeGreaterThan(4 * width(alone.parametric!.ci!.a!));
    expect(alone.warnings.join()).not.toMatch(/go together/);
  });
});
