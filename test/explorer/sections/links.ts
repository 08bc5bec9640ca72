// Hostile and broken links: a message, and a working page.

import { describe, expect, it } from "vitest";
import { page, visit } from "../browser.ts";

export function links(): void {
  describe("hostile and broken links", () => {
    it.each([
      ["?alpha=<script>window.hacked=1</script>", "alpha must be a number"],
      ["?alpha=%22%3E%3Cimg%20src=x%20onerror=window.hacked=1%3E", "alpha must be a number"],
      ["?alpha=NaN&beta=Infinity", "beta must be a number"],
      ["?alpha=1e309", "alpha must be a number"],
      ["?d=-5&from=0&to=1e99", "d must be a whole number"],
      ["?view=nowhere&color=red&theme=pink", "view must be one of"],
      ["?from=1e14&to=1e14", "from 1e14 to 1e14: using 1e14 to 1e16"],
      ["?__proto__=1&constructor=2&alpha=0.6", ""],
    ])("%s gives a message and a working page", async (search, message) => {
      await visit(search);
      await page.waitForSelector("#frontier .drawing svg");
      const said = page.locator("#message");
      if (message) expect(await said.textContent()).toContain(message);
      else expect(await said.isVisible()).toBe(false);
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      const point = page.locator("#point");
      const before = await point.getAttribute("aria-valuenow");
      await point.press("ArrowRight");
      expect(await point.getAttribute("aria-valuenow")).not.toBe(before);
      await page.waitForFunction(() => Number(document.getElementById("frontier")!.dataset.version) >= 2);
    });
  });
}
