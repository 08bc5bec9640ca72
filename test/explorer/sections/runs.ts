// A reader's own runs: what is fitted, what is refused and why.

import { describe, expect, it } from "vitest";
import { exampleRuns } from "../../../src/explorer/example.ts";
import { designRuns, forecaster, LAWS } from "../../../src/fitting/laws/index.ts";
import { fitRuns, plan, readTable, runsFromTable } from "../../../src/index.ts";
import { dropFile, expectAccessible, page, saved, visit } from "../browser.ts";

export function runs(): void {
  describe("a reader's runs", () => {
    // the first ones share the fit of the example
    it("answers in sentences worth pasting, with the forecast of several laws, as text, command and JSON", async () => {
      await visit("?view=runs&data=example");
      await page.waitForSelector("#laws tbody tr");
      const told = (await page.locator(".answer p").first().textContent())!;
      expect(told).toMatch(/^For 1e22 flops: [\d.]+ B parameters \(95 %: .* on \d+ B tokens/);
      expect(told).toContain("3.3 times beyond the largest run");
      // by the library itself
      const runs = runsFromTable(await readTable(exampleRuns(), "csv"));
      const { fit } = (await fitRuns(runs, { methods: [3], draws: 0, starts: "projection" })).parametric!;
      const best = plan(fit, { flops: 1e22 });
      const { loss, low, high } = forecaster(runs).at(best.N, best.D);
      expect(told).toContain(
        `Expected loss ${loss.toFixed(3)}, 95 % ${low.toFixed(3)} to ${high.toFixed(3)}, by ${LAWS.length} laws tried up to`,
      );
      expect(told).toContain(`About ${(1e22 / (64 * 4e14) / 86400).toPrecision(2)} days on 64 devices`);
      await page.evaluate(() =>
        Object.defineProperty(navigator, "clipboard", {
          configurable: true,
          value: { writeText: async (text: string) => Object.assign(window, { copied: text }) },
        }),
      );
      const copied = async (what: string) => {
        await page.getByRole("button", { name: `Copy ${what}` }).click();
        return (await page.evaluate("window.copied")) as string;
      };
      expect(await copied("text")).toBe(told);
      expect(await copied("command")).toBe("isoflop fit example.csv --method 3 --budget 1e22 --seed 1");
      expect(JSON.parse(await copied("JSON")).N / best.N).toBeCloseTo(1, 6);
      expect(await page.locator("#fit .drawing svg").textContent()).toContain("Chinchilla’s runs");
      // what the example was made with stands beside what was found
      expect(await page.locator(".verdict").textContent()).toContain("made with 0.37");
      await expectAccessible();
    });

    it("lays the runs to be made next on the plane of N and D, as the library designs them", async () => {
      await visit("?view=runs&data=example&spend=5e21");
      await page.waitForSelector("#fit .drawing svg");
      await page.locator("#design").scrollIntoViewIfNeeded();
      await page.waitForSelector("#design .drawing svg");
      const { N, D, flops } = JSON.parse((await saved("design", "JSON")).toString());
      const runs = runsFromTable(await readTable(exampleRuns(), "csv"));
      const design = designRuns(runs, forecaster(runs), { target: 1e22, spend: 5e21 });
      expect(design.runs.length).toBeGreaterThan(0);
      expect(N).toEqual(design.runs.map((run) => run.N));
      expect(D).toEqual(design.runs.map((run) => run.D));
      expect(flops.reduce((sum: number, C: number) => sum + C, 0)).toBeLessThanOrEqual(5e21);
      // what is within the runs has nothing to be foretold
      await page.locator("#budget").fill("1e20");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() =>
        /No runs to be made: /.test(document.querySelector("#design .note")!.textContent!),
      );
    });

    it("says how far a forecast reaches, and what a phase tells nothing of", async () => {
      await visit("?view=runs&data=example&budget=1e25");
      await page.waitForFunction(() =>
        /(3333|3300) times your largest run: an extrapolation/.test(document.querySelector(".verdict")!.textContent!),
      );
    });

    it("says how wrong its isoFLOP grid is", async () => {
      await visit("?view=runs&data=example&method=2");
      await page.waitForSelector("#fit .drawing svg");
      const told = (await page.locator(".verdict").textContent())!;
      const runs = runsFromTable(await readTable(exampleRuns(), "csv"));
      const { a, size } = (await fitRuns(runs, { methods: [2], draws: 0 })).isoflopBias!;
      const said = /an a that is ([+−][\d.]+) off, and at the largest budget an N\* that is ([\d.]+) times/.exec(told)!;
      expect(Number(said[1]!.replace("−", "-"))).toBeCloseTo(a, 3);
      expect(Number(said[2])).toBeCloseTo(size, 2);
    });

    it("fits a dropped CSV, with intervals, a recommendation and the point among the phases", async () => {
      await visit("?view=runs&budget=1e23");
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
      await page.waitForURL((url) => url.href.includes("budget=1e24"));
    });

    it("shows which column it took for what, takes another, keeps it in the address, and tells the rows left out", async () => {
      await visit("?view=runs");
      await page.waitForSelector(".drop");
      const lines = exampleRuns().trim().split("\n").slice(1);
      const rows = lines.map((line) => {
        const [N, D, loss] = line.split(",");
        return `${Number(N) / 1e6},${D},${loss}`;
      });
      await dropFile("odd.csv", `"big, one",seen,score\n${rows.join("\n")}\n5,1e9,\n`);
      await page.waitForFunction(() => document.querySelector(".drop .note")?.textContent?.includes("odd.csv"));
      expect(await page.locator("#column-N option").first().textContent()).toBe("guess: none");
      expect(await page.locator(".mapper tbody tr").count()).toBe(5);
      await page.locator("#column-N").selectOption("big, one");
      await page.locator("#column-D").selectOption("seen");
      await page.getByLabel("unit of N, parameters").selectOption("M");
      await page.locator("#column-loss").selectOption("score");
      await page.waitForSelector("#fit .drawing svg");
      expect(new URL(page.url()).searchParams.get("columns")).toBe("N=big, one,D=seen,loss=score");
      expect(new URL(page.url()).searchParams.get("units")).toBe("N=M");
      expect(await page.locator(".answer p").first().textContent()).toMatch(/^For 1e22 flops: (8|9)\.\d+ B parameters/);
      await page.waitForFunction(() => /1 row/.test(document.querySelector(".mapper ul")?.textContent ?? ""));
      await page.reload();
      await page.waitForSelector("#fit .drawing svg");
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
