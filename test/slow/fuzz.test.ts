// 20,000 random and special-valued calls of what the package exports, and of its commands, in processes of their own: none may crash,
// hang, take more than 500 MB, call NaN a success, or fail in words that do not say what was refused. ISOFLOP_FUZZ sets how many,
// ISOFLOP_FUZZ_FROM where to begin; call n is the same whatever is asked for, and
// `node test/slow/fuzz/child.mjs n n+1` repeats it.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";
import { line, writeFiles } from "./fuzz/lines.ts";

requireBuild();

const CALLS = Number(process.env.ISOFLOP_FUZZ ?? 20_000);
const FROM = Number(process.env.ISOFLOP_FUZZ_FROM ?? 0);
/** A share of the calls are commands: a process each. */
const LINES = Math.ceil(CALLS / 20);
const CHILD = fileURLToPath(new URL("./fuzz/child.mjs", import.meta.url));
const PROBE = fileURLToPath(new URL("./fuzz/rss.cjs", import.meta.url));
const MAIN = fileURLToPath(new URL("../../build/lib/cli/main.js", import.meta.url));
/** Only a hang takes so long, on any machine. */
const HANG = 600_000;
const MEGABYTES = 500;
/** Calls a process makes: memory is measured by process. */
const TOGETHER = 200;

interface Outcome {
  /** The first call that did not come back, or `to`. */
  readonly next: number;
  readonly wrong: string[];
}

/** Calls from … to − 1, as far as the process lived. */
function batch(from: number, to: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, String(from), String(to)], { stdio: ["ignore", "pipe", "pipe"] });
    const wrong: string[] = [];
    let [rest, error, call, done, told] = ["", "", "", from, false];
    let hang = setTimeout(() => child.kill("SIGKILL"), HANG);
    child.stderr.on("data", (data) => {
      error = (error + data).slice(-2000);
    });
    child.stdout.on("data", (data) => {
      clearTimeout(hang);
      hang = setTimeout(() => child.kill("SIGKILL"), HANG);
      const lines = (rest + data).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (/^\d+ \w+$/.test(line)) {
          call = line;
          continue;
        }
        done++;
        const [what, , memory] = line.split("\t");
        if (what !== "ok") wrong.push(`${call}: ${what}`);
        // once a process: what it has taken it has taken
        if (!told && Number.parseFloat(memory!) > MEGABYTES) {
          told = true;
          wrong.push(`${call}: ${memory}`);
        }
      }
    });
    child.on("close", (status, signal) => {
      clearTimeout(hang);
      if (done < to) wrong.push(`${call}: died (${signal ?? status}) ${error.split("\n").slice(0, 5).join(" | ")}`);
      resolve({ next: done < to ? done + 1 : to, wrong });
    });
  });
}

/** Exports that are called with every other, or have nothing to refuse. */
const APART = new Set([
  ...["availableThreads", "defaultKernels", "useKernels", "wasmKernels", "fileCheckpoint", "isLaw", "UnstableStep"], // no numbers
  ...["dynamicsModel", "piecewise", "table", "allocateByLines"], // within others
]);

it("every exported function is among the calls", async () => {
  const folder = fileURLToPath(new URL("./fuzz/", import.meta.url));
  const calls = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")).join("\n"); // biome-ignore format: one line
  const library = await import("../../src/index.ts");
  const functions = Object.entries(library).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
  expect(functions.filter((name) => !APART.has(name) && !new RegExp(`lib\\.${name}\\b`).test(calls))).toEqual([]);
});

it(`${CALLS - LINES} calls of the library`, async () => {
  const wrong: string[] = [];
  const end = FROM + CALLS - LINES;
  for (let n = FROM; n < end; ) {
    const outcome = await batch(n, Math.min(end, n + TOGETHER));
    wrong.push(...outcome.wrong);
    n = outcome.next;
  }
  console.log(`${CALLS - LINES} calls from ${FROM}: ${wrong.length} wrong\n${wrong.join("\n")}`);
  expect(wrong).toEqual([]);
});

it(`${LINES} command lines`, () => {
  const wrong: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), "isoflop-fuzz-"));
  writeFiles(folder);
  for (let n = FROM; n < FROM + LINES; n++) {
    const words = line(n);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--require", PROBE, MAIN, ...words], {
      ...{ cwd: folder, encoding: "utf8", maxBuffer: 1e9, timeout: HANG, killSignal: "SIGKILL" },
    });
    const [said, memory] = [stderr.replace(/\nMB \d+\n/g, ""), Number(/\nMB (\d+)\n/.exec(stderr)?.[1] ?? 0)];
    const problem =
      signal !== null || status === null || status > 2
        ? `ended by ${signal ?? status}`
        : memory > MEGABYTES
          ? `${memory} MB`
          : status > 0 && !/^isoflop: [^\n]+\n$/.test(said)
            ? "says more than one line"
            : /undefined|is not a function|Cannot read|Invalid (typed )?array length/.test(said)
              ? "says nothing of the argument"
              : status === 0 && /"(loss|test|train|error)":\[[^\]]*null/.test(stdout)
                ? "calls NaN a success"
                : undefined;
    if (problem) wrong.push(`isoflop ${words.join(" ")}: ${problem}: ${said.slice(0, 200)}`);
  }
  rmSync(folder, { recursive: true });
  console.log(`${LINES} commands from ${FROM}: ${wrong.length} wrong\n${wrong.join("\n")}`);
  expect(wrong).toEqual([]);
});
