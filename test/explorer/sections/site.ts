// The documentation beside the explorer: every equation set, every link and figure there, under the same strict policy.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as figures from "../../../src/figures/index.ts";
import * as laws from "../../../src/fitting/laws/index.ts";
import * as library from "../../../src/index.ts";
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

    it("has every exported name with its declaration, and every value with its docstring", () => {
      const html = built("api.html");
      for (const [entry, names] of [
        ["isoflop", Object.keys(library)],
        ["isoflop.figures", Object.keys(figures)],
        ["isoflop.fitting", Object.keys(laws)],
      ] as const)
        for (const name of names) {
          const start = html.indexOf(`id="${entry}.${name}"`);
          expect(start, `${entry}.${name}`).toBeGreaterThan(0);
          const [section] = html.slice(start).split("<h3 ");
          expect(section, name).toMatch(new RegExp(`<code>[^<]*\\b${name}\\b`));
          expect(section, `${name} has no docstring`).toContain("<p>");
        }
      // members with their comments
      expect(html).toContain("interface FrontierOptions");
      expect(html).toContain("The compute-optimal frontier of a spectrum.");
    });

    it("shows every figure there is with the command that draws it", () => {
      const drawn = readdirSync(new URL("../../../docs/figures/", import.meta.url)).filter((name) =>
        name.endsWith(".svg"),
      );
      const commands = JSON.parse(
        readFileSync(new URL("../../../docs/figures/commands.json", import.meta.url), "utf8"),
      ) as Record<string, string>;
      expect(Object.keys(commands).sort()).toEqual(drawn.map((name) => name.replace(".svg", "")).sort());
      const gallery = built("gallery.html");
      const guide = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
      for (const [name, command] of Object.entries(commands)) {
        expect(gallery).toContain(command);
        expect(command).toMatch(new RegExp(` (--out|--figure) ${name}\\.svg$`));
        // one command, here as there
        const file = `docs/figures/${name}.svg`;
        if (guide.includes(file) && command.startsWith("isoflop"))
          expect(guide).toContain(command.replace(/ --out \S+$/, " --out"));
      }
    });

    it("leads nowhere that is not there", () => {
      const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
      expect(pages.length).toBeGreaterThan(5);
      const texts = new Map(pages.map((name) => [name, built(name)]));
      const ids = new Map(
        [...texts].map(([name, text]) => [name, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
      );
      for (const [name, text] of texts)
        for (const to of new Set([...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, to]) => to!))) {
          if (/^(https?:|data:)/.test(to)) continue;
          const [path, hash] = to.split("#");
          expect(existsSync(new URL(path || name, folder)), `${name} leads to ${to}`).toBe(true);
          if (hash) expect(ids.get(path || name)?.has(hash), `${name} leads to ${to}`).toBe(true);
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
      expect(await page.locator("figcaption code").count()).toBe(broken.length);
    });
  });
}
