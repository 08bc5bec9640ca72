// The phase plane: what a hand does to it, what it says, what it runs and saves.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Response } from "playwright-core";
import { describe, expect, it } from "vitest";
import { diagram } from "../../../src/index.ts";
import { curves, open, page, saved, settled, version, visit } from "../browser.ts";

export function phases(): void {
  describe("the phase plane", () => {
    it("weighs at most 300 kB gzipped when it is first opened", async () => {
      const loaded = new Set<string>();
      const note = (response: Response) => loaded.add(new URL(response.url()).pathname);
      page.on("response", note);
      await open();
      await settled();
      page.off("response", note);
      const files = [...loaded].map((path) => `build${path.endsWith("/") ? `${path}index.html` : path}`);
      expect(files).toContain("build/explorer/index.html");
      expect(files.some((file) => /worker-.*\.js$/.test(file))).toBe(true);
      const bytes = files.map((file) => gzipSync(readFileSync(file)).length).reduce((sum, size) => sum + size, 0);
      expect(bytes).toBeGreaterThan(100_000);
      expect(bytes).toBeLessThan(300_000);
    });

    it("follows a dragged point with its curves and its address, and a reload restores them", async () => {
      await open();
      const [before, first] = [await curves(), await version()];
      const box = (await page.locator("#point").boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 30, y + 20, { steps: 4 });
      // coarse figures come while the button is still down
      await page.waitForFunction((old) => Number(document.getElementById("frontier")!.dataset.version) > old, first);
      await page.mouse.move(x + 60, y + 40, { steps: 4 });
      await page.mouse.up();
      await settled();
      const address = new URL(page.url());
      expect(Number(address.searchParams.get("alpha"))).toBeGreaterThan(0.75);
      expect(Number(address.searchParams.get("beta"))).toBeLessThan(0.85);
      const verdict = await page.locator(".verdict").textContent();
      expect(verdict).toMatch(/^Phase IIAt the best size/);
      const after = await curves();
      expect(after).not.toBe(before);
      await page.reload();
      await page.waitForSelector("#frontier .drawing svg");
      await settled();
      expect(await curves()).toBe(after);
      expect(page.url()).toBe(address.href);
    });

    it("moves by the arrow keys and by typed numbers", async () => {
      await open();
      await page.locator("#point").focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Shift+ArrowUp");
      expect(await page.locator("#alpha").inputValue()).toBe("0.71");
      expect(await page.locator("#beta").inputValue()).toBe("1");
      expect(await page.locator("#point").getAttribute("aria-valuetext")).toContain("phase III");
      await page.locator("#alpha").fill("0.3");
      await page.keyboard.press("Tab");
      await page.waitForURL((url) => url.href.includes("alpha=0.3"));
      await page.locator("#alpha").fill("lots");
      await page.keyboard.press("Tab");
      expect(await page.locator("#alpha-error").textContent()).toContain("must be a number from");
      await page.waitForURL((url) => url.href.includes("alpha=0.3"));
    });

    it("says where there is no power law, and where a step diverges", async () => {
      await visit("?alpha=0.2&beta=0.1");
      await page.waitForSelector("#frontier .note:not([hidden])");
      expect(await page.locator("#frontier .note").textContent()).toContain("no power law");
      await visit("?step=1.9");
      await page.waitForFunction(() =>
        document.querySelector("#frontier .note")?.textContent?.includes("largest stable step"),
      );
    });

    it("measures exponents at the window of compute, coarse and then fine, with progress, and stops", async () => {
      await open();
      await page.locator("#color").selectOption("measured-xi");
      await page.waitForFunction(() => document.querySelector("progress")!.value > 0);
      await page.waitForURL((url) => url.href.includes("color=measured-xi"));
      await page.getByRole("button", { name: "Stop" }).click();
      await page.waitForSelector(".measuring", { state: "hidden" });
      // another window is measured anew
      await page.locator("#from").fill("1e9");
      await page.keyboard.press("Tab");
      await page.waitForSelector(".measuring");
      await page.waitForSelector(".measuring", { state: "hidden" });
      const { alpha, beta, measured } = JSON.parse((await saved("phase plane", "JSON")).toString());
      expect(measured).toHaveLength(22 * 22);
      for (const [i, j] of [
        [8, 10],
        [18, 12],
        [5, 18],
      ] as const) {
        const k = 22 * i + j;
        const own = diagram({ alpha: [alpha[k]], beta: [beta[k]], flops: [1e9, 1e14] });
        expect(measured[k]).toBeCloseTo(own.xi[0]![0]!, 4);
      }
    });

    it("streams runs of SGD over the theory, pauses, goes on and stops; a seed gives the same runs", async () => {
      await open("?d=30&from=1e4&to=1e5&runs=4");
      await page.getByRole("button", { name: "Run SGD" }).click();
      await page.waitForURL((url) => url.href.includes("sgd=on"));
      const done = (n: number) =>
        page.waitForFunction((k) => Number(document.getElementById("sgd")!.dataset.version) >= k, n);
      await done(1);
      await page.waitForFunction(() => document.querySelector("#sgd [role=status]")!.textContent === "4 runs done");
      await done(4);
      const first = await curves("sgd");
      await page.locator("#seed").fill("7");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => document.querySelector("#sgd svg")!.textContent!.includes("seeds 7 to 10"));
      expect(await curves("sgd")).not.toBe(first);
      await page.locator("#seed").fill("1");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => document.querySelector("#sgd svg")!.textContent!.includes("seeds 1 to 4"));
      expect(await curves("sgd")).toBe(first);
      // many runs, to be paused and stopped in their midst
      await visit("?d=60&from=1e4&to=1e7&runs=200&sgd=on");
      await page.locator("#sgd").scrollIntoViewIfNeeded();
      await done(2);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.waitForTimeout(500);
      const held = await version("sgd");
      await page.waitForTimeout(400);
      expect(await version("sgd")).toBe(held);
      await page.getByRole("button", { name: "Go on" }).click();
      await done(held + 1);
      await page.getByRole("button", { name: "Stop" }).click();
      expect(await page.locator("#sgd [role=status]").textContent()).toBe("stopped");
      await page.waitForURL((url) => !url.href.includes("sgd=on"));
    });

    it("lays draws of W over the spectrum it predicts, one by one, and takes them off again", async () => {
      await open("?d=40&draws=6#spectrum", "spectrum");
      await page.waitForFunction(
        () => document.querySelector("#spectrum [role=status]")!.textContent === "6 draws done",
      );
      await page.waitForFunction(() => document.querySelector("#spectrum svg")!.textContent!.includes("sampled W"));
      const bars = () => page.locator("#spectrum svg rect[fill-opacity], #spectrum svg g[fill-opacity] rect").count();
      expect(await bars()).toBeGreaterThan(20);
      expect(await page.locator("#spectrum").evaluate((node) => node.getBoundingClientRect().top < innerHeight)).toBe(
        true,
      );
      await page.getByRole("button", { name: "Leave out the draws" }).click();
      await page.waitForFunction(() => !document.querySelector("#spectrum svg")!.textContent!.includes("sampled W"));
      await page.waitForURL((url) => !url.href.includes("draws"));
      // what cannot be drawn is told
      await visit("?d=1000&draws=6");
      await page.waitForFunction(() =>
        /up to d = 512/.test(document.querySelector("#spectrum [role=status]")!.textContent!),
      );
    });

    it("saves figures and data as files that are what they say", async () => {
      await open();
      const get = (kind: "SVG" | "PNG" | "CSV" | "JSON") => saved("frontier", kind);
      const svg = (await get("SVG")).toString();
      const problem = await page.evaluate(
        (text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror")?.textContent,
        svg,
      );
      expect(problem).toBeUndefined();
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      const png = await get("PNG");
      expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1520]);
      const rows = (await get("CSV")).toString().trim().split("\n");
      expect(rows[0]).toBe("flops,d,loss,xi,eta");
      expect(rows).toHaveLength(26);
      const json = JSON.parse((await get("JSON")).toString());
      expect(json.d).toHaveLength(25);
      expect(json.link).toBe(page.url());
    });
  });
}
