// The explorer's server as clients of every manner meet it.

import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve } from "../../src/cli/serve.ts";

const folder = mkdtempSync(join(tmpdir(), "isoflop-serve-"));
const large = join(folder, "large.csv");
let server: Server;
let port: number;

beforeAll(async () => {
  writeFileSync(join(folder, "index.html"), "<!doctype html>here");
  writeFileSync(large, Buffer.alloc(2e7));
  server = await serve(folder, 0);
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** The first line of what is answered to a request as it is written. */
function ask(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      told += data;
    });
    socket.on("close", () => resolve(told.split("\r\n")[0]!));
    socket.on("error", reject);
  });
}

it("answers by this machine's names at any port, and by no other", async () => {
  const by = (host: string) => ask(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (const host of [`127.0.0.1:${port}`, "localhost:9000", "LOCALHOST", "[::1]:80"])
    expect(await by(host), host).toBe("HTTP/1.1 200 OK");
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1:80@evil.example",
    "0.0.0.0",
  ])
    expect(await by(host), host).toBe("HTTP/1.1 403 Forbidden");
  expect(await ask("GET / HTTP/1.0\r\n\r\n")).toBe("HTTP/1.1 403 Forbidden");
});

it("takes no other methods, and no path that leads out or to nothing", async () => {
  const request = (line: string) => ask(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(await request("HEAD /")).toBe("HTTP/1.1 200 OK");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
    expect(await request(`${method} /`), method).toBe("HTTP/1.1 405 Method Not Allowed");
  for (const path of [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%2e%2e%2fx",
    "/%00",
    "/%ff",
    "//evil.example/x",
    "/nothing",
    "/large.csv/x",
  ])
    expect(await request(`GET ${path}`), path).toBe("HTTP/1.1 404 Not Found");
});

it.skipIf(process.platform !== "linux")("keeps no file open for clients that leave early", async () => {
  const opened = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === large;
      } catch {
        return false;
      }
    }).length;
  const leave = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("GET /large.csv HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      );
      socket.once("data", () => {
        socket.pause();
        expect(opened()).toBeGreaterThan(0);
        socket.resetAndDestroy();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: 20 }, leave));
  // until they are closed: without that, until the test's limit
  while (opened() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await ask("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).toBe("HTTP/1.1 200 OK");
});
