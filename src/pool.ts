// Threads that keep a WebAssembly instance each, opened only when a call wants them: workerpool in Node, web-pool.ts in a page. They
// take the URL of a worker script that registers its methods with `serve({ … })`.

import { shown } from "./check.ts";
import { webPool } from "./web-pool.ts";

export interface Pool {
  readonly threads: number;
  /** Runs a method of the worker script on a free thread. Rejects where it throws or its thread dies. */
  run<T>(method: string, args: unknown[], options?: TaskOptions): Promise<T>;
  /** Ends the threads, and with them what still runs. */
  close(): Promise<void>;
}

/** Milliseconds a timer can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface TaskOptions {
  /** Buffers handed over instead of copied. */
  readonly transfer?: Transferable[];
  /** How long it may take; then its thread is ended, and it rejects with Overtime. */
  readonly seconds?: number;
}

/** How many threads this machine runs at once. */
export function availableThreads(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * Opens a pool on a worker script.
 * @throws Error with what to install, where the optional package workerpool is missing; where a page cannot start the script
 */
export async function openPool(script: URL, threads = availableThreads()): Promise<Pool> {
  // a bundler may make a page's script of a file: what runs it decides
  const node = globalThis.process?.getBuiltinModule !== undefined;
  const file = (url: URL) => process.getBuiltinModule("node:url").fileURLToPath(url);
  const source = script.href.endsWith(".ts");
  const pool = node
    ? workerpool(threads).pool(source ? bundled(file(script)) : file(script), {
        ...{ maxWorkers: threads, workerType: "thread" },
        ...(source && { workerThreadOpts: { execArgv: [] } }), // not what transforms this one's sources
      })
    : ((await webPool(script, threads)) as unknown as import("workerpool").Pool);
  // Tasks wait here, not inside workerpool, whose queue stops when a thread dies; and after a failure a turn of the event
  // loop lets it drop the dead thread before the next task.
  const waiting: (() => void)[] = [];
  let free = threads;
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    threads,
    async run<T>(method: string, args: unknown[], { transfer, seconds }: TaskOptions = {}): Promise<T> {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        const task = pool.exec(method, args, {
          ...(transfer && { transfer }),
        });
        const result = await (seconds === undefined ? task : task.timeout(Math.min(1000 * seconds, LONGEST_TIMER)));
        release();
        return result as T;
      } catch (error) {
        setTimeout(release);
        if ((error as Error).name === "TimeoutError") throw new Overtime(`it took more than ${seconds} s`);
        throw lost(error) ?? error;
      }
    },
    async close() {
      await pool.terminate(true);
    },
  };
}

/** Required, not imported: no bundler is to look for it. */
function workerpool(threads: number): typeof import("workerpool") {
  try {
    return process.getBuiltinModule("node:module").createRequire(import.meta.url)("workerpool");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(`${shown(threads)} threads need the package workerpool: npm install workerpool`);
  }
}

/** A thread died under a task: out of memory, or it ended its process. The task may do better elsewhere. */
export class ThreadLost extends Error {
  override readonly name = "ThreadLost";
}

/** A task took longer than it may. */
export class Overtime extends Error {
  override readonly name = "Overtime";
}

function lost(error: unknown): ThreadLost | undefined {
  const text = String((error as Error).message);
  if (!/^Workerpool Worker (error|terminated)/.test(text)) return undefined;
  const code = /exitCode: `(\w+)`/.exec(text)?.[1];
  return new ThreadLost(
    code ? `the thread ended with exit code ${code}` : text.replace(/^Workerpool Worker error: /, ""),
  );
}

const bundles = new Map<string, string>();

/** From the TypeScript sources (the tests) a thread's script is bundled once: to transform its modules takes each thread a second. */
function bundled(script: string): string {
  const known = bundles.get(script);
  if (known !== undefined) return known;
  const { createRequire } = process.getBuiltinModule("node:module");
  const { createHash } = process.getBuiltinModule("node:crypto");
  const { mkdirSync, writeFileSync, renameSync } = process.getBuiltinModule("node:fs");
  const esbuild = createRequire(createRequire(import.meta.url).resolve("tsx/package.json"))("esbuild");
  const [{ text }] = esbuild.buildSync({
    ...{ entryPoints: [script], bundle: true, write: false, logLevel: "silent" },
    ...{ platform: "node", format: "esm", target: "node20", packages: "external" },
  }).outputFiles;
  // where its packages are found
  const folder = process
    .getBuiltinModule("node:url")
    .fileURLToPath(new URL(/* @vite-ignore */ "../build/threads/", import.meta.url));
  const made = `${folder}${createHash("sha256").update(text).digest("hex").slice(0, 16)}.mjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${made}.${process.pid}`, text);
  renameSync(`${made}.${process.pid}`, made);
  bundles.set(script, made);
  return made;
}

/** The URL of a worker script by its name in src, `sweep/thread`: this file is in src, or built into a chunk of build/lib/chunks. */
export function workerScript(name: string): URL {
  const { url } = import.meta;
  return new URL(url.endsWith(".ts") ? `./${name}.ts` : `../${name}.js`, url);
}
