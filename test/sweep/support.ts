// What the sweep tests share: folders of their own, the built command line as a process, a Redis on a free port.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Store } from "../../src/sweep/store.ts";
import { isoflop as kept } from "../cli/run.ts";

const MAIN = "build/lib/cli/main.js";

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "isoflop-sweep-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export function planFile(where: string, plan: object): string {
  const file = join(where, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

export const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

export interface Running {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** The exit status, or null where it was killed. */
  readonly end: Promise<number | null>;
  readonly kill: () => Promise<void>;
}

/** Starts the command line. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (data: Buffer) => {
      output[stream] += data;
    });
  const end = new Promise<number | null>((resolve) => child.on("close", resolve));
  const kill = async () => {
    if (!ended(child)) child.kill("SIGKILL");
    await end;
  };
  onTestFinished(kill);
  return { child, stdout: () => output.stdout, stderr: () => output.stderr, end, kill };
}

/** The command line as a process beside others: how it ended. */
export async function ran(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { end, stdout, stderr } = start(args, env);
  return { status: await end, stdout: stdout(), stderr: stderr() };
}

/** Runs the command line to its end, as a process of its own. */
export function isoflopProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 1_200_000,
    maxBuffer: 2 ** 26,
  });
}

/** The same in the kept thread of the command line's tests, but for what speaks to Redis: that leaves connections behind. */
export function isoflop(args: readonly string[], env?: NodeJS.ProcessEnv) {
  if (env || args[0] === "worker" || args.includes("--queue")) return isoflopProcess(args, env);
  const { status, out, error } = kept(args);
  return { status, stdout: out, stderr: error };
}

/** The cells and curves of a folder, as the bytes of their exports. */
export function exported(out: string, curves = true): string {
  const read = (...options: string[]) => {
    const to = join(out, "export.jsonl");
    const { status, stderr } = isoflop(["sweep", "export", out, "--to", to, ...options]);
    if (status !== 0) throw new Error(stderr);
    return readFileSync(to, "utf8");
  };
  return read() + (curves ? read("--curves") : "");
}

export function keysOf(jsonLines: string): string[] {
  return jsonLines
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { key: string }).key);
}

/** The cells and the curves of a store, as its exports give them. */
export async function bytesOf(out: string): Promise<string> {
  const store = await Store.open(out, "read");
  try {
    const files = [false, true].map((curves) => ({ curves, to: join(out, `${curves}.jsonl`) }));
    for (const { curves, to } of files) await store.export("rehearsal", to, { format: "jsonl", curves });
    return files.map(({ to }) => readFileSync(to, "utf8")).join("");
  } finally {
    await store.close();
  }
}

/** A generator of numbers in [0, 1) that every run of a test repeats. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function until(condition: () => boolean, milliseconds = 600_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await sleep(20);
  }
}

/** Debian's redis-server; where there is none the tests that need it are skipped, loudly. */
export const hasRedis = (() => {
  const found = spawnSync("redis-server", ["--version"]).status === 0;
  if (!found)
    console.warn("\n*** no redis-server here: the tests of the queue are SKIPPED (apt-get install redis-server) ***\n");
  return found;
})();

/** openssl, and a Redis that was built with TLS. */
export const hasTls = (() => {
  const found = hasRedis && spawnSync("openssl", ["version"]).status === 0;
  const spoken = found && /--tls\b/.test(String(spawnSync("redis-cli", ["--help"]).output));
  if (!spoken)
    console.warn("\n*** no openssl or no redis-server with TLS here: the tests of rediss:// are SKIPPED ***\n");
  return spoken;
})();

export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority of its own and a certificate it signed, for some names. */
export function certificates(names = "DNS:localhost,IP:127.0.0.1"): Certificates {
  const dir = folder();
  const at = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...fresh, "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt");
  openssl("req", ...fresh, "-subj", "/CN=localhost", "-keyout", "redis.key", "-out", "redis.csr");
  writeFileSync(at("names"), `subjectAltName=${names}\n`);
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  openssl("x509", "-req", "-in", "redis.csr", ...signed, "-out", "redis.crt");
  return { authority: at("ca.crt"), certificate: at("redis.crt"), key: at("redis.key") };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Redis with a password and an append-only file, on a free port of the loopback. */
export class TestRedis {
  static readonly password = "correct horse";
  readonly port: number;
  readonly #dir: string;
  readonly #options: readonly string[];
  #server: ChildProcess | undefined;

  private constructor(port: number, dir: string, options: readonly string[]) {
    this.port = port;
    this.#dir = dir;
    this.#options = options;
  }

  static async start(options: readonly string[] = []): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), folder(), options);
    onTestFinished(() => redis.stop());
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** A Redis that speaks TLS alone, with the certificate of `made`. */
  static async withTls(made: Certificates): Promise<TestRedis> {
    const tlsPort = await freePort();
    const redis = new TestRedis(tlsPort, folder(), [
      ...["--port", "0", "--tls-port", String(tlsPort), "--tls-auth-clients", "no"],
      ...["--tls-cert-file", made.certificate, "--tls-key-file", made.key, "--tls-ca-cert-file", made.authority],
    ]);
    onTestFinished(() => redis.stop());
    await redis.restart();
    return redis;
  }

  /** For the environment of a command. */
  get env(): NodeJS.ProcessEnv {
    return { ISOFLOP_REDIS_URL: this.url, ISOFLOP_REDIS_PASSWORD: TestRedis.password };
  }

  async restart(): Promise<void> {
    const server = spawn("redis-server", [
      ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#dir, "--requirepass", TestRedis.password],
      ...["--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"],
      ...this.#options,
    ]);
    let log = "";
    server.stdout.on("data", (data: Buffer) => {
      log += data;
    });
    this.#server = server;
    await until(() => /Ready to accept connections/.test(log));
  }

  /** As a crash would. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server || ended(server)) return;
    const gone = new Promise((resolve) => server.on("close", resolve));
    server.kill("SIGKILL");
    await gone;
  }

  command(...args: string[]): string {
    return this.#client(args, "");
  }

  /** Many, from one client. */
  commands(all: readonly (readonly string[])[]): string {
    return this.#client([], all.map((words) => words.map((word) => JSON.stringify(word)).join(" ")).join("\n"));
  }

  #client(args: readonly string[], input: string): string {
    const login = ["-p", String(this.port), "-a", TestRedis.password, "--no-auth-warning"];
    return execFileSync("redis-cli", [...login, ...args], { encoding: "utf8", input }).trim();
  }
}
