// isoflop worker: runs the cells of sweeps that were started elsewhere with --queue.

import type { Command } from "commander";
import { place, work } from "../sweep/index.ts";
import { Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { number } from "./options.ts";
import { type LocalValues, local, printable, withLocal } from "./sweep.ts";

interface Options extends LocalValues {
  readonly queue?: string | true;
  readonly queueName: string;
  readonly idle?: number;
  readonly timeout?: number;
  readonly quiet?: boolean;
}

export function define(command: Command): void {
  withLocal(command)
    .option("--queue [url]", "where the cells are: redis://host:port; default from ISOFLOP_REDIS_URL")
    .option("--queue-name <name>", "separates the sweeps that share a Redis", "default")
    .option("--idle <seconds>", "leave after so long without a sweep; default: stay", number)
    .option("--timeout <seconds>", "the longest a cell may take here; default: as its plan says", number)
    .option("--quiet", "say nothing")
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.timeout !== undefined && !(options.timeout > 0))
    throw new Usage(`--timeout must be above 0 seconds, got ${options.timeout}`);
  const queue = place(options.queue === true ? undefined : options.queue);
  const say = (text: string) => {
    if (!options.quiet) process.stderr.write(`isoflop worker: ${text}\n`);
  };
  say(`at ${queue.shown}, waiting for a sweep`);
  const { done, failed } = await work(queue, {
    ...local(options),
    name: options.queueName,
    idle: options.idle,
    longest: options.timeout,
    signal: interruption(),
    onSweep: (plan) => say(`working on ${JSON.stringify(printable(plan))}`),
  });
  say(`leaving after ${done + failed} cells, ${failed} of them failed`);
  setTimeout(() => process.exit(), 1000).unref(); // where Redis is away, BullMQ waits for it for ever
}
