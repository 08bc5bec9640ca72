// 20,000 random and special-valued calls of what the package exports, and of its commands, in processes of their own: none may crash,
// hang, take more than 500 MB, call NaN a success, or fail in words that do not say what was refused. ISOFLOP_FUZZ sets how many,
// ISOFLOP_FUZZ_FROM where to begin; call n is the same whatever is asked for, and
// `node test/slow/fuzz-child.mjs n n+1` repeats it.

import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { requireBuild } from "../../scripts/sources.ts";

requireBuild();

const CALLS = Number(process.env.ISOFLOP_FUZZ ?? 20_000);
const FROM = Number(process.env.ISOFLOP_FUZZ_FROM ?? 0);
/** A share of the calls are commands: a process each. */
const COMMANDS = Math.ceil(CALLS / 20);
const CHILD = fileURLToPath(new URL("./fuzz-child.mjs", import.meta.url));
const PROBE = fileURLToPath(new URL("./fuzz-rss.cjs", import.meta.url));
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

it(`${CALLS - COMMANDS} calls of the library`, async () => {
  const wrong: string[] = [];
  const end = FROM + CALLS - COMMANDS;
  for (let n = FROM; n < end; ) {
    const outcome = await batch(n, Math.min(end, n + TOGETHER));
    wrong.push(...outcome.wrong);
    n = outcome.next;
  }
  console.log(`${CALLS - COMMANDS} calls from ${FROM}: ${wrong.length} wrong\n${wrong.join("\n")}`);
  expect(wrong).toEqual([]);
});

/** Park and Miller's generator on (0, 1). */
function generator(seed: number): () => number {
  let state = ((seed + 1) * 16807) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const NUMBERS = [
  "0",
  "-1",
  "1",
  "0.5",
  "0.7",
  "1.2",
  "2",
  "10",
  "100",
  "1e3",
  "1e6",
  "1e12",
  "1e20",
  "1e100",
  "1e308",
  "inf",
  "nan",
  "x",
  "1e-300",
  "7B",
  "9007199254740991",
];
const LISTS = [
  "1,10,100",
  "1:1e6",
  "1:1e9:1e8",
  "1:1e300:5",
  "0",
  "1e300",
  "10,1",
  "inf",
  ":",
  "1:2:3:4",
  "1,,2",
  "1e20:1e8",
];
const RANGES = ["1e8:1e12", "1e300:1e301", "1:2", "0:1", "-1:1", "1e4:1e40", "1e8", "inf:inf"];
const CHOICES = [
  "constant",
  "cosine",
  "optimal",
  "power:1e300",
  "wsd:warmup=1e15",
  "sgd",
  "heavy-ball:0.9",
  "heavy-ball:1",
  "dana:decaying",
  "contour",
  "modes",
  "direct",
  "exact",
  "envelope",
  "spectral",
  "dense",
];

/** What each command may be given; the first of the values of an option is the usual one. */
const COMMAND: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  phase: { "--alpha": ["0.7", ...NUMBERS], "--beta": ["0.7", ...NUMBERS] },
  loss: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--v": ["400", ...NUMBERS],
    "--steps": ["1:1e4:5", ...LISTS],
    "--gamma": ["0.1", ...NUMBERS],
    "--batch": ["1", ...NUMBERS],
    "--noise": ["0.1", ...NUMBERS],
    "--schedule": ["cosine", ...CHOICES],
    "--optimizer": ["sgd", ...CHOICES],
    "--method": ["contour", ...CHOICES],
    "--horizon": ["1e4", ...NUMBERS],
  },
  frontier: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--flops": ["1e8:1e12", ...RANGES],
    "--points": ["5", ...NUMBERS],
    "--step-fraction": ["0.5", ...NUMBERS],
    "--data-ratio": ["4", ...NUMBERS],
    "--method": ["exact", ...CHOICES],
  },
  schedule: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--steps": ["1e4", ...NUMBERS],
    "--compare": ["constant", ...CHOICES],
    "--noise": ["0", ...NUMBERS],
    "--batch": ["1", ...NUMBERS],
  },
  spectrum: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["100", ...NUMBERS],
    "--v": ["400", ...NUMBERS],
  },
  simulate: {
    "--alpha": ["0.7", ...NUMBERS],
    "--beta": ["0.7", ...NUMBERS],
    "--d": ["16", "1", "2.5", "1e9", "0"],
    "--steps": ["50", "1e15", "0", "1e12"],
    "--members": ["4", "1e9", "0", "1e6"],
    "--points": ["5", "1e9", "1e5"],
    "--draws": ["2", "1e9"],
    "--batch": ["1", ...NUMBERS],
    "--method": ["spectral", ...CHOICES],
  },
  diagram: {
    "--alpha": ["0:1", ...RANGES],
    "--beta": ["0:1", ...RANGES],
    "--size": ["8", "1", "1e9", "1e4"],
    "--flops": ["1e8:1e12", ...RANGES],
  },
  dynamics: {
    "--a": ["1.5", ...NUMBERS],
    "--b": ["1.5", ...NUMBERS],
    "--N": ["100", ...NUMBERS],
    "--P": ["100", ...NUMBERS],
    "--times": ["1:1e4:5", ...LISTS],
    "--modes": ["1e3", ...NUMBERS],
    "--eta": ["0.1", ...NUMBERS],
    "--rule": ["gradient-flow", "sgd", "heavy-ball"],
  },
};
/** Always given: a command without them says only that. */
const REQUIRED = new Set(["--alpha", "--beta", "--d", "--steps", "--flops", "--a", "--b", "--times", "--size"]);

function line(n: number): string[] {
  const random = generator(n);
  const names = Object.keys(COMMAND);
  const name = names[n % names.length]!;
  const words = [name];
  for (const [option, values] of Object.entries(COMMAND[name]!)) {
    if (!REQUIRED.has(option) && random() < 0.6) continue;
    words.push(`${option}=${random() < 0.75 ? values[0]! : values[Math.floor(random() * values.length)]!}`);
  }
  return [...words, "--json", "--quiet"];
}

it(`${COMMANDS} command lines`, () => {
  const wrong: string[] = [];
  for (let n = FROM; n < FROM + COMMANDS; n++) {
    const words = line(n);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--require", PROBE, MAIN, ...words], {
      ...{ encoding: "utf8", maxBuffer: 1e9, timeout: HANG, killSignal: "SIGKILL" },
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
  console.log(`${COMMANDS} commands from ${FROM}: ${wrong.length} wrong\n${wrong.join("\n")}`);
  expect(wrong).toEqual([]);
});
