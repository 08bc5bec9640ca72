// From nothing to the first number, in a fresh process, with the built library.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { median } from "./harness.ts";

export interface Startup {
  /** Milliseconds from import to the first result, Node's own start not counted. */
  readonly first: number;
  /** Of which compiling and instantiating the core. */
  readonly compile: number;
  /** Bytes of build/isoflop.wasm. */
  readonly size: number;
}

const SCRIPT = `
const start = performance.now();
const { wasmKernels, plrf, loss, powerLaw } = await import("./build/lib/index.js");
const loaded = performance.now();
const kernels = wasmKernels();
const compiled = performance.now();
const P = loss(plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 1e6 }), { steps: [1e9], kernels }).loss[0];
if (!(P > 0)) throw new Error("no loss");
console.log(JSON.stringify({ first: performance.now() - start, compile: compiled - loaded }));`;

/** Wall time: the best of nine processes shows what the machine can do, whatever else it does. */
export function startup(): Startup {
  const runs = Array.from({ length: 9 }, () =>
    JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT], { encoding: "utf8" })),
  ) as { first: number; compile: number }[];
  return {
    first: Math.min(...runs.map(({ first }) => first)),
    compile: median(runs.map(({ compile }) => compile)),
    size: statSync("build/isoflop.wasm").size,
  };
}
