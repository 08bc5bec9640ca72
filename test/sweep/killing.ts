// A sweep that is killed again and again must end as one that was left alone.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Store } from "../../src/sweep/store.ts";
import { ended, exported, folder, isoflop, keysOf, planFile, seeded, sleep, start, until } from "./support.ts";

/** `cells` cells of `repeats`/50 ms each, or thereabouts. */
export function smallCells(cells: number, repeats: number): object {
  return {
    job: "rehearsal",
    name: "small cells",
    fixed: { v: 1e6, repeats },
    axes: { alpha: { lin: [0.3, 1.3], points: 50 }, beta: { lin: [0.2, 1.2], points: cells / 50 } },
  };
}

interface Kills {
  readonly cells: number;
  readonly repeats: number;
  readonly kills: number;
  /** Milliseconds within which a kill comes. */
  readonly span: number;
}

/** Kills a sweep −9 at random moments, one in four while it starts, the others spread over the cells; then lets it end. */
export async function killAndCompare({ cells, repeats, kills, span }: Kills): Promise<string> {
  const [calm, stormy] = [folder(), folder()];
  const plan = planFile(calm, smallCells(cells, repeats));
  expect(isoflop(["sweep", plan, "--out", calm, "--quiet"]).status).toBe(0);
  const random = seeded(20);
  const standing: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const running = start(["sweep", plan, "--out", stormy, "--quiet"]);
    const target = (cells * (kill + random())) / (kills + 1);
    if (random() > 0.25)
      await until(() => ended(running.child) || reached(stormy, running.child.pid!, target), 600_000);
    await sleep(span * random());
    await running.kill();
    standing.push(await doneIn(stormy));
  }
  const last = isoflop(["sweep", plan, "--out", stormy, "--json"]);
  expect(last.status).toBe(0);
  const { run } = JSON.parse(last.stdout) as { run: number };
  expect(run).toBe(cells - standing.at(-1)!);
  // nothing that was there went away
  expect(standing).toEqual([...standing].sort((a, b) => a - b));
  expect(standing.at(-1)).toBeGreaterThan(0);
  const bytes = exported(stormy);
  const once = readCells(stormy);
  expect(new Set(once).size).toBe(cells);
  expect(once).toHaveLength(cells);
  expect(bytes === exported(calm)).toBe(true);
  return `cells done after each of ${kills} kills: ${standing.join(", ")}`;
}

/** Whether the process says that so many cells are done. */
function reached(out: string, pid: number, cells: number): boolean {
  try {
    const progress = JSON.parse(readFileSync(join(out, "progress.json"), "utf8")) as { pid: number; done: number };
    return progress.pid === pid && progress.done >= cells;
  } catch {
    return false;
  }
}

async function doneIn(out: string): Promise<number> {
  if (!existsSync(join(out, "cells.duckdb"))) return 0;
  const store = await Store.open(out, "read");
  const done = (await store.jobs()).get("rehearsal") ?? 0;
  await store.close();
  return done;
}

function readCells(out: string): string[] {
  isoflop(["sweep", "export", out, "--to", join(out, "cells.jsonl")]);
  return keysOf(readFileSync(join(out, "cells.jsonl"), "utf8"));
}
