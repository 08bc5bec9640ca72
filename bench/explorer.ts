// How fast the explorer answers, in a real Chromium against a local server: from a pointer's move to the curves that show it
// (the frame after they are drawn), how long the main thread is blocked, what the first load weighs and how soon it answers,
// and what the page keeps after many changes of view.
// Needs npm run build; run with npx tsx bench/explorer.ts on a quiet machine. A folder given as argument is measured in place of
// build/explorer, so that two builds can be compared in turns.

import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { serve } from "../src/cli/serve.ts";
import { launch } from "../test/browser/chromium.ts";

const folder = process.argv[2] ?? new URL("../build/explorer", import.meta.url).pathname;
const MOVES = 240;

async function main(): Promise<void> {
  const server = await serve(folder, 0);
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await launch();
  // still, until the drag that is measured
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const loaded = new Set<string>();
  page.on("response", (response) => loaded.add(new URL(response.url()).pathname));
  // tsx names functions by a helper that the page does not have
  await page.addInitScript("globalThis.__name = (f) => f");
  await page.addInitScript(watch);
  await page.goto(base);
  await page.waitForSelector("#frontier[data-version]");
  const interactive = await page.evaluate(() => performance.now());
  await page.waitForTimeout(2500);
  const bytes = [...loaded]
    .filter((path) => path !== "/")
    .map((path) => gzipSync(readFileSync(join(folder, path))).length);
  bytes.push(gzipSync(readFileSync(join(folder, "index.html"))).length);

  const box = (await page.locator("#point").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate("watched.start()");
  for (let i = 1; i <= MOVES; i++) {
    const angle = (2 * Math.PI * i) / 120;
    await page.mouse.move(x + 60 * Math.sin(angle), y + 60 * (1 - Math.cos(angle)));
    await page.waitForTimeout(16);
  }
  await page.waitForTimeout(300);
  await page.mouse.up();
  const { latencies, blocked } = (await page.evaluate("watched")) as { latencies: number[]; blocked: number[] };
  latencies.sort((a, b) => a - b);
  const at = (q: number) => latencies[Math.floor(q * (latencies.length - 1))]!.toFixed(0);
  console.log(
    `drag to redrawn curves   best tenth ${at(0.1)} ms, median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms, of ${latencies.length} moves`,
  );
  console.log(
    `main thread blocked      ${blocked.length} times over 50 ms${blocked.length ? `, ${Math.max(...blocked).toFixed(0)} ms at worst` : ""}`,
  );
  console.log(`first curves after       ${interactive.toFixed(0)} ms`);
  console.log(
    `first load, gzipped      ${(bytes.reduce((a, b) => a + b) / 1e3).toFixed(1)} kB in ${bytes.length} files`,
  );
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const total = all.reduce((sum, file) => sum + gzipSync(readFileSync(join(file.parentPath, file.name))).length, 0);
  console.log(`all of it, gzipped       ${(total / 1e3).toFixed(1)} kB in ${all.length} files`);
  await kept(page);
  await browser.close();
  server.close();
  server.closeAllConnections();
}

/** What the page keeps after this many changes of view, once they have all been seen. */
const CHANGES = 100;

async function kept(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const change = (rounds: number) =>
    page.evaluate(async (rounds) => {
      for (let i = 0; i < rounds; i++)
        for (const link of document.querySelectorAll<HTMLElement>("#views a")) {
          link.click();
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }, rounds);
  const count = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((one) => one.name === name)!.value;
    return { nodes: of("Nodes"), listeners: of("JSEventListeners"), heap: of("JSHeapUsedSize") };
  };
  await change(3);
  const before = await count();
  await change(CHANGES / 5);
  const after = await count();
  const mega = (bytes: number) => (bytes / 1e6).toFixed(1);
  console.log(
    `after ${CHANGES} changes of view nodes ${before.nodes} → ${after.nodes}, listeners ${before.listeners} → ${after.listeners}, heap ${mega(before.heap)} → ${mega(after.heap)} MB`,
  );
}

/** In the page: when each move came, and when the first drawing that shows it, or a later one, was on the screen. */
function watch(): void {
  const moves: { state: number; time: number }[] = [];
  const watched = { latencies: [] as number[], blocked: [] as number[], start: () => {} };
  Object.assign(globalThis, { watched });
  document.addEventListener("DOMContentLoaded", () => {
    const view = document.getElementById("view")!;
    watched.start = () => {
      addEventListener("pointermove", ({ timeStamp }) =>
        // after the page's own listener
        queueMicrotask(() => moves.push({ state: Number(view.dataset.state), time: timeStamp })),
      );
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) watched.blocked.push(duration);
      }).observe({ type: "longtask" });
      const frontier = document.getElementById("frontier")!;
      new MutationObserver(() => {
        const shown = Number(frontier.dataset.version);
        requestAnimationFrame(() => {
          while (moves.length > 0 && moves[0]!.state <= shown)
            watched.latencies.push(performance.now() - moves.shift()!.time);
        });
      }).observe(frontier, { attributeFilter: ["data-version"] });
    };
  });
}

await main();
