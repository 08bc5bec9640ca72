// The built command line in a thread that is kept, so that a test does not wait for a process to start and compile the same
// modules again: a run is the entry file evaluated anew, with its own arguments, output and status.

import { workerData } from "node:worker_threads";

const { main, port, done } = workerData;

class Exit extends Error {}

/** Of the run under way. */
let told;
let count = 0;

for (const name of ["stdout", "stderr"])
  process[name].write = (chunk, encoding, after) => {
    if (told) told[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const callback = typeof encoding === "function" ? encoding : after;
    if (callback) queueMicrotask(callback);
    return true;
  };

process.exit = (status) => {
  answer(status ?? process.exitCode ?? 0);
  // what follows in the code that asked for the end is not to be run
  throw new Exit();
};

process.on("uncaughtException", (error) => {
  if (error instanceof Exit) return;
  if (told) told.stderr += `${error.stack}\n`;
  answer(1);
});

function answer(status) {
  if (!told) return;
  const ran = { status, out: told.stdout, error: told.stderr };
  told = undefined;
  port.postMessage(ran);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

port.on("message", async (words) => {
  told = { stdout: "", stderr: "" };
  process.argv = [process.execPath, main, ...words];
  process.exitCode = undefined;
  try {
    await import(`${main}?${++count}`);
    // the entry file listens for errors of stdout, once a process
    process.stdout.removeAllListeners("error");
    answer(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof Exit) return;
    if (told) told.stderr += `${error.stack}\n`;
    answer(1);
  }
});
