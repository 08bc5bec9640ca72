// Legends, drawn as parts of the SVG (Observable Plot's own are HTML beside it).

import type { Legend, Ramp, Swatch } from "./figure.ts";
import { element } from "./svg.ts";
import type { Theme } from "./theme.ts";
import { flow, widthOf } from "./typeset.ts";

/** Of letters, from line to line, and of a scale of colours, in pixels. */
const SIZE = 11;
const ROW = 18;
const RAMP_HEIGHT = 40;

/** The height a legend takes at this width. */
export function legendHeight(legend: Legend, width: number): number {
  const { items, above } = parts(legend);
  return above + rows(items, width).length * ROW;
}

/** The swatches of a legend, and how much is above them. */
const parts = (legend: Legend): { items: readonly Swatch[]; above: number } =>
  legend.kind === "ramp" ? { items: legend.beside ?? [], above: RAMP_HEIGHT } : { items: legend.items, above: 0 };

/** Draws a legend from (0, 0) down. */
export function drawLegend(legend: Legend, width: number, theme: Theme, document: Document): Element {
  const { items, above } = parts(legend);
  const below = swatches(items, width, theme, document);
  if (legend.kind !== "ramp") return below;
  const group = ramp(legend, width, theme, document);
  below.setAttribute("transform", `translate(0,${above})`);
  if (items.length > 0) group.append(below);
  return group;
}

const itemWidth = (item: Swatch) => 26 + widthOf(item.label, SIZE) + 10;

const rows = (items: readonly Swatch[], width: number): Swatch[][] => flow(items, itemWidth, width);

function swatches(items: readonly Swatch[], width: number, theme: Theme, document: Document): Element {
  const group = element(document, "g", { "font-size": SIZE, fill: theme.ink });
  rows(items, width).forEach((row, i) => {
    let x = 0;
    const y = ROW * i + ROW / 2;
    for (const item of row) {
      group.append(swatch(item, x, y, document));
      group.append(element(document, "text", { x: x + 26, y: y + SIZE * 0.36 }, item.label));
      x += itemWidth(item);
    }
  });
  return group;
}

function swatch({ mark = "line", color }: Swatch, x: number, y: number, document: Document): Element {
  if (mark === "dot") return element(document, "circle", { cx: x + 10, cy: y, r: 3.5, fill: color });
  if (mark === "square") return element(document, "rect", { x: x + 4, y: y - 6, width: 12, height: 12, fill: color });
  const dash = mark === "dashed" ? { "stroke-dasharray": "5 3" } : {};
  return element(document, "path", { d: `M${x},${y}h20`, stroke: color, "stroke-width": 2.2, fill: "none", ...dash });
}

function ramp(legend: Ramp, width: number, theme: Theme, document: Document): Element {
  const group = element(document, "g", { "font-size": SIZE, fill: theme.ink });
  const label = widthOf(legend.label, SIZE) + 10;
  const length = Math.min(280, width - label - 20);
  const f = legend.log ? Math.log : (x: number) => x;
  const [lo, hi] = [f(legend.domain[0]), f(legend.domain[1])];
  group.append(element(document, "text", { x: 0, y: 12 }, legend.label));
  const steps = 64;
  for (let i = 0; i < steps; i++) {
    const value = lo + ((i + 0.5) / steps) * (hi - lo);
    const fill = legend.color(legend.log ? Math.exp(value) : value);
    // a hair wider than its share, so that no seam shows
    const w = length / steps + (i + 1 < steps ? 0.6 : 0);
    group.append(element(document, "rect", { x: label + (i / steps) * length, y: 2, width: w, height: 12, fill }));
  }
  for (const tick of legend.ticks) {
    const x = label + (hi > lo ? (f(tick) - lo) / (hi - lo) : 0.5) * length;
    group.append(element(document, "path", { d: `M${x},14v4`, stroke: theme.muted }));
    group.append(element(document, "text", { x, y: 29, "text-anchor": "middle" }, legend.format(tick)));
  }
  return group;
}
