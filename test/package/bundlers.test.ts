// fitRuns with its default options from bundles of esbuild and Vite and from a plain page, in a browser: the same numbers, on one
// thread with a note where the bundle has no worker script, on several where it is given one.

import { writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve } from "../../src/cli/serve.ts";
import { fitRuns, runs } from "../../src/index.ts";
import { launch } from "../browser/chromium.ts";
import { type Packed, pack } from "./packed.ts";

const TABLE = `
  const N = [], D = [], loss = [];
  for (const n of [1e7, 3e7, 1e8, 3e8, 1e9])
    for (const d of [1e9, 3e9, 1e10, 3e10]) {
      N.push(n);
      D.push(d);
      loss.push(1.7 + 400 * n ** -0.34 + 1500 * d ** -0.36 + 0.001 * Math.sin(n + d));
    }
`;
const fitting = (options: string) => `${TABLE}
  const { parametric, warnings } = await fitRuns(runs({ N, D, loss }), { draws: 200, starts: "projection", threads: 2${options} });
  globalThis.told = { alpha: parametric.fit.alpha, ci: parametric.ci.alpha, warnings };`;
const page = (script: string, head = "") =>
  `<!doctype html><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script>`;

interface Told {
  readonly alpha: number;
  readonly ci: readonly [number, number];
  readonly warnings: readonly string[];
}

let packed: Packed;
let browser: Browser;
let server: Server;
let here: Told;

beforeAll(async () => {
  packed = pack(["hyparquet", "hyparquet-compressors", "papaparse"]);
  const [N, D, loss] = new Function(`${TABLE} return [N, D, loss];`)();
  const { parametric } = await fitRuns(runs({ N, D, loss }), { draws: 200, starts: "projection", threads: 1 });
  here = { alpha: parametric!.fit.alpha, ci: parametric!.ci!.alpha!, warnings: [] };
  browser = await launch();
  server = await serve(packed.folder, 0);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
  packed?.remove();
});

const write = (name: string, text: string) => writeFileSync(join(packed.folder, name), text);

async function told(path: string): Promise<Told> {
  const tab = await browser.newPage();
  const wrong: string[] = [];
  tab.on("pageerror", ({ message }) => wrong.push(message));
  await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  await tab.waitForFunction("globalThis.told", undefined, { timeout: 600_000 }).catch(() => {});
  expect(wrong).toEqual([]);
  const result = (await tab.evaluate("told")) as Told;
  await tab.close();
  return result;
}

/** Other engines' Math functions may differ in the last digits. */
function same(found: Told, note: RegExp | null): void {
  expect(found.alpha / here.alpha).toBeCloseTo(1, 6);
  for (const i of [0, 1] as const) expect(found.ci[i] / here.ci[i]).toBeCloseTo(1, 3);
  if (note) expect(found.warnings.join()).toMatch(note);
  else expect(found.warnings).toEqual([]);
}

const ALONE = /one thread was used: .*; in a bundle give worker, the URL of isoflop\/fit-worker/;

it("from an esbuild bundle, whole and for the loss alone", async (context) => {
  const require = createRequire(createRequire(import.meta.url).resolve("tsx/package.json"));
  let esbuild: typeof import("esbuild");
  try {
    esbuild = require("esbuild");
  } catch {
    return context.skip("esbuild is not installed");
  }
  write("fit.js", `import { fitRuns, runs } from "isoflop"; ${fitting("")}`);
  write(
    "loss.js",
    `import { loss, plrf, powerLaw } from "isoflop"; globalThis.told = loss(plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 0.7 }), d: 1e4 }), { steps: [1, 100] }).loss[1];`,
  );
  for (const name of ["fit", "loss"])
    await esbuild.build({
      ...{ entryPoints: [join(packed.folder, `${name}.js`)], outfile: join(packed.folder, `${name}.bundle.js`) },
      ...{ bundle: true, format: "esm", platform: "browser", logLevel: "silent" },
    });
  write("fit.html", page("./fit.bundle.js"));
  write("loss.html", page("./loss.bundle.js"));
  same(await told("/fit.html"), ALONE);
  expect(await told("/loss.html")).toBeGreaterThan(0);
});

it("from a Vite bundle, on one thread or on the worker it is given", async () => {
  const worker = `, worker: new URL(url, location.href)`;
  write("index.html", page("./main.js"));
  for (const [options, imports, note] of [
    ["", "", ALONE],
    [worker, 'import url from "isoflop/fit-worker?worker&url";', null],
  ] as const) {
    write("main.js", `${imports} import { fitRuns, runs } from "isoflop"; ${fitting(options)}`);
    await build({
      ...{ root: packed.folder, base: "./", logLevel: "silent", worker: { format: "es" } },
      build: { target: "es2022" },
    });
    same(await told("/dist/index.html"), note);
  }
});

it("from a plain page", async () => {
  const imports = {
    isoflop: "./node_modules/isoflop/build/lib/index.js",
    "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js",
  };
  write("plain.js", `import { fitRuns, runs } from "isoflop"; ${fitting("")}`);
  write("plain.html", page("./plain.js", `<script type="importmap">${JSON.stringify({ imports })}</script>`));
  // a worker has no import map: it cannot find the loader
  same(await told("/plain.html"), ALONE);
});
