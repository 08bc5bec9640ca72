// The connection to Redis. Its password may come in the URL or from the environment; it is given to the client and nowhere
// else: no message, file or store holds it.

import { createRequire } from "node:module";
import { isIP } from "node:net";
import type { Redis } from "ioredis";

/** Where the queue is, when --queue gives no URL, and the password, when the URL holds none. */
export const URL_VARIABLE = "ISOFLOP_REDIS_URL";
export const PASSWORD_VARIABLE = "ISOFLOP_REDIS_PASSWORD";

interface Connection {
  host: string;
  port: number;
  db: number;
  username?: string;
  password?: string;
  tls?: { servername?: string };
}

export interface Place {
  readonly options: Connection;
  /** host:port/db, to be shown. */
  readonly shown: string;
}

/**
 * Reads redis://[user:password@]host[:port][/db], or rediss:// for TLS.
 * @throws TypeError that does not repeat the URL
 */
export function place(url: string | undefined = process.env[URL_VARIABLE]): Place {
  if (!url) throw new TypeError(`--queue needs redis://host:port, here or in ${URL_VARIABLE}`);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TypeError("the queue must be a URL such as redis://host:6379 (rediss:// for TLS)");
  }
  const { protocol, hostname, pathname } = parsed;
  if (protocol !== "redis:" && protocol !== "rediss:")
    throw new TypeError(`the queue must be redis:// or rediss://, got ${protocol}//`);
  if (hostname === "") throw new TypeError("the queue's URL names no host");
  const db = pathname.length > 1 ? Number(pathname.slice(1)) : 0;
  if (!/^\/?\d*$/.test(pathname) || !Number.isSafeInteger(db))
    throw new TypeError("the queue's URL must end in the number of a database, or nothing");
  const password = decoded(parsed.password, "password") || process.env[PASSWORD_VARIABLE];
  const port = Number(parsed.port || 6379);
  const host = hostname.replace(/^\[|\]$/g, "");
  return {
    shown: `${hostname}:${port}/${db}`,
    options: {
      host,
      port,
      db,
      ...(parsed.username && { username: decoded(parsed.username, "user") }),
      ...(password && { password }),
      ...(protocol === "rediss:" && { tls: isIP(host) ? {} : { servername: host } }),
    },
  };
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(
      `the ${what} in the queue's URL has a % that begins no escape: write %25 for it${what === "password" ? `, or set ${PASSWORD_VARIABLE}` : ""}`,
    );
  }
}

/** Loads the queue. */
export async function loadQueue() {
  const { Queue, Worker } = await import("bullmq").catch(missing);
  return { Queue, Worker };
}

/** Loads the client alone: the queue takes longer, and is not needed where there is no Redis. */
async function loadClient() {
  try {
    createRequire(import.meta.url).resolve("bullmq");
    return (await import("ioredis")).Redis;
  } catch {
    return missing();
  }
}

function missing(): never {
  throw new Error("a queue needs the packages bullmq and ioredis: npm install bullmq ioredis");
}

/**
 * Connects, once; afterwards the client reconnects by itself for ever.
 * @throws Error in one line where there is no Redis, or it refuses
 */
export async function connect({ options, shown }: Place): Promise<Redis> {
  const Redis = await loadClient();
  let connected = false;
  const redis = new Redis({
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    commandTimeout: 15_000,
    connectTimeout: 10_000,
    retryStrategy: (times) => (connected ? Math.min(100 * times, 2000) : null),
  });
  let reason: Error | undefined;
  redis.on("error", (error: Error) => {
    reason = error;
  });
  try {
    await redis.connect();
    await redis.ping();
    await redis.select(options.db); // the client itself goes on in database 0 where there is no such one
    connected = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new Error(
      `Redis at ${shown} ${refusal(/DB index/.test(String(error)) ? (error as Error) : (reason ?? (error as Error)), options.tls !== undefined)}`,
    );
  }
}

function refusal(error: Error, tls: boolean): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (/WRONGPASS|invalid password|invalid username/i.test(message))
    return `refuses the password: set it in the URL or in ${PASSWORD_VARIABLE}`;
  if (/DB index/.test(message)) return "has no such database: take a lower number after the slash";
  if (/NOPERM/.test(message))
    return `denies this user what a queue needs (${message.split("\n")[0]}): see docs/sweeps.md`;
  if (/NOAUTH/.test(message)) return `wants a password: set it in the URL or in ${PASSWORD_VARIABLE}`;
  if (/^(CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_(VERIFY|GET))/.test(code ?? ""))
    return `has a certificate that is not trusted here (${code}): give its authority in NODE_EXTRA_CA_CERTS`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "has a certificate for another name: use the name it was made for";
  return `does not answer (${code ?? message.split("\n")[0]}): is it running, ${tls ? "does it speak TLS, " : ""}and is this the right address?`;
}

/** Whether an error says that Redis is away for now, not that something is wrong. */
export function isAway(error: unknown): boolean {
  const { message = "", code = "" } = error as NodeJS.ErrnoException;
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/.test(code) ||
    /Connection is closed|Command timed out|ECONNREFUSED|LOADING|Stream isn't writeable|READONLY|MISCONF|max retries/i.test(
      message,
    )
  );
}
