// A store of which bits were flipped is refused by name, and gives back what can be read: no cell otherwise than it was.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { type Cell, cellAt, type Outcome, runCell } from "../../src/sweep/cells.ts";
import { readPlan } from "../../src/sweep/plan.ts";
import { type Repair, repair } from "../../src/sweep/repair.ts";
import { PENDING, Store } from "../../src/sweep/store.ts";
import { bytesOf, folder, isoflop, isoflopProcess, seeded } from "./support.ts";

requireBuild();

const plan = await readPlan({ job: "rehearsal", fixed: { alpha: 1, beta: 1, v: 10 }, seeds: 3000 });
const cells: [Cell, Outcome][] = [];
for (let i = 0; i < plan.size; i++) cells.push([cellAt(plan, i), await runCell(cellAt(plan, i), "here")]);

/** Adds what is missing, as a sweep does. */
async function fill(out: string): Promise<void> {
  const store = await Store.open(out, "write");
  await store.begin(plan, false);
  for (const [i, state] of (await store.survey(plan)).entries()) if (state === PENDING) await store.add(...cells[i]!);
  await store.close();
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 4;
  writeFileSync(file, bytes);
}

const sound = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));
afterAll(() => rmSync(sound, { recursive: true, force: true }));
await fill(sound);
const whole = await bytesOf(sound);

describe("a damaged store", () => {
  it("is refused, gives back what can be read, and ends as one that was left alone", async () => {
    expect(await repair(sound)).toMatchObject({ cause: null, cells: 3000, aside: [] });
    const known = new Set(whole.split("\n"));
    const size = statSync(join(sound, "cells.duckdb")).size;
    const random = seeded(5);
    const seen = { cells: 0, curves: 0 };
    for (let trial = 0; trial < 12; trial++) {
      const out = folder();
      const store = join(out, "cells.duckdb");
      copyFileSync(join(sound, "cells.duckdb"), store);
      flip(store, Math.floor(size * random()));
      const damaged = readFileSync(store);
      const said = await bytesOf(out).then(
        (bytes) => void expect(bytes === whole).toBe(true), // the plan is damaged, or bytes that hold nothing
        (error: Error) => void expect(error.message).toMatch(/^the store \S* (is damaged|cannot be opened) ?.*$/),
      );
      expect(said).toBe(undefined);
      const repaired = await repair(out).catch((error: Error) => error);
      if (repaired instanceof Error) {
        expect(repaired.message).toMatch(/^nothing can be read of /);
        expect(readFileSync(store).equals(damaged)).toBe(true);
        continue;
      }
      const { cause, cells: kept, lost, incomplete, aside } = repaired;
      expect(kept).toBe(3000 - lost.cells - incomplete);
      if (cause !== null) expect(readFileSync(aside[0]!).equals(damaged)).toBe(true);
      expect((await bytesOf(out)).split("\n").filter((line) => !known.has(line))).toEqual([]);
      await fill(out);
      expect((await bytesOf(out)) === whole).toBe(true);
      seen.cells += lost.cells;
      seen.curves += lost.curves;
    }
    expect(seen.cells).toBeGreaterThan(0);
    expect(seen.curves).toBeGreaterThan(0);
  });

  it("is read as far as its log is whole", async () => {
    const out = folder();
    const [written, cut] = [folder(), join(out, "cells.duckdb")];
    const writer = await Store.open(written, "write");
    await writer.begin(plan, false);
    for (const [i, cell] of cells.entries()) {
      await writer.add(...cell);
      if (i % 100 === 99) await writer.flush();
    }
    for (const end of ["", ".wal"]) copyFileSync(`${writer.file}${end}`, `${cut}${end}`); // as a kill would leave it
    await writer.close();
    const bytes = statSync(`${cut}.wal`).size;
    flip(`${cut}.wal`, Math.floor(bytes * 0.6));
    const refused = isoflop(["sweep", "status", out]);
    expect(refused.stderr).toMatch(/^isoflop: the store .* is damaged \(.*WAL.*\): isoflop sweep repair .*\n$/);
    const ran = isoflop(["sweep", "repair", out, "--json"]);
    const { cause, cells: kept, lostLog, aside } = JSON.parse(ran.stdout) as Repair;
    expect(cause).toMatch(/WAL/);
    expect(kept).toBeGreaterThan(0);
    expect(kept % 100).toBe(0); // whole commits
    expect(lostLog).toBeGreaterThan(0);
    expect(lostLog).toBeLessThan(0.4 * bytes);
    expect(aside.map((name) => existsSync(name))).toEqual([true, true]);
    await fill(out);
    expect((await bytesOf(out)) === whole).toBe(true);
    expect(isoflop(["sweep", "repair", out]).stdout).toBe("nothing is damaged: all of 3000 cells can be read\n");
  });

  it("of which nothing can be read is left as it is, and so is one in use", async () => {
    const out = folder();
    writeFileSync(join(out, "cells.duckdb"), "not a database at all");
    await expect(repair(out)).rejects.toThrow(/^nothing can be read of .*: move it away and sweep again/);
    expect(readFileSync(join(out, "cells.duckdb"), "utf8")).toBe("not a database at all");
    await expect(repair(folder())).rejects.toThrow(/^there is no sweep in /);
    const held = folder();
    const store = await Store.open(held, "write");
    const other = isoflopProcess(["sweep", "repair", held]);
    expect(other.stderr).toMatch(/^isoflop: the store .* is in use by another process/);
    await store.close();
  });
});
