// One browser, one built site and one page for all tests of the explorer: what they share, and what every one of them is held to.

import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { serve } from "../../src/cli/serve.ts";
import { launch } from "../browser/chromium.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let server: Server;
let context: BrowserContext;
const wrong: string[] = [];

export let browser: Browser;
export let page: Page;
export let base: string;

/** Registers the setting-up; call it once a file. */
export function shareBrowser(): void {
  beforeAll(async () => {
    // its parent, so that the page is seen to work from a sub-path
    server = await serve(new URL("../../build", import.meta.url).pathname, 0);
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/explorer/`;
    browser = await launch();
    context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      serviceWorkers: "block",
      reducedMotion: "reduce",
    });
    page = await context.newPage();
    // a limit that catches a hang, and nothing else
    page.setDefaultTimeout(120_000);
    watch(page);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
  });
  beforeEach(async () => {
    wrong.length = 0;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: "light", media: "screen" });
  });
  afterEach(() => {
    expect(wrong).toEqual([]);
  });
}

/** Whatever a page says or asks for that it should not. */
function watch(page: Page): void {
  page.on("console", (message) => {
    // but for what keeps service workers out of these tests
    if (["error", "warning"].includes(message.type()) && !message.text().includes("blocked by Playwright"))
      wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(base))
      wrong.push(`foreign: ${request.url()}`);
  });
}

/** Waits for the fine figure of the page's present state. */
export async function settled(card = "frontier"): Promise<void> {
  await page.waitForFunction(
    (id) => document.getElementById(id)?.dataset.version === `${document.getElementById("view")!.dataset.state}.5`,
    card,
  );
}

export const version = (card = "frontier") => page.locator(`#${card}`).evaluate((node) => Number(node.dataset.version));

/** What is drawn, without the running numbers of clip paths. */
export const curves = async (card = "frontier") =>
  (await page.locator(`#${card} .drawing svg`).first().innerHTML()).replace(/plot-clip-\d+/g, "");

/** Goes to an address as a link within the page does, or loads it where the page is not there yet. */
export async function visit(search = ""): Promise<void> {
  // the documentation's pages are not the explorer's
  if (!page.url().startsWith(base) || page.url().includes("/docs/")) await page.goto(base + search);
  else {
    await page.evaluate((to) => {
      history.pushState(null, "", to || location.pathname);
      delete document.getElementById("view")!.dataset.state;
      document.querySelector("#view .split")?.classList.add("old");
      dispatchEvent(new PopStateEvent("popstate"));
    }, search);
    await page.waitForSelector("#view .split:not(.old)");
  }
}

/** The same, until the fine figure of a card is drawn. */
export async function open(search = "", card = "frontier"): Promise<void> {
  await visit(search);
  await drawn(card);
}

/** Loads the page anew. */
export async function load(search = "", card = "frontier"): Promise<void> {
  await page.goto(base + search);
  await drawn(card);
}

/** Waits for a card's fine figure; what is out of sight is not drawn. */
export async function drawn(card: string): Promise<void> {
  const inSight = () => page.locator(`#${card}`).scrollIntoViewIfNeeded();
  // a view that is being changed may replace the card meanwhile: the new one stays
  await inSight().catch(inSight);
  await page.waitForFunction((id) => {
    const node = document.getElementById(id);
    if (!node) return false;
    // what is said above it may have grown, and pushed it out of sight
    const { top, bottom } = node.getBoundingClientRect();
    if (top >= innerHeight || bottom <= 0) node.scrollIntoView();
    return node.dataset.version === `${document.getElementById("view")!.dataset.state}.5`;
  }, card);
}

/** Presses a button of a card's export and reads the file. */
export async function saved(name: string, kind: "SVG" | "PNG" | "CSV" | "JSON"): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Save ${name} as ${kind}`, exact: true }).click(),
  ]);
  return readFileSync(await download.path());
}

/** Drops a file on an element, as a hand would. */
export async function dropFile(name: string, text: string, on = "#view"): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([file, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content!], file!));
      return data;
    },
    [name, text],
  );
  await page.dispatchEvent(on, "drop", { dataTransfer: transfer });
}

/** No serious axe violation, and nothing to scroll sideways. */
export async function expectAccessible(): Promise<void> {
  // axe is injected by the debugger, past the page's policy
  await page.evaluate(readFileSync(axe, "utf8"));
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: (options: object) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    // what passes need not be described
    const found = await axe.run({ resultTypes: ["violations"], elementRef: false });
    return found.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
  expect(violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
