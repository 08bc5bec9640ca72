// The built explorer in a real Chromium: what a reader does, what a hostile link does, and what must never happen.

import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../src/cli/serve.ts";
import { exampleRuns } from "../../src/explorer/example.ts";
import { plrf, powerLaw, stability } from "../../src/index.ts";
import { launch } from "../browser/chromium.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let server: Server;
let browser: Browser;
let page: Page;
let base: string;
let wrong: string[];

beforeAll(async () => {
  // its parent, so that the page is seen to work from a sub-path
  server = await serve(new URL("../../build", import.meta.url).pathname, 0);
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/explorer/`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(base))
      wrong.push(`foreign: ${request.url()}`);
  });
});
afterEach(async () => {
  await page.close();
  expect(wrong).toEqual([]);
});

/** Waits for the fine figure of the page's present state. */
async function settled(card = "frontier"): Promise<void> {
  await page.waitForFunction(
    (id) => document.getElementById(id)?.dataset.version === `${document.getElementById("view")!.dataset.state}.5`,
    card,
  );
}

const version = (card = "frontier") => page.locator(`#${card}`).evaluate((node) => Number(node.dataset.version));

/** What is drawn, without the running numbers of clip paths. */
const curves = async (card = "frontier") =>
  (await page.locator(`#${card} .drawing svg`).innerHTML()).replace(/plot-clip-\d+/g, "");

async function open(search = "", card = "frontier"): Promise<void> {
  await page.goto(base + search);
  // what is out of sight is not drawn
  await page.locator(`#${card}`).scrollIntoViewIfNeeded();
  await page.waitForSelector(`#${card} .drawing svg`);
  await settled(card);
}

/** No serious axe violation, and nothing to scroll sideways. */
async function expectAccessible(): Promise<void> {
  // axe is injected by the debugger, past the page's policy
  await page.evaluate(readFileSync(axe, "utf8"));
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
  expect(violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

describe("the phase plane", () => {
  it("follows a dragged point with its curves and its address, and a reload restores them", async () => {
    await open();
    const [before, first] = [await curves(), await version()];
    const box = (await page.locator("#point").boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 30, y + 20, { steps: 4 });
    // coarse figures come while the button is still down
    await page.waitForFunction((old) => Number(document.getElementById("frontier")!.dataset.version) > old, first);
    await page.mouse.move(x + 60, y + 40, { steps: 4 });
    await page.mouse.up();
    await settled();
    const address = new URL(page.url());
    expect(Number(address.searchParams.get("alpha"))).toBeGreaterThan(0.75);
    expect(Number(address.searchParams.get("beta"))).toBeLessThan(0.85);
    const verdict = await page.locator(".verdict").textContent();
    expect(verdict).toMatch(/^Phase IIbest/);
    const after = await curves();
    expect(after).not.toBe(before);
    await page.reload();
    await page.waitForSelector("#frontier .drawing svg");
    await settled();
    expect(await curves()).toBe(after);
    expect(page.url()).toBe(address.href);
  });

  it("moves by the arrow keys and by typed numbers", async () => {
    await open();
    await page.locator("#point").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowUp");
    expect(await page.locator("#alpha").inputValue()).toBe("0.71");
    expect(await page.locator("#beta").inputValue()).toBe("1");
    expect(await page.locator("#point").getAttribute("aria-valuetext")).toContain("phase III");
    await page.locator("#alpha").fill("0.3");
    await page.keyboard.press("Tab");
    expect(page.url()).toContain("alpha=0.3");
    await page.locator("#alpha").fill("lots");
    await page.keyboard.press("Tab");
    expect(await page.locator("#alpha-error").textContent()).toContain("must be a number from");
    expect(page.url()).toContain("alpha=0.3");
  });

  it("says where there is no power law, and where a step diverges", async () => {
    await page.goto(`${base}?alpha=0.2&beta=0.1`);
    await page.waitForSelector("#frontier .note:not([hidden])");
    expect(await page.locator("#frontier .note").textContent()).toContain("no power law");
    await page.goto(`${base}?step=1.9`);
    await page.waitForFunction(() =>
      document.querySelector("#frontier .note")?.textContent?.includes("largest stable step"),
    );
  });

  it("measures exponents on demand, with progress, and stops", async () => {
    await open();
    await page.locator("#color").selectOption("measured-xi");
    await page.waitForFunction(() => document.querySelector("progress")!.value > 0);
    expect(page.url()).toContain("color=measured-xi");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForSelector(".measuring", { state: "hidden" });
  });

  it("streams runs of SGD over the theory, pauses, goes on and stops; a seed gives the same runs", async () => {
    await open("?d=30&from=1e4&to=1e5&runs=4");
    await page.getByRole("button", { name: "Run SGD" }).click();
    expect(page.url()).toContain("sgd=on");
    const done = (n: number) =>
      page.waitForFunction((k) => Number(document.getElementById("sgd")!.dataset.version) >= k, n);
    await done(1);
    await page.waitForFunction(() => document.querySelector("#sgd [role=status]")!.textContent === "4 runs done");
    await done(4);
    const first = await curves("sgd");
    await page.locator("#seed").fill("7");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.querySelector("#sgd svg")!.textContent!.includes("seeds 7 to 10"));
    expect(await curves("sgd")).not.toBe(first);
    await page.locator("#seed").fill("1");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.querySelector("#sgd svg")!.textContent!.includes("seeds 1 to 4"));
    expect(await curves("sgd")).toBe(first);
    // many runs, to be paused and stopped in their midst
    await page.goto(`${base}?d=60&from=1e4&to=1e7&runs=200&sgd=on`);
    await page.locator("#sgd").scrollIntoViewIfNeeded();
    await done(2);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForTimeout(500);
    const held = await version("sgd");
    await page.waitForTimeout(400);
    expect(await version("sgd")).toBe(held);
    await page.getByRole("button", { name: "Go on" }).click();
    await done(held + 1);
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await page.locator("#sgd [role=status]").textContent()).toBe("stopped");
    expect(page.url()).not.toContain("sgd=on");
  });

  it("lays draws of W over the spectrum it predicts, one by one, and takes them off again", async () => {
    await open("?d=40&draws=6#spectrum", "spectrum");
    await page.waitForFunction(() => document.querySelector("#spectrum [role=status]")!.textContent === "6 draws done");
    await page.waitForFunction(() => document.querySelector("#spectrum svg")!.textContent!.includes("sampled W"));
    const bars = () => page.locator("#spectrum svg rect[fill-opacity], #spectrum svg g[fill-opacity] rect").count();
    expect(await bars()).toBeGreaterThan(20);
    expect(await page.locator("#spectrum").evaluate((node) => node.getBoundingClientRect().top < innerHeight)).toBe(
      true,
    );
    await page.getByRole("button", { name: "Leave out the draws" }).click();
    await page.waitForFunction(() => !document.querySelector("#spectrum svg")!.textContent!.includes("sampled W"));
    expect(page.url()).not.toContain("draws");
    // what cannot be drawn is told
    await page.goto(`${base}?d=1000&draws=6`);
    await page.waitForFunction(() =>
      /up to d = 512/.test(document.querySelector("#spectrum [role=status]")!.textContent!),
    );
  });

  it("saves figures and data as files that are what they say", async () => {
    await open();
    const get = async (kind: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Save frontier as ${kind}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`isoflop-frontier.${kind.toLowerCase()}`);
      return readFileSync(await download.path());
    };
    const svg = (await get("SVG")).toString();
    const problem = await page.evaluate(
      (text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror")?.textContent,
      svg,
    );
    expect(problem).toBeUndefined();
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const png = await get("PNG");
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1520]);
    const rows = (await get("CSV")).toString().trim().split("\n");
    expect(rows[0]).toBe("flops,d,loss,xi,eta");
    expect(rows).toHaveLength(26);
    const json = JSON.parse((await get("JSON")).toString());
    expect(json.d).toHaveLength(25);
    expect(json.link).toBe(page.url());
  });
});

describe("the dynamical model", () => {
  it("follows its sliders and restores a link", async () => {
    await open("?view=dynamics", "losses");
    const before = await curves("losses");
    await page.locator("#a ~ input[type=range]").press("ArrowRight");
    await settled("losses");
    expect(page.url()).toContain("view=dynamics&a=1.51");
    const after = await curves("losses");
    expect(after).not.toBe(before);
    await page.reload();
    await page.waitForSelector("#losses .drawing svg");
    await settled("losses");
    expect(await curves("losses")).toBe(after);
  });

  it("finds the best use of compute, the way to infinite width and what is left of a mode", async () => {
    await open("?view=dynamics&P=inf#optimal", "losses");
    const drawn = async (card: string) => {
      await page.locator(`#${card}`).scrollIntoViewIfNeeded();
      await settled(card);
      return (await page.locator(`#${card} .drawing svg`).textContent())!;
    };
    // (a − 1)/(a + b − b/…): the exponent predicted for a = 1.5, b = 1.25 and the one found differ in the third digit
    const told = await drawn("optimal");
    const [found, predicted] = [/L\* ∝ C−([\d.]+)/, /predicted C−([\d.]+)/].map((at) => Number(at.exec(told)![1]));
    expect(Math.abs(found! - predicted!)).toBeLessThan(0.02);
    expect(await drawn("approach")).toContain("To infinite width");
    expect(await drawn("transfer")).toContain("Mode k = 10");
  });

  it("takes every rule, shows its controls alone, and refuses an unstable step in one line", async () => {
    await open("?view=dynamics&start=1&end=1e4", "losses");
    expect(await page.locator("#eta").isVisible()).toBe(false);
    for (const rule of ["gradient-descent", "heavy-ball", "sgd"]) {
      await page.locator("#rule").selectOption(rule);
      await settled("losses");
      await settled("decomposition");
      expect(await page.locator("#eta").isVisible()).toBe(true);
      expect(await page.locator("#P").isVisible()).toBe(rule !== "sgd");
    }
    await page.locator("#eta").fill("9");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => /eta must be below/.test(document.querySelector("#losses .note")!.textContent!));
  });
});

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
    expect(page.url()).toContain("knots=0*1_1*1");
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
    expect(await page.locator("#losses svg").textContent()).toMatch(/optimal/);
    expect(await page.locator("table").textContent()).not.toContain("yours");
  });

  it("takes every optimiser and label noise, each loss by its name", async () => {
    await open(`${start}&noise=0.5`, "losses");
    expect(await page.locator("#losses svg").textContent()).toContain("loss with noise P + σ2");
    for (const optimizer of ["heavy-ball", "nesterov", "dana-constant", "dana-decaying"]) {
      await page.locator("#optimizer").selectOption(optimizer);
      await settled("losses");
      expect(await page.locator("#mu").isVisible()).toBe(!optimizer.startsWith("dana"));
      expect(await page.locator("#losses svg").textContent()).toMatch(/optimal.*yours, by SGD.*yours/);
    }
    expect(await page.locator("table").textContent()).toContain("with noise P + σ2");
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
    for (const kind of ["SVG", "CSV"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Save ${name} as ${kind}`, exact: true }).click(),
      ]);
      const text = readFileSync(await download.path()).toString();
      expect(text).toContain(kind === "SVG" ? "yours" : "optimal");
      expect(text).not.toMatch(/undefined/);
    }
  });
});

describe("a reader's runs", () => {
  /** Drops a file on the page, as a hand would. */
  async function dropFile(name: string, text: string): Promise<void> {
    const transfer = await page.evaluateHandle(
      ([file, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content!], file!));
        return data;
      },
      [name, text],
    );
    await page.dispatchEvent("#view", "drop", { dataTransfer: transfer });
  }

  it("fits a dropped CSV, with intervals, a recommendation and the point among the phases", async () => {
    await page.goto(`${base}?view=runs&method=all&budget=1e23`);
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
    expect(await page.locator("#fit svg").textContent()).toContain("In the solvable model");
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
    await page.goto(`${base}?view=runs`);
    await page.waitForSelector(".drop");
    await dropFile(name, text);
    await page.waitForFunction((part) => document.querySelector(".drop .note")?.textContent?.includes(part), problem);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.getByRole("button", { name: "Try an example" }).isEnabled()).toBe(true);
  });
});

describe("speed", () => {
  const status = () => page.locator(".side [role=status]");
  const rows = () => page.locator("tbody tr");

  it("measures every kernel in turns, with its error, and saves the numbers", async () => {
    await page.goto(`${base}?view=speed&rounds=1&slice=1`);
    expect(await page.locator("#speed .note").textContent()).toContain("Nothing measured yet");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.waitForFunction(
      () => /^\d+ kernels measured$/.test(document.querySelector(".side [role=status]")!.textContent!),
      undefined,
      { timeout: 50_000 },
    );
    const measured = Number.parseInt((await status().textContent())!, 10);
    expect(measured).toBeGreaterThan(10);
    expect(await rows().count()).toBe(measured);
    const [cells] = (await rows().allInnerTexts()).filter((row) => row.startsWith("mode sums"));
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
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save speed as CSV" }).click(),
    ]);
    const [head, ...lines] = readFileSync(await download.path(), "utf8")
      .trim()
      .split("\n");
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

  it("stops, keeps what was measured, and starts anew", async () => {
    await page.goto(`${base}?view=speed&rounds=3&slice=40`);
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

describe("hostile and broken links", () => {
  it.each([
    ["?alpha=<script>window.hacked=1</script>", "alpha must be a number"],
    ["?alpha=%22%3E%3Cimg%20src=x%20onerror=window.hacked=1%3E", "alpha must be a number"],
    ["?alpha=NaN&beta=Infinity", "beta must be a number"],
    ["?alpha=1e309", "alpha must be a number"],
    ["?d=-5&from=0&to=1e99", "d must be a whole number"],
    ["?view=nowhere&color=red&theme=pink", "view must be one of"],
    ["?from=1e14&to=1e14", ""],
    ["?__proto__=1&constructor=2&alpha=0.6", ""],
  ])("%s gives a message and a working page", async (search, message) => {
    await page.goto(base + search);
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

describe("for everyone", () => {
  it.each([
    { name: "wide", width: 1440, height: 900, colorScheme: "light" },
    { name: "dark", width: 1440, height: 900, colorScheme: "dark" },
    { name: "phone", width: 390, height: 844, colorScheme: "light" },
    { name: "dynamics", width: 1440, height: 900, colorScheme: "dark", search: "?view=dynamics", card: "losses" },
    { name: "schedules", width: 1440, height: 900, colorScheme: "light", search: "?view=schedules", card: "losses" },
    {
      name: "schedules on a phone",
      width: 390,
      height: 844,
      colorScheme: "dark",
      search: "?view=schedules&knots=0*1_0.5*3_1*0",
      card: "losses",
    },
  ] as const)(
    "has no serious axe violation and does not scroll sideways: $name",
    async ({
      width,
      height,
      colorScheme,
      search = "",
      card = "frontier",
    }: {
      width: number;
      height: number;
      colorScheme: "light" | "dark";
      search?: string;
      card?: string;
    }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await open(search, card);
      await expectAccessible();
    },
  );
});
