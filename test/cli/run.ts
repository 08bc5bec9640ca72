// Runs the built command line as a user would.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { requireBuild } from "../../scripts/sources.ts";

requireBuild();

export const MAIN = fileURLToPath(new URL("../../build/lib/cli/main.js", import.meta.url));

/** What is told of progress depends on the machine's speed. */
const PROGRESS = /^[\w ]+: \d+ %, [^\n]* left\n/gm;

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** `isoflop …` with words split at spaces, or as they are given. */
export function isoflop(line: string | readonly string[]): Ran {
  const words = typeof line === "string" ? line.split(" ").filter(Boolean) : line;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: "utf8",
    maxBuffer: 1e8,
    env: { ...process.env, ISOFLOP_DEBUG: "" },
  });
  return { status, out: stdout, error: stderr.replaceAll(PROGRESS, "") };
}

/** The result of `isoflop … --json`. */
// biome-ignore lint/suspicious/noExplicitAny: fields are what the tests are about
export function json(line: string | readonly string[]): any {
  const { status, out, error } = isoflop(typeof line === "string" ? `${line} --json` : [...line, "--json"]);
  if (status !== 0) throw new Error(`isoflop ${line}: ${status} ${error}`);
  return JSON.parse(out);
}
