// C built by the gcc of this machine, where there is one, timed in a process of its own.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Values, Variant } from "./harness.ts";

const FLAGS = {
  "C sse4.2": ["-msse4.2"],
  "C sse4.2 fast-math": ["-msse4.2", "-ffast-math"],
  "C native": ["-march=native"],
  "C native fast-math": ["-march=native", "-ffast-math"],
};

export type NativeName = keyof typeof FLAGS;

/** A job for bench/native/kernels.c: which kernel, its arrays in order, and how many numbers come back. */
export interface NativeJob {
  readonly kernel: string;
  readonly inputs: readonly Float64Array[];
  readonly length: number;
}

export interface Native {
  /** The compiler's first line. */
  readonly compiler: string;
  /** `shape` turns what C returns into what is compared. */
  variants(job: NativeJob, shape?: (values: Float64Array) => Values): Variant[];
}

/** null where there is no gcc. */
export function native(): Native | null {
  let compiler: string;
  try {
    compiler = execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0]!;
  } catch {
    return null;
  }
  mkdirSync("build/bench", { recursive: true });
  const programs = Object.entries(FLAGS).map(([name, flags]) => {
    const program = `build/bench/${name.replaceAll(/[ .]/g, "-")}`;
    execFileSync("gcc", ["-O3", ...flags, "bench/native/kernels.c", "-o", program, "-lm"]);
    return { name, program };
  });
  return {
    compiler,
    variants: ({ kernel, inputs, length }, shape = (values) => values) => {
      const input = `build/bench/${kernel}.in`;
      writeFileSync(input, Buffer.concat(inputs.flatMap((array) => [raw(Float64Array.of(array.length)), raw(array)])));
      return programs.map(({ name, program }) => {
        const output = `build/bench/${kernel}.out`;
        const time = (milliseconds: number): number =>
          Number(
            execFileSync(program, [kernel, input, String(milliseconds), output, String(length)], { encoding: "utf8" }),
          );
        const run = (): Values => {
          time(0);
          return shape(new Float64Array(Uint8Array.from(readFileSync(output)).buffer));
        };
        return { name, run, time };
      });
    },
  };
}

const raw = (array: Float64Array): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
