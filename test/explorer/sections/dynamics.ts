// The dynamical model: its sliders, rules and figures.

import { describe, expect, it } from "vitest";
import { curves, open, page, settled } from "../browser.ts";

export function dynamics(): void {
  describe("the dynamical model", () => {
    it("follows its sliders and restores a link", async () => {
      await open("?view=dynamics", "losses");
      const before = await curves("losses");
      await page.locator("#a ~ input[type=range]").press("ArrowRight");
      await settled("losses");
      await page.waitForURL((url) => url.href.includes("view=dynamics&a=1.51"));
      const after = await curves("losses");
      expect(after).not.toBe(before);
      await page.reload();
      await page.waitForSelector("#losses .drawing svg");
      await settled("losses");
      expect(await curves("losses")).toBe(after);
    });

    it("finds the best use of compute, the way to infinite width and what is left of a mode", async () => {
      await open("?view=dynamics&P=inf#optimal", "losses");
      const drawn = async (card: string) => {
        await page.locator(`#${card}`).scrollIntoViewIfNeeded();
        await settled(card);
        return (await page.locator(`#${card} .drawing svg`).textContent())!;
      };
      // (a − 1)/(a + b − b/…): the exponent predicted for a = 1.5, b = 1.25 and the one found differ in the third digit
      const told = await drawn("optimal");
      const [found, predicted] = [/L\* ∝ C−([\d.]+)/, /predicted C−([\d.]+)/].map((at) => Number(at.exec(told)![1]));
      expect(Math.abs(found! - predicted!)).toBeLessThan(0.02);
      expect(await drawn("approach")).toContain("To infinite width");
      expect(await drawn("transfer")).toContain("Mode k = 10");
    });

    it("takes every rule, shows its controls alone, and refuses an unstable step in one line", async () => {
      await open("?view=dynamics&start=1&end=1e4", "losses");
      expect(await page.locator("#eta").isVisible()).toBe(false);
      for (const rule of ["gradient-descent", "heavy-ball", "sgd"]) {
        await page.locator("#rule").selectOption(rule);
        await settled("losses");
        await settled("decomposition");
        expect(await page.locator("#eta").isVisible()).toBe(true);
        expect(await page.locator("#P").isVisible()).toBe(rule !== "sgd");
      }
      await page.locator("#eta").fill("9");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => /too large a step/.test(document.querySelector("#losses .note")!.textContent!));
    });
  });
}
