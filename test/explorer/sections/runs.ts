// A reader's own runs: what is fitted, what is refused and why.

import { describe, expect, it } from "vitest";
import { exampleRuns } from "../../../src/explorer/example.ts";
import { base, dropFile, page, visit } from "../browser.ts";

export function runs(): void {
  describe("a reader's runs", () => {
    it("fits a dropped CSV, with intervals, a recommendation and the point among the phases", async () => {
      await page.goto(`${base}?view=runs&budget=1e23`);
      await page.waitForSelector(".drop");
      await dropFile("mine.csv", exampleRuns());
      await page.waitForSelector("#fit .drawing svg", { timeout: 50_000 });
      const told = (await page.locator(".verdict").textContent())!;
      // the law the example was made from: α = 0.35, β = 0.37
      const [, alpha, low, high] = /α([\d.]+) \(([\d.]+) … ([\d.]+)\)/.exec(told)!.map(Number);
      expect(Math.abs(alpha! - 0.35)).toBeLessThan(0.03);
      expect(low!).toBeLessThan(alpha!);
      expect(high!).toBeGreaterThan(alpha!);
      expect(told).toMatch(/best N[\d.]+×10\d+ parameters \(/);
      expect(told).toMatch(/phase I/);
      expect(await page.locator("#fit .drawing svg").textContent()).toContain("In the solvable model");
      const before = told;
      await page.locator("#budget").fill("1e24");
      await page.keyboard.press("Tab");
      await page.waitForFunction((old) => document.querySelector(".verdict")!.textContent !== old, before);
      expect(page.url()).toContain("budget=1e24");
    });

    it.each([
      ["no.csv", "a,b\n1,2\n", "loss"],
      ["bad.csv", "params,tokens,loss\n1e6,1e9,3\n1e7,lots,2.5\n", "row 3"],
      ["empty.csv", "", "empty"],
      ["short.csv", "params,tokens,loss\n1e6,1e9,3\n1e7\n", "row 3 has 1 cells"],
      ["run.exe", "MZ", "must end in"],
      ["<img src=x onerror=window.hacked=1>.csv", "params,loss\n1,<script>\n", "<img"],
    ])("says what is wrong with %s, and goes on working", async (name, text, problem) => {
      await visit("?view=runs");
      await page.waitForSelector(".drop");
      await dropFile(name, text);
      await page.waitForFunction((part) => document.querySelector(".drop .note")?.textContent?.includes(part), problem);
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.getByRole("button", { name: "Try an example" }).isEnabled()).toBe(true);
    });
  });
}
