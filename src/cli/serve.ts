// A static file server for the explorer: one folder, this machine only, read only, with the page's content-security policy
// as a header too.

import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder on a loopback port.
 * @param port 0 for any free one
 */
export function serve(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const path = safe(folder, request.url ?? "/");
    if (path === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      const status = path === undefined ? 404 : 405;
      response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      ...policyOf(path),
      // names of assets carry a hash of what is in them
      "cache-control": path.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(path).pipe(response);
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

/** The file a request means, if it is one within the folder. */
function safe(folder: string, url: string): string | undefined {
  try {
    const wanted = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const path = join(folder, normalize(wanted.endsWith("/") ? `${wanted}index.html` : wanted));
    return path.startsWith(folder + sep) && statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
