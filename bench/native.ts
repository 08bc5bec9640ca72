// C built by the gcc of this machine, where there is one, timed in processes of their own. They start once and wait for jobs: after
// a fork every page this process writes to faults once more, which would slow whatever of ours is timed next.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
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
  let programs: Program[] | undefined;
  return {
    compiler,
    variants: ({ kernel, inputs, length }, shape = (values) => values) => {
      programs ??= build();
      const input = `build/bench/${kernel}.in`;
      writeFileSync(input, Buffer.concat(inputs.flatMap((array) => [raw(Float64Array.of(array.length)), raw(array)])));
      return programs.map(({ name, ask }) => {
        const output = `build/bench/${kernel}.out`;
        const time = (milliseconds: number): number =>
          Number(ask(`${kernel} ${input} ${milliseconds} ${output} ${length}`));
        const run = (): Values => {
          time(0);
          return shape(new Float64Array(Uint8Array.from(readFileSync(output)).buffer));
        };
        return { name, run, time };
      });
    },
  };
}

interface Program {
  readonly name: string;
  readonly ask: (line: string) => string;
}

/** Every build of kernels.c, started. */
function build(): Program[] {
  mkdirSync("build/bench", { recursive: true });
  return Object.entries(FLAGS).map(([name, flags]) => {
    const program = `build/bench/${name.replaceAll(/[ .]/g, "-")}`;
    execFileSync("gcc", ["-O3", ...flags, "bench/native/kernels.c", "-o", program, "-lm"]);
    return { name, ask: start(program) };
  });
}

/** Starts a program that answers each line by a line; a function that asks it and waits. The program ends with this process. */
function start(program: string): (line: string) => string {
  const [questions, answers] = [".in", ".out"].map((end) => pipe(program + end)) as [Pipe, Pipe];
  spawn(program, { stdio: [questions.read, answers.write, "inherit"] }).unref();
  closeSync(questions.read);
  closeSync(answers.write);
  const bytes = Buffer.alloc(64);
  return (line) => {
    writeSync(questions.write, `${line}\n`);
    const length = readSync(answers.read, bytes);
    if (length === 0) throw new Error(`${program} ended at ${line}`);
    return bytes.toString("utf8", 0, length);
  };
}

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** A pipe whose ends block: Node's own pipes to a child cannot be waited for. */
function pipe(path: string): Pipe {
  rmSync(path, { force: true });
  execFileSync("mkfifo", [path]);
  // either end alone would wait for the other to be opened
  const both = openSync(path, "r+");
  const ends = { read: openSync(path, "r"), write: openSync(path, "w") };
  closeSync(both);
  rmSync(path);
  return ends;
}

const raw = (array: Float64Array): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
