// The package as a user gets it: packed, unpacked into an empty folder, with its one dependency beside it.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuild } from "../../scripts/sources.ts";

const root = new URL("../..", import.meta.url).pathname;

export interface Packed {
  /** A folder with node_modules/isoflop in it. */
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Bytes of the tarball. */
  readonly size: number;
  remove(): void;
}

/** @param also packages of this repository to link in besides the dependencies */
export function pack(also: readonly string[] = []): Packed {
  requireBuild();
  const folder = mkdtempSync(join(tmpdir(), "isoflop-package-"));
  const told = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename, files, size }] = JSON.parse(told.toString());
  const target = join(folder, "node_modules", "isoflop");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["xzf", join(folder, filename), "-C", target, "--strip-components=1"]);
  for (const name of ["@assemblyscript/loader", ...also]) {
    mkdirSync(join(folder, "node_modules", name, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  return { folder, files, size, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
