// A store of which bits were flipped is refused by name, and gives back what can be read: no cell otherwise than it was.

import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { type Repair, repair } from "../../src/sweep/repair.ts";
import { Store } from "../../src/sweep/store.ts";
import { cells, damageAndRepair, fill, flip, plan, sound, whole } from "./damage.ts";
import { bytesOf, folder, isoflop, isoflopProcess } from "./support.ts";

requireBuild();

afterAll(() => rmSync(sound, { recursive: true, force: true }));

describe("a damaged store", () => {
  // more: test/slow
  it("is refused, gives back what can be read, and ends as one that was left alone", () => damageAndRepair(4));

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
