// A simulation that is ended must go on to what it is when left alone.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { isoflop, json, MAIN } from "./run.ts";

/** Runs isoflop until it has written a checkpoint, then ends it by a signal. Returns its exit status. */
function interrupt(words: string[], checkpoint: string, signal: NodeJS.Signals): Promise<number | null> {
  const age = () => (existsSync(checkpoint) ? statSync(checkpoint).mtimeMs : 0);
  const before = age();
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: "ignore" });
  const timer = setInterval(() => {
    if (age() > before) child.kill(signal);
  }, 20);
  return new Promise((resolve) =>
    child.on("exit", (status) => {
      clearInterval(timer);
      resolve(status);
    }),
  );
}

/**
 * Kills a simulation of d = 64 that lasts longer than a checkpoint takes to come, stops it by Ctrl-C, lets it end, and compares
 * what it gives with a run left alone.
 */
export async function interruptAndCompare(line: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-"));
  try {
    const { d, steps, mean, stderr, expected } = json(`${line} --threads 2 --quiet`);
    const out = join(folder, "run.json");
    const checkpoint = `${out}.checkpoint.d64`;
    const words = [...line.split(" "), "--threads", "2", "--out", out];
    for (const [signal, status] of [
      ["SIGKILL", null],
      ["SIGINT", 130],
    ] as const) {
      expect(await interrupt(words, checkpoint, signal)).toBe(status);
      expect(existsSync(checkpoint)).toBe(true);
      expect(existsSync(out)).toBe(false);
    }
    expect(isoflop(words.join(" ")).status).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ d, steps, mean, stderr, expected });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
