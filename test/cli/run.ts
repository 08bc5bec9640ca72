// Runs the built command line as a user would.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
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

const wordsOf = (line: string | readonly string[]) =>
  typeof line === "string" ? line.split(" ").filter(Boolean) : line;

/** `isoflop …` with words split at spaces, or as they are given: as a process of its own. */
export function isoflopProcess(line: string | readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...wordsOf(line)], {
    encoding: "utf8",
    maxBuffer: 1e8,
    env: { ...process.env, ISOFLOP_DEBUG: "" },
  });
  return { status, out: stdout, error: stderr.replaceAll(PROGRESS, "") };
}

let warm: { readonly port: import("node:worker_threads").MessagePort; readonly done: Int32Array } | undefined;

/** The same in a thread that is kept: for all but what a process alone has, as signals, pipes and its end. */
export function isoflop(line: string | readonly string[]): Ran {
  warm ??= startWarm();
  const { port, done } = warm;
  port.postMessage(wordsOf(line));
  // a limit that catches a hang, and nothing else
  if (Atomics.wait(done, 0, 0, 1_200_000) === "timed-out") throw new Error(`isoflop ${line} does not end`);
  Atomics.store(done, 0, 0);
  const { status, out, error } = receiveMessageOnPort(port)!.message as Ran;
  return { status, out, error: error.replaceAll(PROGRESS, "") };
}

function startWarm() {
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./warm.mjs", import.meta.url), {
    workerData: { main: MAIN, port: port2, done },
    transferList: [port2],
    env: { ...process.env, ISOFLOP_DEBUG: "" },
    execArgv: [],
  });
  worker.unref();
  port1.unref();
  return { port: port1, done };
}

/** The result of `isoflop … --json`. */
// biome-ignore lint/suspicious/noExplicitAny: fields are what the tests are about
export function json(line: string | readonly string[]): any {
  const { status, out, error } = isoflop(typeof line === "string" ? `${line} --json` : [...line, "--json"]);
  if (status !== 0) throw new Error(`isoflop ${line}: ${status} ${error}`);
  return JSON.parse(out);
}
