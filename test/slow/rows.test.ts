import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runsFromTable } from "../../src/fitting/from-table.ts";
import { readTable } from "../../src/fitting/read.ts";
import { cellAt, runCell } from "../../src/sweep/cells.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { Store } from "../../src/sweep/store.ts";

it("a million rows of runs are read to the last", async () => {
  const text = `params,tokens,loss\n${Array.from({ length: 1e6 }, (_, i) => `${1e8 + i},2e9,3`).join("\n")}`;
  const found = runsFromTable(await readTable(text, "csv"));
  expect(found.n).toBe(1e6);
  expect(found.N[999_999]).toBe(1e8 + 999_999);
});

it("a cell of four million points is stored", async () => {
  const out = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));
  const cell = cellAt(await readPlan({ job: "rehearsal", fixed: { alpha: 1, beta: 1, v: 10 } }), 0);
  const points = () => Float64Array.from({ length: 2e6 }, (_, i) => Math.sqrt(i));
  const store = await Store.open(out, "write");
  await store.add(cell, { ...(await runCell(cell, "here")), curves: { kappa: points(), D: points() } });
  await store.close();
  rmSync(out, { recursive: true });
});
