// Runs recipes one after another and keeps each outcome in the folder as soon as it is there: what is finished and was made
// by the same version at the same size is not computed again.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toCsv } from "../figures/csv.ts";
import { toSvg } from "../figures/render.ts";
import { fileCheckpoint, version } from "../index.ts";
import { replaceFile } from "../replace.ts";
import type { Context, Recipe } from "./recipe.ts";
import { type Entry, report } from "./report.ts";

export interface ReproduceOptions extends Omit<Context, "onProgress" | "checkpoint"> {
  /** Folder of the report. */
  readonly out: string;
  /** Compute everything again. */
  readonly fresh?: boolean;
  /** All ids in the order of the report: what the folder holds of them goes into it, whenever and however it was made. */
  readonly order?: readonly string[];
  /** The share of all recipes that is done, and the one at work. */
  readonly onProgress?: (done: number, id: string) => void;
  readonly onEntry?: (entry: Entry, resumed: boolean) => void;
}

/** Runs the recipes and writes OUT/index.html, with OUT/ID.json and OUT/FIGURE.csv beside. */
export async function reproduce(recipes: readonly Recipe[], options: ReproduceOptions): Promise<Entry[]> {
  const { out, quick, fresh = false, onProgress, onEntry, signal, threads, data } = options;
  const order = options.order ?? recipes.map(({ id }) => id);
  mkdirSync(out, { recursive: true });
  const plain = `isoflop ${version}${quick ? ", quick" : ""}`;
  const withData = data === undefined ? plain : `${plain}, data ${data} of ${statSync(data).mtime.toISOString()}`;
  const entries: Entry[] = [];
  for (const [i, recipe] of recipes.entries()) {
    signal.throwIfAborted();
    const file = join(out, `${recipe.id}.json`);
    // a folder of tables is not for a recipe that takes a file, nor the other way round
    const given = data !== undefined && (statSync(data).isDirectory() ? recipe.takesFolder : recipe.takesData);
    const made = given ? withData : plain;
    const kept = fresh ? undefined : stored(file);
    if (kept?.made === made) {
      entries.push(kept);
      onEntry?.(kept, true);
      continue;
    }
    const progress = (done: number) => onProgress?.((i + done) / recipes.length, recipe.id);
    progress(0);
    const start = performance.now();
    const begun = `${recipe.id}.${quick ? "quick" : "full"}.`;
    if (fresh) dropCheckpoints(out, begun);
    const outcome = await recipe.run({
      quick,
      threads,
      signal,
      onProgress: progress,
      checkpoint: (part) => fileCheckpoint(join(out, `${begun}${part}${CHECKPOINT}`)),
      ...(given && data !== undefined ? { data } : {}),
    });
    const entry: Entry = {
      id: recipe.id,
      title: recipe.title,
      settings: recipe.settings,
      claims: outcome.claims,
      ...(outcome.untried ? { untried: outcome.untried } : {}),
      figures: outcome.figures.map((figure) => ({
        id: figure.id,
        title: figure.title,
        caption: figure.caption,
        svg: toSvg(figure),
        csv: toCsv(figure.table),
      })),
      remarks: outcome.remarks,
      seconds: (performance.now() - start) / 1000,
      made,
    };
    for (const { id, csv } of entry.figures) replaceFile(join(out, `${id}.csv`), csv);
    replaceFile(
      file,
      JSON.stringify(entry, (_, value) =>
        Number.isFinite(value) || typeof value !== "number" ? value : String(value),
      ),
    );
    dropCheckpoints(out, begun);
    entries.push(entry);
    onEntry?.(entry, false);
  }
  const all = order.flatMap((id) => entries.find((entry) => entry.id === id) ?? stored(join(out, `${id}.json`)) ?? []);
  replaceFile(join(out, "index.html"), report(all, { made: plain }));
  return entries;
}

/** How the files of parts that are not finished end. */
const CHECKPOINT = ".checkpoint";

function dropCheckpoints(out: string, begun: string): void {
  for (const name of readdirSync(out)) if (name.startsWith(begun) && name.endsWith(CHECKPOINT)) rmSync(join(out, name));
}

/** An entry that is there whole; anything else counts as absent. */
function stored(file: string): Entry | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const entry = JSON.parse(readFileSync(file, "utf8"), (_, value) =>
      value === "Infinity" || value === "-Infinity" || value === "NaN" ? Number(value) : value,
    ) as Entry;
    return Array.isArray(entry.claims) && Array.isArray(entry.figures) ? entry : undefined;
  } catch {
    return undefined;
  }
}
