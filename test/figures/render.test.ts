// Figures as files: text must leave pixels, markup must be set, nothing may depend on a page.

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import * as Plot from "@observablehq/plot";
import { describe, expect, it } from "vitest";
import {
  dark,
  type Figure,
  light,
  linearAxis,
  logAxis,
  plane,
  roundTicks,
  type View,
} from "../../src/figures/index.ts";
import { toPng, toSvg } from "../../src/figures/render.ts";
import { powerOfTen } from "../../src/numbers.ts";

const x = Float64Array.from({ length: 13 }, (_, i) => 10 ** (8 + i));
const y = x.map((value) => value ** -0.3);

const figure = (title: string, subtitle?: string): Figure => ({
  id: "example",
  title,
  ...(subtitle ? { subtitle } : {}),
  caption: "A power law.",
  width: 640,
  height: 400,
  table: { x, y },
  panels: [
    {
      legend: (theme) => ({ kind: "swatches", items: [{ label: "P^{*}(f)", color: theme.accent, mark: "dashed" }] }),
      plot: (view) =>
        plane(view, logAxis("compute f (flops)", [x]), logAxis("loss", [y]), [
          Plot.line(x, { x, y, stroke: view.theme.accent }),
        ]),
    },
  ],
});

/** RGBA rows of a PNG (8 bits a channel, no interlacing). */
function pixels(png: Uint8Array): { width: number; height: number; rgba: Uint8Array } {
  const view = Buffer.from(png);
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at))
    if (view.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(parts));
  const stride = 4 * width;
  const rgba = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const a = i >= 4 ? rgba[row * stride + i - 4]! : 0;
      const b = row > 0 ? rgba[(row - 1) * stride + i]! : 0;
      const c = i >= 4 && row > 0 ? rgba[(row - 1) * stride + i - 4]! : 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const predicted = [0, a, b, (a + b) >> 1, paeth][filter]!;
      rgba[row * stride + i] = raw[row * (stride + 1) + 1 + i]! + predicted;
    }
  }
  return { width, height, rgba };
}

/** Pixels in a box that are darker than mid-grey. */
function inked(png: Uint8Array, box: { x0: number; x1: number; y0: number; y1: number }): number {
  const { width, rgba } = pixels(png);
  let count = 0;
  for (let row = box.y0; row < box.y1; row++)
    for (let column = box.x0; column < box.x1; column++) if (rgba[4 * (row * width + column)]! < 128) count++;
  return count;
}

describe("png", () => {
  const box = { x0: 20, x1: 800, y0: 20, y1: 64 };

  it("text leaves pixels, Greek and superscripts too", () => {
    const latin = inked(toPng(figure("Loss")), box);
    const greek = inked(toPng(figure("αβγξη ∝ Σ")), box);
    const none = inked(toPng(figure(" ")), box);
    expect(none).toBe(0);
    expect(latin).toBeGreaterThan(200);
    expect(greek).toBeGreaterThan(400);
  });

  it("a missing glyph would be a box: each Greek letter looks different", () => {
    const counts = ["α", "β", "ξ", "η"].map((letter) => inked(toPng(figure(letter)), box));
    expect(new Set(counts).size).toBe(4);
  });

  it("breaks a subtitle that is wider than the figure, which grows by the lines", () => {
    const subtitle =
      "approach 3: N^{*} ∝ C^{0.565}; approach 2: N^{*} ∝ C^{0.514}; approach 1: N^{*} ∝ C^{0.481}; and so on";
    const narrow = toPng(figure("Loss", subtitle), { width: 300, scale: 2 });
    const ink = (x0: number, x1: number, y0: number, y1: number) =>
      inked(narrow, { x0: 2 * x0, x1: 2 * x1, y0: 2 * y0, y1: 2 * y1 });
    for (let line = 0; line < 2; line++) expect(ink(14, 286, 36 + 14 * line, 48 + 14 * line)).toBeGreaterThan(200);
    expect(ink(287, 300, 36, 62)).toBe(0);
    expect(pixels(narrow).height).toBe(2 * (400 + 14));
  });

  it("has the figure's size times the scale", () => {
    const { width, height } = pixels(toPng(figure("Loss"), { scale: 1.5 }));
    expect([width, height]).toEqual([960, 600]);
  });
});

describe("svg", () => {
  const svg = toSvg(figure("P^{*} ∝ f^{−η}", "α = 0.7"));

  it("stands by itself and says what it is", () => {
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('role="img"');
    expect(svg).toContain("<title>P* ∝ f−η</title>");
    expect(svg).toContain("<desc>A power law.</desc>");
    expect(svg).not.toMatch(/<style|class=|var\(|NaN|undefined/);
  });

  it("sets scripts as raised tspans and leaves no markup", () => {
    expect(svg).not.toContain("^{");
    expect(svg).toContain('<tspan>10</tspan><tspan dy="-0.48em" font-size="0.72em">8</tspan>');
  });

  it("a baseline comes back after every script", () => {
    // in units of the text's own em: a script's dy counts 0.72 of it
    const text = /<text[^>]*font-weight="bold"[^>]*>(.*?)<\/text>/.exec(toSvg(figure("a^{b}c_{d}e")))![1]!;
    let sum = 0;
    for (const [, attributes] of text.matchAll(/<tspan([^>]*)>/g)) {
      const dy = Number(/dy="(-?[\d.]+)em"/.exec(attributes!)?.[1] ?? 0);
      sum += attributes!.includes("font-size") ? dy * 0.72 : dy;
    }
    expect(sum).toBeCloseTo(0, 2);
  });

  it("dark and light differ in paper alone at the root", () => {
    expect(toSvg(figure("a"))).toContain(`<rect fill="${light.paper}"`);
    expect(toSvg(figure("a"), { dark: true })).toContain(`<rect fill="${dark.paper}"`);
  });

  it("says where there is nothing to show", () => {
    const empty = {
      ...figure("a"),
      panels: [{ plot: (v: View) => plane(v, logAxis("x", [[]]), logAxis("y", [y]), []) }],
    };
    expect(toSvg(empty)).toContain("nothing to show");
  });
});

describe("axes", () => {
  it("whole decades over many, 1-2-5 over few", () => {
    expect(logAxis("", [[1e8, 1e20]]).ticks).toEqual([1e8, 1e10, 1e12, 1e14, 1e16, 1e18, 1e20]);
    expect(logAxis("", [[3, 80]]).ticks).toEqual([5, 10, 20, 50]);
    expect(logAxis("", [[0.31, 0.44]]).ticks).toEqual([0.35, 0.4]);
    expect(logAxis("", [[0.11, 0.18]]).ticks).toEqual([0.12, 0.14, 0.16, 0.18]);
    expect(logAxis("", [[0, -1, Number.NaN]]).domain).toBeUndefined();
    expect(logAxis("", [[5]]).domain).toEqual([2.5, 10]);
  });

  it("numbers as powers of ten", () => {
    expect([1e8, 3e-7, 1].map((x) => powerOfTen(x))).toEqual(["10^{8}", "3×10^{−7}", "10^{0}"]);
  });

  it("round ticks lie inside", () => {
    expect(roundTicks(0.3, 0.62, 6)).toEqual([0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]);
    expect(linearAxis("", [[1, 1]]).domain).toEqual([0.5, 1.5]);
  });
});

it("the library loads no drawing package", () => {
  expect(readFileSync(new URL("../../src/index.ts", import.meta.url), "utf8")).not.toMatch(/figures|observablehq/);
});
