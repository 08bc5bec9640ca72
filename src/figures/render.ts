// Figures as text and pixels on Node: SVG by linkedom's document, PNG by resvg with DejaVu Sans (without a font it would draw
// no text and say nothing).

import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { parseHTML } from "linkedom";
import { type DrawOptions, draw } from "./draw.ts";
import type { Figure } from "./figure.ts";

/** The figure as a file that stands by itself. */
export function toSvg(figure: Figure, options: Omit<DrawOptions, "document"> = {}): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  // positions to a hundredth of a pixel: half the size, the same picture
  const svg = draw(figure, { ...options, document }).outerHTML;
  return `${svg.replace(/\d+\.\d{4,}(?=[^<>]*>)/g, (x) => String(+Number(x).toFixed(2)))}\n`;
}

/** The figure as a PNG; `scale` pixels to one of the figure's own, 2 by default. */
export function toPng(
  figure: Figure,
  { scale = 2, ...options }: Omit<DrawOptions, "document"> & { scale?: number } = {},
): Uint8Array {
  const resolve = createRequire(import.meta.url).resolve;
  const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((f) => resolve(`dejavu-fonts-ttf/ttf/${f}`));
  const family = "DejaVu Sans";
  const resvg = new Resvg(toSvg(figure, options), {
    fitTo: { mode: "zoom", value: scale },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: family, sansSerifFamily: family },
  });
  return resvg.render().asPng();
}
