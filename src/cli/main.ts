#!/usr/bin/env node
// isoflop COMMAND: finds the command, loads its file alone, and turns every outcome into an exit status: 0 done,
// 1 failed or not converged, 2 bad usage, 130 interrupted. An error is one line; ISOFLOP_DEBUG=1 adds where it came from.

import { createRequire } from "node:module";
import type { Command } from "commander";
import { Failure, MissingPackage } from "./errors.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandFile>;
}

interface CommandFile {
  readonly define: (command: Command) => void;
  /** Options whose names differ from those of the library's arguments, by argument. */
  readonly NAMES?: Readonly<Record<string, string>>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: "phase",
    summary: "the phase of a point (α, β): exponents and trade-off",
    load: () => import("./phase.ts"),
  },
  {
    name: "loss",
    summary: "the exact expected loss of a model over its training",
    load: () => import("./loss.ts"),
  },
  {
    name: "frontier",
    summary: "the best model size and loss at each compute budget",
    load: () => import("./frontier.ts"),
  },
  {
    name: "schedule",
    summary: "step schedules side by side, or the best of each at a budget",
    load: () => import("./schedule.ts"),
  },
  {
    name: "diagram",
    summary: "the plane of phases, with predicted or measured exponents",
    load: () => import("./diagram.ts"),
  },
  {
    name: "dynamics",
    summary: "random features on finite data: test and train loss over training",
    load: () => import("./dynamics.ts"),
  },
  {
    name: "epochs",
    summary: "what samples seen again are worth, in fresh ones",
    load: () => import("./epochs.ts"),
  },
  {
    name: "batch",
    summary: "steps against samples to reach a loss, and the critical batch",
    load: () => import("./batch.ts"),
  },
  {
    name: "spectrum",
    summary: "the spectral density of the random features, and the target's energy in it",
    load: () => import("./spectrum.ts"),
  },
  {
    name: "simulate",
    summary: "ensembles of real one-pass SGD against the theory",
    load: () => import("./simulate.ts"),
  },
  {
    name: "reproduce",
    summary: "the figures and tables of the two papers, each with a verdict",
    load: () => import("./reproduce.ts"),
  },
  {
    name: "explore",
    summary: "the explorer, served to a browser on this machine",
    load: () => import("./explore.ts"),
  },
  {
    name: "sweep",
    summary: "many cells, resumable, on this machine or many",
    load: () => import("./sweep.ts"),
  },
  {
    name: "worker",
    summary: "runs the cells of sweeps that were started elsewhere",
    load: () => import("./worker.ts"),
  },
  {
    name: "fit",
    summary: "exponents and the best N and D from training runs",
    load: () => import("./fit.ts"),
  },
  {
    name: "plan",
    summary: "what to train on a budget, or for how long, from training runs",
    load: () => import("./plan.ts"),
  },
  {
    name: "compare",
    summary: "laws of the loss side by side, on training runs and beyond them",
    load: () => import("./compare.ts"),
  },
  {
    name: "predict",
    summary: "the loss of models not yet trained, with an interval that laws share",
    load: () => import("./predict.ts"),
  },
  {
    name: "measure",
    summary: "the spectrum behind features and targets of your own, and the learning curves that follow",
    load: () => import("./measure.ts"),
  },
  {
    name: "train",
    summary: "networks of several widths on data of your own, as a table of runs",
    load: () => import("./train.ts"),
  },
  {
    name: "design",
    summary: "which runs to make next, so that a large one is foretold best",
    load: () => import("./design.ts"),
  },
  {
    name: "bridge",
    summary: "the solvable model behind measured exponents or a kernel spectrum",
    load: () => import("./bridge.ts"),
  },
];

async function main(argv: readonly string[]): Promise<number> {
  const { Command, CommanderError } = await import("commander").catch((error: unknown) => {
    throw new MissingPackage("the command line", "commander", error);
  });
  const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };
  const program = new Command("isoflop")
    .description("Compute-optimal neural scaling laws: exact, simulated and fitted.")
    .version(version)
    .exitOverride()
    .enablePositionalOptions() // a command's own commands may have options of the same name
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError()
    .addHelpText("after", "\nisoflop COMMAND --help tells a command's options.");
  program.helpCommand(false);
  const named = argv.find((argument) => !argument.startsWith("-"));
  let file: CommandFile | undefined;
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(summary);
    if (name === named) {
      file = await load();
      file.define(command);
      tellDefaults(command);
    }
  }
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    // one of a thread keeps its name alone
    if (error instanceof Error && ["RangeError", "TypeError"].includes(error.name))
      error.message = asOption(
        error.message,
        program.commands.find((command) => command.name() === named)?.options,
        file?.NAMES,
      );
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // what was given may be long
    const given = error.message.replace(/(argument '.{100}).*(?=' is invalid)/s, "$1…");
    say(given.replace(/^error: /, "").replace(/\n+/g, " "));
    return 2;
  }
}

/** Defaults as they would be typed: lists with commas, ∞ as inf. */
function tellDefaults(command: Command): void {
  for (const option of command.options) {
    const value: unknown = option.defaultValue;
    if (value === Infinity) option.defaultValueDescription ??= "inf";
    if (Array.isArray(value) || ArrayBuffer.isView(value)) option.defaultValueDescription ??= String(value);
  }
  command.commands.forEach(tellDefaults);
}

/** "stepFraction must be …" of the library, said of the option --step-fraction where the command has it; "rule.eta …" of --eta. */
function asOption(
  message: string,
  options: readonly { readonly long?: string | undefined }[] = [],
  names: CommandFile["NAMES"] = {},
): string {
  const [whole, name = ""] = /^(?:rule\.)?([a-zA-Z]+)/.exec(message) ?? [""];
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const long = [names[name], name, kebab].map((word) => `--${word}`);
  const found = long.find((word) => options.some((option) => option.long === word));
  return found ? found + message.slice(whole.length) : message;
}

function say(message: string): void {
  process.stderr.write(`isoflop: ${message.split("\n")[0]}\n`);
}

function report(error: unknown): number {
  if (process.env.ISOFLOP_DEBUG) console.error(error);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  say(message);
  if (error instanceof Failure) return error.status;
  return name === "RangeError" || name === "TypeError" ? 2 : name === "AbortError" ? 130 : 1;
}

// a reader that has seen enough (isoflop … | head) is no error
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(0);
  process.stderr.write(`isoflop: stdout cannot be written (${code}): make room, or send it elsewhere\n`);
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2)).catch(report);
