// Every command and snippet of the README and of CONTRIBUTING's first section is run: what is printed there is printed here.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../src/cli/serve.ts";
import { exampleRuns } from "../src/explorer/example.ts";
import { launch } from "./browser/chromium.ts";
import { isoflop } from "./cli/run.ts";
import { type Packed, pack } from "./package/packed.ts";

const root = new URL("..", import.meta.url).pathname;
const readme = readFileSync(join(root, "README.md"), "utf8");
const main = join(root, "build/lib/cli/main.js");

interface Block {
  readonly kind: string;
  readonly text: string;
}
const blocks: Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind: kind!,
  text: text!,
}));
const of = (...kinds: string[]) => blocks.filter(({ kind }) => kinds.includes(kind));

/** The same commands, on fewer cells, members and smaller models. */
const SMALLER: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^diagram .*--corrections/, ["--size", "3"]],
  [/^diagram /, ["--size", "5"]],
  [/^epochs .*--plane/, ["--unique", "1e2:1e4:4", "--compute", "1e4:1e9:6"]],
  [/^reproduce /, ["--quick"]],
  [/^simulate /, ["--members", "4", "--d", "50,100,200"]],
];

let packed: Packed;
beforeAll(() => {
  packed = pack(["@observablehq"]);
});
afterAll(() => packed?.remove());

/** The arguments of one command line, quotes taken off. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3]!);

/** Runs a line that begins with isoflop or npm; npm ci has been run, or nothing would be. Files are written to the folder of the package. */
function run(line: string): string {
  const [name, ...args] = words(line.replace(/^npm ci && /, ""));
  if (name === "npm")
    return execFileSync("npm", ["--silent", ...args], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }).toString();
  expect(name, line).toBe("isoflop");
  const smaller = SMALLER.find(([which]) => which.test(args.join(" ")))?.[1] ?? [];
  const there = args.map((word, i) => (args[i - 1] === "--out" ? join(packed.folder, word) : word));
  if (args[0] === "reproduce") there.push("--out", join(packed.folder, "reproduction")); // by default in the current folder
  const { status, out, error } = isoflop([...there, ...smaller]);
  expect(status, error).toBe(0);
  return out;
}

describe("README", () => {
  it("has only kinds of blocks that are run here", () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(["console", "sh", "ts"]));
  });

  it("has in its examples the table that the explorer offers", () => {
    expect(readFileSync(join(root, "examples/runs.csv"), "utf8")).toBe(exampleRuns());
  });

  it.each(of("console").map(({ text }) => text))("prints what it says: %s", (text) => {
    const [command, ...lines] = text.trimEnd().split("\n");
    expect(command).toMatch(/^\$ /);
    const escaped = lines.map((line) => (line.trim() === "…" ? "[^]*" : line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
    expect(run(command!.slice(2)).trimEnd()).toMatch(
      new RegExp(`^${escaped.join("\\n").replace(/\[\^\]\*\\n/g, "[^]*\\n")}$`),
    );
  });

  const commands = of("sh").flatMap(({ text }) =>
    text
      .trim()
      .replace(/\\\n\s*/g, " ")
      .split("\n"),
  );

  it.each(commands.filter((line) => !/explore/.test(line)))("runs: %s", (line) => {
    run(line);
    for (const [, file] of line.matchAll(/--out (\S+)/g))
      expect(existsSync(join(packed.folder, file!)), file).toBe(true);
  });

  it.each(commands.filter((line) => /explore/.test(line)))("serves: %s", async (line) => {
    // the port written there may be taken
    const port = await freePort();
    const script = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts.explore as string;
    if (line.startsWith("npm")) expect(script).toBe("npm run build && node build/lib/cli/main.js explore");
    const child = spawn(process.execPath, [main, "explore", "--port", String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toContain("isoflop explorer");
    for (const path of ["/../package.json", "/%2e%2e/%2e%2e/package.json", "/nothing", "/assets"])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBe(404);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  describe("snippets", () => {
    const snippets = of("ts").map(({ text }, i) => ({ name: `snippet${i + 1}`, text }));
    let browser: Browser;
    beforeAll(async () => {
      // the compiler takes longer to start than for all of them
      for (const { name, text } of snippets) writeFileSync(join(packed.folder, `${name}.ts`), `${text}\nexport {};\n`);
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const flags = "--strict --target es2022 --lib es2023,dom --types --module nodenext --skipLibCheck".split(" ");
      const files = snippets.map(({ name }) => `${name}.ts`);
      execFileSync(process.execPath, [tsc, ...flags, ...files], { cwd: packed.folder });
      if (snippets.some(({ text }) => /figures/.test(text))) await bundlePlot(packed.folder);
      browser = await launch();
    });
    afterAll(() => browser?.close());

    it.each(snippets)("is typed and runs in a page: $text", async ({ name, text }) => {
      const server = await serve(packed.folder, 0);
      const imports = {
        isoflop: "./node_modules/isoflop/build/lib/index.js",
        "isoflop/": "./node_modules/isoflop/build/",
        "isoflop/figures": "./node_modules/isoflop/build/lib/figures/index.js",
        "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js",
        "@observablehq/plot": "./plot.js",
      };
      writeFileSync(
        join(packed.folder, `${name}.html`),
        `<!doctype html><link rel="icon" href="data:,"><body><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">import "./${name}.js"; globalThis.done = true;</script>`,
      );
      const page = await browser.newPage();
      const wrong: string[] = [];
      page.on("pageerror", ({ message }) => wrong.push(message));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.html`);
      await page.waitForFunction("globalThis.done", undefined, { timeout: 600_000 }).catch(() => {});
      expect(wrong).toEqual([]);
      expect(await page.evaluate("globalThis.done")).toBe(true);
      if (/document\.body\.append/.test(text)) expect(await page.locator("svg path").count()).toBeGreaterThan(5);
      server.close();
      server.closeAllConnections();
    });
  });
});

/** Observable Plot as one file, for pages without a bundler. */
async function bundlePlot(folder: string): Promise<void> {
  const { build } = await import("vite");
  await build({
    root,
    logLevel: "silent",
    build: {
      outDir: folder,
      emptyOutDir: false,
      lib: {
        entry: join(root, "node_modules/@observablehq/plot/src/index.js"),
        formats: ["es"],
        fileName: () => "plot.js",
      },
    },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
