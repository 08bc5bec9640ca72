// Values read off the figures: they are those of the export, on every panel of one quantity, by mouse, touch and keys.

import { describe, expect, it } from "vitest";
import { written } from "../../../src/explorer/state.ts";
import { load, open, page, saved, settled, visit } from "../browser.ts";

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

    it("pins a cell of the plane, and a value of the steps, where they were read", async () => {
      await open();
      const crosshair = page.locator('.crosshair[aria-label^="Values of plane."]');
      await crosshair.focus();
      for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "Enter"]) await page.keyboard.press(key);
      await page.waitForURL(/pin=plane\.0\.[\d.]+_\d+/);
      const said = await crosshair.getAttribute("aria-valuetext");
      expect(said).toMatch(/^β = [\d.]+ phase \w+: data complexity α [\d.]+, predicted ξ [\d.]+, pinned$/);
      await page.reload();
      await page.locator(".plane .readout").waitFor();
      expect(await crosshair.getAttribute("aria-valuetext")).toBe(said);
      // f = B·d·r is what the address has of the figure over steps
      await open("?pin=components.0.1e9&d=1000", "components");
      await boxes("components").first().waitFor();
      expect(Number((await told("components")).x)).toBeCloseTo(1e6, -2);
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

    const views = [
      {
        search: "?d=40&draws=3&from=1e4&to=1e5&runs=2&sgd=on",
        cards: ["frontier", "components", "sgd", "spectrum"],
        also: ["plane"],
      },
      {
        search: "?view=dynamics&P=64",
        cards: ["losses", "decomposition", "epochs", "optimal", "approach", "transfer"],
        also: [],
      },
      { search: "?view=schedules&d=1000&steps=10000", cards: ["losses", "parts", "optimizers"], also: ["schedule"] },
      { search: "?view=runs&data=example", cards: ["fit"], also: [] },
    ];
    it.each(views)("reads every panel of $cards and $also as it is exported", async ({ search, cards, also }) => {
      await visit(search);
      for (const card of [...cards, ...also]) {
        if (!also.includes(card)) {
          await page.locator(`#${card}`).scrollIntoViewIfNeeded();
          await page.waitForSelector(`#${card} .drawing svg`);
        }
        if (card === "sgd")
          await page.waitForFunction(() => /2 runs done/.test(document.getElementById("sgd")!.textContent!));
        if (card === "losses" || card === "frontier") await settled(card);
        const crosshair = page.locator(`.crosshair[aria-label^="Values of ${card}."]`);
        await crosshair.focus();
        const { panels } = JSON.parse((await saved(card === "plane" ? "phase plane" : card, "JSON")).toString());
        expect(panels.length).toBeGreaterThan(0);
        await crosshair.focus();
        await page.keyboard.press("ArrowRight");
        for (let i = 0; i < panels.length; i++) {
          const box = crosshair.locator(`.readout[data-panel="${i}"]`);
          await box.waitFor();
          const { title, values } = await box.evaluate((node) => ({
            title: node.querySelector("p")!.textContent!,
            values: [...node.querySelectorAll("dt")].map((dt) => [
              dt.textContent!,
              dt.nextElementSibling!.textContent!,
            ]),
          }));
          const { series, y } = panels[i];
          const plain = (text: string) => text.replace(/[\^_]\{([^}]*)\}/g, "$1");
          expect(values.length).toBeGreaterThan(0);
          if (series[0].value) {
            const row = series.find(({ name }: { name: string }) => title.startsWith(plain(name)));
            const told = values.find(([name]) => name === plain(y))![1]!;
            expect(row.value.map((value: number | null) => (value === null ? "none" : written(value)))).toContain(told);
          } else
            for (const [name, value] of values) {
              const numbers = series.filter((one: { name: string }) => plain(one.name) === name);
              expect(numbers.length, `${card}, panel ${i}: ${name}`).toBeGreaterThan(0);
              const all = numbers.flatMap(({ y }: { y: (number | null)[] }) =>
                y.map((one) => written(one ?? Number.NaN)),
              );
              expect(all, `${card}, panel ${i}: ${name}`).toContain(value);
            }
          await page.keyboard.press("PageDown");
        }
        await page.keyboard.press("Escape");
      }
    });
  });
}
