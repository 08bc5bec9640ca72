// From nothing to the first number, in a fresh process, with the built library.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { median } from "./harness.ts";

export interface Startup {
  /** Milliseconds from import to the first result, Node's own start not counted. */
  readonly first: number;
  /** Of which unpacking, compiling and instantiating the core. */
  readonly compile: number;
  /** Bytes of build/isoflop.wasm. */
  readonly size: number;
}

/** Wall time: the best of nine processes shows what the machine can do, whatever else it does. */
export function startup(): Startup {
  const script = `${import.meta.dirname}/first-result.mjs`;
  const runs = Array.from({ length: 9 }, () =>
    JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })),
  ) as { first: number; compile: number }[];
  return {
    first: Math.min(...runs.map(({ first }) => first)),
    compile: median(runs.map(({ compile }) => compile)),
    size: statSync("build/isoflop.wasm").size,
  };
}
