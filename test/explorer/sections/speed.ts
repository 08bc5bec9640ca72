// The kernels on the reader's machine.

import { describe, expect, it } from "vitest";
import { page, visit } from "../browser.ts";

export function speed(): void {
  describe("speed", () => {
    const status = () => page.locator(".side [role=status]");
    const rows = () => page.locator("tbody tr");

    it("stops, keeps what was measured, and starts anew", async () => {
      await visit("?view=speed&rounds=3&slice=40");
      await page.getByRole("button", { name: "Measure" }).click();
      await rows().nth(1).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      expect(await status().textContent()).toMatch(/^stopped/);
      const kept = await rows().count();
      await page.waitForTimeout(400);
      expect(await rows().count()).toBe(kept);
      expect(await page.locator("progress").isVisible()).toBe(false);
      await page.getByRole("button", { name: "Measure" }).click();
      await page.waitForFunction((before) => document.querySelectorAll("tbody tr").length < before, kept);
    });
  });
}
