// The dynamical model: its sliders, rules and figures.

import { describe, expect, it } from "vitest";
import { measuredTask, spectrumOf } from "../../../src/explorer/task.ts";
import { dynamics as dynamicsOf, reuse, sgd, sourceCapacity, UnstableStep } from "../../../src/index.ts";
import { curves, drawn, open, page, saved, settled } from "../browser.ts";

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
      const textOf = async (card: string) => {
        await page.locator(`#${card}`).scrollIntoViewIfNeeded();
        await settled(card);
        return (await page.locator(`#${card} .drawing svg`).textContent())!;
      };
      // (a − 1)/(a + b − b/…): the exponent predicted for a = 1.5, b = 1.25 and the one found differ in the third digit
      const told = await textOf("optimal");
      const [found, predicted] = [/L\* ∝ C−([\d.]+)/, /predicted C−([\d.]+)/].map((at) => Number(at.exec(told)![1]));
      expect(Math.abs(found! - predicted!)).toBeLessThan(0.02);
      expect(await textOf("approach")).toContain("To infinite width");
      expect(await textOf("transfer")).toContain("Mode k = 10");
    });

    it("takes every rule, shows its controls alone, and refuses an unstable step in one line", async () => {
      await open("?view=dynamics&start=1&end=1e4", "losses");
      expect(await page.locator("#eta").isVisible()).toBe(false);
      for (const rule of ["gradient-descent", "heavy-ball", "sgd"]) {
        await page.locator("#rule").selectOption(rule);
        await settled("losses");
        await settled("decomposition");
        expect(await page.locator("#eta").isVisible()).toBe(true);
        expect(await page.locator("#reuse").isVisible()).toBe(rule === "sgd");
      }
      await page.locator("#eta").fill("9");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => /too large a step/.test(document.querySelector("#losses .note")!.textContent!));
      const told = (await page.locator("#losses .note").textContent())!;
      // one-pass SGD of 256 features
      const limit = Number(/from ([\d.]+), the largest/.exec(told)![1]);
      const at = (eta: number) => () =>
        dynamicsOf(
          { spectrum: sourceCapacity({ a: 1.5, b: 1.25 }), N: 256, rule: { kind: "sgd", eta, batch: 32 } },
          { times: [1] },
        );
      expect(at(0.99 * limit)).not.toThrow();
      expect(at(1.01 * limit)).toThrow(UnstableStep);
      await page
        .locator("#losses .note")
        .getByRole("button", { name: /^Lower η to/ })
        .click();
      await settled("losses");
      expect(Number(await page.locator("#eta").inputValue()) / limit).toBeCloseTo(0.8, 1);
      // the smallest of the fan would take a smaller one
      expect(await page.locator("#losses .drawing svg").textContent()).toContain("not stable, and left out: N = 16");
    });

    it("lays epochs over P samples beside one pass, with what they are worth", async () => {
      await open("?view=dynamics&rule=sgd&reuse=replacement&P=200&N=64&start=1&end=1e4&a=1.8&b=1.4", "losses");
      const spectrum = sourceCapacity({ a: 1.8, b: 1.4 });
      const { setting, series, x, y } = JSON.parse((await saved("losses", "JSON")).toString());
      expect(setting).toBe("a = 1.8, b = 1.4, P = 200, SGD, η = 0.2, B = 32, with replacement");
      const rule = sgd({ eta: 0.2, batch: 32 });
      for (const [name, P] of [
        ["N = 64, one pass", Infinity],
        ["N = 64", 200],
      ] as const) {
        const rows = series.flatMap((one: string, k: number) => (one === name && x[k] > 0 ? [k] : []));
        const [first, last] = [rows[0], rows[rows.length / (P === 200 ? 2 : 1) - 1]];
        const { test } = dynamicsOf({ spectrum, N: 64, P, rule }, { times: [x[first], x[last]] });
        expect(y[first] / test[0]!).toBeCloseTo(1, 6);
        expect(y[last] / test[1]!).toBeCloseTo(1, 6);
      }
      await drawn("epochs");
      const worth = JSON.parse((await saved("epochs", "JSON")).toString()).panels[1].series;
      const own = reuse({
        spectrum,
        N: 64,
        unique: [50, 200, 800],
        epochs: [1, 2, 4, 8, 16, 32, 64, 128],
        eta: 0.2,
        batch: 32,
      });
      const found = worth.find(({ name }: { name: string }) => name === "P = 200").y;
      found.forEach((value: number, k: number) => {
        expect(value / own.reuse[1]![k]!).toBeCloseTo(1, 6);
      });
    });

    it("takes a real task's measured spectrum, loaded when it is chosen", async () => {
      await open("?view=dynamics", "losses");
      const before = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      expect(before.some((name) => name.includes("mnist"))).toBe(false);
      await page.locator("#task").selectOption("mnist");
      await settled("losses");
      await page.waitForFunction(() =>
        /b, of the eigenvalues1\.47 ± 0\.03/.test(document.querySelector(".verdict")!.textContent!),
      );
      expect(await page.locator("#a").isVisible()).toBe(false);
      const { series, x, y } = JSON.parse((await saved("losses", "JSON")).toString());
      const task = (await measuredTask("mnist"))!;
      const row = series.lastIndexOf("N = 1024", series.length / 2);
      const { test } = dynamicsOf({ spectrum: spectrumOf(task), N: 1024, P: 1000 }, { times: [x[row]] });
      expect(y[row] / test[0]!).toBeCloseTo(1, 6);
      await page.locator("#task").selectOption("power-law");
      await page.waitForFunction(() =>
        /Where one thing is short/.test(document.querySelector(".verdict")!.textContent!),
      );
    });
  });
}
