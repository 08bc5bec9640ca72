// A static file server for the explorer: one folder, this machine only, read only, with the page's content-security policy
// as a header too. Asked by any other name than this machine's it answers nothing: a page elsewhere whose name was turned to
// 127.0.0.1 after it was loaded (DNS rebinding) would else read what is served here.

import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { pipeline } from "node:stream";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** This machine's own names, at any port: one may be forwarded here. */
const OWN = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Serves a folder on a loopback port.
 * @param port 0 for any free one
 */
export function serve(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const refuse = (status: number) => {
      response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
    };
    if (!OWN.test(request.headers.host ?? "")) return refuse(403);
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
    const found = safe(folder, request.url ?? "/");
    if (found === undefined) return refuse(404);
    const { path, policy } = found;
    response.writeHead(200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      ...policy,
      // names of assets carry a hash of what is in them
      "cache-control": path.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
    });
    if (request.method === "HEAD") response.end();
    // closes the file when the client leaves early, and the connection when the file cannot be read
    else pipeline(createReadStream(path), response, () => {});
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** A page's own content-security policy, with what only a header can say. */
function policyOf(path: string): Record<string, string> {
  if (extname(path) !== ".html") return {};
  const own = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(readFileSync(path, "utf8"))?.[1];
  return own ? { "content-security-policy": `${own}; frame-ancestors 'none'` } : {};
}

/** The file a request means, if it is one within the folder and can be read. */
function safe(folder: string, url: string): { path: string; policy: Record<string, string> } | undefined {
  try {
    const wanted = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const path = join(folder, normalize(wanted.endsWith("/") ? `${wanted}index.html` : wanted));
    return path.startsWith(folder + sep) && statSync(path).isFile() ? { path, policy: policyOf(path) } : undefined;
  } catch {
    return undefined;
  }
}
