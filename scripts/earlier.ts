// The library as it was at an earlier commit, with its own core: to compare results and times with. In a clone with its history.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as now from "../src/index.ts";

/** Builds that commit's core in a folder of its own, which goes with the process. */
export async function earlier(commit: string): Promise<typeof now> {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const archive = execFileSync(
    "git",
    ["archive", commit, "src", "assembly", "scripts", "package.json", "asconfig.json"],
    { maxBuffer: 1e9 },
  );
  execFileSync("tar", ["x", "-C", folder], { input: archive });
  symlinkSync(join(import.meta.dirname, "../node_modules"), join(folder, "node_modules"));
  execFileSync("node", ["scripts/embed-core.mjs"], { cwd: folder });
  return import(join(folder, "src/index.ts"));
}
