import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bestAtBudget, frontier, loss, measured, plrf } from "../../src/index.ts";
import { isoflop, json } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-spectrum-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const eigenvalues = Array.from({ length: 300 }, (_, k) => (k + 1) ** -1.4);
const energies = Array.from({ length: 300 }, (_, k) => (k + 1) ** -2.6);
const spectrum = measured({ eigenvalues, energies });
// rows in any order
const rows = eigenvalues.map((x, k) => `${x},${energies[k]}`).reverse();
const path = file("modes.csv", `eigenvalue,energy\n${rows.join("\n")}\n`);

describe("--spectrum", () => {
  it("gives loss the modes that were measured", () => {
    const found = json(`loss --spectrum ${path} --d 50 --steps 10,1000`);
    const model = plrf({ spectrum, d: 50 });
    expect(found.v).toBe(300);
    expect(found.loss).toEqual([...loss(model, { steps: [10, 1000] }).loss]);
    expect(isoflop(`loss --spectrum ${path} --d 50 --steps 10`).out).toContain(
      "modes.csv (300 modes), d = 50, v = 300",
    );
  });

  it("gives spectrum and schedule theirs", () => {
    const found = json(`spectrum --spectrum ${path} --d 50`);
    let sum = 0;
    for (let i = 1; i < found.lambda.length; i++)
      sum += ((found.lambda[i] - found.lambda[i - 1]) * (found.density[i] + found.density[i - 1])) / 2;
    expect(Math.abs(sum / 50 - 1)).toBeLessThan(5e-3);
    const { schedules, v } = json(`schedule --spectrum ${path} --d 50 --steps 1000 --compare constant`);
    expect(v).toBe(300);
    const whole = loss(plrf({ spectrum, d: 50 }), { steps: [1000] }).loss[0]!;
    expect(Math.abs(schedules[0].loss / whole - 1)).toBeLessThan(1e-9);
  });

  it("gives frontier theirs, without a prediction", () => {
    const found = json(`frontier --spectrum ${path} --flops 1e4:1e5 --points 4`);
    const own = frontier({ spectrum, flops: [1e4, 1e5], points: 4 });
    expect(found.d).toEqual([...own.d]);
    expect(found.predicted).toBeNull();
  });

  it("finds the best of a budget that more than all modes could be trained on", () => {
    const best = bestAtBudget({ spectrum, flops: 1e8, family: "optimal" });
    expect(best.d).toBeLessThanOrEqual(300);
    expect(best.d).toBeGreaterThan(299);
    expect(best.loss).toBeGreaterThan(0);
    expect(best.loss).toBeLessThan(plrf({ spectrum, d: 300 }).P0);
  });

  it.each([
    ["loss --alpha 0.7 --d 50 --steps 10", "give a spectrum: --alpha and --beta, or --spectrum FILE"],
    [`loss --alpha 0.7 --beta 0.7 --spectrum ${path} --d 50 --steps 10`, "cannot be used with"],
    [`loss --spectrum ${path} --d 50 --steps 10 --components`, "--components are those of a power law"],
    [`loss --spectrum ${path} --d 400 --steps 10`, "d must be at most the number of eigenvalues, 300, got 400"],
    [`frontier --spectrum ${path} --flops 1e3:1e5 --data-ratio 3`, "--data-ratio is for power laws"],
    [`spectrum --spectrum ${join(folder, "none.csv")} --d 50`, "none.csv"],
    [`schedule --spectrum ${file("bad.csv", "eigenvalue,energy\n1,2\n-1,3\n")} --budget 1e8`, "row 3"],
  ])("refuses %s in one line", (line, message) => {
    const { status, error } = isoflop(line);
    expect(status).toBe(2);
    expect(error).toContain(message);
    expect(error.trim().split("\n")).toHaveLength(1);
  });
});
