// The documentation beside the explorer: every equation set, every link and figure there, under the same strict policy.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { base, expectAccessible, page } from "../browser.ts";

const folder = new URL("../../../build/explorer/docs/", import.meta.url);
const source = (name: string) => readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), "utf8");
const built = (name: string) => readFileSync(new URL(name, folder), "utf8");

export function site(): void {
  describe("the documentation", () => {
    it("has every equation of the sources as MathML", () => {
      for (const name of ["theory", "derivations"]) {
        const displayed = source(name).match(/\$\$[\s\S]+?\$\$/g)!.length;
        const html = built(`${name}.html`);
        expect(html.match(/<div class="equation" /g)).toHaveLength(displayed);
        expect(html.match(/<math /g)!.length).toBeGreaterThan(displayed);
        // nothing is left as it was typed
        expect(html.replaceAll(/<annotation[\s\S]*?<\/annotation>|<code>[\s\S]*?<\/code>/g, "")).not.toMatch(
          /\$\$|\\frac|\\sum/,
        );
      }
      // (2.1) by its number
      expect(built("theory.html")).toMatch(/\(2\.1\)|2\.1/);
    });

    it("leads nowhere that is not there", () => {
      const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
      expect(pages.length).toBeGreaterThan(5);
      for (const name of pages)
        for (const [, to] of built(name).matchAll(/(?:href|src)="([^"]+)"/g)) {
          if (/^(https?:|data:)/.test(to!)) continue;
          const [path, hash] = to!.split("#");
          const file = new URL(path || name, folder);
          expect(existsSync(file), `${name} leads to ${to}`).toBe(true);
          if (hash) expect(readFileSync(file, "utf8"), `${name} leads to ${to}`).toContain(`id="${hash}"`);
        }
    });

    it("is read from the explorer, asks for nothing elsewhere, and shows every figure with its command", async () => {
      await page.goto(base);
      await page.getByRole("link", { name: /^Guide/ }).click();
      await page.waitForSelector("main h1");
      await expectAccessible();
      await page.goto(`${base}docs/theory.html`);
      expect(
        await page
          .locator("math")
          .first()
          .evaluate((node) => node.getBoundingClientRect().width),
      ).toBeGreaterThan(0);
      await page.goto(`${base}docs/gallery.html`);
      const broken = await page.evaluate(() =>
        Promise.all(
          [...document.images].map((image) => {
            image.loading = "eager";
            return image.decode().then(
              () => "",
              () => image.src,
            );
          }),
        ),
      );
      expect(broken.filter(Boolean)).toEqual([]);
      expect(await page.locator("figcaption code").count()).toBeGreaterThan(3);
    });
  });
}
