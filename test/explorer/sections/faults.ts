// What was once broken, each as a reader met it.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serve } from "../../../src/cli/serve.ts";
import { base, browser, drawn, dropFile, load, open, page, saved, visit } from "../browser.ts";

const active = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || "");
const note = (card: string) => page.locator(`#${card} .note`);
const theme = () => page.evaluate(() => document.documentElement.dataset.theme);

export function faults(): void {
  describe("faults of before", () => {
    it("train losses go on to the edge of the picture, and their export has every number", async () => {
      // with 32 samples the train loss falls far below every test loss
      await open("?view=dynamics&P=32&end=1e8", "losses");
      const { series, y } = JSON.parse((await saved("losses", "JSON")).toString());
      const train = y.filter((_: number, i: number) => series[i].endsWith(", train"));
      const tests = y.filter((_: number, i: number) => /^N = \d+$/.test(series[i]));
      expect(train).toHaveLength(5 * 90);
      expect(train.every((value: unknown) => typeof value === "number" && value >= 0)).toBe(true);
      expect(Math.min(...train)).toBeLessThan(Math.min(...tests) / 100);
      const ends = await page.evaluate(() => {
        const group = document.querySelector("#losses svg > g")!;
        const boxes = [...group.querySelectorAll("rect")].map((rect) => rect.getBoundingClientRect());
        const frame = boxes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
        return [...group.querySelectorAll('[stroke-dasharray="6 4"] path, path[stroke-dasharray="6 4"]')].map(
          (path) => {
            const box = path.getBoundingClientRect();
            return Math.min(Math.abs(frame.right - box.right), Math.max(0, frame.bottom - box.bottom));
          },
        );
      });
      expect(ends.length).toBeGreaterThanOrEqual(5);
      for (const gap of ends) expect(gap).toBeLessThan(6);
    });

    it("runs at a constant D/N get the law along their line, not “no fit”", async () => {
      await page.goto(`${base}?view=runs`);
      await page.waitForSelector(".drop");
      const rows = Array.from({ length: 12 }, (_, i) => {
        const N = 1e7 * 2 ** i;
        const D = 20 * N;
        return `${N},${D},${(1.7 + 900 * (6 * N * D) ** -0.15).toFixed(6)}`;
      });
      await dropFile("ray.csv", `params,tokens,loss\n${rows.join("\n")}\n`);
      await page.waitForFunction(() => /Along the line/.test(document.querySelector(".verdict")!.textContent!));
      const told = (await page.locator(".verdict").textContent())!;
      expect(Number(/η([\d.]+)/.exec(told)![1])).toBeCloseTo(0.15, 3);
      // N at 1e22 flops where D = 20 N: √(1e22/120)
      expect(told).toMatch(/9\.1\d*×109 parameters/);
      expect(told).not.toContain("No fit");
    });

    it("a link to the runs shows the example it was copied from", async () => {
      await page.goto(`${base}?view=runs&data=example`);
      await page.waitForSelector("#fit .drawing svg");
      expect(await page.locator(".verdict").textContent()).toContain("best N");
      const link = page.url();
      await page.getByRole("link", { name: "Speed" }).click();
      await page.waitForSelector("#speed");
      await page.goBack();
      await page.waitForSelector("#fit .drawing svg");
      expect(page.url()).toBe(link);
    });

    it("infinite data give the figures they can, and say what the others need", async () => {
      await open("?ratio=inf", "components");
      await note("frontier").waitFor();
      expect(await note("frontier").textContent()).toContain("finite data");
      await drawn("spectrum");
      await page.getByRole("button", { name: "Set v/d to 100" }).click();
      await drawn("frontier");
      await visit("?ratio=inf&alpha=0.4");
      await note("components").waitFor();
      expect(await note("components").textContent()).toContain("need α > ½");
    });

    it("sliders folded away in a narrow window are there when it is widened", async () => {
      await page.setViewportSize({ width: 900, height: 900 });
      await open();
      expect(await page.locator("#alpha").isVisible()).toBe(false);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.locator("#alpha").waitFor();
    });

    it("an example starts at the top, or with its figure whole", async () => {
      await open();
      await page.evaluate(() => scrollTo(0, 5000));
      await page.locator("#presets").selectOption({ label: "Phase II: distorted features" });
      // by itself: what looks for the card would scroll to it
      await page.waitForFunction(() =>
        document.querySelector("#frontier .drawing svg")?.textContent?.includes("α = 1.25, β = 0.75"),
      );
      expect(await page.evaluate(() => scrollY)).toBe(0);
      await page.locator("#presets").selectOption({ label: "Transfer functions of modes 1 and 10, N = 128" });
      await page.waitForSelector("#transfer .drawing svg");
      await page.waitForFunction(() => {
        const { top } = document.getElementById("transfer")!.getBoundingClientRect();
        const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
        return top >= 0 && (top < 30 || (end && top < innerHeight / 2));
      });
    });

    it("the point, the theme and the table outlive a change of view, Back and an example", async () => {
      await load();
      await page.locator("#theme").selectOption("dark");
      await page.locator("#alpha").fill("0.61");
      await page.keyboard.press("Tab");
      await page.getByRole("link", { name: "Schedules" }).click();
      await page.waitForSelector("#knot-step");
      expect(await page.locator("#alpha").inputValue()).toBe("0.61");
      expect(await page.locator("#beta").inputValue()).toBe("0.9");
      await page.locator("#beta").fill("0.8");
      await page.keyboard.press("Tab");
      await page.goBack();
      await page.waitForSelector("#point");
      expect(await theme()).toBe("dark");
      await page.locator("#presets").selectOption({ label: "Phase II: distorted features" });
      await page.waitForSelector("#point");
      expect(await theme()).toBe("dark");
      await page.waitForURL((url) => url.href.includes("theme=dark"));
      await page.locator("#theme").selectOption("light");
      await page.goBack();
      await page.waitForFunction(() => !location.search.includes("alpha=1.25"));
      expect(await theme()).toBe("light");
      await page.getByRole("link", { name: "Your runs" }).click();
      await page.waitForSelector(".drop");
      await dropFile("mine.csv", "params,tokens,loss\n1e6,1e9,3\n1e7,1e9,2.5\n1e7,3e9,2.2\n");
      await page.waitForFunction(() => document.querySelector(".drop .note")?.textContent?.includes("mine.csv"));
      await page.getByRole("link", { name: "Speed" }).click();
      await page.waitForSelector("#speed");
      await page.getByRole("link", { name: "Your runs" }).click();
      await page.waitForFunction(() => document.querySelector(".drop .note")?.textContent?.includes("mine.csv"));
      await page.reload();
      await page.waitForFunction(() => document.querySelector(".drop .note")?.textContent?.includes("mine.csv"));
    });

    // a hundred changes of view: test/slow
    it("views come and go without leaving nodes or listeners behind", () => expectNothingLeft(8));

    it("every view opens without a network once the page has been there, and a new build takes the old one's place", async () => {
      const folder = mkdtempSync(join(tmpdir(), "isoflop-site-"));
      cpSync(new URL("../../../build/explorer", import.meta.url), folder, { recursive: true });
      const server = await serve(folder, 0);
      const { port } = server.address() as AddressInfo;
      // without the motion of a first sight, which computes on and on
      const context = await browser.newContext({ reducedMotion: "reduce" });
      const reader = await context.newPage();
      const wrong: string[] = [];
      reader.on("pageerror", (error) => wrong.push(error.message));
      const at = `http://127.0.0.1:${port}/`;
      const kept = () => reader.evaluate(() => caches.keys());
      try {
        await reader.goto(at);
        await reader.evaluate(() => navigator.serviceWorker.ready);
        const [old] = await kept();
        const change = (file: string, from: string | RegExp, to: string) =>
          writeFileSync(join(folder, file), readFileSync(join(folder, file), "utf8").replace(from, to));
        change("docs/docs.css", /$/, "\n:root { --build: 2; }\n");
        change("index.html", "isoflop explorer</title>", "isoflop explorer, newer</title>");
        change("offline.js", /isoflop-[0-9a-f]{12}/, "isoflop-another");
        await reader.goto(at);
        expect(await reader.title()).toBe("isoflop explorer, newer");
        await expect.poll(kept, { timeout: 60_000 }).toEqual(["isoflop-another"]);
        expect(old).toMatch(/^isoflop-[0-9a-f]{12}$/);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await reader.goto(at);
        expect(await reader.title()).toBe("isoflop explorer, newer");
        const css = await reader.evaluate(async () => (await caches.match("./docs/docs.css"))!.text());
        expect(css).toContain("--build: 2");
        for (const [view, card] of [
          ["Schedules", "losses"],
          ["Width, data, time", "losses"],
          ["Your runs", "fit"],
        ] as const) {
          await reader.getByRole("link", { name: view }).click();
          await reader.waitForSelector(`#${card}`);
        }
        await reader.goto(`${at}?alpha=0.8`);
        await reader.waitForSelector("#frontier .drawing svg");
        expect(wrong).toEqual([]);
      } finally {
        await context.close();
        server.close();
        rmSync(folder, { recursive: true });
      }
    });

    it("paper shows every figure", async () => {
      await load("?d=100");
      const unseen = page.locator("#components .drawing svg, #spectrum .drawing svg");
      expect(await unseen.count()).toBeLessThan(2);
      // by the keys for it, at once
      await page.evaluate(() => Object.assign(window, { print: () => Object.assign(window, { printed: true }) }));
      await page.keyboard.press("Control+p");
      await page.waitForFunction(() => "printed" in window);
      await page.pdf();
      expect(await unseen.count()).toBe(2);
      // by the browser's menu, which waits for nothing: what was out of sight was computed while nobody asked for anything
      await page.locator("#alpha").fill("0.8");
      await page.keyboard.press("Tab");
      await page.waitForFunction(
        (cards) => {
          dispatchEvent(new Event("beforeprint"));
          return [...document.querySelectorAll(cards)].every((svg) => svg.textContent!.includes("α = 0.8"));
        },
        "#components .drawing svg, #spectrum .drawing svg",
        { polling: 500 },
      );
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("nav").isVisible()).toBe(false);
    });

    it("no button does nothing: what cannot be saved cannot be pressed, a link that cannot be copied is shown", async () => {
      await open("?sgd=off");
      expect(await page.getByRole("button", { name: "Save sgd as CSV" }).isDisabled()).toBe(true);
      expect(await page.getByRole("button", { name: "Save frontier as CSV" }).isDisabled()).toBe(false);
      expect(await page.getByRole("button", { name: "Save phase plane as CSV" }).isDisabled()).toBe(false);
      await page.evaluate(() =>
        Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined }),
      );
      await page.getByRole("button", { name: "Copy link" }).click();
      expect(await page.getByLabel("The link", { exact: true }).inputValue()).toBe(page.url());
    });

    it("a file dropped anywhere on the page is read", async () => {
      await visit("?view=runs");
      await dropFile("beside.csv", "a,b\n1,2\n", "footer");
      await page.waitForFunction(() => document.querySelector(".drop .note")?.textContent?.includes("beside.csv"));
    });

    it("the keyboard's place is kept when views change and buttons go", async () => {
      await open();
      await page.getByRole("link", { name: "Speed" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector("#speed");
      expect(await active()).toBe("Speed");
      await page.getByRole("button", { name: "Measure" }).focus();
      await page.goBack();
      await page.waitForSelector("#point");
      expect(await active()).toBe("view");
      await page.locator("#color").selectOption("measured-xi");
      await page.getByRole("button", { name: "Stop" }).focus();
      await page.keyboard.press("Enter");
      expect(await active()).toBe("color");
    });

    it("a batch too large for the step is said in the page's words, shaded, and mended by a button", async () => {
      await visit("?batch=100");
      await note("frontier").waitFor();
      const told = (await note("frontier").textContent())!;
      expect(told).toMatch(/γ·Tr D = 0.5 is too large a step for B = 100/);
      expect(told).not.toMatch(/gamma|stepFraction/);
      const stable = await page
        .locator("#batch ~ input[type=range]")
        .evaluate((node) => Number.parseFloat((node as HTMLElement).style.getPropertyValue("--stable")));
      // B = 7 is stable and 8 is not, of 1 … 1000 in the logarithm
      expect(stable).toBeGreaterThan(20);
      expect(stable).toBeLessThan(40);
      await note("frontier").getByRole("button").click();
      await drawn("frontier");
      await page.waitForURL(/step=0\.0\d+/);
    });

    it("SGD never runs another size than the one shown", async () => {
      await open();
      expect(await note("sgd").textContent()).toContain("d = 1000 is more than is simulated here");
      await page.getByRole("button", { name: "Run SGD at d = 512" }).click();
      expect(await page.locator("#d").inputValue()).toBe("512");
      await page.waitForURL((url) => url.href.includes("d=512"));
      await page.getByRole("button", { name: "Stop" }).click();
    });

    it("a window of compute that ends before it begins is told, and so is what a slider moves along", async () => {
      await open("?from=1e12&to=1e8");
      expect(await page.locator("#message").textContent()).toContain("from 1e12 to 1e8: using 1e8 to 1e12");
      expect(await page.locator("#from").inputValue()).toBe("1e8");
      await page.locator("#from").fill("1e14");
      await page.keyboard.press("Tab");
      expect(await page.locator("#to-error").textContent()).toContain("moved to 1e16");
    });
  });
}

/** Goes round all views again and again: nodes, listeners and memory stay. */
export async function expectNothingLeft(rounds: number): Promise<void> {
  await load();
  const session = await page.context().newCDPSession(page);
  const count = async () => {
    await session.send("HeapProfiler.collectGarbage");
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((one) => one.name === name)!.value;
    return { nodes: of("Nodes"), listeners: of("JSEventListeners"), heap: of("JSHeapUsedSize") };
  };
  await session.send("Performance.enable");
  const round = async () => {
    // not by the driver's own clicks: it keeps what it has touched
    await page.evaluate(async () => {
      for (const link of document.querySelectorAll<HTMLElement>("#views a")) {
        link.click();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    });
  };
  // a round ends in the view of speed, which draws nothing by itself; the first rounds load what there is to load
  for (let i = 0; i < 4; i++) await round();
  const before = await count();
  for (let i = 0; i < rounds; i++) await round();
  const after = await count();
  // so much for 18 rounds
  const share = rounds / 18;
  expect(after.nodes).toBeLessThan((1 + 0.2 * share) * before.nodes + 500 * share);
  expect(after.listeners).toBeLessThan((1 + 0.2 * share) * before.listeners + 50 * share);
  expect(after.heap).toBeLessThan((1 + 0.3 * share) * before.heap + 3e6 * share);
}
