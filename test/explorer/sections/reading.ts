// Values read off the figures: they are those of the export, on every panel of one quantity, by mouse, touch and keys.

import { describe, expect, it } from "vitest";
import { written } from "../../../src/explorer/state.ts";
import { load, open, page, saved, settled } from "../browser.ts";

const boxes = (card: string) => page.locator(`#${card} .readout`);

/** A point of a card's panel, as shares of its frame. */
async function pointOf(card: string, panel: number, x: number, y: number): Promise<{ x: number; y: number }> {
  return page.evaluate(
    ([id, k, shareX, shareY]) => {
      const groups = document.querySelectorAll(`#${id} .drawing svg > g`);
      const boxes = [...groups[k as number]!.querySelectorAll("rect")].map((rect) => rect.getBoundingClientRect());
      // the frame is the largest
      const box = boxes.reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a));
      return { x: box.left + (shareX as number) * box.width, y: box.top + (shareY as number) * box.height };
    },
    [card, panel, x, y] as const,
  );
}

/** What a box says: x, and values by name. */
const told = (card: string, panel = 0) =>
  boxes(card)
    .nth(panel)
    .evaluate((box) => ({
      x: box.querySelector("b")!.textContent!,
      values: Object.fromEntries(
        [...box.querySelectorAll("dt")].map((dt) => [dt.textContent!, dt.nextElementSibling!.textContent!]),
      ),
    }));

export function reading(): void {
  describe("reading values", () => {
    it("shows at the pointer what the export has, on all panels at one f, and pins it into the address", async () => {
      await load();
      const table = JSON.parse((await saved("frontier", "JSON")).toString());
      // the button is below the figure
      await page.evaluate(() => scrollTo(0, 0));
      const at = await pointOf("frontier", 1, 0.5, 0.5);
      await page.mouse.move(at.x, at.y);
      await boxes("frontier").first().waitFor();
      expect(await boxes("frontier").count()).toBe(4);
      const [losses, sizes, eta, xi] = [
        await told("frontier", 0),
        await told("frontier", 1),
        await told("frontier", 2),
        await told("frontier", 3),
      ];
      const i = table.flops.findIndex((f: number) => written(f) === sizes.x);
      expect(i).toBeGreaterThan(0);
      expect(sizes.values["d*(f)"]).toBe(written(table.d[i]));
      expect(losses.values["P*(f)"]).toBe(written(table.loss[i]));
      expect(eta.values["η(f)"]).toBe(written(table.eta[i]));
      expect(xi.values["ξ(f)"]).toBe(written(table.xi[i]));
      await page.mouse.click(at.x, at.y);
      await page.waitForURL(/pin=frontier\.1\.[\d.e+]+/);
      // pinned: it stays when the pointer goes, and when the page is loaded anew
      await page.mouse.move(5, 5);
      expect(await told("frontier", 1)).toEqual(sizes);
      await page.reload();
      await boxes("frontier").first().waitFor();
      expect(await told("frontier", 1)).toEqual(sizes);
      // the other figure has steps: it is read at the same f = B·d·r
      await page.locator("#components").scrollIntoViewIfNeeded();
      await boxes("components").first().waitFor();
      const { x } = await told("components");
      expect(Number(x) / (Number(sizes.x) / 1000)).toBeCloseTo(1, 4);
    });

    it("follows the arrow keys from number to number", async () => {
      await open("?view=dynamics", "losses");
      const { series, x, y } = JSON.parse((await saved("losses", "JSON")).toString());
      const crosshair = page.locator("#losses .crosshair");
      await crosshair.focus();
      await page.keyboard.press("ArrowRight");
      const first = Number((await told("losses")).x);
      await page.keyboard.press("ArrowRight");
      const second = await told("losses");
      expect(Number(second.x)).toBeGreaterThan(first);
      const row = series.findIndex((name: string, k: number) => name === "N = P = ∞" && written(x[k]) === second.x);
      expect(second.values["N = P = ∞"]).toBe(written(y[row]));
      expect(await crosshair.getAttribute("aria-valuetext")).toContain(written(y[row]));
      // one t for both panels, and for the figure below
      expect((await told("losses", 1)).x).toBe(second.x);
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.href.includes("pin=losses.0."));
      await page.keyboard.press("Escape");
      expect(await boxes("losses").count()).toBe(0);
      await page.waitForURL((url) => !url.href.includes("pin="));
    });

    it("follows a finger", async () => {
      await open("", "frontier");
      await settled();
      const { x, y } = await pointOf("frontier", 0, 0.4, 0.5);
      await page.locator("#frontier .crosshair").dispatchEvent("pointermove", {
        pointerType: "touch",
        buttons: 1,
        clientX: x,
        clientY: y,
      });
      expect(await boxes("frontier").count()).toBe(4);
    });

    it("takes no pin that is none", async () => {
      await open("?pin=<b>.0.1", "frontier");
      expect(await boxes("frontier").count()).toBe(0);
      await open("?pin=frontier.9.1e9", "frontier");
      expect(await boxes("frontier").count()).toBe(0);
    });
  });
}
