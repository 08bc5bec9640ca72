// What is in the package, and that it gives the same numbers from a script, a plain page and a bundled one.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../src/cli/serve.ts";
import * as isoflop from "../../src/index.ts";
import { readyData, trainNetworks } from "../../src/networks/index.ts";
import { launch } from "../browser/chromium.ts";
import { type Packed, pack } from "./packed.ts";

/**
 * The first example of the README, and a number from every part of it. The best sizes are left out: a flat minimum holds them
 * to six digits only.
 */
const EXAMPLE = `
  const spectrum = powerLaw({ alpha: 0.7, beta: 0.7 });
  const model = plrf({ spectrum, d: 1e6 });
  const curve = loss(model, { steps: logspace(1, 1e9, 20) });
  const best = frontier({ spectrum, flops: [1e8, 1e12], points: 3 });
  const numbers = [...curve.loss, ...best.loss, phase({ alpha: 0.4, beta: 0.9 }).eta];
`;
const NAMES = "frontier, logspace, loss, phase, plrf, powerLaw";

let packed: Packed;
let expected: number[];

beforeAll(() => {
  packed = pack(["commander"]);
  expected = new Function("isoflop", `const { ${NAMES} } = isoflop; ${EXAMPLE} return numbers;`)(isoflop);
});
afterAll(() => packed?.remove());

const write = (name: string, text: string) => writeFileSync(join(packed.folder, name), text);

describe("the tarball", () => {
  it("holds the built library, the core, the explorer, and nothing else", () => {
    const allowed =
      /^(LICENSE|README\.md|package\.json|build\/isoflop\.wasm|build\/lib\/[\w/-]+\.(js|d\.ts)|build\/lib\/sweep\/[\w-]+\.schema\.json|build\/explorer\/(index\.html|offline\.js|assets\/[\w.-]+\.(js|css)|docs\/[\w./-]+\.(html|css|svg|woff2|csv|py|sbatch|yaml)))$/;
    expect(packed.files.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([]);
    expect(packed.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "build/lib/index.js",
        "build/lib/index.d.ts",
        "build/isoflop.wasm",
        "build/explorer/index.html",
      ]),
    );
    expect(packed.files.filter(({ path }) => /\.test\.|\.spec\.|fixture/.test(path))).toEqual([]);
    expect(packed.size).toBeLessThan(1.5e6);
  });

  it("names files that are there, has one dependency and no side effects", () => {
    const told = JSON.parse(readFileSync(join(packed.folder, "node_modules/isoflop/package.json"), "utf8"));
    const paths = packed.files.map(({ path }) => path);
    const named = (value: unknown): string[] =>
      typeof value === "string" ? [value] : Object.values(value!).flatMap(named);
    const files = [...named(told.exports), ...named(told.bin)].map((path) => path.replace("./", ""));
    expect(files.filter((path) => !paths.includes(path))).toEqual([]);
    expect(Object.keys(told.dependencies)).toEqual(["@assemblyscript/loader"]);
    // all but the scripts that are run, not imported
    expect(told.sideEffects).toEqual([
      "./build/lib/cli/main.js",
      "./build/lib/*/*thread.js",
      "./build/lib/simulation/worker.js",
    ]);
    // what resolves as Node 10 did finds the same types
    const typed = Object.entries(told.exports as Record<string, Record<string, string>>).filter(
      ([, { types }]) => types,
    );
    expect({ ".": told.types, ...told.typesVersions["*"] }).toEqual(
      Object.fromEntries(typed.map(([name, { types }]) => (name === "." ? [name, types] : [name.slice(2), [types]]))),
    );
    expect(told.main).toBe(told.exports["."].default);
    for (const [name, entry] of Object.entries(told.exports as Record<string, Record<string, string>>))
      if (!/\.(wasm|json)$/.test(name)) expect(Object.keys(entry)[0], `${name}: types come first`).toBe("types");
  });

  it("gives the library's numbers in Node, and its core from the .wasm file too", () => {
    write("run.mjs", `import { ${NAMES} } from "isoflop"; ${EXAMPLE} console.log(JSON.stringify(numbers));`);
    expect(JSON.parse(run("run.mjs"))).toEqual(expected);
    write(
      "wasm.mjs",
      `import { readFileSync } from "node:fs";
       import { fileURLToPath } from "node:url";
       import { ${NAMES.replace("frontier, ", "")}, wasmKernels } from "isoflop";
       const kernels = wasmKernels(readFileSync(fileURLToPath(import.meta.resolve("isoflop/isoflop.wasm"))));
       const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 1e6 });
       console.log(JSON.stringify([...loss(model, { steps: logspace(1, 1e9, 20), kernels }).loss]));`,
    );
    expect(JSON.parse(run("wasm.mjs"))).toEqual(expected.slice(0, 20));
  });

  it("trains networks to the numbers of the sources", async () => {
    const rows = (n: number) => ({
      features: { data: Float64Array.from({ length: 3 * n }, (_, i) => (i * 7) % 11), rows: n, columns: 3 },
      targets: { data: Float64Array.from({ length: n }, (_, i) => (i * 5) % 3), rows: n, columns: 1 },
    });
    const options = { widths: [8, 16], steps: 20, members: 2 };
    const { widths } = await trainNetworks(readyData(rows(40), rows(20), "squared"), options);
    write(
      "train.mjs",
      `import { readyData, trainNetworks } from "isoflop/networks";
       const rows = ${rows};
       const { widths } = await trainNetworks(readyData(rows(40), rows(20), "squared"), ${JSON.stringify(options)});
       console.log(JSON.stringify(widths.map(({ mean }) => [...mean])));`,
    );
    expect(JSON.parse(run("train.mjs"))).toEqual(widths.map(({ mean }) => [...mean]));
  });

  it("runs as a command", () => {
    const told = run(
      "node_modules/isoflop/build/lib/cli/main.js",
      "phase",
      "--alpha",
      "0.4",
      "--beta",
      "0.9",
      "--json",
    );
    expect(JSON.parse(told)).toMatchObject({ phase: "IVa", xi: 0.5, eta: 0.4 });
  });

  it.each(["nodenext", "bundler"])("has types for %s", (moduleResolution) => {
    write(
      "use.mts",
      `import { loss, plrf, powerLaw, type LossCurve } from "isoflop";
       const curve: LossCurve = loss(plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 10 }), { steps: [1] });
       export const value: number = curve.loss[0]!;
       // @ts-expect-error: d must be a number
       plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: "10" });`,
    );
    const module = moduleResolution === "nodenext" ? "nodenext" : "esnext";
    const tsc = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
    const flags = `--noEmit --strict --target es2022 --lib es2023,dom --skipLibCheck false --types --module ${module} --moduleResolution ${moduleResolution}`;
    run(tsc, ...flags.split(" "), "use.mts");
  });

  function run(...command: string[]): string {
    return execFileSync(process.execPath, command, { cwd: packed.folder }).toString();
  }
});

describe("in a page", () => {
  let browser: Browser;
  let server: Server;
  let base: string;

  beforeAll(async () => {
    browser = await launch();
    server = await serve(packed.folder, 0);
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
  });

  async function numbersOf(path: string): Promise<number[]> {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(message));
    await page.goto(base + path);
    await page.waitForFunction("globalThis.numbers", undefined, { timeout: 600_000 }).catch(() => {});
    expect(wrong).toEqual([]);
    const numbers = await page.evaluate("numbers");
    await page.close();
    return numbers as number[];
  }

  const script = () => `import { ${NAMES} } from "isoflop"; ${EXAMPLE} globalThis.numbers = numbers;`;

  it("gives the same numbers on a plain static page", async () => {
    const imports = {
      isoflop: "./node_modules/isoflop/build/lib/index.js",
      "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js",
    };
    write(
      "plain.html",
      `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">${script()}</script>`,
    );
    close(await numbersOf("/plain.html"));
  });

  it("gives the same numbers from a Vite build of all six, at most 60,000 bytes gzipped", async () => {
    write(
      "index.html",
      `<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>`,
    );
    write("main.js", script());
    await build({
      root: packed.folder,
      base: "./",
      logLevel: "silent",
      // optional packages, loaded only where they are used
      build: {
        modulePreload: { polyfill: false },
        rolldownOptions: { external: ["hyparquet", "hyparquet-compressors", "papaparse"] },
      },
    });
    close(await numbersOf("/dist/index.html"));
    const assets = join(packed.folder, "dist", "assets");
    const bytes = readdirSync(assets).map((file) => gzipSync(readFileSync(join(assets, file))).length);
    // the core and what { frontier, logspace, loss, phase, plrf, powerLaw } reach of the library, minified by Vite
    expect(bytes.reduce((a, b) => a + b)).toBeLessThanOrEqual(60_000);
  });

  /** Other engines' Math functions may differ in the last digits. */
  function close(numbers: number[]): void {
    expect(numbers).toHaveLength(expected.length);
    numbers.forEach((value, i) => {
      expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(1e-9);
    });
  }
});
