// The explorer's tests that take long: every kernel timed, all three approaches with their bootstrap, many runs of SGD.

import { describe, expect, it } from "vitest";
import { expectAccessible, page, saved, shareBrowser, visit } from "../explorer/browser.ts";
import { leadThrough } from "../explorer/sections/around.ts";
import { everyone } from "../explorer/sections/everyone.ts";
import { expectNothingLeft } from "../explorer/sections/faults.ts";

shareBrowser();
everyone(["dark", "schedules"]);

describe("the explorer, slowly", () => {
  it("leads through the second paper in five steps, by keyboard", () => leadThrough(1));

  it("leaves nothing behind over a hundred changes of view", () => expectNothingLeft(20));

  it("measures every kernel in turns, with its error, and saves the numbers", async () => {
    await visit("?view=speed&rounds=1&slice=1");
    expect(await page.locator("#speed .note").textContent()).toContain("Nothing measured yet");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.waitForFunction(
      () => /^\d+ kernels measured$/.test(document.querySelector(".side [role=status]")!.textContent!),
      undefined,
      { timeout: 50_000 },
    );
    const measured = Number.parseInt((await page.locator(".side [role=status]").textContent())!, 10);
    expect(measured).toBeGreaterThan(10);
    expect(await page.locator("tbody tr").count()).toBe(measured);
    const [cells] = (await page.locator("tbody tr").allInnerTexts()).filter((row) => row.startsWith("mode sums"));
    // every build is right to rounding
    const errors = [...cells!.matchAll(/\((\d)e-(\d+)\)/g)].map(([, digit, power]) => Number(`${digit}e-${power}`));
    expect(errors).toHaveLength(3);
    expect(Math.max(...errors)).toBeLessThan(1e-13);
    for (const [width, height, colorScheme] of [
      [1440, 900, "light"],
      [390, 844, "dark"],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await expectAccessible();
    }
    const caption = (await page.locator("caption").textContent())!;
    expect(caption).toMatch(/1 round of 1 ms.*clock ticks of [\d.]+ ms/);
    const [head, ...lines] = (await saved("speed", "CSV")).toString().trim().split("\n");
    expect(head).toBe("kernel,size,build,nanoseconds,ratio,error");
    expect(lines.filter((line) => line.includes(",WASM SIMD,"))).toHaveLength(measured);
    // sizes hold commas: the last three cells are numbers
    for (const line of lines) {
      const [time, ratio, error] = line.split(",").slice(-3).map(Number);
      expect(time).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThan(0);
      expect(error).toBeLessThan(line.includes(", f32") ? 1e-5 : 1e-11);
    }
  });
});
