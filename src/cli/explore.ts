// isoflop explore: serves the explorer to a browser on this machine, until interrupted.

import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { Failure, Usage } from "./errors.ts";
import { interruption } from "./interrupt.ts";
import { whole } from "./options.ts";
import { serve } from "./serve.ts";

export function define(command: Command): void {
  command.option("--port <n>", "port on 127.0.0.1; 0 for any free one", whole, 8087).action(run);
}

async function run({ port }: { readonly port: number }): Promise<void> {
  if (port < 0 || port > 65535) throw new Usage(`--port must be from 0 to 65535, got ${port}`);
  // from build/lib/chunks to build/explorer
  const folder = fileURLToPath(new URL(/* @vite-ignore */ "../../explorer", import.meta.url));
  if (!existsSync(folder)) throw new Failure("the explorer is not built: run npm run build:explorer");
  const server = await serve(folder, port).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new Failure(`port ${port} is taken: give another with --port`) : error;
  });
  process.stdout.write(
    `The explorer is at http://127.0.0.1:${(server.address() as AddressInfo).port}/\nPress Ctrl-C to end.\n`,
  );
  const signal = interruption();
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  server.close();
  server.closeAllConnections();
}
