// A browser, on its main thread and on Web Workers, gives the numbers that Node gives, bit for bit.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";
import { expect, it } from "vitest";
import { plrf, powerLaw, simulate } from "../../src/index.ts";
import { launch } from "./chromium.ts";
import { options, problem } from "./page/problem.ts";

it("simulates the same in Node and in Chromium", async () => {
  const outDir = mkdtempSync(join(tmpdir(), "isoflop-"));
  const root = fileURLToPath(new URL("./page", import.meta.url));
  const shared = { root, configFile: false, logLevel: "error" } as const;
  await build({ ...shared, base: "./", worker: { format: "es" }, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, host: "127.0.0.1" } });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(server.resolvedUrls!.local[0]!);
    const model = plrf({ ...problem, spectrum: powerLaw(problem) });
    const here = await simulate(model, options);
    const wanted = JSON.stringify([...here.curves, here.expected].map((curve) => [...curve!]));
    for (const threads of [0, 2]) {
      const there = await page.evaluate(
        (n) => (window as unknown as { run(n: number): Promise<string> }).run(n),
        threads,
      );
      expect(there).toBe(wanted);
    }
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true });
  }
});
