// isoflop reproduce: the figures and tables of the two papers, each with a verdict, in one report.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { toJson } from "../figures/json.ts";
import { availableThreads } from "../pool.ts";
import { RECIPES } from "../reproduce/index.ts";
import { holds } from "../reproduce/recipe.ts";
import { measurement, verdictOf } from "../reproduce/report.ts";
import { reproduce } from "../reproduce/run.ts";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { threadsOption } from "./options.ts";
import { progress } from "./progress.ts";
import { bold } from "./table.ts";

interface Options {
  readonly out: string;
  readonly quick?: boolean;
  readonly fresh?: boolean;
  readonly list?: boolean;
  readonly data?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly threads?: number;
}

export function define(command: Command): void {
  command
    .argument("[id...]", "which figures or tables; default all (see --list)")
    .option("--out <folder>", "folder of the report; finished parts in it are kept", "reproduction")
    .option("--quick", "coarser: a first look")
    .option("--fresh", "compute finished parts again")
    .option(
      "--data <path>",
      "a kernel spectrum or a table of runs of your own, for p2-real; a folder of tables, for published",
    )
    .option("--list", "list the ids and end")
    .option("--json", "print id, published, measured and verdict as JSON")
    .option("--quiet", "print no progress and no table")
    .addOption(threadsOption())
    .action(run);
}

async function run(ids: readonly string[], options: Options): Promise<void> {
  if (options.list) {
    for (const { id, title } of RECIPES) process.stdout.write(`${id.padEnd(18)}${title}\n`);
    return;
  }
  for (const id of ids)
    if (!RECIPES.some((recipe) => recipe.id === id))
      throw new Usage(
        `there is no ${JSON.stringify(id)}: give one of ${RECIPES.map((recipe) => recipe.id).join(", ")}`,
      );
  if (options.data !== undefined && !existsSync(options.data))
    throw new Usage(
      `cannot read ${options.data}: give --data a kernel spectrum or a table of runs, or a folder of tables`,
    );
  const chosen = ids.length > 0 ? RECIPES.filter(({ id }) => ids.includes(id)) : RECIPES;
  const { out, quick = false, fresh = false, data, quiet } = options;
  const bar = progress("reproduce", { quiet });
  const entries = await reproduce(chosen, {
    out,
    quick,
    fresh,
    order: RECIPES.map(({ id }) => id),
    threads: options.threads ?? availableThreads(),
    signal: interruption(),
    onProgress: bar.update,
    onEntry: (entry, resumed) => {
      bar.done();
      if (quiet || options.json) return;
      const lines = entry.claims.map(
        (claim) =>
          `    ${holds(claim) ? "✓" : claim.disputed ? "≠" : "✗"} ${claim.what}: ${measurement(claim)}, ${claim.source === "published" ? "published" : claim.source === "theory" ? "theory's" : "should be"} ${claim.reads}`,
      );
      const untried = (entry.untried ?? []).map((what) => `    – not tried: ${what}`);
      const time = resumed ? "kept" : `${entry.seconds.toFixed(1)} s`;
      process.stdout.write(
        `${[`${bold(entry.id)}  ${verdictOf(entry)} (${time})`, ...lines, ...untried].join("\n")}\n`,
      );
    },
    ...(data === undefined ? {} : { data }),
  });
  bar.done();
  if (options.json)
    process.stdout.write(
      `${toJson(
        entries.map((entry) => ({
          id: entry.id,
          title: entry.title,
          verdict: verdictOf(entry),
          seconds: entry.seconds,
          ...(entry.untried ? { untried: entry.untried } : {}),
          published: entry.claims.map(({ what, reads, source }) => ({ what, reads, source })),
          measured: entry.claims.map((claim) => ({
            what: claim.what,
            value: claim.measured,
            stderr: claim.uncertainty ?? null,
            holds: holds(claim),
          })),
        })),
      )}\n`,
    );
  else if (!quiet) process.stdout.write(`\nwrote ${join(out, "index.html")}\n`);
  const failed = entries.filter((entry) => verdictOf(entry) === "not reproduced").map(({ id }) => id);
  if (failed.length > 0) throw new Failure(`not reproduced: ${failed.join(", ")}`);
}
