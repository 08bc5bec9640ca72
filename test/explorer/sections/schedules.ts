// Schedules: knots by hand, by keys and by typing, shapes, stability, optimisers, files.

import { describe, expect, it } from "vitest";
import { heavyBall, loss, piecewise, plrf, powerLaw, sgd, signSgd, stability } from "../../../src/index.ts";
import { curves, open, page, saved, settled, version } from "../browser.ts";

export function schedules(): void {
  describe("schedules", () => {
    const verdict = () => page.locator(".verdict").textContent();
    const knobs = () => page.locator(".knot");
    const start = "?view=schedules&d=1000&steps=10000";

    it("follows a dragged knot with its curves and its address, and a reload restores them", async () => {
      await open(start, "losses");
      const [before, first] = [await curves("losses"), await version("losses")];
      const box = (await knobs().nth(1).boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 20, y + 20, { steps: 4 });
      // coarse figures come while the button is still down
      await page.waitForFunction((old) => Number(document.getElementById("losses")!.dataset.version) > old, first);
      await page.mouse.move(x - 60, y + 40, { steps: 4 });
      await page.mouse.up();
      await settled("losses");
      const address = page.url();
      const [share, multiple] = new URL(address).searchParams.get("knots")!.split("_")[1]!.split("*").map(Number);
      expect(share).toBeLessThan(0.6);
      expect(share).toBeGreaterThan(0.4);
      expect(multiple).toBeLessThan(0.8);
      const after = await curves("losses");
      expect(after).not.toBe(before);
      expect(await verdict()).toMatch(/^Excess loss \d/);
      await page.reload();
      await page.waitForSelector("#losses .drawing svg");
      await settled("losses");
      expect(await curves("losses")).toBe(after);
      expect(page.url()).toBe(address);
    });

    it("moves, adds and removes knots by keys, and takes typed ones", async () => {
      await open(start, "losses");
      const knots = () => new URL(page.url()).searchParams.get("knots");
      await knobs().nth(1).focus();
      await page.keyboard.press("ArrowDown");
      expect(knots()).toBe("0*1_0.7*0.99_1*0");
      await page.keyboard.press("Shift+ArrowUp");
      expect(await knobs().nth(1).getAttribute("aria-valuetext")).toBe("step 7,001 of 10,000, 1.09 of γ");
      await page.keyboard.press("ArrowLeft");
      expect(Number(knots()!.split("_")[1]!.split("*")[0])).toBeLessThan(0.7);
      await page.keyboard.press("Insert");
      expect(await knobs().count()).toBe(4);
      await page.keyboard.press("Delete");
      expect(await knobs().count()).toBe(3);
      await knobs().nth(1).focus();
      await page.locator("#knot-step").fill("5001");
      await page.keyboard.press("Tab");
      await page.locator("#knot-multiple").fill("0.5");
      await page.keyboard.press("Tab");
      expect(knots()).toBe("0*1_0.5*0.5_1*0");
      await page.locator("#knot-multiple").fill("much");
      await page.keyboard.press("Tab");
      expect(await page.locator("#knot-error").textContent()).toContain("must be a number from 0 to 4");
      expect(knots()).toBe("0*1_0.5*0.5_1*0");
    });

    it("starts from a shape, and one step from the optimal one is near its loss", async () => {
      await open(start, "losses");
      await page.getByRole("button", { name: "optimal" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".knot").length > 5);
      await settled("losses");
      await page.waitForFunction(() =>
        /as good as|0\.\d+ % (above|below)/.test(document.querySelector(".verdict")!.textContent!),
      );
      await page.getByRole("button", { name: "constant" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".knot").length === 2);
      await page.waitForURL((url) => url.href.includes("knots=0*1_1*1"));
    });

    it("names the step at which a schedule grows past stability, and goes on showing the others", async () => {
      await open(`${start}&knots=0*1_0.5*3_1*0`, "losses");
      const [, step, limit] = /Unstable from step ([\d,]+) of 10,000.*largest stable step, ([\d.]+) ×/.exec(
        (await verdict())!,
      )!;
      // multiples rise by 2 over 5000 steps
      expect(Math.abs(Number(step!.replace(",", "")) - 1 - (5000 * (Number(limit) - 1)) / 2)).toBeLessThanOrEqual(3);
      const { modes, d, gamma, batch } = plrf({
        spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }),
        d: 1000,
        stepFraction: 0.75,
      });
      expect(Math.abs(Number(limit) / (stability(modes, d, batch).maxGamma / gamma) - 1)).toBeLessThan(1e-3);
      expect(await page.locator("#losses .drawing svg").textContent()).toMatch(/optimal/);
      expect(await page.locator("table").textContent()).not.toContain("yours");
    });

    it("takes every optimiser and label noise, each loss by its name", async () => {
      await open(`${start}&noise=0.5`, "losses");
      expect(await page.locator("#losses .drawing svg").textContent()).toContain("loss with noise P + σ2");
      for (const optimizer of ["heavy-ball", "nesterov", "dana-constant", "dana-decaying"]) {
        await page.locator("#optimizer").selectOption(optimizer);
        await settled("losses");
        expect(await page.locator("#mu").isVisible()).toBe(!optimizer.startsWith("dana"));
        expect(await page.locator("#losses .drawing svg").textContent()).toMatch(/optimal.*yours, by SGD.*yours/);
      }
      expect(await page.locator("table").textContent()).toContain("with noise P + σ2");
    });

    it("draws SGD, momentum and sign SGD on one axis, and leaves out what is unstable", async () => {
      await open(`${start}&step=0.5&mu=0.8`, "optimizers");
      const { series, x, y } = JSON.parse((await saved("optimizers", "JSON")).toString());
      const model = plrf({ spectrum: powerLaw({ alpha: 0.7, beta: 1.2 }), d: 1000, stepFraction: 0.5 });
      const schedule = piecewise([
        [0, 1],
        [7000, 1],
        [10000, 0],
      ]);
      for (const [name, optimizer] of [
        ["SGD", sgd({ schedule })],
        ["heavy ball μ = 0.8", heavyBall({ momentum: 0.8, schedule })],
        ["sign SGD", signSgd({ schedule })],
      ] as const) {
        // at the end of the drawing, in the first panel
        const row = series.indexOf(name) + series.filter((one: string) => one === name).length / 2 - 1;
        expect(x[row]).toBe(10000);
        const { loss: own } = loss(model, { steps: [10000], horizon: 10000, optimizer });
        expect(y[row] / own[0]!).toBeCloseTo(1, 3);
      }
      await page.locator("#step").fill("1.3");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() =>
        /^Left out, unstable.*: /.test(document.querySelector("#optimizers .note")!.textContent!),
      );
    });

    it.each([
      ["knots=<script>window.hacked=1</script>", "knots must be 2 to 24 knots"],
      ["knots=0*1_0.5*1e309_1*0", "knots must be 2 to 24 knots"],
      ["noise=NaN&optimizer=adam&steps=1e99", "noise must be a number"],
    ])("%s gives a message and a working page", async (search, message) => {
      await open(`?view=schedules&${search}`, "losses");
      expect(await page.locator("#message").textContent()).toContain(message);
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      await knobs().nth(1).press("ArrowDown");
      await settled("losses");
    });

    it.each(["schedule", "losses", "parts"])("saves %s as files", async (name) => {
      await open(start, "losses");
      for (const kind of ["SVG", "CSV"] as const) {
        const text = (await saved(name, kind)).toString();
        expect(text).toContain(kind === "SVG" ? "yours" : "optimal");
        expect(text).not.toMatch(/undefined/);
      }
    });
  });
}
