// What stands around the views: the front door, the tours and talk mode, by keyboard.

import { describe, expect, it } from "vitest";
import { drawn, expectAccessible, load, open, page } from "../browser.ts";

export function around(): void {
  describe("around the views", () => {
    it("says at the door what it is, with both papers and three ways in", async () => {
      await load();
      const door = page.locator("#door");
      expect(await door.locator("h2").textContent()).toMatch(/How big a neural network, trained for how long/);
      const links = await door
        .locator("a[href^='https']")
        .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
      expect(links).toEqual(["https://arxiv.org/abs/2405.15074", "https://arxiv.org/abs/2402.01092"]);
      expect(await door.locator(".way").count()).toBe(3);
      // the point is in sight below it
      const { y, height } = (await page.locator("#point").boundingBox())!;
      expect(y + height).toBeLessThan(900);
      await page.getByRole("button", { name: "Fit my runs" }).click();
      await page.waitForSelector(".drop");
      expect(await door.count()).toBe(0);
      await page.getByRole("link", { name: "isoflop", exact: true }).click();
      await door.waitFor();
    });

    it("has its figure and what moves it in sight of a phone, and its views in two rows", async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await open("?alpha=0.7&beta=0.7");
      await page.evaluate(() => scrollTo(0, 0));
      const of = async (what: string) => (await page.locator(what).boundingBox())!;
      const header = await of("header");
      expect(header.height).toBeLessThan(90);
      const [point, drawing] = [await of("#point"), await of("#frontier .drawing")];
      expect(point.y).toBeGreaterThan(header.height);
      expect(drawing.y).toBeLessThan(500);
      // further down the plane stays
      await page.evaluate(() => scrollTo(0, 700));
      const plane = await of(".plane");
      expect(Math.abs(plane.y)).toBeLessThan(1);
      expect(plane.height).toBeLessThan(400);
      // the box of a tour stands over what it points at
      await open("?tour=phases-2", "components");
      const box = await of("#tour");
      expect(box.y + box.height).toBeLessThanOrEqual(844);
      expect(await page.locator("#tour").getByRole("button", { name: "Next" }).isVisible()).toBe(true);
    });

    it("moves once on first sight, until a hand comes; not under reduced motion", async () => {
      await load();
      const now = () => page.locator("#point").getAttribute("aria-valuenow");
      const still = await now();
      await page.waitForTimeout(400);
      expect(await now()).toBe(still);
      await page.emulateMedia({ reducedMotion: "no-preference" });
      await page.reload();
      await page.waitForFunction(() => Number(document.getElementById("point")?.getAttribute("aria-valuenow")) > 0.705);
      await page.mouse.click(5, 5);
      expect(await now()).toBe("0.7");
      expect(new URL(page.url()).search).toBe("");
      await page.emulateMedia({ reducedMotion: "reduce" });
    });

    it("says a point's law in plain words", async () => {
      await open("?alpha=1&beta=0.7");
      expect(await page.locator(".verdict .plain").textContent()).toMatch(
        /^At the best size what is not learned yet and what random features distort fall together, .*: ten times the compute is best spent on [\d.]+ times the parameters and [\d.]+ times the steps, and divides the loss by [\d.]+\.$/,
      );
    });

    // the other paper's: test/slow
    it("leads through a paper in five steps, by keyboard", () => leadThrough(0));

    it("presents one figure on the whole screen, steps through examples and figures, and keeps the theme", async () => {
      await load("?present&theme=dark");
      const staged = page.locator(".card.staged");
      expect(await staged.count()).toBe(1);
      expect(await page.locator("header").isVisible()).toBe(false);
      const box = (await page.locator("#frontier .drawing svg").boundingBox())!;
      expect(box.height).toBeGreaterThan(700);
      expect(box.y + box.height).toBeLessThanOrEqual(902);
      await page.keyboard.press("ArrowDown");
      await drawn("components");
      await page.keyboard.press("PageDown");
      await drawn("frontier");
      const title = await page.locator("#stage").textContent();
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction((old) => document.getElementById("stage")!.textContent !== old, title);
      await page.waitForURL((url) => url.href.includes("present=on"));
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
      await expectAccessible();
      // on a phone the figure comes first, its panels as high as elsewhere
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForFunction(
        () => document.querySelector(".card.staged .drawing svg")!.getBoundingClientRect().height > 1000,
      );
      expect((await staged.boundingBox())!.y).toBeLessThan(100);
      await page.keyboard.press("Escape");
      await page.locator("header").waitFor();
      await page.waitForURL((url) => !url.href.includes("present"));
    });
  });
}

/** The tour of a paper, 0 or 1. */
export async function leadThrough(paper: number): Promise<void> {
  await load();
  await page.locator("#door .way").first().getByRole("button").nth(paper).focus();
  await page.keyboard.press("Enter");
  const seen: string[] = [];
  for (let i = 1; i <= 5; i++) {
    const box = page.locator("#tour");
    await page.waitForFunction((k) => document.getElementById("tour")?.textContent?.includes(`${k} of 5`), i);
    await page.waitForSelector(".card.pointed");
    seen.push((await box.locator("h2").textContent())!);
    await page.waitForURL(new RegExp(`tour=(phases|dynamics)-${i}`));
    if (i < 5) await page.keyboard.press("Enter");
  }
  expect(new Set(seen).size).toBe(5);
  await expectAccessible();
  await page.keyboard.press("Escape");
  expect(await page.locator("#tour").count()).toBe(0);
  await page.waitForURL((url) => !url.href.includes("tour="));
  expect(await page.locator(".pointed").count()).toBe(0);
}
