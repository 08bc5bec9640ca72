// Whether build/lib is of these sources: its build leaves the hash of what it read, and tests of what is built compare it.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
export const STAMP = join(ROOT, "build/sources.sha256");

/** SHA-256 of all of src/ but the explorer, which has a build of its own. */
export function sourcesHash(): string {
  const hash = createHash("sha256");
  const read = (folder: string): void => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory() && name !== "src/explorer") read(name);
      else if (entry.isFile()) hash.update(name).update(readFileSync(join(ROOT, name)));
    }
  };
  read("src");
  return hash.digest("hex");
}

/** @throws Error where build/lib is missing or of other sources */
export function requireBuild(): void {
  let built = "";
  try {
    built = readFileSync(STAMP, "utf8");
  } catch {}
  if (built !== sourcesHash())
    throw new Error("build/lib is not of these sources: npm run build:core && npm run build:lib first");
}
